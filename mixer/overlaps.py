"""Stems that hold the same sound: doubles, polarity-inverted twins, the mixture among its stems.

One rule: only what would be heard twice beyond doubt is left out, and each time a note says so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mixer.audio_files import LOSSY
from mixer.roles import role_from_name, words_of
from mixer.storage import each, give_back

TWIN = 0.9995
SAME_TAKE = 0.9  # the same name in two formats, one of them lossy
SUM_RESIDUAL = 0.01  # -20 dB
NAMED_MIX = 0.6
NAMED_MIX_ENVELOPE = 0.9
_SKETCH_SAMPLES = 50_000
_MIX_NAME = re.compile(
    r"\b(full ?mix|mix|mixture|mix ?down|mixdown|master|mastered|premaster|two ?track|bounce"
    r"|stereo ?out|main ?out|instrumental ?mix)\b"
)
_CLICK_NAME = re.compile(r"\b(click|clicks|click ?track|metronome|metro|cue|count ?in|guide)\b")


@dataclass(frozen=True)
class Candidate:
    """A stem by its own name and by its label, the file's name."""

    name: str
    label: str

    @property
    def is_lossy(self) -> bool:
        """Whether its file format gives up sound."""
        return Path(self.label).suffix.lower() in LOSSY


@dataclass(frozen=True)
class Overlaps:
    """Which stems to leave out, and what to tell."""

    left_out: frozenset[int]
    notes: tuple[str, ...]


def find_overlaps(audio: np.ndarray, sample_rate: int, candidates: Sequence[Candidate]) -> Overlaps:
    """Look through (stems, 2, samples) for what would be heard twice."""
    products = _products(audio)
    likeness = _correlations(products)
    left_out, notes = _twins(candidates, likeness)
    names = [candidate.name for candidate in candidates]
    mixture = _mixture(audio, sample_rate, products, likeness, names, left_out)
    if mixture is not None:
        left_out.add(mixture)
        notes.append(f"{candidates[mixture].label} is the mix of the other stems: it was left out")
    for index, candidate in enumerate(candidates):
        if index not in left_out and len(candidates) > 1:
            notes += _name_notes(candidate)
    return Overlaps(frozenset(left_out), tuple(notes))


def correlations(audio: np.ndarray) -> np.ndarray:
    """How alike the stems of (stems, 2, samples) are, estimated: 1 same sound, -1 turned over."""
    return _correlations(_products(audio))


def _correlations(products: np.ndarray) -> np.ndarray:
    power = np.diag(products)
    return products / np.sqrt(np.maximum(np.outer(power, power), 1e-30))


def _name_notes(candidate: Candidate) -> list[str]:
    """What the name of a stem that is kept warns of."""
    if is_mix_name(candidate.name):
        return [
            f"{candidate.label} is named like a mix but is not the sum of the others: it was "
            "kept as a stem (take it out of the folder if it is the mix)"
        ]
    if _CLICK_NAME.search(words_of(candidate.name)):
        return [f"{candidate.label} looks like a click track: mute it if it is one"]
    return []


def is_mix_name(name: str) -> bool:
    """Whether a name says mix or master and no role ('Kick Mix' is a kick)."""
    return bool(_MIX_NAME.search(words_of(name))) and role_from_name(name) is None


def _twins(candidates: Sequence[Candidate], likeness: np.ndarray) -> tuple[set[int], list[str]]:
    """Tell pairs that hold the same sound; leave out the second format of one stem."""
    left_out: set[int] = set()
    notes = []
    pairs = np.argwhere(np.triu(np.abs(likeness) > SAME_TAKE, k=1))
    for first, second in pairs.tolist():
        one, other = candidates[first], candidates[second]
        if left_out & {first, second}:
            continue
        alike = likeness[first, second]
        if alike > SAME_TAKE and one.name.casefold() == other.name.casefold():
            first_goes = one.is_lossy and not other.is_lossy
            left_out.add(first if first_goes else second)
            out, kept = (one, other) if first_goes else (other, one)
            notes.append(f"{out.label} is {kept.label} once more: it was left out")
        elif alike > TWIN:
            notes.append(
                f"{one.label} and {other.label} hold the same sound: together it is heard twice "
                "(take one out of the folder if that is not meant)"
            )
        elif alike < -TWIN:
            notes.append(
                f"{other.label} is {one.label} with its polarity turned: together they cancel "
                "(turn one of them in the session, or take it out of the folder)"
            )
    return left_out, notes


def _mixture(
    audio: np.ndarray, sample_rate: int, products: np.ndarray, likeness: np.ndarray,
    names: Sequence[str], left_out: set[int],
) -> int | None:  # fmt: skip
    """The stem that is the sum of at least two others, or is named so and goes along with it."""
    sounding = [i for i in range(len(names)) if products[i, i] > 0.0 and i not in left_out]
    if len(sounding) < 3:
        return None
    for index in sorted(sounding, key=lambda i: not is_mix_name(names[i])):
        others = [i for i in sounding if i != index]
        with_sum = float(products[index, others].sum())
        sum_power = float(products[np.ix_(others, others)].sum())
        residual = (products[index, index] - 2.0 * with_sum + sum_power) / products[index, index]
        single = float(np.abs(likeness[index, others]).max())
        if residual < SUM_RESIDUAL and single < TWIN:
            return index
        if is_mix_name(names[index]):
            along = with_sum / float(np.sqrt(max(sum_power * products[index, index], 1e-30)))
            if along > NAMED_MIX or _envelopes_agree(audio, sample_rate, index, others):
                return index
    return None


def _envelopes_agree(audio: np.ndarray, sample_rate: int, index: int, others: list[int]) -> bool:
    """Whether a stem rises and falls as the others together do: finds mixes that start late."""
    starts = np.arange(0, audio.shape[2], max(1, sample_rate // 10))
    if starts.size < 20:
        return False
    envelopes = []
    for stem in (audio[i] for i in (index, *others)):
        envelopes.append(np.add.reduceat(np.einsum("cs,cs->s", stem, stem), starts))
        give_back(stem)
    alone, together = np.sqrt(envelopes[0]), np.sqrt(np.sum(envelopes[1:], axis=0))
    if alone.std() < 0.05 * alone.mean() or together.std() == 0.0:
        return False
    return float(np.corrcoef(alone, together)[0, 1]) > NAMED_MIX_ENVELOPE


def _products(audio: np.ndarray) -> np.ndarray:
    """Inner products (stems, stems) over the same random samples of every stem.

    Random and not evenly spaced: spacing would fold different tones onto each other.
    """
    samples = audio.shape[2]
    where: slice | np.ndarray = slice(None)
    if samples > _SKETCH_SAMPLES:
        where = np.sort(np.random.default_rng(0).choice(samples, _SKETCH_SAMPLES, replace=False))
    sketch = np.stack([stem[:, where].reshape(-1).astype(np.float64) for stem in each(audio)])
    return sketch @ sketch.T
