"""The tool that teaches: a lesson in this song's numbers, the case for a move, its steps by hand.

One rule: whatever is said is quoted from prompts/, and every number in it stands in the result.
"""

import re
from dataclasses import replace
from typing import Any

from pydantic import Field

from assistant import tools_levels
from assistant.context import ToolContext, ToolError, ToolResult
from assistant.lesson_numbers import Filled, fill, meters_of
from assistant.lessons import Lesson, find, lessons, named
from assistant.naming import spoken_of
from assistant.tools_levels import Arguments, MeasureLevels
from assistant.why_cards import by_hand, by_hand_asked, card_of, level_asked, why_asked

_WHOLE = re.compile(
    r"\b(?:more about|more on|tell me more|in full|in detail|details|whole|full|long version|deeper"
    r"|everything about|thorough(?:ly)?|from scratch|from the ground up|properly)\b"
)


LONGEST_TOPIC = 120  # characters


class Explain(Arguments):
    topic: str = Field(min_length=1, max_length=LONGEST_TOPIC)


def explain(context: ToolContext, arguments: Explain) -> ToolResult:
    """A short lesson on a topic; the reason of a move; or a move's steps in a studio program."""
    said = said_in_this_turn(context)
    text = f"{arguments.topic} {said}"
    if any(map(by_hand_asked, (arguments.topic, said, text))):
        try:
            return _by_hand(context, text)
        except ToolError:
            if not named(text):
                raise
    lesson = find(arguments.topic, said)
    if why_asked(arguments.topic) and not named(arguments.topic):
        card = _why(context, text)
        if card is not None:
            return card
    if lesson is None:
        topics = [one.topic for one in lessons()]
        told = f"there is no lesson on {arguments.topic!r}: there are {', '.join(topics)}"
        return ToolResult(False, told, {"unknown_topic": arguments.topic, "topics": topics})
    return lesson_result(fill(lesson, meters_of(context, said)), _is_whole(context, text))


def measure_levels(context: ToolContext, arguments: MeasureLevels) -> ToolResult:
    """Read the meters; where one stem was advised on and the user asks why, with its case."""
    result = tools_levels.measure_levels(context, arguments)
    rows, said = result.data["levels"], said_in_this_turn(context)
    stems = [row["stem"] for row in rows if len(rows) == 1 and said]
    advised = {move.stem for move in context.session.proposed}
    asked = why_asked(said) or (advised.issuperset(stems) and not level_asked(said))
    card = card_of(context, stems[0]) if stems and asked else None
    return result if card is None else replace(result, data=result.data | {"card": card.as_data()})


def said_in_this_turn(context: ToolContext) -> str:
    """The user's words that are not answered yet; none where the tool is called outside a turn."""
    for event in reversed(context.session.events):
        if event["event"] in ("user", "reply"):
            return event["text"] if event["event"] == "user" else ""
    return ""


def _is_whole(context: ToolContext, text: str) -> bool:
    """Whether the whole lesson is told: to newcomers, and to who asks for more."""
    return context.session.tone == "newcomer" or bool(_WHOLE.search(text.casefold()))


def lesson_result(filled: Filled, whole: bool) -> ToolResult:
    """A lesson as a result: the first paragraph and what to try, or all of it."""
    lesson: Lesson = filled.lesson
    shown = filled.paragraphs if whole else filled.paragraphs[:1]
    data: dict[str, Any] = {
        "lesson": lesson.name,
        "title": lesson.title,
        "topic": lesson.topic,
        "body": "\n\n".join(shown),
        "try_it": filled.try_it,
        "sources": list(lesson.sources),
        "more": len(shown) < len(filled.paragraphs),
        "passages": [*shown, filled.try_it, lesson.title, *lesson.sources],
        "measured": list(filled.measured),
        "cited": list(filled.cited),
    }
    numbers = "".join(f", {value:g}" for value in filled.measured)
    return ToolResult(True, f"lesson: {lesson.title}{numbers}", data)


def _why(context: ToolContext, text: str) -> ToolResult | None:
    """The case for a stem that is named, else for the first move proposed; None without either."""
    stems = spoken_of(text, context.names, context.roles)
    stems = stems or tuple(move.stem for move in context.session.proposed)
    card = card_of(context, stems[0]) if stems else None
    if card is None:
        return None
    usual = f"usual {card.low_lu:+.1f} to {card.high_lu:+.1f} LU"
    told = f"why: {card.stem} {card.relative_lu:+.1f} LU, {usual}"
    return ToolResult(True, told, {"anchor": card.anchor, "card": card.as_data()})


def _by_hand(context: ToolContext, text: str) -> ToolResult:
    """The steps of a move by hand."""
    steps = by_hand(context, text)
    return ToolResult(True, f"by hand in {steps['program']}", {"by_hand": steps})
