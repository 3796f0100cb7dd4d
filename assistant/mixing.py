"""`gainsay mix`: apply moves (the user's, else the advised), render takes, report what was done.

One rule: whatever is reported was measured on what was written.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.advising import Advice, advise
from assistant.context import ToolContext, ToolError, rounded
from assistant.hearing import ToolCall
from assistant.opening import Opened
from assistant.rendering import Change, Rendered, renders, renders_published
from assistant.session import is_within
from assistant.tools import run_tool
from assistant.tools_listening import understood_style
from mixer.moves import Move

if TYPE_CHECKING:
    from mixer.megami.mixer import Take
    from mixer.megami.published.mixer import PublishedTake

MIXERS = ("megami", "megami-published")
_MOVE = re.compile(r"(?P<stem>.+?)\s*=\s*(?P<gain_db>[+-]?\d+(?:\.\d+)?)\s*(?:dB)?", re.IGNORECASE)


@dataclass(frozen=True)
class MixOptions:
    """What the user typed; paths are theirs to choose, outside the song's folder."""

    out: Path
    moves: tuple[str, ...] = ()
    effects: bool = True
    takes: int = 1
    seed: int = 0
    stems_folder: Path | None = None
    free_levels: bool = False
    nearest: bool = False
    published: Path | None = None  # weights of the published-size MEGAMI, when that one mixes
    style: str | None = None


@dataclass(frozen=True)
class MixedTake:
    """One take as it was written: trim_db was taken off all stems alike to keep the peak down."""

    path: Path
    seed: int
    trim_db: float
    true_peak_dbtp: float | None
    lufs: float | None
    changes: tuple[Change, ...]
    sound: dict[str, str]  # per stem, what MEGAMI did to it

    def as_data(self) -> dict[str, Any]:
        return {
            "file": str(self.path),
            "seed": self.seed,
            "trim_db": rounded(self.trim_db, 2),
            "true_peak_dbtp": rounded(self.true_peak_dbtp, 2),
            "lufs": rounded(self.lufs, 2),
            "stems": [change.as_data() for change in self.changes],
            "sound": self.sound,
        }


@dataclass(frozen=True, eq=False)
class Mixed:
    """Everything that `gainsay mix` did."""

    song: str
    anchor: str
    anchor_why: str
    moves: tuple[Move, ...]
    why: tuple[str, ...]
    takes: tuple[MixedTake, ...]
    nearest: bool = False
    style: str | None = None  # as it was understood

    def as_data(self) -> dict[str, Any]:
        """What goes into the report file."""
        return {
            "song": self.song,
            "anchor": self.anchor,
            "anchor_why": self.anchor_why,
            "moves": [{"stem": move.stem, "gain_db": move.gain_db} for move in self.moves],
            "why": list(self.why),
            "nearest": self.nearest,
            "style": self.style,
            "takes": [take.as_data() for take in self.takes],
        }


def parse_moves(texts: Sequence[str]) -> list[tuple[str, float]]:
    """Read moves as they are typed: vocals=+3, "lead gtr=-1.5 dB"."""
    parsed = []
    for text in texts:
        match = _MOVE.fullmatch(text.strip())
        if match is None:
            raise ToolError(f"the move {text!r} was given: write STEM=GAIN in dB, as in vocals=+3")
        parsed.append((match["stem"], float(match["gain_db"])))
    return parsed


def needs_advice(options: MixOptions) -> bool:
    """Whether the listener has to say what should move."""
    return not options.moves and not options.free_levels and options.published is None


def check_mixer(mixer: str, weights: Path | None, effects: bool) -> Path | None:
    """The weights of the published-size MEGAMI if it is to mix, None if the shipped one is."""
    if mixer not in MIXERS:
        raise ToolError(f"--mixer {mixer} was given: {' or '.join(MIXERS)} is needed")
    if mixer == MIXERS[0]:
        if weights is not None:
            raise ToolError(f"--weights {weights} was given: add --mixer {MIXERS[1]} to use them")
        return None
    if not effects:
        raise ToolError(f"--no-effects leaves {MIXERS[1]} nothing to do: leave one of both out")
    if weights is None:
        raise ToolError(
            f"--mixer {MIXERS[1]} needs --weights DIR: the authors' checkpoints, converted with "
            "python -m mixer.megami.published.convert"
        )
    from mixer.megami.published.weights import check_folder

    check_folder(weights)
    return weights


def check_places(options: MixOptions, song_folder: Path | None, report: Path | None) -> None:
    """Refuse, before anything is rendered, places that must not or cannot be written."""
    if options.out.suffix.lower() not in (".wav", ".flac"):
        raise ToolError(f"-o {options.out} was given: a name that ends in .wav or .flac is needed")
    files = [take_path(options, number) for number in range(options.takes)]
    for path in [*files, *([report] if report is not None else [])]:
        if path.exists():
            raise ToolError(f"{path} exists: choose another name, nothing is written over it")
        if not path.parent.is_dir():
            raise ToolError(f"there is no folder {path.parent}: make it, or choose another")
    for path in [*files, *(p for p in (report, options.stems_folder) if p is not None)]:
        if song_folder is not None and is_within(path, song_folder):
            raise ToolError(
                f"{path} lies in the song's own folder: nothing is written there, choose another"
            )


