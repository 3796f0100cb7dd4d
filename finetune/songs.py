"""Songs to learn from: a seeded, unlimited supply of multitracks, stored as the feature cache.

One rule: a song is a function of (seed, index); what is on disk already is not made again.
Run as: python -m finetune.songs --out runs/songs --songs 2000 --seed 0 [--split test] [--ray local]
"""

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from finetune import random_effects
from finetune.arrangements import SONG_S, Arrangement, Rng, arrange, line_up
from finetune.engineer import mix
from finetune.instruments import Studio, play, record
from finetune.midi_pieces import read_piece
from finetune.stem_names import caption_for, names_for
from finetune.synths import SAMPLE_RATE
from finetune.taste import Taste
from finetune.voices import build_bank
from mixer.console import process
from mixer.ear_front import EAR_RATE, WINDOW_S, excerpt, log_mel, normalise
from mixer.loudness import profile
from mixer.megami.facts import FACTS, stem_facts
from mixer.roles import GENRES, ROLES

PROFILE_LUFS = -23.0
MIDI_SHARE = 0.3
_GENRE_SHARE = {
    "pop": 0.18,
    "rock": 0.16,
    "metal": 0.1,
    "electronic": 0.18,
    "hip hop": 0.13,
    "country": 0.09,
    "jazz": 0.08,
    "ambient": 0.08,
}
__all__ = ["RenderedSong", "names_for", "make_song", "song_record", "split_of"]


@dataclass(frozen=True, eq=False)
class RenderedSong:
    """A dry multitrack: audio (stems, 2, samples) at 44.1 kHz."""

    genre: str
    roles: tuple[str, ...]
    names: tuple[str, ...]
    captions: tuple[str, ...]
    audio: np.ndarray
    source: str


def split_of(seed: int, index: int) -> str:
    """Tell a song's split by the hash of its seed: 80 % train, 10 % valid, 10 % test."""
    tenth = int(hashlib.sha256(f"{seed}:{index}".encode()).hexdigest(), 16) % 10
    return "valid" if tenth == 8 else "test" if tenth == 9 else "train"


def _write_down(rng: Rng, midi: tuple[Path, ...]) -> tuple[Arrangement, str]:
    """Take a span of a MIDI piece, or write an arrangement of our own."""
    if midi and rng.random() < MIDI_SHARE:
        path = midi[int(rng.integers(len(midi)))]
        piece = read_piece(path, rng, SONG_S)
        if piece is not None:
            return piece, f"midi:{path.name}"
    genre = str(rng.choice(GENRES, p=[_GENRE_SHARE[genre] for genre in GENRES]))
    return arrange(genre, line_up(genre, rng), rng), "arrangement"


def make_song(seed: int, index: int, studio: Studio, midi: tuple[Path, ...] = ()) -> RenderedSong:
    """Write, play and record the song of (seed, index)."""
    rng = np.random.default_rng([seed, index])
    piece, source = _write_down(rng, midi)
    tracks, captions = [], []
    for part in piece.parts:
        audio, instrument = play(part, piece.genre, piece.root, SONG_S, rng, studio)
        tracks.append(record(audio, rng))
        captions.append(caption_for(part.role, instrument, part.playing, piece.genre, rng))
    roles = tuple(part.role for part in piece.parts)
    return RenderedSong(
        piece.genre, roles, names_for(roles, rng), tuple(captions), np.stack(tracks), source
    )


def _pictures(stem: np.ndarray, start: int, effects: random_effects.Effects) -> np.ndarray | None:
    """Return dry and wet log-mel, (2, 1001, 64), or None where the window has no level."""
    dry = excerpt(stem, SAMPLE_RATE, start)
    if not dry.any():
        return None
    wet = normalise(random_effects.apply(dry[None], effects, EAR_RATE)[0])
    return log_mel(torch.from_numpy(np.stack([dry, wet]))).numpy()


