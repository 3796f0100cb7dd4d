"""What a test is made from: a folder a song with its mixes, or with one mix and texts of advice.

One rule: every song has the same systems, each called by its file's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mixer.audio_files import CONVERTIBLE, READABLE

MOST_CHARACTERS = 2000


class TestError(ValueError):
    """A listening test that cannot be made, run or read: the message says got, needed and cure."""

    __test__ = False


@dataclass(frozen=True)
class SourceSong:
    """One song: its mixes by system, or one mix and the texts about it by system."""

    name: str
    mixes: dict[str, Path]
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(sorted(self.texts or self.mixes))


def read_sources(folder: Path, kind: str) -> list[SourceSong]:
    """The songs under a folder: SONG/SYSTEM.wav, or for advice one mix and SONG/SYSTEM.txt."""
    if not folder.is_dir():
        raise TestError(f"{folder} is no folder: give one with a folder of mixes a song")
    names = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    songs = [song for path in names if (song := _song(path, kind)) is not None]
    if not songs:
        need = "SONG/mix.wav and SONG/SYSTEM.txt" if kind == "advice" else "SONG/SYSTEM.wav"
        raise TestError(f"{folder} holds no song: {need} is needed in it (a folder a song)")
    _check_same(songs)
    return songs


def _song(folder: Path, kind: str) -> SourceSong | None:
    """One song's files; None for a folder without any."""
    mixes: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in READABLE + CONVERTIBLE and not path.name.startswith("."):
            if path.stem in mixes:
                raise TestError(
                    f"{folder.name} holds {mixes[path.stem].name} and {path.name}: a system has "
                    "one mix a song (rename or remove one)"
                )
            mixes[path.stem] = path
    if kind != "advice":
        return SourceSong(folder.name, mixes) if mixes else None
    texts = {path.stem: _text(path) for path in sorted(folder.glob("*.txt"))}
    if not mixes and not texts:
        return None
    if len(mixes) != 1 or not texts:
        raise TestError(
            f"{folder.name} holds {len(mixes)} mixes and {len(texts)} texts: advice is judged on "
            "one mix and one .txt or more a song"
        )
    return SourceSong(folder.name, mixes, texts)


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        raise TestError(f"{path} is no UTF-8 text: save it as UTF-8") from error
    if not 0 < len(text) <= MOST_CHARACTERS:
        raise TestError(
            f"{path} holds {len(text)} characters: 1 to {MOST_CHARACTERS} are shown on a screen"
        )
    return text


def _check_same(songs: Sequence[SourceSong]) -> None:
    """Refuse songs that lack a system of the others."""
    everything = sorted({system for song in songs for system in song.systems})
    for song in songs:
        if lacking := [name for name in everything if name not in song.systems]:
            raise TestError(
                f"{song.name} has no {', '.join(lacking)}, which other songs have: every song "
                f"needs {', '.join(everything)} (add the file, or leave the song out)"
            )
