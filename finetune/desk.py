"""The session as generated talk sees it: a scene's stems, levels, versions and open proposal.

One rule: whatever a user could mean by a word must be one stem of the song.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

import prompts
from assistant.context import rounded
from assistant.tools_levels import level_row
from finetune.scenes import Scene
from mixer.loudness import Level
from mixer.roles import words_of

MOVING = frozenset({"apply_moves"})  # the calls that a turn can take further


def stems_of(arguments: dict) -> list[str]:
    """The stems that a call's arguments name, what they are set against left out."""
    moves = [move["stem"] for move in arguments.get("moves") or ()]
    one = [arguments["stem"]] if "stem" in arguments else []
    return [*moves, *one, *(arguments.get("stems") or ())]


@dataclass
class Desk:
    """The session as the talk sees it: levels, versions and the open proposal."""

    scene: Scene
    rng: np.random.Generator
    version: int = 0
    proposal: list[dict] | None = None
    takes: int = 0
    posterior: np.ndarray | None = None  # what the observer thinks of the scene
    moved: list[dict] = field(default_factory=list)  # the fader moves of the last change, if any
    subject: int | None = None  # the one stem that was spoken of last
    pronoun: str | None = None  # what the subject is called in the turn in progress, if not named
    asked: str | None = None  # "level" or "balance": what was last asked of that stem
    states: list[tuple[str, np.ndarray]] = field(init=False)  # what was set, LUFS of every stem

    def __post_init__(self) -> None:
        offset = self.rng.uniform(-30.0, -14.0) - self.scene.levels[0]
        self.states = [("as opened", self.scene.levels + offset)]

    @property
    def lufs(self) -> np.ndarray:
        """The level (S,) of every stem as it stands."""
        return self.states[self.version][1]

    @property
    def setting(self) -> str:
        """What is set as it stands, as the tools tell it."""
        return self.states[self.version][0]

    @property
    def names(self) -> tuple[str, ...]:
        return self.scene.names

    @property
    def anchor(self) -> str:
        return self.names[0]

    @property
    def goes_on(self) -> bool:
        """Whether there is anything that a next turn could go on from."""
        return bool(self.moved or self.proposal or self.asked) or self.subject is not None

    @property
    def moved_stems(self) -> set[str]:
        """The stems of the last fader moves."""
        return {move["stem"] for move in self.moved}

    def note(self, messages: Sequence[dict], asked: str | None) -> None:
        """Take in a turn: what the next one may go on from."""
        calls = [one for message in messages for one in message.get("tool_calls", ())]
        self.asked = asked
        if not calls:
            return
        if calls[-1]["name"] not in MOVING:
            self.moved = []
        stems = {name for one in calls for name in stems_of(one["arguments"])}
        self.subject = self.names.index(stems.pop()) if len(stems) == 1 else None

    def pick(self, anchor_too: bool = True) -> int:
        """A random stem, or the one that a pronoun stands for."""
        if self.pronoun is not None and self.subject is not None:
            return self.subject
        return int(
            self.rng.integers(0 if anchor_too or len(self.names) < 2 else 1, len(self.names))
        )

    def say(self, index: int) -> str:
        """How a user would call a stem."""
        if self.pronoun is not None and index == self.subject:
            return self.pronoun
        name, role = self.names[index], self.scene.roles[index]
        alone = self.scene.roles.count(role) == 1
        choice = self.rng.random()
        if choice < 0.4 and alone:
            return str(self.rng.choice(self.words_for(role)))
        plain = words_of(name)
        if choice < 0.65 and plain and [words_of(other) for other in self.names].count(plain) == 1:
            return plain
        return name.lower() if choice < 0.75 else name

    def words_for(self, role: str) -> list[str]:
        """Plain words for a role that mean no other role of this song."""
        spoken = prompts.words("roles")
        taken = {word for other in {*self.scene.roles} - {role} for word in spoken[other]}
        return [word for word in spoken[role] if word not in taken] or [role]

    def relative(self, index: int) -> float:
        return float(rounded(float(self.lufs[index] - self.lufs[0])) or 0.0)

    def row(self, index: int) -> dict:
        level = float(self.lufs[index])
        crest = self.rng.uniform(6, 22)
        peak = level + crest - self.rng.uniform(0, 2)
        meters = Level(level, level + 2, level + 3, 3.0, peak, peak, crest)
        return level_row(self.names[index], meters, level - float(self.lufs[0]))

    def change(self, what: str, moves: Sequence[dict] = ()) -> str:
        """Make a new version, told as `what`, with these moves; its label."""
        levels = self.lufs.copy()
        for move in moves:
            levels[self.names.index(move["stem"])] += move["gain_db"]
        before = "" if self.setting == "as opened" else f"{self.setting}, "
        self.states.append((before + what, levels))
        self.moved = [dict(move) for move in moves]
        self.version = len(self.states) - 1
        return f"v{self.version}"
