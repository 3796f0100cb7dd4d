"""What users call their stems, and one caption per stem for contrastive training.

One rule: names inside a song are unique; some songs have names that say nothing.
"""

import re
from collections.abc import Sequence

from finetune.arrangements import Rng

UNINFORMATIVE_SHARE = 0.3
_WORDS: dict[str, tuple[str, ...]] = {
    "kick": (
        "Kick",
        "kick",
        "KICK",
        "Kick In",
        "KickOut",
        "Kik",
        "KCK",
        "BD",
        "Bass Drum",
        "bd",
        "Kick Sub",
        "KickIn",
        "Kick 909",
        "kick_trig",
    ),
    "snare": (
        "Snare",
        "snare",
        "SNARE",
        "SN",
        "Snr",
        "SD",
        "Snare Top",
        "SnareBtm",
        "Clap",
        "claps",
        "snare_top",
        "Snare 2",
        "Rim",
        "SnareUp",
    ),
    "hats": (
        "Hats",
        "hat",
        "HH",
        "HiHat",
        "Hi-Hat",
        "hihat",
        "OHs",
        "OH",
        "Overheads",
        "Cymbals",
        "Ride",
        "CymbalBus",
        "hh closed",
        "Tops",
    ),
    "percussion": (
        "Perc",
        "perc",
        "PERC",
        "Percussion",
        "Shaker",
        "shaker",
        "Tamb",
        "Tambourine",
        "Congas",
        "Bongos",
        "Toms",
        "Cowbell",
        "Perc Loop",
        "tom",
    ),
    "drums": (
        "Drums",
        "drums",
        "DRUMS",
        "Drum Bus",
        "DrumKit",
        "Kit",
        "Beat",
        "DRM",
        "drum_loop",
        "Breakbeat",
        "Drm Bus",
        "Drum Room",
        "Full Kit",
        "drums stereo",
    ),
    "bass": (
        "Bass",
        "bass",
        "BASS",
        "808",
        "Sub",
        "Bass DI",
        "BassAmp",
        "bassline",
        "Bs",
        "BASS GTR",
        "SubBass",
        "E Bass",
        "bass_di",
        "Upright",
        "Bass Synth",
        "808s",
    ),
    "electric guitar": (
        "Guitar",
        "gtr",
        "GTR",
        "gtr L",
        "gtr R",
        "E Gtr",
        "EGTR",
        "EGtr1",
        "Elec Guitar",
        "Dist Gtr",
        "LeadGtr",
        "RhythmGtr",
        "Guitar Solo",
        "Riff",
        "Gtrs",
        "Guitar_DI",
        "ElecGtr Clean",
        "strat",
    ),
    "acoustic guitar": (
        "Acoustic",
        "AcGtr",
        "Acoustic Guitar",
        "acgtr",
        "AG",
        "Ac Gtr",
        "agtr",
        "Acoustic L",
        "Nylon",
        "Steel Gtr",
        "AC GUITAR",
        "Acou",
        "Strum",
        "acoustic_gtr",
    ),
    "piano": (
        "Piano",
        "piano",
        "PNO",
        "Keys",
        "keys",
        "Rhodes",
        "EP",
        "Wurli",
        "Grand Piano",
        "E Piano",
        "PIANO",
        "Clav",
        "Upright Piano",
        "Keyboard",
        "pno",
    ),
    "organ": (
        "Organ",
        "organ",
        "Hammond",
        "B3",
        "ORG",
        "Organ Leslie",
        "Church Organ",
        "Accordion",
        "hammond_b3",
        "ORGAN",
    ),
    "synth pad": (
        "Pad",
        "pad",
        "PAD",
        "Synth Pad",
        "Pads",
        "Warm Pad",
        "SynthPad",
        "Atmos",
        "Drone",
        "Strings Pad",
        "Juno Pad",
        "Texture",
        "SpookPad",
        "Chords",
        "bg pad",
    ),
    "strings": (
        "Strings",
        "strings",
        "STR",
        "Violins",
        "Violin",
        "Cello",
        "String Section",
        "Orch",
        "Vln",
        "Strs",
        "STRINGS",
        "viola",
        "Str Ensemble",
        "Orchestra",
    ),
    "brass": (
        "Brass",
        "brass",
        "Horns",
        "HORNS",
        "Trumpet",
        "Tpt",
        "Sax",
        "sax",
        "Trombone",
        "Horn Section",
        "Flute",
        "AltoSax",
        "TenorSax",
        "Brass Stabs",
    ),
    "synth lead": (
        "Lead",
        "Synth Lead",
        "LEAD SYN",
        "MINILOGUE SYNTH",
        "Lead Synth",
        "synth",
        "Saw Lead",
        "Hook",
        "Melody",
        "Serum Lead",
        "SynthLead",
        "Moog",
        "Main Synth",
        "Top Line Synth",
        "synth1",
    ),
    "arpeggio": (
        "Arp",
        "arp",
        "ARP",
        "Arpeggio",
        "Pluck",
        "plucks",
        "Seq",
        "Bells",
        "Marimba",
        "Vibes",
        "Harp",
        "Sequence",
        "SynthArp",
        "Glock",
        "arp_16th",
    ),
    "lead vocal": (
        "Vocals",
        "vocal",
        "Vox",
        "VOX",
        "LeadVox",
        "Lead Vocal",
        "LV",
        "LdVox",
        "Main Vox",
        "LeadVox_DT",
        "Voc",
        "voice",
        "VOCALS",
        "Lead Vox",
        "Singer",
        "Vocal Comp",
        "vox main",
        "Rap",
        "ld vox",
    ),
    "backing vocals": (
        "BGV",
        "BGVs",
        "BGVOX OOH",
        "Backing Vox",
        "BV",
        "BVs",
        "bvox",
        "Harmony",
        "Harm Vox",
        "Choir",
        "Oohs",
        "Aahs",
        "BackingVox",
        "Backing Vocals",
        "Gang Vox",
        "bgv_L",
        "Vox Dbl",
        "Harmonies",
    ),
    "effects": (
        "FX",
        "fx",
        "SFX",
        "Riser",
        "Sweep",
        "Impact",
        "Noise",
        "EFX",
        "Ear Candy",
        "Effects",
        "Foley",
        "Glitch",
        "Impacts",
        "Noise Sweep",
        "FX bus",
    ),
}
_ENDINGS = (
    "",
    "",
    "",
    "",
    "",
    "",
    "_01",
    " 2",
    "_L",
    "_R",
    " L",
    "_DI",
    "-02",
    "_bounce",
    "_print",
    " (1)",
    ".1",
    "_DT",
    "_v2",
    " final",
    "_st",
    " wet",
    "_dry",
    "_comp",
)
_NOTHING = (
    "Audio {n}_{k:02d}",
    "Track {n:02d}",
    "stem_{n}",
    "Inst {n}",
    "Audio {n}",
    "audio{n:02d}",
    "Untitled {n}",
    "REC_{n:04d}",
    "{n:02d}",
    "Bounce {n}",
    "Channel {n}",
    "ZOOM{n:04d}",
    "track{n}",
    "Group {n}",
    "MIDI {n}",
    "Bus {n}",
    "Stem {n:02d}",
    "take_{n}",
    "export-{n}",
    "{n}-Audio",
    "Project_{n:02d}",
)
_SONG_WORDS = (
    "Song",
    "MySong",
    "Demo",
    "Take3",
    "mix1",
    "Night",
    "Untitled",
    "128bpm",
    "GoldenHour",
    "sess",
    "NewIdea",
    "Track A",
    "beat42",
)


