"""A learner whose threshold is known, to be found out by the staircase.

One rule: it hears by the psychometric function, and where it does not it guesses or says so.
"""

import numpy as np

from assistant.staircase import SLOPE, Trial, chance_of_right, estimate, next_size_db

ANSWERS = 30


def found_db(
    threshold_db: float, guess: float, seed: int, candour: float = 0.0, slope: float = SLOPE
) -> float:
    """The estimate after 30 answers; candour: how often "no idea" is said instead of a guess."""
    rng = np.random.default_rng([seed, 7])
    trials: list[Trial] = []
    for _ in range(ANSWERS):
        size_db = next_size_db(trials, guess)
        right = chance_of_right(size_db, threshold_db, guess, slope)
        hears, says_so, guesses_right = rng.random(3) < (
            (right - guess) / (1 - guess),
            candour,
            guess,
        )
        no_idea = bool(says_so and not hears)
        found = bool(hears or (guesses_right and not no_idea))
        trials.append(Trial(size_db, found, guess, no_idea))
    return estimate(trials).threshold_db


def share_found(threshold_db: float, choices: int, learners: int, **how: float) -> float:
    """The share of simulated learners who are found within 1 dB."""
    found = [found_db(threshold_db, 1 / choices, seed, **how) for seed in range(learners)]
    return float(np.mean(np.abs(np.array(found) - threshold_db) <= 1.0))
