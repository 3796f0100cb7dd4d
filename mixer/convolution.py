"""Linear convolution by FFT, in blocks, so that memory does not grow with the song.

One rule: nothing wraps around, and the output is as long as the input (what rings on is cut).
"""

import numpy as np
import torch
from scipy import fft
from torch import Tensor

_BLOCK_PER_TAP = 3  # a block holds 3 times the taps: near the least work per sample
_SMALLEST_BLOCK = 65536
_TOGETHER = 4  # blocks a transform: scipy's works on four at once, one by one it is half as fast


def convolve(audio: Tensor, responses: Tensor) -> Tensor:
    """Convolve audio (stems, ins, samples) with responses (stems or 1, outs, ins, taps).

    Every output channel is the sum over the input channels: (stems, outs, samples). Differentiable;
    where no gradient is wanted it is done by scipy, about twice as fast here.
    """
    if torch.is_grad_enabled() and (audio.requires_grad or responses.requires_grad):
        return _differentiable(audio, responses)
    stems, outs = audio.shape[0], responses.shape[1]
    each = responses.expand(stems, *responses.shape[1:]).numpy()
    out = np.zeros((stems, outs, audio.shape[-1]), np.float32)
    for index, stem in enumerate(audio.numpy()):
        _add_convolved(out[index], stem, each[index])
    return torch.from_numpy(out)


def convolve_each(audio: Tensor, response: Tensor) -> Tensor:
    """Convolve each channel of (stems, channels, samples) by its stem's response (stems, taps)."""
    stems, channels, samples = audio.shape
    flat = audio.reshape(stems * channels, 1, samples)
    repeated = response.repeat_interleave(channels, 0)[:, None, None]
    return convolve(flat, repeated).reshape(stems, channels, samples)


def _differentiable(audio: Tensor, responses: Tensor) -> Tensor:
    samples = audio.shape[-1]
    size, step = _sizes(samples, responses.shape[-1])
    spectra = torch.fft.rfft(responses, size)
    out = audio.new_zeros(audio.shape[0], responses.shape[1], samples)
    for start in range(0, samples, step):
        block = torch.fft.rfft(audio[..., start : start + step], size)
        ringing = torch.fft.irfft((block[:, None] * spectra).sum(2), size)
        end = min(start + size, samples)
        out[..., start:end] += ringing[..., : end - start]
    return out


def _add_convolved(out: np.ndarray, audio: np.ndarray, responses: np.ndarray) -> None:
    """Add audio (ins, samples) through responses (outs, ins, taps) to out (outs, samples)."""
    ins, samples = audio.shape
    size, step = _sizes(samples, responses.shape[-1])
    spectra = np.asarray(fft.rfft(responses, size))
    blocks = np.zeros((ins, min(_TOGETHER, -(-samples // step)), size), np.float32)
    for start in range(0, samples, step * blocks.shape[1]):
        piece = audio[:, start : start + step * blocks.shape[1]]
        for at in range(blocks.shape[1]):
            cut = piece[:, at * step : (at + 1) * step]
            blocks[:, at, : cut.shape[1]] = cut
            blocks[:, at, cut.shape[1] :] = 0.0
        block = np.asarray(fft.rfft(blocks))
        product, term = np.empty_like(block[0]), np.empty_like(block[0])
        for channel, paths in zip(out, spectra, strict=True):
            np.multiply(block[0], paths[0], out=product)
            for into, path in zip(block[1:], paths[1:], strict=True):
                product += np.multiply(into, path, out=term)
            for at, ringing in enumerate(np.asarray(fft.irfft(product, size, overwrite_x=True))):
                first = start + at * step
                channel[first : first + size] += ringing[: max(0, samples - first)]


def _sizes(samples: int, taps: int) -> tuple[int, int]:
    """The length of a transform (small factors only), and how many new samples it takes in."""
    step = min(samples, max(_SMALLEST_BLOCK, _BLOCK_PER_TAP * taps))
    size = fft.next_fast_len(step + taps - 1, real=True)
    assert size is not None
    return size, size - taps + 1
