"""What a conversation's last words still wait for: which were said, and which stems are not done.

One rule: words that can mean one thing only are not left to the model's guess.
"""

from collections.abc import Sequence
from typing import Any

from assistant.hearing import Hearing
from assistant.said import Said
from mixer.moves import Move

ADVICE_TOOL = "propose_moves"
Message = dict[str, Any]


def what_was_said(hearing: Hearing, messages: Sequence[Message]) -> Said:
    """The user's words, and the moves proposed last."""
    texts = tuple(message["content"] for message in messages if message["role"] == "user")
    calls = [call for message in messages for call in message.get("tool_calls") or []]
    advice = [call["arguments"]["moves"] for call in calls if call["name"] == ADVICE_TOOL]
    proposed = tuple(Move(**move) for move in (advice[-1] if advice else ()))
    return Said(texts, hearing.names, hearing.roles, proposed, hearing.anchor)


def stems_waiting(said: Said, messages: Sequence[Message]) -> tuple[str, ...]:
    """The stems whose sound was asked for in this turn, and that have not had theirs yet."""
    if not said.sound.only:
        return ()
    turn = _since_the_user(messages)
    calls = [call for message in turn for call in message.get("tool_calls") or []]
    refused = [m for m in turn if m["role"] == "tool" and m["content"].startswith("shape_sound: ")]
    if refused or any(call["name"] != "shape_sound" for call in calls):
        return ()
    done = {call["arguments"].get("stem") for call in calls}
    return tuple(name for name in said.sound.stems if name not in done)


def is_open(messages: Sequence[Message]) -> bool:
    """Whether nothing was done yet about the user's last words."""
    return bool(messages) and messages[-1]["role"] == "user"


def _since_the_user(messages: Sequence[Message]) -> Sequence[Message]:
    places = [place for place, message in enumerate(messages) if message["role"] == "user"]
    return messages[places[-1] + 1 :] if places else ()
