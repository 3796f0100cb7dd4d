"""What happened in one conversation, and what follows: versions, anchor, proposal, takes, wishes.

One rule: the journal is the only memory. Everything here is a fold over its events, so what a kill
leaves on the disk is exactly what is there when the session is opened again.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.drills import Answer, Drill
from assistant.genres import family_of
from assistant.journal import Journal
from assistant.sensitivity import DEFAULT, SETTINGS, known_setting
from assistant.transcript import TURNS_REMEMBERED, Message, transcript
from assistant.versions import Version, Versions
from assistant.written_states import read_state, written
from mixer.moves import MixState, Move
from mixer.roles import GENRES, ROLES
from mixer.song import Song

TONES = ("newcomer", "pro")
LIKES = {"loud": 2.0, "quiet": -2.0, "usual": 0.0}  # LU above what is usual


class SessionError(ValueError):
    """A session that cannot do what is asked: the message says got, needed and cure."""


@dataclass(frozen=True)
class Proposal:
    """Advised moves that are not applied yet; none means "leave it"."""

    moves: tuple[Move, ...]
    reason: str


@dataclass(frozen=True)
class TakeFile:
    """One rendered mix in the session's folder."""

    number: int
    path: Path
    seed: int
    version: int
    effects: bool

    @property
    def label(self) -> str:
        return f"take{self.number}"


def default_folder(song: Song) -> Path:
    """Where a song's session lives when the user names no place: one per song folder."""
    import platformdirs

    place = song.name if song.folder is None else str(song.folder.resolve())
    where = hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()
    slug = re.sub(r"[^\w.-]+", "_", song.name).strip("._") or "song"
    data_folder = Path(platformdirs.user_data_dir("gainsay", appauthor=False))
    return data_folder / "sessions" / f"{slug[:60]}-{where[:10]}"


def is_within(path: Path, folder: Path) -> bool:
    """Whether a path lies in a folder (or is it), symbolic links followed."""
    return path.resolve().is_relative_to(folder.resolve())


def known_genre(genre: str) -> str:
    """The genre judged by ("doom" is metal), or a refusal with the names there are."""
    if (name := family_of(genre)) is None:
        raise SessionError(f"genre {genre!r} was given: use one of {', '.join(GENRES)}")
    return name


