"""Which stems a text names: by their names, by plain words for what they are, or nearly so.

One rule: a word that one stem's name takes up does not count for another stem.
"""

import difflib
import re
from collections.abc import Sequence
from functools import cache

import prompts
from assistant.english import english_words
from mixer.roles import role_from_name, words_of

# Whom a word means where no stem has its very role: "the drums" may be kick and snare.
_FAMILY = {
    "drums": {"kick", "snare", "hats", "percussion"},
    "percussion": {"drums"},
    "lead vocal": {"backing vocals"},
    "backing vocals": {"lead vocal"},
    "electric guitar": {"acoustic guitar"},
    "acoustic guitar": {"electric guitar"},
    "piano": {"organ", "synth pad"},
    "synth lead": {"synth pad", "arpeggio"},
    "synth pad": {"synth lead", "strings"},
}
# What names of stems say of their role, but not what people say in passing.
_EVERYDAY = frozenset(
    "room rooms break top tops base steel hook noise impact sing rap saw winds loop str oh".split()
)
# Words for roles that are said of other things as well, so that nothing is missing without them.
_NO_STEM = frozenset({"effects", "effect", "fx", "pad", "chords", "melody", "low end"})
_LIKENESS = 0.75
_WORD = re.compile(r"[\w'&]+|\.")


def spoken_of(text: str, names: Sequence[str], roles: Sequence[str | None]) -> tuple[str, ...]:
    """The stems that a text names, in the song's order.

    In "breakbeat up" the stem of that name is meant, not the percussion beside it; a word for a
    role that no stem has is compared with the names' own words, as typing errors are.
    """
    found, rest, phrases = _named(text.casefold(), names)
    kinds = [{role, role_from_name(n)} - {None} for n, role in zip(names, roles, strict=True)]
    loose: list[str] = []
    for word, role in phrases + _words_with_roles(_WORD.findall(rest)):
        same = {name for name, kind in zip(names, kinds, strict=True) if role in kind}
        family = _FAMILY.get(role or "", set())
        meant = same or {n for n, kind in zip(names, kinds, strict=True) if kind & family}
        if role is not None:  # "the lead" is VOX LEAD as well as the lead synth
            called = {name for name in names if word in words_of(name).split()}
            meant = meant if meant & called else meant | called
        found |= meant
        if not meant:
            loose += word.split()
    for name in names:
        telling = [word for word in words_of(name).split() if len(word) > 3]
        if any(_is_nearly(word, loose) for word in telling):
            found.add(name)
    return tuple(name for name in names if name in found)


def _is_nearly(word: str, spoken: Sequence[str]) -> bool:
    """Whether a word was said, or written with a slip; another word of English is no slip."""
    slips = [one for one in spoken if one not in english_words() or word.startswith(one)]
    return word in spoken or bool(difflib.get_close_matches(word, slips, n=1, cutoff=_LIKENESS))


def not_here(text: str, names: Sequence[str], roles: Sequence[str | None]) -> list[str]:
    """Words of a text that stand for an instrument which no stem of the song is."""
    _, rest, phrases = _named(text.casefold(), names)
    instruments = [word for word, role in phrases + _words_with_roles(_WORD.findall(rest)) if role]
    return [
        word for word in instruments
        if word not in _NO_STEM and not spoken_of(word, names, roles)
    ]  # fmt: skip


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
        if len(form) < 2:
            continue
        plural = "s?" if name is None else ""
        text, count = re.subn(rf"(?<!\w){re.escape(form)}{plural}(?!\w)", " . ", text)
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
        role = _role_of(" ".join(pair)) if len(pair) == 2 and not _has_number(pair) else None
        if role is not None and role not in map(_role_of, pair):
            told.append((" ".join(pair), role))
            place += 2
        else:  # "louder trumpets" is no other role than "trumpets"
            told.append((words[place], _role_of(words[place])))
            place += 1
    return told


def _has_number(words: Sequence[str]) -> bool:
    return any(word.isdecimal() for word in words)


def _role_of(spoken: str) -> str | None:
    """The role that a word stands for, in the singular too."""
    plain = _plain_roles()
    if spoken in _EVERYDAY:
        return None
    known = role_from_name(spoken) or plain.get(spoken)
    return known or (plain.get(spoken[:-1]) if spoken.endswith("s") else None)


@cache
def _plain_roles() -> dict[str, str]:
    """Plain words for what a stem is, with the role that each stands for."""
    told = prompts.words("roles").items()
    return {str(word).casefold(): role for role, words in told for word in words}
