"""The state of the desk as the page draws it: faders, levels, the open proposal, versions.

One rule: everything is read from the session and the meters; nothing is kept for the page.
"""

from collections.abc import Sequence
from typing import Any

from assistant.context import ToolContext, levels_in, rounded
from assistant.session import Session
from assistant.tools_levels import usual_levels
from assistant.versions import Version
from mixer.moves import MAX_GAIN_DB, MixState
from mixer.roles import ROLES


def desk_state(context: ToolContext) -> dict[str, Any]:
    """Everything that the desk shows, as JSON-able data; gains in dB, levels in LUFS and LU."""
    session = context.session
    return {
        "anchor": session.anchor,
        "max_gain_db": MAX_GAIN_DB,
        "roles": list(ROLES),
        "can_undo": session.can_undo,
        "can_redo": session.can_redo,
        "stems": stem_rows(context),
        "proposal": proposal_rows(session),
        "versions": version_rows(session),
    }


def stem_rows(context: ToolContext) -> list[dict[str, Any]]:
    """One row a stem, in the song's order. A muted stem has no level, and usual_lu is no anchor's.

    pan is 0.0 where nobody has set one.
    """
    session, state = context.session, context.session.state()
    levels, relative = levels_in(context.levels, state), context.relative_now()
    return [
        {
            "name": name,
            "role": context.roles[index],
            "gain_db": rounded(state.gain_db[index], 2),
            "pan": state.pan[index] or 0.0,
            "muted": state.muted[index],
            "level_lufs": rounded(levels[index].lufs),
            "relative_lu": None if levels[index].lufs is None else rounded(relative[index]),
            "usual_lu": None if name == session.anchor else list(usual_levels(context, name)),
            "faults": list(context.song.stems[index].faults),
        }
        for index, name in enumerate(context.names)
    ]


def proposal_rows(session: Session) -> list[dict[str, Any]] | None:
    """The open proposal's moves with range and certainty, None where nothing is to be applied."""
    if not session.proposed:
        return None
    advised = _advised(session)
    rows = []
    for move in session.proposed:
        told = advised.get((move.stem, move.gain_db), {})
        rows.append(
            {
                "stem": move.stem,
                "gain_db": move.gain_db,
                "low_db": told.get("low_db"),
                "high_db": told.get("high_db"),
                "certainty": told.get("confidence"),
            }
        )
    return rows


def _advised(session: Session) -> dict[tuple[str, float], dict[str, Any]]:
    """What the last advice said of its moves, by stem and gain."""
    for event in reversed(session.events):
        if event["event"] == "tool_result" and event["name"] == "propose_moves" and event["ok"]:
            return {(move["stem"], move["gain_db"]): move for move in event["data"]["moves"]}
    return {}


def version_rows(session: Session) -> list[dict[str, Any]]:
    """Every version, v0 first, with what it changed in the one that it came from."""
    versions, here = session.versions, session.version.number
    return [
        {
            "version": version.number,
            "label": version.label,
            "why": version.why,
            "current": version.number == here,
            "came_from": versions[version.came_from].label if version.number else None,
            "diff": _diff(session.names, versions[version.came_from], version),
        }
        for version in versions
    ]


def _diff(names: Sequence[str], old: Version, new: Version) -> list[str]:
    return [
        line for i, name in enumerate(names) for line in _changed(name, i, old.state, new.state)
    ]


def _changed(name: str, index: int, old: MixState, new: MixState) -> list[str]:
    """What differs on one stem between two states, a phrase each."""
    told = []
    was_db, now_db = old.gain_db[index], new.gain_db[index]
    if was_db != now_db:
        told.append(f"{name} {now_db - was_db:+.1f} dB (fader {was_db:+.1f} to {now_db:+.1f} dB)")
    was, now = old.pan[index], new.pan[index]
    if was != now:
        places = ["unset" if pan is None else f"{pan:+.2f}" for pan in (was, now)]
        told.append(f"{name} pan {places[0]} to {places[1]}")
    if old.muted[index] != new.muted[index]:
        told.append(f"{name} {'muted' if new.muted[index] else 'unmuted'}")
    if old.sound_of(index) != new.sound_of(index):
        from mixer.words_shape import told as told_sound

        told.append(f"{name} sound: {', '.join(told_sound(new.sound_of(index))) or 'as recorded'}")
    return told
