"""How many simulated learners the staircase finds: `python -m tests.benchmark_staircase`.

One rule: the very staircase of the drills is asked; a learner differs from it in nothing but luck.
"""

import argparse

from tests.simulated_learner import ANSWERS, share_found

THRESHOLDS_DB = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
PLAYED = {4: "two stems, or clipping", 6: "three stems", 14: "seven stems, as the demo song has"}
UNPLAYED = {2: "no drill that tells a threshold", 3: "no drill that tells a threshold"}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=300)
    every = UNPLAYED | PLAYED
    parser.add_argument("--choices", type=int, nargs="+", default=list(every), choices=every)
    asked = parser.parse_args()
    learners = asked.learners
    print(
        f"share of {learners} learners found within 1 dB in {ANSWERS} answers, by threshold in dB"
    )
    print("choices  no idea ", *(f"{threshold_db:5g}" for threshold_db in THRESHOLDS_DB))
    for choices in asked.choices:
        for candour in (0.0, 0.5):
            shares = (share_found(one, choices, learners, candour=candour) for one in THRESHOLDS_DB)
            told = " ".join(f"{100 * share:4.0f}%" for share in shares)
            print(f"{choices:7d}  {candour:7.1f}  {told}  {every[choices]}", flush=True)


if __name__ == "__main__":
    main()
