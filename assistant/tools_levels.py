"""Tools that read: the meters of every stem, and the anchor that they are read against.

One rule: reading changes nothing that is heard.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from assistant.context import ToolContext, ToolError, ToolResult, rounded
from mixer.balance import usual_range
from mixer.loudness import Level


class Arguments(BaseModel):
    """What every tool's arguments share: unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class MeasureLevels(Arguments):
    stems: list[str] | None = Field(None, min_length=1, max_length=96)


class SetAnchor(Arguments):
    stem: str = Field(min_length=1)


def level_row(
    stem: str, level: Level, relative_lu: float | None, muted: bool = False
) -> dict[str, Any]:
    """One stem's meters, rounded as they are told."""
    return {
        "stem": stem,
        "lufs": rounded(level.lufs),
        "relative_lu": rounded(relative_lu),
        "short_term_max_lufs": rounded(level.short_term_max_lufs),
        "momentary_max_lufs": rounded(level.momentary_max_lufs),
        "range_lu": rounded(level.range_lu),
        "true_peak_dbtp": rounded(level.true_peak_dbtp),
        "crest_db": rounded(level.crest_db),
        "muted": muted,
    }


def level_rows(context: ToolContext, stems: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The meters of these stems (all by default) as they stand."""
    levels, relative = context.levels_now(), context.relative_now()
    muted = context.session.state().muted
    return [
        level_row(name, levels[index], relative[index], muted[index])
        for index, name in enumerate(context.names)
        if stems is None or name in stems
    ]


def level_line(row: dict[str, Any]) -> str:
    """One stem's meters as text: vocals -23.4 LUFS, +2.1 LU, peak -6.0 dBTP, crest 14.2 dB."""
    if row["muted"]:
        return f"{row['stem']} is muted"
    if row["lufs"] is None:
        return f"{row['stem']} has no level (silence, or too short to measure)"
    parts = [f"{row['stem']} {row['lufs']:.1f} LUFS"]
    if row["relative_lu"] is not None:
        parts.append(f"{row['relative_lu']:+.1f} LU")
    if row["true_peak_dbtp"] is not None:
        parts.append(f"peak {row['true_peak_dbtp']:.1f} dBTP")
    if row["crest_db"] is not None:
        parts.append(f"crest {row['crest_db']:.1f} dB")
    return ", ".join(parts)


def measure_levels(context: ToolContext, arguments: MeasureLevels) -> ToolResult:
    """Read the meters of the stems as they stand."""
    stems = None if arguments.stems is None else [context.stem(name) for name in arguments.stems]
    rows = level_rows(context, stems)
    anchor = context.names[context.anchor_index]
    text = "\n".join([f"anchor {anchor}", *(level_line(row) for row in rows)])
    if len(rows) == 1 and rows[0]["relative_lu"] is not None and rows[0]["stem"] != anchor:
        low_lu, high_lu = usual_levels(context, rows[0]["stem"])
        rows[0].update(usual_low_lu=low_lu, usual_high_lu=high_lu)
        text += f", usual {low_lu:+.1f} to {high_lu:+.1f} LU"
    return ToolResult(True, text, {"anchor": anchor, "levels": rows})


def usual_levels(context: ToolContext, stem: str) -> tuple[float, float]:
    """Where 8 of 10 mixes have such a stem against such an anchor, in LU."""
    role = context.roles[context.names.index(stem)] or "effects"
    anchor_role = context.roles[context.anchor_index] or "drums"
    low_lu, high_lu = usual_range(role, anchor_role, context.session.genre)
    liked_lu = context.liked_lu(stem)
    return float(np.round(low_lu + liked_lu, 1)), float(np.round(high_lu + liked_lu, 1))


def set_anchor(context: ToolContext, arguments: SetAnchor) -> ToolResult:
    """Judge everything against this stem; it must have a level to be judged against."""
    stem = context.stem(arguments.stem)
    if context.levels[context.names.index(stem)].lufs is None:
        measurable = [
            name
            for name, level in zip(context.names, context.levels, strict=True)
            if level.lufs is not None
        ]
        raise ToolError(
            f"{stem} has no level (silence, or too short to measure): the anchor must have one, "
            f"so choose {', '.join(measurable) or 'another song'}"
        )
    context.session.set_anchor(stem)
    context.weighed = None
    return ToolResult(True, f"anchor {stem}", {"anchor": stem})
