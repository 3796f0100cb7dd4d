"""The console: equalizer, compressor, pan and width of each stem and one shared reverb, in torch.

One rule: settings change how a stem sounds, never how loud it is: render_stems brings each stem
back to its own loudness plus the gain that was asked for, one gain for the whole song.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mixer.compressor import PIECE, compress, gain_change
from mixer.convolution import convolve
from mixer.equalizer import HIGH_PASS_OFF_HZ, equalize
from mixer.fader import apply_gain, honest_gain_db, song_lufs
from mixer.knobs import (
    INDEX,
    PARAMETERS,
    Knobs,
    Parameter,
    from_unit,
    knobs,
    neutral_settings,
    to_unit,
)
from mixer.panorama import place, widen
from mixer.reverb import room_response
from mixer.workers import one_torch_thread, two_at_a_time

__all__ = [
    "INDEX",
    "PARAMETERS",
    "ConsoleError",
    "Parameter",
    "Processed",
    "from_unit",
    "neutral_settings",
    "process",
    "render_stem",
    "render_stems",
    "room_of",
    "to_unit",
]

SEND_OFF_DB = -60.0
SEND_FULL_DB = -54.0  # between the two the send is faded in, so that off is silent
_UNSENT_WEIGHT = 1e-9  # with every send off the room is the plain mean of what was set


class ConsoleError(ValueError):
    """Audio or settings that do not fit: the message says got, needed and cure."""


@dataclass(frozen=True)
class Processed:
    """What the console makes of each stem, (stems, 2, samples) each; the mix is the sum of both."""

    direct: Tensor
    wet: Tensor


def process(
    audio: Tensor, settings: Tensor, sample_rate: int, loudness_lufs: Tensor | None = None
) -> Processed:
    """Send audio (stems, 2, samples) through settings (stems, 24) in units; differentiable.

    Args:
        loudness_lufs: (stems,) what thresholds are set against, NaN = no level. Measured here by
            default; give that of the whole stems when audio is a section of them.
    """
    _check(audio.shape, settings)
    if loudness_lufs is None:
        loudness_lufs = _loudness(audio, sample_rate)
    k = knobs(settings)
    direct = _strip(audio, k, loudness_lufs.to(audio), sample_rate)
    return Processed(direct, _wet(direct, k, _room(k, sample_rate)))


def render_stems(
    audio: np.ndarray,
    settings: Tensor,
    gains_db: np.ndarray,
    sample_rate: int,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> np.ndarray:
    """Render (stems, 2, samples) stem by stem: effects, then level-honest gains_db (stems,).

    A gain of -inf is a mute. A stem without a level (silence) gets the plain gain. on_progress is
    told (stems done, stems, what).
    """
    _check(audio.shape, settings)
    if len(gains_db) != len(audio):
        raise ConsoleError(f"{len(gains_db)} gains for {len(audio)} stems: one a stem is needed")
    rendered = np.zeros_like(audio, dtype=np.float32)
    heard = [index for index, gain_db in enumerate(gains_db) if gain_db > -math.inf]
    room = room_of(settings[heard], sample_rate) if heard else None

    def render(index: int) -> None:
        gain_db, one = float(gains_db[index]), settings[index]
        rendered[index] = render_stem(audio[index], one, gain_db, room, sample_rate)

    def report(place: int, _: None) -> None:
        if on_progress:
            on_progress(place + 1, len(heard), "stem")

    two_at_a_time(render, heard, report)
    return rendered


@torch.no_grad()
def room_of(settings: Tensor, sample_rate: int) -> Tensor:
    """The response of the one reverb that stems with these settings (stems, 24) share."""
    with one_torch_thread():
        return _room(knobs(settings.float()), sample_rate)


@torch.no_grad()
def render_stem(
    stem: np.ndarray,
    settings: Tensor,
    gain_db: float,
    room: Tensor | None,
    sample_rate: int,
    before_lufs: float | None = None,
    finish: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
) -> np.ndarray:
    """One stem (2, samples) through settings (24,), as loud as it came plus gain_db; float32.

    Args:
        room: what room_of gives for the song.
        before_lufs: the stem's loudness where it is known, NaN = no level; measured here if None.
        finish: what is still to be done to the sound before its loudness is settled, called with
            the stem as it came and as the effects have made it.
    """
    stem = np.ascontiguousarray(stem, dtype=np.float32)
    k = knobs(settings[None].float())
    if _is_neutral(k):
        return apply_gain(stem, gain_db)
    if before_lufs is None:
        measured = song_lufs(stem, sample_rate)
        before_lufs = math.nan if measured is None else measured
    channels = stem[:1] if np.array_equal(stem[0], stem[1]) else stem
    loudness = torch.tensor([before_lufs])
    direct = _strip(torch.from_numpy(channels)[None], k, loudness, sample_rate)
    if room is not None and float(k.send_db) > SEND_OFF_DB:
        direct.add_(_wet(direct, k, room))
    made = direct[0].numpy()
    if finish is not None:
        made = finish(stem, made)
    after_lufs = song_lufs(made, sample_rate)
    known = None if math.isnan(before_lufs) else before_lufs
    gain = np.float32(10.0 ** (honest_gain_db(known, after_lufs, gain_db) / 20.0))
    return np.multiply(made, gain, out=made)


def _strip(audio: Tensor, k: Knobs, loudness_lufs: Tensor, sample_rate: int) -> Tensor:
    """Equalizer, compressor, width and pan: (stems, 2, samples); one channel stands for two."""
    equalized = equalize(audio, k, sample_rate)
    # the threshold goes with what the equalizer adds, so that a boost is not heard as a loud stem
    moved_db = _power_db(equalized) - _power_db(audio)
    equalized = equalized.expand(-1, 2, -1)
    change = gain_change(equalized, k, loudness_lufs + moved_db, sample_rate)
    out = equalized.new_empty(equalized.shape)
    for start in range(0, audio.shape[-1], PIECE):
        compressed = compress(equalized[..., start : start + PIECE], change, start)
        out[..., start : start + PIECE] = place(widen(compressed, k.width), k.pan)
    return out


def _power_db(audio: Tensor) -> Tensor:
    return 20.0 * (torch.linalg.vector_norm(audio, dim=(1, 2)) + 1e-10).log10()


def _wet(direct: Tensor, k: Knobs, room: Tensor) -> Tensor:
    """What the shared reverb gives back of each stem; the sends stand behind pan and effects."""
    send = _send_gain(k.send_db)
    if not torch.is_grad_enabled() and not bool((send > 0.0).any()):
        return torch.zeros_like(direct)
    return convolve(direct, room * send[:, None, None, None])


def _room(k: Knobs, sample_rate: int) -> Tensor:
    """The one reverb of the song: decay and predelay are the stems' means, weighted by send."""
    weight = _send_gain(k.send_db) + _UNSENT_WEIGHT
    weight = weight / weight.sum()
    decay_s = (weight * k.decay_s.log()).sum().exp()
    return room_response(decay_s, (weight * k.predelay_ms).sum(), sample_rate)