class Session:
    """One song's conversation. Open it with Session.open; close it, or use it with `with`."""

    def __init__(self, song: Song, folder: Path) -> None:
        if song.folder is not None and is_within(folder, song.folder):
            raise SessionError(
                f"the session was to live in {folder}, inside the song's own folder: nothing is "
                "written there, so choose another place with --session DIR"
            )
        self.names = tuple(song.names)
        self.folder = folder
        self.anchor: str | None = None
        self.proposal: Proposal | None = None
        self.takes: list[TakeFile] = []
        self.take_chosen: TakeFile | None = None  # what is exported, until the mix is changed
        self.sensitivity = DEFAULT
        self.genre: str | None = None
        self.genre_called: str | None = None  # in the user's own words
        self.tone: str | None = None
        self.likes: dict[str, str] = {}  # stems that are liked louder or quieter than is usual
        self.roles: dict[str, str] = {}  # what stems are, where the user has said it
        self.drill: Drill | None = None  # the open one
        self.drills_begun = 0
        self._versions = Versions(MixState.untouched(len(self.names)))
        self._journal = Journal(folder)
        for event in self._journal:
            self._absorb(event)
        self._note_opening(song)

    @classmethod
    def open(cls, song: Song, folder: Path | str | None = None) -> "Session":
        """Open a song's session, or start one; the folder is the user's data folder by default."""
        return cls(song, Path(folder) if folder is not None else default_folder(song))

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another process open this session."""
        self._journal.close()

    # ---- what is the case

    @property
    def events(self) -> Sequence[dict[str, Any]]:
        return self._journal.events

    @property
    def version(self) -> Version:
        """The version that is heard now."""
        return self._versions.now

    @property
    def versions(self) -> tuple[Version, ...]:
        """Every version there ever was, v0 first."""
        return self._versions.all

    @property
    def walked(self) -> tuple[Version, ...]:
        """The versions that undo leads back along, the one that is heard now last."""
        return self._versions.walked

    def numbered(self, number: int) -> Version:
        """A version by its number; one that there never was is an error."""
        if not 0 <= number < len(self.versions):
            raise SessionError(
                f"version v{number} was asked: there are v0 to v{len(self.versions) - 1} "
                "(list_versions shows them)"
            )
        return self.versions[number]

    def state(self) -> MixState:
        """What is set on every stem, in the song's order."""
        return self.version.state

    @property
    def can_undo(self) -> bool:
        """Whether there is a version to step back to."""
        return self._versions.can_step(-1)

    @property
    def can_redo(self) -> bool:
        """Whether an undo can be taken back."""
        return self._versions.can_step(+1)

    @property
    def cut_off(self) -> bool:
        """Whether the last turn never got its reply (the process was killed during it)."""
        kinds = [event["event"] for event in self.events if event["event"] in ("user", "reply")]
        return bool(kinds) and kinds[-1] == "user"

    # ---- what happens

    def record(self, event: str, **fields: Any) -> None:
        """Write down a user's word, a tool call, its result or a reply."""
        self._write(event, **fields)

    def set_anchor(self, stem: str) -> None:
        """Judge everything against this stem from now on."""
        if stem != self.anchor:
            self._write("anchor", stem=stem)

    def prefer_sensitivity(self, name: str) -> None:
        """Flag as much as this setting does from now on."""
        if known_setting(name) != self.sensitivity:
            self._write("preference", sensitivity=name)

    def prefer_genre(self, genre: str) -> None:
        """Judge the song as one of this genre from now on."""
        name, called = known_genre(genre), " ".join(genre.split())
        if (name, called) != (self.genre, self.genre_called):
            self._write("preference", genre=name, called=called)

    def prefer_tone(self, tone: str) -> None:
        """Tell things as one of TONES needs them from now on."""
        if tone not in TONES:
            raise SessionError(f"tone {tone!r} was given: use one of {', '.join(TONES)}")
        if tone != self.tone:
            self._write("preference", tone=tone)

    def prefer_level(self, stem: str, likes: str) -> None:
        """Judge a stem as one that the user likes so: loud, quiet, or usual again."""
        if likes not in LIKES or stem not in self.names:
            raise SessionError(
                f"{stem!r} liked {likes!r} was given: name a stem and one of {', '.join(LIKES)}"
            )
        if likes != self.likes.get(stem, "usual"):
            self._write("preference", stem=stem, likes=likes)

    def name_role(self, stem: str, role: str) -> None:
        """Take a stem for what the user says it is, one of mixer.roles.ROLES."""
        if role not in ROLES or stem not in self.names:
            raise SessionError(
                f"{stem!r} as {role!r} was given: name a stem and one of {', '.join(ROLES)}"
            )
        if role != self.roles.get(stem):
            self._write("preference", stem=stem, role=role)

    def propose(self, moves: Sequence[Move], reason: str) -> None:
        """Keep advice until it is applied, replaced, or overtaken by other moves."""
        listed = [{"stem": move.stem, "gain_db": move.gain_db} for move in moves]
        self._write("proposal", moves=listed, reason=reason)

    def decline(self) -> None:
        """Close the open proposal: the user will have none of it."""
        self._write("declined")

    def change(self, state: MixState, why: str, keeps_advice: bool = False) -> Version:
        """Make a new version of a changed state, and go there.

        keeps_advice: whether the open proposal holds for it as well.
        """
        kept = {"keeps_advice": True} if keeps_advice else {}
        told = written(self.names, state)
        self._write("state", version=len(self.versions), why=why, **told, **kept)
        return self.version

    def undo(self) -> Version:
        """Step back along the versions walked through."""
        return self._walk(-1, "undo", "this is where the session began")

    def redo(self) -> Version:
        """Step forward again after an undo."""
        return self._walk(+1, "redo", "nothing was undone since the last change")

    def restore(self, number: int) -> Version:
        """Go to any version there ever was; undo leads back from there."""
        self._write("restore", version=self.numbered(number).number)
        return self.version

    def add_take(self, path: Path, seed: int, effects: bool) -> TakeFile:
        """Remember a rendered mix that lies in the session's folder."""
        relative = path.relative_to(self.folder).as_posix()
        self._write("take", file=relative, seed=seed, effects=effects, version=self.version.number)
        return self.takes[-1]

    def choose_take(self, number: int) -> TakeFile:
        """Let a take be the mix that is exported, until anything is changed."""
        self._write("take_choice", take=number)
        return self.takes[number - 1]

    @property
    def proposed(self) -> tuple[Move, ...]:
        """The moves of the open proposal; none where there is none."""
        return () if self.proposal is None else self.proposal.moves

    def begin_drill(self, drill: Drill) -> None:
        """Keep a drill open until it is answered or left."""
        self._write("drill", **drill.as_data())

    def hold_answer(self, answer: Answer) -> Drill:
        """Keep a part of the answer to the open drill, which waits for the rest."""
        self._write("drill_part", **asdict(answer))
        assert self.drill is not None
        return self.drill

    def end_drill(self, how: str, **graded: Any) -> None:
        """Close the open drill: answered, left (for the next one) or stopped."""
        self._write("drill_end", how=how, **graded)

    def messages(self, turns: int = TURNS_REMEMBERED) -> list[Message]:
        """The last turns as chat messages."""
        return transcript(self.events, turns)

    # ---- the fold

    def _write(self, event: str, **fields: Any) -> None:
        self._absorb(self._journal.append(event, **fields))

    def _absorb(self, event: dict[str, Any]) -> None:
        """Let one event change what is the case; events without such an effect pass by."""
        kind = event["event"]
        if kind in ("state", "restore", "undo", "redo"):
            self.take_chosen = None
        if kind == "anchor":
            self.anchor = event["stem"] if event["stem"] in self.names else None
        elif kind == "preference":  # a name that this release does not have is passed by
            if event.get("sensitivity") in SETTINGS:
                self.sensitivity = event["sensitivity"]
            if event.get("genre") in GENRES:
                self.genre = event["genre"]
                self.genre_called = event.get("called", self.genre)
            if event.get("tone") in TONES:
                self.tone = event["tone"]
            if event.get("stem") in self.names and event.get("likes") in LIKES:
                self.likes[event["stem"]] = event["likes"]
            if event.get("stem") in self.names and event.get("role") in ROLES:
                self.roles[event["stem"]] = event["role"]
        elif kind == "proposal":
            moves = [Move(**move) for move in event["moves"] if move["stem"] in self.names]
            self.proposal = Proposal(tuple(moves), event["reason"])
        elif kind == "declined":
            self.proposal = None
        elif kind == "state":
            self._versions.add(event["version"], read_state(self.names, event), event["why"])
            self._go_to(event["version"], event.get("keeps_advice", False))
        elif kind == "restore":
            self._go_to(event["version"])
        elif kind in ("undo", "redo"):
            self._versions.step(-1 if kind == "undo" else +1)
            self.proposal = None
        elif kind == "drill":
            self.drills_begun += 1
            drill = Drill.from_data(event)
            self.drill = drill if set(drill.stems) <= set(self.names) else None
        elif kind == "drill_part" and self.drill is not None:
            told = {name: event[name] for name in asdict(Answer())}
            self.drill = self.drill.having(Answer(**told))
        elif kind == "drill_end":
            self.drill = None
        elif kind == "take_choice" and 1 <= event["take"] <= len(self.takes):
            self.take_chosen = self.takes[event["take"] - 1]
        elif kind == "take":
            path = self.folder / event["file"]
            self.takes.append(
                TakeFile(
                    len(self.takes) + 1, path, event["seed"], event["version"], event["effects"]
                )
            )

    def _go_to(self, number: int, keeps_advice: bool = False) -> None:
        """Walk on to a version; advice that was given about other gains is closed."""
        if not keeps_advice and self.versions[number].state.gain_db != self.state().gain_db:
            self.proposal = None
        self._versions.go_to(number)

    def _walk(self, step: int, word: str, why_not: str) -> Version:
        if not self._versions.can_step(step):
            raise SessionError(f"there is nothing to {word}: {why_not} ({self.version.label})")
        self._write(word)
        return self.version

    def _note_opening(self, song: Song) -> None:
        """Write down the stems, at first and whenever they have changed."""
        openings = [event for event in self.events if event["event"] == "opened"]
        if not openings or tuple(openings[-1]["stems"]) != self.names:
            self._write("opened", song=song.name, folder=str(song.folder), stems=list(self.names))
