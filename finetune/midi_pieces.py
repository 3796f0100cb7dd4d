"""Parts read from MIDI files: a span of some seconds, one channel one part, roles from programs.

One rule: a piece is only read; what a channel plays decides its role.
"""

import logging
from functools import lru_cache
from pathlib import Path

import mido
import numpy as np

from finetune.arrangements import Arrangement, Note, Part, Rng

_RANGES = (
    (8, "piano"),
    (16, "arpeggio"),
    (24, "organ"),
    (26, "acoustic guitar"),
    (32, "electric guitar"),
    (40, "bass"),
    (46, "strings"),
    (47, "arpeggio"),
    (48, "percussion"),
    (52, "strings"),
    (55, "backing vocals"),
    (56, "effects"),
    (80, "brass"),
    (88, "synth lead"),
    (96, "synth pad"),
    (104, "effects"),
    (108, "acoustic guitar"),
    (109, "arpeggio"),
    (112, "brass"),
    (120, "percussion"),
    (128, "effects"),
)
_PIECES = {
    "kick": (35, 36),
    "snare": (37, 38, 39, 40),
    "hats": (42, 44, 46, 49, 51, 52, 53, 55, 57, 59),
}


def role_of_program(program: int) -> str:
    """Tell the role that a General MIDI program (0-127) has in a song."""
    return next(role for top, role in _RANGES if program < top)


@lru_cache(maxsize=64)
def _channels(path: Path) -> dict[tuple[int, int], tuple[Note, ...]]:
    """Read the notes of a file by (channel, program)."""
    found: dict[tuple[int, int], list[Note]] = {}
    programs, open_notes, time_s = [0] * 16, {}, 0.0
    for message in mido.MidiFile(path, clip=True):
        time_s += message.time
        if message.type == "program_change":
            programs[message.channel] = message.program
        elif message.type in ("note_on", "note_off"):
            key = (message.channel, message.note)
            if key in open_notes:
                start_s, velocity, program = open_notes.pop(key)
                found.setdefault((message.channel, program), []).append(
                    Note(start_s, max(time_s - start_s, 0.03), message.note, velocity / 127)
                )
            if message.type == "note_on" and message.velocity > 0:
                open_notes[key] = (
                    time_s,
                    message.velocity,
                    0 if message.channel == 9 else programs[message.channel],
                )
    return {key: tuple(notes) for key, notes in found.items()}


def _span(notes: tuple[Note, ...], start_s: float, seconds: float) -> tuple[Note, ...]:
    """Cut notes to a span that begins at 0."""
    return tuple(
        Note(max(n.start_s - start_s, 0.0), min(n.length_s, seconds), n.pitch, n.velocity)
        for n in notes
        if start_s - 0.2 <= n.start_s < start_s + seconds - 0.1
    )


def _drum_parts(notes: tuple[Note, ...], rng: Rng) -> list[Part]:
    """Keep the kit on one stem, or split it into pieces."""
    notes = tuple(n for n in notes if 27 <= n.pitch <= 87)
    if not notes or rng.random() < 0.5:
        return [Part("drums", notes, "a beat")] if notes else []
    named = {pitch: role for role, pitches in _PIECES.items() for pitch in pitches}
    parts = []
    for role in ("kick", "snare", "hats", "percussion"):
        kept = tuple(n for n in notes if named.get(n.pitch, "percussion") == role)
        if len(kept) >= 2:
            parts.append(Part(role, kept, "fills" if role == "percussion" else "a pattern"))
    return parts


def _pitched_part(notes: tuple[Note, ...], program: int, rng: Rng) -> Part:
    role = role_of_program(program)
    pitches = np.array([n.pitch for n in notes])
    starts = np.array([n.start_s for n in notes])
    alone = len(np.unique(np.round(starts, 2))) > 0.9 * len(notes)
    if (
        np.median(pitches) < 43
        and alone
        and role not in ("percussion", "effects", "electric guitar")
    ):
        role = "bass"
    elif (
        alone
        and role in ("synth lead", "brass", "strings", "organ", "electric guitar")
        and np.median(pitches) > 54
        and rng.random() < 0.6
    ):
        role = "lead vocal"
    if role == "percussion" and program < 112:
        return Part(
            role, tuple(Note(n.start_s, n.length_s, 45, n.velocity) for n in notes), "timpani"
        )
    if role == "percussion":
        return Part(role, tuple(Note(n.start_s, n.length_s, 47, n.velocity) for n in notes), "hits")
    words = (
        "power chords"
        if role == "electric guitar" and not alone and program >= 29
        else "a line"
        if alone
        else "chords"
    )
    return Part(role, notes, words, None if role == "lead vocal" else program)


def read_piece(path: Path, rng: Rng, seconds: float) -> Arrangement | None:
    """Take a random span of a file; None where it holds fewer than two parts."""
    try:
        channels = _channels(path)
    except (OSError, ValueError, EOFError, KeyError) as problem:
        logging.warning("%s left out: %s", path.name, problem)
        return None
    end_s = max((n.start_s for notes in channels.values() for n in notes), default=0.0)
    start_s = rng.uniform(0, max(end_s - seconds, 0.1))
    parts: list[Part] = []
    for (channel, program), notes in sorted(channels.items()):
        cut = _span(notes, start_s, seconds)
        if len(cut) < 2:
            continue
        parts.extend(_drum_parts(cut, rng) if channel == 9 else [_pitched_part(cut, program, rng)])
    parts = [parts[int(k)] for k in rng.permutation(len(parts))[:12]]
    if len(parts) < 2:
        return None
    loud = any(p.role == "electric guitar" and (p.program or 0) >= 29 for p in parts)
    beat = any(p.role in ("drums", "kick") for p in parts)
    genre = (
        str(rng.choice(["rock", "metal"]))
        if loud
        else str(rng.choice(["rock", "electronic", "pop"]))
        if beat
        else "ambient"
    )
    return Arrangement(genre, 120.0, int(rng.integers(12)), tuple(parts))
