"""Which stems a text names: by their names, by plain words for what they are, or nearly so.

One rule: a word that one stem's name takes up does not count for another stem.
"""

import difflib
import re
from collections.abc import Sequence
from functools import cache, lru_cache

import prompts
from assistant.english import is_word
from assistant.instruments import family_of, is_another, rules_out
from assistant.numerals import UNIT, name_pattern
from mixer import roles as stem_roles

# What names of stems say of their role, but not what people say in passing.
_EVERYDAY = frozenset(
    "room rooms break top tops base steel hook noise impact sing rap saw winds loop str oh"
    " double".split()
)
_BEHIND = "backing background backup bg harmony gang group".split()
_SINGERS = "vocal vox singer voice vocalist".split()
_ALSO_CALLED = {
    **{f"{behind} {who}": "backing vocals" for behind in _BEHIND for who in _SINGERS},
    **dict.fromkeys(
        ("backups", "bgs", "harmony", "vocal harmonies", "vocal double", "choirs"), "backing vocals"
    ),
    **dict.fromkeys(("vocalist", "frontman", "front man", "lead singer"), "lead vocal"),
}
_BACKING = frozenset(word for phrase in _ALSO_CALLED for word in phrase.split()) - {"lead", "man"}
_IN_FRONT = frozenset({"lead", "leads"})
_ASIDE = r"(?:(?:an?|the|way|just|\d[\d.]*|bit|touch|little|tad|hair|dbs?|lot) )*"
_ME = re.compile(  # who sings speaks of himself: "turn me up", "more of me"
    rf"\b(?:turn|bring|push|pull|put|pan|move|get|lift|drop|raise|lower|boost|cut|make) me {_ASIDE}"
    r"(?:up|down|louder|quieter|softer|left|right|forward|back|higher|lower)\b"
    rf"|^\W*me {_ASIDE}(?:up|down|louder|quieter|softer)\b|\b(?:more|less) (?:of )?me\b"
    r"|\bi(?:'m| am) too (?:loud|quiet|low|soft|buried)\b"
    r"|\b(?:un)?mute me\b|\b(?:can'?t|cannot|hardly|barely) hear (?:me|myself)\b"
)
_ANY_STEM = frozenset("audio track bus channel ch stem inst".split())
_NUMBERED = re.compile(rf"\b([^\W\d_]+)[ _-]?(\d+)\b(?![.,]\d|\s?(?:%|percent)|{UNIT})")
_A_NUMBER = re.compile(  # "303 louder", "the 12 string"; no amount, and no number of a version
    rf"(?P<of>\b(?:by|to|at|from|seed|version|take|number|stem|track|plus|minus) |[-+.,v])?"
    rf"(?P<the>\b(?:the|my|our|that) )?(?<![\w.,])(?P<number>\d{{2,4}})(?![\d%]|[.,]\d|{UNIT})"
    r"(?:[ -]?(?P<word>[^\W\d_]{2,}))?",
    re.IGNORECASE,
)
_COUNTED = frozenset(
    "percent per cent hz khz k ms bpm lufs lu takes versions mixes times seconds minutes bars"
    " beats o'clock th st nd rd years".split()
)
_AND_NUMBER = rf"(\s*(?:and|&|n|or)\s*)(\d+)\b(?![.,]\d|\s?(?:%|percent)|{UNIT})"
# Words for roles that are said of other things as well, so that nothing is missing without them.
_NO_STEM = frozenset({"effects", "effect", "fx", "pad", "chords", "melody", "low end"})
_ASKED_AFTER = re.compile(
    r"\b(?:what|how) about (?:the|a|an|my|our|some) (?!(?:rest|others?|mix|balance|levels?|low|high"
    r"|song|whole|sound|first|second|last|one|two|volume|louder|quieter|way|idea)\b)([^\W\d_]{3,})"
)
_LIKENESS = 0.75
_WORD = re.compile(r"[\w'&]+|\.")
_HAS_DIGIT, _HAS_LETTER = re.compile(r"\d"), re.compile(r"[^\W\d_]")


@lru_cache(maxsize=4096)
def words_of(name: str) -> str:
    """A name's words, as mixer.roles spreads them."""
    return stem_roles.words_of(name)


@lru_cache(maxsize=4096)
def role_from_name(name: str) -> str | None:
    """The role that a name tells, as mixer.roles reads it."""
    return stem_roles.role_from_name(name)


