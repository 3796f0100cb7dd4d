"""One loudness for everything that is compared, over the whole song or over the looped region.

One rule: the louder is turned down to the quietest, never the other way; what keeps the peaks of
all of them below full scale is taken off all alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from assistant.context import rounded
from assistant.web.previews import Preview, PreviewError
from mixer.audition import match_offsets
from mixer.export import trim_for
from mixer.fader import block_powers, lufs_of
from mixer.loudness import SHORTEST_S

_REGIONS_REMEMBERED = 128  # some kB each: ten powers a second


@dataclass(frozen=True)
class Matched:
    """How one preview is played. All in dB; play_db and plain_db are for its chunks as they are.

    match_db (<= 0): what brings it to the quietest. play_db: matched; plain_db: left as it is.
    """

    loudness_lufs: float | None
    match_db: float
    play_db: float
    plain_db: float
    start_s: float  # of the region that was measured
    end_s: float

    def as_data(self) -> dict[str, float | None]:
        return {
            "loudness_lufs": rounded(self.loudness_lufs, 2),
            "match_db": rounded(self.match_db, 6),
            "play_db": rounded(self.play_db, 6),
            "plain_db": rounded(self.plain_db, 6),
        }


@dataclass(frozen=True)
class Matching:
    """How several previews are played over one region.

    headroom_db (<= 0): what all were turned down by, matched, for their peaks. spread_lu: how far
    apart they measure when they are matched.
    """

    start_s: float
    end_s: float
    headroom_db: float
    spread_lu: float
    each: dict[str, Matched]

    def as_data(self) -> dict[str, Any]:
        return {
            "start_s": self.start_s,
            "end_s": self.end_s,
            "headroom_db": rounded(self.headroom_db, 6),
            "spread_lu": rounded(self.spread_lu, 4),
            "items": [{"id": name, **one.as_data()} for name, one in self.each.items()],
        }


def matching(
    previews: Mapping[str, Preview], start_s: float | None = None, end_s: float | None = None
) -> Matching:
    """Match previews to the quietest of them over start_s..end_s, the whole song if left out."""
    if not previews:
        raise PreviewError("nothing was named to be matched: name one preview or more")
    longest = max(preview.seconds for preview in previews.values())
    start = 0.0 if start_s is None else start_s
    end = longest if end_s is None else min(end_s, longest)
    if not (start >= 0.0 and end - start >= SHORTEST_S):
        raise PreviewError(
            f"{start:g} s to {end:g} s of {longest:.1f} s was given: a loop of {SHORTEST_S:g} s or "
            "more is needed to match loudness (choose a longer one)"
        )
    whole = start == 0.0 and end == longest
    blocks = [_blocks(preview, whole, start, end) for preview in previews.values()]
    offsets = match_offsets(blocks)
    matched_lufs = [_after(powers, db) for powers, db in zip(blocks, offsets, strict=True)]
    heard = [lufs for lufs in matched_lufs if lufs is not None]
    headroom_db = min(
        _headroom_db(preview, offset_db)
        for preview, offset_db in zip(previews.values(), offsets, strict=True)
    )
    plain_db = min(_headroom_db(preview, 0.0) for preview in previews.values())
    each = {
        name: Matched(
            _after(powers, 0.0),
            offset_db,
            offset_db + headroom_db - preview.trim_db,
            plain_db - preview.trim_db,
            start,
            end,
        )
        for (name, preview), powers, offset_db in zip(
            previews.items(), blocks, offsets, strict=True
        )
    }
    spread_lu = max(heard) - min(heard) if heard else 0.0
    return Matching(start, end, headroom_db, spread_lu, each)


def inside(part: Preview, whole: Matched, whole_preview: Preview) -> Matched:
    """How stems alone are played so that each is as loud as in the mix that it is a part of.

    Where they peak higher than the mix does they are turned down to what it keeps free. Their
    loudness is that of the region over which the mix was matched.
    """
    play_db = whole.play_db + whole_preview.trim_db - part.trim_db
    plain_db = whole.plain_db + whole_preview.trim_db - part.trim_db
    is_whole = whole.start_s == 0.0 and whole.end_s >= part.seconds
    loudness = _after(_blocks(part, is_whole, whole.start_s, whole.end_s), 0.0)
    return Matched(
        loudness, whole.match_db, min(0.0, play_db), min(0.0, plain_db), whole.start_s, whole.end_s
    )


def _blocks(preview: Preview, whole: bool, start_s: float, end_s: float) -> np.ndarray:
    return preview.block_powers() if whole else _region_blocks(preview, start_s, end_s)


@lru_cache(maxsize=_REGIONS_REMEMBERED)
def _region_blocks(preview: Preview, start_s: float, end_s: float) -> np.ndarray:
    return block_powers(preview.read(start_s, end_s), preview.sample_rate)


def _after(blocks: np.ndarray, gain_db: float) -> float | None:
    return lufs_of(blocks * 10.0 ** (gain_db / 10.0))


def _headroom_db(preview: Preview, gain_db: float) -> float:
    """What keeps a preview's true peak at -1 dBTP or below after a gain; 0 or less."""
    peak_dbtp = preview.true_peak_dbtp
    return trim_for(None if peak_dbtp is None else peak_dbtp + gain_db)
