"""Words for instruments: which of them are said of a whole family, and what each is not.

One rule: a word for one instrument is for no stem whose name tells another one: a harp is no arp.
"""

from collections.abc import Callable, Collection

# Whom a word means where no stem has its very role: "the drums" may be kick and snare.
FAMILY = {
    "drums": {"kick", "snare", "hats", "percussion"},
    "percussion": {"drums"},
    "lead vocal": {"backing vocals"},  # never the other way: the choir is not the singer
    "electric guitar": {"acoustic guitar"},
    "acoustic guitar": {"electric guitar"},
    "piano": {"organ", "synth pad"},
    "synth lead": {"synth pad", "arpeggio"},
    "synth pad": {"synth lead", "strings"},
}
GENERAL = frozenset(  # words for a role that say no one instrument of it
    """
    vocal vocals vox voice voices singer singers singing rapper lead leads main backing backings
    bgv bgvs bv bvs choir harmonies harmony oohs doubles kick kicks kik bd snare sd clap claps hats
    hat hh cymbals overheads ride percussion perc drums drum drm drms kit beat drumz drummer bass
    sub low end bassline 808 808s guitar guitars gtr gtrs gt riff axe acoustic acoustics strumming
    piano keys key pno keyboard pianist organ organs pad pads atmosphere chords drone strings
    string section orchestra brass horns horn synth synths melody hook arp arps arpeggio pluck
    plucks sequence player players fx effects effect sfx risers riser noises noise sweeps loop loops
    """.split()
)
_BESIDE_A_KIT = frozenset(  # percussion that no drum kit has
    "tambourine tamb shaker conga bongo cowbell maraca guiro triangle cabasa clave timbale".split()
)
_OF_SEVERAL = frozenset(  # guitars and keys of whatever kind
    "guitar guitars gtr gtrs gt riff axe keys key keyboard keyboards synth synths".split()
)
_PLAYED = frozenset({"electric guitar", "acoustic guitar", "piano"})  # roles of one instrument each
_SHORT = frozenset(  # how names tell which guitar it is, without a role's own word
    "eg egtr elec ac ag acgtr jazzmaster jaguar tele telecaster stratocaster sg dobro".split()
)
_TELLS_NOTHING = frozenset("audio track stem channel bus inst take mic left right dry wet".split())
# What is said, and what names of other instruments of the same role tell.
_IS_NO = tuple(
    (frozenset(said.split()), frozenset(named.split()))
    for said, named in (
        ("harp harps bell bells mallet mallets marimba vibes vibraphone xylophone glockenspiel",
         "arp arps arpeggio pluck plucks seq sequence"),
        ("accordion accordions", "organ organs hammond b3"),
        ("flute flutes clarinet clarinets oboe", 
         "brass horn horns trumpet trumpets tpt trombone trombones trombon tbn bone tuba sax"),
        ("sax saxes saxophone saxophones",
         "trumpet trumpets tpt trombone trombones trombon tbn bone bones tuba flugel cornet"),
        ("trumpet trumpets", "trombone trombones trombon tbn bone bones tuba sax saxophone"),
        ("trombone trombones", "trumpet trumpets tpt tuba sax saxophone flugel cornet"),
        ("crash", "hat hats hh hihat"),
        ("clap claps rim rimshot", "snare snr sn sd"),
        ("rhodes wurli wurlitzer clav clavinet", "piano pno grand"),
    )
)  # fmt: skip
# Nouns behind a stem's own word that only say what kind it is: "the hook vocals" are the hook.
_KINDS = {
    "guitar": {"electric guitar", "acoustic guitar"},
    "vocal": {"lead vocal", "backing vocals"},
    "vox": {"lead vocal", "backing vocals"},
    "voice": {"lead vocal", "backing vocals"},
    "gtr": {"electric guitar", "acoustic guitar"},
    "synth": {"synth lead", "synth pad", "arpeggio"},
    "drum": {"kick", "snare", "percussion", "drums"},
}


def is_another(
    word: str, name: Collection[str], role: str | None, role_of: Callable[[str], str | None]
) -> bool:
    """Whether a name's words tell another instrument of a role: a shaker is no cowbell."""
    said = word.split()[-1]
    if any(own[:3] == said[:3] for own in name):
        return False
    if any(said in those and named & set(name) for those, named in _IS_NO):
        return True
    told = [own for own in name if own not in GENERAL and role_of(own) == role]
    return bool(told) and said not in GENERAL


def family_of(word: str, role: str | None) -> set[str]:
    """The other roles that a word may stand for where no stem has its own."""
    beside = word.split()[-1].removesuffix("s") in _BESIDE_A_KIT
    return set() if beside else FAMILY.get(role or "", set())


def rules_out(
    word: str, name: Collection[str], role: str | None, role_of: Callable[[str], str | None]
) -> bool:
    """Whether a word for one guitar or keyboard is said, and a name tells that it is another."""
    if role not in _PLAYED or word in _OF_SEVERAL:
        return False
    if any(own in _SHORT or (own not in _OF_SEVERAL and role_of(own)) for own in name):
        return True
    tells = [own for own in name if len(own) > 2 and own not in _TELLS_NOTHING]
    return bool(tells) and not _OF_SEVERAL & set(name)  # "Juno" is no piano


def only_says_kind(noun: str, kinds: Collection[str | None]) -> bool:
    """Whether a noun behind a stem's word only says what that stem is: "the hook vocals"."""
    alone = noun if noun in _KINDS else noun.removesuffix("s")
    return bool(kinds) and all(kind in _KINDS.get(alone, ()) for kind in kinds)