def spoken_of(text: str, names: Sequence[str], roles: Sequence[str | None]) -> tuple[str, ...]:
    """The stems that a text names, in the song's order.

    In "breakbeat up" the stem of that name is meant, not the percussion beside it; a word for a
    role that no stem has is compared with the names' own words, as typing errors are.
    """
    return _spoken_of(text, tuple(names), tuple(roles))


@lru_cache(maxsize=1024)
def _spoken_of(text: str, names: tuple[str, ...], roles: tuple[str | None, ...]) -> tuple[str, ...]:
    found, rest, phrases = _named(text.casefold(), names)
    kinds = [{role, role_from_name(n)} - {None} for n, role in zip(names, roles, strict=True)]
    loose: list[str] = []
    for word, role in phrases + _words_with_roles(_words(rest)):
        same = {name for name, kind in zip(names, kinds, strict=True) if role in kind}
        family = family_of(word, role)
        if word in _IN_FRONT and not same:  # "the lead" is who sings it, where nobody else leads
            family = {"lead vocal"}
        meant = same or {
            n for n, kind in zip(names, kinds, strict=True)
            if kind & family and not rules_out(word, words_of(n).split(), role, role_of)
        }  # fmt: skip
        meant = {n for n in meant if not is_another(word, words_of(n).split(), role, role_of)}
        if role is not None:  # "the lead" is VOX LEAD as well as the lead synth
            called = {n for n in names if {word, _single(word)} & set(words_of(n).split())}
            meant = meant if meant & called else meant | called
        found |= meant
        if not meant and role != "backing vocals":  # the singers behind are not the one in front
            loose += word.split()
    if _ME.search(text.casefold()):
        found |= {name for name, kind in zip(names, kinds, strict=True) if "lead vocal" in kind}
    for name in names:
        telling = [word for word in words_of(name).split() if len(word) > 3]
        if any(_is_nearly(word, loose) for word in telling):
            found.add(name)
    return tuple(name for name in names if name in found)


def _words(text: str) -> list[str]:
    """The words of a text, "lead's" as "lead"."""
    return [word for one in _WORD.findall(text) if (word := one.removesuffix("'s"))]


def _single(word: str) -> str:
    """One of what a word means several of: "harmonies" are each a harmony."""
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _is_nearly(word: str, spoken: Sequence[str]) -> bool:
    """Whether a word was said, or written with a slip; another word of English is no slip."""
    slips = [one for one in spoken if not is_word(one) or word.startswith(one)]
    return word in spoken or bool(difflib.get_close_matches(word, slips, n=1, cutoff=_LIKENESS))


def not_here(text: str, names: Sequence[str], roles: Sequence[str | None]) -> list[str]:
    """Words of a text that stand for an instrument which no stem of the song is."""
    _, rest, phrases = _named(text.casefold(), names)
    instruments = [word for word, role in phrases + _words_with_roles(_words(rest)) if role]
    return [
        word for word in instruments
        if word not in _NO_STEM and not spoken_of(word, names, roles)
    ]  # fmt: skip


def foreign_in(text: str) -> list[str]:
    """Words of a lower-case text for instruments that no role stands for: "banjo"."""
    known = {str(word) for word in prompts.words("missing")}
    return [word for one in _words(text) for word in (one, one.removesuffix("s")) if word in known]


def asked_after(text: str) -> str | None:
    """The word of "what about the tuba", whatever it stands for; None for no such question."""
    found = _ASKED_AFTER.search(text.casefold())
    return found[1] if found else None


Told = list[tuple[str, str | None]]


def _named(text: str, names: Sequence[str]) -> tuple[set[str], str, Told]:
    """Stems called by name and roles called by two words, the longest first; the text without."""
    plain = [words_of(name) for name in names]
    forms = {phrase: None for phrase in _plain_roles() if " " in phrase}
    forms |= {w: n for w, n in zip(plain, names, strict=True) if plain.count(w) == 1}
    forms |= {name.casefold(): name for name in names}
    found: set[str] = set()
    phrases: Told = []
    for form, name in sorted(forms.items(), key=lambda one: len(one[0]), reverse=True):
        numbered = name is not None and _HAS_DIGIT.search(form) and _HAS_LETTER.search(form)
        if len(form) < 2 or not (numbered or form in text):
            continue
        plural = "s?" if name is None else ""
        pattern = rf"(?<!\w){re.escape(form)}{plural}(?!\w)"
        if numbered:
            pattern = name_pattern(form)  # "gtr1" is "gtr 1", and "gtr 1 dB" is not
        text, count = re.subn(pattern, " . ", text)
        if count and name is None:
            phrases.append((form, _plain_roles()[form]))
        elif count and name is not None:
            found.add(name)
    return found, text, phrases


