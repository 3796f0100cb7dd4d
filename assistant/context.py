"""What a tool may use: the song, its meters, the session, and the models, loaded when needed.

One rule: files go into the session's folder, never beside the user's stems.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.disagreement import Weighed
from assistant.hearing import Hearing, Listener
from assistant.sensitivity import OperatingPoint, operating_points
from assistant.session import LIKES, Session
from mixer.loudness import Level, measure, relative_levels
from mixer.moves import MixState, Move, MoveError, stem_index
from mixer.roles import ROLES, roles_from_names
from mixer.song import Song

if TYPE_CHECKING:
    from assistant.checking import SongCheck
    from mixer.ear import EarResult

Progress = Callable[[int, int, str], None]
NO_LEVEL = Level(None, None, None, None, None, None, None)


class ToolError(ValueError):
    """A tool call that cannot be carried out: the message says got, needed and cure."""


@dataclass(frozen=True)
class ToolResult:
    """What a tool answers: a short text for the model and the user, and the same as data."""

    ok: bool
    text: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class ToolContext:
    """Everything a tool may look at; the session is the only thing it may change."""

    song: Song
    session: Session
    listener: Listener | None = None
    on_progress: Progress | None = None
    weighed: Weighed | None = None  # the advice in hand, with what the tool adds to it
    learner: Path | None = None  # where drills are kept, if not in the session's folder
    _sounds: dict[tuple, Level] = field(default_factory=dict, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.song.names)

    @property
    def folder(self) -> Path:
        """Where tools write: the session's folder."""
        return self.session.folder

    @property
    def anchor_index(self) -> int:
        """Where the anchor is in the song; the session must have one by now."""
        if self.session.anchor is None:
            raise ToolError(
                f"no anchor is set: choose what the others are judged against (set_anchor), "
                f"one of {', '.join(self.names)}"
            )
        return self.names.index(self.session.anchor)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The meters of every stem as the file has it."""
        measured = []
        for done, stem_audio in enumerate(self.song.each()):
            self.progress(done, len(self.names), "measuring")
            measured.append(measure(stem_audio, self.song.sample_rate))
        self.progress(len(self.names), len(self.names), "measuring")
        return tuple(measured)

    def levels_now(self) -> tuple[Level, ...]:
        """The meters of every stem as it stands: a gain moves the levels by exactly itself.

        A sound that was asked for keeps the loudness, but not peak and crest: these are measured.
        """
        state = self.session.state()
        heard = [self._with_sound(index, state) for index in range(len(self.names))]
        return levels_in(heard, state)

    def _with_sound(self, index: int, state: MixState) -> Level:
        """A stem's meters as its file has it, with the peak and crest of its sound."""
        plain, sound = self.levels[index], state.sound_of(index)
        if not sound or plain.lufs is None:
            return plain
        key = (index, state.sound[index])
        if key not in self._sounds:
            self.progress(0, 1, f"measuring {self.names[index]}")
            self._sounds[key] = measure(self.as_asked(index), self.song.sample_rate)
        made = self._sounds[key]
        return replace(
            plain,
            true_peak_dbtp=made.true_peak_dbtp,
            sample_peak_dbfs=made.sample_peak_dbfs,
            crest_db=made.crest_db,
        )

    def as_asked(self, index: int) -> np.ndarray:
        """One stem (2, samples), as loud as its file, with the sound that was asked for."""
        state = self.session.state()
        if not state.sound_of(index):
            return self.song.audio[index]
        from mixer.megami.mixer import render_takes

        others = tuple(other != index for other in range(len(self.names)))
        alone = replace(MixState.untouched(len(others)), muted=others, sound=state.sound)
        return render_takes(self.song, None, alone, effects=False)[0].stems[index]

    def relative_now(self) -> tuple[float | None, ...]:
        """Every stem's level against the anchor, as it stands; a muted anchor still counts."""
        return relative_levels(levels_in(self.levels, self._anchored()), self.anchor_index)

    def _anchored(self) -> MixState:
        """The state as it stands, but with the anchor heard: the others are judged by it."""
        anchor = self.names[self.anchor_index]
        return self.session.state().with_mute(self.names, anchor, False)

    def hearing(self) -> Hearing:
        """What the listener hears of the song as it stands."""
        from assistant.facts import facts

        if self.listener is None:
            raise ToolError("there is no listener here: open the song with one to get advice")
        anchor = self.names[self.anchor_index]
        heard = self.listener.hear(self.song, self._as_liked(), anchor)
        return replace(
            heard,
            roles=self._with_said_roles(heard.roles),
            genre=self.session.genre,
            threshold=self.setting.threshold,
            facts=partial(facts, self),
        )

    def liked_lu(self, stem: str) -> float:
        """How far above what is usual the user likes a stem."""
        return LIKES[self.session.likes.get(stem, "usual")]

    def _as_liked(self) -> MixState:
        """The state to be judged: a stem that is liked loud counts as so much quieter."""
        off = [Move(name, -lu) for name in self.names if (lu := self.liked_lu(name))]
        return self._anchored().moved(self.names, off) if off else self._anchored()

    @property
    def setting(self) -> OperatingPoint:
        """How sure the listener has to be before the user is told of a fault."""
        return operating_points()[self.session.sensitivity]

    @cached_property
    def checks(self) -> "SongCheck":
        """The gain-staging check of this song; what it has read is kept."""
        from assistant.checking import SongCheck

        return SongCheck(self.song, self.levels)

    @cached_property
    def ear(self) -> "EarResult":
        """Content embeddings of the stems, from the shipped ear."""
        from mixer.ear import Ear

        self.progress(0, 1, "listening")
        result = Ear.load().hear(self.song)
        self.progress(1, 1, "listening")
        return result

    @cached_property
    def contents(self) -> np.ndarray:
        """What MEGAMI is told of the stems, (stems, size)."""
        from mixer.megami.contents import contents_of

        return contents_of(self.song, self.ear)

    @property
    def roles(self) -> tuple[str | None, ...]:
        """What each stem is: as the user says, else by its name, else by ear."""
        return self._with_said_roles(self._roles_found)

    def _with_said_roles(self, found: Sequence[str | None]) -> tuple[str | None, ...]:
        """Roles (one a stem), with what the user says of some of them."""
        said = self.session.roles
        return tuple(said.get(name, role) for name, role in zip(self.names, found, strict=True))

    @cached_property
    def _roles_found(self) -> tuple[str | None, ...]:
        """What each stem is by its name, else by ear; None where neither tells."""
        named = roles_from_names(self.names)
        if None not in named:
            return tuple(named)
        heard = np.asarray(self.ear.role_probabilities)
        return tuple(role or ROLES[int(heard[i].argmax())] for i, role in enumerate(named))

    def stem(self, name: str) -> str:
        """The stem's own spelling of a name; an unknown one is answered with the nearest."""
        try:
            return self.names[stem_index(self.names, name)]
        except MoveError as error:
            raise ToolError(str(error)) from error

    def moves(self, asked: Sequence[tuple[str, float]]) -> list[Move]:
        """Moves with the stems' own spelling; one stem may be named once."""
        moves = [Move(self.stem(name), gain_db) for name, gain_db in asked]
        stems = [move.stem for move in moves]
        for stem in stems:
            if stems.count(stem) > 1:
                raise ToolError(
                    f"{stem} is named {stems.count(stem)} times: give one move per stem"
                )
        return moves

    def progress(self, done: int, total: int, what: str) -> None:
        """Tell whoever waits how far it is."""
        if self.on_progress is not None:
            self.on_progress(done, total, what)


def levels_in(levels: Sequence[Level], state: MixState) -> tuple[Level, ...]:
    """The meters of stems as opened, seen in a state; a muted stem has no level."""
    return tuple(
        NO_LEVEL if muted else raised(level, gain_db)
        for level, gain_db, muted in zip(levels, state.gain_db, state.muted, strict=True)
    )


def raised(level: Level, gain_db: float) -> Level:
    """A level after a gain: everything but range and crest moves with it."""

    def up(value: float | None) -> float | None:
        return None if value is None else value + gain_db

    return replace(
        level,
        lufs=up(level.lufs),
        short_term_max_lufs=up(level.short_term_max_lufs),
        momentary_max_lufs=up(level.momentary_max_lufs),
        true_peak_dbtp=up(level.true_peak_dbtp),
        sample_peak_dbfs=up(level.sample_peak_dbfs),
    )


def is_ours(error: BaseException) -> bool:
    """Whether an error was raised to be read by the user (got, needed, cure), not by a bug."""
    return type(error).__module__.partition(".")[0] in ("assistant", "mixer", "prompts")


def rounded(value: float | None, digits: int = 1) -> float | None:
    """A number as it is told, without a negative zero; None stays None."""
    return None if value is None else float(np.round(value, digits)) + 0.0
