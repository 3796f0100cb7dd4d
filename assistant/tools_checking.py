"""The tool that checks gain staging: what is wrong, what is only a habit, trims, the mix bus.

One rule: it reads. Trims are proposed in words; no fader moves.
"""

from typing import Any

from assistant.checking import LEVELS
from assistant.context import ToolContext, ToolResult
from assistant.tools_versions import Nothing

_MOST_TOLD = 6  # findings and trims in the text; the data holds all of them


def check_gain_staging(context: ToolContext, arguments: Nothing) -> ToolResult:
    """Check every stem's file and the mix bus as it stands, and after the open proposal."""
    session = context.session
    data = context.checks.at(session.state(), session.proposed).as_data()
    return ToolResult(True, checked_text(data), data)


def checked_text(data: dict[str, Any]) -> str:
    """The check as the model reads it: what is wrong, advice, bus, trims, where dB were spent."""
    told: dict[str, list[str]] = {"error": [], "advice": []}
    for finding in data["findings"]:
        if finding["kind"] not in LEVELS:  # these are told as trims
            told[finding["grade"]].append(finding["told"])
    lines = [
        f"wrong: {_some(told['error'])}" if told["error"] else "nothing is wrong",
        *([f"advice: {_some(told['advice'])}"] if told["advice"] else []),
        f"mix bus {bus_text(data['bus']['now'])}",
    ]
    if data["bus"]["after"] is not None:
        lines.append(f"after the proposal {bus_text(data['bus']['after'])}")
    if data["trims"]:
        trims = [f"{trim['stem']} {trim['gain_db']:+.1f} dB" for trim in data["trims"]]
        average = data["conventions"][0]
        lines.append(f"trims before plug-ins: {_some(trims)}")
        usual = f"{average['low']:.0f} to {average['high']:.0f}, about {average['aim']:.0f} dBFS"
        lines.append(
            f"usual average {usual} ({average['source']}); in floating point no level does damage"
        )
    return "\n".join([*lines, *_spent(data["ledger"])])


def bus_text(bus: dict[str, Any]) -> str:
    """One reading of the mix bus: -12.3 LUFS, peak -1.9 dBTP, headroom 1.9 dB."""
    if bus["true_peak_dbtp"] is None:
        return "is silent"
    level = "no level" if bus["lufs"] is None else f"{bus['lufs']:.1f} LUFS"
    room_db = bus["headroom_db"]
    room = f"headroom {room_db:.1f} dB" if room_db >= 0 else f"{-room_db:.1f} dB over full scale"
    return f"{level}, peak {bus['true_peak_dbtp']:+.1f} dBTP, {room}"


def _spent(rows: list[dict[str, Any]]) -> list[str]:
    """Where dB were spent, for the stems on which any were."""
    told = []
    for row in rows:
        parts = [
            f"{name} {row[key]:+.1f}"
            for name, key in (("trim", "trim_db"), ("sound", "sound_db"), ("fader", "fader_db"))
            if row[key] is not None and abs(row[key]) >= 0.05
        ]
        if parts:
            told.append(f"{row['stem']} {', '.join(parts)} dB")
    return [f"dB spent: {_some(told, '; ')}"] if told else []


def _some(items: list[str], between: str = "; ") -> str:
    """The first few of a list, and how many more there are."""
    rest = len(items) - _MOST_TOLD
    return between.join([*items[:_MOST_TOLD], *([f"and {rest} more"] if rest > 0 else [])])
