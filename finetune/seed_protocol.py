"""The seed's protocol (MixingBuddy-gain): its segments, its 30 trials a segment, its marks.

One rule: answers are read off posteriors by finetune/scoring.py, never off text, and they may name
only what the protocol may have flawed: bass, drums or vocals, and not the anchor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.hearing import Hearing
from finetune.fit_balance import MIXTURE_GATE_DBFS, STEM_GATE_DBFS
from finetune.flaws import LEAST_DB, SEED_CLASSES, Flaw
from finetune.level_rows import SEED_EDGE_DB, STEMS
from finetune.observer import GRID, KEEP
from finetune.scoring import Case, Judged, judge, p_fault

SEGMENT_S, FRAME_S = 10.0, 0.05
ACTIVE_SHARE = 0.20  # of all stems' frames, each loud enough for the stem gate
CLASSES = tuple(SEED_CLASSES)
NONE = CLASSES.index("none")
FLAWED = ("bass", "drums", "vocals")  # anchors and targets; `other` is never either
OTHER = STEMS.index("other")
_SILENCE_DBFS = -200.0


@dataclass(frozen=True, eq=False)
class Segment:
    """A stretch of a song at its own balance.

    levels (4,): of STEMS in dB up to a common offset, NaN where the song lacks the stem.
    hearing: what a listener takes in, and which of STEMS each of its stems is.
    """

    song: str
    levels: np.ndarray
    hearing: Hearing | None = None
    stems: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Trials:
    """One entry a trial (n,): which segment, anchor, target (of STEMS), class and added gain.

    levels (n, 4): with the gain in. Untouched trials have a target too, which nothing was done to.
    """

    segment: np.ndarray
    song: np.ndarray
    anchor: np.ndarray
    target: np.ndarray
    category: np.ndarray
    gain_db: np.ndarray
    levels: np.ndarray

    def __len__(self) -> int:
        return len(self.segment)

    @property
    def faulty(self) -> np.ndarray:
        """Which trials (n,) have a fault."""
        return self.category != NONE

    @property
    def direction(self) -> np.ndarray:
        """The needed move's sign (n,): 1 = raise, -1 = lower, 0 = leave it."""
        return np.sign(NONE - self.category)

    @property
    def once_weight(self) -> np.ndarray:
        """Weights (n,) with which the equal untouched records of a segment count as one."""
        records = np.bincount(self.segment, ~self.faulty)
        return np.where(self.faulty, 1.0, 1.0 / np.maximum(records[self.segment], 1.0))

    def taken(self, index: np.ndarray) -> "Trials":
        """The trials at these indices."""
        return Trials(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Advisor:
    """Whoever answers: posteriors (n, 4, 49) of trials, and when a fault is called.

    threshold: of the likeliest stem's P(fault); None: when it is likelier than no fault at all.
    """

    name: str
    posterior: Callable[[Trials], np.ndarray]
    threshold: float | None = None


@dataclass(frozen=True, eq=False)
class Marks:
    """What an advisor got right, by the seed's definitions, one entry a trial (n,).

    stem, direction, joint: of an untouched trial all three mean that nothing was flagged.
    magnitude: the band (3-6 or 6-12 dB), whichever stem was named; False on untouched trials.
    error_db: |needed - advised move| on the target, where naming another stem advises 0.
    """

    trials: Trials
    judged: Judged
    flagged: np.ndarray
    stem: np.ndarray
    direction: np.ndarray
    magnitude: np.ndarray
    error_db: np.ndarray

    @property
    def joint(self) -> np.ndarray:
        """Stem and direction right."""
        return self.stem & self.direction


def gated_levels(stems: np.ndarray, sample_rate: int) -> np.ndarray | None:
    """RMS levels (stems,) in dBFS of mono stems (stems, samples), None if the seed's gates close.

    The mixture is their sum in floating point, so nothing clips.
    """
    levels = rms_dbfs(stems)
    if levels.min() <= STEM_GATE_DBFS or rms_dbfs(stems.sum(axis=0)) <= MIXTURE_GATE_DBFS:
        return None
    frame = round(FRAME_S * sample_rate)
    frames = stems[:, : stems.shape[1] // frame * frame].reshape(len(stems), -1, frame)
    active = np.mean(rms_dbfs(frames) > STEM_GATE_DBFS)
    return levels if active >= ACTIVE_SHARE else None


def rms_dbfs(audio: np.ndarray) -> np.ndarray:
    """RMS in dBFS over the last axis."""
    power = np.mean(np.square(audio, dtype=np.float64), axis=-1)
    return 10.0 * np.log10(np.maximum(power, 10.0 ** (_SILENCE_DBFS / 10.0)))


def enumerate_trials(segments: Sequence[Segment], seed: int) -> Trials:
    """Every anchor, target and class of every segment, the gain even inside its band."""
    rows, levels = [], []
    for number, segment in enumerate(segments):
        rng = np.random.default_rng([seed, number])
        present = [STEMS.index(stem) for stem in FLAWED]
        present = [stem for stem in present if np.isfinite(segment.levels[stem])]
        for anchor in present:
            for target in present:
                for category, (low, high) in enumerate(SEED_CLASSES.values()):
                    if target != anchor:
                        gain_db = float(rng.uniform(low, high))
                        rows.append((number, anchor, target, category, gain_db))
                        levels.append(segment.levels + gain_db * np.eye(4)[target])
    if not rows:
        raise ValueError(
            f"{len(segments)} segments give no trial: need at least two of "
            f"{', '.join(FLAWED)} in one (check that the stems' names tell what they are)"
        )
    number, anchor, target, category, gain_db = map(np.array, zip(*rows, strict=True))
    songs = np.array([segment.song for segment in segments])
    return Trials(number, songs[number], anchor, target, category, gain_db, np.array(levels))


def alike(trials: Trials) -> tuple[np.ndarray, np.ndarray]:
    """Indices of trials that differ, and for every trial which of those it equals.

    Under one anchor the untouched trials of a segment are one and the same question.
    """
    target = np.where(trials.faulty, trials.target, -1)
    keys = np.column_stack([trials.segment, trials.anchor, target, trials.gain_db])
    _, first, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return first, which.reshape(-1)


def mark(trials: Trials, posterior: np.ndarray, threshold: float | None) -> Marks:
    """Read one answer off every posterior (n, 4, 49) and hold it against the truth."""
    asked = posterior.copy()
    asked[:, OTHER] = np.eye(len(GRID))[KEEP]
    asked[np.arange(len(trials)), trials.anchor] = np.eye(len(GRID))[KEEP]
    cases = [
        Case(one, int(anchor), (Flaw(int(target), float(gain)),) if gain else (), song)
        for one, anchor, target, gain, song in zip(
            asked, trials.anchor, trials.target, trials.gain_db, trials.song, strict=True
        )
    ]
    judged = judge(cases)
    called, far = map(np.array, zip(*map(_call, asked), strict=True))
    flagged = called if threshold is None else judged.told > threshold
    faulty = trials.faulty
    very = np.abs(trials.category - NONE) == 2
    advised_db = np.where(flagged & judged.stem_right, judged.move_db, 0.0)
    error_db = np.abs(judged.needed_db - advised_db)
    return Marks(
        trials=trials,
        judged=judged,
        flagged=flagged,
        stem=np.where(faulty, flagged & judged.stem_right, ~flagged),
        direction=np.where(faulty, flagged & judged.direction_right, ~flagged),
        magnitude=faulty & flagged & (far == very),
        error_db=error_db,
    )


def _call(posterior: np.ndarray) -> tuple[bool, bool]:
    """Whether the likeliest fault outweighs there being none, and whether it is 6 dB or more."""
    fault = p_fault(posterior)
    row = posterior[int(np.argmax(fault))]
    raised, lowered = row[GRID >= LEAST_DB].sum(), row[GRID <= -LEAST_DB].sum()
    size = GRID if raised > lowered else -GRID
    beyond = row[size > SEED_EDGE_DB].sum() + 0.5 * row[size == SEED_EDGE_DB].sum()
    within = row[size >= LEAST_DB].sum() - beyond
    return bool(max(raised, lowered) > 1.0 - fault.sum()), bool(beyond > within)
