"""Held-out talk of people (MixAssist): does what is advised point as the expert's words do?

One rule: only what the rows hold is scored. They have no stems and no gains, so the system is given
a band at usual levels and the amateur's words; the expert's direction is read from prose by rule,
its count is printed, and chance is the same answers against other rows' experts.

    python -m finetune.evaluate mixassist [--source FOLDER] [--model FOLDER]
"""

import argparse
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.acting import CHANGES
from assistant.complaint_words import clauses, words_of_text
from assistant.complaints import complaints_in
from assistant.hearing import Hearing, Step
from finetune.mixassist import MixAssistError, Turn, read_turns
from mixer.balance import BalancePrior
from mixer.loudness import LEVEL_ENTRIES, PLAYS, PROFILE_SIZE, relative_profile

# A band as the words of a session name it, and the role of each part.
BAND = {
    "kick": "kick", "snare": "snare", "hats": "hats", "toms": "percussion", "drums": "drums",
    "bass": "bass", "guitars": "electric guitar", "acoustic guitar": "acoustic guitar",
    "keys": "piano", "synth": "synth pad", "vocals": "lead vocal",
    "backing vocals": "backing vocals",
}  # fmt: skip
ANCHOR = "drums"
SHUFFLES = 1000
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_UP = re.compile(r"\b(?:up|louder|rais\w+|boost\w*|push\w*|bring\w* out|forward|hotter)\b")
_DOWN = re.compile(
    r"\b(?:down|quieter|lower\w*|softer|reduc\w+|drop\w*|pull\w* back|duck\w*|tuck\w*|back off)\b"
)
# Words by which a clause is of something else than a fader: spectrum, pitch, time, another deed.
_ELSEWHERE = re.compile(
    r"\b(?:hz|khz|frequenc\w+|eq|shelf|highs?|lows?|low end|mids?|treble|db/oct|octave|pitch|tun\w+"
    r"|reverb|delay|compress\w*|threshold|attack|release|gain reduction|pan\w*"
    r"|not|n't|don't|never)\b"
)

Claims = dict[str, int]  # part of the band: 1 it should be louder, -1 quieter
Advice = Callable[[Turn], Claims]


def claims(text: str) -> Claims:
    """Which parts a text wants louder or quieter: complaints about level, and plain advice.

    A part that is pointed both ways is left out, as is a clause about tone, time or place.
    """
    names, roles = tuple(BAND), tuple(BAND.values())
    pointed: dict[str, set[int]] = {}
    for sentence in _SENTENCE.split(text):
        for complaint in complaints_in(sentence, names, roles):
            pointed.setdefault(complaint.stem, set()).add(complaint.sign)
        for clause in clauses(words_of_text(sentence, names, roles)):
            plain = " ".join(word for word in clause if isinstance(word, str))
            stems = {stem for word in clause if isinstance(word, tuple) for stem in word}
            ways = {sign for sign, told in ((1, _UP), (-1, _DOWN)) if told.search(plain)}
            if len(stems) == 1 and len(ways) == 1 and not _ELSEWHERE.search(plain):
                pointed.setdefault(stems.pop(), set()).update(ways)
    return {stem: ways.pop() for stem, ways in pointed.items() if len(ways) == 1}


@dataclass(frozen=True)
class Agreement:
    """Rows in which the expert points somewhere, those answered for a same part, those alike."""

    rows: int
    answered: int
    alike: int
    chance: float

    @property
    def share(self) -> float:
        """Of the answered rows, those that point as the expert does; NaN where there is none."""
        return self.alike / self.answered if self.answered else float("nan")


def agreement(wanted: Sequence[Claims], said: Sequence[Claims], seed: int = 0) -> Agreement:
    """Compare claims row by row, on parts of which both speak; a row counts once, all alike."""
    rows = [at for at, claim in enumerate(wanted) if claim]
    alike, answered = _alike([wanted[at] for at in rows], [said[at] for at in rows])
    rng, by_chance = np.random.default_rng(seed), [0, 0]
    for _ in range(SHUFFLES if rows else 0):
        order = rng.permutation(rows)
        got = _alike([wanted[at] for at in order], [said[at] for at in rows])
        by_chance = [sum(pair) for pair in zip(by_chance, got, strict=True)]
    chance = by_chance[0] / by_chance[1] if by_chance[1] else float("nan")
    return Agreement(len(rows), answered, alike, chance)