def take_path(options: MixOptions, number: int) -> Path:
    """Where a take goes: OUT itself, or OUT-1, OUT-2... where there are several."""
    if options.takes == 1:
        return options.out
    return options.out.with_stem(f"{options.out.stem}-{number + 1}")


def mix(opened: Opened, options: MixOptions) -> Mixed:
    """Apply the moves and write every take."""
    context = opened.context
    moves, why = _decide(context, options)
    if moves:
        arguments = [{"stem": move.stem, "gain_db": move.gain_db} for move in moves]
        result = run_tool(context, ToolCall("apply_moves", {"moves": arguments}))
        if not result.ok:
            raise ToolError(result.text.removeprefix("apply_moves: "))
    style = understood_style(options.style, options.effects)
    rendered = _rendered(context, options, style)
    if options.nearest and (options.effects or options.free_levels):
        from mixer.megami.nearness import DRAWS

        draws = max(DRAWS, options.takes)
        why.append(f"of {draws} draws the nearest to your own mix is taken, by its settings")
    takes = tuple(map(partial(_write, context, options), range(options.takes), rendered))
    return Mixed(
        opened.song.name,
        opened.anchor,
        opened.why,
        tuple(moves),
        tuple(why),
        takes,
        options.nearest,
        style,
    )


def _rendered(context: ToolContext, options: MixOptions, style: str | None) -> Iterator[Rendered]:
    """The takes, by the mixer that was asked for."""
    if options.published is None:
        return renders(
            context,
            options.effects,
            options.takes,
            options.seed,
            options.free_levels,
            options.nearest,
            style,
        )
    from mixer.megami.published.mixer import PublishedMegami

    context.progress(0, 1, "loading the published MEGAMI")
    megami = PublishedMegami.load(options.published)
    return renders_published(context, megami, options.takes, options.seed)


def _decide(context: ToolContext, options: MixOptions) -> tuple[list[Move], list[str]]:
    """The moves to apply, and why each."""
    if options.moves:
        moves = context.moves(parse_moves(options.moves))
        return moves, [f"{move}: as you asked" for move in moves]
    if options.free_levels or options.published is not None:
        return [], ["levels were left to MEGAMI"]
    advice: Advice = advise(context)
    return list(advice.moves), [
        *(advice.reasons or [advice.reply]),
        *advice.doubts,
        advice.setting,
    ]


def _write(context: ToolContext, options: MixOptions, number: int, rendered: Rendered) -> MixedTake:
    """Write a take's mix, and its stems if they were asked for."""
    from mixer.export import write_mix, write_stems

    take, sample_rate = rendered.take, context.song.sample_rate
    written = write_mix(
        take_path(options, number), take.mix, sample_rate, song_folder=context.song.folder
    )
    if options.stems_folder is not None:
        several = options.takes > 1
        folder = options.stems_folder / f"take{number + 1}" if several else options.stems_folder
        write_stems(folder, context.names, take.stems, sample_rate, song_folder=context.song.folder)
    return MixedTake(
        written.path,
        take.seed,
        written.trim_db,
        written.true_peak_dbtp,
        written.lufs,
        rendered.changes,
        _sound(context.names, take) if options.effects else {},
    )


def _sound(names: Sequence[str], take: "Take | PublishedTake") -> dict[str, str]:
    from mixer.megami.mixer import Take

    return describe_sound(names, take.settings) if isinstance(take, Take) else take.sound(names)


def describe_sound(names: Sequence[str], settings: Any) -> dict[str, str]:
    """What the console does to each stem, in words and units: the settings far from neutral."""
    from mixer.knobs import EQ_BANDS, INDEX

    def said(row: Any) -> str:
        def at(name: str) -> float:
            return float(row[INDEX[name]])

        parts = [f"high-pass {at('high_pass_hz'):.0f} Hz"] if at("high_pass_hz") > 30 else []
        parts += [
            f"{at(f'{band}_db'):+.1f} dB at {at(f'{band}_hz'):.0f} Hz"
            for band in EQ_BANDS
            if abs(at(f"{band}_db")) >= 0.5
        ]
        if at("ratio") > 1.2 and at("threshold_db") < 11.0:
            parts.append(f"compressed {at('ratio'):.1f}:1")
        if abs(at("pan")) >= 0.05:
            parts.append(f"pan {at('pan'):+.2f}")
        if abs(at("width") - 1.0) >= 0.1:
            parts.append(f"width {at('width'):.2f}")
        if at("send_db") > -40.0:
            parts.append(f"reverb {at('send_db'):.0f} dB")
        return ", ".join(parts) or "unchanged"

    return {name: said(row) for name, row in zip(names, settings, strict=True)}


def write_report(path: Path, mixed: Mixed) -> None:
    """Write the report as JSON."""
    path.write_text(json.dumps(mixed.as_data(), indent=2, ensure_ascii=False), encoding="utf-8")
