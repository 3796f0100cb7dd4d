"""Takes that are chosen, or of which more are wanted: "the class voted for the second".

One rule: a take is a file and changes no fader; it is chosen only where takes were just talked of.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import prompts
from assistant.hearing import ToolCall
from assistant.orders.takes_said import more_takes, take_liked, takes_to_choose
from assistant.orders.tokens import STEM, tokens
from assistant.orders.version_named import OTHER_DEEDS, Talked
from assistant.progress import Progress
from assistant.replying import Reply, told_at_once, worded

_SAYS_MORE = OTHER_DEEDS | {"export", "hear", "a session", "stems of it"}
_BESIDES = (_SAYS_MORE - {"render"}) | {STEM}


def of_takes(turn: Progress, talk: Talked) -> Reply | None:
    """What is done about takes that are praised or ordered; None where the words do neither."""
    told, _ = tokens(turn.words, turn.context.names, tuple(turn.context.roles))
    kinds = {token.kind for token in told}
    if talk.of != "takes" or not turn.session.takes:
        count = takes_to_choose(turn.words) if kinds.isdisjoint(_BESIDES) else None
        return None if count is None else _rendered(turn, count, "dry" not in kinds)
    if kinds.isdisjoint(_BESIDES) and (count := more_takes(turn.words)) is not None:
        return _rendered(turn, count, "dry" not in kinds)
    if kinds & _SAYS_MORE:
        return None
    number = take_liked(turn.words, lots(turn.earlier))
    return None if number is None else chosen(turn, number)


def lots(events: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """How many takes each rendering made, the latest last."""
    counts: list[int] = []
    for event in events:
        if event["event"] == "tool_call" and event["name"] == "render_mix":
            counts.append(0)
        elif event["event"] == "take":
            counts = [*counts[:-1], counts[-1] + 1] if counts else [1]
    return tuple(count for count in counts if count)


def _rendered(turn: Progress, takes: int, effects: bool) -> Reply:
    told = {"takes": takes} if effects else {"takes": takes, "effects": False}
    return told_at_once(turn, ToolCall("render_mix", told))


def chosen(turn: Progress, number: int, export: bool = False) -> Reply | None:
    """A take as the one that is exported from here on; with export it is written at once.

    number: -1 is the last one. None where there is no such take.
    """
    takes = turn.session.takes
    number = len(takes) if number == -1 else number
    if not 1 <= number <= len(takes):
        return None
    take = turn.session.choose_take(number)
    if export:
        return told_at_once(turn, ToolCall("export_mix", {"format": "mix"}))
    text = prompts.reply(
        "take_chosen", len(turn.session.events), take=take.label,
        file=str(take.path.relative_to(turn.context.folder)),
    )  # fmt: skip
    return worded(turn, text)
