"""This song's names and numbers for the slots of a lesson.

One rule: a name has a plain word in its place, and a sentence whose number cannot be had is left
out; so a lesson reads well whatever the meters have.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import prompts
from assistant.context import ToolContext, rounded
from assistant.lessons import Lesson
from assistant.naming import spoken_of
from assistant.numerals import numbers
from assistant.tools_levels import usual_levels
from mixer.loudness import Level

PLAIN = {  # what stands for a name that cannot be had
    "anchor": "the anchor",
    "stem": "one stem",
    "loudest": "your loudest stem",
    "quietest": "your quietest stem",
    "partner": "its neighbour",
    "peak_stem": "your loudest stem",
    "crest_high_stem": "your most percussive stem",
    "crest_low_stem": "your smoothest stem",
    "range_stem": "the stem that changes most",
}
_SLOT = re.compile(r"\{(\w+)\}")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Meters:
    """What a lesson is filled from. stem: the one to speak of, never the anchor.

    usual_lu: where such a stem usually lies against such an anchor, from and to.
    """

    names: tuple[str, ...]
    levels: tuple[Level, ...]
    relative_lu: tuple[float | None, ...]
    anchor: str | None = None
    stem: str | None = None
    usual_lu: tuple[float, float] | None = None


@dataclass(frozen=True)
class Told:
    """What stands in a slot, and the measured numbers in it."""

    text: str
    measured: tuple[float, ...] = ()


@dataclass(frozen=True)
class Filled:
    """A lesson told for this song. measured: numbers from the meters; cited: the lesson's own."""

    lesson: Lesson
    paragraphs: tuple[str, ...]
    try_it: str
    measured: tuple[float, ...]
    cited: tuple[float, ...]


def meters_of(context: ToolContext, said: str = "", stem: str | None = None) -> Meters:
    """The meters as they stand, and a stem: the given one, else the one that is meant.

    Meant is what is spoken of, else advised on, else the lead voice, else the first.
    """
    levels, anchor = context.levels_now(), context.session.anchor
    if anchor is None:
        return Meters(context.names, levels, (None,) * len(levels))
    relative = context.relative_now()
    heard = [
        name
        for name, lu in zip(context.names, relative, strict=True)
        if lu is not None and name != anchor
    ]
    stem = stem if stem in heard else _stem_meant(context, said, heard)
    usual_lu = None if stem is None else usual_levels(context, stem)
    return Meters(context.names, levels, relative, anchor, stem, usual_lu)


def _stem_meant(context: ToolContext, said: str, heard: Sequence[str]) -> str | None:
    """The stem to speak of: named, else advised on, else the lead voice, else the first."""
    advised = [move.stem for move in context.session.proposed]
    spoken = spoken_of(said, context.names, context.roles) if said else ()
    leads = [
        n for n, role in zip(context.names, context.roles, strict=True) if role == "lead vocal"
    ]
    return next((name for name in (*spoken, *advised, *leads, *heard) if name in heard), None)


def fill(lesson: Lesson, meters: Meters) -> Filled:
    """Put this song's names and numbers into a lesson."""
    told = values(meters)
    measured: list[float] = []
    paragraphs = [_filled(text, told, measured) for text in lesson.paragraphs]
    try_it = _filled(lesson.try_it, told, measured)
    written = " ".join([*lesson.paragraphs, lesson.try_it, *lesson.sources, lesson.title])
    cited = tuple(dict.fromkeys(number.value for number in numbers(written)))
    kept = tuple(text for text in paragraphs if text)
    return Filled(lesson, kept, try_it, tuple(dict.fromkeys(measured)), cited)


def _filled(text: str, told: Mapping[str, Told], measured: list[float]) -> str:
    """A paragraph without the sentences whose numbers cannot be had."""
    kept = []
    for sentence in _SENTENCE_ENDS.split(text):
        slots = _SLOT.findall(sentence)
        if all(slot in told for slot in slots):
            measured += [value for slot in slots for value in told[slot].measured]
            kept.append(_SLOT.sub(lambda match: told[match[1]].text, sentence))
    return " ".join(kept)


