"""Which role a collection's own label of a track means.

One rule: what a label leaves open stays open (None); names are guessed from elsewhere.
"""

from mixer.roles import role_from_name

MUSDB_ROLES = {"bass": "bass", "drums": "drums", "other": None, "vocals": "lead vocal"}

# MedleyDB's instrument labels whose words tell nothing, or would be read as something else ("double
# bass" as a doubled voice); all others are read as names are.
_MEDLEYDB_ROLES = {
    "lead vocal": "vocalists|male speaker|female speaker|male rapper|female rapper|male screamer|"
    "female screamer|beatboxing",
    "bass": "double bass",
    "percussion": "cabasa|castanet|darbuka|doumbek|gong|gu|guiro|maracas|rattle|sleigh bells|snaps|"
    "tabla|timpani|triangle",
    "brass": "alto saxophone|baritone saxophone|soprano saxophone|tenor saxophone|bass clarinet|"
    "bassoon|oboe|tuba|euphonium|cornet|piccolo|recorder|panpipes|dizi|bagpipe|harmonica|melodica|"
    "woodwind section",
    "strings": "erhu|dilruba",
    "acoustic guitar": "banjo|mandolin|ukulele|oud|sitar|guzheng|liuqin|zhongruan",
    "organ": "harmonium|concertina|bandoneon",
    "arpeggio": "xylophone|vibraphone|glockenspiel|chimes|dulcimer|yangqin",
    "piano": "harpsichord",
    "synth lead": "synthesizer|theremin",
    "effects": "scratches|scratch|sampler|crowd",
}
MEDLEYDB_ROLE = {
    label: role for role, labels in _MEDLEYDB_ROLES.items() for label in labels.split("|")
}

# MoisesDB: the role of a stem, and of those of its tracks that have another.
_MOISESDB_ROLES: dict[str, tuple[str, dict[str, str]]] = {
    "vocals": ("lead vocal", {"background": "backing vocals", "choir": "backing vocals"}),
    "bass": ("bass", {}),
    "drums": ("drums", {"kick": "kick", "snare": "snare", "toms": "percussion",
                        "cymbals": "hats", "overheads": "hats"}),
    "percussion": ("percussion", {"mallets": "arpeggio", "pitched": "arpeggio",
                                  "a-tonal": "percussion"}),
    "guitar": ("electric guitar", {"acoustic": "acoustic guitar"}),
    "piano": ("piano", {}),
    "other_keys": ("organ", {"pad": "synth pad", "lead": "synth lead"}),
    "bowed_strings": ("strings", {}),
    "wind": ("brass", {}),
    "other_plucked": ("acoustic guitar", {}),
    "other": ("effects", {}),
}  # fmt: skip


def medleydb_role(label: str, component: str) -> str | None:
    """The role of a MedleyDB stem by its instrument; what is marked as the bass is one."""
    if component == "bass":
        return "bass"
    return MEDLEYDB_ROLE.get(label) or role_from_name(label)


def moisesdb_role(stem: str, kind: str) -> str | None:
    """The role of a MoisesDB track by its stem and type."""
    if stem not in _MOISESDB_ROLES:
        return None
    usual, others = _MOISESDB_ROLES[stem]
    return next((role for word, role in others.items() if word in kind), usual)
