"""Draw a drill from the song as it stands, and write what there is to hear of it.

One rule: the same song, seed, kind and size make the same drill, and no file's name tells what it
hides.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from assistant.context import ToolContext, ToolError
from assistant.drills import LETTERS, REST, SAME, STEM, Drill
from assistant.drills_audio import Excerpt, clipped, cut_excerpt, write_files
from assistant.tools_listening import free_path
from mixer.fader import apply_gain

LOUDER_DB = 1.0  # what makes the same recording seem better
HEARD_LU = 18.0  # stems farther below the loudest are not asked for
MOST_COMPARED = 8
LEAST_APART_LU = 1.0  # of the anchor's partner and the next
NEEDS_STEMS = {"hidden_change": 2, "set_back": 2, "partner": 3}


def possible(context: ToolContext, kind: str) -> bool:
    """Whether enough stems sound for a kind of drill; what is too close to tell shows later."""
    return len(_heard(context)) >= NEEDS_STEMS.get(kind, 1)


def guess_rate(context: ToolContext, kind: str) -> float:
    """The chance of a right answer without listening."""
    count = len(_heard(context))
    chances = {
        "hidden_change": 1 / (2 * max(count, 1)),
        "partner": 1 / 2,  # of the nearest two; a third one is farther off, as one hears
        "clipping": 1 / len(LETTERS),
        "bias": 1 / 3,
    }
    return chances.get(kind, 0.0)


def draw(context: ToolContext, number: int, kind: str, size_db: float, seed: int) -> Drill:
    """Draw one drill, write its files into the session's folder, and return it with its answer.

    Args:
        number: the how-manieth of the session.
        size_db: how far a level is moved, how much is cut off, how far two levels lie apart.
    """
    if not possible(context, kind):
        raise ToolError(
            f"{len(_heard(context))} of the stems can be heard and {NEEDS_STEMS.get(kind, 1)} are "
            "needed for this drill: unmute some, or choose another drill"
        )
    rng = np.random.default_rng([seed, number])
    made, audio, matched = _DRAWN[kind](context, rng, size_db)
    folder = free_path(context.folder / "drills", f"drill{number}")
    paths = write_files(folder, audio, context.song.sample_rate, matched)
    told = {label: path.relative_to(context.folder).as_posix() for label, path in paths.items()}
    parts = {label: told.pop(label) for label in (STEM, REST) if label in told}
    guess = guess_rate(context, kind)
    return replace(made, number=number, kind=kind, seed=seed, guess=guess, files=told, parts=parts)


Drawn = tuple[Drill, dict[str, np.ndarray], bool]


def _blank(excerpt: Excerpt, **what: Any) -> Drill:
    """A drill that still lacks its number, kind, seed and files."""
    start_s = round(excerpt.start_s, 2)
    return Drill(0, "", 0, guess=0.0, files={}, start_s=start_s, **what)


def _heard(context: ToolContext) -> list[int]:
    """The stems that are loud enough to be asked for, as they stand."""
    lufs = [level.lufs for level in context.levels_now()]
    loudest = max((value for value in lufs if value is not None), default=0.0)
    return [at for at, value in enumerate(lufs) if value is not None and value > loudest - HEARD_LU]


def _one_stem(context: ToolContext, rng: np.random.Generator) -> tuple[int, Excerpt]:
    """A stem that can be heard, and seconds in which it plays."""
    heard = _heard(context)
    index = heard[int(rng.integers(len(heard)))]
    return index, cut_excerpt(context.song, context.session.state(), [index], rng)


def _mix(context: ToolContext, rng: np.random.Generator) -> Excerpt:
    """Seconds in which the loudest stem plays."""
    levels = context.levels_now()
    loudest = max(_heard(context), key=lambda index: levels[index].lufs or -np.inf)
    return cut_excerpt(context.song, context.session.state(), [loudest], rng)


def _way(rng: np.random.Generator) -> float:
    return 1.0 if rng.random() < 0.5 else -1.0


def _moved(
    context: ToolContext, rng: np.random.Generator, size_db: float, apart: bool = False
) -> Drawn:
    """One stem is moved: which, which way and how far.

    apart: it is to be moved back, and comes by itself too, for a fader that is moved by ear.
    """
    index, excerpt = _one_stem(context, rng)
    gain_db = _way(rng) * size_db
    audio = {"before": excerpt.mix, "after": excerpt.changed(index, gain_db)}
    if apart:
        own = excerpt.stems[index]
        audio |= {STEM: apply_gain(own, gain_db), REST: excerpt.mix - own}
    made = _blank(excerpt, size_db=size_db, stem=context.names[index], gain_db=gain_db)
    return made, audio, False


def _partner(context: ToolContext, rng: np.random.Generator, size_db: float) -> Drawn:
    """The anchor alone, then others alone, each as loud as in the mix: which is nearest?"""
    anchor = context.anchor_index
    others = [index for index in _heard(context) if index != anchor]
    some = sorted(rng.permutation(others)[:MOST_COMPARED].tolist())
    excerpt = cut_excerpt(context.song, context.session.state(), [anchor, *some], rng)
    base, levels = excerpt.lufs(anchor), {at: excerpt.lufs(at) for at in some}
    if base is None:
        raise ToolError(f"{context.names[anchor]} is silent here: choose another anchor")
    heard = {at: lufs - base for at, lufs in levels.items() if lufs is not None}
    chosen, apart = _nearest_of(heard, size_db, rng)
    letters = dict(zip(LETTERS, (int(at) for at in rng.permutation(chosen)), strict=False))
    audio = {"anchor": excerpt.stems[anchor]}
    audio |= {letter: excerpt.stems[at] for letter, at in letters.items()}
    made = _blank(
        excerpt,
        size_db=apart,
        stem=context.names[chosen[0]],
        anchor=context.names[anchor],
        options={letter: context.names[at] for letter, at in letters.items()},
        levels_lu={context.names[at]: round(heard[at], 1) for at in chosen},
    )
    return made, audio, False


def _nearest_of(
    levels_lu: dict[int, float], size_db: float, rng: np.random.Generator
) -> tuple[list[int], float]:
    """Up to three stems, the nearest to the anchor first, and by how much it is the nearest."""
    off = {at: abs(level) for at, level in levels_lu.items()}
    pairs = [
        (one, other)
        for one in off
        for other in off
        if off[other] - off[one] >= LEAST_APART_LU
    ]  # fmt: skip
    if not pairs:
        raise ToolError(
            "all stems lie about as far from the anchor here: none is clearly the nearest, so "
            "choose another drill or another anchor"
        )
    one, other = min(pairs, key=lambda pair: abs(off[pair[1]] - off[pair[0]] - size_db))
    farther = [at for at in off if off[at] > off[other] and at != one]
    third = [int(rng.permutation(farther)[0])] if farther else []
    return [one, other, *third], round(off[other] - off[one], 1)


def _clipping(context: ToolContext, rng: np.random.Generator, size_db: float) -> Drawn:
    """One stem alone, one of its versions with the peaks cut off, at one loudness: which one?"""
    index, excerpt = _one_stem(context, rng)
    choice = LETTERS[int(rng.integers(len(LETTERS)))]
    audio = {letter: excerpt.stems[index] for letter in LETTERS}
    audio[choice] = clipped(excerpt.stems[index], size_db)
    made = _blank(excerpt, size_db=size_db, stem=context.names[index], choice=choice)
    return made, audio, True


def _loudness(context: ToolContext, rng: np.random.Generator, size_db: float) -> Drawn:
    """The whole mix twice, the second louder or quieter: by how much?"""
    excerpt = _mix(context, rng)
    gain_db = _way(rng) * size_db
    audio = {"A": excerpt.mix, "B": excerpt.mix * np.float32(10.0 ** (gain_db / 20.0))}
    return _blank(excerpt, size_db=size_db, gain_db=gain_db), audio, False


def _bias(context: ToolContext, rng: np.random.Generator, size_db: float) -> Drawn:
    """The same seconds twice, one of them LOUDER_DB louder: is one the better mix?"""
    excerpt = _mix(context, rng)
    gain_db = _way(rng) * LOUDER_DB
    audio = {"A": excerpt.mix, "B": excerpt.mix * np.float32(10.0 ** (gain_db / 20.0))}
    return _blank(excerpt, size_db=LOUDER_DB, gain_db=gain_db, choice=SAME), audio, False


_DRAWN: dict[str, Callable[[ToolContext, np.random.Generator, float], Drawn]] = {
    "hidden_change": _moved,
    "set_back": partial(_moved, apart=True),
    "partner": _partner,
    "clipping": _clipping,
    "loudness": _loudness,
    "bias": _bias,
}


def size_for(kind: str, difficulty: str, seed: int, number: int) -> float:
    """The size of a drill whose difficulty was named, in dB."""
    usual = {"easy": 6.0, "medium": 3.0, "hard": 1.5}[difficulty]
    if kind not in ("set_back", "loudness"):
        return usual * (2.0 if kind == "clipping" else 1.0)
    steps = np.random.default_rng([seed, number, 1]).integers(0, 5)
    return max(1.0, usual + 0.5 * float(steps) - 1.0)
