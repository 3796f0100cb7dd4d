"""What one might say next, to click: from what is open, what was asked last, and the song's stems.

One rule: a suggestion is a sentence that Gainsay understands as it stands.
"""

import re

from assistant.context import ToolContext
from assistant.web.room import Room

MOST = 4
_SAYABLE = re.compile(r"[\w .'&-]{1,40}")
_AT_FIRST = ("How does the balance sound to you?", "Check the gain staging.")


def suggestions(room: Room) -> list[str]:
    """Up to four sentences for this moment of the talk."""
    if not room.song_open:
        return []
    session, context = room.session, room.context
    replies = [event for event in session.events if event["event"] == "reply"]
    if replies and (options := replies[-1].get("options")) and session.events[-1] is replies[-1]:
        return [option["label"] for option in options][:MOST]
    if session.proposed:
        return ["Yes, apply that.", "Why?", "How do I do that by hand?", "Leave it as it is."]
    lead = _most_spoken_of(context)
    said = []
    if session.version.number:
        rendered = bool(session.takes) and session.takes[-1].version == session.version.number
        said += ["Compare before and after."] if rendered else [_render_it(context)]
        said += ["Undo that."]
    said += _AT_FIRST[:1]
    said += [f"I can hardly hear the {lead}."] if lead else []
    said += ["Explain headroom."] if session.tone != "pro" else []
    said += _AT_FIRST[1:]
    return said[:MOST]


def _render_it(context: ToolContext) -> str:
    """How one asks for a take; where a stem is called effects the word would name it."""
    return "Render the mix." if "effects" in context.roles else "Render it with effects."


def _most_spoken_of(context: ToolContext) -> str | None:
    """The lead vocal, else the first stem that is not the anchor; None where there is no other."""
    stems = zip(context.names, context.roles, strict=True)
    others = [(name, role) for name, role in stems if name != context.session.anchor]
    leads = [name for name, role in others if role == "lead vocal"]
    chosen = (leads or [name for name, _ in others] or [None])[0]
    return None if chosen is None else _as_said(context, chosen)


def _as_said(context: ToolContext, name: str) -> str:
    """How one speaks of a stem: by its name, or by its role where nobody would say such a name."""
    role = context.roles[context.names.index(name)]
    if role is None or list(context.roles).count(role) > 1 or _SAYABLE.fullmatch(name):
        return name
    return role
