"""Turns that go on from the one before: pronouns, ellipsis, corrections, half a yes.

One rule: as in finetune/talk.py, calls and results have the exact form of the product's tools. A
maker gives None where the conversation has nothing that such a turn could go on from.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.said_gains import halved
from finetune import talk_sound as sound
from finetune.desk import Desk
from finetune.talk import (
    Exchange,
    Message,
    about,
    advise,
    ask_level_of,
    call,
    gain,
    level_of,
    result,
    user,
)
from finetune.talk_actions import shape_sound
from finetune.talk_moves import set_to, size_db, some_gain_words, told_applied

Maker = Callable[[Desk, bool], Exchange | None]
PRONOUNS = ("it", "it", "it", "that", "that one", "this one", "that track")
_ARTICLE = re.compile(rf"\b(?:the|my|that|this|our|your|a) (?=(?:{'|'.join(PRONOUNS)})\b)", re.I)
# Deeds that may follow with a pronoun, besides fader moves, with their weights.
DEEDS_TO_IT = (
    (sound.mute, 1.5),
    (sound.pan, 1.5),
    (sound.solo, 1.0),
    (shape_sound, 1.5),
    (ask_level_of, 1.0),
    (set_to, 0.8),
)


def _apply(
    desk: Desk, said: Message, moves: Sequence[dict], first: Sequence[Message] = ()
) -> Exchange:
    listed = [dict(move) for move in moves]
    return Exchange([said, *first, call("apply_moves", moves=listed), *told_applied(desk, listed)])


def _same_way(move: dict, size: float) -> dict:
    """A move as far as this, in the direction that it has."""
    return {**move, "gain_db": size if move["gain_db"] > 0 else -size}


def _taken_back(desk: Desk) -> list[Message]:
    """The last change undone, before the right one is made."""
    desk.version -= 1
    return [call("undo"), result(f"back at v{desk.version}: {desk.setting}")]


def and_stem(desk: Desk, held_out: bool) -> Exchange | None:
    """The same question about another stem."""
    others = [index for index in range(1, len(desk.names)) if index != desk.subject]
    if desk.asked is None or not others:
        return None
    stem = others[int(desk.rng.integers(len(others)))]
    said = about(desk, "and_stem", held_out, stem)
    if desk.asked == "level":
        return level_of(desk, said, stem)
    assert desk.posterior is not None
    return replace(advise(desk, desk.posterior, said), asked="balance")


def same_for(desk: Desk, held_out: bool) -> Exchange | None:
    """The last move, for another stem."""
    others = [i for i, name in enumerate(desk.names) if name not in desk.moved_stems]
    if len(desk.moved) != 1 or not others:
        return None
    stem = others[int(desk.rng.integers(len(others)))]
    said = about(desk, "same_for", held_out, stem)
    return _apply(desk, said, [{**desk.moved[0], "stem": desk.names[stem]}])


def more_of_it(desk: Desk, held_out: bool) -> Exchange | None:
    """Further the same way."""
    if not desk.moved:
        return None
    said = user(desk, "more_of_it", held_out, gain=gain(desk)[0], gain_words=some_gain_words(desk))
    size = size_db(desk, said)
    return _apply(desk, said, [_same_way(move, size) for move in desk.moved])


def it_moves(desk: Desk, held_out: bool) -> Exchange | None:
    """An order with a pronoun."""
    if desk.subject is None:
        return None
    up = bool(desk.rng.random() < 0.5)
    intent = "it_up" if up else "it_down"
    said = user(desk, intent, held_out, gain=gain(desk)[0], gain_words=some_gain_words(desk))
    size = size_db(desk, said)
    return _apply(
        desk, said, [{"stem": desk.names[desk.subject], "gain_db": size if up else -size}]
    )


def it_deed(desk: Desk, held_out: bool) -> Exchange | None:
    """Something else done to the stem of the turn before, which is called "it"."""
    if desk.subject is None or desk.subject == 0:
        return None
    weights = [weight for _, weight in DEEDS_TO_IT]
    place = desk.rng.choice(len(DEEDS_TO_IT), p=[weight / sum(weights) for weight in weights])
    desk.pronoun = PRONOUNS[int(desk.rng.integers(len(PRONOUNS)))]
    try:
        exchange = DEEDS_TO_IT[int(place)][0](desk, held_out)
    finally:
        desk.pronoun = None
    said, *rest = exchange.messages
    text = _ARTICLE.sub("", said["content"])
    text = re.sub(r"\b(it|that)'s (?=[a-z]+\b)", lambda m: "its " if m[1] == "it" else m[0], text)
    return replace(exchange, messages=[{**said, "content": text}, *rest])


def too_far(desk: Desk, held_out: bool) -> Exchange | None:
    """Half of the last move is taken back."""
    if not desk.moved:
        return None
    said = user(desk, "too_far", held_out)
    return _apply(desk, said, [{**m, "gain_db": -halved(m["gain_db"])} for m in desk.moved])


def correct_stem(desk: Desk, held_out: bool) -> Exchange | None:
    """Another stem was meant."""
    others = [i for i, name in enumerate(desk.names) if name not in desk.moved_stems]
    if len(desk.moved) != 1 or not others:
        return None
    stem, moved = others[int(desk.rng.integers(len(others)))], desk.moved[0]
    said = about(desk, "correct_stem", held_out, stem)
    back = _taken_back(desk)
    return _apply(desk, said, [{**moved, "stem": desk.names[stem]}], back)


def correct_gain(desk: Desk, held_out: bool) -> Exchange | None:
    """Another number was meant."""
    if len(desk.moved) != 1:
        return None
    moved, (text, size) = desk.moved[0], gain(desk)
    if size == abs(moved["gain_db"]):
        return None
    said = user(desk, "correct_gain", held_out, gain=text)
    back = _taken_back(desk)
    return _apply(desk, said, [_same_way(moved, size)], back)


def correct_way(desk: Desk, held_out: bool) -> Exchange | None:
    """The other direction was meant."""
    if not desk.moved:
        return None
    said, moves = user(desk, "correct_way", held_out), desk.moved
    back = _taken_back(desk)
    return _apply(desk, said, [{**m, "gain_db": -m["gain_db"]} for m in moves], back)


def accept_one(desk: Desk, held_out: bool) -> Exchange | None:
    """One stem of a proposal."""
    moves = desk.proposal or []
    if len(moves) < 2:
        return None
    chosen = moves[int(desk.rng.integers(len(moves)))]
    said = about(desk, "accept_one", held_out, desk.names.index(chosen["stem"]))
    desk.proposal = None
    return _apply(desk, said, [chosen])


def accept_half(desk: Desk, held_out: bool) -> Exchange | None:
    """The proposal, but half as far."""
    moves = desk.proposal
    if not moves:
        return None
    said = user(desk, "accept_half", held_out)
    desk.proposal = None
    return _apply(desk, said, [{**m, "gain_db": halved(m["gain_db"])} for m in moves])


def accept_but(desk: Desk, held_out: bool) -> Exchange | None:
    """The proposal's one move, but with another number."""
    moves = desk.proposal or []
    if len(moves) != 1:
        return None
    text, size = gain(desk)
    said = user(desk, "accept_but", held_out, gain=text)
    desk.proposal = None
    return _apply(desk, said, [_same_way(moves[0], size)])


# Each with its weight.
FOLLOWING: tuple[tuple[Maker, float], ...] = (
    (and_stem, 1.5),
    (same_for, 1.0),
    (more_of_it, 1.0),
    (it_moves, 1.5),
    (it_deed, 1.8),
    (too_far, 0.8),
    (correct_stem, 0.8),
    (correct_gain, 0.8),
    (correct_way, 0.6),
    (accept_one, 1.2),
    (accept_half, 0.8),
    (accept_but, 0.8),
)
