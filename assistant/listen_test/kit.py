"""Make a test: from a folder of mixes (or texts) per song to a page with stimuli, and its key.

One rule: what the page may serve lies in page/ and knows no system; key.json lies outside of it,
and its SHA-256 stands in the plan, so that neither can be changed unseen.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

import prompts
from assistant.listen_test.design import Balance, Screen, balance, lay_out
from assistant.listen_test.sources import SourceSong, TestError
from mixer.stimuli import (
    MixFile,
    Region,
    Written,
    choose_region,
    faded,
    low_anchor,
    open_mixes,
    read_region,
    write_stimuli,
)

PAGE, KEY, PLAN, STIMULI = "page", "key.json", "test.json", "stimuli"
ANSWERS = "answers"
LOW_ANCHOR = "low anchor"


@dataclass(frozen=True)
class TestOptions:
    """How a test is made. reference: the system that is the (hidden) reference of `rate`."""

    __test__ = False  # pytest takes names like this for tests

    kind: str = "rate"
    listeners: int = 12
    seed: int = 0
    seconds: float = 20.0
    start_s: float | None = None
    reference: str | None = None
    low_anchor: bool = False
    question: str | None = None


@dataclass(frozen=True)
class Stimulus:
    """What stands behind an id. role: system, hidden reference, reference, low anchor or mix."""

    song: str
    system: str
    role: str
    offset_db: float | None = None
    lufs: float | None = None


@dataclass(frozen=True)
class Made:
    """What was made, as it is told: levels that were read back, and how even the orders are."""

    folder: Path
    stimuli: dict[str, Stimulus]
    regions: dict[str, Region]
    screens: int
    balance: Balance


@dataclass
class _Layout:
    """Stimuli and screens as they are put together; ids tell nothing without the salt."""

    salt: str
    stimuli: dict[str, Stimulus] = field(default_factory=dict)
    audio: dict[str, tuple[Callable[[], np.ndarray], int]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    screens: list[Screen] = field(default_factory=list)
    listen_to: dict[str, str] = field(default_factory=dict)  # screen -> mix

    def opaque(self, *what: str) -> str:
        """An id that tells nothing to whoever has not got the salt."""
        told = json.dumps([self.salt, *what])
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def add(self, stimulus: Stimulus) -> str:
        """An id for a stimulus."""
        found = self.opaque(stimulus.song, stimulus.system, stimulus.role)
        self.stimuli[found] = stimulus
        return found

    def add_audio(self, stimulus: Stimulus, mix: MixFile, region: Region) -> str:
        found = self.add(stimulus)
        low = stimulus.role == LOW_ANCHOR
        self.audio[found] = (partial(_excerpt, mix, region, low), mix.sample_rate)
        return found


def make(songs: Sequence[SourceSong], out: Path, options: TestOptions) -> Made:
    """Write a test into a new folder; nothing is left behind where it cannot be made."""
    if out.exists():
        raise TestError(f"{out} is there already: choose another folder, no test is overwritten")
    _check(songs, options)
    layout = _Layout(secrets.token_hex(16))
    regions = {}
    for song in songs:
        mixes = open_mixes(list(song.mixes.values()))
        regions[song.name] = choose_region(mixes, options.seconds, options.start_s)
        named = dict(zip(song.mixes, mixes, strict=True))
        _SCREENS[options.kind](layout, song, named, regions[song.name], options)
    orders = lay_out(layout.screens, options.listeners, options.seed)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        shutil.copytree(str(files("assistant.listen_test").joinpath("page")), part / PAGE)
        (part / PAGE / STIMULI).mkdir()
        # By id, so that not even the times of the files tell an order.
        by_id = {name: layout.audio[name] for name in sorted(layout.audio)}
        _note_levels(layout, write_stimuli(part / PAGE / STIMULI, by_id))
        key = json.dumps(_key(layout, regions, options), indent=1, ensure_ascii=False)
        (part / KEY).write_text(key, encoding="utf-8")
        plan = _plan(layout, orders, options, hashlib.sha256(key.encode()).hexdigest())
        (part / PAGE / PLAN).write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
        (part / ANSWERS).mkdir()
        os.replace(part, out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Made(out, layout.stimuli, regions, len(layout.screens), balance(orders))


def read_plan(folder: Path) -> dict[str, Any]:
    """The plan of a test, which says nothing of systems."""
    path = folder / PAGE / PLAN
    if not path.is_file():
        raise TestError(
            f"{folder} holds no listening test ({PAGE}/{PLAN} is not there): make one with "
            "gainsay listen-test make"
        )
    return json.loads(path.read_text(encoding="utf-8"))


def read_key(folder: Path, plan: dict[str, Any]) -> dict[str, Stimulus]:
    """What stands behind every id; refused where the key is not that of the test."""
    path = folder / KEY
    if not path.is_file():
        raise TestError(f"{path} is not there: put back the key that the test was made with")
    text = path.read_text(encoding="utf-8")
    if hashlib.sha256(text.encode()).hexdigest() != plan["key_sha256"]:
        raise TestError(f"{path} was changed since the test was made: put back the original")
    stimuli = json.loads(text)["stimuli"]
    return {name: Stimulus(**values) for name, values in stimuli.items()}


def _check(songs: Sequence[SourceSong], options: TestOptions) -> None:
    """Refuse options that do not go together."""
    systems = songs[0].systems
    if options.kind != "rate" and (options.reference or options.low_anchor):
        raise TestError(f"{options.kind} has no reference and no low anchor: use --kind rate")
    if options.kind == "compare" and len(systems) < 2:
        raise TestError(
            f"{', '.join(systems)} alone was given: comparing needs two mixes of every song"
        )
    if options.reference is not None and options.reference not in systems:
        raise TestError(
            f"the reference {options.reference!r} was asked: there are {', '.join(systems)}"
        )
    if options.low_anchor and options.reference is None:
        raise TestError("a low anchor is made from the reference: say which one is, --reference")


def _rating(
    layout: _Layout, song: SourceSong, mixes: dict[str, MixFile], region: Region,
    options: TestOptions,
) -> None:  # fmt: skip
    """One screen a song: all systems, with reference and low anchor where they are asked for."""
    ids = []
    for system, mix in mixes.items():
        role = "hidden reference" if system == options.reference else "system"
        ids.append(layout.add_audio(Stimulus(song.name, system, role), mix, region))
    reference = None
    if options.reference is not None:
        mix = mixes[options.reference]
        reference = layout.add_audio(
            Stimulus(song.name, options.reference, "reference"), mix, region
        )
        if options.low_anchor:
            anchor = Stimulus(song.name, LOW_ANCHOR, LOW_ANCHOR)
            ids.append(layout.add_audio(anchor, mix, region))
    layout.screens.append(
        Screen(layout.opaque("screen", song.name), song.name, tuple(ids), reference)
    )


def _comparing(
    layout: _Layout, song: SourceSong, mixes: dict[str, MixFile], region: Region,
    options: TestOptions,
) -> None:  # fmt: skip
    """One screen for every pair of a song's systems."""
    ids = [
        layout.add_audio(Stimulus(song.name, system, "system"), mix, region)
        for system, mix in mixes.items()
    ]
    for pair in combinations(ids, 2):
        layout.screens.append(Screen(layout.opaque("screen", *pair), song.name, pair))


