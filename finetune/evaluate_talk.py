"""Does the listener understand? One turn each: the right tool, with the right arguments.

Two tests. Held-out phrasings: every twelfth of each file in prompts/, which never meet training.
Strangers: messages written by someone who had not seen the phrasings (finetune/strangers.yaml).

    python -m finetune.evaluate talk --songs runs/songs --content runs/content
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import numpy as np
import yaml
from rich.console import Console
from rich.table import Table

from assistant.acting import CHANGES, doubt
from assistant.hearing import Hearing, Step
from assistant.said import Said
from finetune import talk, talk_actions
from finetune.desk import Desk
from finetune.dialogues import READERS
from finetune.scenes import Scene, SongBank, draw_scene, teacher_posterior
from finetune.stranger_songs import held_out_stems
from finetune.talk import Exchange
from mixer.balance import BalancePrior
from mixer.loudness import LEVEL_ENTRIES, PLAYS, relative_profile

STEMS = 6
TOOL_ONLY = frozenset({"propose_moves", "explain"})  # the advice is judged by `evaluate strict`


@dataclass(frozen=True, eq=False)
class Case:
    """One message about a mix, and the call it should lead to (None: words alone)."""

    kind: str
    hearing: Hearing
    said: str
    wanted: dict | None


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


def held_out(bank: SongBank, rounds: int, seed: int) -> Iterator[Case]:
    """Every kind of exchange in a held-out phrasing, about `rounds` scenes."""
    prior = BalancePrior.load()
    for turn in range(rounds):
        rng = np.random.default_rng([seed, turn])
        scene = draw_scene(bank.records[turn % len(bank)], prior, rng, most_stems=STEMS)
        hearing = hearing_of(scene)
        for kind, exchange in exchanges(scene, prior, seed * 1000 + turn).items():
            wanted = (exchange.messages[1].get("tool_calls") or [None])[0]
            yield Case(kind, hearing, exchange.messages[0]["content"], wanted)


def strangers(bank: SongBank, seed: int) -> Iterator[Case]:
    """The messages of strangers, about stems of held-out songs that have the roles they name."""
    prior, rng = BalancePrior.load(), np.random.default_rng(seed)
    songs = yaml.safe_load(files("finetune").joinpath("strangers.yaml").read_text())
    for song in songs:
        names, roles = tuple(song["stems"]), tuple(song["stems"].values())
        hearing = _hearing_with(names, roles, bank, prior, rng)
        for asked in song["asked"]:
            tool, arguments = asked["tool"], asked.get("arguments")
            wanted = None if tool is None else {"name": tool, "arguments": arguments or {}}
            yield Case(tool or "words", hearing, asked["say"], wanted)


def _hearing_with(
    names: tuple[str, ...],
    roles: tuple[str, ...],
    bank: SongBank,
    prior: BalancePrior,
    rng: np.random.Generator,
) -> Hearing:
    """A song put together from held-out stems of these roles, at levels drawn from the prior."""
    chosen = held_out_stems(roles, bank, rng)
    profiles = np.stack([record.profile[row] for record, row in chosen])
    shift = prior.draw(roles, chosen[0][0].genre, rng, plays=profiles[:, PLAYS]) - profiles[:, 0]
    profiles[:, LEVEL_ENTRIES] += shift[:, None].astype(np.float32)
    content = np.stack([record.hidden[row] for record, row in chosen if record.hidden is not None])
    relative = relative_profile(profiles, 0)
    return Hearing(names, 0, content.astype(np.float32), relative, roles, profiles)


def hearing_of(scene: Scene) -> Hearing:
    """A scene as the product would hear it."""
    relative = scene.relative_profile
    hidden = scene.hidden.astype(np.float32)
    return Hearing(scene.names, 0, hidden, relative, scene.roles, np.zeros_like(relative))


def verdict(step: Step, wanted: dict | None) -> tuple[bool, bool]:
    """Whether the tool is right, and whether its arguments are too."""
    if wanted is None:
        return step.tool is None, step.tool is None
    if step.tool is None or step.tool.name != wanted["name"]:
        return False, False
    if wanted["name"] in TOOL_ONLY:
        return True, True
    said = {k: v for k, v in step.tool.arguments.items() if v is not None}
    if wanted["name"] == "shape_sound":  # there are many ways to say how it should sound
        return True, said.get("stem") == wanted["arguments"]["stem"]
    return True, _unordered(said) == _unordered(wanted["arguments"])


def _unordered(arguments: dict) -> dict:
    """Arguments with their moves by stem: in which order they come does not matter."""
    moves = sorted(arguments.get("moves") or (), key=lambda move: move["stem"])
    return {**arguments, "moves": moves}


@dataclass
class Outcome:
    """What came of a test.

    counts: by kind (asked, tool right, arguments right). fate: calls by what would become of them:
    right or wrong, done or asked back (assistant/acting.py), where they change the mix.
    """

    counts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    confused: Counter = field(default_factory=Counter)
    fate: Counter = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)


def run(listener, cases: Iterator[Case]) -> Outcome:
    """Ask the listener, and compare."""
    outcome = Outcome()
    counts, confused, misses = outcome.counts, outcome.confused, outcome.misses
    for case in cases:
        step = listener.next_step(case.hearing, [{"role": "user", "content": case.said}])
        tool_right, all_right = verdict(step, case.wanted)
        counts[case.kind][0] += 1
        counts[case.kind][1] += tool_right
        counts[case.kind][2] += all_right
        if step.tool is not None and step.tool.name in CHANGES:
            heard = case.hearing
            said = Said((case.said,), heard.names, heard.roles, anchor=heard.anchor)
            why = doubt(step.tool, step.certainty, said)
            outcome.fate[("right" if all_right else "wrong", "asked back" if why else "done")] += 1
        got = step.tool.name if step.tool else "words"
        if not tool_right:
            confused[(case.wanted["name"] if case.wanted else "words", got)] += 1
        if not all_right:
            told = step.tool.arguments if step.tool else step.text
            wanted = case.wanted["arguments"] if case.wanted else "words"
            stems = ", ".join(case.hearing.names)
            misses.append(f"{case.kind}: {case.said!r} of {stems} -> {got} {told}, wanted {wanted}")
    return outcome


def show(title: str, outcome: Outcome, misses: int) -> None:
    """Print the table of one test, what was taken for what, and some misses."""
    counts = outcome.counts
    table = Table(title=title)
    for column in ("kind", "asked", "tool right", "and arguments"):
        table.add_column(column, justify="left" if column == "kind" else "right")
    for kind, (asked, tool, everything) in sorted(counts.items()):
        table.add_row(kind, str(asked), f"{tool / asked:.0%}", f"{everything / asked:.0%}")
    asked, tool, everything = (sum(row[k] for row in counts.values()) for k in range(3))
    table.add_row("all", str(asked), f"{tool / asked:.1%}", f"{everything / asked:.1%}")
    console = Console(width=160)
    console.print(table)
    told = ", ".join(f"{n} {right} and {done}" for (right, done), n in outcome.fate.most_common())
    console.print(f"calls that change the mix: {told}")
    for (wanted, got), number in outcome.confused.most_common(10):
        console.print(f"{number:3d}  {wanted} taken for {got}")
    for miss in outcome.misses[:misses]:
        console.print(miss, markup=False)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m finetune.evaluate talk", description=__doc__)
    parser.add_argument("--songs", type=Path, default=Path("runs/songs"))
    parser.add_argument("--content", type=Path, default=Path("runs/content"))
    parser.add_argument("--model", type=Path, help="listener folder (default: the shipped one)")
    parser.add_argument("--rounds", type=int, default=20, help="scenes; each asks every kind once")
    parser.add_argument("--misses", type=int, default=12, help="how many misses to print")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    from assistant.listener import EmbeddedListener

    listener = EmbeddedListener(options.model)
    bank = SongBank(options.songs, options.content, "test")
    tests = {
        "held-out phrasings, one turn": held_out(bank, options.rounds, options.seed),
        "strangers' messages, one turn": strangers(bank, options.seed),
    }
    for title, cases in tests.items():
        show(title, run(listener, cases), options.misses)


if __name__ == "__main__":
    main()
