"""Stems that are called by what was spoken of before: "the low one", "the other", "the latter".

One rule: a reference that fits no stem, or several, is left as it was said.
"""

import re
from collections.abc import Callable

from assistant.naming import role_from_name, words_of
from assistant.orders.families import TELLING, is_told_by
from assistant.orders.mentions import as_read, mentions
from assistant.orders.own_words import may_be_a_person
from assistant.orders.referring import Known
from assistant.orders.sided import sides_named
from assistant.said_sides import partners, side_of

_ONE = r"(?:one|guy|part|track|stem|mic|line|voice|lot)s?"
_ENDS = r"(?![\w'])(?! (?:db|decibels?|end\b|side|way|hand|half|step|more|time|ear|take|version))"
_TOLD_APART = re.compile(
    rf"(?<!\w)(?:(?:the|that|my) )?(?P<word>{'|'.join(sorted(TELLING, key=len, reverse=True))})"
    rf"(?:[ -](?:pitched|hand))? {_ONE}{_ENDS}"
)
_PERSON = re.compile(  # not "2 under her" (against whom, before.py), nor "her harmony"
    r"(?<!\bunder )(?<!\bbelow )(?<!\bover )(?<!\babove )(?<!\bthan )(?<!\bwith )(?<!\bas )"
    r"(?<!\bwrite )(?<!\bunmute )"
    r"\b(?:her|him)\b(?=\W*$|[,.;!?]| (?:too|as well|also|likewise|up|down|a|an|back|by|to"
    r"|louder|quieter|softer|more|less|in"
    r"|at least|out|over|left|right|hard|and|then|now|please|sound|warmer|brighter|darker|\d+"
    r"|one|two|three)\b)"
)
_PLAYS = {
    "bassist": "bass", "bass player": "bass", "drummer": "drums", "guitarist": "guitar",
    "guitar player": "guitar", "pianist": "piano", "keyboardist": "keys", "keys player": "keys",
    "organist": "organ", "fiddler": "fiddle", "violinist": "violin", "cellist": "cello",
    "saxophonist": "sax", "sax player": "sax", "trumpeter": "trumpet", "flautist": "flute",
    "percussionist": "percussion", "trombonist": "trombone", "accordionist": "accordion",
}  # fmt: skip
_PLAYER = re.compile(
    rf"\b(?:my|our|the|your|his|her) (?:\w+ )?({'|'.join(sorted(_PLAYS, key=len, reverse=True))})\b"
)
_THEIR_VOICE = re.compile(r"\b(?:his|her) (?:voice|vocals?|singing|part)\b")
_ME = re.compile(
    r"(?<=\bpan )me\b|(?<=\bturn )me\b|(?<=\bpush )me\b|(?<=\bpull )me\b|(?<=\bmute )me\b"
    r"|(?<=\bmove )me\b"
    r"|(?<=\bunder )me\b|(?<=\bover )me\b|(?<=\bbelow )me\b|(?<=\babove )me\b|(?<=\bthan )me\b"
    r"|(?<=\bloud as )me\b|(?<=\blevel with )me\b|(?<=\bput )me (?=(?:up|down|left|right|a |an )\b)"
)
_PLAIN = r"(?:high|hi|low|lo|upper|lower|top|bottom|first|second)"
_MEANT = re.compile(rf"\b(i (?:meant|mean)) (?:the )?({_PLAIN})(?=\W*$)")
_TO_EACH_SIDE = re.compile(  # "high left, low right"
    rf"\b(?:the )?({_PLAIN}) (left|right)\b(,? (?:and )?)(?:the )?({_PLAIN}) (?!\2)(left|right)\b"
)
_A_SIDE = re.compile(r"\b(?:the )?(?P<side>left|right)(?: (?:one|side))?\b")
_COMPARES_SIDES = re.compile(
    r"\b(?P<one>left|right)(?: (?:one|side))?\b.*\b(?:loud|quiet|same|equal|level|louder|quieter"
    r"|softer|under|below|above|over|match)\b.*\b(?:as|than|to|with|under|below|above|over)"
    r" (?P<other>(?:the )?(?!(?P=one))(?:left|right)(?: one)?)\b"
)
_FIRST_OR_LAST = re.compile(r"\bthe (?P<word>former|latter)\b")
_OTHER = re.compile(
    rf"(?:\b(?:the|that|my) |^\W*(?:and |no,? |now )?)other(?: {_ONE}{_ENDS}|(?=\W*(?:$|[,.;!?]"
    r"|up\b|down\b|too\b|by\b|\d|instead\b|back\b|as well\b|(?:a )?(?:bit|touch|little|tad)\b"
    r"|slightly\b|hard (?:left|right)\b|to the (?:left|right)\b|(?:left|right)\b)))"
)
_OTHER_OF = re.compile(r"(?:\b(?:the|that|my) |^\W*(?:and |no,? |now )?)other (?=[^\W\d_])")
_BY_NUMBER = re.compile(  # "mute 1"; behind that "and 2", "2 by 3 dB"
    r"^\W*(?:(?:ok|and|now|then|so|also) )*(?P<verb>(?:un)?mute |solo |hear |play |pan )?"
    r"(?P<number>\d{1,2})(?=\W*$| (?:by|too|as well|also|up|down|left|right|the same|same"
    r"|likewise)\b)"
)
_BY_OWN_WORD = re.compile(r"(?<!\w)(?:the|that) (?P<word>[^\W\d_]{2,})(?: one)?(?![\w'])")
_NUMBER = re.compile(r"\d+")
_NO_WORD_OF_ONE = frozenset("mix song track stem level volume other same sound whole".split())
_OF_ANOTHER = re.compile(r"\b(?:version|take|restore|drill|proposal|suggestion|go back|return)\b")