def _send_gain(send_db: Tensor) -> Tensor:
    """Linear send; exactly 0 at -60 dB, and as written from -54 dB up."""
    fade = ((send_db - SEND_OFF_DB) / (SEND_FULL_DB - SEND_OFF_DB)).clamp(0.0, 1.0)
    return fade * 10.0 ** (send_db / 20.0)


def _is_neutral(k: Knobs) -> bool:
    """Whether nothing but the fader acts on a single stem."""
    bands = (k.low_shelf_db, k.peak1_db, k.peak2_db, k.peak3_db, k.high_shelf_db)
    return (
        all(float(band) == 0.0 for band in bands)
        and float(k.high_pass_hz) == HIGH_PASS_OFF_HZ
        and float(k.ratio) == 1.0
        and float(k.pan) == 0.0
        and float(k.width) == 1.0
        and float(k.send_db) == SEND_OFF_DB
    )


def _loudness(audio: Tensor, sample_rate: int) -> Tensor:
    """Integrated loudness (stems,), NaN without a level; no gradient goes through it."""
    measured = [song_lufs(stem.detach().cpu().numpy(), sample_rate) for stem in audio]
    return torch.tensor([math.nan if lufs is None else lufs for lufs in measured])


def _check(shape: tuple[int, ...], settings: Tensor) -> None:
    """Refuse shapes that do not belong together, and settings that are no numbers."""
    if len(shape) != 3 or shape[1] != 2:
        raise ConsoleError(
            f"audio of shape {tuple(shape)} was given: (stems, 2, samples) is needed "
            "(copy a mono stem to both channels)"
        )
    if settings.shape != (shape[0], len(PARAMETERS)):
        raise ConsoleError(
            f"settings of shape {tuple(settings.shape)} for {shape[0]} stems were given: "
            f"({shape[0]}, {len(PARAMETERS)}) is needed (start from neutral_settings({shape[0]}))"
        )
    if not bool(torch.isfinite(settings).all()):
        raise ConsoleError("settings with NaN or infinity were given: every knob needs a number")
