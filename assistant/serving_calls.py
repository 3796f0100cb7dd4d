"""Tool calls of a served model, read as what they are: text from someone who is not trusted.

One rule: a call is passed on only when it parses, fits its tool's schema, and changes nothing that
the user did not ask for; else the model is told why, once.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from assistant.acting import CHANGES, FADERS
from assistant.assent import asks, orders, says_yes
from assistant.hearing import STEM_KEYS, Hearing, ReplyError, ToolCall
from assistant.intents import ADVICE
from assistant.said_gains import says_way, sizes_db
from assistant.serving_stream import RawCall
from assistant.serving_text import printable, quoted
from assistant.tools import TOOLS, wrong_argument
from assistant.waiting import since_the_user, what_was_said
from mixer.moves import on_grid

MAX_STRING = 400
_WRITTEN_OUT = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
Message = dict[str, Any]


def written_out(text: str) -> list[RawCall]:
    """A call that stands in the text, as servers without a parser for tool calls leave it."""
    for match in _WRITTEN_OUT.finditer(text):
        try:
            call = json.loads(match[1])
        except (ValueError, RecursionError):
            continue
        if isinstance(call, dict) and isinstance(call.get("name"), str):
            return [RawCall(call["name"], call.get("arguments", {}))]
    return []


def read_call(raw: RawCall, names: Mapping[str, str], hidden: Callable[[str], str]) -> ToolCall:
    """A call that fits its tool, with the stems' own names.

    Args:
        names: every stem by the name that the server was told.
        hidden: takes out of a text what must not be shown.
    """
    tool = TOOLS.get(raw.name)
    if tool is None:
        raise ReplyError(
            f"no tool is called {quoted(hidden(raw.name))}: there are {', '.join(TOOLS)}"
        )
    parsed = _parsed(tool.name, raw.arguments, hidden)
    arguments = _plain(parsed, names, hidden)
    try:
        fitting = tool.model.model_validate(arguments)
    except ValidationError as error:
        raise ReplyError(f"{tool.name}: {_short(wrong_argument(error))}") from error
    call = ToolCall(tool.name, fitting.model_dump(exclude_unset=True, exclude_none=True))
    return _on_grid(call) if tool.name == ADVICE else call


def unasked(call: ToolCall, hearing: Hearing, messages: Sequence[Message]) -> str | None:
    """Why a change does not rest on what the user said, or None.

    The gate in acting.py goes by how sure a model is of its call, which a server does not tell.
    """
    said = what_was_said(hearing, messages)
    if not orders(call.name, said.latest):
        return f"the user's words do not speak of {call.name.replace('_', ' ')}: answer them"
    if call.name in FADERS and _just_proposed(messages):
        return "the proposal was made just now: tell it and ask, the user has not said yes to it"
    if call.name not in CHANGES or (says_yes(said.latest) and not said.refuses):
        return None
    sizes = sizes_db(said.latest, said.names)
    if asks(said.latest) and not sizes:
        return "the user asked a question and ordered no change: answer it"
    if call.name not in FADERS:
        return None
    if not sizes and not says_way(said.latest) and not said.compares:
        return "the user ordered no move and said no clear yes to a proposal: ask"
    own, moves = replace(said, proposed=()), call.arguments.get("moves", [])
    is_own = all(_is_said(move["gain_db"], own.gains_db(move["stem"])) for move in moves)
    if call.name == "apply_moves" and not (moves and is_own):
        return "the user's words are no clear yes to a proposal: ask, or wait for a yes"
    return None


def _just_proposed(messages: Sequence[Message]) -> bool:
    """Whether advice was given since the user spoke."""
    turn = since_the_user(messages)
    return any(call["name"] == ADVICE for m in turn for call in m.get("tool_calls") or [])


def _is_said(gain_db: float, bearable: set[float]) -> bool:
    return any(abs(gain_db - value) < 0.01 for value in bearable)


def _parsed(tool: str, arguments: Any, hidden: Callable[[str], str]) -> dict[str, Any]:
    """The arguments as a JSON object."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}", parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            if isinstance(error, ReplyError):
                raise
            raise ReplyError(
                f"the arguments of {tool} were {quoted(hidden(str(arguments)))}: write one JSON "
                "object"
            ) from error
    if arguments is None:
        return {}
    if not isinstance(arguments, dict):
        raise ReplyError(f"the arguments of {tool} were no JSON object: write one")
    return arguments


def _no_number(text: str) -> None:
    raise ReplyError(f"{text} was given as a number: give a finite one")


def _plain(
    data: Any, names: Mapping[str, str], hidden: Callable[[str], str], key: str = "", depth: int = 0
) -> Any:
    """Arguments without anything a terminal obeys, and stems by their own names."""
    if depth > 8:
        raise ReplyError("the arguments are nested too deep: write them as the tool's schema says")
    if isinstance(data, str):
        if len(data) > MAX_STRING:
            raise ReplyError(f"{key or 'an argument'} had {len(data)} characters: keep it short")
        if key in STEM_KEYS and data in names:
            return names[data]
        return printable(hidden(data))
    if isinstance(data, dict):
        return {
            printable(hidden(str(name)))[:MAX_STRING]: _plain(value, names, hidden, name, depth + 1)
            for name, value in data.items()
        }
    if isinstance(data, list):
        return [_plain(value, names, hidden, key, depth + 1) for value in data]
    return data


def _on_grid(call: ToolCall) -> ToolCall:
    """Advice on the grid of half decibels; a move of nothing is none."""
    told = [{**move, "gain_db": on_grid(move["gain_db"])} for move in call.arguments["moves"]]
    moves = [move for move in told if move["gain_db"]]
    return ToolCall(call.name, {**call.arguments, "moves": moves})


def _short(text: str) -> str:
    line = " ".join(printable(text).split())
    return line if len(line) <= 240 else line[:240] + "..."
