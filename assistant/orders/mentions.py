"""Where in a text stems are spoken of: their names, or words for what they are.

One rule: the longest words that mean a stem count as one mention of it.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from assistant.naming import in_full, is_called_a_role, spoken_of, words_of
from assistant.numerals import name_pattern
from assistant.orders.beside import (
    Mention,
    of_its_owner,
    of_whom,
    widened,
    with_sides,
    with_their_kinds,
    without_speakers,
)
from assistant.orders.excepted import exceptions_beside
from assistant.orders.otherwise import said_plainly
from assistant.orders.own_words import (
    NO_STEM,
    PEOPLE,
    SHORTENED,
    Own,
    begun_by,
    calls_several,
    is_called,
    own_words,
    owners,
)
from assistant.orders.whole_families import all_of_a_kind, instruments
from assistant.said_sides import pairs_in_full
from assistant.slips import mended

_WORD = re.compile(r"[^\W_]+(?:['&][^\W_]+)*")
_MOST_WORDS = 4
_LETTERS = frozenset("bcdefghjpqtvz")  # that are a stem's whole name; others are words in talk
STANDS_FOR = ("guitar", "piano", "bass")  # the first stem of a text, the second, the others
Speak = Callable[[str], tuple[str, ...]]  # the stems that a text names
_SOLO = re.compile(
    r"\bsolo(?= (?:up|down|louder|quieter|[+-]?\d|is|in the|must|should|has to|needs to|can be"
    r"|stays?|remains?|not so|too|sits|sounds))"
    r"|(?<=\bthe )solo\b(?! (?:the|on|of)\b)|(?<=\bmy )solo\b"
)
_AFTER_PLACE = re.compile(
    r"\b(?:under|below|beneath|behind|over|above|than|against|as"
    r"|(?:level|even|par|equal|compared|match\w*) with) (?:the |my )?(me|main)\b"
)
_SPEAKER = re.compile(  # who sings speaks of himself: "all but me down 2", "hear me and Jen"
    r"\b(?:(?:except|but|besides|apart from|aside from|other than|not|only|just)(?: for)?"
    r"|(?:hear|solo|mute)(?: only| just)?) (me|myself)\b"
    r"(?! (?:\d|up\b.*\d.*\bto\b|the\b|a\b|an\b|my\b|your\b|that\b|this\b|what\b|how\b|more\b"
    r"|some\b))"
    r"|\bplay (?:only |just )?(me|myself)(?=\W*$| (?:alone|solo|by myself|on my own|and)\b)"
    r"|\b(?:and|plus) (me|myself)(?=\W*$| (?:up|down|left|right|alone|only|on)\b)"
)
_SINGING = re.compile(  # "am i too loud", which is no whole mention
    r"\b(?:am i|i am|i'?m|(?:is |am )?me singing)(?= (?:\w+ )?too (?:loud|quiet|low|soft|buried))"
)
_TOM = re.compile(
    r"(?<!\bthe )(?<!\bmy )(?<!\bfloor )(?<!\brack )(?<!\bhi )(?<!\blow )\btom\b(?! ?\d)"
)
_ME = re.compile(
    r"(?<!let )(?<!give )(?<!tell )(?<!show )(?<!play )(?<!for )(?<!to )(?<!help )(?<!bring )"
    r"(?<!get )\bme\b"
)
_DRY = re.compile(r"\b(?:no|without(?: any)?|any) (?:fx|effects?)\b|\b(?:fx|effects) off\b")
_OF_A_MIX = re.compile(r"\b(?:mix\w*|render\w*|takes?|faders?|versions?|bounce|without|no|any)\b")
_MISHEARD = re.compile(r"\bbase\b(?! (?:on|all|it|every\w*|the|my|track|this)\b)")  # by dictation
_OH = re.compile(  # a sound, and no overheads
    r"\boh(?= (?:no|my|god|dear|well|yes|yeah|ok|okay|wait|man|boy|come|please|and|but|sorry|right"
    r"|sure|i|that|it|nice|great|wow|lol)\b(?!(?<=right) (?:by )?\d)|[,!])"
)
_OVERHEADS = re.compile(  # with these words behind it, it is no sound
    r"\boh(?= (?:up|down|left|hard|louder|quieter|by|wide|right (?:by )?\d|[+-]?\d))"
)


@lru_cache(maxsize=512)
def mentions(
    text: str, names: tuple[str, ...], roles: tuple[str | None, ...]
) -> tuple[Mention, ...]:
    """The mentions of stems in a text, first to last; they never overlap."""

    def speak(words: str) -> tuple[str, ...]:
        return spoken_of(words, names, roles)

    text = _OH.sub(lambda match: "." * len(match[0]), text)
    found = _by_name(text, names)
    plain = _blanked(text, found)
    if _OF_A_MIX.search(plain) or not speak("fx"):  # else "fx off" is of the stem
        plain = _DRY.sub(lambda match: "." * len(match[0]), plain)
    if len(low := speak("bass")) == 1:
        found += [Mention(*match.span(), low) for match in _MISHEARD.finditer(plain)]
    for match in _AFTER_PLACE.finditer(plain):
        main = sorted(own_words(names).get("main", ()))
        me = tuple(main) if match[1] == "main" else speak("more of me")
        if len(me) == 1:
            found.append(Mention(match.start(1), match.end(1), me))
    plain = _blanked(plain, found)
    if len(called_so := own_words(names).get("me", ())) == 1:  # a stem: "me guitar"
        found += [Mention(*one.span(), tuple(called_so)) for one in _ME.finditer(plain)]
        plain = _blanked(plain, found)
    elif len(me := speak("more of me")) == 1:
        for match in (*_SPEAKER.finditer(plain), *_SINGING.finditer(plain)):
            found.append(Mention(*match.span(match.lastindex or 0), me))
        plain = _blanked(plain, found)
    own = own_words(names)
    found += _overheads(plain, own) + instruments(plain, names, roles)
    plain = _blanked(plain, found)
    if "tom" not in own:  # who plays the fiddle, and no drum
        plain = _TOM.sub("...", plain)
    if len(alone := own.get("solo", ())) == 1:  # a stem, not a command: "solo up 3"
        found += [Mention(*match.span(), tuple(alone)) for match in _SOLO.finditer(plain)]
        plain = _blanked(plain, found)
    for start, end in _runs(plain):
        found += _in_run(plain, list(_WORD.finditer(plain, start, end)), speak, own)
    found = of_whom(text, sorted(found, key=lambda one: one.start))
    found = without_speakers(text, found)
    found = of_its_owner(text, found)
    kinds = dict(zip(names, roles, strict=True))
    found = [widened(text, one, own) for one in with_their_kinds(text, found, kinds)]
    found = [all_of_a_kind(text, one, kinds) for one in found]
    return tuple(with_sides(text, found, kinds))


def _overheads(text: str, own: Own) -> list[Mention]:
    stems = tuple(sorted(own.get("oh", ()) or own.get("ohs", ())))
    return [Mention(*one.span(), stems) for one in _OVERHEADS.finditer(text)] if stems else []


def stems_in(text: str, names: Sequence[str], roles: Sequence[str | None]) -> tuple[str, ...]:
    """The stems that a text names, in the song's order."""
    found = mentions(text.casefold(), tuple(names), tuple(roles))
    meant = {name for one in found for name in one.stems} | {
        name for name in spoken_of(text, names, roles) if not found
    }
    return tuple(name for name in names if name in meant)


