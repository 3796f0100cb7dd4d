"""What a conversation's last words still wait for: which were said, and which stems are not done.

One rule: words that can mean one thing only are not left to the model's guess.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.hearing import Hearing
from assistant.intents import ADVICE
from assistant.orders.lexicon import mistaken
from assistant.orders.mentions import mentions
from assistant.said import Said
from assistant.said_gains import says_way
from mixer.moves import Move

# How the results of changes to the mix begin (assistant/tools_moves.py, tools_sound.py).
_CHANGED = re.compile(r"applied as |back at |forward at |restored |v\d+: ")
_UNDOES = re.compile(
    r"\bundo\w*\b|\bas (?:it|they) (?:was|were)\b|\bas before\b"
    r"|\b(?:put|take|bring|get) (?:it|that|them) back\b|\bgo(?:es)? back\b"
    r"|\b(?:one )?before (?:that|it)\b|\bold (?:one )?was better\b"
)
_ANOTHER = re.compile(
    r"\b(?:other|opposite|revers\w+|wrong|instead|meant|mean|not the|rather|flip\w*|swap\w*)\b"
)
_OF_PRACTICE = frozenset({"start_drill", "answer_drill"})
_TURNS_BACK = 3  # in which a drill is still talked of, this turn with them
Message = dict[str, Any]


def what_was_said(hearing: Hearing, messages: Sequence[Message]) -> Said:
    """The user's words, and the moves proposed last."""
    texts = tuple(message["content"] for message in messages if message["role"] == "user")
    calls = [call for message in messages for call in message.get("tool_calls") or []]
    advice = [call["arguments"]["moves"] for call in calls if call["name"] == ADVICE]
    proposed = tuple(Move(**move) for move in (advice[-1] if advice else ()))
    moved = moved_before(messages, hearing.names)
    return Said(
        texts, hearing.names, hearing.roles, proposed, hearing.anchor, moved, at_practice(messages)
    )


def at_practice(messages: Sequence[Message]) -> bool:
    """Whether a drill was begun or answered in one of the last turns."""
    places = [place for place, message in enumerate(messages) if message["role"] == "user"]
    late = messages[places[-_TURNS_BACK:][0] :] if places else ()
    calls = [call["name"] for message in late for call in message.get("tool_calls") or []]
    return bool(_OF_PRACTICE & set(calls))


def moved_before(messages: Sequence[Message], names: Sequence[str]) -> tuple[Move, ...]:
    """The fader moves that the turn before ended with; none where it ended with another change."""
    places = [place for place, message in enumerate(messages) if message["role"] == "user"]
    earlier = [m["content"] for m in messages[: places[-1] if places else 0] if m["role"] == "tool"]
    changes = [text for text in earlier if _CHANGED.match(text)]
    if not changes or not changes[-1].startswith("applied as "):
        return ()
    told = [
        (name, re.search(rf"(?:: |, ){re.escape(name)} ([+-][\d.]+) dB", changes[-1]))
        for name in names
    ]
    return tuple(Move(name, float(match[1])) for name, match in told if match is not None)


def stems_waiting(said: Said, messages: Sequence[Message]) -> tuple[str, ...]:
    """The stems whose sound was asked for in this turn, and that have not had theirs yet."""
    if not said.sound.only:
        return ()
    turn = since_the_user(messages)
    calls = [call for message in turn for call in message.get("tool_calls") or []]
    refused = [m for m in turn if m["role"] == "tool" and m["content"].startswith("shape_sound: ")]
    if refused or any(call["name"] != "shape_sound" for call in calls):
        return ()
    done = {call["arguments"].get("stem") for call in calls}
    wanted = said.shaped if not done else [c for c in said.shaped if done.isdisjoint(c)]
    named = {name for clause in wanted for name in clause} | _others_called(said, done)
    return tuple(name for name in said.names if name in named - done)


def _others_called(said: Said, done: set[str]) -> set[str]:
    """The other stems that one word in the plural calls: "the drums", "both guitars"."""
    text = said.latest.casefold()
    called = mentions(text, said.names, said.roles)
    several = [one for one in called if len(one.stems) > 1 and text[one.start : one.end][-1] == "s"]
    return {name for one in several if not done.isdisjoint(one.stems) for name in one.stems}


def open_question(events: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, str]]:
    """The options of the question that the last reply in the journal asked; none if it asked none.

    A question is open until the user has said the next thing.
    """
    for event in reversed(events):
        if event["event"] == "reply":
            return event.get("options", ())
        if event["event"] == "user":
            return ()
    return ()


def completed(messages: Sequence[Message], order: str) -> list[Message]:
    """A talk in which an answer stands as the order that it completes, the question left out."""
    places = [place for place, message in enumerate(messages) if message["role"] == "user"]
    start = places[-2] if len(places) > 1 else places[-1]
    return [
        *messages[:start],
        {"role": "user", "content": order},
        *messages[places[-1] + 1 :],
    ]


def said_so(messages: Sequence[Message], words: str) -> list[Message]:
    """A talk in which the user's last words are these."""
    last = max(place for place, message in enumerate(messages) if message["role"] == "user")
    return [*messages[:last], {"role": "user", "content": words}, *messages[last + 1 :]]


def corrects(said: Said) -> bool:
    """Whether what was undone is to be done another way: "no, the other one", "3, not 5"."""
    how = bool(said.numbers()) or says_way(_UNDOES.sub(" ", said.latest))
    if _UNDOES.search(said.latest) and not how:
        return False
    return how or bool(said.named or _ANOTHER.search(said.latest))


def names_another(text: str) -> bool:
    """Whether words say that a mistake was made, and ask for no undoing as such."""
    plain = text.casefold()
    return bool(mistaken().search(plain)) and not _UNDOES.search(plain)


def is_open(messages: Sequence[Message]) -> bool:
    """Whether nothing was done yet about the user's last words."""
    return bool(messages) and messages[-1]["role"] == "user"


def since_the_user(messages: Sequence[Message]) -> Sequence[Message]:
    """What was done and said since the user spoke last."""
    places = [place for place, message in enumerate(messages) if message["role"] == "user"]
    return messages[places[-1] + 1 :] if places else ()
