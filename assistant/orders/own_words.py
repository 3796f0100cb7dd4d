"""The words of stems' names, and how else they are said: in full, in English, in the plural.

One rule: a word tells a stem only by a word of its name.
"""

import re
from collections.abc import Sequence

from assistant.english import is_word
from assistant.naming import role_of, words_of
from assistant.orders.lexicon import phrases

_LEAST, _LONG = 4, 6  # letters of a name's word that shortens another, and of that
_MOST_OWNERS = 3  # stems of one person
NO_STEM = frozenset(  # words of orders that names of stems hold as well
    """
    a an and at back both but by centre center db down front hard high in it left less level low
    main mic middle more my no of off on one out over pan room same side solo that the them then to
    top track two under up with 1 2 3 4 5 6 7 8 9
    """.split()
)
_NO_PERSON = frozenset(  # that several names share, and that call none of them
    """
    audio track tracks stem stems channel chan bus inst mix final take takes new old mics stereo
    mono clean dirty dry wet rec recording song live loop sample print bounce edit comp version
    input session file wav part parts sound sounds left right close
    """.split()
)
IN_FULL = {  # what names shorten
    "oh": ("overhead", "overheads"), "ohs": ("overhead", "overheads"), "ovh": ("overheads",),
    "rhy": ("rhythm", "rhythms"), "perc": ("percussion",), "snr": ("snare",), "sd": ("snare",),
    "bv": ("backings",), "bvs": ("backings",), "tamb": ("tambourine",), "bd": ("kick",),
    "ch": ("closed",), "ii": ("seconds",), "i": ("firsts",),
    "harm": ("harmony", "harmonies"), "vln": ("violin", "violins"), "vn": ("violin", "violins"),
    "vla": ("viola", "violas"), "vc": ("cello", "cellos"), "vlc": ("cello", "cellos"),
    "cb": ("contrabass",), "dbl": ("double", "doubles"), "ld": ("lead",), "gtr": ("guitar",),
    "pno": ("piano",), "tpt": ("trumpet", "trumpets"),
    "tbn": ("trombone", "trombones", "bone", "bones"), "trombone": ("bone",),
    "trombones": ("bones",), "bone": ("trombone",), "bones": ("trombones",),
    "hh": ("hats", "hat"), "hi": ("high",), "lo": ("low",),
    "acous": ("acoustic", "acoustics"), "acou": ("acoustic", "acoustics"),
    "aco": ("acoustic",), "acc": ("acoustic",),
    "tambo": ("tambourine",), "brk": ("break", "breaks"), "brush": ("brushes",),
    "oheads": ("overheads", "overhead"), "ohead": ("overhead",),
    "sopr": ("soprano", "sopranos"), "sop": ("soprano", "sopranos"), "ten": ("tenor", "tenors"),
    "trompetas": ("trumpets", "trumpet"), "trompeta": ("trumpet", "trumpets"),
    "trompette": ("trumpet",), "trompettes": ("trumpets",), "trompeten": ("trumpets",),
    "tpts": ("trumpets", "trumpet"), "hn": ("horn", "horns"), "hns": ("horns", "horn"),
    "hrn": ("horn", "horns"), "hrns": ("horns", "horn"),
    "tbns": ("trombones", "trombone", "bones"), "vlns": ("violins", "violin"),
    "clav": ("clavinet",), "ukulele": ("uke", "ukes"), "ukuleles": ("ukes", "uke"),
    "glockenspiel": ("glock",),
    "trombon": ("trombone", "trombones", "bone", "bones"),
}  # fmt: skip
SHORTENED = frozenset(word for words in IN_FULL.values() for word in words)
# Who sings, as names put it in several languages, and as it is said.
_WHO_SINGS = (
    ("damen frauen fraun femmes dames mujeres damas donne mulheres women woman ladies lady girls"
     " female females kvinnor vrouwen sopr sopran soprano sopranos alto altos",
     "ladies lady women woman girls females"),
    ("herren männer maenner hommes hombres caballeros uomini homens men gents gentlemen male males"
     " boys lads heren mannen tenor tenors baritone baritones",
     "gentlemen gentleman gents men males lads boys fellows"),
    ("kinder enfants niños ninos bambini crianças criancas kids children barn kinderen class klasse"
     " classe school schule escuela pupils",
     "children kids youngsters class pupils"),
)  # fmt: skip
_PEOPLE = {word: told.split() for named, told in _WHO_SINGS for word in named.split()}
PEOPLE = frozenset(word for words in _PEOPLE.values() for word in words)
_SHORT_NAMES = frozenset("jo al ed bo mo ty cy vi di li jd aj dj tj cj pj".split())
Own = dict[str, set[str]]


def own_words(names: Sequence[str]) -> Own:
    """The words of names, each with the stems that have it in their names."""
    own: Own = {}
    for name in names:
        beyond_ascii = [w for w in re.findall(r"[^\W\d_]+", name.casefold()) if not w.isascii()]
        for word in (*words_of(name).split(), *beyond_ascii):
            for one in (word, *IN_FULL.get(word, ()), *_PEOPLE.get(word, ())):
                own.setdefault(one, set()).add(name)
    return own


def owners(word: str, own: Own) -> set[str]:
    """The stems whose names have a word, which may be said of several: "the birds"."""
    if word in own or len(word) <= _LEAST or not word.endswith("s"):
        return own.get(word, set())
    return own.get(word[:-1], set())


def is_called(word: str, own: Own) -> bool:
    """Whether one stem's name, and no other's, has a word: "the rap" is LEAD RAP."""
    found = owners(word, own)
    if word in PEOPLE and found:
        return True  # "the ladies" may be two stems
    return len(found) == 1 and _may_call(word)


def calls_several(word: str, own: Own) -> bool:
    """Whether a word, most often a person's name, is in the names of some stems and no more."""
    alone = word.removesuffix("s") if word not in own else word
    if word in _NO_PERSON or alone in _NO_PERSON or role_of(word) or not word.isalpha():
        return False
    several = len({name for names in own.values() for name in names})
    return 1 < len(owners(word, own)) <= min(_MOST_OWNERS, several // 2) and _may_call(word)


def may_be_a_person(word: str) -> bool:
    """Whether a word of a name is nothing that stems are called by, so that it may be a person."""
    return word.isalpha() and word not in _NO_PERSON and role_of(word) is None and _may_call(word)


def _may_call(word: str) -> bool:
    if word in NO_STEM or (len(word) < 3 and word not in _SHORT_NAMES):
        return False
    return (word,) not in phrases() and not word.isdigit()


def begun_by(word: str, own: Own) -> set[str]:
    """The one stem whose name shortens a word: "the distorted one" is GTR DIST."""
    if len(word) < _LONG or (word,) in phrases():
        return set()
    short = {
        name
        for start, names in own.items()
        if _LEAST <= len(start) < len(word) - 1 and word.startswith(start) and start.isalpha()
        for name in names
    }
    whole = [one for one in own if is_word(one) and word.startswith(one)]
    return short if len(short) == 1 and not whole else set()
