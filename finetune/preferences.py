"""Pairs of proposals, the better one first, from the journals of sessions whose users have agreed.

One rule: what was better is what the user ended with: a proposal's context holds for both, and what
was played out at last is set against what had been proposed.

    python -m finetune.preferences SESSIONS... --out runs/preferences/pairs.jsonl
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from assistant.consent import consented
from assistant.journal import JOURNAL_NAME
from assistant.said import Said
from finetune.real_songs import RealSong, measure
from mixer.moves import on_grid
from mixer.roles import roles_from_names
from mixer.song import AudioError, open_song

PROPOSAL = "proposal"  # what the page calls the open one in a comparison
KINDS = ("kept", "corrected", "undone", "refused", "voted")
FEATURES = ".safetensors"  # beside the pairs: content and meters of every song

Moves = dict[str, float]  # stem -> dB; none: leave it


@dataclass(frozen=True)
class Pair:
    """Two proposals for one mix, in one context.

    gains_db, muted: how the mix stood when it was judged. kind: how it is known which was better.
    """

    kind: str
    session: str
    song: str  # its folder
    names: tuple[str, ...]
    anchor: str
    genre: str | None
    words: str
    gains_db: Moves
    muted: tuple[str, ...]
    chosen: Moves
    rejected: Moves


@dataclass(frozen=True)
class Stand:
    """How faders and mutes stand."""

    gains_db: Moves
    muted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposed:
    """One proposal as it was made; at: its place in the journal."""

    at: int
    moves: Moves
    words: str
    stand: Stand
    anchor: str
    genre: str | None
    names: tuple[str, ...]
    folder: str


class Walk:
    """Faders along a journal, by the versions walked through: as Session folds it."""

    def __init__(self) -> None:
        self.versions = [Stand({})]
        self.path, self.position = [0], 0

    @property
    def stand(self) -> Stand:
        return self.versions[self.path[self.position]]

    def take(self, event: Mapping[str, Any]) -> bool:
        """Follow one event; whether it was a step to another version."""
        kind = event["event"]
        if kind == "state":
            gains = {name: float(gain) for name, gain in event["gain_db"].items()}
            self.versions.append(Stand(gains, tuple(sorted(event["muted"]))))
        elif kind in ("undo", "redo"):
            self.position += -1 if kind == "undo" else 1
            return True
        elif kind != "restore":
            return False
        self.path = [*self.path[: self.position + 1], event["version"]]
        self.position += 1
        return True


def read_events(journal: Path) -> list[dict[str, Any]]:
    """The whole events of a journal, which is only read; a torn end is passed by."""
    events = []
    for line in journal.read_bytes().split(b"\n"):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "event" in event:
            events.append(event)
    return events


def pairs_of(events: Sequence[dict[str, Any]], session: str) -> Iterator[Pair]:
    """Every pair that a session bears out."""
    made, stands, steps = _follow(events)
    for number, one in enumerate(made):
        ends = (p.at for p in made[number + 1 :] if not _same_mix(p, one))
        end = next(ends, len(events))
        yield from _voted(one, events[one.at : end], session)
        if any(e["event"] == "anchor" for e in events[one.at + 1 : end]):
            continue  # moves against two anchors cannot be compared
        touched = any(step > one.at for step in steps if step < end)
        net = _net(one, stands[end - 1])
        if net is None or (not touched and not _refused(one, events[one.at : end])):
            continue
        if net == one.moves:
            if net:
                yield _pair("kept", one, session, net, {})
        elif net:
            yield _pair("corrected", one, session, net, one.moves)
        else:
            yield _pair("undone" if touched else "refused", one, session, {}, one.moves)


def _follow(
    events: Sequence[dict[str, Any]],
) -> tuple[list[Proposed], list[Stand], list[int]]:
    """Every proposal with its context, how the mix stood after each event, and where it changed."""
    walk, made, stands, steps = Walk(), [], [], []
    names: tuple[str, ...] = ()
    words, folder, anchor, genre = "", "", "", None
    for at, event in enumerate(events):
        kind = event["event"]
        if kind == "opened":
            names, folder = tuple(event["stems"]), event["folder"]
        elif kind in ("user", "part"):
            words = event["text"]
        elif kind == "anchor":
            anchor = event["stem"]
        elif kind == "preference":
            genre = event.get("genre") or genre
        elif kind == "proposal" and anchor in names:
            moves = {m["stem"]: _grid(m["gain_db"]) for m in event["moves"]}
            moves = {stem: gain for stem, gain in moves.items() if gain}
            made.append(Proposed(at, moves, words, walk.stand, anchor, genre, names, folder))
        if walk.take(event):
            steps.append(at)
        stands.append(walk.stand)
    return made, stands, steps


def _same_mix(one: Proposed, other: Proposed) -> bool:
    return (one.stand, one.anchor, one.names) == (other.stand, other.anchor, other.names)


def _net(one: Proposed, after: Stand) -> Moves | None:
    """What was moved from a proposal's mix to another; None where the anchor itself was."""
    moved = {
        name: _grid(after.gains_db.get(name, 0.0) - one.stand.gains_db.get(name, 0.0))
        for name in one.names
    }
    return None if moved.pop(one.anchor) else {name: gain for name, gain in moved.items() if gain}