def _words_with_roles(words: Sequence[str]) -> Told:
    """Words (two together first) with the role that they stand for, None for the others."""
    told: Told = []
    place = 0
    while place < len(words):
        pair = words[place : place + 2]
        role = role_of(" ".join(pair)) if len(pair) == 2 and not _has_number(pair) else None
        if role is not None and role not in map(role_of, pair):
            told.append((" ".join(pair), role))
            place += 2
        else:  # "louder trumpets" is no other role than "trumpets"
            told.append((words[place], role_of(words[place])))
            place += 1
    return told


def _has_number(words: Sequence[str]) -> bool:
    return any(word.isdecimal() for word in words)


def role_of(spoken: str) -> str | None:
    """The role that a word stands for, in the singular too."""
    plain = _plain_roles()
    if spoken not in plain and _EVERYDAY & set(spoken.split()):
        return None
    known = role_from_name(spoken) or plain.get(spoken)
    return known or (plain.get(spoken[:-1]) if spoken.endswith("s") else None)


def is_called_a_role(words: str) -> bool:
    """Whether several words together are a name for a role: "backing singers"."""
    return " " in words and (words in _plain_roles() or words.removesuffix("s") in _plain_roles())


@cache
def _plain_roles() -> dict[str, str]:
    """Plain words for what a stem is, with the role that each stands for."""
    told = prompts.words("roles").items()
    return _ALSO_CALLED | {str(word).casefold(): role for role, words in told for word in words}


def in_full(text: str, names: Sequence[str], roles: Sequence[str | None]) -> str:
    """A text in which numbered stems have their whole names: "gtr 1 and 2" names two of them.

    So no digit of a name is taken for a number of dB; "guitar 2" is the guitar with that number.
    """
    if not _HAS_DIGIT.search(text):
        return text
    text = _by_their_numbers(text, names)
    for name in sorted(names, key=len, reverse=True):
        if (match := re.fullmatch(r"(.*\D)(\d+)", name)) is None:
            continue
        for number in (m[2] for m in re.finditer(f"{name_pattern(name)}{_AND_NUMBER}", text)):
            other = next((n for n in names if n.casefold() == f"{match[1]}{number}".casefold()), "")
            if other:
                pattern = f"({name_pattern(name)}){_AND_NUMBER}"
                text = re.sub(pattern, rf"\g<1>\g<2>{other}", text, flags=re.IGNORECASE)
    return _NUMBERED.sub(lambda match: _numbered(match, text, names, roles), text)


def _by_their_numbers(text: str, names: Sequence[str]) -> str:
    """A text in which "the 303" and "the 12 string" are stems that have these in their names."""
    for match in reversed(list(_A_NUMBER.finditer(text))):
        number, word = match["number"], (match["word"] or "").casefold()
        has = [name for name in names if re.search(rf"(?<!\d){number}(?!\d)", name)]
        if len(has) != 1 or re.search(rf"{name_pattern(has[0])}", text, re.IGNORECASE):
            continue
        behind = re.search(rf"(?<!\d){number}[ _-]?([^\W\d_]{{2,}})", has[0])
        short = behind[1].casefold() if behind else ""
        with_word = bool(word and short) and (word.startswith(short) or short.startswith(word))
        by_itself = (len(number) > 2 or bool(match["the"])) and not match["of"]
        if not with_word and (not by_itself or (len(number) < 2 or word in _COUNTED)):
            continue
        end = match.end("word") if with_word else match.end("number")
        text = f"{text[: match.start('number')]}{has[0]}{text[end:]}"
    return text


def _numbered(
    match: re.Match[str], text: str, names: Sequence[str], roles: Sequence[str | None]
) -> str:
    """The name of the one stem that a word and a number mean, or what was matched."""
    word, digits = match[1].casefold(), match[2]
    if any(
        one.start() <= match.start() < one.end()
        for name in names
        for one in re.finditer(name_pattern(name), text, re.IGNORECASE)
    ):
        return match[0]
    role = role_of(word)
    alike = [
        name
        for name, kind in zip(names, roles, strict=True)
        if _HAS_DIGIT.search(name)
        and (word in words_of(name).split() or (role and role in (kind, role_from_name(name))))
    ]
    number = digits.lstrip("0")  # "stem 3" is STEM_03_GTR
    meant = [n for n in alike if number in [d.lstrip("0") for d in re.findall(r"\d+", n)]]
    several = len(alike) > 1 or word in _ANY_STEM
    return meant[0] if len(meant) == 1 and several else match[0]
