"""From a seed to everything that a take's rendering needs: settings and gains of all stems.

One rule: MEGAMI fills in what was not asked and never overrides what was. A fader move, a mute or a
sound that was asked for is applied after the draw: it changes not one bit of any other stem.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from mixer.console import INDEX, neutral_settings
from mixer.megami.nearness import DRAFT_STEPS, DRAWS, distances
from mixer.megami.rough import Rough, free_gains, share_room
from mixer.megami.safety import balance_sides, keep_lead_up
from mixer.megami.takes import Setting
from mixer.moves import MixState
from mixer.words_take import keep_asked
from mixer.workers import one_torch_thread

if TYPE_CHECKING:
    from mixer.megami.mixer import Megami

Steering = Callable[[np.ndarray], None]  # moves settings (sounds, 24) toward a style, in place
_LEVEL, _PAN = INDEX["level_db"], INDEX["pan"]


class Draw:
    """Draws for one song in one state; contents (stems, size) are those of all its stems."""

    def __init__(
        self,
        megami: "Megami",
        contents: np.ndarray | None,
        state: MixState,
        rough: Rough,
        effects: bool,
        steering: Steering | None = None,
    ) -> None:
        self.megami, self.state, self.rough, self.effects = megami, state, rough, effects
        self.steering = steering
        self.contents = None if contents is None else contents[rough.first]

    def setting(self, seed: int) -> Setting:
        """The take that a seed gives."""
        faders = fader_setting(self.state, seed)
        drawn = self._sounds(seed, 1)[0]
        gains_db, knobs, free = faders.gains_db, faders.settings, faders.free
        if np.isfinite(self.rough.mix_lufs):
            levels_db = self._levels(drawn)
            chosen_db = free_gains(levels_db, self.rough)
            free = np.isfinite(chosen_db)
            gains_db = np.where(free & np.isfinite(gains_db), chosen_db, gains_db)
        if self.effects:
            self._balance(drawn)
            if self.steering is not None:
                self.steering(drawn)
            for stems, row in zip(self.rough.members, drawn, strict=True):
                knobs[list(stems)] = row
            share_room(knobs, self.rough.first)
            keep_asked(knobs, self.state)
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

    def _balance(self, drawn: np.ndarray) -> None:
        """Let the drawn pans not lean to a side, in place; by the levels as opened or as drawn."""
        free = np.isnan(self.rough.held[:, _PAN])
        drawn[:, _PAN] = balance_sides(drawn[:, _PAN], drawn[:, _LEVEL], free)

    def _levels(self, drawn: np.ndarray) -> np.ndarray:
        """The drawn levels (sounds,), a lead among them that MEGAMI may move not buried."""
        if self.contents is None:
            return drawn[:, _LEVEL]
        return keep_lead_up(drawn[:, _LEVEL], self.contents, ~self.rough.moved)

    def _sounds(self, seed: int, takes: int, **how: int) -> np.ndarray:
        """Settings (takes, sounds, 24); take k is what seed + k gives."""
        if self.contents is None or not self.rough.members:
            return np.repeat(self.rough.own[None], takes, axis=0)
        with one_torch_thread():
            return self.megami.sample(self.contents, takes, seed, self.rough.held, **how)


def fader_setting(state: MixState, seed: int) -> Setting:
    """Faders, mutes, the user's pans and the sounds that were asked for, and nothing else."""
    knobs = neutral_settings(len(state.pan)).numpy()
    for index, pan in enumerate(state.pan):
        knobs[index, INDEX["pan"]] = knobs[index, INDEX["pan"]] if pan is None else pan
    keep_asked(knobs, state)
    gains_db = np.where(state.muted, -np.inf, np.array(state.gain_db, np.float64))
    return Setting(seed, knobs, gains_db, np.zeros(len(knobs), bool))
