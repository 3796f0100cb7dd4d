"""Does the listener understand? Held-out phrasings, one turn each: right tool, right arguments.

One rule: the phrasings tested here never meet training (every twelfth of each file in prompts/).

    python -m finetune.evaluate talk --songs runs/songs --content runs/content
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.hearing import Hearing, Step
from finetune import talk, talk_actions
from finetune.dialogues import READERS
from finetune.scenes import Scene, SongBank, draw_scene, teacher_posterior
from finetune.talk import Desk, Exchange
from mixer.balance import BalancePrior

STEMS = 6


def exchanges(scene: Scene, prior: BalancePrior, seed: int) -> dict[str, Exchange]:
    """One held-out exchange of every kind about a scene."""
    made = {}
    posterior = teacher_posterior(scene, prior)
    for name, maker in (("ask_advice", talk.ask_advice), ("complain", talk.complain)):
        desk = Desk(scene, np.random.default_rng([seed, len(made)]))
        made[name] = maker(desk, posterior, True)
    for maker, _ in (*READERS, *talk_actions.ACTIONS):
        desk = Desk(scene, np.random.default_rng([seed, len(made)]))
        made[maker.__name__] = maker(desk, True)
    return made


def expected(exchange: Exchange) -> dict | None:
    """The call that the exchange should lead to; None for words alone."""
    return (exchange.messages[1].get("tool_calls") or [None])[0]


def verdict(step: Step, wanted: dict | None) -> tuple[bool, bool]:
    """Whether the tool is right, and whether its arguments are too."""
    if wanted is None:
        return step.tool is None, step.tool is None
    if step.tool is None or step.tool.name != wanted["name"]:
        return False, False
    if wanted["name"] == "propose_moves":  # what to move is judged by `evaluate advice`
        return True, True
    said = {k: v for k, v in step.tool.arguments.items() if v is not None}
    return True, said == wanted["arguments"]


def hearing_of(scene: Scene) -> Hearing:
    """A scene as the product would hear it."""
    relative = scene.relative_profile
    hidden = scene.hidden.astype(np.float32)
    return Hearing(scene.names, 0, hidden, relative, scene.roles, np.zeros_like(relative))


def run(listener, bank: SongBank, rounds: int, seed: int) -> tuple[dict, Counter, list[str]]:
    """Counts by kind of (asked, tool right, arguments right); confusions; some misses."""
    prior = BalancePrior.load()
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    confused: Counter = Counter()
    misses = []
    for turn in range(rounds):
        record = bank.records[turn % len(bank)]
        rng = np.random.default_rng([seed, turn])
        scene = draw_scene(record, prior, rng, most_stems=STEMS)
        for kind, exchange in exchanges(scene, prior, seed * 1000 + turn).items():
            said = exchange.messages[0]["content"]
            step = listener.next_step(hearing_of(scene), [{"role": "user", "content": said}])
            wanted = expected(exchange)
            tool_right, all_right = verdict(step, wanted)
            counts[kind][0] += 1
            counts[kind][1] += tool_right
            counts[kind][2] += all_right
            got = step.tool.name if step.tool else "words"
            if not tool_right:
                confused[(wanted["name"] if wanted else "words", got)] += 1
            if not all_right:
                arguments = step.tool.arguments if step.tool else step.text
                misses.append(f"{kind}: {said!r} of {', '.join(scene.names)} -> {got} {arguments}")
    return counts, confused, misses


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m finetune.evaluate talk", description=__doc__)
    parser.add_argument("--songs", type=Path, default=Path("runs/songs"))
    parser.add_argument("--content", type=Path, default=Path("runs/content"))
    parser.add_argument("--model", type=Path, help="listener folder (default: the shipped one)")
    parser.add_argument("--rounds", type=int, default=20, help="scenes; each asks every kind once")
    parser.add_argument("--misses", type=int, default=12, help="how many misses to print")
    parser.add_argument("--nearest", action="store_true", help="read by nearest phrasing")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    from assistant.listener import EmbeddedListener

    listener = EmbeddedListener(options.model, reads=not options.nearest)
    listener.hold_out = True
    bank = SongBank(options.songs, options.content, "test")
    counts, confused, misses = run(listener, bank, options.rounds, options.seed)
    table = Table(title="held-out phrasings, one turn")
    for column in ("kind", "asked", "tool right", "and arguments"):
        table.add_column(column, justify="left" if column == "kind" else "right")
    for kind, (asked, tool, everything) in sorted(counts.items()):
        table.add_row(kind, str(asked), f"{tool / asked:.0%}", f"{everything / asked:.0%}")
    asked, tool, everything = (sum(row[k] for row in counts.values()) for k in range(3))
    table.add_row("all", str(asked), f"{tool / asked:.1%}", f"{everything / asked:.1%}")
    console = Console(width=140)
    console.print(table)
    for (wanted, got), number in confused.most_common(10):
        console.print(f"{number:3d}  {wanted} taken for {got}")
    for miss in misses[: options.misses]:
        console.print(miss, markup=False)


if __name__ == "__main__":
    main()
