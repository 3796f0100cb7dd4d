"""Words by ear: an ear that knows sounds is followed, one that does not is not believed."""

import functools

import numpy as np
import pytest
import torch

from mixer import words_ear
from mixer.console import INDEX
from mixer.ear import Ear
from mixer.ear_front import EAR_RATE, WINDOW_SAMPLES, log_mel
from mixer.words import read
from mixer.words_ear import KNOWN_PAIRS, MOST_DB, follow, pairs_told_apart, shape_by_ear
from mixer.words_shape import neutral_with
from tests.word_stems import RATE, centroid_hz, made

NEUTRAL = neutral_with({})


def spectrum(model: object, mel: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The embedding of an ear that hears nothing but the spectrum's shape, (batch, 64)."""
    bands = mel.mean(dim=1)
    return bands, (bands - bands.mean(dim=1, keepdim=True)) / 100.0


class Knower:
    """An ear that knows every word of the map, and that "glassy" is bright."""

    model = None
    picture = staticmethod(log_mel)

    def embed_text(self, texts: list[str]) -> torch.Tensor:
        words = [text.rpartition(" ")[2].replace("glassy", "bright") for text in texts]
        return torch.stack([way_of(word) for word in words])


@functools.cache
def way_of(word: str) -> torch.Tensor:
    """What a word of the map does to the spectrum of noise, of length 1."""
    noise = torch.randn(WINDOW_SAMPLES, generator=torch.Generator().manual_seed(0)) * 0.1
    plain, much = (
        words_ear._embed(noise, settings, Knower())[0]
        for settings in (torch.from_numpy(NEUTRAL), words_ear._much(NEUTRAL, word))
    )
    return (much - plain) / (much - plain).norm()


@pytest.fixture
def knower(monkeypatch: pytest.MonkeyPatch) -> Knower:
    monkeypatch.setattr(words_ear, "embed_audio", spectrum)
    return Knower()


def test_an_ear_that_knows_is_followed_within_limits(knower: Knower) -> None:
    heard = torch.from_numpy(made("guitar").mean(axis=0))
    heard = torch.nn.functional.pad(heard, (0, WINDOW_SAMPLES - heard.numel()))
    assert pairs_told_apart(heard, NEUTRAL, knower) == len(KNOWN_PAIRS)
    settings, gain = follow(heard, NEUTRAL, "glassy", knower)
    again, _ = follow(heard, NEUTRAL, "glassy", knower)
    assert torch.equal(settings, again) and gain > 0.0
    bands = [float(settings[INDEX[band]]) for band in words_ear._BANDS]
    assert bands[-1] > 1.0 > bands[0] and max(map(abs, bands)) <= MOST_DB
    moved = np.flatnonzero(settings.numpy() != NEUTRAL)
    assert set(moved) <= {INDEX[band] for band in words_ear._BANDS}


def test_only_what_goes_its_own_way_is_done(
    knower: Knower, monkeypatch: pytest.MonkeyPatch
) -> None:
    stem = made("guitar")
    monkeypatch.setattr(words_ear, "LEAST_GAIN", 0.0)
    found = shape_by_ear(stem, RATE, NEUTRAL, "glassy", knower)
    assert found.shaped is not None and found.shaped.gain_db == 0.0
    assert found.shaped.sound["high_shelf_db"] > 1.0
    monkeypatch.setattr(words_ear, "LEAST_GAIN", 10.0)
    none = shape_by_ear(stem, RATE, NEUTRAL, "glassy", knower)
    assert none.shaped is None and none.why == "my ear finds no way toward it"


@pytest.mark.parametrize("name", ["voice", "drums"])
def test_the_shipped_ear_is_not_believed_where_it_cannot_tell_known_words(name: str) -> None:
    """The small ear learned to hear past effects: in its text tower "bright" is a word like any."""
    assert read("velvet").wishes == ()
    found = shape_by_ear(made(name), RATE, NEUTRAL, "velvet", Ear.load())
    assert found.shaped is None and found.why.startswith("my ear")


def test_the_excerpt_is_where_the_stem_is_loudest() -> None:
    quiet = 0.01 * np.ones((2, 30 * EAR_RATE), np.float32)
    quiet[:, 15 * EAR_RATE : 25 * EAR_RATE] = 1.0
    assert words_ear._loudest(quiet, EAR_RATE) == 15 * EAR_RATE
    assert words_ear._loudest(made("voice"), RATE) == 0
    assert centroid_hz(made("voice")) > 1000.0
