"""What the hand does at a desk: fader, pan, mute and role, in the session that the talk works on.

One rule: as with the tools every change is a new version, and what would change nothing is none.
"""

from assistant.context import ToolContext, ToolError, ToolResult
from assistant.hearing import ToolCall
from assistant.tools import run_tool
from assistant.versions import Version
from mixer.moves import MixState, Move, stem_index
from mixer.roles import ROLES

BY_HAND = "by hand"


def set_fader(context: ToolContext, stem: str, gain_db: float) -> Version:
    """Put a stem's fader at gain_db against its file, within +-24 dB."""
    name, state = context.stem(stem), context.session.state()
    was_db = state.gain_db[stem_index(context.names, name)]
    # Through 0 dB, since from one end to the other is further than one move may go.
    set_to = state.moved(context.names, [Move(name, -was_db), Move(name, gain_db)])
    return _changed(context, name, set_to, f"{name} fader at {gain_db:+.1f} dB")


def set_pan(context: ToolContext, stem: str, pan: float) -> Version:
    """Put a stem between the speakers, -1 (left) to 1 (right)."""
    name, state = context.stem(stem), context.session.state()
    panned = state.panned(context.names, name, pan)
    return _changed(context, name, panned, f"{name} panned to {pan:+.2f}")


def set_mute(context: ToolContext, stem: str, muted: bool) -> Version:
    """Mute a stem, or bring it back."""
    name, state = context.stem(stem), context.session.state()
    why = f"{name} {'muted' if muted else 'unmuted'}"
    return _changed(context, name, state.with_mute(context.names, name, muted), why)


def name_role(context: ToolContext, stem: str, role: str) -> None:
    """Take a stem for what the user says it is; ranges and words about it follow."""
    if role not in ROLES:
        raise ToolError(f"role {role!r} was given: use one of {', '.join(ROLES)}")
    context.session.name_role(context.stem(stem), role)


def do_tool(context: ToolContext, name: str, **arguments: object) -> ToolResult:
    """Carry out a tool that needs no words, such as undo; ToolError says what was wrong."""
    result = run_tool(context, ToolCall(name, dict(arguments)))
    if not result.ok:
        raise ToolError(result.text.removeprefix(f"{name}: "))
    return result


def _changed(context: ToolContext, stem: str, state: MixState, why: str) -> Version:
    """Make it a version; advice about other stems stays open."""
    session = context.session
    if state == session.state():
        return session.version
    about = {session.anchor, *(move.stem for move in session.proposed)}
    keeps = session.proposal is not None and stem not in about
    return session.change(state, f"{why}, {BY_HAND}", keeps_advice=keeps)
