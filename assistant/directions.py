"""Check which way a reply points each stem: words such as "raise" or "too loud" against the moves.

One rule: a word points at the nearest stem of its clause; what says "not" or "if" points at none.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from assistant.numerals import NUMBER, Number, name_pattern, normal, read_number, without_names

_UP = (
    r"too (?:quiet|low|soft|weak)|buried|lost|drowned|rais\w+|lift\w*|boost\w*|increas\w+|up"
    r"|push\w*|louder(?! than)"
)
_DOWN = (
    r"too (?:loud|high|strong)|lower\w*|cut\w*|reduc\w+|drop\w*|decreas\w+|down"
    r"|tam(?:e|ed|ing)|pull\w* back|quieter(?! than)|dominat\w+"
)
_DIRECTION = re.compile(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b", re.IGNORECASE)
_OF_A_FADER = re.compile(r"\s*-?(?:dB|decibels?)\b(?! (?:below|above|at|around) \d)", re.IGNORECASE)
_RELATION = re.compile(
    r"\bLU (?:(?P<over>above|over|louder than)|(?P<under>below|under|quieter than))\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|leave|without|instead|rather than|unless|if|asked|wanted)\b|n't",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[.!?;\n](?!\d)|,(?!\d)|[()]|\b(?:and|but|while|then|so|whereas|because)\b", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?;\n](?!\d)")

Mention = tuple[str, int, int]  # a stem named in a clause, from where to where
Moves = Mapping[str, tuple[float, ...]]  # gains per stem, several where several were made


def wrong_directions(
    reply: str, names: Sequence[str], moves: Moves, relative_lu: Mapping[str, float]
) -> Iterator[str]:
    """Clauses that point a stem another way than its move does."""
    text = normal(reply)
    plain = without_names(text, names)  # no word of a stem's name counts as a direction
    inherited = 0
    for start, end, ends_sentence in _clauses(plain):
        clause, words = text[start:end], plain[start:end]
        stems = list(_mentions(clause, names))
        gains_db = _decibels(words)
        directions = [] if _NEGATION.search(words) else list(_DIRECTION.finditer(words))
        pointed = [(_nearest(match, stems), 1 if match["up"] else -1) for match in directions]
        if not directions and len(stems) == 1 and inherited and gains_db:
            pointed = [(stems[0][0], inherited)]
        for stem, sign in pointed:
            if stem is not None and not _agrees(stem, sign, moves):
                yield f"{stem} is said to go {'up' if sign > 0 else 'down'} against its move"
        yield from _wrong_gains(gains_db, stems, bool(pointed), moves)
        yield from _wrong_relations(words, stems, relative_lu)
        inherited = 0 if ends_sentence else (pointed[-1][1] if pointed else inherited)


def _clauses(plain: str) -> Iterator[tuple[int, int, bool]]:
    """Where each clause starts and ends, and whether a sentence ends with it."""
    start = 0
    for match in _CLAUSE.finditer(plain):
        yield start, match.start(), bool(_SENTENCE_END.match(match[0]))
        start = match.end()
    yield start, len(plain), True


def _mentions(clause: str, names: Sequence[str]) -> Iterator[Mention]:
    """Stems named in a clause: (name, start, end), longer names first."""
    taken = clause
    for name in sorted(names, key=len, reverse=True):
        for match in re.finditer(name_pattern(name), taken, flags=re.IGNORECASE):
            yield name, match.start(), match.end()
            taken = taken[: match.start()] + " " * len(match[0]) + taken[match.end() :]


def _nearest(word: re.Match[str], stems: Sequence[Mention]) -> str | None:
    """The stem that a direction word belongs to: the nearest one, the following one on a tie."""

    def gap(stem: Mention) -> tuple[int, bool]:
        _, start, end = stem
        return (start - word.end(), False) if start >= word.end() else (word.start() - end, True)

    return min(stems, key=gap)[0] if stems else None


def _agrees(stem: str, sign: int, moves: Moves) -> bool:
    """Whether a stem has a move in this direction; without moves, nothing to compare."""
    return not moves or any(gain_db * sign > 0 for gain_db in moves.get(stem, ()))


def _decibels(words: str) -> list[Number]:
    """The numbers of a clause that are gains of faders in dB: not dBTP, dBFS, LU or LUFS.

    What is done below, at or above a frequency is a sound's: "+2.0 dB below 180 Hz".
    """
    return [
        read_number(match)
        for match in NUMBER.finditer(words)
        if _OF_A_FADER.match(words, match.end())
    ]


def _wrong_gains(
    gains_db: Sequence[Number], stems: Sequence[Mention], pointed: bool, moves: Moves
) -> Iterator[str]:
    """A gain beside the only stem of a clause that is not that stem's move."""
    if len(stems) != 1 or stems[0][0] not in moves:
        return
    stem = stems[0][0]
    for number in gains_db:
        if (number.signed or pointed) and not any(number.equals(gain) for gain in moves[stem]):
            yield f"{stem} does not move by {number.text.strip()} dB"


def _wrong_relations(
    words: str, stems: Sequence[Mention], relative_lu: Mapping[str, float]
) -> Iterator[str]:
    """A stem said to sit above the anchor that the meters see below it, or the other way round."""
    match = _RELATION.search(words)
    before = [stem for stem in stems if match and stem[2] <= match.start()]
    if match and before:
        stem = max(before, key=lambda mention: mention[2])[0]
        if relative_lu.get(stem, 0.0) * (1 if match["over"] else -1) < 0:
            yield f"{stem} is said to sit on the wrong side of the anchor"
