"""Read a request by its nearest phrasing: the plain part that stands in for the language model.

One rule: a phrasing far from all that are known is not read at all; the user is asked instead.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import prompts
from assistant.hearing import ToolCall
from assistant.numerals import numbers
from mixer.roles import role_from_name

LEAST_LIKENESS = 0.4  # cosine over words and letter groups
LISTEN = frozenset({"ask_advice", "ask_fine", "complain_quiet", "complain_loud"})
TALK = {
    "greet": "greet", "thanks": "thanks", "who_are_you": "who_are_you", "off_topic": "off_topic",
    "nonsense": "nonsense", "other_language": "other_language", "refuse": "refused_ok",
}  # fmt: skip
PLAIN_CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "ask_levels": ("measure_levels", {}),
    "accept": ("apply_moves", {}),
    "undo": ("undo", {}),
    "redo": ("redo", {}),
    "list_versions": ("list_versions", {}),
    "render": ("render_mix", {}),
    "render_faders": ("render_mix", {"effects": False}),
    "audition": ("audition", {}),
    "audition_blind": ("audition", {"blind": True}),
    "export": ("export_mix", {}),
    "check_gain_staging": ("check_gain_staging", {}),
    "drill": ("start_drill", {}),
}
_STEM, _NUMBER = "stemx", "numx"
_SLOT_WORDS = {"stem": _STEM, "stem2": _STEM, "role": _STEM, "anchor": _STEM, "missing": "thingx"}
_SLOT_WORDS |= {name: _NUMBER for name in ("gain", "gain2", "takes", "seed", "percent")}


@dataclass(frozen=True)
class Reading:
    """What a request comes to: listening, a call, or words alone."""

    intent: str
    likeness: float
    listen: bool = False
    call: ToolCall | None = None
    situation: str | None = None


def _grams(text: str) -> Counter[str]:
    words = re.findall(r"[a-z0-9']+|[+-]", text.lower())
    found = Counter(f"w:{word}" for word in words)
    found.update(f"b:{a} {b}" for a, b in zip(words, words[1:], strict=False))
    for word in words:
        padded = f"<{word}>"
        found.update(f"c:{padded[i : i + 3]}" for i in range(len(padded) - 2))
    return found


@cache
def _known(hold_out: bool) -> tuple[dict[str, int], np.ndarray, np.ndarray, tuple[str, ...]]:
    """Vocabulary, idf, unit vectors (phrasings, vocabulary) and the intent of each."""
    texts, intents = [], []
    for intent in prompts.intents():
        for number, template in enumerate(prompts.phrasings(intent)):
            if hold_out and prompts.is_held_out(number):
                continue
            slots = {slot: _SLOT_WORDS.get(slot, "") for slot in prompts.slots(template)}
            slots |= {"gain_words": "a bit", "version": "v2", "side": "above", "topic": "headroom"}
            slots |= {"words": "brighter", "quality": "warmth", "fault": "mud", "format": "mix"}
            slots |= {"pan_words": "halfway"}
            texts.append(_grams(prompts.fill(template, **slots)))
            intents.append(intent)
    vocabulary = {gram: i for i, gram in enumerate(sorted(set().union(*texts)))}
    counts = np.zeros((len(texts), len(vocabulary)), np.float32)
    for row, grams in enumerate(texts):
        for gram, count in grams.items():
            counts[row, vocabulary[gram]] = count
    idf = np.log(len(texts) / (counts > 0).sum(axis=0)).astype(np.float32)
    vectors = counts * idf
    norms = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vocabulary, idf, vectors / norms, tuple(intents)


def _mentions(
    text: str, names: Sequence[str], roles: Sequence[str | None]
) -> tuple[str, list[str]]:
    """The text with placeholders for stems, and the stems named, in order."""
    found: list[tuple[int, str]] = []
    masked = text
    for name in sorted(names, key=len, reverse=True):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", masked, re.IGNORECASE):
            found.append((match.start(), name))
            masked = masked[: match.start()] + "\0" * len(match[0]) + masked[match.end() :]
    for match in re.finditer(r"[A-Za-z]+ [A-Za-z]+|[A-Za-z]+", masked):
        for piece in (match[0], *match[0].split()):
            role = role_from_name(piece)
            meant = [name for name, own in zip(names, roles, strict=True) if role and own == role]
            if len(meant) == 1 and piece in masked:
                at = masked.index(piece)
                found.append((at, meant[0]))
                masked = masked[:at] + "\0" * len(piece) + masked[at + len(piece) :]
                break
    masked = re.sub("\0+", f" {_STEM} ", masked)
    return re.sub(r"\bv(?=\d)", "version ", masked, flags=re.IGNORECASE), [
        name for _, name in sorted(found)
    ]


def read(
    text: str,
    names: Sequence[str],
    roles: Sequence[str | None],
    proposed: Sequence[str] = (),
    hold_out: bool = False,
) -> Reading | None:
    """What the user wants, or None if no phrasing is near enough or a stem is missing.

    Args:
        proposed: stems of the open proposal, which "why" is about.
        hold_out: leave out every twelfth phrasing, so that these can be tested on.
    """
    masked, stems = _mentions(text, names, roles)
    vocabulary, idf, vectors, intents = _known(hold_out)
    asked = np.zeros(len(vocabulary), np.float32)
    for gram, count in _grams(re.sub(r"\d+(?:[.,]\d+)?", f" {_NUMBER} ", masked)).items():
        if gram in vocabulary:
            asked[vocabulary[gram]] = count
    asked *= idf
    size = float(np.linalg.norm(asked))
    likeness = vectors @ asked / size if size else np.zeros(len(intents))
    best = int(np.argmax(likeness))
    if likeness[best] < LEAST_LIKENESS:
        return None
    return _meant(intents[best], float(likeness[best]), masked, stems, list(proposed))


def _meant(
    intent: str, likeness: float, text: str, stems: list[str], proposed: list[str]
) -> Reading | None:
    if intent in LISTEN:
        return Reading(intent, likeness, listen=True)
    if intent in TALK:
        return Reading(intent, likeness, situation=TALK[intent])
    if intent in PLAIN_CALLS:
        name, arguments = PLAIN_CALLS[intent]
        return Reading(intent, likeness, call=ToolCall(name, dict(arguments)))
    said = [abs(number.value) for number in numbers(text)]
    if intent == "restore_version":
        return Reading(
            intent, likeness, call=ToolCall(intent, {"version": int(said[0]) if said else 0})
        )
    if intent == "takes":
        count = min(int(said[0]), 8) if said else 3
        return Reading(intent, likeness, call=ToolCall("render_mix", {"takes": max(count, 1)}))
    if intent == "explain_topic":
        return Reading(intent, likeness, call=ToolCall("explain", {"topic": text[:120]}))
    stem = stems[0] if stems else (proposed[0] if intent == "why" and proposed else None)
    return None if stem is None else _about(intent, likeness, text, stem, said)


def _about(intent: str, likeness: float, text: str, stem: str, said: list[float]) -> Reading | None:
    """A call about one stem."""
    amounts = [words for words in prompts.GAIN_WORDS if words in text.lower()]
    in_words = prompts.GAIN_WORDS[max(amounts, key=len)] if amounts else 2.0
    share = min(said[0] / 100, 1.0) if said else 0.5
    gain_db = said[0] if said else in_words
    sign = -1.0 if "down" in intent else 1.0
    calls: dict[str, tuple[str, dict[str, Any]]] = {
        "ask_level_of": ("measure_levels", {"stems": [stem]}),
        "why": ("measure_levels", {"stems": [stem]}),
        "set_anchor": ("set_anchor", {"stem": stem}),
        "solo": ("audition", {"stems": [stem]}),
        "mute": ("set_mute", {"stem": stem, "muted": True}),
        "unmute": ("set_mute", {"stem": stem, "muted": False}),
        "pan_left": ("set_pan", {"stem": stem, "pan": -share}),
        "pan_right": ("set_pan", {"stem": stem, "pan": share}),
        "pan_centre": ("set_pan", {"stem": stem, "pan": 0.0}),
        "shape_sound": ("shape_sound", {"stem": stem, "words": text[:120]}),
    }
    if intent.startswith(("order_up", "order_down")):
        moves = [{"stem": stem, "gain_db": sign * gain_db}]
        return Reading(intent, likeness, call=ToolCall("apply_moves", {"moves": moves}))
    if intent not in calls:
        return None
    name, arguments = calls[intent]
    return Reading(intent, likeness, call=ToolCall(name, arguments))
