"""Words that the map does not have: follow the ear's text tower, if the ear is fit for it.

One rule: the ear is believed about a stem only after it has told known words apart on that stem.
After Text2FX (Chu et al. 2024): raise the cosine between the words and the processed sound.
The shipped small ear, which learned to hear past effects, is not fit: on 11 stems it told 52 of 88
pairs apart, and toward "bright" the centroid rose on 7 of 11, toward "dark" on 8. A larger CLAP
in its place has to pass the same test.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mixer.console import INDEX, process
from mixer.ear import Ear, embed_audio
from mixer.ear_front import EAR_RATE, excerpt
from mixer.knobs import EQ_BANDS
from mixer.words import read
from mixer.words_shape import PLACES, Shaped, settings_with, shape

TEMPLATE = "the sound of {}"
# Pairs that mean opposite things on the console: what the ear is asked before it is believed.
KNOWN_PAIRS = (
    ("bright", "dark"),
    ("warm", "cold"),
    ("full", "thin"),
    ("clear", "muddy"),
    ("harsh", "smooth"),
    ("boomy", "tight"),
    ("airy", "muffled"),
    ("distant", "close"),
)
LEAST_RIGHT = 8  # of the eight pairs: by chance 1 in 256
LEAST_GAIN = 0.04  # in cosine, beyond the known words; an ear that knows no words reached 0.036
STEPS, STEP_DB, MOST_DB = 10, 0.6, 4.0
_BANDS = tuple(f"{band}_db" for band in EQ_BANDS)


@dataclass(frozen=True)
class ByEar:
    """What the ear made of some words: nothing (shaped None) and why, or a change of the sound.

    right: how many of KNOWN_PAIRS it told apart. gain: see follow.
    """

    shaped: Shaped | None
    why: str
    right: int
    gain: float


def shape_by_ear(
    stem: np.ndarray, sample_rate: int, before: np.ndarray, words: str, ear: Ear
) -> ByEar:
    """Move the equaliser of one stem (2, n) from settings (24,) toward words, by at most 4 dB."""
    heard = torch.from_numpy(excerpt(stem, sample_rate, _loudest(stem, sample_rate)))
    right = pairs_told_apart(heard, before, ear)
    if right < LEAST_RIGHT:
        why = f"my ear tells only {right} of {len(KNOWN_PAIRS)} known pairs of words apart here"
        return ByEar(None, why, right, 0.0)
    settings, gain = follow(heard, before, words, ear)
    if gain < LEAST_GAIN:  # what goes toward every word goes toward none
        why = "my ear finds no way toward it"
        return ByEar(None, why, right, gain)
    return ByEar(Shaped(_sound(settings), 0.0), "", right, gain)


def pairs_told_apart(heard: Tensor, before: np.ndarray, ear: Ear) -> int:
    """How many known pairs the ear tells apart, both made of the excerpt by the map of words."""
    texts = _known_texts(ear)
    with torch.no_grad():
        sounds = torch.cat(
            [_embed(heard, _much(before, word), ear) for pair in KNOWN_PAIRS for word in pair]
        )
    sound_ways, text_ways = (rows[0::2] - rows[1::2] for rows in (sounds, texts))
    return int(((sound_ways * text_ways).sum(dim=1) > 0.0).sum())


def follow(heard: Tensor, before: np.ndarray, words: str, ear: Ear) -> tuple[Tensor, float]:
    """Settings (24,) some gradient steps toward words, and what the cosine with them has gained.

    The gain is beyond that of the known words' mean: their share is no direction of its own.
    """
    text = ear.embed_text([TEMPLATE.format(words)])[0]
    start = torch.from_numpy(np.array(before, np.float32))
    at = torch.tensor([INDEX[band] for band in _BANDS])
    change = torch.zeros(len(_BANDS), requires_grad=True)
    optimizer = torch.optim.Adam([change], lr=STEP_DB)
    for _ in range(STEPS):
        optimizer.zero_grad()
        settings = start.index_add(0, at, change)
        (-(_embed(heard, settings, ear)[0] * text).sum()).backward()
        optimizer.step()
        with torch.no_grad():
            change.clamp_(-MOST_DB, MOST_DB)
    settings = start.index_add(0, at, change.detach())
    with torch.no_grad():
        moved = _embed(heard, settings, ear)[0] - _embed(heard, start, ear)[0]
    return settings, float(moved @ (text - _known_texts(ear).mean(dim=0)))


def _known_texts(ear: Ear) -> Tensor:
    """The known words as the ear reads them, (16, 128), pair by pair."""
    return ear.embed_text([TEMPLATE.format(word) for pair in KNOWN_PAIRS for word in pair])


def _much(before: np.ndarray, word: str) -> Tensor:
    wishes = read(f"much more {word}").wishes
    return torch.from_numpy(settings_with(before, shape(before, wishes).sound))


def _embed(heard: Tensor, settings: Tensor, ear: Ear) -> Tensor:
    """The ear's embedding (1, 128) of an excerpt (samples,) under settings (24,), level-honest."""
    stereo = heard.expand(1, 2, -1)
    processed = process(stereo, settings[None], EAR_RATE)
    mono = (processed.direct + processed.wet)[0].mean(dim=0)
    level = heard.square().mean().sqrt() / (mono.square().mean().sqrt() + 1e-9)
    return embed_audio(ear.model, ear.picture(mono * level)[None])[1]


def _sound(settings: Tensor) -> dict[str, float]:
    """The equaliser's knobs, as a sound: what is told is what is set."""
    knobs: Sequence[str] = [knob for band in _BANDS for knob in (band, *PLACES[band])]
    return {knob: round(float(settings[INDEX[knob]]), 1) for knob in knobs}


def _loudest(stem: np.ndarray, sample_rate: int) -> int:
    """First sample of the loudest 10 s, on a grid of one second."""
    seconds = stem.shape[1] // sample_rate
    blocks = stem[:, : seconds * sample_rate].reshape(2, seconds, sample_rate)
    powers = np.square(blocks).sum(axis=(0, 2))
    if seconds <= 10:
        return 0
    return int(np.convolve(powers, np.ones(10), "valid").argmax()) * sample_rate
