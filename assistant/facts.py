"""What a listener is told of a song as it stands: every stem's meters, settings and usual range.

One rule: names are data under keys of ours, and nothing is measured before it is asked for.
"""

from collections.abc import Mapping
from typing import Any

from assistant.context import ToolContext
from assistant.tools_levels import level_row, usual_levels

_TOLD = ("lufs", "relative_lu", "true_peak_dbtp", "crest_db")


def facts(context: ToolContext) -> dict[str, Any]:
    """The song as it stands, as JSON-able data; levels in LUFS, against the anchor in LU."""
    session, state = context.session, context.session.state()
    levels, relative = context.levels_now(), context.relative_now()
    stems = []
    for index, name in enumerate(context.names):
        row = level_row(name, levels[index], relative[index], state.muted[index])
        stem: dict[str, Any] = {"stem": name, "role": context.roles[index]}
        stem |= {key: row[key] for key in _TOLD}
        if name != session.anchor:
            low_lu, high_lu = usual_levels(context, name)
            stem |= {"usual_low_lu": low_lu, "usual_high_lu": high_lu}
        stem |= {"fader_db": state.gain_db[index], "muted": state.muted[index]}
        stem |= {} if state.pan[index] is None else {"pan": state.pan[index]}
        stems.append(stem)
    return {
        "song": context.song.name,
        "anchor": session.anchor,
        "genre": session.genre,
        "sensitivity": session.sensitivity,
        "version": session.version.label,
        "open_proposal": [
            {"stem": move.stem, "gain_db": move.gain_db} for move in session.proposed
        ],
        "stems": stems,
    }


def meters_read(told: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Facts as evidence of a reply: what was measured for the model is a result like any other."""
    return "measure_levels", "", {"levels": told["stems"]}
