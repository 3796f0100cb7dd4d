"""The charts as data: levels before and after, spectrum and masking, loudness along the song.

One rule: each chart comes with a sentence, and every number in it stands in the data, too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from assistant.context import ToolContext, ToolError, levels_in, rounded
from assistant.session import Session
from assistant.tools_levels import usual_levels
from assistant.web.charts_audio import curves_of
from mixer.loudness import relative_levels
from mixer.masking import MASKED_FROM, OFFSET_DB, masked_threshold, masking
from mixer.moves import MixState, stem_index
from mixer.over_time import LoudnessCurve
from mixer.third_octaves import NOMINAL_HZ

DEFINITION = (
    "A band is masked where it lies more than "
    f"{OFFSET_DB:.1f} dB under the anchor's power spread over neighbouring critical bands "
    "(Schroeder, Atal and Hall 1979; Johnston 1988, the anchor taken as noise). "
    f"It is marked when that is so for {100 * MASKED_FROM:.0f} % of the time that it plays."
)
_QUIETEST_DB = -120.0


def level_chart(context: ToolContext, before: int = 0) -> dict[str, Any]:
    """Levels against the anchor in LU: in an earlier version, now, and after the open proposal."""
    session = context.session
    if not 0 <= before < len(session.versions):
        raise ToolError(
            f"version v{before} was asked: there are v0 to {session.versions[-1].label}"
        )
    then, now = session.versions[before], session.state()
    proposed = now.moved(context.names, session.proposed) if session.proposed else None
    columns = [_relative(context, state) for state in (then.state, now)]
    columns.append(_relative(context, proposed) if proposed else (None,) * len(context.names))
    rows = [
        {
            "stem": name,
            "before_lu": rounded(was),
            "now_lu": rounded(is_now),
            "proposed_lu": rounded(to_be),
            "usual_lu": None if name == session.anchor else list(usual_levels(context, name)),
            "muted": now.muted[index],
        }
        for index, (name, was, is_now, to_be) in enumerate(
            zip(context.names, *columns, strict=True)
        )
    ]
    chart = {
        "anchor": context.names[context.anchor_index],
        "before": then.label,
        "now": session.version.label,
        "has_proposal": proposed is not None,
        "rows": rows,
    }
    return {**chart, "text": _levels_told(chart)}


def _relative(context: ToolContext, state: MixState) -> tuple[float | None, ...]:
    """Levels against the anchor in a state; a muted anchor still counts, other muted stems not."""
    anchor = context.names[context.anchor_index]
    heard = levels_in(context.levels, state.with_mute(context.names, anchor, False))
    return relative_levels(heard, context.anchor_index)


def _levels_told(chart: dict[str, Any]) -> str:
    told = []
    for row in chart["rows"]:
        was, now = row["before_lu"], row["now_lu"]
        if was == now or row["stem"] == chart["anchor"]:
            continue
        places = ["no level" if lu is None else f"{lu:+.1f} LU" for lu in (was, now)]
        told.append(f"{row['stem']} from {places[0]} to {places[1]}")
    against = f"Against {chart['anchor']}, {chart['before']} to {chart['now']}"
    return f"{against}: {'; '.join(told) or 'no level has changed'}."


def spectrum_chart(context: ToolContext, stem: str) -> dict[str, Any]:
    """Third-octave levels in dB of a stem and the anchor, as they stand, and what is masked."""
    index, at_anchor = stem_index(context.names, stem), context.anchor_index
    curves, anchor = curves_of(context), context.names[at_anchor]
    own, other = curves.bands(context, index), curves.bands(context, at_anchor)
    muted = context.session.state().muted
    hears = index != at_anchor and not muted[at_anchor]  # what is not heard masks nothing
    found = masking(own, other) if hears else None
    hidden = masked_threshold(other).mean(axis=0)
    bands = [
        {
            "hz": hz,
            "stem_db": _db(own[:, band].mean()),
            "anchor_db": _db(other[:, band].mean()),
            "threshold_db": None if muted[at_anchor] else _db(hidden[band]),
            "played_share": None if found is None else _share(found.played_share[band]),
            "masked_share": None if found is None else _share(found.masked_share[band]),
            "masked": found is not None and bool(found.is_masked[band]),
        }
        for band, hz in enumerate(NOMINAL_HZ)
    ]
    chart = {
        "stem": context.names[index],
        "anchor": anchor,
        "muted": muted[index],
        "anchor_muted": muted[at_anchor],
        "version": context.session.version.label,
        "definition": DEFINITION,
        "bands": bands,
    }
    return {**chart, "text": _spectrum_told(chart)}


def _db(power: float) -> float | None:
    """A mean power in dB; None where there is none."""
    level_db = 10.0 * np.log10(max(float(power), 1e-30))
    return rounded(level_db) if level_db > _QUIETEST_DB else None


def _share(share: float) -> float | None:
    return None if np.isnan(share) else rounded(float(share), 2)


def _spectrum_told(chart: dict[str, Any]) -> str:
    stem, anchor = chart["stem"], chart["anchor"]
    if stem == anchor:
        return f"{anchor} is the anchor: choose another stem to see what {anchor} masks of it."
    if chart["anchor_muted"]:
        return f"{anchor} is the anchor and muted now: it masks nothing of {stem}."
    judged = [band for band in chart["bands"] if band["masked_share"] is not None]
    masked = [band for band in judged if band["masked"]]
    if not judged:
        return f"{stem} plays in no band: there is nothing to mask."
    told = [
        f"{hertz(band['hz'])} ({100 * band['masked_share']:.0f} % of the time)" for band in masked
    ]
    muted = " (muted now)" if chart["muted"] else ""
    return (
        f"{stem}{muted}, masked by {anchor}: {len(masked)} of the {len(judged)} bands that play"
        f"{', ' if told else ''}{', '.join(told)}."
    )


def hertz(frequency_hz: float) -> str:
    """A band's centre as it is told: 31.5 Hz, 630 Hz, 1.25 kHz."""
    return f"{frequency_hz:g} Hz" if frequency_hz < 1000 else f"{frequency_hz / 1000:g} kHz"


