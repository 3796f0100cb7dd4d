"""Tools that make something to listen to: takes by MEGAMI, fair comparisons, exported files.

One rule: they write into the session's folder only, and never over a file that is there.
"""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field, StringConstraints, field_validator

from assistant.context import ToolContext, ToolError, ToolResult, rounded
from assistant.rendering import changed_line, render
from assistant.session import TakeFile
from assistant.tools_levels import Arguments
from mixer.moves import MixState

if TYPE_CHECKING:
    from mixer.audition import Audition as AuditionFiles
    from mixer.export import MixFile

VersionLabel = Annotated[str, StringConstraints(pattern=r"^(v|take)[0-9]{1,5}$")]


MOST_TAKES = 8  # of one call


class RenderMix(Arguments):
    takes: int = Field(1, ge=1, le=MOST_TAKES)
    effects: bool = True
    style: str | None = Field(None, max_length=120)
    seed: int = Field(0, ge=0, le=2**31 - 1)


class Audition(Arguments):
    versions: list[VersionLabel] | None = Field(None, min_length=1, max_length=8)
    stems: list[str] | None = Field(None, min_length=1, max_length=8)
    blind: bool = False

    @field_validator("versions", mode="before")
    @classmethod
    def _label_numbers(cls, versions: Any) -> Any:
        """Let 2 and "2" stand for v2."""
        if not isinstance(versions, list):
            return versions
        return [f"v{name}" if re.fullmatch(r"\d+", str(name)) else name for name in versions]


class ExportMix(Arguments):
    format: Literal["mix", "stems", "session"] = "mix"
    file_type: Literal["wav", "flac"] = "wav"


def free_path(folder: Path, stem: str, suffix: str = "") -> Path:
    """A path in a folder that nothing has yet: name.wav, name-2.wav, name-3.wav..."""
    folder.mkdir(parents=True, exist_ok=True)
    path, number = folder / f"{stem}{suffix}", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}{suffix}", number + 1
    return path


def render_mix(context: ToolContext, arguments: RenderMix) -> ToolResult:
    """Render takes of the song as it stands, and report what the meters say of them.

    Without a seed each take is another one than those before: "three more" are no copies.
    """
    from mixer.export import write_mix

    first = arguments.seed
    if "seed" not in arguments.model_fields_set:
        first = max((take.seed + 1 for take in context.session.takes), default=0)

    style = understood_style(arguments.style, arguments.effects)
    lines, rows = [], []
    for seed in range(first, first + arguments.takes):
        rendered = render(context, arguments.effects, seed, style=style)
        number = len(context.session.takes) + 1
        path = free_path(context.folder / "takes", f"take{number}", ".wav")
        written = write_mix(path, rendered.take.mix, context.song.sample_rate)
        take = context.session.add_take(path, seed, arguments.effects)
        trim = (
            f", all turned down {-written.trim_db:.1f} dB for the peak" if written.trim_db else ""
        )
        lines.append(
            f"{take.label} (seed {seed}, {'effects' if arguments.effects else 'faders only'}): "
            f"{path.relative_to(context.folder)}, {_loudness(written)}{trim}; "
            f"{changed_line(rendered.changes)}"
        )
        rows.append(
            {
                "take": take.number,
                "file": str(path),
                "seed": seed,
                "lufs": rounded(written.lufs),
                "true_peak_dbtp": rounded(written.true_peak_dbtp),
                "trim_db": rounded(written.trim_db),
                "stems": [change.as_data() for change in rendered.changes],
            }
        )
        del rendered  # its stems go before the next take is made
    if style:
        lines.append(style_line(style))
    data = {
        "version": context.session.version.number,
        "count": len(rows),
        "effects": arguments.effects,
        "style": style,
        "asked": any(context.session.state().sound),
        "takes": rows,
    }
    return ToolResult(True, "\n".join(lines), data)


def understood_style(words: str | None, effects: bool = True) -> str | None:
    """A style as it is understood ("warmer and more vintage"), refused where it is not."""
    from mixer.words import understood

    if not words:
        return None
    if not effects:
        raise ToolError(f"the style {words!r} was asked without effects: a style needs them on")
    return str(understood(words))


def style_line(style: str) -> str:
    return f"style: {style}, by the effects of every stem; what was asked of a stem is kept"


def _loudness(written: "MixFile") -> str:
    if written.lufs is None or written.true_peak_dbtp is None:
        return "silent"
    return f"{written.lufs:.1f} LUFS, peak {written.true_peak_dbtp:.1f} dBTP"


def audition(context: ToolContext, arguments: Audition) -> ToolResult:
    """Write loudness-matched files of versions, takes or single stems, blind if wanted."""
    from mixer.audition import write_audition

    if arguments.versions is not None and arguments.stems is not None:
        raise ToolError("versions and stems were both asked: compare one kind at a time")
    if arguments.stems is not None:
        names = [context.stem(name) for name in arguments.stems]
        audio = {name: _solo(context, name) for name in dict.fromkeys(names)}
    else:
        labels = arguments.versions or _usual_labels(context)
        audio = {label: _version_audio(context, label) for label in dict.fromkeys(labels)}
    folder = free_path(context.folder / "auditions", "blind" if arguments.blind else "audition")
    seed = len(context.session.events)  # differs from one audition to the next
    sample_rate = context.song.sample_rate
    written = write_audition(folder, audio, sample_rate, blind=arguments.blind, seed=seed)
    return _audition_result(context, arguments, folder, written)


