"""A text as a row of tokens: stems, numbers and the words of orders.

One rule: a word that is not known is a token, too; what holds one is no plain order.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.numerals import normal
from assistant.orders.lexicon import FILLER, JOIN, MOST_WORDS, NUMBER, phrases
from assistant.orders.mentions import Mention, as_read, mentions
from assistant.said_sides import without_idioms

UNKNOWN, STEM, STOP = "unknown", "stem", "stop"
_PIECE = re.compile(
    r"(?P<sign>[+-])(?=\s?\.?\d)|(?P<number>\d+(?:[.,]\d+)?|\.\d+)|(?P<percent>%)"
    r"|(?P<word>'?[^\W\d_]+(?:['-][^\W\d_]+)*'?)|(?P<stop>[,.;!?/\n()]+|[-–—]+)|(?P<pause>:)|(?P<other>\S)"
)
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_SIDES = {"l": "left", "r": "right"}
_TOO_FAR = re.compile(  # of what was done last: "that is way too much now"
    r"\b(?:(?:it|that|this|now|it'?s|that'?s|is|was|just|a|bit|little|way|far|tad|mite|touch|rather|maybe"
    r"|still) )*too (?:much|far|wide|strong)(?: (?:over|apart|out|across|to the side))?(?: now)?\b"
)
_OF_ONE = frozenset("up down track stem part mic voice channel fader level volume".split())
_TENS = frozenset(range(20, 100, 10))
_INTERJECTION = re.compile(r"[aeou]+h+m*|h+m+|m{2,}|[ou]{2,}h*|e+r+m?|u+m+")  # "ehh", "hmmm"


@dataclass(frozen=True)
class Token:
    """One word or some in a row. value: stems, a number, or the words of a size."""

    kind: str
    value: object
    text: str

    @property
    def stems(self) -> tuple[str, ...]:
        return self.value if self.kind == STEM and isinstance(self.value, tuple) else ()

    @property
    def number(self) -> float:
        return float(self.value) if isinstance(self.value, int | float) else 0.0


def tokens(
    text: str, names: tuple[str, ...], roles: tuple[str | None, ...]
) -> tuple[list[Token], str]:
    """The tokens of a text, and the text as it was read (slips mended, lower case)."""
    plain = _TOO_FAR.sub("too far", as_read(normal(text), names, roles))
    found = mentions(plain, names, roles)
    told: list[Token] = []
    start = 0
    for one in (*found, Mention(len(plain), len(plain), ())):
        told += _words(_without_idioms(plain, start, one.start))
        if one.stems:
            told.append(Token(STEM, one.stems, plain[one.start : one.end]))
        start = one.end
    return _numbers_joined(_whose(told)), plain


_TITLES = frozenset(  # "with sister Ana"
    "sister brother deacon pastor miss mister mr mrs ms uncle auntie aunty aunt father".split()
)
_BEFORE_A_STEM = frozenset("her those these main".split())  # "those tenors", "the main vocal"


def _whose(told: Sequence[Token]) -> list[Token]:
    """Tokens without the "'s" of "sal's track up 2", and with her in "her harmony" as no "it"."""
    kept: list[Token] = []
    for place, (token, behind) in enumerate(
        zip(told, [*told[1:], Token(STOP, "", "")], strict=False)
    ):
        of_a_stem = bool(kept) and bool(kept[-1].stems)
        if of_a_stem and token.text == "'s" and (behind.text in _OF_ONE or behind.kind == NUMBER):
            continue
        if token.text in _TITLES and behind.stems:
            continue
        if token.kind == "toofar" and token.text == "too far" and _ends(behind, told[place + 2 :]):
            token = Token(UNKNOWN, token.text, token.text)  # "too much wine"
        if token.text in _BEFORE_A_STEM and behind.stems:
            token = Token(FILLER, token.text, token.text)
        kept.append(token)
    return kept


def _ends(noun: Token, behind: Sequence[Token]) -> bool:
    """Whether a strange word of its own ends what is said: "wine" of "too much wine"."""
    long = noun.kind == UNKNOWN and noun.text.isalpha() and len(noun.text) > 3
    return long and (not behind or behind[0].kind == STOP)


def _without_idioms(text: str, start: int, end: int) -> str:
    """A piece of a text without "all right" and the like, as they stand in the whole."""
    plain = without_idioms(text)
    return plain[start:end] if len(plain) == len(text) else text[start:end]


def _words(text: str) -> list[Token]:
    pieces = list(_PIECE.finditer(text))
    words = [_plain(piece) for piece in pieces]
    told: list[Token] = []
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        size = min(MOST_WORDS, len(pieces) - place)
        while size and tuple(words[place : place + size]) not in phrases():
            size -= 1
        if size:
            kind, value = phrases()[tuple(words[place : place + size])]
            told.append(Token(kind, value, " ".join(words[place : place + size])))
        else:
            told.append(_single(piece))
        place += max(size, 1)
    return told


def _plain(piece: re.Match[str]) -> str:
    """A piece as the lexicon writes it: "wayyyy" is "way"."""
    word = piece[0]
    if not piece["word"] or (word,) in phrases() or not _DRAWN_OUT.search(word):
        return word
    for letters in (r"\1", r"\1\1"):
        if (_DRAWN_OUT.sub(letters, word),) in phrases():
            return _DRAWN_OUT.sub(letters, word)
    return word


def _single(piece: re.Match[str]) -> Token:
    text = piece[0]
    if piece["number"]:
        return Token(NUMBER, float(text.replace(",", ".")), text)
    if piece["pause"]:
        return Token(FILLER, text, text)  # "boom hit: down half a dB"
    if _INTERJECTION.fullmatch(text):
        return Token(FILLER, text, text)
    kind = next(k for k in ("sign", "percent", "stop", "word", "other") if piece[k] is not None)
    return Token(UNKNOWN if kind in ("word", "other") else kind, text, text)


def _numbers_joined(told: Sequence[Token]) -> list[Token]:
    """Numbers of several tokens as one: "twenty five", "two and a half", "two point five"."""
    joined: list[Token] = []
    place = 0
    while place < len(told):
        token, rest = told[place], told[place + 1 :]
        if token.kind == NUMBER:
            value, used = _number(token.number, rest)
            joined.append(Token(NUMBER, value, token.text))
            place += used
        elif token.text in _SIDES and _is_a_place(joined):
            joined.append(Token(_SIDES[token.text], token.text, token.text))  # "20% L"
        elif token.text == "plus":
            kind = "up" if rest and rest[0].kind == NUMBER else JOIN
            joined.append(Token(kind, token.text, token.text))
        elif token.text in ("a", "an") and rest and rest[0].kind == "unit":
            joined.append(Token(NUMBER, 1.0, token.text))  # "a dB"
        elif _is_half_more(token, rest, joined):
            joined[-2] = Token(NUMBER, joined[-2].number + 0.5, joined[-2].text)
            place += 1 if rest[0].text != "a" else 2
        elif _is_quarter_more(token, rest, joined):
            joined[-2] = Token(NUMBER, joined[-2].number + rest[0].number, joined[-2].text)
            place += 1
        elif token.kind == "half" and rest and rest[0].kind in ("left", "right"):
            joined.append(Token("size", "halfway", token.text))
        elif token.kind == "half" and joined and joined[-1].text in ("another", "extra"):
            joined.append(Token(NUMBER, 0.5, token.text))  # "another half"
        elif token.kind == "half" and rest and rest[0].kind == "unit":
            joined.append(Token(NUMBER, 0.5, token.text))
        elif _is_half(token, rest):
            joined.append(Token(NUMBER, 0.5, token.text))
            place += 1
        else:
            joined.append(token)
        place += 1
    return joined


def _is_a_place(joined: Sequence[Token]) -> bool:
    """Whether a letter behind these is a side: "20% l", "hard l and r"."""
    if not joined:
        return False
    beside = joined[-1].kind == JOIN and len(joined) > 1 and joined[-2].kind in ("left", "right")
    return beside or joined[-1].kind in (NUMBER, "percent", "size")


def _is_half_more(token: Token, rest: Sequence[Token], joined: Sequence[Token]) -> bool:
    """Whether "and a half" stands behind a number and its unit: "a decibel and a half"."""
    sized = len(joined) > 1 and joined[-1].kind == "unit" and joined[-2].kind == NUMBER
    words = " ".join(one.text for one in rest[:2])
    half = words in ("a half", "half") or words.startswith(("a half ", "half "))
    return sized and token.text == "and" and half


def _is_quarter_more(token: Token, rest: Sequence[Token], joined: Sequence[Token]) -> bool:
    """Whether "and a quarter" stands behind a number and its unit: "a decibel and a quarter"."""
    sized = len(joined) > 1 and joined[-1].kind == "unit" and joined[-2].kind == NUMBER
    return sized and token.text == "and" and bool(rest) and rest[0].text == "a quarter"


def _is_half(token: Token, rest: Sequence[Token]) -> bool:
    return token.kind == "half" and len(rest) > 1 and rest[0].text == "a" and rest[1].kind == "unit"


def _number(value: float, rest: Sequence[Token]) -> tuple[float, int]:
    """A number with what follows of it, and of how many more tokens it is made."""
    kinds = [(one.kind, one.text) for one in rest[:4]]
    if value in _TENS and rest and rest[0].kind == NUMBER and 0 < rest[0].number < 10:
        return value + rest[0].number, 1
    if len(rest) > 1 and rest[0].text == "point" and rest[1].kind == NUMBER:
        return value + rest[1].number / 10.0, 2
    if kinds[:2] in ([(JOIN, "and"), (NUMBER, "a half")], [(JOIN, "and"), ("half", "half")]):
        return value + 0.5, 2
    if kinds[:2] == [(JOIN, "and"), (NUMBER, "a quarter")]:
        return value + rest[1].number, 2
    if rest and rest[0].text in ("hundred", "thousand") and value:
        return value * rest[0].number, 1
    if [text for _, text in kinds[:3]] == ["and", "a", "half"]:
        return value + 0.5, 3
    if kinds[:1] == [("size", "half")]:
        return value + 0.5, 1
    if kinds[:1] == [(FILLER, "of")] and len(kinds) > 1 and kinds[1][0] == "unit":
        return value, 1
    return value, 0
