"""Tools that lead back: to the state before, to any version, and of one stem alone.

One rule: nothing is lost on the way back; what was taken back can be had again.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from assistant.context import ToolContext, ToolError, ToolResult
from assistant.tools_levels import Arguments
from assistant.versions import Version
from mixer.moves import MixState, stem_index


class Nothing(Arguments):
    """No arguments."""


class Undo(Arguments):
    stem: str | None = Field(None, min_length=1)


class RestoreVersion(Arguments):
    version: int = Field(ge=0)
    stem: str | None = Field(None, min_length=1)


def undo(context: ToolContext, arguments: Undo) -> ToolResult:
    """Step back to the version before; of one stem take its last change back and keep all else."""
    session = context.session
    if arguments.stem is None:
        return _arrived(context, session.undo(), "back at")
    stem, now = context.stem(arguments.stem), session.state()
    earlier = [version.state.with_stem_of(now, context.names, stem) for version in session.walked]
    changed = [place for place, state in enumerate(earlier) if state != session.walked[place].state]
    if not changed:
        raise ToolError(
            f"nothing was changed on {stem} up to {session.version.label}: name a stem that was "
            "(list_versions shows them)"
        )
    before = session.walked[changed[-1]]
    return _stem_back(context, stem, before, f"{stem} as it was in {before.label}")


def redo(context: ToolContext, arguments: Nothing) -> ToolResult:
    """Step forward again after an undo."""
    return _arrived(context, context.session.redo(), "forward at")


def restore_version(context: ToolContext, arguments: RestoreVersion) -> ToolResult:
    """Go to any version there ever was, with every stem or with one alone."""
    session = context.session
    if arguments.stem is None:
        return _arrived(context, session.restore(arguments.version), "restored")
    stem, version = context.stem(arguments.stem), session.numbered(arguments.version)
    return _stem_back(context, stem, version, f"{stem} as in {version.label}")


def _stem_back(context: ToolContext, stem: str, version: Version, why: str) -> ToolResult:
    """Make a version in which one stem is as it was in another version."""
    session = context.session
    state = session.state().with_stem_of(version.state, context.names, stem)
    told: dict[str, Any] = {"stem": stem, "is": settings(context, state, stem)}
    if state == session.state():
        text = f"nothing to take back: {stem} is as in {version.label} ({told['is']})"
        return ToolResult(True, text, {**told, "version": session.version.number, "same": True})
    session.change(state, why)
    data = {**told, "version": session.version.number, "same": False}
    return ToolResult(True, f"{session.version.label}: {why} ({told['is']})", data)


def _arrived(context: ToolContext, version: Version, how: str) -> ToolResult:
    text = f"{how} {version.label}: {describe(context, version.state)}"
    return ToolResult(True, text, {"version": version.number})


def list_versions(context: ToolContext, arguments: Nothing) -> ToolResult:
    """Tell every version and which one is heard now."""
    here = context.session.version.number
    rows = [
        {
            "version": version.number,
            "what": describe(context, version.state),
            "why": version.why,
            "current": version.number == here,
        }
        for version in context.session.versions
    ]
    lines = [
        f"v{row['version']}{' (now)' if row['current'] else ''}: {row['what']}" for row in rows
    ]
    chosen = context.session.take_chosen
    told: dict[str, Any] = {"version": here, "versions": rows}
    if chosen is not None:
        lines.append(f"{chosen.label} is chosen: export_mix gives it until the mix is changed")
        told["take_chosen"] = chosen.label
    return ToolResult(True, "\n".join(lines), told)


def describe(context: ToolContext, state: MixState) -> str:
    """What is set in a state: vocals +3.0 dB, kick muted; 'as opened' when nothing is."""
    told = [(name, _set_on(context.names, state, name)) for name in context.names]
    return ", ".join(" ".join((name, *said)) for name, said in told if said) or "as opened"


def settings(context: ToolContext, state: MixState, stem: str) -> str:
    """What is set on one stem: +3.0 dB pan -0.25; 'as opened' when nothing is."""
    return " ".join(_set_on(context.names, state, stem)) or "as opened"


def _set_on(names: Sequence[str], state: MixState, stem: str) -> list[str]:
    index = stem_index(names, stem)
    gain_db, pan = state.gain_db[index], state.pan[index]
    said = [f"{gain_db:+.1f} dB"] if gain_db else []
    said += [f"pan {pan:+.2f}"] if pan is not None else []
    said += ["muted"] if state.muted[index] else []
    if state.sound_of(index):
        from mixer.words_shape import told as told_sound

        said += [f"(sound {', '.join(told_sound(state.sound_of(index)))})"]
    return said
