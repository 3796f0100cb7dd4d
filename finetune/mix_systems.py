"""The mixers of the table: each gives settings and gains for the takes of a song.

One rule: all play through the same console, so the table compares decisions and not processors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from finetune.engineer import OCTAVE_HZ
from finetune.mix_songs import MixSong
from mixer.console import INDEX, neutral_settings
from mixer.megami.facts import FACTS, OCTAVES
from mixer.megami.generator import Generator
from mixer.megami.mixer import Megami
from mixer.megami.rough import hold
from mixer.megami.safety import balance_sides, keep_lead_up
from mixer.moves import MixState

Setting = tuple[np.ndarray, np.ndarray]  # settings (S, 24) in units, gains (S,) in dB
System = Callable[[MixSong, int, int], list[Setting]]
MIX_LUFS = -20.0  # about where mixes are added up; what is measured of them does not know it
_CENTRE_BELOW_HZ = 250.0
_LEAD_OVER_EQUAL_DB = 3.0
_MASKED_CUT = 0.25


@dataclass(frozen=True)
class Deciders:
    """The trained networks of the table."""

    generator: Generator
    regression: Generator | None


def systems(deciders: Deciders) -> dict[str, System]:
    """Every line of the table by name."""
    megami = Megami(deciders.generator)

    @lru_cache(maxsize=1)
    def drawn(song: MixSong, takes: int, seed: int) -> list[Setting]:
        return megami_takes(megami, song, takes, seed)

    table: dict[str, System] = {
        "raw sum": lambda song, takes, seed: [_plain(song, np.zeros(song.stems))],
        "equal loudness": lambda song, takes, seed: [_plain(song, -song.lufs + MIX_LUFS)],
        "expert rules": lambda song, takes, seed: [expert(song)],
        "MEGAMI": drawn,
        "MEGAMI, each track alone": lambda song, takes, seed: alone(megami, song, takes, seed),
        "MEGAMI, gains only": lambda song, takes, seed: [
            _plain(song, gains_db) for _, gains_db in drawn(song, takes, seed)
        ],
        "oracle z": lambda song, takes, seed: [song.oracle],
    }
    if deciders.regression is not None:
        network = deciders.regression
        table["regression"] = lambda song, takes, seed: [regression(network, song)]
    return table


def _plain(song: MixSong, gains_db: np.ndarray) -> Setting:
    return neutral_settings(song.stems).numpy(), gains_db


def held_image(song: MixSong) -> np.ndarray:
    """What takes hold when nothing was asked (S, 24): the image of stereo stems."""
    free = np.full(song.stems, np.nan)
    return hold(song.stereo.tolist(), MixState.untouched(song.stems), free)


def _safe(song: MixSong, settings: np.ndarray) -> Setting:
    """Drawn settings as takes use them: the lead not buried, no leaning to a side."""
    levels_db = keep_lead_up(settings[:, INDEX["level_db"]], song.contents)
    pan = balance_sides(settings[:, INDEX["pan"]], levels_db, ~song.stereo)
    settings = settings.copy()
    settings[:, INDEX["pan"]] = pan
    return settings, levels_db - song.lufs + MIX_LUFS


def megami_takes(megami: Megami, song: MixSong, takes: int, seed: int) -> list[Setting]:
    """MEGAMI with all levels free."""
    drawn = megami.sample(song.contents, takes, seed, held_image(song))
    return [_safe(song, settings) for settings in drawn]


def alone(megami: Megami, song: MixSong, takes: int, seed: int) -> list[Setting]:
    """MEGAMI on each stem by itself: what the others are is not known."""
    held = held_image(song)
    each = [
        megami.sample(song.contents[at : at + 1], takes, seed, held[at : at + 1])
        for at in range(song.stems)
    ]
    return [_safe(song, settings) for settings in np.concatenate(each, axis=1)]


def regression(network: Generator, song: MixSong) -> Setting:
    """The expected settings (the differentiable-mixing-console baseline, Steinmetz et al. 2021)."""
    fixed = held_image(song)
    held = network.code.encode(torch.from_numpy(fixed))[None]
    sigma = torch.tensor([network.config.sigma_max])
    with torch.no_grad():
        nothing = torch.zeros_like(held)
        z = network(nothing, sigma, torch.from_numpy(song.contents)[None], held)[0]
    settings = network.code.decode(z).numpy()
    return _safe(song, np.where(np.isnan(fixed), settings, fixed))


def expert(song: MixSong) -> Setting:
    """Rules after Perez-Gonzalez & Reiss (2007-2009).

    Equal loudness and the lead over it; low stems in the centre, the others spread by brightness;
    cuts where a stem masks the rest.
    """
    settings = neutral_settings(song.stems).numpy()
    octaves = np.nan_to_num(song.contents[:, OCTAVES], nan=-20.0)
    power = 10.0 ** (octaves / 10.0)
    centre_hz = 2.0 ** ((power * np.log2(OCTAVE_HZ)).sum(1) / power.sum(1))
    free = np.flatnonzero(~song.stereo & ~song.lead & (centre_hz > _CENTRE_BELOW_HZ))
    order = free[np.argsort(centre_hz[free])]
    for rank, stem in enumerate(order):  # the brighter the wider, to alternating sides
        share = (rank // 2 + 1) / ((len(order) + 1) // 2)
        settings[stem, INDEX["pan"]] = (-1.0) ** rank * 0.7 * share
    settings[centre_hz > _CENTRE_BELOW_HZ, INDEX["high_pass_hz"]] = 80.0
    others_db = 10.0 * np.log10(power.sum(0) - power + 1e-6)
    for band, centre in (("peak1", 350.0), ("peak2", 1200.0), ("peak3", 4000.0)):
        at = int(np.argmin(np.abs(np.log2(OCTAVE_HZ / centre))))
        over_db = np.clip(octaves[:, at] - others_db[:, at] + 6.0, 0.0, 12.0)
        settings[:, INDEX[f"{band}_db"]] = np.where(song.lead, 0.0, -_MASKED_CUT * over_db)
    return settings, -song.lufs + MIX_LUFS + _LEAD_OVER_EQUAL_DB * song.lead


assert FACTS[OCTAVES.start].startswith("octave"), "facts hold the octaves where they are read"
