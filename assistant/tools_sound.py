"""The tool that shapes a stem's sound by words: the map of mixing words, then the ear, or neither.

One rule: what is told is what is set, in units; words that nothing here understands change nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from assistant.context import ToolContext, ToolResult
from assistant.tools_levels import Arguments
from mixer.moves import Move
from mixer.words import Reading, Wish, read

if TYPE_CHECKING:
    from mixer.words_shape import Shaped

ONLY_STEREO = frozenset({"wide"})  # qualities that do nothing to a mono stem
AT_THE_END = "its knobs are at the end of their travel there"
MONO = "it is mono, and width does nothing there"
ZERO = "an amount of 0 was asked"


class ShapeSound(Arguments):
    stem: str = Field(min_length=1)
    words: str = Field(min_length=1, max_length=120)
    amount: float | None = Field(None, ge=0.0, le=1.0)


def shape_sound(context: ToolContext, arguments: ShapeSound) -> ToolResult:
    """Change one stem's sound, from what it is now, as a new version."""
    from mixer.megami.analysis import has_image
    from mixer.words_shape import neutral_with, shape

    stem, reading = context.stem(arguments.stem), read(arguments.words)
    if not reading.wishes:
        return _by_ear(context, stem, arguments.words, reading)
    wishes = _with_amount(reading.wishes, arguments.amount)
    words, index = str(Reading(wishes)), context.names.index(stem)
    before = context.session.state().sound_of(index)
    shaped = shape(neutral_with(before), wishes)
    flat = not has_image(context.song.audio[index])
    if flat and all(wish.quality in ONLY_STEREO for wish in wishes):
        return _unchanged(stem, words, MONO)
    if not any(wish.amount for wish in wishes) or not shaped.changes(before):
        return _unchanged(stem, words, AT_THE_END if arguments.amount != 0.0 else ZERO)
    return _applied(context, stem, words, shaped, reading.unknown)


def _with_amount(wishes: Sequence[Wish], amount: float | None) -> tuple[Wish, ...]:
    """The wishes, each with the amount that was given, if one was."""
    return tuple(wish if amount is None else replace(wish, amount=amount) for wish in wishes)


def _applied(
    context: ToolContext, stem: str, words: str, shaped: "Shaped", unknown: Sequence[str] = ()
) -> ToolResult:
    """Make a version of the state with this sound, and tell what changed."""
    before = context.session.state()
    changes = shaped.changes(before.sound_of(context.names.index(stem)))
    state = before.shaped(context.names, stem, shaped.sound)
    if shaped.gain_db:
        state = state.moved(context.names, [Move(stem, shaped.gain_db)])
    version = context.session.change(state, f"{stem} {words}")
    text = applied_text(version.label, stem, words, changes)
    text += f"; not understood: {', '.join(unknown)}" if unknown else ""
    data = {
        "version": version.number,
        "stem": stem,
        "words": words,
        "changes": list(changes),
        "gain_db": shaped.gain_db,
        "sound": shaped.sound,
        "not_understood": list(unknown),
    }
    return ToolResult(True, text, data)


def applied_text(label: str, stem: str, words: str, changes: Sequence[str]) -> str:
    return f"applied as {label}: {stem} {words}: {', '.join(changes)}"


def refused_text(words: str, why: str, near: Sequence[str]) -> str:
    known = f"try {', '.join(near)}"
    return (
        f"shape_sound: {words!r} is no mixing word that is known here, and {why}: "
        f"nothing was changed; {known}"
    )


def needs(absent: str) -> str:
    """Why a word cannot be followed that asks for an effect that is not there."""
    return f"it needs {absent}, which this console has not"


def _unchanged(stem: str, words: str, why: str) -> ToolResult:
    text = f"nothing to change: {stem} cannot be made {words}, {why}"
    return ToolResult(True, text, {"stem": stem, "words": words, "changes": [], "why": why})


def _by_ear(context: ToolContext, stem: str, words: str, reading: Reading) -> ToolResult:
    """Words that the map does not have: let the ear find a direction, where it can be trusted."""
    from mixer.ear import Ear
    from mixer.words_ear import shape_by_ear
    from mixer.words_shape import neutral_with

    if reading.absent:
        return _refused(words, needs(reading.absent[0]))
    index, plain = context.names.index(stem), " ".join(words.split())
    before = context.session.state().sound_of(index)
    context.progress(0, 1, "listening for the words")
    found = shape_by_ear(
        context.song.audio[index], context.song.sample_rate, neutral_with(before), plain, Ear.load()
    )
    context.progress(1, 1, "listening for the words")
    if found.shaped is not None:
        return _applied(context, stem, plain, found.shaped)
    return _refused(words, found.why)


def _refused(words: str, why: str) -> ToolResult:
    """Nothing is done; the nearest words that are known are told."""
    from assistant.near_words import near_words

    near = list(near_words(words))
    return ToolResult(
        False, refused_text(words, why, near), {"unknown_words": words, "why": why, "near": near}
    )
