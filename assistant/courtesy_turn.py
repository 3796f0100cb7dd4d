"""What is said to talk that asks for nothing of the mix: courtesy, questions about us, other life.

One rule: each gives None where the words are anything else, and has then done nothing.
"""

import re
from collections.abc import Mapping
from typing import Any

import prompts
from assistant.hearing import ToolCall, rated
from assistant.intents import SPEAK, tool_of
from assistant.orders.mentions import as_read, mentions
from assistant.orders.tokens import tokens
from assistant.progress import Progress
from assistant.replying import Reply, asked_again, told_at_once, worded
from assistant.said_courtesy import PRAISE, THANKS, courtesy_said
from assistant.said_elsewhere import is_elsewhere, speaks_of_sound
from assistant.said_trust import CHANGED, PARDON, SURE, asked_of_us
from assistant.strange import strangeness, together
from assistant.telling import told_of_us

OFF_TOPIC, REMARK = "off_topic", "remark"
_ASKS_NOTHING = (REMARK, "thanks", "praise", "refuse")
_SITUATIONS = {"refuse": "stays"}  # where nothing is proposed
# How likely two readers together must find that words ask for nothing: in general, where pieces of
# them would be orders by themselves, and each of these pieces.
_LEAST_TOLD, _LEAST_BESIDE_ORDERS, _LEAST_OF_A_PIECE = 0.45, 0.35, 0.1
_PIECES = re.compile(r"[.!?;,\n]+(?!\d)")
_TEACHES = frozenset({"explain", "check_gain_staging"})
# How likely the reader must find each: of 2031 held-out messages that tools are for, 9 are so.
_LEAST_FAR_OFF = {OFF_TOPIC: 0.4} | dict.fromkeys(
    ("beyond", "insult", "other_language", "reference", "unsafe"), 0.7
)
# How strange two readers together must find what one is not sure of; the second where a stem is
# named, something was done that words may lean on ("make that sixty"), or several things are said.
_STRANGE = (0.35, 0.5)
_SURELY = 0.7  # the same where parts of the message would ask for something by themselves
_SURE_DEED = 0.8  # that talk without a stem's name asks for something, whatever it tells of


def about_us(turn: Progress) -> Reply | None:
    """The answer to a question about Gainsay itself, or to a mere sound; a question stays open."""
    context, names = turn.context, turn.context.names
    if turn.order is not None:
        return None
    plain = as_read(turn.words, names, context.roles)
    found = mentions(plain, names, tuple(context.roles))
    kind = asked_of_us(plain, found)
    if kind is None:
        return None
    if kind == PARDON and not turn.asked_before:
        return None
    if kind == CHANGED:
        return told_at_once(turn, ToolCall("list_versions"))
    stems = [name for one in found for name in one.stems]
    told = told_of_us(kind, context, stems, rated(turn.listener))
    seed = len(turn.session.events)
    texts = [prompts.reply(name, seed + place, **one) for place, (name, one) in enumerate(told)]
    offered = turn.asked_before
    text = " ".join([*texts, *([] if kind == SURE else asked_again(offered, seed))])
    options = {"options": [one.as_data() for one in offered]} if offered else {}
    turn.answer(text=text, rewritten=False, problems=[], **options)
    return Reply(text)


def courteous(turn: Progress) -> Reply | None:
    """The answer to praise, a goodbye, or the question what one can do here; None for all else.

    Behind a proposal praise may be a yes, which is not for here.
    """
    if turn.order is not None or turn.acts_of is None:
        return None
    names, roles = turn.context.names, tuple(turn.context.roles)
    told, plain = tokens(turn.words, names, roles)
    kind = courtesy_said(turn.user_text, mentions(plain, names, roles), told)
    if kind is None or (kind in (PRAISE, THANKS) and turn.session.proposed):
        return None
    return worded(turn, prompts.reply(kind, len(turn.session.events)))


