"""The tools that the model may call: one pydantic model each is its schema and its limits.

One rule: whatever a model asks, run_tool answers with a ToolResult; bad requests come back as text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

import prompts
from assistant import (
    tools_checking,
    tools_drills,
    tools_levels,
    tools_listening,
    tools_moves,
    tools_preferences,
    tools_sound,
    tools_teaching,
    tools_versions,
)
from assistant.context import ToolContext, ToolError, ToolResult, is_ours
from assistant.hearing import ToolCall
from assistant.journal import JournalError

__all__ = ["TOOLS", "Tool", "ToolContext", "ToolError", "ToolResult", "run_tool"]


@dataclass(frozen=True)
class Tool:
    """One tool: the model of its arguments and what it does with them."""

    name: str
    model: type[BaseModel]
    run: Callable[[ToolContext, Any], ToolResult]

    @property
    def description(self) -> str:
        """What the language model is told that the tool does."""
        return prompts.tools()[self.name]


TOOLS: dict[str, Tool] = {
    name: Tool(name, model, run)
    for name, model, run in (
        ("measure_levels", tools_levels.MeasureLevels, tools_teaching.measure_levels),
        ("set_anchor", tools_levels.SetAnchor, tools_levels.set_anchor),
        ("prefer", tools_preferences.Prefer, tools_preferences.prefer),
        ("propose_moves", tools_moves.ProposeMoves, tools_moves.propose_moves),
        ("apply_moves", tools_moves.ApplyMoves, tools_moves.apply_moves),
        ("set_level", tools_moves.SetLevel, tools_moves.set_level),
        ("set_pan", tools_moves.SetPan, tools_moves.set_pan),
        ("set_mute", tools_moves.SetMute, tools_moves.set_mute),
        ("shape_sound", tools_sound.ShapeSound, tools_sound.shape_sound),
        ("render_mix", tools_listening.RenderMix, tools_listening.render_mix),
        ("audition", tools_listening.Audition, tools_listening.audition),
        ("undo", tools_versions.Undo, tools_versions.undo),
        ("redo", tools_versions.Nothing, tools_versions.redo),
        ("list_versions", tools_versions.Nothing, tools_versions.list_versions),
        ("restore_version", tools_versions.RestoreVersion, tools_versions.restore_version),
        ("check_gain_staging", tools_versions.Nothing, tools_checking.check_gain_staging),
        ("explain", tools_teaching.Explain, tools_teaching.explain),
        ("start_drill", tools_drills.StartDrill, tools_drills.start_drill),
        ("answer_drill", tools_drills.AnswerDrill, tools_drills.answer_drill),
        ("export_mix", tools_listening.ExportMix, tools_listening.export_mix),
    )
}


def run_tool(context: ToolContext, call: ToolCall) -> ToolResult:
    """Check a call and carry it out; what is wrong with it becomes the result's text."""
    tool = TOOLS.get(call.name)
    if tool is None:
        return ToolResult(False, f"no tool is called {call.name!r}: there are {', '.join(TOOLS)}")
    try:
        return tool.run(context, tool.model.model_validate(call.arguments))
    except ValidationError as error:
        return ToolResult(False, f"{call.name}: {wrong_argument(error)}")
    except JournalError:
        raise  # the session itself cannot go on
    except Exception as error:
        if not (is_ours(error) or isinstance(error, OSError)):
            raise
        return ToolResult(False, f"{call.name}: {error}")


def wrong_argument(error: ValidationError) -> str:
    """The first thing that is wrong with the arguments, as a sentence."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "arguments"
    if place.endswith("gain_db") and first["type"] in ("less_than_equal", "greater_than_equal"):
        return f"a move of {first['input']:+g} dB was asked: moves must lie within -24 and +24 dB"
    if first["type"] == "extra_forbidden":
        return f"there is no argument {place}: leave it out"
    return f"{place} was {first.get('input')!r}: {first['msg'][0].lower()}{first['msg'][1:]}"
