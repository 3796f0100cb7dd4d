"""What a mix sounds like in numbers that no training of ours used: spectrum, crest, range, image.

One rule: every mix is brought to one loudness first, so no number here tells how loud it is.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np
import soxr
import torch
from scipy import signal
from torch.nn import functional

from mixer.ear_front import EAR_RATE, WINDOW_SAMPLES, log_mel
from mixer.fader import apply_gain, song_lufs

FEATURES_LUFS = -23.0
THIRDS_HZ = 1000.0 * 2.0 ** (np.arange(-16, 13) / 3.0)  # 25 Hz to 16 kHz
IMAGE_EDGES_HZ = (0.0, 200.0, 2000.0, np.inf)
SHORT_S, SHORT_HOP_S = 1.0, 0.25
FLOOR_DB = -60.0
GROUPS: dict[str, slice] = {
    "spectrum": slice(0, 29),  # third octaves against the whole, dB
    "crest": slice(29, 30),  # highest sample against RMS, dB
    "range": slice(30, 31),  # 95 % minus 10 % point of 1 s loudness, LU
    "side": slice(31, 34),  # side against mid below 200 Hz, to 2 kHz, above, dB
    "balance": slice(34, 37),  # right against left in the same bands, dB
}
SIZE = 37
_NET_SEED = 2511


def describe(mix: np.ndarray, sample_rate: int) -> np.ndarray:
    """Features (37,) of a mix (2, samples): GROUPS says which is which."""
    level = level_to(mix, sample_rate)
    found = np.empty(SIZE)
    found[GROUPS["spectrum"]] = _thirds_db(level, sample_rate)
    rms = float(np.sqrt(np.mean(np.square(level)))) + 1e-12
    found[GROUPS["crest"]] = 20.0 * np.log10(float(np.abs(level).max()) / rms + 1e-12)
    found[GROUPS["range"]] = _range_lu(level, sample_rate)
    found[GROUPS["side"]], found[GROUPS["balance"]] = _image_db(level, sample_rate)
    return found


def level_to(mix: np.ndarray, sample_rate: int) -> np.ndarray:
    """The mix at -23 LUFS; silence stays silence."""
    lufs = song_lufs(mix, sample_rate)
    return mix if lufs is None else apply_gain(mix, FEATURES_LUFS - lufs)


def _power(audio: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (bins,) and mean power spectrum (channels, bins) in 0.19 s frames."""
    hz, power = signal.welch(audio, sample_rate, nperseg=8192, noverlap=4096, scaling="spectrum")
    return hz, power


def _thirds_db(mix: np.ndarray, sample_rate: int) -> np.ndarray:
    hz, power = _power(mix, sample_rate)
    total = power.sum(axis=0)
    # a bin's power is spread over its width, so that the narrow low bands hold a share of it
    edges = np.append(THIRDS_HZ / 2 ** (1 / 6), THIRDS_HZ[-1] * 2 ** (1 / 6))
    summed = np.concatenate(([0.0], np.cumsum(total)))
    cuts = np.interp(edges, np.append(hz - hz[1] / 2, hz[-1] + hz[1] / 2), summed)
    share = np.diff(cuts) / (summed[-1] + 1e-30)
    return np.maximum(10.0 * np.log10(share + 1e-12), FLOOR_DB)


def _range_lu(mix: np.ndarray, sample_rate: int) -> float:
    width, hop = int(SHORT_S * sample_rate), int(SHORT_HOP_S * sample_rate)
    starts = range(0, max(1, mix.shape[1] - width + 1), hop)
    power = np.array([np.mean(np.square(mix[:, at : at + width])) for at in starts])
    levels = 10.0 * np.log10(np.maximum(power, power.max() * 1e-4 + 1e-20))
    low, high = np.percentile(levels, (10.0, 95.0))
    return float(high - low)


