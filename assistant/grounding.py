"""Check a reply against what the tools said: its numbers, its stem names, and which way it points.

One rule: in doubt a reply fails; a failed reply is written anew from the tool results, never shown.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import prompts
from assistant.directions import wrong_directions
from assistant.numerals import normal, numbers, without_names
from mixer.moves import MAX_GAIN_DB, Move
from mixer.roles import role_from_name

CONVENTIONS = (MAX_GAIN_DB,)  # numbers that may be said without a tool: the limit of a move

_FILE = re.compile(r"\.(?:wav|flac|json|rpp|zip|txt|png)$", re.IGNORECASE)
_BACKTICKED = re.compile(r"`([^`]+)`")
_SOUND_WORDS = re.compile(
    r"\b(vocals?|vox|singer|kick|snare|hi-?hats?|cymbals?|toms?|drums?|percussion|bass|guitars?"
    r"|piano|keys|organ|strings|violins?|cello|brass|horns?|sax|trumpet|synth|pads?|arp|choir|flute)\b",
    re.IGNORECASE,
)

_I_HAVE = r"\bI(?:'ve| have)?(?: just| now| also)? "
_CLAIMS = tuple(  # what "I have ..." claims, and the tools of which one must have done it
    (re.compile(rf"{_I_HAVE}(?:{deeds})\b", re.IGNORECASE), frozenset(tools.split()))
    for deeds, tools in (
        (
            r"(?:raised|lowered|boosted|turned|applied|moved|pulled|pushed|cut|brought)",
            "apply_moves set_level set_pan set_mute restore_version undo redo",
        ),
        (r"shaped|brightened|darkened|warmed|widened", "shape_sound"),
        (r"(?:un)?muted", "set_mute"),
        (r"panned", "set_pan"),
        (r"rendered|mixed|bounced", "render_mix"),
        (r"exported|saved|wrote|written", "export_mix render_mix audition"),
        (r"undid|undone|restored|reverted", "undo redo restore_version"),
        (r"proposed|suggested", "propose_moves"),
    )
)


@dataclass(frozen=True)
class Evidence:
    """What a reply may rest on: the turn's tool results, the user's words, the moves in question.

    moves: gains per stem, several where several were made. relative_lu: levels against the anchor.
    """

    names: tuple[str, ...]
    values: tuple[float, ...] = ()
    user_text: str = ""
    moves: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    relative_lu: Mapping[str, float] = field(default_factory=dict)
    roles: tuple[str | None, ...] = ()
    tools: frozenset[str] = frozenset()  # those that did their work in this turn
    files: tuple[str, ...] = ()  # names of files that were written in this turn
    quoted: tuple[
        str, ...
    ] = ()  # passages of prompts/ in the results: they speak of music at large


def gather(
    names: Sequence[str],
    results: Iterable[tuple[str, str, Mapping[str, Any]]],
    user_text: str,
    earlier_moves: Sequence[Move] = (),
    roles: Sequence[str | None] = (),
) -> Evidence:
    """Collect the evidence of a turn from its successful tool results, each (tool, text, data).

    earlier_moves: an open proposal, which counts when this turn made no moves of its own.
    """
    values: list[float] = list(CONVENTIONS)
    moves: dict[str, tuple[float, ...]] = {}
    relative_lu: dict[str, float] = {}
    trims: list[Mapping[str, Any]] = []
    tools: set[str] = set()
    files: set[str] = set()
    quoted: list[str] = []
    for tool, text, data in results:
        tools.add(tool)
        files |= {re.split(r"[\\/]", path)[-1] for path in _files(data)}
        values += [number.value for number in numbers(text, names)]
        values += _leaves(data)
        for move in data.get("moves", ()):
            moves[move["stem"]] = (*moves.get(move["stem"], ()), move["gain_db"])
            values += [round(100 * share) for share in _shares(move)]
        for remark in data.get("remarks", ()):
            values += [round(100 * share) for share in _shares(remark)]
        trims += data.get("trims", ())
        for told in (data, data.get("card", {}), data.get("by_hand", {})):
            quoted += told.get("passages", ())
        for row in data.get("levels", ()):
            if row.get("relative_lu") is not None:
                relative_lu[row["stem"]] = row["relative_lu"]
    if not tools & {"propose_moves", "apply_moves", "set_level", "shape_sound"}:
        moves = {move.stem: (move.gain_db,) for move in earlier_moves}
    for trim in trims:  # gains too, though no fader's
        moves[trim["stem"]] = (*moves.get(trim["stem"], ()), trim["gain_db"])
    said = [number.value for number in numbers(user_text, names)]
    known = tuple(value for value in (*values, *said) if math.isfinite(value))
    return Evidence(
        tuple(names),
        known,
        user_text,
        moves,
        relative_lu,
        tuple(roles),
        frozenset(tools),
        tuple(sorted(files)),
        tuple(quoted),
    )


def check(reply: str, evidence: Evidence) -> list[str]:
    """What is wrong with a reply, one sentence each; an empty list lets it out."""
    if reply in _fixed_replies():
        return []
    problems = [
        f"the number {number.text} is in no tool result"
        for number in numbers(_without_files(reply, evidence.files), evidence.names)
        if not any(number.equals(value) for value in evidence.values)
    ]
    own = _without_quotes(reply, evidence.quoted)
    problems += [f"there is no stem called {name}" for name in _unknown_stems(own, evidence)]
    problems += [f"{deed!r} was not done" for deed in _false_claims(own, evidence)]
    clauses = wrong_directions(own, evidence.names, evidence.moves, evidence.relative_lu)
    return problems + list(clauses)


@cache
def _fixed_replies() -> frozenset[str]:
    """Replies of ours that have no variables: they state nothing about this song."""
    fixed = [name for name in prompts.situations() if not prompts.variables(name)]
    return frozenset(template for name in fixed for template in prompts.replies(name))


def _without_quotes(reply: str, quoted: Sequence[str]) -> str:
    """A reply without the passages that a lesson or a card brought: they claim no deed of ours.

    Their numbers are checked like any other.
    """
    for passage in sorted(quoted, key=len, reverse=True):
        reply = re.sub(re.escape(passage), ".", reply, flags=re.IGNORECASE)
    return reply


def _shares(data: Mapping[str, Any]) -> list[float]:
    """The probabilities in a row of data; they are told in percent."""
    return [data[name] for name in ("confidence", "opposite") if data.get(name) is not None]


def _leaves(data: Any) -> Iterator[float]:
    """Every number in JSON-able data."""
    if isinstance(data, Mapping):
        data = data.values()
    elif isinstance(data, (int, float)) and not isinstance(data, bool):
        yield float(data)
        return
    elif isinstance(data, str) or not isinstance(data, Iterable):
        return
    for value in data:
        yield from _leaves(value)


def _files(data: Any) -> Iterator[str]:
    """Every file named in JSON-able data, by its path."""
    if isinstance(data, str):
        yield from [data] if _FILE.search(data) else []
    elif isinstance(data, Mapping):
        data = list(data.values())
    if isinstance(data, list | tuple):
        for value in data:
            yield from _files(value)


def _without_files(reply: str, files: Sequence[str]) -> str:
    """A reply without the names of files that were written: their digits state nothing."""
    for name in sorted(files, key=len, reverse=True):
        reply = re.sub(rf"(?<![\w.]){re.escape(name)}(?!\w)", " ", reply)
    return reply


def _unknown_stems(reply: str, evidence: Evidence) -> list[str]:
    """Names in backticks that are no stem's, and instruments that this song does not have."""
    known = {name.casefold() for name in evidence.names}
    user_words = evidence.user_text.casefold()
    unknown = [
        name
        for name in _BACKTICKED.findall(reply)
        if name.casefold() not in known and name.casefold() not in user_words
    ]
    roles = _roles_here(evidence)
    if None in roles:
        return unknown  # a stem that nothing is known of may be any instrument
    for match in _SOUND_WORDS.finditer(without_names(normal(reply), evidence.names)):
        word = match[1].casefold()
        singular = word.rstrip("s")
        if singular in user_words or any(singular in name for name in known):
            continue
        if not _roles_meant(word) & roles:
            unknown.append(match[1])
    return unknown


def _false_claims(reply: str, evidence: Evidence) -> list[str]:
    """Deeds that the reply claims and that no tool did in this turn."""
    found = ((pattern.search(reply), tools) for pattern, tools in _CLAIMS)
    return [match[0] for match, tools in found if match and not tools & evidence.tools]


def _roles_here(evidence: Evidence) -> set[str | None]:
    """The roles of the stems, by name and by ear; None if there is a stem without any."""
    heard = evidence.roles or (None,) * len(evidence.names)
    roles: set[str | None] = set()
    for name, role in zip(evidence.names, heard, strict=True):
        told = {role, role_from_name(name)} - {None}
        roles |= told or {None}
    return roles


def _roles_meant(word: str) -> set[str | None]:
    """The roles that a sound word may stand for: "drums" is any drum, "guitar" either kind."""
    role = role_from_name(word)
    wide: dict[str, set[str | None]] = {
        "drums": {"kick", "snare", "hats", "percussion", "drums"},
        "lead vocal": {"lead vocal", "backing vocals"},
        "electric guitar": {"electric guitar", "acoustic guitar"},
        "synth lead": {"synth lead", "synth pad", "arpeggio"},
    }
    return wide.get(role or "", {role})
