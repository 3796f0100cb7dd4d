"""May a call be carried out? What changes the mix must rest on what the user said.

One rule: in doubt nothing is done; the user is asked instead.
"""

import difflib
from collections.abc import Sequence

import prompts
from assistant.hearing import ToolCall
from assistant.numerals import numbers
from mixer.moves import Move
from mixer.roles import role_from_name, words_of

LEAST_CERTAINTY = 0.3  # the least sure token of a call that changes the mix
CHANGES = frozenset({"apply_moves", "set_pan", "set_mute", "set_anchor", "shape_sound"})
READ_ONLY = frozenset({"measure_levels", "list_versions", "propose_moves"})


def stems_of(call: ToolCall) -> list[str]:
    """The stems that a call names."""
    arguments = call.arguments
    named = [move["stem"] for move in arguments.get("moves") or [] if isinstance(move, dict)]
    return [*named, arguments["stem"]] if isinstance(arguments.get("stem"), str) else named


def is_spoken_of(stem: str, role: str | None, said: str) -> bool:
    """Whether the words name a stem: by its name, a telling word of it, or its role."""
    spread = f" {words_of(said)} "
    name = words_of(stem)
    if stem.casefold() in said.casefold() or (name and f" {name} " in spread):
        return True
    meant = {role, role_from_name(stem)} - {None}
    words = spread.split()
    spoken = {role_from_name(" ".join(words[i : i + n])) for n in (1, 2) for i in range(len(words))}
    family = {"drums": {"kick", "snare", "hats", "percussion"}, "lead vocal": {"backing vocals"}}
    wide = spoken | {other for one in spoken for other in family.get(one or "", set())}
    telling = [word for word in name.split() if len(word) > 3]
    near = any(difflib.get_close_matches(word, words, n=1, cutoff=0.75) for word in telling)
    return near or bool(meant & wide)


def doubt(
    call: ToolCall,
    certainty: float | None,
    said: Sequence[str],
    names: Sequence[str],
    roles: Sequence[str | None],
    proposed: Sequence[Move],
) -> str | None:
    """Why a call should not be carried out, or None.

    Args:
        certainty: probability of the model's least sure token in the call, None if unknown.
        said: what the user said, the latest last; the one before gives "it" its meaning.
        proposed: moves that the user may have said yes to.
    """
    if call.name in READ_ONLY:
        return None
    if certainty is not None and certainty < LEAST_CERTAINTY:
        return f"the model was only {certainty:.0%} sure of the call"
    if call.name not in CHANGES:
        return None
    role_of = dict(zip(names, roles, strict=True))
    recent = " ".join(said[-2:])
    offered = {move.stem: move.gain_db for move in proposed}
    for stem in stems_of(call):
        known = stem in role_of  # a stem that is not there is for the tool to refuse
        if known and stem not in offered and not is_spoken_of(stem, role_of.get(stem), recent):
            return f"the user did not speak of {stem}"
    if call.name == "apply_moves":
        return _wrong_gain(call, recent, offered)
    return None


def _wrong_gain(call: ToolCall, said: str, offered: dict[str, float]) -> str | None:
    """A gain must stand in the user's words (as a number or an amount) or in the proposal."""
    known = {abs(number.value) for number in numbers(said)}
    lowered = said.casefold()
    known |= {gain for words, gain in prompts.GAIN_WORDS.items() if words in lowered}
    known |= {prompts.GAIN_WORDS["some"]} if not known else set()
    for move in call.arguments.get("moves") or []:
        gain_db = move.get("gain_db")
        if move.get("stem") in offered and offered[move["stem"]] == gain_db:
            continue
        if not isinstance(gain_db, int | float) or not any(
            abs(abs(gain_db) - value) < 0.01 for value in known
        ):
            return f"the user did not ask for {gain_db} dB"
    return None