def _image_db(mix: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Side against mid, and right against left, in three bands, dB."""
    hz, power = _power(np.stack([mix[0] + mix[1], mix[0] - mix[1], mix[0], mix[1]]), sample_rate)
    bands = [(hz >= low) & (hz < high) for low, high in pairwise(IMAGE_EDGES_HZ)]
    mid, side, left, right = np.stack([power[:, band].sum(axis=1) for band in bands], axis=1)
    width_db = np.clip(10.0 * np.log10((side + 1e-15) / (mid + 1e-15)), -40.0, 10.0)
    return width_db, np.clip(10.0 * np.log10((right + 1e-15) / (left + 1e-15)), -12.0, 12.0)


@lru_cache(maxsize=1)
def _net() -> tuple[torch.Tensor, ...]:
    """Kernels of an untrained network over log-mel of mid and side: fixed by its seed."""
    random = torch.Generator().manual_seed(_NET_SEED)
    sizes = ((2, 16), (16, 32), (32, 64))
    return tuple(
        torch.randn(wide, narrow, 3, 3, generator=random) * (2.0 / (9 * narrow)) ** 0.5
        for narrow, wide in sizes
    )


@torch.no_grad()
def untrained_embedding(mix: np.ndarray, sample_rate: int) -> np.ndarray:
    """What an untrained convolutional network makes of a mix (2, samples): (128,).

    Random features see texture, dynamics and image and were fitted to nothing.
    """
    level = level_to(mix, sample_rate)
    pair = np.stack([level[0] + level[1], level[0] - level[1]], axis=1)
    pair = soxr.resample(pair, sample_rate, EAR_RATE, quality="HQ").T[:, :WINDOW_SAMPLES]
    pair = np.pad(pair, ((0, 0), (0, WINDOW_SAMPLES - pair.shape[1])))
    mel = (log_mel(torch.from_numpy(pair.astype(np.float32))).clamp(min=-80.0) / 20.0 + 2.0)[None]
    for kernel in _net():
        mel = functional.relu(functional.conv2d(mel, kernel, stride=(2, 2), padding=1))
    flat = mel.flatten(2)[0]
    return torch.cat([flat.mean(1), flat.std(1)]).numpy()


def frechet_distance(one: np.ndarray, other: np.ndarray, size: int) -> float:
    """Frechet distance of two sets (n, d), (m, d) in the first `size` principal axes of `other`."""
    centre = other.mean(0)
    axes = np.linalg.svd(other - centre, full_matrices=False)[2][:size]
    mine, theirs = (one - centre) @ axes.T, (other - centre) @ axes.T
    both = [np.cov(rows, rowvar=False) for rows in (mine, theirs)]
    cross = np.linalg.eigvals(both[0] @ both[1]).real
    trace = np.trace(both[0] + both[1]) - 2.0 * np.sqrt(np.clip(cross, 0.0, None)).sum()
    return float(np.square(mine.mean(0) - theirs.mean(0)).sum() + trace)


def kernel_distance(one: np.ndarray, other: np.ndarray) -> float:
    """KAD x 100 (Chung et al. 2025): unbiased MMD^2; the Gaussian has the references' median."""

    def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        squared = np.square(a).sum(1)[:, None] + np.square(b).sum(1)[None] - 2.0 * a @ b.T
        return np.maximum(squared, 0.0)

    among = apart(other, other)
    width = np.median(among[np.triu_indices(len(other), 1)]) + 1e-12
    within = [
        (np.exp(-square / (2.0 * width)).sum() - len(square)) / (len(square) * (len(square) - 1))
        for square in (apart(one, one), among)
    ]
    return 100.0 * float(sum(within) - 2.0 * np.exp(-apart(one, other) / (2.0 * width)).mean())


def energy_score(takes: np.ndarray, references: np.ndarray) -> float:
    """E|x - y| - E|x - x'| / 2 over takes (k, d) and references (r, d): Gneiting & Raftery 2007.

    A proper score: least on average for a system whose takes are spread as the references are. One
    take, or takes that are all alike, pay their full distance. Distances are RMS over d.
    """

    def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.sqrt(np.mean(np.square(a[:, None] - b[None]), axis=2))

    count = len(takes)
    within = apart(takes, takes).sum() / (count * (count - 1)) if count > 1 else 0.0
    return float(apart(takes, references).mean() - within / 2.0)
