"""Takes at published size: z for all tracks at once, each track through the effects processor.

One rule: FxNorm, content and gains are settled once a song and a track, never block by block, so
verses and choruses stay as far apart as they came. The user's moves, pans and mutes come after the
draw: a move is a gain on the rendered stem, a mute changes no other stem.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
import torch
from torch import Tensor

from mixer.fader import apply_gain
from mixer.megami.analysis import Progress
from mixer.megami.published import dynamics, fxnorm, sampler
from mixer.megami.published.content import embed
from mixer.megami.published.sampler import Edm, Sampling
from mixer.megami.published.tcn_fast import FastTcn, OnChunk
from mixer.megami.published.weights import Networks, load
from mixer.megami.takes import check_state
from mixer.moves import MixState
from mixer.panorama import pan_gains
from mixer.song import Song

RATE = fxnorm.RATE
QUIETEST_DB = -60.0  # a track whose loudest 400 ms lie below does not take part
LOUDEST_DB = 6.0


@dataclass(frozen=True, eq=False)
class PublishedTake:
    """One rendered sample. z (S, 2112), NaN where a stem took no part; stems (S, 2, n); mix (2, n).

    gains_db (S,) is the user's fader, -inf for what is muted or took no part. levels_db (S, 2) is
    where MEGAMI put the loudest 400 ms of left and right, before the fader.
    """

    seed: int
    z: np.ndarray
    stems: np.ndarray
    mix: np.ndarray
    gains_db: np.ndarray
    levels_db: np.ndarray

    def sound(self, names: Sequence[str]) -> dict[str, str]:
        """What was done to each stem, one line each."""
        rows = zip(names, self.levels_db, self.gains_db, strict=True)
        return {name: _told(levels_db, float(gain_db)) for name, levels_db, gain_db in rows}

    def report(self, names: Sequence[str]) -> tuple[str, ...]:
        """The same as lines that begin with the name."""
        return tuple(f"{name}: {line}" for name, line in self.sound(names).items())


class PublishedMegami:
    """The published networks at work on mono tracks at 44.1 kHz."""

    def __init__(self, networks: Networks, edm: Edm | None = None) -> None:
        self.networks = networks
        self.processor = FastTcn(networks.processor)
        self.edm = edm or Edm()

    @classmethod
    def load(cls, folder: Path) -> "PublishedMegami":
        """Read the folder that mixer.megami.published.convert wrote."""
        return cls(load(folder))

    @torch.no_grad()
    def contents(self, tracks: Sequence[np.ndarray]) -> Tensor:
        """What every track is, (N, 512): the adaptor's view, which is the same for dry and wet."""
        return self.networks.adaptor(embed(self.networks.clap, tracks, RATE))

    def draw(self, contents: Tensor, seed: int, sampling: Sampling | None = None) -> Tensor:
        """z (N, 2112) of all tracks; another order of the tracks draws the same for each."""
        z = torch.empty(len(contents), sampler.Z_SIZE)
        if not len(contents):
            return z
        order = sorted(range(len(contents)), key=lambda track: contents[track].tolist())
        generator = self.networks.generator
        options = sampling or Sampling()
        z[order] = sampler.draw(generator, contents[order], seed, options, self.edm)
        return z

    @torch.no_grad()
    def normalise(self, track: np.ndarray) -> tuple[Tensor, Tensor]:
        """A track as the processor wants it, (samples,), and what it is, (512,)."""
        audio = fxnorm.normalise(torch.from_numpy(track), self.networks.curve)
        return audio, embed(self.networks.clap, [audio.numpy()], RATE)[0]

    def process(
        self,
        normalised: tuple[Tensor, Tensor],
        z: Tensor,
        levels_db: Tensor,
        on_chunk: OnChunk | None = None,
    ) -> Tensor:
        """A normalised track with the effects of z (2112,), each channel at its level, (2, n)."""
        audio, embedding = normalised
        made = self.processor(audio, torch.cat((z, embedding)), on_chunk)
        found_db = dynamics.loudest_rms_db(made, RATE)
        gains = torch.where(
            found_db > fxnorm.SILENCE_DB, 10.0 ** ((levels_db - found_db) / 20.0), 0.0
        )
        return made * gains.unsqueeze(1)


def levels_of(z: Tensor) -> Tensor:
    """Where z (N, 2112) puts the loudest 400 ms of left and right, dB RMS, (N, 2)."""
    code = z[:, sampler.STYLE_SIZE :]
    return dynamics.Dynamics.from_tensor(dynamics.decode(code)).log_rms_db.clamp(
        QUIETEST_DB, LOUDEST_DB
    )


