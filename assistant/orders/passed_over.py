"""Strange words inside an order: "knock the bloody guitars back by 2, if it's all the same to you".

One rule: words are passed over only where the reader of intents is sure of the very tool that the
rest orders, and where none of them can name a stem, forbid, ask or set a condition.
"""

from collections.abc import Sequence

from assistant.acting import stems_of
from assistant.hearing import ToolCall
from assistant.orders.asides import ActsOf
from assistant.orders.lexicon import JOIN
from assistant.orders.tokens import STEM, STOP, UNKNOWN, Token

SURE = 0.7  # how likely the reader must find the act that the known words order
_MOST = 6  # strange words in one text
_ORDERED = frozenset({"apply_moves", "set_level", "set_pan", "set_mute"})
_BARS = frozenset(
    """
    if unless until till when whenever while during except only not never no without instead than
    why what how which who whose where whether because since rather
    already yesterday earlier ago was were had did does has went said told used wish
    chorus choruses verse verses bridge intro outro section sections bar bars beat automate
    every each other others another first second last left right old new clean dirty lead rhythm
    wider narrower wet dry reverb delay echo eq compress compressor compression gate filter boomy
    bright brighter dark darker warm warmer harsh harsher muddy thin thinner fat fatter punchy
    loud quiet percent hz khz seconds minutes semitones octave cents bpm
    """.split()
)
_ARTICLES = frozenset("the my our your this that these those his her".split())
_MILD = frozenset(
    """
    bloody damn damned darn freaking friggin fricking flipping fucking goddamn stupid silly lovely
    dear poor actual entire annoying
    """.split()
)  # what may stand before the names of several stems and tells none of them apart
_WANTS = frozenset("wants deserves requires gets i we they she he is are gotta might may".split())


def without_strange(told: Sequence[Token]) -> list[Token]:
    """Tokens without the words that are not known; none where one of these may matter."""
    strange = [place for place, token in enumerate(told) if token.kind == UNKNOWN]
    if not strange or len(strange) > _MOST or any(_may_matter(told, place) for place in strange):
        return []
    return [token for token in told if token.kind != UNKNOWN]


def is_meant(calls: Sequence[ToolCall], told: Sequence[Token], acts_of: ActsOf, text: str) -> bool:
    """Whether these calls are surely what a text with strange words orders.

    They are about the stems that it names, all of them and no other.
    """
    if not calls or not {call.name for call in calls} <= _ORDERED:
        return False
    named = {name for token in told for name in token.stems}
    if named != {name for call in calls for name in stems_of(call)}:
        return False
    acts = acts_of(text)
    likeliest = max(acts, key=lambda act: acts[act], default=None)
    return likeliest in {call.name for call in calls} and acts[likeliest] >= SURE


def _may_matter(told: Sequence[Token], place: int) -> bool:
    word = told[place].text.strip("'")
    if word in _BARS or word.endswith(("n't", "nt")) or not word.isascii():
        return True
    before, behind = _beside(told, place, -1), _beside(told, place, 1)
    if place and told[place - 1].kind in ("more", "less"):
        return True  # "more thump"
    follows = place and told[place - 1].kind == STEM and told[place + 1 : place + 2]
    if follows and told[place + 1].kind != STOP and word not in _WANTS and word[-2:] != "ly":
        return True  # "the guitar teacher", "the bass amp hum"
    if behind is not None and len(behind.stems) > 1 and word not in _MILD:
        return True  # "the clean guitars": some of them
    if behind is not None and behind.kind == STEM:
        return False
    if before is not None and before.text in _ARTICLES:
        return True  # "the wibble up 2": a stem that there is not
    return _is_listed(told, place)


def _beside(told: Sequence[Token], place: int, step: int) -> Token | None:
    """The next token on one side that is no strange word."""
    place += step
    while 0 <= place < len(told) and told[place].kind == UNKNOWN:
        place += step
    return told[place] if 0 <= place < len(told) else None


def _is_listed(told: Sequence[Token], place: int) -> bool:
    """Whether a word stands in a row with stems: "the snare and wibble up 2"."""
    row = [token for token in told[: place + 1] if token.text not in _ARTICLES]
    if len(row) > 2 and row[-2].kind in (JOIN, STOP) and row[-3].kind == STEM:
        rest = told[place + 1 : place + 2]
        return row[-2].kind == JOIN or bool(rest)
    after = [token for token in told[place + 1 :] if token.text not in _ARTICLES]
    return [token.kind for token in after[:2]] == [JOIN, STEM]
