"""What users want, by the names of the phrasings in prompts/, and what is done about each.

One rule: an intent leads to a tool, to words, or to either where only the talk can tell.
"""

from collections.abc import Mapping
from functools import cache

ADVICE = "propose_moves"
SPEAK = ""  # the act of answering in words alone
# The tool of each intent's first step, by the longest of these that its name begins with.
_TOOLS = {
    "accept": "apply_moves", "all": "apply_moves", "group": "apply_moves", "it": "apply_moves",
    "order": "apply_moves", "more_of_it": "apply_moves", "same_for": "apply_moves",
    "too_far": "apply_moves", "correct": "undo", "ask_about_stem": ADVICE, "ask_advice": ADVICE,
    "ask_fine": ADVICE, "complain": ADVICE, "ask_level": "measure_levels",
    "ask_levels": "measure_levels", "loudest": "measure_levels",
    "compare_stems": "measure_levels", "why": "measure_levels", "and_stem": "measure_levels",
    "audition": "audition", "solo": "audition", "mute": "set_mute", "unmute": "set_mute",
    "pan": "set_pan", "set_same": "set_level", "set_to": "set_level", "prefer": "prefer",
    "tone": "prefer", "set_genre": "prefer", "render": "render_mix", "takes": "render_mix",
    "export": "export_mix", "explain": "explain", "drill": "start_drill",
    "check_gain_staging": "check_gain_staging", "set_anchor": "set_anchor", "undo": "undo",
    "redo": "redo", "list_versions": "list_versions", "restore_version": "restore_version",
    "shape_sound": "shape_sound",
}  # fmt: skip
LEADS = 1.2  # times as likely as the next: an answer in words that is chosen by what was read
_ABOUT_ONE = ("complain", "ask_about_stem", "prefer")  # answered in words if it is the anchor
_SITUATIONS = {"refuse": "refused_ok"}  # where the reply is not called as the intent is


@cache
def tool_of(intent: str) -> str | None:
    """The tool that an intent's first step calls; None: it is answered in words."""
    fitting = [start for start in _TOOLS if intent == start or intent.startswith(f"{start}_")]
    return _TOOLS[max(fitting, key=len)] if fitting else None


def acts_of(reading: Mapping[str, float], anchor_alone: bool = False) -> dict[str, float]:
    """How likely each act (a tool's name, or SPEAK) is meant; what may be either counts for both.

    Args:
        reading: probability of every intent.
        anchor_alone: whether the anchor is the one stem that was spoken of.
    """
    acts: dict[str, float] = {}
    for intent, likely in reading.items():
        leads = {tool_of(intent) or SPEAK}
        if intent == "and_stem":
            leads.add(ADVICE)
        if anchor_alone and intent.startswith(_ABOUT_ONE):
            leads.add(SPEAK)
        for act in leads:
            acts[act] = acts.get(act, 0.0) + likely
    return acts


def situation_said(reading: Mapping[str, float]) -> str | None:
    """The situation of the likeliest answer in words; None where several are as likely."""
    spoken = {name: likely for name, likely in reading.items() if tool_of(name) is None}
    ranked = sorted(spoken, key=lambda name: spoken[name], reverse=True)
    if not ranked or (len(ranked) > 1 and spoken[ranked[0]] < LEADS * spoken[ranked[1]]):
        return None
    return _SITUATIONS.get(ranked[0], ranked[0])
