"""A wish for the sound of what was just spoken of: "give it more bite", "can they be warmer?".

One rule: the words surely ask for a sound, of no stem that they name and of nothing else; or for
one of each stem that they name.
"""

import re

from assistant.hearing import ToolCall
from assistant.progress import Progress
from assistant.replying import Reply, told_at_once
from assistant.said_balance import asks_for_an_opinion
from assistant.said_sound import sound_said, wishes_a_sound
from assistant.said_sounds import sounds_of_each

_PRONOUN = re.compile(r"\b(?:it|that|this|them|those|these|they|he|she|him|her)\b")
_PLEASED = re.compile(  # "yes, much clearer, thank you"
    r"^\W*(?:(?:yes|yeah|yep|ah+|oh+|wow|there|now|that'?s|it'?s)\W+)+(?:so |way |a lot |much "
    r"|far )*"
    r"\w+er\b[^?]*\b(?:thanks?|thank you|thx|ta|cheers|lovely|perfect|great|nice one|good)\b"
)
_MOST = 2  # stems that a pronoun may mean


def sounded_each(turn: Progress) -> Reply | None:
    """What is said to sounds of several stems in one sentence; None for all else."""
    if turn.acts_of is None or turn.order is not None or turn.reading.orders:
        return None
    wishes = sounds_of_each(turn.words, turn.context.names, tuple(turn.context.roles))
    calls = [
        ToolCall("shape_sound", {"stem": stem, "words": wish.words})
        for wish in wishes
        for stem in wish.stems
    ]
    return told_at_once(turn, *calls) if calls else None


def sounded(turn: Progress) -> Reply | None:
    """What is said to a sound for what "it" is; None where the words ask for anything else."""
    said = turn.reading.said
    if turn.acts_of is None or turn.order is not None or said.named:
        return None
    names, stems = turn.context.names, turn.before.focus
    sound = sound_said([said.latest], names, (), stems)
    shaped = any(call.name == "shape_sound" for call in turn.before.deeds)
    points = _PRONOUN.search(said.latest) or shaped
    if not points or not sound.only or not 0 < len(stems) <= _MOST:
        return None
    if asks_for_an_opinion(said.latest) or _PLEASED.search(said.latest):
        return None
    if said.missing or turn.reading.orders or not wishes_a_sound(said.latest, names):
        return None
    calls = [ToolCall("shape_sound", {"stem": stem, "words": sound.words}) for stem in stems]
    return told_at_once(turn, *calls)
