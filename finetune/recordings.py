"""Real recordings for the ear: stems whose role is told, in the layout of the song cache.

One rule: the songs named by --leave-out are never read; they are for evaluation.
Run as: python -m finetune.recordings --songs FOLDER_OF_SONGS --leave-out a,b --out runs/recordings
"""

import argparse
import json
import logging
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from safetensors.numpy import save_file

from finetune import random_effects
from finetune.ear_words import role_phrases
from finetune.multitrack_facts import name_of
from finetune.multitrack_layouts import laid_out
from finetune.multitracks import opened, song_places
from mixer.audio_files import AudioError
from mixer.ear_front import WINDOW_S, excerpt, log_mel
from mixer.roles import ROLES, roles_from_names

AUDIO_SUFFIXES = {".flac", ".wav", ".aif", ".aiff", ".ogg"}
HOP_S = 3.0
MIN_ACTIVE_SHARE = 0.15  # of the window's 0.5 s blocks, within 30 dB of the stem's loud blocks


def told_stems(folder: Path, place: Path) -> list[tuple[Path, str]]:
    """The stems of which a collection's labels or a name tell the role, with it.

    place: where the song lies; the folder is the same, or what it was unpacked to.
    """
    if (found := laid_out(folder, place)) is not None:
        return [(track.path, track.role) for track in found.tracks if track.role is not None]
    paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in AUDIO_SUFFIXES]
    told = zip(paths, roles_from_names([path.stem for path in paths]), strict=True)
    return [(path, role) for path, role in told if role is not None]


def read_stereo(path: Path) -> tuple[np.ndarray, int]:
    """Read a stem as float32 (2, samples) with its sample rate."""
    audio, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.repeat(audio.T, 2, axis=0) if audio.shape[1] == 1 else np.ascontiguousarray(
        audio.T[:2]
    ), sample_rate


def active_share(audio: np.ndarray, sample_rate: int, start: int) -> float:
    """Share of a window's half seconds within 30 dB of the stem's loud half seconds."""
    step = sample_rate // 2
    power = np.square(audio).mean(axis=0)
    blocks = power[: len(power) // step * step].reshape(-1, step).mean(axis=1)
    loud = np.percentile(blocks, 95) or blocks.max()
    first = start // step
    here = blocks[first : first + 2 * WINDOW_S]
    return float((here > max(loud * 1e-3, 1e-9)).sum() / (2 * WINDOW_S)) if here.size else 0.0


def _played_faster(audio: np.ndarray, factor: float, sample_rate: int) -> np.ndarray:
    """Play audio (2, samples) faster and higher by a factor, as tape would."""
    return soxr.resample(audio.T, sample_rate * factor, sample_rate, quality="MQ").T


def _pictures(
    audio: np.ndarray, sample_rate: int, start: int, rng: np.random.Generator
) -> np.ndarray | None:
    """Dry and wet log-mel, (2, 1001, 64), each at a random tape speed; None for a pause."""
    span = audio[:, start : start + int(1.25 * WINDOW_S * sample_rate)]
    cut = [
        _played_faster(span, float(rng.uniform(0.87, 1.15)), sample_rate)[
            :, : WINDOW_S * sample_rate
        ]
        for _ in range(2)
    ]
    if active_share(audio, sample_rate, start) < MIN_ACTIVE_SHARE or cut[0].shape[1] < sample_rate:
        return None
    wet = random_effects.apply(cut[1], random_effects.draw(rng), sample_rate)
    pair = [excerpt(cut[0], sample_rate), excerpt(wet, sample_rate)]
    return (
        log_mel(torch.from_numpy(np.stack(pair))).numpy()
        if all(sound.any() for sound in pair)
        else None
    )


def write_song(place: Path, out: Path, rng: np.random.Generator) -> int:
    """Write one file a window of a song; return how many clips were written."""
    name = name_of(place)
    with opened(place) as folder:
        stems = [(role, *read_stereo(path)) for path, role in told_stems(folder, place)]
    if not stems:
        return 0
    length_s = max(audio.shape[1] / rate for _, audio, rate in stems)
    clips = 0
    for number, start_s in enumerate(np.arange(0.0, max(length_s - WINDOW_S / 2, 0.1), HOP_S)):
        jitter_s = float(rng.uniform(0, HOP_S / 2))
        made = [
            (role, _pictures(audio, rate, int((start_s + jitter_s) * rate), rng))
            for role, audio, rate in stems
        ]
        made = [(role, pictures) for role, pictures in made if pictures is not None]
        if made:
            _save(out / f"{name}_{number:03d}.safetensors", made, name, rng)
            clips += len(made)
    return clips


def _save(
    path: Path, made: list[tuple[str, np.ndarray]], source: str, rng: np.random.Generator
) -> None:
    """Write one window's clips in the layout of the song cache."""
    pictures = np.stack([pair for _, pair in made]).astype(np.float16)
    tensors = {
        "mel_dry": np.ascontiguousarray(pictures[:, 0]),
        "mel_wet": np.ascontiguousarray(pictures[:, 1]),
        "role": np.array([ROLES.index(role) for role, _ in made], dtype=np.int64),
    }
    captions = [role_phrases(rng)[ROLES.index(role)] for role, _ in made]
    facts = {
        "names": json.dumps([role for role, _ in made]),
        "captions": json.dumps(captions),
        "genre": "",
        "split": "train",
        "source": f"recording:{source}",
    }
    save_file(tensors, path, facts)


def main() -> None:
    parser = argparse.ArgumentParser(description="Cut real stems into clips for the ear.")
    parser.add_argument(
        "--songs", type=Path, required=True, help="folder with one folder of stems a song"
    )
    parser.add_argument(
        "--leave-out", default="", help="song folders kept for evaluation, comma separated"
    )
    parser.add_argument("--out", type=Path, default=Path("runs/recordings"))
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments.out.mkdir(parents=True, exist_ok=True)
    left_out = set(arguments.leave_out.split(","))
    for number, place in enumerate(song_places(arguments.songs)):
        if name_of(place) in left_out:
            continue
        try:
            rng = np.random.default_rng([arguments.seed, number])
            logging.info("%s: %d clips", name_of(place), write_song(place, arguments.out, rng))
        except AudioError as problem:
            logging.warning("%s left out: %s", place.name, problem)


if __name__ == "__main__":
    main()
