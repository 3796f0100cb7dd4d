"""Stems that an order leaves out: "everything but the kick", "not that guitar, the keys left".

One rule: only stems right behind the words that leave them out are left out.
"""

from collections.abc import Sequence

from assistant.orders.excepted import ROW_JOIN
from assistant.orders.lexicon import FILLER, JOIN, NUMBER
from assistant.orders.tokens import STEM, STOP, Token

_ITS_OWN = frozenset({"up", "down", "left", "right", "centre", "sign", NUMBER})  # of a stem


def without_denied(told: Sequence[Token]) -> list[Token]:
    """Tokens without stems that are said not to be meant: "not that guitar, the keys left"."""
    kept: list[Token] = []
    piece: list[Token] = []
    for token in [*told, Token(STOP, "", "")]:
        piece.append(token)
        if token.kind != STOP:
            continue
        telling = [one for one in piece if one.kind not in (FILLER, STOP, "it")]
        denied = len(telling) > 1 and telling[0].text.startswith("not")
        if not (denied and all(one.kind == STEM for one in telling[1:])):
            kept += piece
        piece = []
    return kept[:-1] if any(one.kind != STOP for one in kept) else list(told)


def without_second_not(told: Sequence[Token]) -> list[Token]:
    """Tokens in which "all but not the kick and not the snare" is one row of exceptions."""
    kept: list[Token] = []
    for token in told:
        leaves = any(one.kind == "except" for one in kept)
        if not (leaves and token.kind == "not" and kept[-1].kind == JOIN):
            kept.append(token)
    return kept


def left_out_of_all(told: Sequence[Token]) -> tuple[list[Token], set[str]]:
    """Tokens without "but the kick" behind "everything", and the stems that it leaves out."""
    kept: list[Token] = []
    left_out: set[str] = set()
    leaves, spoke = False, False
    for place, token in enumerate(told):
        if not spoke and token.kind in ("all", "rest"):
            spoke = True
            kept.append(token)
        elif spoke and not leaves and (token.kind == "except" or token.text == "but"):
            leaves = True
        elif leaves and token.kind == STEM:
            left_out |= set(token.stems)
        elif leaves and token.text == ROW_JOIN:
            continue
        elif leaves and token.kind == JOIN and _next_is_a_stem(told[place + 1 :], _way_told(kept)):
            continue
        elif leaves and token.kind == JOIN and (own := _with_its_own(told[place + 1 :])):
            left_out |= own  # "all down 2 but the kick and the snare up 1"
            leaves = False
            kept.append(token)
        elif (
            leaves and token.text in ("the", "my", "our") and _is_stem(told[place + 1 : place + 2])
        ):
            continue
        else:
            if left_out:
                leaves = False
            kept.append(token)
    return (kept, left_out) if left_out else (list(told), set())


def _is_stem(tokens: Sequence[Token]) -> bool:
    return bool(tokens) and tokens[0].kind == STEM


def _with_its_own(rest: Sequence[Token]) -> set[str]:
    """The stems that come next, where an order of their own is said of them."""
    behind = [token for token in rest if token.text not in ("the", "my", "our")]
    own = _is_stem(behind) and len(behind) > 1 and behind[1].kind in _ITS_OWN
    return set(behind[0].stems) if own else set()


def _way_told(kept: Sequence[Token]) -> bool:
    """Whether "all" was told where to go before the exception: "all down 2 but ..."."""
    return any(token.kind in ("up", "down", "left", "right", "centre") for token in kept)


def _next_is_a_stem(rest: Sequence[Token], way_told: bool) -> bool:
    """Whether stems follow that say nothing more: "but the kick and the snare down 2"."""
    behind = [token for token in rest if token.text not in ("the", "my", "our")]
    if not _is_stem(behind):
        return False
    if way_told:
        return not (behind[1:] and behind[1].kind in _ITS_OWN)
    return not _says_more(behind[1:])


def _says_more(rest: Sequence[Token]) -> bool:
    """Whether what follows a stem is a part of its own."""
    return bool(rest) and rest[0].kind in (STOP, JOIN)