def _plain(names: list[str], rng: Rng) -> list[str]:
    """Dress informative names in one user's style."""
    style = rng.random()
    if style < 0.2:
        return [f"{k:02d}_{name}" for k, name in enumerate(names, start=int(rng.integers(0, 2)))]
    if style < 0.3:
        return [f"{k} {name}" for k, name in enumerate(names, start=1)]
    if style < 0.4:
        song = str(rng.choice(_SONG_WORDS))
        return [f"{song}_{name}" for name in names]
    if style < 0.5:
        return [name.lower().replace(" ", "_") for name in names]
    if style < 0.57:
        return [name.upper() for name in names]
    if style < 0.64:
        return [f"{name}.{rng.integers(1, 99):02d}" for name in names]
    return names


def names_for(roles: Sequence[str], rng: Rng) -> tuple[str, ...]:
    """Draw a name for every stem of a song, unique, in one user's style.

    Args:
        roles: of mixer.roles.ROLES, in stem order.
        rng: trainings call this again to redraw the names of a cached song.
    """
    if rng.random() < UNINFORMATIVE_SHARE:
        pattern, first = str(rng.choice(_NOTHING)), int(rng.integers(1, 12))
        order = rng.permutation(len(roles)) if rng.random() < 0.5 else range(len(roles))
        drawn = [pattern.format(n=first + int(k), k=int(rng.integers(1, 9))) for k in order]
    else:
        endings = rng.random() < 0.5
        drawn = [
            str(rng.choice(_WORDS[role])) + (str(rng.choice(_ENDINGS)) if endings else "")
            for role in roles
        ]
        drawn = _plain(drawn, rng)
        if rng.random() < 0.12:  # some tracks were never named
            pattern = str(rng.choice(_NOTHING))
            drawn = [
                pattern.format(n=k + 1, k=1) if rng.random() < 0.35 else name
                for k, name in enumerate(drawn)
            ]
    return _unique(drawn)


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Number what is said twice (case does not tell names apart)."""
    taken: set[str] = set()
    result = []
    for name in names:
        candidate, count = name, 2
        while candidate.lower() in taken:
            candidate, count = f"{name} {count}", count + 1
        taken.add(candidate.lower())
        result.append(candidate)
    return tuple(result)


_SINGS = {
    "lead vocal": (
        "{i} singing {p}",
        "{i} singing the lead vocal",
        "lead vocal, {i}",
        "a lead vocal sung by {i}",
        "main vocals",
    ),
    "backing vocals": (
        "backing vocals, {i} singing {p}",
        "backing vocals",
        "{i} singing oohs and harmonies",
        "background harmony vocals",
    ),
}
_DRUM_FORMS = (
    "{r}, {p}",
    "{a} {r} from a {i}",
    "the sound of {a} {r}",
    "{r} on a {i}, {p}",
    "close-up {r}",
)
_SAID = {
    "kick": ("kick drum", "bass drum", "kick"),
    "snare": ("snare drum", "snare"),
    "hats": ("hi-hats", "hi-hat and cymbals", "cymbals"),
    "percussion": ("percussion", "hand percussion"),
    "drums": ("drum kit", "full drums", "drums"),
    "effects": ("sound effects", "effects"),
    "lead vocal": ("lead vocal",),
    "backing vocals": ("backing vocals",),
}
_FORMS = (
    "{a} {i} playing {p}",
    "{i}, {p}",
    "{a} {i}",
    "{r}: {a} {i} playing {p}",
    "the sound of {a} {i}",
    "{a} {i} playing {p} in a {g} song",
    "{i} stem of a {g} track",
    "{r}",
)


def caption_for(role: str, instrument: str, playing: str, genre: str, rng: Rng) -> str:
    """Write one short English caption of a stem."""
    said = str(rng.choice(_SAID.get(role, (role,))))
    if role in _SINGS:
        forms = _SINGS[role]
        instrument = (
            instrument if "voice" in instrument or "rapper" in instrument else f"a {instrument}"
        )
        instrument = "a voice" if "oohs" in instrument else instrument
        playing = "a rapped verse" if "rapper" in instrument else playing
    elif role in ("kick", "snare", "hats", "percussion", "drums"):
        forms = _DRUM_FORMS
    elif role == "effects":
        forms = ("{i}", "sound effects: {i}", "{i} in a {g} track", "effects, {i}")
    else:
        forms = _FORMS
    subject = said if "{a} {r}" in (form := str(rng.choice(forms))) else instrument
    many = subject.endswith("s") and not subject.endswith("bass") or subject.endswith("percussion")
    text = form.format(a="" if many else "a", i=instrument, r=said, p=playing, g=genre)
    text = re.sub(r"\ba (?=[aeiou]|8)", "an ", " ".join(text.split()))
    return text.replace("sound effects: sound effects", "sound effects")
