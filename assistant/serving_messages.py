"""What a served model is sent: rules, meters, the talk in OpenAI's form, tools, audio if it hears.

One rule: the same words and tools as for the embedded model; names and what the user says are data.
"""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import prompts
from assistant.hearing import STEM_KEYS
from assistant.serving_text import all_apart, apart
from assistant.tools import TOOLS

ERROR = "error"  # the name that a turn gives to what it could not use of an answer
Message = dict[str, Any]


def chat(
    messages: Sequence[Message],
    facts: Mapping[str, Any],
    shown: Mapping[str, str],
    audio: Sequence[Message] = (),
) -> list[Message]:
    """The whole conversation as it is sent.

    Args:
        facts: the song as it stands, see assistant/facts.py.
        shown: how the server is told each stem's name.
        audio: content parts of the stems, put before the user's first words.
    """
    data = json.dumps(all_apart(_renamed(facts, shown)), ensure_ascii=False)
    told: list[Message] = [
        {"role": "system", "content": f"{prompts.served_system(bool(audio))}\n\n{data}"}
    ]
    called = 0
    for place, message in enumerate(messages):
        if calls := message.get("tool_calls"):
            called += 1
            told.append(
                {"role": "assistant", "content": "", "tool_calls": [_call(calls[0], called, shown)]}
            )
            if not _is_result(messages[place + 1 : place + 2]):
                told.append(_result(called, prompts.served("no_result")))
        elif _is_result([message]):
            told.append(_result(called, apart(message["content"])))
        elif message["role"] == "tool":
            why = apart(message["content"])
            told.append({"role": "user", "content": prompts.served(ERROR, why=why)})
        else:
            told.append({"role": message["role"], "content": apart(message["content"])})
    return _with_audio(told, audio) if audio else told


def tool_schemas(shown: Sequence[str], only: str | None = None) -> list[dict[str, Any]]:
    """The tools as functions; what names a stem may say one of the song's."""
    return [
        {
            "type": "function",
            "function": {
                "name": name,
                "description": tool.description,
                "parameters": _parameters(tool.model.model_json_schema(), shown),
            },
        }
        for name, tool in TOOLS.items()
        if only in (None, name)
    ]


def _with_audio(told: list[Message], audio: Sequence[Message]) -> list[Message]:
    """The messages with the stems' audio before the user's first words."""
    first = next((at for at, message in enumerate(told) if message["role"] == "user"), None)
    if first is None:
        return told
    words = {"type": "text", "text": told[first]["content"]}
    return [*told[:first], {"role": "user", "content": [*audio, words]}, *told[first + 1 :]]


def _call(call: Mapping[str, Any], number: int, shown: Mapping[str, str]) -> dict[str, Any]:
    arguments = all_apart(_renamed(call["arguments"], shown))
    written = json.dumps(arguments, ensure_ascii=False)
    function = {"name": call["name"], "arguments": written}
    return {"id": f"call_{number}", "type": "function", "function": function}


def _result(number: int, text: str) -> Message:
    return {"role": "tool", "tool_call_id": f"call_{number}", "content": text}


def _is_result(messages: Sequence[Message]) -> bool:
    return any(one["role"] == "tool" and one.get("name") != ERROR for one in messages)


def _renamed(data: Any, shown: Mapping[str, str], key: str = "") -> Any:
    """Data in which stems have the names that the server is told."""
    if isinstance(data, str):
        return shown.get(data, data) if key in (*STEM_KEYS, "anchor") else data
    if isinstance(data, Mapping):
        return {name: _renamed(value, shown, name) for name, value in data.items()}
    return [_renamed(value, shown, key) for value in data] if isinstance(data, list) else data


def _parameters(schema: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """A schema without references, titles and nulls, which not every server's template takes."""
    definitions = schema.get("$defs", {})

    def simple(node: Any, key: str = "") -> Any:
        if isinstance(node, list):
            return [simple(item, key) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return simple(deepcopy(definitions[node["$ref"].rpartition("/")[2]]), key)
        if "anyOf" in node:
            (one,) = [kind for kind in node["anyOf"] if kind.get("type") != "null"]
            return simple(one, key)
        if node.get("type") == "string" and key in STEM_KEYS and "enum" not in node:
            return {"type": "string", "enum": list(names)}
        kept = {name: value for name, value in node.items() if name not in _LEFT_OUT}
        if "properties" in kept:
            kept["properties"] = {k: simple(v, k) for k, v in kept["properties"].items()}
        if "items" in kept:
            kept["items"] = simple(kept["items"], key)
        return kept

    parameters = simple(schema)
    parameters.setdefault("properties", {})
    return parameters


_LEFT_OUT = ("title", "$defs", "default", "description")