def song_record(
    song: RenderedSong, rng: Rng
) -> tuple[dict[str, np.ndarray], dict[str, list[str]]] | None:
    """Turn a song into cache tensors and words; None if fewer than two stems have a level."""
    start = int(rng.uniform(0, SONG_S - WINDOW_S) * SAMPLE_RATE)
    mels, profiles, facts, kept = [], [], [], []
    for index, stem in enumerate(song.audio):
        mel = _pictures(stem, start, random_effects.draw(rng))
        numbers = profile(stem, SAMPLE_RATE) if mel is not None else None
        if (
            mel is None
            or numbers is None
            or not np.isfinite(mel).all()
            or not np.isfinite(numbers).all()
        ):
            continue
        shift_db = np.full(len(numbers), PROFILE_LUFS - numbers[0], np.float32)
        shift_db[2:4] = 0.0  # spread and activity do not know the gain
        mels.append(mel)
        profiles.append(numbers + shift_db)
        facts.append(stem_facts(stem, SAMPLE_RATE))
        kept.append(index)
    if len(kept) < 2:
        return None
    pictures = np.stack(mels).astype(np.float16)
    roles = tuple(song.roles[k] for k in kept)
    tensors = {
        "mel_dry": np.ascontiguousarray(pictures[:, 0]),
        "mel_wet": np.ascontiguousarray(pictures[:, 1]),
        "profile": np.stack(profiles).astype(np.float32),
        "facts": np.stack(facts).astype(np.float32),
        "facts_finished": _finished(song.audio[kept], np.stack(facts), roles, song.genre, rng),
        "role": np.array([ROLES.index(role) for role in roles], dtype=np.int64),
    }
    return tensors, {
        "names": [song.names[k] for k in kept],
        "captions": [song.captions[k] for k in kept],
    }


def _finished(
    audio: np.ndarray, facts: np.ndarray, roles: Sequence[str], genre: str, rng: Rng
) -> np.ndarray:
    """Facts (stems, 18) of the stems as another engineer would hand them on: with effects."""
    settings = mix(roles, facts, genre, Taste.draw(rng, genre), rng)
    with torch.no_grad():
        made = process(torch.from_numpy(audio), torch.from_numpy(settings), SAMPLE_RATE)
    wet = (made.direct + made.wet).numpy()
    found = [stem_facts(stem, SAMPLE_RATE) for stem in wet]
    return np.stack([np.zeros(len(FACTS)) if one is None else one for one in found]).astype(
        np.float32
    )


def main() -> None:
    from finetune.runners import add_options, run_command
    from finetune.song_set import SHARD_SONGS, SongSet, items_of  # which makes songs with this file

    parser = argparse.ArgumentParser(description="Build the feature cache of rendered songs.")
    parser.add_argument("--out", type=Path, required=True, help="folder for NNNNN.safetensors")
    parser.add_argument("--songs", type=int, default=2000, help="how many songs in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--midi", type=Path, help="folder of .mid files: 30 %% of songs come from them"
    )
    parser.add_argument("--one-shots", type=Path, help="folder of drum one-shots (wav, flac)")
    parser.add_argument(
        "--soundfonts",
        type=Path,
        default=Path("/usr/share/sounds/sf2"),
        help="folder of .sf2 files",
    )
    parser.add_argument(
        "--voices",
        type=Path,
        default=Path("runs/voices"),
        help="folder of the sung bank, made when missing",
    )
    parser.add_argument(
        "--split", choices=("train", "valid", "test"), help="of these songs, make this split only"
    )
    add_options(parser, workers=2)
    arguments = parser.parse_args()

    def full(path: Path | None) -> Path | None:
        return path.resolve() if path else None

    songs = SongSet(
        arguments.out.resolve(),
        arguments.seed,
        full(arguments.soundfonts),
        full(build_bank(arguments.voices)),
        full(arguments.midi),
        full(arguments.one_shots),
    )
    items = items_of(arguments.songs, arguments.seed, arguments.split)
    run_command(songs, items, SHARD_SONGS, arguments)


if __name__ == "__main__":
    main()
