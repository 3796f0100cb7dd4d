"""Where in a text stems are spoken of: their names, or words for what they are.

One rule: the longest words that mean a stem count as one mention of it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.english import is_word
from assistant.naming import in_full, is_called_a_role, spoken_of, words_of
from assistant.numerals import name_pattern
from assistant.orders.families import is_told_by
from assistant.orders.lexicon import phrases
from assistant.orders.otherwise import said_plainly
from assistant.said_sides import side_of
from assistant.slips import mended

_WORD = re.compile(r"[^\W_]+(?:['&][^\W_]+)*")
_MOST_WORDS = 4
_LEAST, _LONG = 4, 6  # letters of a name's word that shortens another, and of that
_LETTERS = frozenset("bcdefghjpqtvz")  # that are a stem's whole name; others are words in talk
STANDS_FOR = ("guitar", "piano", "bass")  # the first stem of a text, the second, the others
_NO_STEM = frozenset(  # words of orders that names of stems hold as well
    """
    a an and at back both but by centre center db down front hard high in it left less level low
    main mic middle more my no of off on one out over pan room same side solo that the them then to
    top track two under up with 1 2 3 4 5 6 7 8 9
    """.split()
)
Speak = Callable[[str], tuple[str, ...]]  # the stems that a text names
_IN_FULL = {  # what names shorten
    "oh": ("overhead", "overheads"), "ohs": ("overhead", "overheads"), "ovh": ("overheads",),
    "rhy": ("rhythm", "rhythms"), "perc": ("percussion",), "snr": ("snare",), "sd": ("snare",),
    "bv": ("backings",), "bvs": ("backings",), "tamb": ("tambourine",), "bd": ("kick",),
    "harm": ("harmony", "harmonies"), "vln": ("violin", "violins"), "vn": ("violin", "violins"),
    "vla": ("viola", "violas"), "vc": ("cello", "cellos"), "vlc": ("cello", "cellos"),
    "cb": ("contrabass",), "dbl": ("double", "doubles"), "ld": ("lead",), "gtr": ("guitar",),
    "pno": ("piano",), "tpt": ("trumpet", "trumpets"), "tbn": ("trombone", "trombones"),
}  # fmt: skip
_SHORTENED = frozenset(word for words in _IN_FULL.values() for word in words)
_SOLO = re.compile(r"\bsolo(?= (?:up|down|louder|quieter|[+-]?\d|is|in the))")
_ONE = re.compile(
    r" one\b(?! (?:db|decibels?|lu|and a half|point|or two|more|up|down|louder|quieter)\b)"
)
_AFTER_PLACE = re.compile(
    r"\b(?:under|below|beneath|behind|over|above|than|against|as|with) (?:the |my )?(me|main)\b"
)
_DRY = re.compile(r"\b(?:no|without(?: any)?|any) (?:fx|effects?)\b|\b(?:fx|effects) off\b")
_MISHEARD = re.compile(r"\bbase\b(?! (?:on|all|it|every\w*|the|my|track|this)\b)")  # by dictation


@dataclass(frozen=True)
class Mention:
    """Words from start to end of a text, and the stems that they mean, in the song's order."""

    start: int
    end: int
    stems: tuple[str, ...]


@lru_cache(maxsize=512)
def mentions(
    text: str, names: tuple[str, ...], roles: tuple[str | None, ...]
) -> tuple[Mention, ...]:
    """The mentions of stems in a text, first to last; they never overlap."""

    def speak(words: str) -> tuple[str, ...]:
        return spoken_of(words, names, roles)

    found = _by_name(text, names)
    plain = _DRY.sub(lambda match: "." * len(match[0]), _blanked(text, found))
    if len(low := speak("bass")) == 1:
        found += [Mention(*match.span(), low) for match in _MISHEARD.finditer(plain)]
    for match in _AFTER_PLACE.finditer(plain):
        main = sorted(_own_words(names).get("main", ()))
        me = tuple(main) if match[1] == "main" else speak("more of me")
        if len(me) == 1:
            found.append(Mention(match.start(1), match.end(1), me))
    plain = _blanked(plain, found)
    own = _own_words(names)
    if len(alone := own.get("solo", ())) == 1:  # a stem, not a command: "solo up 3"
        found += [Mention(*match.span(), tuple(alone)) for match in _SOLO.finditer(plain)]
        plain = _blanked(plain, found)
    for start, end in _runs(plain):
        found += _in_run(plain, list(_WORD.finditer(plain, start, end)), speak, own)
    found = [_widened(text, one, own) for one in sorted(found, key=lambda one: one.start)]
    return tuple(_with_sides(text, found))


