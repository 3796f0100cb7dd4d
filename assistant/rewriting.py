"""Word a reply from a tool result alone: what is said when the model's own words fail the check.

One rule: every number comes from the result's data, every word from prompts/.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import prompts
from assistant.context import ToolResult
from assistant.drills_words import drill_situations
from assistant.hearing import ToolCall
from assistant.rewriting_advice import Data, Situation, advice_situations
from assistant.rewriting_checks import check_situations


def rewrite(call: ToolCall | None, result: ToolResult | None, seed: int) -> str:
    """What Gainsay says after this call and its result; without any, it asks what is meant."""
    if call is None or result is None:
        return prompts.reply("clarify_intent", seed)
    parts = enumerate(_situations(call, result))
    return " ".join(prompts.reply(name, seed + place, **told) for place, (name, told) in parts)


def wordings(call: ToolCall, result: ToolResult) -> tuple[str, ...]:
    """Replies that this call and its result bear out: every wording of what is said first."""
    (first, values), *others = _situations(call, result)
    rest = [prompts.reply(name, place, **told) for place, (name, told) in enumerate(others)]
    return tuple(" ".join([text, *rest]) for text in prompts.wordings(first, **values))


# What may be said without any tool.
SPOKEN = (
    "greet", "thanks", "goodbye", "praise", "insult", "who_are_you", "capabilities", "off_topic",
    "nonsense", "other_language", "reference", "unsafe", "beyond", "which_anchor", "refused_ok",
    "complaint_about_anchor",
)  # fmt: skip
ONLY_TOLD = "remark"  # said only where the words are known to be one: the model has not learned it


def spoken(
    anchor: str, missing: Sequence[str], stems: Sequence[str], situation: str | None = None
) -> tuple[str, ...]:
    """Every wording of what may be said without a tool, for these stems.

    missing: the user's words for instruments that the song does not have.
    situation: the one that the words are known to be of, if any.
    """
    names = (situation,) if situation in (*SPOKEN, ONLY_TOLD) else SPOKEN
    told = [text for name in names for text in prompts.wordings(name, anchor=anchor)]
    return tuple(dict.fromkeys([*told, *not_here_told(missing, stems)]))


def not_here_told(missing: Sequence[str], stems: Sequence[str]) -> tuple[str, ...]:
    """Every wording of an instrument that the song does not have."""
    told = (prompts.wordings("unknown_stem", missing=word, stems=stems) for word in missing)
    return tuple(text for texts in told for text in texts)


def _situations(call: ToolCall, result: ToolResult) -> list[Situation]:
    """What is to be said, one situation after the other."""
    if result.ok and call.name == "propose_moves":
        return advice_situations(result.data)
    if result.ok and call.name == "check_gain_staging":
        return check_situations(result.data)
    if result.ok and call.name in ("start_drill", "answer_drill"):
        return drill_situations(result.data)
    if result.ok and "take_chosen" in result.data:
        chosen = {"take": result.data["take_chosen"]}
        return [_situation(call, result), ("take_is_chosen", chosen)]
    if result.ok and "card" in result.data:
        return _why(result.data)
    return [_situation(call, result)]


def _situation(call: ToolCall, result: ToolResult) -> Situation:
    if not result.ok and "unknown_words" in result.data:
        data = result.data
        unknown = {"words": data["unknown_words"], "why": data["why"], "near": data["near"]}
        return "sound_unknown", unknown
    if not result.ok and "unknown_topic" in result.data:
        return "lesson_unknown", {"topics": result.data["topics"]}
    if not result.ok:
        return "tool_error", {"message": result.text.removeprefix(f"{call.name}: ")}
    return _SITUATIONS[call.name](result.data)


def _applied(data: Data) -> Situation:
    if not data["moves"]:
        return ("already_there", data["already"]) if "already" in data else ("nothing_to_apply", {})
    label = f"v{data['version']}"
    return "moves_applied", {"anchor": data["anchor"], "moves": data["moves"], "version": label}


def _levels(data: Data) -> Situation:
    rows, anchor = data["levels"], data["anchor"]
    if len(rows) == 1:
        one = {name: rows[0][name] for name in ("stem", "relative_lu", "lufs")}
        return "level_of_one", {**one, "anchor": anchor}
    return "levels", {"anchor": anchor, "rows": rows}


def _why(data: Data) -> list[Situation]:
    """Why a stem should move, or stay: the meter against what is usual, then the rest of it."""
    card = data["card"]
    measured = {
        "stem": card["stem"],
        "anchor": data["anchor"],
        "relative_lu": card["relative_lu"],
        "low_lu": card["usual_low_lu"],
        "high_lu": card["usual_high_lu"],
    }
    named = ("ignored", "percent", "songs", "source")
    return [("why", measured), ("why_more", {name: card[name] for name in named})]


def _lesson(data: Data) -> Situation:
    if "by_hand" in data:
        named = ("program", "steps", "trim")
        return "by_hand", {name: data["by_hand"][name] for name in named}
    named = ("title", "topic", "body", "try_it", "sources", "more")
    return "lesson", {name: data[name] for name in named}


def _shaped(data: Data) -> Situation:
    told = {"stem": data["stem"], "words": data["words"]}
    if not data["changes"]:
        return "sound_unchanged", {**told, "why": data["why"]}
    version = f"v{data['version']}"
    return "sound_shaped", {**told, "changes": data["changes"], "version": version}


def _preferred(data: Data) -> Situation:
    if "likes" in data:
        return "level_liked", {"stem": data["stem"], "likes": data["likes"]}
    if "called" in data:
        return "subgenre_kept", dict(data)
    return "genre_kept" if "genre" in data else "tone_kept", dict(data)


def _version(situation: str) -> Callable[[Data], Situation]:
    def told(data: Data) -> Situation:
        if "stem" not in data:
            return situation, {"version": f"v{data['version']}"}
        one = {"stem": data["stem"], "settings": data["is"], "version": f"v{data['version']}"}
        return ("stem_as_it_was" if data["same"] else "stem_back"), one

    return told


def _versions(data: Data) -> Situation:
    listed = [{"name": f"v{row['version']}", "summary": row["what"]} for row in data["versions"]]
    if len(listed) == 1:
        return "nothing_changed", {"version": listed[0]["name"]}
    return "versions", {"versions": listed, "current": f"v{data['version']}"}


def _names(paths: list[str]) -> list[str]:
    return [Path(path).name for path in paths]


def _rendered(data: Data) -> Situation:
    files = _names([row["file"] for row in data["takes"]])
    said = {name: data[name] for name in ("effects", "style", "asked")}
    return "rendered", {"takes": data["count"], "files": files, **said}


def _audition(data: Data) -> Situation:
    files = _names([row["file"] for row in data["files"]])
    return "audition_ready", {"names": data["names"], "blind": data["blind"], "files": files}


def _exported(data: Data) -> Situation:
    return "exported", {"format": data["format"], "files": _names(data["files"])}


_SITUATIONS: dict[str, Callable[[Data], Situation]] = {
    "measure_levels": _levels,
    "prefer": _preferred,
    "set_anchor": lambda data: ("anchor_set", {"anchor": data["anchor"]}),
    "apply_moves": _applied,
    "set_level": _applied,
    "set_pan": lambda data: ("panned", {"stem": data["stem"], "pan": data["pan"]}),
    "set_mute": lambda data: ("muted" if data["muted"] else "unmuted", {"stem": data["stem"]}),
    "shape_sound": _shaped,
    "render_mix": _rendered,
    "audition": _audition,
    "undo": _version("undone"),
    "redo": _version("redone"),
    "list_versions": _versions,
    "restore_version": _version("restored"),
    "explain": _lesson,
    "export_mix": _exported,
}
