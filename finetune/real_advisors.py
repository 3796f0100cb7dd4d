"""Who is asked about real songs: the listener, and beside it the observer and those who hear none.

One rule: each answers with posteriors (S, 49), a list in the order of the mixes.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from assistant.hearing import Hearing, Judgement
from assistant.judging import USUAL_SENSES
from assistant.model.judging import Senses
from finetune import baselines
from finetune.judged_mixes import QUESTION
from finetune.observer import fault_posterior
from finetune.real_mixes import RealMix
from mixer.balance import BalancePrior

LISTENER, OBSERVER = "Gainsay (hears)", "observer (named roles)"
LEVELS_ONLY, EQUAL = "levels only", "equal loudness"
TOLD = "Gainsay, told what is wrong"
ASKED = [{"role": "user", "content": QUESTION}]

Posteriors = list[np.ndarray]
Advisor = Callable[[Sequence[RealMix]], Posteriors]


def advisors(prior: BalancePrior, listener: Any, seed: int = 0) -> dict[str, Advisor]:
    """All whom the tables compare."""
    levels_only = baselines.fit_levels_only(prior, np.random.default_rng(seed))
    return {
        EQUAL: lambda mixes: [baselines.equal_loudness(_relative_db(mix), 0) for mix in mixes],
        LEVELS_ONLY: lambda mixes: [levels_only.advise(_relative_db(mix), 0) for mix in mixes],
        OBSERVER: lambda mixes: [observe(prior, mix) for mix in mixes],
        LISTENER: lambda mixes: ask(listener, [mix.hearing for mix in mixes]),
    }


def observe(prior: BalancePrior, mix: RealMix) -> np.ndarray:
    """Who knows the prior and each stem's role; genres pooled, as the listener was taught."""
    return fault_posterior(_relative_db(mix), 0, *prior.moments(mix.roles, None, mix.plays))


def ask(listener: Any, hearings: Sequence[Hearing], senses: Senses = USUAL_SENSES) -> Posteriors:
    """The listener's posteriors in the product's own way, perhaps with some senses only."""
    return _probabilities(listener.judge_many(hearings, [ASKED] * len(hearings), senses))


def ask_told(listener: Any, mixes: Sequence[RealMix]) -> Posteriors:
    """The same when the user says which stem is wrong, and which way, wherever one is."""
    said = [[{"role": "user", "content": complaint(mix)}] for mix in mixes]
    return _probabilities(listener.judge_many([mix.hearing for mix in mixes], said))


def _probabilities(judgements: Sequence[Judgement]) -> Posteriors:
    return [judgement.probability.astype(float) for judgement in judgements]


def complaint(mix: RealMix) -> str:
    """What a user says of the mix's first flaw; a question where nothing is wrong."""
    if not mix.flaws:
        return QUESTION
    name = mix.hearing.names[mix.flaws[0].stem]
    return f"the {name} is too {'loud' if mix.flaws[0].gain_db > 0 else 'quiet'}"


def _relative_db(mix: RealMix) -> np.ndarray:
    return mix.levels - mix.levels[0]
