"""Does what the user hears count? Complaints in held-out phrasings, beside the observer's answer.

One rule: the observer is told the complaint as evidence (assistant/evidence.py), the listener only
the words; the product reads the words for stem and direction, and adds the evidence to what the
listener thinks without them. All judge the same mixes.

    python -m finetune.evaluate complaints --songs runs/songs --content runs/content
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.evidence import complaint_evidence, heed
from assistant.hearing import GRID
from assistant.sensitivity import among_several, balanced_threshold
from assistant.weighing import QUESTION, complaints_of
from finetune import talk
from finetune.desk import Desk
from finetune.evaluate_talk import hearing_of
from finetune.scenes import Scene, SongBank, draw_scene, teacher_posterior
from mixer.balance import BalancePrior
from mixer.roles import roles_from_names

WAYS = ("with", "against", "nothing")
SURE = 0.6  # a probability from which a contradiction is strong


@dataclass(frozen=True, eq=False)
class Complaint:
    """One mix, what its user says of one stem, and the observer's posteriors (S, 49)."""

    scene: Scene
    words: str
    stem: int
    needs_raise: bool
    is_true: bool  # the stem is at fault, and that way
    without: np.ndarray
    observer: np.ndarray


def draw_complaints(bank: SongBank, prior: BalancePrior, seed: int, rounds: int) -> list[Complaint]:
    """Per song and round: a true complaint, one about a stem in place, one about the wrong way."""
    drawn = []
    for number, record in enumerate(bank.records):
        for turn in range(rounds):
            for at, kind in enumerate(("true", "unfounded", "wrong way")):
                rng = np.random.default_rng([seed, number, turn, at])
                count = 0 if kind == "unfounded" else 1
                scene = draw_scene(record, prior, rng, count, own_names=False, all_stems=True)
                stem, needs_raise = int(rng.integers(1, len(scene.names))), bool(rng.random() < 0.5)
                if scene.flaws:
                    stem = scene.flaws[0].stem
                    needs_raise = (scene.flaws[0].gain_db < 0) == (kind == "true")
                drawn.append(_complaint(scene, prior, rng, stem, needs_raise, kind == "true"))
    return drawn


def _complaint(
    scene: Scene,
    prior: BalancePrior,
    rng: np.random.Generator,
    stem: int,
    needs_raise: bool,
    is_true: bool,
) -> Complaint:
    """A complaint in a held-out phrasing."""
    desk = Desk(scene, rng)
    intent = "complain_quiet" if needs_raise else "complain_loud"
    said = talk.about(desk, intent, True, stem, stem2=desk.say(desk.pick()))
    evidence = complaint_evidence(len(scene.names), stem, needs_raise)
    return Complaint(
        scene,
        said["content"],
        stem,
        needs_raise,
        is_true,
        teacher_posterior(scene, prior),
        teacher_posterior(scene, prior, None, evidence),
    )


def answer(posterior: np.ndarray, complaint: Complaint, threshold: float) -> str:
    """What is advised about the stem: "with" the complaint, "against" it, or "nothing"."""
    row = posterior[complaint.stem]
    up, down = row[GRID >= 1.5].sum(), row[GRID <= -1.5].sum()
    if among_several(up + down, len(posterior)) < threshold:
        return "nothing"
    return "with" if (up > down) == complaint.needs_raise else "against"


def is_contradicted(complaint: Complaint) -> bool:
    """Whether an observer without the words is sure of the opposite."""
    row = complaint.without[complaint.stem]
    opposite = GRID <= -1.5 if complaint.needs_raise else GRID >= 1.5
    return bool(row[opposite].sum() >= SURE)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m finetune.evaluate complaints", description=__doc__
    )
    parser.add_argument("--songs", type=Path, default=Path("runs/songs"))
    parser.add_argument("--content", type=Path, default=Path("runs/content"))
    parser.add_argument("--model", type=Path, help="listener folder (default: the shipped one)")
    parser.add_argument("--split", default="test")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threshold", type=float, help="default: the product's")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    from assistant.listener import EmbeddedListener

    threshold = balanced_threshold() if options.threshold is None else options.threshold
    bank = SongBank(options.songs, options.content, options.split)
    drawn = draw_complaints(bank, BalancePrior.load(), options.seed, options.rounds)
    listener = EmbeddedListener(options.model)
    heard = [hearing_of(one.scene) for one in drawn]
    said = [[{"role": "user", "content": one.words}] for one in drawn]
    asked = [[{"role": "user", "content": QUESTION}] for _ in drawn]
    judged = {
        "observer, told": [one.observer for one in drawn],
        "listener, told": [one.probability for one in listener.judge_many(heard, said)],
        "product, told": [
            heed(
                one, complaints_of(each.words, one.names, roles_from_names(one.names), listener)
            ).probability
            for one, each in zip(listener.judge_many(heard, asked), drawn, strict=True)
        ],
        "observer, not told": [one.without for one in drawn],
        "listener, not told": [one.probability for one in listener.judge_many(heard, asked)],
    }
    kinds = {
        "true": [k for k, one in enumerate(drawn) if one.is_true],
        "not true, meters not sure": [
            k for k, one in enumerate(drawn) if not one.is_true and not is_contradicted(one)
        ],
        "meters sure of the opposite": [k for k, one in enumerate(drawn) if is_contradicted(one)],
    }
    table = Table(title=f"complaints about {len(drawn)} mixes of {len(bank)} {options.split} songs")
    for column in ("complaint", "mixes", "advisor", "moves with it", "against it", "leaves it"):
        table.add_column(column)
    for kind, members in kinds.items():
        for name, posteriors in judged.items():
            told = [answer(posteriors[k], drawn[k], threshold) for k in members]
            shares = [
                np.mean([one == way for one in told]) for way in ("with", "against", "nothing")
            ]
            table.add_row(kind, str(len(members)), name, *(f"{share:.1%}" for share in shares))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
