"""A stem's waveform as content and level inputs, one stem at a time: how a server hears.

One rule: the anchor's place is in the audio. Whoever sends stems brings them all by one gain to
where the anchor reads ANCHOR_LUFS. So every stem is measured alone, in any batch and order, cached
by its sound, and still its level is the one against the anchor.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mixer.loudness import PROFILE_SIZE, MeterError, profile, relative_profile

ANCHOR_LUFS = -23.0
CLAP_RATE = 48_000


def content_inputs(stems: Sequence[np.ndarray], lowest_hz: float) -> np.ndarray:
    """Log-mel pictures (stems, 1, 1001, 64) of the first ten seconds, all at one loudness."""
    import torch

    from mixer.ear_front import excerpt, log_mel

    cuts = np.stack([excerpt(audio, CLAP_RATE) for audio in stems])
    return log_mel(torch.from_numpy(cuts), lowest_hz)[:, None].numpy()


def level_inputs(stems: Sequence[np.ndarray]) -> np.ndarray:
    """Level features (stems, 14) against ANCHOR_LUFS, as int32 of their float32 bits.

    vLLM rounds whatever floats a processor gives to the model's type, and bf16 by 0.1 dB and more.
    """
    return level_rows(stems).view(np.int32)


def level_rows(stems: Sequence[np.ndarray]) -> np.ndarray:
    """Level features (stems, 14) against ANCHOR_LUFS; zeros where there is no level."""
    anchor = np.zeros(PROFILE_SIZE, np.float32)
    anchor[0] = ANCHOR_LUFS
    rows = np.zeros((len(stems), PROFILE_SIZE), np.float32)
    for row, audio in zip(rows, stems, strict=True):
        numbers = profile(audio, CLAP_RATE)
        if numbers is not None:
            row[:] = relative_profile(np.stack([anchor, numbers]), 0)[1]
    return rows


def in_the_bus(audio: Any) -> np.ndarray:
    """Audio (samples,) or (1 or 2, samples) as it sits in the stereo bus: (2, samples)."""
    samples = np.atleast_2d(np.asarray(audio, dtype=np.float32))
    if samples.ndim != 2 or samples.shape[0] > 2:
        raise MeterError(
            f"audio of shape {samples.shape} was given as a stem: (samples,) or (2, samples) is "
            "needed"
        )
    return np.broadcast_to(samples, (2, samples.shape[1]))