def with_referents(text: str, known: Known) -> str:
    """A text in which stems that were called by what was said before are called by name."""
    plain = told = as_read(text, known.names, known.roles)
    told = sides_named(_sides_compared(told, known), known)
    told = _TO_EACH_SIDE.sub(r"the \1 one \2, the \4 one \5", _MEANT.sub(r"\1 the \2 one", told))
    if not known.before.proposed:  # else "the first one" is a move, "the other" the rest
        told = _TOLD_APART.sub(lambda match: _told_apart(match, known) or match[0], told)
        told = _FIRST_OR_LAST.sub(lambda match: _of_the_pair(match, known) or match[0], told)
        told = _OTHER.sub(lambda match: _other(match, known) or match[0], told)
    told = _THEIR_VOICE.sub(lambda match: _their_voice(match, known) or match[0], told)
    told = _PERSON.sub(lambda match: _person(match, known) or match[0], told)
    if speaker := known.speaker:
        told = _ME.sub(speaker, told)
    told = _BY_NUMBER.sub(lambda match: _by_number(match, known) or match[0], told)
    told = _the_other_of_its_kind(told, known)
    told = _BY_OWN_WORD.sub(lambda match: _by_own_word(match, known) or match[0], told)
    return text if told == plain else told


def _person(match: re.Match[str], known: Known) -> str | None:
    """ "her": the stem that was spoken of, the singer of several; none where nobody is."""
    before = match.string[: match.start()]
    if (player := _player(before, known)) is not None:
        return player
    found = mentions(before, known.names, known.roles)
    if found:  # in the same text: "Rolf is shy, bring him up"
        return found[-1].stems[0] if len(found[-1].stems) == 1 else None
    now = known.before.focus
    singing = [n for n, role in zip(known.names, known.roles, strict=True) if role == "lead vocal"]
    if len(now) == 1 and (now[0] in singing or _may_be_one(now[0]) or len(singing) != 1):
        return now[0]
    if len(now) == 1:
        return singing[0]  # nobody calls a drum kit "her"
    return singing[0] if len(singing) == 1 and (not now or singing[0] in now) else None


def _player(text: str, known: Known) -> str | None:
    """ "our bassist will kill me, but him too": the one stem of whoever plays it."""
    told = _PLAYER.findall(text)
    found = mentions(_PLAYS[told[-1]], known.names, known.roles) if told else ()
    stems = {stem for one in found for stem in one.stems}
    return stems.pop() if len(stems) == 1 else None


def _their_voice(match: re.Match[str], known: Known) -> str | None:
    """ "his voice": of several who sing the one that was spoken of."""
    sung = ("lead vocal", "backing vocals")
    singing = {n for n, role in zip(known.names, known.roles, strict=True) if role in sung}
    now = [name for name in known.before.focus if name in singing]
    return now[0] if len(now) == 1 and len(known.before.focus) == 1 and len(singing) > 1 else None


def _may_be_one(name: str) -> bool:
    """Whether a stem's name has a word that may be a person's, or is of voices."""
    words = [word for word in words_of(name).split() if len(word) > 2]
    role = role_from_name(name)
    return role == "backing vocals" or any(may_be_a_person(word) for word in words)