def render_takes(
    song: Song,
    state: MixState,
    megami: PublishedMegami,
    *,
    takes: int = 1,
    seed: int = 0,
    sampling: Sampling | None = None,
    on_progress: Progress | None = None,
) -> list[PublishedTake]:
    """Render takes with the seeds seed, seed + 1 …, at the song's own rate and length.

    MEGAMI sets every level, from z; the user's gain comes on top. A pan that the user has set takes
    the place of the balance of left and right in z. More than 14 tracks share track numbers.
    """
    count = len(song.names)
    check_state(song, state)
    tracks = [mono(stem, song.sample_rate) for stem in song.audio]
    playing = [i for i in range(count) if _plays(tracks[i])]
    contents = megami.contents([tracks[i] for i in playing]) if playing else torch.empty(0, 512)
    drawn = [megami.draw(contents, seed + take, sampling) for take in range(takes)]
    levels = [_panned(levels_of(z), [state.pan[i] for i in playing]) for z in drawn]
    stems = np.zeros((takes, *song.audio.shape), np.float32)
    gains_db = np.full(count, -np.inf)
    report = _Reporter(on_progress, takes * sum(not state.muted[i] for i in playing))
    for row, index in enumerate(playing):
        if state.muted[index]:
            continue
        gains_db[index] = state.gain_db[index]
        normalised = megami.normalise(tracks[index])
        for take in range(takes):
            on_chunk = report.part(song.names[index])
            made = megami.process(normalised, drawn[take][row], levels[take][row], on_chunk)
            stems[take, index] = apply_gain(_at_rate(made.numpy(), song), gains_db[index])
    return [
        PublishedTake(
            seed + take,
            _spread(drawn[take], playing, count),
            stems[take],
            stems[take].sum(axis=0),
            gains_db,
            _spread(levels[take], playing, count),
        )
        for take in range(takes)
    ]


def mono(stem: np.ndarray, sample_rate: int) -> np.ndarray:
    """A stem (2, samples) as one channel at 44.1 kHz: the mean, or the louder side of opposites."""
    track = stem.mean(axis=0)
    energy = np.square(stem, dtype=np.float64).sum(axis=1)
    if np.square(track, dtype=np.float64).sum() < 1e-3 * energy.max():
        track = stem[int(energy.argmax())]
    if sample_rate != RATE:
        track = soxr.resample(track, sample_rate, RATE, quality="VHQ")
    return np.ascontiguousarray(track, dtype=np.float32)


class _Reporter:
    """Counts chunks of all stems and takes for a progress callback."""

    def __init__(self, on_progress: Progress | None, parts: int) -> None:
        self.on_progress = on_progress
        self.parts = parts
        self.done = 0

    def part(self, name: str) -> OnChunk:
        """The callback of the next part."""
        before, self.done = self.done, self.done + 1

        def on_chunk(chunk: int, chunks: int) -> None:
            if self.on_progress is not None:
                self.on_progress(before * chunks + chunk, self.parts * chunks, name)

        return on_chunk


def _plays(track: np.ndarray) -> bool:
    return float(dynamics.loudest_rms_db(torch.from_numpy(track), RATE)) >= QUIETEST_DB


def _panned(levels_db: Tensor, pans: Sequence[float | None]) -> Tensor:
    """Levels (N, 2) with the user's pans, at the power that z gives both channels together."""
    levels_db = levels_db.clone()
    for row, pan in enumerate(pans):
        if pan is not None:
            mean_db = 10.0 * torch.log10((10.0 ** (levels_db[row] / 10.0)).mean())
            gains = torch.stack(pan_gains(torch.tensor(pan)))
            levels_db[row] = mean_db + 20.0 * torch.log10(gains.clamp(min=1e-10))
    return levels_db


def _at_rate(audio: np.ndarray, song: Song) -> np.ndarray:
    """Audio (2, n) at 44.1 kHz at the song's rate and length."""
    if song.sample_rate != RATE:
        audio = soxr.resample(audio.T, RATE, song.sample_rate, quality="VHQ").T
    whole = np.zeros((2, song.audio.shape[-1]), np.float32)
    samples = min(whole.shape[-1], audio.shape[-1])
    whole[:, :samples] = audio[:, :samples]
    return whole


def _spread(rows: Tensor, places: Sequence[int], count: int) -> np.ndarray:
    """Rows of the stems that took part among all stems, NaN elsewhere."""
    whole = np.full((count, rows.shape[1]), np.nan, np.float32)
    whole[list(places)] = rows.numpy()
    return whole


def _told(levels_db: np.ndarray, gain_db: float) -> str:
    if np.isnan(levels_db).any():
        return f"left out: its loudest 0.4 s lie below {QUIETEST_DB:.0f} dB RMS"
    if gain_db == -np.inf:
        return "muted"
    left, right = levels_db + gain_db
    return f"loudest 0.4 s at {left:.1f} dB RMS left, {right:.1f} right, fader {gain_db:+.1f} dB"
