"""What is said to talk that asks for nothing of the mix: courtesy, questions about us, other life.

One rule: each gives None where the words are anything else, and has then done nothing.
"""

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
from assistant.telling import told_of_us

OFF_TOPIC = "off_topic"
_TEACHES = frozenset({"explain", "check_gain_staging"})
# How likely the reader must find each: of 2031 held-out messages that tools are for, 9 are so.
_LEAST_FAR_OFF = {OFF_TOPIC: 0.4} | dict.fromkeys(
    ("beyond", "insult", "other_language", "reference", "unsafe"), 0.7
)
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


def far_off(turn: Progress) -> Reply | None:
    """What is said to a message that the reader is sure no tool is for; None for all else."""
    read = getattr(turn.listener, "read", None)
    if read is None or turn.order is not None:
        return None
    reading = read(turn.words, turn.context.names, tuple(turn.context.roles))
    kind = max(reading, key=lambda name: reading[name], default="")
    sure = kind in _LEAST_FAR_OFF and reading[kind] >= _LEAST_FAR_OFF[kind]
    if not sure and tool_of(kind) in _TEACHES:
        said = turn.reading.said
        sure = not (said.named or speaks_of_sound(said.latest))
        kind = OFF_TOPIC  # "why does my script say index out of range"
    surely = kind == OFF_TOPIC and reading.get(kind, 0.0) >= _SURELY
    if not sure or turn.reading.orders or (not surely and len(turn.reading.parts) > 1):
        return None
    return worded(turn, prompts.reply(kind, len(turn.session.events)))


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
