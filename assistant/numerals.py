"""Read every number in a text, whatever it is written like, leaving out those inside stem names.

One rule: what looks like a number and cannot be read is nan, which equals nothing.
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import prompts

NUMBER = re.compile(
    r"(?P<sign>(?<![\w)])[+-] ?|\b(?:minus|plus) )?"
    r"(?P<digits>[0-9]+(?:[.,][0-9]+)*|\.[0-9]+)(?P<exponent>[eE][+-]?[0-9]+)?",
    re.IGNORECASE,
)
UNIT = r"\s*-?(?:dB(?:TP|FS)?|decibels?|LUFS|LU)\b"
# Numbers in words, as prompts/orders.yaml lists them; single words of it, and these together.
NUMBER_WORDS: Mapping[str, float] = {
    word: float(value) for word, value in prompts.order_words()["numbers"].items()
}
WHOLE_WORDS: Mapping[str, int] = {
    word: int(value)
    for word, value in NUMBER_WORDS.items()
    if " " not in word and value == int(value)
}
_TENS = [word for word, value in WHOLE_WORDS.items() if 20 <= value < 100]
_ONES = [word for word, value in WHOLE_WORDS.items() if 0 < value < 10 and word != "couple"]
_HUNDREDS = {
    f"{one} {word}": WHOLE_WORDS[one] * value
    for one in [*_ONES, *_TENS, "ten", "eleven", "twelve", "fifteen"]
    for word, value in (("hundred", 100.0), ("thousand", 1000.0))
}
_SPELLED = {**NUMBER_WORDS, **_HUNDREDS, "half": 0.5} | {
    f"{ten} {one}": float(WHOLE_WORDS[ten] + WHOLE_WORDS[one]) for ten in _TENS for one in _ONES
}
PERCENT = r"\s*(?:%|per ?cent\b|pct\b)"
_GAP = re.compile(r"(?:\\[ -]|_)(?=\d)|(?<=[^\W\d_])(?=\d)")  # before a name's digits
_SPELLED_NUMBER = re.compile(
    rf"(?<!and a )\b({'|'.join(sorted(_SPELLED, key=len, reverse=True))})(?={UNIT}|{PERCENT})",
    re.IGNORECASE,
)
_A_DB = re.compile(
    rf"(?<!half )(?<!quarter of )(?<!quarters of )(?<!what is )(?<!what )(?<!what's )\ba(?={UNIT})",
    re.IGNORECASE,
)
_WHOLE = [word for word, value in _SPELLED.items() if value and value == int(value)]
_WHOLE.sort(key=len, reverse=True)
_PARTS = {"half": 0.5, "quarter": 0.25, "quarters": 0.75}
_AND_A_HALF = re.compile(  # "one and a half", "one dB and half", "two and a quarter"
    rf"\b(\d+|an?(?={UNIT})|{'|'.join(word for word, value in WHOLE_WORDS.items() if value)})"
    rf"({UNIT})?"
    r" and (?:a |one |three )?(half|quarters?)\b",
    re.IGNORECASE,
)
_BEHIND_A_WAY = re.compile(  # "up one", "lift her by two"
    rf"\b(?:by|up|down|plus|minus) ({'|'.join(_WHOLE)})"
    r"(?=\W*(?:$|[,.;:!?]|(?:and|but|then|please|pls|on|for|too|now|instead|more|each"
    r"|will|would|can|could|if|or|so|when"
    r"|because|cos|cause|since|while|mate|love|boss|tops|max|at)\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Number:
    """A number as it is written: +3.0 has one decimal and a sign; nan cannot be read."""

    value: float
    decimals: int
    signed: bool
    text: str

    def equals(self, value: float) -> bool:
        """Whether it is this value at the decimals shown; the sign counts where it is shown."""
        if not (math.isfinite(self.value) and math.isfinite(value)):
            return False
        mine, other = (self.value, value) if self.signed else (abs(self.value), abs(value))
        return any(abs(mine - told) < 1e-9 for told in _rounded(other, self.decimals))


def numbers(text: str, names: Sequence[str] = ()) -> list[Number]:
    """Every number in a text, except those inside stem names."""
    plain = _AND_A_HALF.sub(_half_more, without_names(normal(text), names))
    found = [read_number(match) for match in NUMBER.finditer(plain)]
    for match in _SPELLED_NUMBER.finditer(plain):
        value = _SPELLED[match[1].lower()]
        found.append(
            Number(value, 0 if value == int(value) else 1 if value == 0.5 else 2, False, match[1])
        )
    found += [Number(1.0, 0, False, match[0]) for match in _A_DB.finditer(plain)]
    strange = [char for char in plain if char.isnumeric() and not char.isascii()]
    return found + [Number(math.nan, 0, False, char) for char in strange]


def with_halves(text: str) -> str:
    """A text with "three and a half" in figures."""
    return _AND_A_HALF.sub(_half_more, text)


def _half_more(match: re.Match[str]) -> str:
    """ "three and a half" in figures."""
    whole = match[1].lower()
    value = float(whole) if whole.isdigit() else 1.0 if whole in ("a", "an") else WHOLE_WORDS[whole]
    value += _PARTS[match[3].lower()]
    return f"{value:g}{match[2] or ''}"


def numbers_behind_a_way(text: str, names: Sequence[str] = ()) -> list[Number]:
    """Number words without a unit that say how far: "up one", "by two and"."""
    plain = _AND_A_HALF.sub(_half_more, without_names(normal(text), names))
    found = [match[1].lower() for match in _BEHIND_A_WAY.finditer(plain)]
    return [Number(_SPELLED[word], 2, False, word) for word in found]


def _rounded(value: float, decimals: int) -> tuple[float, float]:
    """A value at so many decimals: halves away from zero, and as Python prints it."""
    if decimals > 9 or abs(value) > 1e12:
        return value, value
    away = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return float(away), float(f"{value:.{decimals}f}")


def normal(text: str) -> str:
    """One spelling for every minus sign, plain forms of fancy digits, and no "4 me"."""
    text = re.sub(r"(?<!\bup )(?<!\bdown )(?<!\bby )\b4 (?=(?:me|us)\b)", "for ", text)
    return re.sub("[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text))


@cache
def name_pattern(name: str) -> str:
    """A stem's name standing by itself, "gtr 1" also as "gtr1", "gtr_1" or "gtr-1".

    A short one without letters counts only in quotes, since "14" is a number; "808" is none.
    """
    quoted = _GAP.sub(lambda _: r"(?:[ _]|(?<=\w)-(?=\w))?", re.escape(normal(name)))
    if not re.search(r"[^\W\d_]", name):
        if len(name) < 3 or not name.isdecimal():
            return rf"(?<=[\"'`]){quoted}(?=[\"'`])"
        return rf"(?<![\w.+-]){quoted}s?(?!\w|[.,]\d|{UNIT}|\s*k?Hz\b)"
    return rf"(?<![\w.+-]){quoted}(?!\w|[.,]\d|{UNIT})"


def without_names(text: str, names: Sequence[str]) -> str:
    """A normal text with stem names blanked out, the longest first, every position kept."""
    for name in sorted(names, key=len, reverse=True):
        pattern = name_pattern(name)
        text = re.sub(pattern, lambda match: " " * len(match[0]), text, flags=re.IGNORECASE)
    return text


def read_number(match: re.Match[str]) -> Number:
    """The number that NUMBER has matched; 1.2.3 is none."""
    digits = match["digits"].replace(",", ".")
    if digits.count(".") > 1:
        return Number(math.nan, 0, False, match[0])
    sign = (match["sign"] or "").strip().lower()
    value = float(digits + (match["exponent"] or ""))
    decimals = 0 if match["exponent"] else len(digits.partition(".")[2])
    return Number(-value if sign in ("-", "minus") else value, decimals, bool(sign), match[0])