def _audition_result(
    context: ToolContext, arguments: Audition, folder: Path, written: "AuditionFiles"
) -> ToolResult:
    where = folder.relative_to(context.folder)
    names = sorted(written.labels.values()) if arguments.blind else list(written.labels.values())
    data: dict[str, Any] = {
        "folder": str(folder),
        "blind": arguments.blind,
        "names": names,
        "files": [{"file": str(path)} for path in written.paths],
    }
    if arguments.blind:  # which is which stays in the key until the user has chosen
        text = f"loudness-matched files in {where}, in blind order; the key is beside them"
        return ToolResult(True, text, data)
    for row, name in zip(data["files"], names, strict=True):
        row.update(what=name, offset_db=rounded(written.offset_db[name]))
    told = ", ".join(f"{row['what']} {row['offset_db']:+.1f} dB" for row in data["files"])
    return ToolResult(True, f"loudness-matched files in {where}: {told}", data)


def _usual_labels(context: ToolContext) -> list[str]:
    """What one wants to compare: the song as opened, and the latest take or version."""
    takes, here = context.session.takes, context.session.version
    if takes and takes[-1].version == here.number:
        return ["v0", takes[-1].label]
    if here.number == 0:
        raise ToolError(
            "there is only v0, the song as opened: apply a move or render a take to compare it with"
        )
    return ["v0", here.label]


def _version_audio(context: ToolContext, label: str) -> np.ndarray:
    """The mix (2, samples) of a version's faders and pans, or of a take's file."""
    if label.startswith("take"):
        return _read_take(context, _take(context, int(label.removeprefix("take"))))
    versions = context.session.versions
    number = int(label.removeprefix("v"))
    if number >= len(versions):
        raise ToolError(f"{label} was asked: there are v0 to v{len(versions) - 1}")
    return _faders(context, versions[number].state)


def _take(context: ToolContext, number: int) -> TakeFile:
    takes = context.session.takes
    if not 1 <= number <= len(takes):
        there = f"there are take1 to take{len(takes)}" if takes else "none is rendered yet"
        raise ToolError(f"take{number} was asked: {there} (render_mix makes takes)")
    return takes[number - 1]


def _read_take(context: ToolContext, take: TakeFile) -> np.ndarray:
    import soundfile

    if not take.path.exists():
        raise ToolError(f"{take.path} is gone: render it again with seed {take.seed}")
    audio, _ = soundfile.read(take.path, dtype="float32", always_2d=True)
    return np.ascontiguousarray(audio.T)


def _faders(context: ToolContext, state: MixState) -> np.ndarray:
    from mixer.megami.mixer import faders_mix

    return faders_mix(context.song, state, context.on_progress)


def _solo(context: ToolContext, name: str) -> np.ndarray:
    index = context.names.index(name)
    if context.levels[index].lufs is None:
        raise ToolError(f"{name} has no level (silence, or too short): choose a stem that sounds")
    return context.as_asked(index)


def export_mix(context: ToolContext, arguments: ExportMix) -> ToolResult:
    """Write the mix or the stems as they stand, or a session file with every setting."""
    label = context.session.version.label
    folder = context.folder / "exports"
    if arguments.format == "session":
        path = free_path(folder, f"session-{label}", ".json")
        path.write_text(json.dumps(session_data(context), indent=2), encoding="utf-8")
        text = f"wrote {path.relative_to(context.folder)}"
        return ToolResult(True, text, {"format": "session", "files": [str(path)]})
    return _export_audio(context, arguments, folder, label)


def _export_audio(
    context: ToolContext, arguments: ExportMix, folder: Path, label: str
) -> ToolResult:
    from mixer.export import write_mix, write_stems
    from mixer.megami.mixer import render_takes

    chosen = context.session.take_chosen
    if chosen is not None and arguments.format == "mix":
        path = free_path(folder, f"mix-{chosen.label}", f".{arguments.file_type}")
        mix = write_mix(path, _read_take(context, chosen), context.song.sample_rate)
        return _mix_exported(context, path, mix)
    take = render_takes(context.song, None, context.session.state(), effects=False)[0]
    if arguments.format == "stems":
        stems_folder = free_path(folder, f"stems-{label}")
        written = write_stems(
            stems_folder,
            context.names,
            take.stems,
            context.song.sample_rate,
            suffix=f".{arguments.file_type}",
        )
        files = [str(path) for path in written.paths]
        text = f"wrote {len(files)} stems to {stems_folder.relative_to(context.folder)}"
        return ToolResult(True, text, {"format": "stems", "files": files})
    path = free_path(folder, f"mix-{label}", f".{arguments.file_type}")
    return _mix_exported(context, path, write_mix(path, take.mix, context.song.sample_rate))


def _mix_exported(context: ToolContext, path: Path, mix: "MixFile") -> ToolResult:
    text = f"wrote {path.relative_to(context.folder)}, {_loudness(mix)}"
    if mix.trim_db:
        text += f", all turned down {-mix.trim_db:.1f} dB for the peak"
    data = {
        "format": "mix",
        "files": [str(path)],
        "lufs": rounded(mix.lufs),
        "true_peak_dbtp": rounded(mix.true_peak_dbtp),
        "trim_db": rounded(mix.trim_db),
    }
    return ToolResult(True, text, data)


def session_data(context: ToolContext) -> dict[str, Any]:
    """Every setting as it stands, for another program to read."""
    state = context.session.state()
    stems = [
        {
            "stem": name,
            "gain_db": state.gain_db[index],
            "pan": state.pan[index],
            "muted": state.muted[index],
            "sound": state.sound_of(index),
        }
        for index, name in enumerate(context.names)
    ]
    return {"song": context.song.name, "anchor": context.session.anchor, "stems": stems}