def _sides_compared(text: str, known: Known) -> str:
    """A text in which "left as loud as right" names the pair that was spoken of, or the only one.

    One that names a stem says by itself whose sides they are: "is the left horn louder than the
    right".
    """
    if not (compared := _COMPARES_SIDES.search(text)):
        return text
    named = {name for one in mentions(text, known.names, known.roles) for name in one.stems}
    if named:
        other = "right" if compared["one"] == "left" else "left"
        mates = [partners(name, known.names, known.roles) for name in named]
        found = [name for mate in mates for name in mate if side_of(name) == other]
        if len(named) == 1 and len(found) == 1:
            start, end = compared.span("other")
            return f"{text[:start]}{found[0]}{text[end:]}"
        if any(side_of(name) for name in named):
            return text
    for family in [*known.families(), known.names]:
        pair = [[n for n in family if side_of(n) == side] for side in ("left", "right")]
        if all(len(one) == 1 for one in pair):
            return _A_SIDE.sub(_by_side(pair[0][0], pair[1][0]), text)
    return text


def _by_side(left: str, right: str) -> Callable[[re.Match[str]], str]:
    return lambda match: left if match["side"] == "left" else right


def _told_apart(match: re.Match[str], known: Known) -> str | None:
    """ "the low one": of the family that was spoken of, else of the song."""
    if _OF_ANOTHER.search(match.string):
        return None
    only_pair = all(sum(side_of(n) == side for n in known.names) == 1 for side in ("left", "right"))
    sided = match["word"] in ("left", "right") and not only_pair
    anywhere = [] if sided or match["word"] in ("first", "second") else [known.names]
    for family in [*known.families(), *anywhere]:
        found = [name for name in family if is_told_by(name, match["word"])]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _other(match: re.Match[str], known: Known) -> str | None:
    """ "the other": beside a stem of the two that were spoken of, the one that is not named."""
    if match[0].strip(" .!") == match.string.strip(" .!?"):
        return None  # by itself it corrects what was done
    named = {name for one in mentions(match.string, known.names, known.roles) for name in one.stems}
    beside = [name for name in known.pair if name not in named]
    other = beside[0] if len(beside) == 1 and named & set(known.pair) else known.other()
    begins = re.match(r"\W*(?:(?:and|no|now)\W+)?", match[0])
    lead = begins[0] if begins and match[0].lstrip().startswith(("and", "no", "now")) else ""
    return f"{lead}{other}" if other else None


def _by_number(match: re.Match[str], known: Known) -> str | None:
    """ "and 2": the stem of that number, where stems were called by theirs just before."""
    called = [
        name for name in known.names if match["number"] in map(_bare, _NUMBER.findall(name)[:1])
    ]
    numbered = [name for name in known.names if _NUMBER.search(name)]
    asked, deeds = known.before.asked, known.before.deeds
    last = asked.name if asked else deeds[-1].name if deeds else ""
    no_move = last in ("measure_levels", "set_mute", "audition")
    says_how = bool(match.string[match.end() :].strip(" .!?"))
    of_them = bool(known.spoken) and set(known.spoken) <= set(numbered)
    by_number = bool(match["verb"]) or (of_them and (no_move or says_how))
    if len(called) != 1 or len(numbered) < 2 or not by_number:
        return None
    return match[0][: match.start("number") - match.start()] + called[0]


def _bare(digits: str) -> str:
    return digits.lstrip("0")


def _of_the_pair(match: re.Match[str], known: Known) -> str | None:
    return known.pair[0 if match["word"] == "former" else 1] if known.pair else None


def _the_other_of_its_kind(text: str, known: Known) -> str:
    """A text in which "the other harmony" is the one of the two that was not spoken of."""
    match = _OTHER_OF.search(text)
    if match is None:
        return text
    rest = text[match.end() :]
    found = next(iter(mentions(rest, known.names, known.roles)), None)
    if found is None or found.start or len(found.stems) != 2:
        return text
    others = [name for name in found.stems if name not in known.before.focus]
    return f"{text[: match.start()]}{others[0]}{rest[found.end :]}" if len(others) == 1 else text


def _by_own_word(match: re.Match[str], known: Known) -> str | None:
    """ "the mic": a word that only one of the family that was spoken of has in its name."""
    word, family = match["word"], next(iter(known.families()), ())
    if word in _NO_WORD_OF_ONE or mentions(match[0], known.names, known.roles):
        return None
    has = [name for name in family if word in words_of(name).split()]
    return has[0] if len(has) == 1 and len(family) > 1 else None
