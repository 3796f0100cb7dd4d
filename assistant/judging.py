"""What the model thinks of a balance: a probability for every move that a stem may need.

One rule: stems are put before the model in one canonical order (anchor first, then by name) and in
its reverse, and the mean is taken, so the order in which a song was opened can change nothing. An
ear that hears other things than the names tell counts for less: the rest of the weight is given to
a judgement by names and meters.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from assistant.hearing import GRID, Hearing, Judgement
from assistant.model.judging import JudgingPrompt, Senses, judging_prompt
from assistant.model.modeling import GainsayForConditionalGeneration
from assistant.model.sentences import SentenceEncoder
from mixer.sources import natural_key

STEMS_AT_ONCE = 24  # as many as the embedded model was trained on; larger songs come in groups
USUAL_SENSES: Senses = "all"
_TOKENS_AT_ONCE = 8192
_KEEP = len(GRID) // 2


class _Asked(NamedTuple):
    """One prompt and what it is made from. share: what its answer counts of the song's."""

    song: int
    hearing: Hearing
    order: Sequence[int]
    said: str
    senses: Senses
    share: float
    prompt: JudgingPrompt


class Judge:
    """Asks the language model which move each stem needs."""

    def __init__(
        self,
        model: GainsayForConditionalGeneration,
        tokenizer: PreTrainedTokenizerFast,
        sentences: SentenceEncoder | None,
    ):
        self.model, self.tokenizer, self.sentences = model, tokenizer, sentences

    def weigh(
        self, hearings: Sequence[Hearing], words: Sequence[str], senses: Senses = USUAL_SENSES
    ) -> list[Judgement]:
        """Judge songs, each with what its user said ("" for nothing); an anchor is never moved."""
        alike: dict[int, list[_Asked]] = defaultdict(list)
        weights = [np.zeros((len(hearing.names), len(GRID))) for hearing in hearings]
        for song, (hearing, said) in enumerate(zip(hearings, words, strict=True)):
            for order in _orders(hearing):
                prompt = self._prompt(hearing, order, said, senses)
                for given, share in _shares(hearing, senses):
                    one = _Asked(song, hearing, order, said, given, share / 2, prompt)
                    alike[len(prompt.ids)].append(one)
        for length, group in sorted(alike.items()):
            step = max(1, _TOKENS_AT_ONCE // length)
            for start in range(0, len(group), step):
                part = group[start : start + step]
                for one, each in zip(part, self._moves(part), strict=True):
                    weights[one.song][one.order[1:]] += one.share * each
        judged = []
        for hearing, weight in zip(hearings, weights, strict=True):
            weight[weight.sum(axis=1) == 0.0, _KEEP] = 1.0
            judged.append(Judgement(hearing.names, hearing.anchor_index, weight))
        return judged

    def _prompt(
        self, hearing: Hearing, order: Sequence[int], said: str, senses: Senses
    ) -> JudgingPrompt:
        return judging_prompt(
            self.tokenizer,
            [hearing.names[index] for index in order],
            said,
            hearing.genre,
            senses,
            10.0 * hearing.relative_profile[list(order), 0],
            vectors=self.sentences is not None,
        )

    @torch.inference_mode()
    def _moves(self, asked: Sequence[_Asked]) -> list[np.ndarray]:
        """Probabilities (stems asked for, 49) of each of some equally long prompts."""
        content, level = [], []
        for one in asked:
            items, hearing = [one.order[place] for place in one.prompt.stems], one.hearing
            hidden, features = hearing.hidden[items], np.nan_to_num(hearing.relative_profile[items])
            content.append(np.zeros_like(hidden) if one.senses == "level" else hidden)
            level.append(np.zeros_like(features) if one.senses == "content" else features)
        said = [one.said for one in asked if one.said]
        vectors = self.sentences.encode(said) if self.sentences is not None and said else None
        heard = {
            "content_features": _tensor(content),
            "level_features": _tensor(level),
            "level_only": torch.tensor([flag for one in asked for flag in one.prompt.level_only]),
        }
        output = self.model.model(
            input_ids=torch.tensor([one.prompt.ids for one in asked]),
            sentence_features=None if vectors is None else torch.from_numpy(vectors),
            **(heard if asked[0].senses != "text" else {}),
        ).last_hidden_state
        rows = []
        for row, one in enumerate(asked):
            logits = self.model.move_logits(output[row, one.prompt.asked]).float()
            rows.append(torch.softmax(logits, dim=-1).numpy())
        return rows


def _shares(hearing: Hearing, senses: Senses) -> list[tuple[Senses, float]]:
    """What a song is judged by, and what each judgement counts."""
    if senses != "all" or hearing.trust >= 1.0:
        return [(senses, 1.0)]
    return [("all", hearing.trust), ("level", 1.0 - hearing.trust)]


def _tensor(arrays: Sequence[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.concatenate(arrays).astype(np.float32))


def _orders(hearing: Hearing) -> list[list[int]]:
    """The orders in which a song is judged: groups of stems, each forwards and backwards."""
    anchor, *others = canonical_order(hearing)
    count = -(-len(others) // (STEMS_AT_ONCE - 1)) if others else 0
    groups = [others[first::count] for first in range(count)]  # next to each other by name: apart
    return [[anchor, *way] for group in groups for way in (group, group[::-1])]


def canonical_order(hearing: Hearing) -> list[int]:
    """Stems with a level, anchor first, the others by name."""
    level = hearing.relative_profile[:, 0]
    sounding = [index for index in others_by_name(hearing) if np.isfinite(level[index])]
    return [hearing.anchor_index, *sounding]


def others_by_name(hearing: Hearing) -> list[int]:
    """The stems besides the anchor, by name."""
    others = [index for index in range(len(hearing.names)) if index != hearing.anchor_index]
    return sorted(others, key=lambda index: natural_key(hearing.names[index]))
