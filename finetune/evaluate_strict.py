"""The strict protocol: every advisor on the same rendered mixes, under well-posed labels.

One rule: the balance distribution of rendered songs is known, so the ideal observer's row is the
ceiling, and every claim about the listener stands beside it.

    python -m finetune.evaluate strict --songs runs/songs --content runs/content [--only main …]
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from finetune import (
    strict_ablation,
    strict_breakdowns,
    strict_invariance,
    strict_limit,
    strict_loop,
    strict_main,
    strict_points,
    strict_psychometric,
    strict_reliability,
)
from finetune.scenes import SongBank
from finetune.strict_study import Study, make_panel
from mixer.balance import BalancePrior

SECTIONS = ("main", "psychometric", "invariances", "ablations", "loop", "breakdowns", "reliability",
            "limit", "points")  # fmt: skip
ELSEWHERE = (
    "12 and 14 (tools, grounding): python -m finetune.evaluate talk. 15 and 16 (a judge of texts, "
    "a listening test with people) were not made."
)


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    from assistant.listener import EmbeddedListener
    from assistant.sensitivity import balanced_threshold

    console = Console(width=200)
    prior, listener = BalancePrior.load(), EmbeddedListener(options.model)
    panel = make_panel(prior, listener, options.seed)
    threshold = balanced_threshold() if options.threshold is None else options.threshold

    def study_of(split: str) -> Study:
        bank = SongBank(options.songs, options.content, split)
        bank.records = bank.records[: options.limit]
        return Study(bank, prior, panel, threshold, options.rounds, options.seed, listener)

    study = study_of(options.split)
    for section in SECTIONS:
        if section not in (options.only or SECTIONS):
            continue
        if section == "main":
            strict_main.show(study, console)
        elif section == "psychometric":
            strict_psychometric.show(study, console)
        elif section == "invariances":
            strict_invariance.show(study, console)
        elif section == "ablations":
            train = SongBank(options.songs, options.content, "train")
            strict_ablation.show(study, console, train, options.train_songs)
        elif section == "loop":
            strict_loop.show(study, console)
        elif section == "breakdowns":
            strict_breakdowns.show(study, console)
        elif section == "reliability":
            strict_reliability.show(study, console, options.plots)
        elif section == "limit":
            strict_limit.show(study, console, SongBank(options.songs, options.content, "train"))
        else:
            real = strict_points.tuned_on(options.real, options.cache) if options.real else []
            strict_points.show(study_of("valid"), console, real, options.write_points)
    console.print(ELSEWHERE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m finetune.evaluate strict", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, help="sections (default: all)")
    parser.add_argument("--songs", type=Path, default=Path("runs/songs"))
    parser.add_argument("--content", type=Path, default=Path("runs/content"))
    parser.add_argument("--model", type=Path, help="listener folder (default: the shipped one)")
    parser.add_argument("--split", default="test", help="points are always set on valid")
    parser.add_argument("--rounds", type=int, default=4, help="balances per song")
    parser.add_argument("--limit", type=int, help="at most so many songs")
    parser.add_argument("--train-songs", type=int, default=600, help="songs for the linear probe")
    parser.add_argument("--threshold", type=float, help="default: the product's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--real", type=Path, help="real songs that points must hold for as well")
    parser.add_argument("--cache", type=Path, default=Path("runs/real"), help="what was measured")
    parser.add_argument("--write-points", type=Path, help="JSON of the operating points")
    parser.add_argument("--plots", type=Path, help="folder for reliability.png and curve.png")
    return parser


if __name__ == "__main__":
    main()
