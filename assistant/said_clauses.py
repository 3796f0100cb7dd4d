"""The clauses of a text: the parts that may each ask for something.

One rule: only what joins two orders is left out; no other word is lost, no stem's name is cut.
"""

import re
from collections.abc import Callable, Collection, Sequence
from itertools import groupby

from assistant.numerals import normal, without_names
from assistant.said_gains import says_way, sizes_db, ways
from assistant.said_sides import both_sides, says_side
from assistant.said_sound import without_stems

Clause = tuple[str, tuple[str, ...]]  # its words and the stems that it names
Speak = Callable[[str], tuple[str, ...]]

_NUMBERED = r"(?:\d|\.\d|(?:half|one|two|three|four|five|six|seven|eight|nine|ten|a couple)\b)"
_JOINS = re.compile(
    r"[,;.!?](?!\d|(?:wav|flac|aiff?|mp3|ogg|m4a)\b)"
    r"|\band\b(?! (?:a )?(?:half|quarter)\b| three quarters)|\b(?:but|then|while|also|afterwards"
    r"|as well as|after (?:that|this))\b"
    r"|(?<![\w'])'?n'?(?![\w'])|[&/]"
    rf"|(?:\+|\bplus\b)(?!\s*{_NUMBERED})"  # "plus 3 dB" is a number
)
_BARE = frozenset(  # words beside stems that ask for nothing by themselves
    """
    a an the my our both please pls ok okay so now turn bring take put make get set give have let
    can could would will you want need i to me of with too well as same again no yes
    """.split()
)
_WORD = re.compile(r"[^\W_]+")
LEFT_ALONE = re.compile(  # "leave everything else alone"
    r"\b(?:leave|keep|not? touch|don'?t (?:touch|change|move)|nothing)\b.*\b(?:else|rest|others?|"
    r"everything|alone|as (?:it|they) (?:is|are)|in place|where)\b|\bnothing else\b|\bonly that\b"
)

SPARES = re.compile(  # "don't touch the bass", "skip the pads"; "leave the keys out" is a mute
    r"\b(?:leave|skip|(?:don'?t|do not|not) (?:touch|change|move)|hands off) (?:the |my )?"
    r"(?:\w+ ){0,2}?\w+(?= alone\b| as \w+ (?:is|are)\b|\s*[,.;!]| and\b| but\b|\s*$)"
)


def clauses(text: str, names: Sequence[str] = ()) -> list[str]:
    """The parts of a text that may each ask for something, in lower case."""
    text = normal(text).casefold()
    plain, parts, start = without_names(text, names), [], 0
    if len(plain) != len(text):  # a letter that casing makes longer: names are not kept whole
        plain = text
    for match in _JOINS.finditer(plain):
        parts.append(text[start : match.start()])
        start = match.end()
    return [part for part in [*parts, text[start:]] if part.strip()]


def divided(text: str, names: Sequence[str], speak: Speak) -> list[str]:
    """A clause cut where a second stem's order begins without a joiner: "kick up 1 bass down 2".

    speak: the stems that a text names.
    """
    if not (both_sides(text, names) or len(ways(text)) == 2 and says_way(text)):
        return [text]
    tokens = list(_WORD.finditer(text))
    kinds = [_kind(token[0], speak) for token in tokens]
    told = [kind for kind, _ in groupby(kind for kind in kinds if kind)]  # a name may be two words
    if len(told) < 4:
        return [text]
    cuts, seen = [0], set()
    for token, kind in zip(tokens, kinds, strict=True):
        if kind == told[0] and len(seen) == 2:
            cuts, seen = [*cuts, token.start()], set()
        seen |= {kind} - {""}
    parts = [text[start:end] for start, end in zip(cuts, [*cuts[1:], None], strict=True)]
    return parts if all(len(_kinds(part, speak)) == 2 for part in parts) else [text]


def _kind(word: str, speak: Speak) -> str:
    if says_way(word) or says_side(word):
        return "way"
    return "stem" if speak(word) else ""


def _kinds(text: str, speak: Speak) -> set[str]:
    return {_kind(word, speak) for word in _WORD.findall(text)} - {""}


def orders(found: Sequence[Clause], names: Sequence[str]) -> list[Clause]:
    """Clauses of which those that only name stems are one with their neighbour.

    "vox n bass down 2" is one order for two stems, and so is "bass down 2 and the vox".
    """
    told: list[Clause] = []
    waiting: list[Clause] = []
    for text, stems in found:
        if stems and is_bare(text, names):
            waiting.append((text, stems))
        elif waiting and stems and not _way_comes_first(text):
            told.append(_joined([*waiting, (text, stems)]))
            waiting = []
        else:
            told = [*_with_the_last(told, waiting, names), (text, stems)]
            waiting = []
    return _with_the_last(told, waiting, names)


def _with_the_last(told: list[Clause], waiting: list[Clause], names: Sequence[str]) -> list[Clause]:
    """Clauses with those that only name stems joined to the order before them."""
    if not waiting or not told or not (says_way(told[-1][0]) or sizes_db(told[-1][0], names)):
        return told + waiting
    return [*told[:-1], _joined([told[-1], *waiting])]


def _way_comes_first(text: str) -> bool:
    """Whether a clause is an order of its own: "pull the piano out"."""
    first = next((word for word in _WORD.findall(text) if word not in _BARE), "")
    return says_way(first)


def is_bare(text: str, names: Sequence[str]) -> bool:
    """Whether a clause names stems and says no more of them."""
    if says_way(text) or says_side(text) or sizes_db(text, names):
        return False
    return set(_WORD.findall(without_stems(text, names).casefold())) <= _BARE


def says_only(text: str, names: Sequence[str], words: Collection[str]) -> bool:
    """Whether a text says no more, besides stems, than these words and numbers."""
    said = set(_WORD.findall(without_stems(text, names).casefold()))
    return {word for word in said if not word.isdigit()} <= _BARE | set(words)


def _joined(parts: Sequence[Clause]) -> Clause:
    stems = dict.fromkeys(name for _, named in parts for name in named)
    return " ".join(text.strip() for text, _ in parts), tuple(stems)
