"""Mix every song under a folder, each by the product's own mixing function, with a report a song.

One rule: a song that cannot be mixed is named and the others go on; one whose files or report are
as they were is not mixed again.
Run as: python -m finetune.mix_many SONGS --out OUT [--workers 2] [--ray local]
"""

import argparse
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.context import is_ours
from assistant.hearing import Listener
from assistant.mixing import Mixed, MixOptions, mix
from assistant.opening import load_listener, opened, remarks
from assistant.tools_listening import understood_style
from finetune.multitracks import opened as unpacked
from finetune.multitracks import song_places
from finetune.runners import add_options, run_command
from finetune.shards import PLACE, Outcome, file_hash, whole, write_json
from mixer.audio_files import audio_files
from mixer.workers import one_torch_thread

SHARD_SONGS = 2  # a few minutes of one core
REPORT = "report.json"


@dataclass(frozen=True)
class MixMany:
    """Songs under a root to out/SONG/mix.wav and report.json; the paths are absolute."""

    root: Path
    out: Path
    seed: int = 0
    takes: int = 1
    effects: bool = True
    stems: bool = False
    style: str | None = None
    name = "mixes"
    replaces = False

    def options(self) -> dict[str, Any]:
        """What `gainsay mix` would be told."""
        keys = ("seed", "takes", "effects", "stems", "style")
        return {key: getattr(self, key) for key in keys}

    def source(self, item: str) -> str:
        """The song's files by name, length and time."""
        try:
            files = [(path, path.stat()) for path in audio_files(self._folder(item))]
        except (OSError, ValueError) as error:  # make() says it, too
            return str(error)
        lines = [f"{path} {stat.st_size} {stat.st_mtime_ns}\n" for path, stat in files]
        return hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()[:16]

    def open(self) -> Callable[[str], Outcome]:
        listener = load_listener()

        def make(item: str) -> Outcome:
            try:
                with one_torch_thread():
                    return self._make(item, listener)
            except Exception as error:
                if is_ours(error) or isinstance(error, OSError):
                    return Outcome(failed=" ".join(str(error).split()))
                raise

        return make

    def _folder(self, item: str) -> Path:
        return self.root if item == self.root.name and not self._below(item) else self.root / item

    def _below(self, item: str) -> bool:
        return (self.root / item).exists()

    def _make(self, item: str, listener: Listener) -> Outcome:
        """Mix a song, unless its report says that these very stems were mixed."""
        with unpacked(self._folder(item)) as folder:
            return self._make_from(folder, item, listener)

    def _make_from(self, folder: Path, item: str, listener: Listener) -> Outcome:
        place = self.out / item
        stems = {
            path.relative_to(folder).as_posix(): file_hash(path) for path in audio_files(folder)
        }
        report = _report(place / REPORT)
        if report is None or report["stems"] != stems:
            old = report["files"] if report else []
            report = self._mixed(folder, place, stems, listener)
            for name in set(old) - set(report["files"]):  # of a stem that has another name now
                (place / name).unlink(missing_ok=True)
        files = tuple(f"{item}/{name}" for name in [*report["files"], REPORT])
        takes = report["mixed"]["takes"]
        return Outcome(files, {"takes": len(takes), "stems": len(takes[0]["stems"])})

    def _mixed(
        self, folder: Path, place: Path, stems: Mapping[str, str], listener: Listener
    ) -> dict[str, Any]:
        """Mix into a folder aside, put the files in place, and the report after them."""
        (self.out / PLACE / "parts").mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self.out / PLACE / "parts") as aside:
            options = MixOptions(
                Path(aside) / "mix.wav",
                effects=self.effects,
                takes=self.takes,
                seed=self.seed,
                stems_folder=Path(aside) / "stems" if self.stems else None,
                style=self.style,
            )
            with opened(folder, listener=listener) as here:
                mixed, strange = mix(here, options), remarks(here.song)
            files = sorted(path for path in Path(aside).rglob("*") if path.is_file())
            names = [path.relative_to(aside).as_posix() for path in files]
            for path, name in zip(files, names, strict=True):
                with whole(self.out, place / name) as part:
                    path.replace(part)
        report = {"mixed": _without_places(mixed), "remarks": strange}
        report |= {"files": names, "stems": dict(stems)}
        write_json(self.out, place / REPORT, report)
        return report


def _without_places(mixed: Mixed) -> dict[str, Any]:
    """The product's report, its files named within the song's folder."""
    data = mixed.as_data()
    for take in data["takes"]:
        take["file"] = Path(take["file"]).name
    return data


def _report(path: Path) -> dict[str, Any] | None:
    """A song's report; None where there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def items_of(root: Path) -> list[str]:
    """The songs under a root, by their places within it; its own name where it is a song."""
    inside = [folder.relative_to(root).as_posix() for folder in song_places(root)]
    return [root.name if item == "." else item for item in inside]


def main() -> None:
    parser = argparse.ArgumentParser(description="Mix every song under a folder.")
    parser.add_argument("songs", type=Path, help="a folder of songs, each a folder of stems")
    parser.add_argument("--out", type=Path, required=True, help="folder for SONG/mix.wav")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same takes")
    parser.add_argument("--takes", type=int, default=1, help="how many different takes a song")
    parser.add_argument(
        "--effects",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="let MEGAMI add effects, or faders only",
    )
    parser.add_argument("--stems", action="store_true", help="write the stems too")
    parser.add_argument("--style", metavar="WORDS", help='where effects should go: "warm vintage"')
    add_options(parser, workers=1)
    arguments = parser.parse_args()
    root, out = arguments.songs.resolve(), arguments.out.resolve()
    if out.is_relative_to(root):
        parser.error(f"--out {out} lies in {root}, where the songs are: give a folder outside it")
    if not root.is_dir() or not (items := items_of(root)):
        parser.error(f"{root} holds no song: a folder with one folder of stems a song is needed")
    if arguments.takes < 1:
        parser.error(f"--takes {arguments.takes} was given: 1 or more are needed")
    try:
        understood_style(arguments.style, arguments.effects)
    except ValueError as error:
        parser.error(str(error))
    work = MixMany(
        root,
        out,
        arguments.seed,
        arguments.takes,
        arguments.effects,
        arguments.stems,
        arguments.style,
    )
    run_command(work, items, SHARD_SONGS, arguments)


if __name__ == "__main__":
    import finetune.mix_many

    finetune.mix_many.main()  # by the name by which workers elsewhere know it
