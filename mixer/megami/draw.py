"""From a seed to everything that a take's rendering needs: settings and gains of all stems.

One rule: MEGAMI fills in what was not asked and never overrides what was. A fader move or a mute is
applied after the draw, so it changes that stem's loudness and not one bit of any other stem.
"""

from typing import TYPE_CHECKING

import numpy as np

from mixer.console import INDEX, neutral_settings
from mixer.megami.nearness import DRAFT_STEPS, DRAWS, distances
from mixer.megami.rough import Rough, free_gains, share_room
from mixer.megami.takes import Setting
from mixer.moves import MixState
from mixer.workers import one_torch_thread

if TYPE_CHECKING:
    from mixer.megami.mixer import Megami

_LEVEL = INDEX["level_db"]


class Draw:
    """Draws for one song in one state; contents (stems, size) are those of all its stems."""

    def __init__(
        self,
        megami: "Megami",
        contents: np.ndarray | None,
        state: MixState,
        rough: Rough,
        effects: bool,
    ) -> None:
        self.megami, self.state, self.rough, self.effects = megami, state, rough, effects
        self.contents = None if contents is None else contents[rough.first]

    def setting(self, seed: int) -> Setting:
        """The take that a seed gives."""
        faders = fader_setting(self.state, seed)
        drawn = self._sounds(seed, 1)[0]
        gains_db, knobs, free = faders.gains_db, faders.settings, faders.free
        if np.isfinite(self.rough.mix_lufs):
            chosen_db = free_gains(drawn[:, _LEVEL], self.rough)
            free = np.isfinite(chosen_db)
            gains_db = np.where(free & np.isfinite(gains_db), chosen_db, gains_db)
        if self.effects:
            for stems, row in zip(self.rough.members, drawn, strict=True):
                knobs[list(stems)] = row
            share_room(knobs, self.rough.first)
        return Setting(seed, knobs, gains_db, free)

    def nearest(self, seed: int, takes: int) -> list[int]:
        """The seeds, from seed on, whose settings are the nearest to the user's own mix."""
        drawn = self._sounds(seed, max(DRAWS, takes), steps=DRAFT_STEPS)
        heard = [
            at
            for at, stems in enumerate(self.rough.members)
            if not all(self.state.muted[index] for index in stems)
        ]
        if not heard:
            return list(range(seed, seed + takes))
        if not self.effects:  # then the levels alone are rendered
            levels = drawn[..., _LEVEL].copy()
            drawn = np.repeat(self.rough.own[None], len(drawn), axis=0)
            drawn[..., _LEVEL] = levels
        away = distances(drawn[:, heard], self.rough.own[heard], self.megami.generator.code)
        return [seed + int(at) for at in np.argsort(away, kind="stable")[:takes]]

    def _sounds(self, seed: int, takes: int, **how: int) -> np.ndarray:
        """Settings (takes, sounds, 24); take k is what seed + k gives."""
        if self.contents is None or not self.rough.members:
            return np.repeat(self.rough.own[None], takes, axis=0)
        with one_torch_thread():
            return self.megami.sample(self.contents, takes, seed, self.rough.held, **how)


def fader_setting(state: MixState, seed: int) -> Setting:
    """Faders, mutes and the user's pans, and no effects."""
    knobs = neutral_settings(len(state.pan)).numpy()
    for index, pan in enumerate(state.pan):
        knobs[index, INDEX["pan"]] = knobs[index, INDEX["pan"]] if pan is None else pan
    gains_db = np.where(state.muted, -np.inf, np.array(state.gain_db, np.float64))
    return Setting(seed, knobs, gains_db, np.zeros(len(knobs), bool))
