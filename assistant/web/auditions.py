"""The audition of a room: what can be played, rendered ahead in the background, and how it is told.

One rule: everything that is compared comes from the session's own states and files, and what the
page is told of it was read on the audio that it plays.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.context import ToolContext, ToolError, rounded
from assistant.web import playable
from assistant.web.matching import Matched, Matching, inside, matching
from assistant.web.playable import Playable
from assistant.web.preview_jobs import JobsError, PreviewJobs
from assistant.web.previews import (
    CHUNK_S,
    META,
    PREVIEWS,
    Preview,
    PreviewError,
    keep_below,
    load_preview,
    write_preview,
)
from assistant.web.rooms import Room

MOST_COMPARED = 9  # as many as there are number keys
MOST_BYTES = 2 << 30  # of previews in one room
_RENDERING = 0.6  # the share of a job's time that goes into the mix, for its progress


class Auditions:
    """What one room has to listen to."""

    def __init__(self, room: Room, jobs: PreviewJobs) -> None:
        self.room, self.jobs = room, jobs

    @property
    def context(self) -> ToolContext:
        return self.room.context

    @property
    def folder(self) -> Path:
        """Where the previews of this room lie, one folder a sound."""
        return self.room.cache / PREVIEWS

    def ready(self, item: Playable) -> Preview | None:
        """The item's preview, if it is rendered."""
        return load_preview(self.folder / item.key)

    def need(self, item: Playable) -> Preview:
        """The item's preview, or PreviewError while there is none."""
        preview = self.ready(item)
        if preview is None:
            raise PreviewError(f"{item.id} is not rendered yet: ask for it and wait until it is")
        (preview.folder / META).touch()  # what is used stays longest
        return preview

    def preview(self, wanted: str) -> Preview:
        """The same by an id."""
        return self.need(playable.find(self.context, wanted))

    # ---- the list

    def rows(self, with_peaks: bool = True) -> list[dict[str, Any]]:
        """All that can be played; what one usually compares is rendered from now on."""
        context = self.context
        items = playable.all_playable(context)
        usual = playable.usual(context)
        previews = {item.id: preview for item in items if (preview := self.ready(item))}
        for item in items:
            if item.id in usual and item.id not in previews:
                with contextlib.suppress(JobsError):  # the list is told all the same
                    self._begin(item, again=False)
        matched = matching(previews).each if previews else {}
        return [
            self._row(item, previews.get(item.id), matched.get(item.id), with_peaks)
            | {"usual": item.id in usual, "current": item.id == context.session.version.label}
            for item in items
        ]

    def row(self, wanted: str) -> dict[str, Any]:
        """One thing that can be played, as in rows."""
        item = playable.find(self.context, wanted)
        return self._row(item, self.ready(item), None, True)

    def _row(
        self, item: Playable, preview: Preview | None, matched: Matched | None, with_peaks: bool
    ) -> dict[str, Any]:
        job = self.jobs.get((self.room.token, item.key))
        state = "idle" if job is None or job.state == "done" else job.state
        row: dict[str, Any] = {
            "id": item.id,
            "label": item.label,
            "kind": item.kind,
            "parent": item.parent,
            "key": item.key,
            "state": "ready" if preview else state,
            "progress": 1.0 if preview else round(job.progress, 3) if job else 0.0,
            "error": job.error if job and not preview else None,
            "seconds": round(self.context.song.seconds, 3),
            "sample_rate": item.sample_rate,
            "chunk_s": CHUNK_S,
        }
        if preview is None:
            return row
        row |= {
            "seconds": round(preview.seconds, 3),
            "samples": preview.samples,
            "chunk_samples": preview.chunk_samples,
            "chunks": preview.chunks,
            "loudness_lufs": rounded(preview.loudness_lufs, 2),
            "true_peak_dbtp": rounded(preview.true_peak_dbtp, 2),
            "trim_db": preview.trim_db,
            "match_db": rounded(matched.match_db, 3) if matched else None,
        }
        if with_peaks:
            row["peaks"] = preview.peaks
        return row

    # ---- rendering

    def want(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Have these rendered, the ones that failed or were stopped again; their rows."""
        items = [playable.find(self.context, wanted) for wanted in ids]
        for item in items:
            if self.ready(item) is None:
                self._begin(item, again=True)
        return [self.row(item.id) for item in items]

    def expect(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Have these rendered if nobody has asked for them yet; their rows."""
        items = [playable.find(self.context, wanted) for wanted in ids]
        for item in items:
            if self.ready(item) is None:
                self._begin(item, again=False)
        return [self.row(item.id) for item in items]

    def cancel(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Stop rendering these; their rows."""
        items = [playable.find(self.context, wanted) for wanted in ids]
        for item in items:
            self.jobs.cancel((self.room.token, item.key))
        return [self.row(item.id) for item in items]

    def solo(self, parent: str, stems: Sequence[str]) -> dict[str, Any]:
        """Have stems rendered alone as they sit in a version; the row."""
        if parent.startswith("take"):
            raise ToolError(
                f"{parent} is one file: stems can be heard alone inside versions, so choose one"
            )
        return self.want([playable.solo_id(self.context, parent, stems)])[0]

    def _begin(self, item: Playable, again: bool) -> None:
        key = (self.room.token, item.key)
        if not again and self.jobs.get(key) is not None:
            return
        folder = self.folder

        def make(report: Any) -> None:
            def rendered(done: int, total: int, _: str) -> None:
                report(_RENDERING * done / max(1, total))

            def written(done: float) -> None:
                report(_RENDERING + (1.0 - _RENDERING) * done)

            mix = item.make(rendered)
            write_preview(folder / item.key, mix, item.sample_rate, written)
            keep_below(folder, MOST_BYTES, frozenset({item.key}))

        self.jobs.want(key, make)

    # ---- matching

    def match(
        self, ids: Sequence[str], start_s: float | None = None, end_s: float | None = None
    ) -> Matching:
        """How these are played over a region; soloed stems go with the version they are in."""
        if not 1 <= len(ids) <= 2 * MOST_COMPARED:
            raise PreviewError(f"{len(ids)} ids were given: 1 to {2 * MOST_COMPARED} can be")
        items = {wanted: playable.find(self.context, wanted) for wanted in ids}
        wholes = {item.parent or item.id: item for item in items.values()}
        previews = {
            name: self.need(item if item.parent is None else playable.find(self.context, name))
            for name, item in wholes.items()
        }
        found = matching(previews, start_s, end_s)
        for item in items.values():
            if item.parent is not None:
                whole = found.each[item.parent]
                found.each[item.id] = inside(self.need(item), whole, previews[item.parent])
        return found
