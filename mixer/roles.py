"""What a stem is: the roles, the families they belong to, the genres, and roles read off names.

One rule: a name that says nothing ("Audio 1_03") gives None; the ear must say it then.
"""

import re
from collections.abc import Sequence

FAMILY_OF_ROLE = {
    "kick": "drums",
    "snare": "drums",
    "hats": "drums",
    "percussion": "drums",
    "drums": "drums",
    "bass": "bass",
    "electric guitar": "other",
    "acoustic guitar": "other",
    "piano": "other",
    "organ": "other",
    "synth pad": "other",
    "strings": "other",
    "brass": "other",
    "synth lead": "other",
    "arpeggio": "other",
    "lead vocal": "vocals",
    "backing vocals": "vocals",
    "effects": "other",
}
ROLES = tuple(FAMILY_OF_ROLE)
FAMILIES = ("vocals", "drums", "bass", "other")
GENRES = ("pop", "rock", "metal", "electronic", "hip hop", "country", "jazz", "ambient")

# In this order, the more telling word first: "bass drum" is a kick, "backing vox" not a lead.
_PATTERNS = (
    (
        "backing vocals",
        r"\b(bg ?v(ox|ocals?|s)?|bgvox|b ?vox|back(ing|up)? ?(vox|vocals?|voc)|harm(ony|onies)?"
        r" ?v(ox|oc\w*)|(?!(?:gtr|guitar|horn|sax|tpt|brass|strings?|synth|keys?|lead)\b)"
        r"[a-z]{2,} harm(ony|onies)?$|choir|ooh+s?|aah+s?|gang ?vox|dbl|doubles?|bvs?\d*)\b",
    ),
    ("kick", r"\b(kick|kik|kck|bd|bass ?drum|kicks)\b"),
    ("snare", r"\b(snare|snr|sn|sd|clap|claps|rim|rimshot)\b"),
    ("hats", r"\b(hats?|hh|hi ?hats?|hihat|cymbals?|ride|crash|oh|ohs|over ?heads?|tops)\b"),
    (
        "percussion",
        r"\b(perc|percussion|shaker|tamb|tambourine|conga|congas|bongo|cowbell"
        r"|(?<!gtr )(?<!guitar )(?<!vox )"
        r"(?<!vocal )(?<!bass )(?<!keys )(?<!piano )toms?(?! (?:gtr|guitar|vox|vocals?|bass|keys"
        r"|piano|harm|harmony|bv)\b)"
        r"|tom ?\d)\b",
    ),
    (
        "drums",
        r"\b(drum|drums|beat|drumkit|drum ?kit|kit|break|breakbeat|loop|room|rooms|drm|drms)\b",
    ),
    (
        "lead vocal",
        r"\b(vox|vocals?|voc|voice|(lead|ld|main) ?v(ox|oc\w*)|singer|sing|rap|lv|leadvox\w*)\b",
    ),
    ("bass", r"\b(bass|808s?|sub|bs|bassline|low ?end|bass ?gtr|upright|base)\b"),
    ("acoustic guitar", r"\b(acoustic|ac ?gtr|acgtr|agtr|nylon|steel|ac ?guitar|acou|strum)\b"),
    (
        "electric guitar",
        r"\b(guitars?|gtrs?|egtr|el ?gtr|elec|dist ?gtr|lead ?gtr|rhythm ?gtr|riff|strat)\b",
    ),
    ("organ", r"\b(organ|hammond|b3|accordion)\b"),
    ("piano", r"\b(piano|pno|keys|rhodes|e ?piano|epiano|ep|wurli|clav|keyboard)\b"),
    ("strings", r"\b(strings?|str|violins?|viola|cello|celli|orch|orchestra)\b"),
    ("brass", r"\b(brass|horns?|sax|saxes|trumpets?|tpt|trombone|tbn|flute|clarinet|winds?)\b"),
    (
        "arpeggio",
        r"\b(arp|arps|arpeggio|pluck|plucks|seq|sequence|bells?|mallets?|marimba|vibes|harp)\b",
    ),
    ("synth pad", r"\b(pad|pads|atmos|texture|drone|chords?|ambience|spookpad)\b"),
    ("synth lead", r"\b(synth|lead|ld|melody|minilogue|saw|hook|syn|top)\b"),
    ("effects", r"\b(fx|sfx|efx|effects?|riser|sweep|impact|noise|glitch|foley|ear ?candy)\b"),
)
_COMPILED = tuple((role, re.compile(pattern)) for role, pattern in _PATTERNS)


def words_of(name: str) -> str:
    """Spread a stem's name into lower-case words: 'LeadVox_DT-02' becomes 'lead vox dt'.

    A plural keeps its letters together: 'OHs' is 'ohs'.
    """
    spread = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])", " ", name)
    spread = re.sub(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", " ", spread)
    kept808 = re.sub(r"\b(?!808\b)\d+\b", " ", re.sub(r"[^A-Za-z0-9]+", " ", spread))
    return re.sub(r"\s+", " ", kept808).strip().lower()


def role_from_name(name: str) -> str | None:
    """The role that a stem's name tells, one of ROLES, or None when it tells nothing."""
    words = words_of(name)
    for role, pattern in _COMPILED:
        if pattern.search(words):
            return role
    return None


def roles_from_names(names: Sequence[str]) -> tuple[str | None, ...]:
    """The roles that one song's names tell; words that all of them share tell nothing."""
    words = [words_of(name).split() for name in names]
    shared = set.intersection(*map(set, words)) if len(words) > 1 else set()
    return tuple(
        role_from_name(" ".join(word for word in name if word not in shared)) for name in words
    )
