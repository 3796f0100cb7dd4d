"""Short orders that are about no level: anchors, versions, renders, exports.

One rule: what a tool takes is said in the words or left to its default.
"""

from assistant.hearing import ToolCall
from assistant.orders.lexicon import FILLER, NUMBER, PLACE, VERB
from assistant.orders.parts import Part
from assistant.orders.tokens import STEM
from assistant.said_formats import formats_said
from assistant.tools_listening import MOST_TAKES

_QUIET = frozenset({FILLER, VERB, "to", "only", "again", "instead"})
_STEPS_BACK = (["go back"], ["revert"])
_HANDS = frozenset("give gimme gis have want send need let".split())  # "give us all the stems"
_MOST_STEPS = 9  # back or forth at once
_FORMATS = ("a mix", "a session", "stems of it")


def command(part: Part, several: bool = False) -> list[ToolCall]:
    """The calls that a part asks for; none where it is no such order.

    several: whether "it" would be more than one stem: to hear it is to hear the mix, then.
    """
    if several and part.has("hear") and _only(part, "hear", "it"):
        return [ToolCall("audition", {})]
    for reads in (_anchor, _history, _listen, _version, _undo, _render, _export):
        if (call := reads(part)) is not None:
            return [call] * _times(call, part)
    return []


def _times(call: ToolCall, part: Part) -> int:
    """How often a step back or forth is taken: "undo the last two"."""
    counts = [int(number) for number in part.numbers if 1 <= number <= _MOST_STEPS]
    counts += [2] if part.has("both", "double") else []
    return counts[0] if call.name in ("undo", "redo") and len(counts) == 1 else 1


def with_more(call: ToolCall, part: Part) -> list[ToolCall]:
    """A call with what the words behind it say of it; none where they say something else.

    "three takes, seed 21, no effects"; "export the mix | and the stems".
    """
    if call.name == "export_mix" and part.has(*_FORMATS) and not part.has("export"):
        other = _export(part, anew=True)
        told = {call.arguments.get("format"), other and other.arguments.get("format")}
        if other and not call.arguments:
            return [other]  # "export it, just the mix"
        return [call, other] if other and len(told) == 2 else []
    if call.name != "render_mix" or part.has("takes", "render") or not part.has("seed", "dry"):
        return []
    told = _rendered(part)
    return [] if told is None else [ToolCall(call.name, {**call.arguments, **told})]


def _only(part: Part, *kinds: str) -> bool:
    return part.only(*_QUIET, *kinds)


def _anchor(part: Part) -> ToolCall | None:
    if len(part.stems) != 1:
        return None
    named = part.has("anchor") and _only(part, "anchor", STEM, "use", "go back", "back")
    judged = part.has("judge") and (part.has("against") or _by(part))
    judged = judged and _only(part, "judge", "against", "off", STEM, "all", "rest", "it", "back")
    return ToolCall("set_anchor", {"stem": part.stems[0]}) if named or judged else None


def _by(part: Part) -> bool:
    """ "judge it by the kick", "go by the kick from here on"."""
    words = [word for token in part.tokens for word in token.text.split()]
    return any(word in ("by", "from", "on", "off", "to", "with") for word in words)


def _history(part: Part) -> ToolCall | None:
    asked = part.has("history") and _only(part, "history", "it", "start", "all")
    return ToolCall("list_versions", {}) if asked else None


def _listen(part: Part) -> ToolCall | None:
    """ "let me hear": what was done, against what was before."""
    return ToolCall("audition", {}) if part.has("hear") and _only(part, "hear", "a mix") else None


def _version(part: Part) -> ToolCall | None:
    if part.has("anew") and _only(part, "anew", "all", "it", "back", "go back", "start"):
        return ToolCall("restore_version", {"version": 0})
    if not _only(part, "version", "go back", "back", "start", NUMBER, "it", "all", "use"):
        return None
    numbers = part.numbers
    goes = any(token.text.endswith(" to") for token in part.of("go back"))
    if len(numbers) == 1 and (goes or part.has("version") and part.has("go back", "back", "use")):
        return ToolCall("restore_version", {"version": int(numbers[0])})
    if part.has("start") and part.has("go back", "back") and not numbers:
        return ToolCall("restore_version", {"version": 0})
    return None


def _undo(part: Part) -> ToolCall | None:
    if [token.text for token in part.tokens if token.kind not in _QUIET] in _STEPS_BACK:
        return ToolCall("undo", {})
    for word in ("undo", "redo"):
        if part.has(word) and _only(
            part, word, "it", "back", "more", "change", "both", "double", NUMBER, PLACE
        ):
            return ToolCall(word, {})
    return None


def _render(part: Part) -> ToolCall | None:
    if not part.has("render", "takes") or (arguments := _rendered(part)) is None:
        return None
    lacks = part.has("takes") and "takes" not in arguments
    return None if lacks else ToolCall("render_mix", arguments)


def _rendered(part: Part) -> dict[str, object] | None:
    """What a part says of a render; None where it says anything else."""
    if not _only(part, "render", "takes", "seed", "dry", NUMBER, "it", "all", "a mix"):
        return None
    arguments: dict[str, object] = {}
    kinds = [token.kind for token in part.tokens if token.kind not in _QUIET]
    numbers = [token for token in part.tokens if token.kind not in _QUIET]
    for place, token in enumerate(numbers):
        if token.kind != NUMBER:
            continue
        if place and kinds[place - 1] == "seed":
            arguments["seed"] = int(token.number)
        elif kinds[place + 1 : place + 2] == ["takes"] and 1 <= token.number <= MOST_TAKES:
            arguments["takes"] = int(token.number)
        else:
            return None
    if part.has("dry"):
        arguments["effects"] = False
    return arguments


def _export(part: Part, anew: bool = False) -> ToolCall | None:
    """An export. anew: the word for it stood before."""
    handed = part.has("stems of it") and any(t.text in _HANDS for t in part.of(VERB, FILLER))
    if not (anew or handed or part.has("export", "a session")):
        return None
    if not _only(part, "export", "it", "all", "out", *_FORMATS):
        return None
    formats = formats_said(" ".join(token.text for token in part.tokens))
    if len(formats) > 1:
        formats.remove("mix") if "mix" in formats else None
    return ToolCall("export_mix", {"format": formats[0]} if len(formats) == 1 else {})