def stems_in(text: str, names: Sequence[str], roles: Sequence[str | None]) -> tuple[str, ...]:
    """The stems that a text names, in the song's order."""
    found = mentions(text.casefold(), tuple(names), tuple(roles))
    meant = {name for one in found for name in one.stems} | {
        name for name in spoken_of(text, names, roles) if not found
    }
    return tuple(name for name in names if name in meant)


def as_read(text: str, names: Sequence[str], roles: Sequence[str | None]) -> str:
    """A text with slips mended, numbered stems in full and plainer wordings, in lower case."""
    return said_plainly(in_full(mended(text, names), names, roles).casefold())


def plainly_said(text: str, names: tuple[str, ...], roles: tuple[str | None, ...]) -> str:
    """A text as the reader of intents reads it: slips mended, stems called by plain words."""
    plain = as_read(text, names, roles)
    return without_names_of_stems(plain, mentions(plain, names, roles))


def without_names_of_stems(text: str, found: Sequence[Mention]) -> str:
    """A text in which stems are called by the same plain words: a reader learns no names."""
    told: dict[tuple[str, ...], str] = {}
    parts, start = [], 0
    for one in found:
        word = told.setdefault(one.stems, STANDS_FOR[min(len(told), len(STANDS_FOR) - 1)])
        parts += [text[start : one.start], word + ("s" if len(one.stems) > 1 else "")]
        start = one.end
    return "".join([*parts, text[start:]])


def _by_name(text: str, names: Sequence[str]) -> list[Mention]:
    """Mentions by a stem's whole name, as it is written or by its words."""
    plain = [words_of(name) for name in names]
    forms = {words: name for words, name in zip(plain, names, strict=True) if words}
    forms = {words: name for words, name in forms.items() if plain.count(words) == 1}
    forms |= {name.casefold(): name for name in names}
    found: list[Mention] = []
    for form in sorted(forms, key=len, reverse=True):
        if form in _NO_STEM or (len(form) < 2 and form not in _LETTERS):
            continue
        plural = "" if form.endswith("s") or " " in form else "(?:s(?!\\w))?"
        for match in re.finditer(name_pattern(form) + plural, text, re.IGNORECASE):
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                found.append(Mention(match.start(), match.end(), (forms[form],)))
    return found


def _blanked(text: str, found: Sequence[Mention]) -> str:
    """A text with mentions out of it, every position kept."""
    for one in found:
        text = text[: one.start] + "." * (one.end - one.start) + text[one.end :]
    return text


def _runs(text: str) -> list[tuple[int, int]]:
    """Stretches of words with nothing but spaces or dashes between them."""
    return [match.span() for match in re.finditer(r"[\w'&]+(?:[ \-_]+[\w'&]+)*", text)]


def _own_words(names: Sequence[str]) -> dict[str, set[str]]:
    """The words of names, each with the stems that have it in their names."""
    own: dict[str, set[str]] = {}
    for name in names:
        for word in words_of(name).split():
            for one in (word, *_IN_FULL.get(word, ())):
                own.setdefault(one, set()).add(name)
    return own


def _in_run(
    text: str, words: list[re.Match[str]], speak: Speak, own: dict[str, set[str]]
) -> list[Mention]:
    found: list[Mention] = []
    place = 0
    while place < len(words):
        if absent := _absent(text, words[place:], speak):
            place += absent
            continue
        size = _longest(text, words[place : place + _MOST_WORDS], speak)
        word = words[place]
        known = _is_called(word, own) or word[0] in _SHORTENED
        begun = _begun_by(word[0], own) if text.startswith(" one", word.end()) else set()
        if not size and (known or begun):
            if stems := _owners(word[0], own) or begun:
                found.append(Mention(*word.span(), tuple(sorted(stems))))
        elif size:
            start, end = words[place].start(), words[place + size - 1].end()
            found.append(Mention(start, end, _meant(text[start:end], text[:start], speak, own)))
        place += max(size, 1)
    return found


def _is_called(word: re.Match[str], own: dict[str, set[str]]) -> bool:
    """Whether one stem's name, and no other's, has a word: "the rap" is LEAD RAP."""
    if len(_owners(word[0], own)) != 1 or word[0] in _NO_STEM or len(word[0]) < 3:
        return False
    return (word[0],) not in phrases() and not word[0].isdigit()


def _owners(word: str, own: dict[str, set[str]]) -> set[str]:
    """The stems whose names have a word, which may be said of several: "the birds"."""
    if word in own or len(word) <= _LEAST or not word.endswith("s"):
        return own.get(word, set())
    return own.get(word[:-1], set())


def _begun_by(word: str, own: dict[str, set[str]]) -> set[str]:
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