def as_read(text: str, names: Sequence[str], roles: Sequence[str | None]) -> str:
    """A text with slips mended, numbered stems in full and plainer wordings, in lower case."""
    plain = pairs_in_full(mended(text, names), names)
    plain = said_plainly(in_full(plain, names, roles).casefold())
    return exceptions_beside(plain, lambda told: mentions(told, tuple(names), tuple(roles)))


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
        if form in NO_STEM or (len(form) < 2 and form not in _LETTERS):
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


def _in_run(text: str, words: list[re.Match[str]], speak: Speak, own: Own) -> list[Mention]:
    found: list[Mention] = []
    place = 0
    while place < len(words):
        if absent := _absent(text, words[place:], speak):
            place += absent
            continue
        size = _longest(text, words[place : place + _MOST_WORDS], speak)
        word, start = words[place][0].removesuffix("'s"), words[place].start()
        if not size and (stems := _called(word, text, start + len(word), speak, own)):
            found.append(Mention(start, start + len(word), tuple(sorted(stems))))
        elif size:
            start, end = words[place].start(), words[place + size - 1].end()
            found.append(Mention(start, end, _meant(text[start:end], text[:start], speak, own)))
        place += max(size, 1)
    return found


def _called(word: str, text: str, end: int, speak: Speak, own: Own) -> set[str]:
    """The stems that a word calls by a word of their names. end: where it ends in the text."""
    if is_called(word, own) or word in SHORTENED or calls_several(word, own):
        return owners(word, own)
    if word in PEOPLE and text[: end - len(word)].endswith("the "):  # whoever sings behind
        behind = speak("backing vocals")
        return set(behind) if len(behind) == 1 else set()
    return begun_by(word, own) if text.startswith(" one", end) else set()


def _meant(words: str, before: str, speak: Speak, own: Own) -> tuple[str, ...]:
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


def _absent(text: str, words: list[re.Match[str]], speak: Speak) -> int:
    """How many words stand for a role that no stem has: "backing singers", and none are here."""
    for size in range(min(len(words), _MOST_WORDS), 1, -1):
        together = _text(text, words, size)
        if is_called_a_role(together) and not speak(together):
            return size
    return 0


def _longest(text: str, words: list[re.Match[str]], speak: Speak) -> int:
    """How many of these words, from the first on, are one mention; 0: none is."""
    alone = [() if word[0] in NO_STEM else speak(word[0]) for word in words]
    best = 0
    for size in range(1, len(words) + 1):
        if words[size - 1][0] in NO_STEM:
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
            if not first and together == last and not is_called_a_role(_text(text, words, size)):
                return 0  # "please vocals": nor does the first
        best = size
    return best


def _text(text: str, words: list[re.Match[str]], size: int) -> str:
    return text[words[0].start() : words[size - 1].end()]