def values(meters: Meters) -> dict[str, Told]:
    """What stands in every slot that can be filled."""
    told = {slot: Told(text) for slot, text in PLAIN.items()}
    told |= _of_the_song(meters)
    if meters.anchor is not None:
        told["anchor"] = _name(meters.anchor)
        told |= _levels("anchor", meters, meters.anchor)
    if meters.stem is not None:
        told["stem"] = _name(meters.stem)
        told |= _levels("stem", meters, meters.stem)
        told |= _against_the_anchor("place", meters, meters.stem)
    if meters.usual_lu is not None:
        low_lu, high_lu = (rounded(value) or 0.0 for value in meters.usual_lu)
        told["usual"] = Told(f"{low_lu:+.1f} to {prompts.lu(high_lu)}", (low_lu, high_lu))
    return told


def _of_the_song(meters: Meters) -> dict[str, Told]:
    """The stems that stand out by one meter, with what it reads."""
    told: dict[str, Told] = {}
    for slot, value_slot, write, meter, way in (
        ("loudest", "loudest_lufs", prompts.lufs, lambda level: level.lufs, max),
        ("quietest", "quietest_lufs", prompts.lufs, lambda level: level.lufs, min),
        ("peak_stem", "peak", _dbtp, lambda level: level.true_peak_dbtp, max),
        ("crest_high_stem", "crest_high", _db, lambda level: level.crest_db, max),
        ("crest_low_stem", "crest_low", _db, lambda level: level.crest_db, min),
        ("range_stem", "range_lu", _size_lu, lambda level: level.range_lu, max),
    ):
        read = _read(meters, meter)
        if len(read) > 1:  # of a single stem none stands out
            name = way(read, key=read.__getitem__)
            value = rounded(read[name]) or 0.0
            told |= {slot: _name(name), value_slot: Told(write(value), (value,))}
    if "loudest_lufs" in told and "quietest_lufs" in told:
        (high,), (low,) = told["loudest_lufs"].measured, told["quietest_lufs"].measured
        spread_lu = rounded(high - low) or 0.0
        told["spread_lu"] = Told(_size_lu(spread_lu), (spread_lu,))
    return told | _partner(meters)


def _partner(meters: Meters) -> dict[str, Told]:
    """The stem nearest the anchor in level, and where it is."""
    others = {
        name: abs(lu)
        for name, lu in zip(meters.names, meters.relative_lu, strict=True)
        if lu is not None and name not in (meters.anchor, meters.stem)
    }
    if not others:
        return {}
    name = min(others, key=others.__getitem__)
    return {"partner": _name(name)} | _against_the_anchor("partner_place", meters, name)


def _levels(slot: str, meters: Meters, name: str) -> dict[str, Told]:
    """One stem's loudness and true peak."""
    level = meters.levels[meters.names.index(name)]
    told = {}
    if (lufs := rounded(level.lufs)) is not None:
        told[f"{slot}_lufs"] = Told(prompts.lufs(lufs), (lufs,))
    if (peak := rounded(level.true_peak_dbtp)) is not None:
        told[f"{slot}_peak"] = Told(_dbtp(peak), (peak,))
    return told


def _against_the_anchor(slot: str, meters: Meters, name: str) -> dict[str, Told]:
    """Where a stem lies: 2.1 LU below bass."""
    lu = rounded(meters.relative_lu[meters.names.index(name)])
    if lu is None:
        return {}
    way, anchor = "above" if lu > 0 else "below", _name(meters.anchor or "").text
    text = f"{_size_lu(lu)} {way} {anchor}" if lu else f"level with {anchor}"
    return {slot: Told(text, (lu,) if lu else ())}


def _read(meters: Meters, meter: Callable[[Level], float | None]) -> dict[str, float]:
    """What a meter reads, by stem, of those that have a level."""
    read = {name: meter(level) for name, level in zip(meters.names, meters.levels, strict=True)}
    return {name: value for name, value in read.items() if value is not None}


def _name(name: str) -> Told:
    """A stem's name; one without letters stands in quotes, lest it be read as a number."""
    return Told(name if re.search(r"[^\W\d_]", name) else f'"{name}"')


def _dbtp(value: float) -> str:
    return f"{value:.1f} dBTP"


def _db(value: float) -> str:
    return f"{value:.1f} dB"


def _size_lu(value: float) -> str:
    return f"{abs(value):.1f} LU"
