"""Linear convolution by FFT, in blocks, so that memory does not grow with the song.

One rule: nothing wraps around, and the output is as long as the input (what rings on is cut).
"""

import torch
from scipy.fft import next_fast_len
from torch import Tensor

_BLOCK_PER_TAP = 3  # a block holds 3 times the taps: near the least work per sample
_SMALLEST_BLOCK = 65536


def convolve(audio: Tensor, responses: Tensor) -> Tensor:
    """Convolve audio (stems, ins, samples) with responses (stems or 1, outs, ins, taps).

    Every output channel is the sum over the input channels: (stems, outs, samples). Differentiable.
    """
    samples, taps = audio.shape[-1], responses.shape[-1]
    step = min(samples, max(_SMALLEST_BLOCK, _BLOCK_PER_TAP * taps))
    size = _fast_size(step + taps - 1)
    step = size - taps + 1
    spectra = torch.fft.rfft(responses, size)
    out = audio.new_zeros(audio.shape[0], responses.shape[1], samples)
    for start in range(0, samples, step):
        block = torch.fft.rfft(audio[..., start : start + step], size)
        ringing = torch.fft.irfft((block[:, None] * spectra).sum(2), size)
        end = min(start + size, samples)
        out[..., start:end] += ringing[..., : end - start]
    return out


def convolve_each(audio: Tensor, response: Tensor) -> Tensor:
    """Convolve each channel of (stems, channels, samples) by its stem's response (stems, taps)."""
    stems, channels, samples = audio.shape
    flat = audio.reshape(stems * channels, 1, samples)
    repeated = response.repeat_interleave(channels, 0)[:, None, None]
    return convolve(flat, repeated).reshape(stems, channels, samples)


def _fast_size(least: int) -> int:
    """The next FFT length with small factors only."""
    size = next_fast_len(least, real=True)
    assert size is not None
    return size