def _alike(wanted: Sequence[Claims], said: Sequence[Claims]) -> tuple[int, int]:
    """How many rows are alike and how many are answered."""
    both = [
        [want[part] == say[part] for part in want.keys() & say.keys()]
        for want, say in zip(wanted, said, strict=True)
    ]
    return sum(bool(row) and all(row) for row in both), sum(map(bool, both))


def neutral_hearing() -> Hearing:
    """The band at usual levels, without sound."""
    names, roles = tuple(BAND), tuple(BAND.values())
    mean, _ = BalancePrior.load().moments(roles, None, np.ones(len(roles)))
    profiles = np.zeros((len(names), PROFILE_SIZE), np.float32)
    profiles[:, LEVEL_ENTRIES] = (np.asarray(mean, np.float32) - 20.0)[:, None]
    profiles[:, PLAYS] = 1.0
    anchor = names.index(ANCHOR)
    hidden = np.zeros((len(names), 8, 256), np.float32)
    return Hearing(names, anchor, hidden, relative_profile(profiles, anchor), roles, profiles)


def of_step(step: Step) -> Claims:
    """Which way a call moves each part; nothing for words and other tools."""
    moves = step.tool.arguments.get("moves") if step.tool else None
    return {move["stem"]: 1 if move["gain_db"] > 0 else -1 for move in moves or ()}


def show(turns: Sequence[Turn], systems: Mapping[str, Advice], acts: Counter[str]) -> None:
    """Print who agrees with the experts, and what the listener did."""
    wanted = [claims(turn.answer) for turn in turns]
    table = Table(title=f"MixAssist, {len(turns)} turns with content")
    for column in ("system", "experts that point", "answered", "alike", "by chance"):
        table.add_column(column, justify="left" if column == "system" else "right")
    for name, advise in systems.items():
        found = agreement(wanted, [advise(turn) for turn in turns])
        share = f"{found.alike} ({found.share:.0%})" if found.answered else "-"
        chance = f"{found.chance:.0%}" if found.answered else "-"
        table.add_row(name, str(found.rows), str(found.answered), share, chance)
    Console(width=120).print(table)
    if acts:
        done = sum(count for act, count in acts.items() if act in CHANGES)
        told = ", ".join(f"{count} {act}" for act, count in acts.most_common())
        print(f"the listener's first steps: {told}; {done} would change the mix")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m finetune.evaluate mixassist",
                                     description=__doc__)  # fmt: skip
    parser.add_argument("--source", type=Path, help="a copy of the data set (default: the hub)")
    parser.add_argument("--model", type=Path, help="listener folder (default: the shipped one)")
    parser.add_argument("--no-listener", action="store_true", help="the words alone")
    options = parser.parse_args(arguments)
    try:
        turns = read_turns("test", options.source)
    except MixAssistError as error:
        parser.exit(2, f"mixassist: {error}\n")
    systems: dict[str, Advice] = {"the amateur's own words": lambda turn: claims(turn.said)}
    acts: Counter[str] = Counter()
    if not options.no_listener:
        from assistant.listener import EmbeddedListener

        listener, hearing = EmbeddedListener(options.model), neutral_hearing()

        def advised(turn: Turn) -> Claims:
            messages = [{"role": "user", "content": turn.said}]
            step = listener.next_step(hearing, messages)
            acts[step.tool.name if step.tool else "words"] += 1
            if step.judgement is None:
                return of_step(step)
            judged = listener.judge(hearing, messages, "level")  # there is no sound to go by
            return {move.stem: 1 if move.gain_db > 0 else -1 for move in judged.moves()}

        systems["the listener, usual levels"] = advised
    show(turns, systems, acts)


if __name__ == "__main__":
    main()
