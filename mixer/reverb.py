"""The shared reverb: fixed noise under two decaying envelopes, the treble's the shorter.

One rule: the noise never changes, only the envelopes do, so the same settings ring the same, bit
for bit, and decay and predelay have smooth gradients.
"""

import functools
import math

import numpy as np
import torch
from torch import Tensor

LONGEST_S = 4.6  # predelay 80 ms and 1.1 times the longest decay
ONSET_S = 0.003
LOW_CUT_HZ = 150.0
DAMPING_HZ = 4000.0
DAMPED_DECAY = 0.5  # treble above DAMPING_HZ dies twice as fast
_LENGTH_IN_DECAYS = 1.1  # cut at -66 dB
_SEED = 1770


def room_response(decay_s: Tensor, predelay_ms: Tensor, sample_rate: int) -> Tensor:
    """Impulse responses (1, 2 out, 2 in, taps) of a room that falls by 60 dB in decay_s.

    Scaled so that white noise comes out as strong as it went in, mono or stereo.
    """
    predelay_s = predelay_ms / 1000.0
    length_s = float(predelay_s.detach()) + _LENGTH_IN_DECAYS * float(decay_s.detach())
    taps = math.ceil(length_s * sample_rate)
    since_s = torch.arange(taps, device=decay_s.device) / sample_rate - predelay_s
    onset = (since_s / ONSET_S).clamp(0.0, 1.0)
    falling = -3.0 * math.log(10.0) * since_s.clamp(min=0.0) / decay_s
    low, high = _noise(sample_rate)[..., :taps].to(decay_s)
    response = (low * falling.exp() + high * (falling / DAMPED_DECAY).exp()) * onset
    return (response * (2.0 / response.square().sum()).sqrt())[None]


@functools.lru_cache(maxsize=2)
def _noise(sample_rate: int) -> Tensor:
    """Noise below and above DAMPING_HZ: (2 bands, 2 out, 2 in, samples), each path its own."""
    samples = math.ceil(LONGEST_S * sample_rate)
    white = np.random.default_rng(_SEED).standard_normal((2, 2, samples))
    hz = np.fft.rfftfreq(samples, 1.0 / sample_rate)
    rumble = np.square(hz) / (np.square(hz) + LOW_CUT_HZ**2)
    low = 1.0 / np.sqrt(1.0 + np.square(hz / DAMPING_HZ))
    bands = np.stack([low, 1.0 - low])[:, None, None] * rumble * np.fft.rfft(white)
    return torch.from_numpy(np.fft.irfft(bands, samples).astype(np.float32))
