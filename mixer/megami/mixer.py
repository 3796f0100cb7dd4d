"""MEGAMI: contents in, console settings out, and takes of a song rendered with them.

One rule: the same seed gives the same take, bit for bit, whatever the number of takes or of cores.
"""

from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch

from mixer.console import PARAMETERS
from mixer.megami.analysis import Progress, analyse
from mixer.megami.code import COORDINATES
from mixer.megami.contents import contents_of
from mixer.megami.draw import Draw, fader_setting
from mixer.megami.generator import Generator
from mixer.megami.rough import rough_mix
from mixer.megami.sampling import sample
from mixer.megami.takes import Setting, Take, TakeError, as_loud, check_state, render, render_mix
from mixer.moves import MixState
from mixer.song import Song
from mixer.words_take import steer

__all__ = [
    "Megami",
    "Take",
    "TakeError",
    "WEIGHTS",
    "faders_mix",
    "iter_takes",
    "render_takes",
    "shipped",
]

WEIGHTS = Path(__file__).parents[1] / "weights" / "megami"
MAX_STEMS = 96

_LOW = np.array([parameter.low for parameter in PARAMETERS], np.float32)
_HIGH = np.array([parameter.high for parameter in PARAMETERS], np.float32)


class Megami:
    """The generator with its units: contents in, console settings out."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator

    @classmethod
    def load(cls, folder: Path | None = None) -> "Megami":
        """Read a trained generator; without a folder, the shipped one."""
        return cls(Generator.load(folder or WEIGHTS))

    def sample(
        self,
        content: np.ndarray,
        takes: int = 1,
        seed: int = 0,
        held: np.ndarray | None = None,
        guidance: float = 1.0,
        steps: int = 30,
    ) -> np.ndarray:
        """Draw settings (takes, stems, 24) in units; take k is what seed + k gives alone.

        Args:
            content: what is known of the stems (stems, content_size): see contents.py.
            held: settings to keep (stems, 24), NaN where free; they come back exactly, in any take.
            guidance: 1 = as trained; above, takes are more alike and more typical of the contents.
        """
        size = self.generator.config.content_size
        content = np.asarray(content, np.float32)
        if content.ndim != 2 or content.shape[1] != size or not 1 <= len(content) <= MAX_STEMS:
            raise TakeError(
                f"contents of shape {content.shape} were given: MEGAMI needs (stems, {size}) "
                f"with 1 to {MAX_STEMS} stems (let contents_of make them)"
            )
        fixed = np.full((len(content), COORDINATES), np.nan) if held is None else np.asarray(held)
        fixed = fixed.astype(np.float32)
        outside = (fixed < _LOW) | (fixed > _HIGH)
        if fixed.shape != (len(content), COORDINATES) or outside.any():
            raise TakeError(
                f"held settings of shape {fixed.shape} with {int(outside.sum())} out of range "
                f"were given: they must be ({len(content)}, {COORDINATES}), inside the console's "
                "limits or NaN"
            )
        code = self.generator.code
        held_z = code.encode(torch.from_numpy(fixed)).numpy()
        drawn = []
        for take in range(takes):
            z = sample(self.generator, content, held_z, seed + take, guidance=guidance, steps=steps)
            settings = code.decode(torch.from_numpy(z)).numpy()
            drawn.append(np.where(np.isnan(fixed), settings, fixed))
        return np.stack(drawn)


@lru_cache(maxsize=1)
def shipped() -> Megami:
    """The generator that comes with the package, loaded once."""
    return Megami.load()


def render_takes(
    song: Song,
    content: np.ndarray | None,
    state: MixState,
    *,
    effects: bool = True,
    takes: int = 1,
    seed: int = 0,
    free_levels: bool = False,
    nearest: bool = False,
    style: str | None = None,
    on_progress: Progress | None = None,
    megami: Megami | None = None,
) -> list[Take]:
    """All takes of iter_takes at once."""
    return list(
        iter_takes(
            song, content, state, effects=effects, takes=takes, seed=seed,
            free_levels=free_levels, nearest=nearest, style=style, on_progress=on_progress,
            megami=megami,
        )
    )  # fmt: skip


def iter_takes(
    song: Song,
    content: np.ndarray | None,
    state: MixState,
    *,
    effects: bool = True,
    takes: int = 1,
    seed: int = 0,
    free_levels: bool = False,
    nearest: bool = False,
    style: str | None = None,
    on_progress: Progress | None = None,
    megami: Megami | None = None,
) -> Iterator[Take]:
    """Render takes one by one with the seeds seed, seed + 1 …; levels stay as the user has them.

    Args:
        content: what is known of the stems (contents.py); None = found out here, if it is needed.
        effects: False = faders and pans only; nothing set gives the stems back unchanged.
        free_levels: let MEGAMI set the balance of every stem the user has not moved; the mix keeps
            the loudness of the user's own.
        nearest: draw 16 settings (or as many as takes, if more), and render those that change the
            user's mix least, the nearest first; each take's seed gives it again.
        style: words ("warm vintage") that all effects are moved toward, more on louder stems.
        on_progress: called with (stems done, stems to do, name) while the song is measured for the
            first time, then over all takes; an exception that it raises stops everything.
    """
    check_state(song, state)
    if style is not None and not effects:
        raise TakeError(f"style {style!r} without effects was asked: a style needs them on")
    if effects or free_levels:
        analysis = analyse(song, on_progress)
        rough = rough_mix(song, analysis, state, free_levels)
        known = contents_of(song) if content is None and rough.members else content
        steering = None if style is None else partial(steer, style, song, rough.first, rough.lufs)
        draw = Draw(megami or shipped(), known, state, rough, effects, steering)
        seeds = draw.nearest(seed, takes) if nearest else range(seed, seed + takes)
        settings, lufs, mix_lufs = map(draw.setting, seeds), analysis.stems_lufs, rough.mix_lufs
    else:
        settings = (fader_setting(state, one) for one in range(seed, seed + takes))
        lufs, mix_lufs = None, np.nan

    def made(number: int, setting: Setting) -> Take:
        take = render(song, setting, lufs, _report_to(on_progress, number, takes, len(song.names)))
        if np.isnan(mix_lufs):
            return take
        return as_loud(take, setting.free, mix_lufs, song.sample_rate)

    yield from map(made, range(takes), settings)  # unlike a loop, a map lets each take go


def _report_to(on_progress: Progress | None, take: int, takes: int, stems: int) -> Progress:
    def report(done: int, total: int, name: str) -> None:
        if on_progress is not None:
            on_progress(take * stems + done, takes * stems, name)

    return report


def faders_mix(song: Song, state: MixState, on_progress: Progress | None = None) -> np.ndarray:
    """The mix (2, samples) of faders, pans, mutes and asked-for sounds, without its stems kept.

    The same bits as the mix of render_takes without effects.
    """
    check_state(song, state)
    return render_mix(
        song, fader_setting(state, 0), on_progress or (lambda done, total, name: None)
    )
