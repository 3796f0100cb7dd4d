"""Slips of the fingers mended, in one place: "dwon 2 db" is read as "down 2 db".

One rule: a word of English, a stem's name or a word that is known here is never changed.
"""

import difflib
import re
from collections.abc import Sequence
from functools import cache

import prompts
from assistant.english import is_word
from mixer.roles import words_of
from mixer.words import read

_LIKENESS = 0.75
_LEAST_LETTERS = 4
_MOST_LETTERS_OFF = 2  # that a slip leaves out or adds
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_WITH = re.compile(r"(?<![\w'&.])w(?:/(?= ?\w)|(?= \w))")  # "level w the kick"
_TOO = re.compile(  # "they are 2 loud", "is the bass 2 loud"; a stem of that number is none
    r"(?P<is>\b(?:is|are|its|it's|they're|sounds?|was|way|bit) )2 (?=(?:loud|quiet|much|soft|hot"
    r"|low|high|thin|bright|dark)\b)"
    r"|(?P<asks>^\W*(?:is|are|isn'?t|aren'?t) [^,.;]*? )2 (?=(?:loud|quiet|much|soft)\W*$)"
)
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
# Words that decide what is done: a slip in one of them would turn a wish round or lose it.
_TELLING = """
up down raise lower lowered raised louder quieter softer boost boosted cut drop reduce increase
decrease lift push pull bring turn loudest quietest softest faintest more less left right centre
center middle percent above below
under over beneath behind same level match equal mute unmute muted unmuted solo except everything
everyone every undo redo back forward half double decibel decibels
""".split()


def mended(text: str, names: Sequence[str] = ()) -> str:
    """A text in lower case with slips in names, telling words and words for instruments mended."""
    own = {word for name in names for word in (*words_of(name).split(), name.casefold())}
    plain = text.casefold()
    if not any("2" in name for name in names):
        plain = _TOO.sub(lambda match: f"{match['is'] or match['asks']}too ", plain)
    plain = plain if "w" in own else _WITH.sub("with", plain)
    return _WORD.sub(lambda match: _mended(match[0], own), plain)


def _mended(word: str, own: set[str]) -> str:
    for letters in (r"\1", r"\1\1") if _DRAWN_OUT.search(word) and word not in own else ():
        plain = _DRAWN_OUT.sub(letters, word)  # "perfffect", "sooo"
        if is_word(plain) or plain in _known():
            return plain
    if len(word) < _LEAST_LETTERS or word in own or is_word(word) or word in _known():
        return word
    if word.endswith("s") and word[:-1] in own:
        return word[:-1]  # "leos guitar" is that of Leo
    if read(word).wishes:  # "brighten" is no slip of "right"
        return word
    if _is_inflected(word) or _is_british(word):
        return word  # "drowns" is no slip of "down"
    names = [name for name in own if len(name) >= _LEAST_LETTERS and name.isalpha()]
    for targets in (names, _targets()):
        near = difflib.get_close_matches(word, targets, n=1, cutoff=_LIKENESS)
        if near and abs(len(near[0]) - len(word)) <= _MOST_LETTERS_OFF:  # "distorting" is no string
            return near[0]
    return word


def _is_british(word: str) -> bool:
    """Whether a word is one of English in its British spelling: "practise", "colour"."""
    spelled = (("is", "iz"), ("ise", "ice"), ("our", "or"), ("re", "er"), ("ogue", "og"))
    return any(one in word and is_word(word.replace(one, other)) for one, other in spelled)


def _is_inflected(word: str) -> bool:
    """Whether a word is one of English with an ending, which no list of words has."""
    endings = (
        ("s", ""),
        ("es", ""),
        ("ed", ""),
        ("ing", ""),
        ("er", ""),
        ("ed", "e"),
        ("ing", "e"),
    )
    bases = [word[: -len(end)] + more for end, more in endings if word.endswith(end)]
    return any(len(base) >= _LEAST_LETTERS and is_word(base) for base in bases)


@cache
def _targets() -> tuple[str, ...]:
    """The words that a slip may stand for."""
    amounts = [*prompts.GAIN_WORDS, *prompts.words("pan_words")]
    roles = [word for plain in prompts.words("roles").values() for word in plain]
    telling = {part for words in amounts for part in words.casefold().split()}
    named = {part for word in roles for part in str(word).casefold().split()}
    return tuple(sorted({
        *_TELLING,
        *(word for word in telling if len(word) >= _LEAST_LETTERS),
        *(word for word in named if len(word) > _LEAST_LETTERS),  # "tahts" is no hats
    }))  # fmt: skip


@cache
def _known() -> frozenset[str]:
    """The same words and those of orders, to be looked up."""
    told = [*prompts.order_words()["sizes"], *prompts.order_words()["numbers"]]
    told += [words for row in prompts.order_words()["kinds"].values() for words in row]
    return frozenset({*_targets(), *(word for words in told for word in words.split())})
