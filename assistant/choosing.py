"""What to do about the user's words: what the language model and the reader find, weighed together.

One rule: the two err differently (one knows the talk, the other English), so that is done which
both find likely.
"""

from collections.abc import Mapping

import numpy as np

from assistant.decoding import Writer, probability
from assistant.intents import ADVICE, SPEAK
from assistant.said import Said
from assistant.said_balance import (
    LEAST_ADVICE,
    asks_for_an_opinion,
    asks_what_about,
    complains_of_cover,
    speaks_of_balance,
)
from assistant.said_gains import says_way
from assistant.said_sound import taken_out

PLAIN = 0.9  # how likely an act is meant that the words plainly ask for, whatever the reader finds
READER_WEIGHT = 2.0  # of 0 to 20 the best on two groups of strangers
_FLOOR = 0.01  # of both's probabilities: neither rules out what the other is sure of
Acts = dict[str, float]


def found_likely(writer: Writer, hear_id: int, call_id: int, openings: Mapping[str, int]) -> Acts:
    """The language model's probability of every act: listening, each tool's call, and words.

    openings: the id with which each tool's call begins; a tool that is left out cannot be meant.
    """
    first = writer.logits()
    hears, calls = probability(first, hear_id), probability(first, call_id)
    behind = writer.logits_behind(call_id)
    chances = np.array([behind[token] for token in openings.values()], dtype=np.float64)
    chances = np.exp(chances - chances.max()) if len(chances) else chances
    acts = {ADVICE: hears, SPEAK: 1.0 - hears - calls}
    for tool, chance in zip(openings, chances / chances.sum(), strict=True):
        acts[tool] = acts.get(tool, 0.0) + calls * float(chance)
    return acts


def weighed(by_model: Acts, by_reader: Mapping[str, float], weight: float = READER_WEIGHT) -> Acts:
    """Both opinions as one, a product of experts; the model's own where the reader has none."""
    if not by_reader:
        return by_model
    product = {
        act: (likely + _FLOOR) * (by_reader.get(act, 0.0) + _FLOOR) ** weight
        for act, likely in by_model.items()
    }
    total = sum(product.values())
    return {act: value / total for act, value in product.items()}


def likeliest(acts: Acts) -> tuple[str, float]:
    """The act to take and its probability: whether to listen, call or speak, then which call."""
    calls = {act: likely for act, likely in acts.items() if act not in (ADVICE, SPEAK)}
    most = max(acts.get(ADVICE, 0.0), acts.get(SPEAK, 0.0))
    if calls and sum(calls.values()) > most:
        act = max(calls, key=lambda name: calls[name])
    else:
        act = ADVICE if acts.get(ADVICE, 0.0) == most else SPEAK
    return act, acts[act]


def as_worded(read: Mapping[str, float], said: Said) -> Acts:
    """The reader's opinion, with the act that the words plainly ask for.

    "bells 8 under the kick"; "and the keys?", "how does it sound now"; "are they too loud?", which
    asks for an opinion and for no numbers.
    """
    acts = dict(read)
    if said.placed is not None and said.numbers():
        acts["set_level"] = max(acts.get("set_level", 0.0), PLAIN)
    if said.asks_after or said.asks_how_it_is:
        acts[ADVICE] = max(acts.get(ADVICE, 0.0), PLAIN)
    strange = taken_out(said.latest)
    if said.named and strange is not None and not said.speak(strange):
        acts = _plainly_meant("shape_sound", acts)
    opinion = asks_for_an_opinion(said.latest)
    opinion |= bool(said.named) and asks_what_about(said.latest) and not says_way(said.latest)
    if opinion or said.asks_if_right or complains_of_cover(said.latest):
        acts = _plainly_meant(ADVICE, acts)
    return acts


def _plainly_meant(act: str, acts: Acts) -> dict[str, float]:
    """The acts with one that the words leave no doubt of."""
    return {name: (1.0 - PLAIN) * likely for name, likely in acts.items()} | {act: PLAIN}


def judges_nothing(act: str, read: Mapping[str, float], said: Said) -> bool:
    """Whether the mix would be judged where neither the reader nor a word speaks of it."""
    unread = act == ADVICE and read.get(ADVICE, 0.0) < LEAST_ADVICE
    return unread and not speaks_of_balance(said.latest)