def _advising(
    layout: _Layout, song: SourceSong, mixes: dict[str, MixFile], region: Region,
    options: TestOptions,
) -> None:  # fmt: skip
    """One screen for every text about a song, with the song's one mix."""
    (mix,) = mixes.values()
    heard = layout.add_audio(Stimulus(song.name, song.name, "mix"), mix, region)
    for system, text in song.texts.items():
        found = layout.add(Stimulus(song.name, system, "system"))
        layout.texts[found] = text
        screen = Screen(layout.opaque("screen", found), song.name, (found,))
        layout.screens.append(screen)
        layout.listen_to[screen.id] = heard


_SCREENS = {"rate": _rating, "compare": _comparing, "advice": _advising}


def _excerpt(mix: MixFile, region: Region, low: bool) -> np.ndarray:
    audio = read_region(mix, region)
    return faded(low_anchor(audio, mix.sample_rate) if low else audio, mix.sample_rate)


def _note_levels(layout: _Layout, written: dict[str, Written]) -> None:
    for name, one in written.items():
        known = asdict(layout.stimuli[name])
        layout.stimuli[name] = Stimulus(
            **{**known, "offset_db": round(one.offset_db, 3), "lufs": round(one.lufs, 3)}
        )


def _key(layout: _Layout, regions: dict[str, Region], options: TestOptions) -> dict[str, Any]:
    return {
        "salt": layout.salt,
        "options": asdict(options),
        "regions": {song: asdict(region) for song, region in regions.items()},
        "stimuli": {name: asdict(one) for name, one in layout.stimuli.items()},
    }


def _plan(layout: _Layout, orders: Any, options: TestOptions, key_sha256: str) -> dict[str, Any]:
    """What the page reads: ids, orders, and words."""
    words = prompts.listening_test(options.kind)
    told = [*words["instructions"]]
    if options.reference is not None:
        told += words["with_reference"]
    screens = {}
    for screen in sorted(layout.screens, key=lambda one: one.id):  # no order tells a system
        audio = [*screen.stimuli, *([screen.reference] if screen.reference else [])]
        if screen.id in layout.listen_to:
            audio = [layout.listen_to[screen.id]]
        screens[screen.id] = {
            "reference": screen.reference,
            "audio": sorted(audio),
            "sample_rate": layout.audio[audio[0]][1],
            "texts": {
                name: layout.texts[name] for name in sorted(screen.stimuli) if name in layout.texts
            },
        }
    return {
        "kind": options.kind,
        "key_sha256": key_sha256,
        "question": options.question or words["question"],
        "scale": list(words["scale"]),
        "items": dict(words.get("items", {})),
        "instructions": told,
        "screens": screens,
        "orders": [[asdict(shown) for shown in order] for order in orders],
    }