def _meant(words: str, before: str, speak: Speak, own: dict[str, set[str]]) -> tuple[str, ...]:
    """The stems of a mention: of several those whose names have the words, all of a plural.

    before: the text before it.
    """
    stems = speak(words)
    if (called_so := own.get(words, set())) and not called_so & set(stems):
        return tuple(sorted(called_so))  # a name says so, a role only may
    called = [own.get(word, set()) & set(stems) for word in words.split()]
    narrow = set(stems).intersection(*filter(None, called))
    if narrow and len(narrow) < len(stems):  # "the choir", where one stem is called so
        return tuple(name for name in stems if name in narrow)
    last = words.split()[-1]
    more = own.get(last[:-1], set()) if last.endswith("s") and " " not in words else set()
    if len(more) == 2 and more < set(stems) and re.search(r"\b(?:both|two)(?: the| my)? $", before):
        return tuple(name for name in stems if name in more)
    return tuple(dict.fromkeys((*stems, *sorted(more)))) if more & set(stems) else stems


def _widened(text: str, one: Mention, own: dict[str, set[str]]) -> Mention:
    """A mention with the words of its stem's name beside it: "host mic", "lofi bed"."""
    if len(one.stems) != 1:
        one = _narrowed(text, one, own)
    if len(one.stems) != 1:
        return one
    start, end, changed = one.start, one.end, True
    while changed:
        before = re.search(r"([^\W_]+)[ _-]$", text[:start])
        behind = re.match(r"[ _-]([^\W_]+)", text[end:])
        changed = False
        if before and one.stems[0] in own.get(before[1], ()) and not before[1].isdigit():
            start, changed = before.start(1), True
        elif behind and one.stems[0] in own.get(behind[1], ()) and not behind[1].isdigit():
            end, changed = end + behind.end(), True
    if re.search(r"\bthe $", text[:start]) and (the := _ONE.match(text, end)):
        end = the.end()  # "the amp one"
    return Mention(start, end, one.stems)


def _absent(text: str, words: list[re.Match[str]], speak: Speak) -> int:
    """How many words stand for a role that no stem has: "backing singers", and none are here."""
    for size in range(min(len(words), _MOST_WORDS), 1, -1):
        together = _text(text, words, size)
        if is_called_a_role(together) and not speak(together):
            return size
    return 0


def _longest(text: str, words: list[re.Match[str]], speak: Speak) -> int:
    """How many of these words, from the first on, are one mention; 0: none is."""
    alone = [() if word[0] in _NO_STEM else speak(word[0]) for word in words]
    best = 0
    for size in range(1, len(words) + 1):
        if words[size - 1][0] in _NO_STEM:
            break
        together = speak(text[words[0].start() : words[size - 1].end()])
        if not together:
            continue
        first, last = alone[0], alone[size - 1]
        if size > 1:
            if last and first and set(first).isdisjoint(last) and set(together) >= {*first, *last}:
                break  # "kick snare": two stems
            if not last and together == (best and speak(_text(text, words, best))):
                break  # "vocals please": the second word adds nothing
            if not first and together == last:
                return 0  # "please vocals": nor does the first
        best = size
    return best


def _text(text: str, words: list[re.Match[str]], size: int) -> str:
    return text[words[0].start() : words[size - 1].end()]


def _narrowed(text: str, one: Mention, own: dict[str, set[str]]) -> Mention:
    """Of several stems the one that a word beside it calls: "the solo guitar", "guitar two"."""
    behind = re.match(r"[ _-](?P<word>[^\W\d_]{2,})(?![\w'])", text[one.end :])
    if behind and len(only := own.get(behind["word"], set()) & set(one.stems)) == 1:
        return Mention(one.start, one.end + behind.end(), tuple(only))  # "the bass mic"
    before = re.search(r"(?:^|(?P<the>the|my|our) |\W)(?P<word>[^\W_]+)[ -]$", text[: one.start])
    if before is None:
        return one
    meant = own.get(before["word"], set()) & set(one.stems)
    meant = meant or {name for name in one.stems if is_told_by(name, before["word"])}
    known = (before["word"],) in phrases() and not before["the"]
    if len(meant) != 1 or known:
        return one
    return Mention(before.start("word"), one.end, tuple(meant))


def _with_sides(text: str, found: Sequence[Mention]) -> list[Mention]:
    """ "left guitar" is the guitar on the left where several are meant."""
    told = []
    for one in found:
        side = re.search(r"\b(left|right)(?:[ -]hand)?(?: side)? $", text[: one.start])
        own = [name for name in one.stems if side and side_of(name) == side[1]]
        if side and len(one.stems) > 1 and len(own) == 1:
            one = Mention(side.start(), one.end, tuple(own))
        told.append(one)
    return told