def asks_nothing(turn: Progress) -> Reply | None:
    """What is said to words that only tell, thank, praise or forbid something; None for all else.

    An order that somebody gave, or would have given, is none: "in '74 they had the bass up 6",
    "thanks for turning it down". While a proposal is open only what is told counts.
    """
    kinds: tuple[str, ...] = (REMARK,) if turn.session.proposed else _ASKS_NOTHING
    if not turn.reading.said.named:  # "not THAT quiet" is about what was done
        kinds = tuple(kind for kind in kinds if kind != "refuse")
    reading, typed = _read_twice(turn, turn.user_text)
    told = together(reading, typed, kinds)
    least = max(_LEAST_BESIDE_ORDERS, strangeness(reading, typed))
    if not typed or sum(told.values()) < least:
        return None
    ordering = [one for one in _PIECES.split(turn.user_text) if turn.reading.orders_in(one)]
    if not ordering and sum(told.values()) < _LEAST_TOLD:
        return None
    pieces = (together(*_read_twice(turn, one), kinds) for one in ordering)
    if any(sum(piece.values()) < _LEAST_OF_A_PIECE for piece in pieces):
        return None  # "lovely, now the bass up 2"
    likeliest = max(told, key=lambda kind: told[kind])
    situation = _SITUATIONS.get(likeliest, likeliest)
    return worded(turn, prompts.reply(situation, len(turn.session.events)))


def far_off(turn: Progress) -> Reply | None:
    """What is said to a message that the readers are sure no tool is for; None for all else."""
    # as it was said: "do I block him" is of a stem once "him" is taken for one
    reading, typed = _read_twice(turn, turn.user_text)
    if not reading:
        return None
    several = len(turn.reading.parts) > 1
    kind = max(reading, key=lambda name: reading[name])
    sure = kind in _LEAST_FAR_OFF and reading[kind] >= _LEAST_FAR_OFF[kind]
    surely = kind == OFF_TOPIC and reading[kind] >= _SURELY
    leans = bool(turn.reading.said.named or turn.reading.before.deeds)
    least = _STRANGE[several or leans]
    if not sure and typed and strangeness(reading, typed) >= least:
        both = together(reading, typed)
        kind, sure, surely = max(both, key=lambda name: both[name]), True, True
    elif not sure and tool_of(kind) in _TEACHES:
        said = turn.reading.said
        sure = not (said.named or speaks_of_sound(said.latest))
        kind = OFF_TOPIC  # "why does my script say index out of range"
    if not sure or turn.reading.orders or (several and not surely):
        return None
    return worded(turn, prompts.reply(kind, len(turn.session.events)))


def _read_twice(turn: Progress, text: str) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """How likely each intent is meant by a text, by the tuned reader and as it was typed.

    Nothing where a question waits for this answer, or where a served model reads the words.
    """
    listener: Any = turn.listener  # one that reads has both ways to
    if not hasattr(listener, "read") or turn.order is not None:
        return {}, {}
    reading = listener.read(text, turn.context.names, tuple(turn.context.roles))
    return reading, listener.read_as_typed(text)


def elsewhere(turn: Progress) -> Reply | None:
    """What is said to talk of life outside the song, which leads to no advice and no change.

    Without a stem in it the reader must be in doubt: it knows most of such talk by itself.
    """
    if turn.acts_of is None or turn.order is not None:
        return None
    names, roles = turn.context.names, tuple(turn.context.roles)
    told, plain = tokens(turn.words, names, roles)
    found = mentions(plain, names, roles)
    if not is_elsewhere(plain, found, told):
        return None
    acts = turn.acts_of(turn.words)
    act = max(acts, key=lambda name: acts[name], default=SPEAK)
    if act == SPEAK or (not found and acts[act] >= _SURE_DEED):
        return None
    return worded(turn, prompts.reply(OFF_TOPIC, len(turn.session.events)))
