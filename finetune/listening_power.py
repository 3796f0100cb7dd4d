"""How large a listening test must be: simulated studies whose true effects are known.

One rule: what is simulated goes through the very analysis that real answers go through. Plan before
listening, and keep to it:

    python -m finetune.listening_power --listeners 12 --songs 6 --systems 4 --difference 10
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from assistant.listen_test.analysis import observed
from assistant.listen_test.answers import Result
from assistant.listen_test.mixed_effects import Fit, fit


@dataclass(frozen=True)
class People:
    """A study: true worths by system, and standard deviations of what varies, in marks.

    listener, song: of their mean marks; listener_system, song_system: of how much each favours a
    system; residual: of one judgement. Defaults are of the size that mixing tests report.
    """

    worths: tuple[float, ...]
    listeners: int = 12
    songs: int = 6
    listener: float = 10.0
    song: float = 6.0
    listener_system: float = 6.0
    song_system: float = 6.0
    residual: float = 12.0
    compared: bool = False

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(f"system {place}" for place in range(len(self.worths)))


def simulate(people: People, rng: np.random.Generator) -> list[Result]:
    """One study's answers; marks are not cut at 0 and 100, so that the truth stays the truth."""
    count, songs, systems = people.listeners, people.songs, len(people.worths)
    own = rng.normal(0.0, people.listener_system, (count, 1, systems))
    songs_own = rng.normal(0.0, people.song_system, (1, songs, systems))
    worth = np.array(people.worths) + own + songs_own
    if not people.compared:
        worth = worth + 50.0 + rng.normal(0.0, people.listener, (count, 1, 1))
        worth = worth + rng.normal(0.0, people.song, (1, songs, 1))
    asked = list(combinations(range(systems), 2)) if people.compared else range(systems)
    results = []
    for listener, song in np.ndindex(count, songs):
        for one in asked:
            of, other = one if isinstance(one, tuple) else (one, None)
            value = worth[listener, song, of] + rng.normal(0.0, people.residual)
            value -= 0.0 if other is None else worth[listener, song, other]
            results.append(_answer(people, listener, song, of, other, float(value)))
    return results


def _answer(
    people: People, listener: int, song: int, of: int, other: int | None, value: float
) -> Result:
    names = people.systems
    compared_to, item = ("", "quality") if other is None else (names[other], "preference")
    return Result(
        f"L{listener:03d}", 1, f"song {song}", names[of], compared_to, "system", item, value,
        "A", 5.0, 30.0, "", "", "",
    )  # fmt: skip


@dataclass(frozen=True)
class Found:
    """Over many studies: how often an interval held the truth, and how often it excluded 0."""

    studies: int
    covered: float
    found: float


def study_differences(
    people: People, studies: int, seed: int, pair: Sequence[int] = (0, 1)
) -> Found:
    """Simulate studies and look at the difference of two systems in each."""
    first, second = (people.systems[at] for at in pair)
    truth = people.worths[pair[0]] - people.worths[pair[1]]
    covered = found = 0
    for study in range(studies):
        fitted: Fit = fit(observed(simulate(people, np.random.default_rng([seed, study]))))
        estimate = fitted.difference(first, second)
        covered += estimate.low <= truth <= estimate.high
        found += not estimate.low <= 0.0 <= estimate.high
    return Found(studies, covered / studies, found / studies)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, default=12)
    parser.add_argument("--songs", type=int, default=6)
    parser.add_argument("--systems", type=int, default=4)
    parser.add_argument(
        "--difference", type=float, default=10.0, help="true one, in marks of 0 to 100"
    )
    parser.add_argument("--compared", action="store_true", help="pairs instead of marks")
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    worths = (arguments.difference, *(0.0,) * (arguments.systems - 1))
    people = People(worths, arguments.listeners, arguments.songs, compared=arguments.compared)
    result = study_differences(people, arguments.studies, arguments.seed)
    print(
        f"{result.studies} studies of {people.listeners} listeners, {people.songs} songs, "
        f"{len(worths)} systems: a difference of {arguments.difference:g} is found in "
        f"{result.found:.0%}, the 95 % interval holds it in {result.covered:.1%}"
    )


if __name__ == "__main__":
    main()