def mixes_shown(session: Session) -> tuple[str, ...]:
    """The labels of the versions whose mixes the loudness chart shows: as opened, and now."""
    now = session.version
    return ("v0", now.label) if now.state != session.versions[0].state else (now.label,)


def loudness_chart(
    context: ToolContext, mixes: Mapping[str, LoudnessCurve], stem: str | None = None
) -> dict[str, Any]:
    """Short-term loudness along the song: the mix as opened and now, and a stem as it stands.

    mixes: by label, those of mixes_shown.
    """
    now = context.session.version
    *opened, mix = mixes.values()
    series = [_series("mix as opened (v0)", curve) for curve in opened]
    series.append(_series(f"mix now ({now.label})", mix))
    if stem is not None:
        index = stem_index(context.names, stem)
        muted = now.state.muted[index]
        name = f"{context.names[index]} now{', muted' if muted else ''}"
        own = curves_of(context).stem_curve(context, index)
        series.append(_series(name, own, None if muted else now.state.gain_db[index]))
    chart = {
        "window_s": 3.0,
        "seconds": rounded(context.song.seconds, 2),
        "time_s": [rounded(float(time_s), 2) for time_s in mix.time_s],
        "series": series,
    }
    return {**chart, "text": _loudness_told(chart)}


def _series(name: str, curve: LoudnessCurve, gain_db: float | None = 0.0) -> dict[str, Any]:
    """A curve under its name, gain_db added; None: it is not heard."""
    lufs: Sequence[float] = curve.short_term_lufs.tolist()
    whole = curve.integrated_lufs
    if gain_db is None:
        return {"name": name, "integrated_lufs": None, "short_term_lufs": [None] * len(lufs)}
    return {
        "name": name,
        "integrated_lufs": None if whole is None else rounded(whole + gain_db),
        "short_term_lufs": [None if np.isnan(one) else rounded(one + gain_db) for one in lufs],
    }


def _loudness_told(chart: dict[str, Any]) -> str:
    if not chart["time_s"]:
        return "The song is shorter than the 3 s that short-term loudness needs."
    return "\n".join(_series_told(chart["time_s"], one) for one in chart["series"])


def _series_told(time_s: Sequence[float], series: dict[str, Any]) -> str:
    heard = [
        (lufs, at) for lufs, at in zip(series["short_term_lufs"], time_s, strict=True)
        if lufs is not None
    ]  # fmt: skip
    name = series["name"][0].upper() + series["name"][1:]
    if not heard or series["integrated_lufs"] is None:
        return f"{name}: no level."
    (least, least_at), (most, most_at) = min(heard), max(heard)
    return (
        f"{name}: {series['integrated_lufs']:.1f} LUFS in all, at most {most:.1f} LUFS at "
        f"{most_at:.1f} s, at least {least:.1f} LUFS at {least_at:.1f} s."
    )