def _refused(one: Proposed, events: Sequence[dict[str, Any]]) -> bool:
    """Whether the user said no to a proposal."""
    said = [e["text"] for e in events if e["event"] in ("user", "part")]
    return any(Said((text,), one.names, (None,) * len(one.names)).refuses for text in said)


def _voted(one: Proposed, events: Sequence[dict[str, Any]], session: str) -> Iterator[Pair]:
    """Blind votes for or against the proposal, where it was heard beside the mix as it stood."""
    for event in events:
        if event["event"] != "vote" or event["chosen"] is None or len(event["ids"]) != 2:
            continue
        heard = event.get("heard", {}).get(PROPOSAL)
        if heard is None or not one.moves or not heard.get("moves"):
            continue
        if {m["stem"]: _grid(m["gain_db"]) for m in heard["moves"]} != one.moves:
            continue
        won = event["chosen"] == PROPOSAL
        yield _pair("voted", one, session, one.moves if won else {}, {} if won else one.moves)


def _pair(kind: str, one: Proposed, session: str, chosen: Moves, rejected: Moves) -> Pair:
    return Pair(
        kind, session, one.folder, one.names, one.anchor, one.genre, one.words,
        one.stand.gains_db, one.stand.muted, chosen, rejected,
    )  # fmt: skip


def _grid(gain_db: float) -> float:
    """A gain on the grid of advice, within what it can say."""
    return on_grid(float(np.clip(gain_db, -12.0, 12.0)))


def journals_under(places: Sequence[Path]) -> list[Path]:
    """The journals at or below some places."""
    found = []
    for place in places:
        below = [place] if place.is_file() else sorted(place.rglob(JOURNAL_NAME))
        if not below:
            raise FileNotFoundError(
                f"{place} holds no {JOURNAL_NAME}: give session folders, or a folder above them"
            )
        found += below
    return list(dict.fromkeys(found))


def with_songs(pairs: Sequence[Pair]) -> tuple[list[Pair], dict[str, RealSong], Counter[str]]:
    """Pairs whose songs are still there, what was measured of these, and why others are not in."""
    songs: dict[str, RealSong | str] = {}
    kept, why = [], Counter()
    for pair in pairs:
        if pair.song not in songs:
            songs[pair.song] = _measured(Path(pair.song))
        song = songs[pair.song]
        if isinstance(song, str):
            why[song] += 1
        elif not {pair.anchor, *pair.chosen, *pair.rejected} <= set(song.names):
            why["a stem that was spoken of is not there, or silent"] += 1
        else:
            kept.append(replace(pair, names=tuple(n for n in pair.names if n in song.names)))
    used = {pair.song for pair in kept}
    return kept, {k: s for k, s in songs.items() if k in used and not isinstance(s, str)}, why


def _measured(folder: Path) -> RealSong | str:
    try:
        song = open_song(folder)
    except (AudioError, OSError):
        return "the song cannot be opened any more"
    return measure(song, song.seconds, roles_from_names(song.names))


def write_pairs(out: Path, pairs: Sequence[Pair], songs: Mapping[str, RealSong]) -> None:
    """The pairs as JSON lines, and beside them what the listener is given of each song."""
    out.parent.mkdir(parents=True, exist_ok=True)
    arrays, about = {}, {}
    for number, (folder, song) in enumerate(songs.items()):
        about[folder] = str(number)
        arrays[f"{number}.profile"] = np.ascontiguousarray(song.profile, np.float32)
        arrays[f"{number}.hidden"] = np.ascontiguousarray(song.hidden, np.float32)
        about[f"{number}.names"] = json.dumps(song.names)
        about[f"{number}.roles"] = json.dumps(song.roles)
    save_file(arrays, out.with_suffix(FEATURES), about)
    lines = [json.dumps(asdict(pair), ensure_ascii=False) for pair in pairs]
    out.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sessions", type=Path, nargs="+", help="session folders, or one above them")
    parser.add_argument("--out", type=Path, required=True, help="pairs.jsonl; songs go beside it")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    arguments = parser.parse_args()
    journals = journals_under(arguments.sessions)
    read = {journal: read_events(journal) for journal in journals}
    agreed = {journal: events for journal, events in read.items() if consented(events)}
    print(f"{len(agreed)} of {len(read)} sessions may be learned from (gainsay consent)")
    found = [pair for j, events in agreed.items() for pair in pairs_of(events, str(j.parent))]
    kept, songs, why = with_songs([pair for pair in found if pair.kind in arguments.kinds])
    for reason, count in why.items():
        print(f"{count} pairs left out: {reason}")
    kinds = Counter(pair.kind for pair in kept)
    told = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS)
    if not kept:
        raise SystemExit(f"no pair was found ({told}): accept, correct or undo proposals first")
    write_pairs(arguments.out, kept, songs)
    print(f"{arguments.out}: {len(kept)} pairs of {len(songs)} songs ({told})")


if __name__ == "__main__":
    main()
