"""The prompt in which the cascade weighs a balance: every stem is heard once, then asked for.

One rule: a stem's move is read behind its second mention, when all the others have been heard, so
that one pass of the language model judges every stem of a song.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
from transformers import PreTrainedTokenizerFast

from assistant.model.configuration import TOKENS_PER_STEM
from assistant.model.processing import (
    AUDIO,
    HEAR,
    NUMBER_TOKENS,
    SAID,
    STEMS_AGAINST,
    TURN_END,
    TURN_START,
    plain,
)

Senses = Literal["all", "tokens", "level", "content", "text"]
SENSES: tuple[Senses, ...] = get_args(Senses)
_MOST_LU = 24.0  # the farthest that a level is told in words


@dataclass(frozen=True, eq=False)
class JudgingPrompt:
    """Token ids, and what stands where. stems: what each audio item is, by its place in the names.

    level_only: the items of which the level token alone stands in the prompt. mentioned: the place
    of the last token of each stem's first mention. asked: the place of the token behind which the
    move of the second, third... stem follows.
    """

    ids: list[int]
    stems: list[int]
    level_only: list[bool]
    mentioned: list[int]
    asked: list[int]


def judging_prompt(
    tokenizer: PreTrainedTokenizerFast,
    names: Sequence[str],
    words: str,
    genre: str | None = None,
    senses: Senses = "all",
    relative_lu: Sequence[float] | np.ndarray | None = None,
    vectors: bool = True,
) -> JudgingPrompt:
    """Write the prompt.

    Args:
        names: the stems, the anchor first.
        words: what the user said; a complaint is evidence.
        senses: "all": one token a stem, its level, by one who knows the content; "tokens": eight
            content tokens before it; "level", "content": the one token given one of both only;
            "text": levels in words.
        relative_lu: levels (S,) against the anchor, needed where they are told in words.
        vectors: leave a place for the words' vector behind them.
    """
    if senses == "text" and (relative_lu is None or len(relative_lu) != len(names)):
        raise ValueError(f"levels in words need a level for each of {len(names)} stems")
    said = plain(words) + SAID if vectors and words else plain(words)
    against = f"{STEMS_AGAINST}{plain(names[0])}{f', {genre}' if genre else ''}:"
    prompt = JudgingPrompt([], [], [], [], [])
    audio_id = cast(int, tokenizer.convert_tokens_to_ids(AUDIO))

    def write(text: str) -> None:
        prompt.ids.extend(tokenizer(text, add_special_tokens=False)["input_ids"])

    def mention(place: int, tokens: int) -> None:
        write(f"\n{plain(names[place])}")
        if relative_lu is not None and senses == "text":
            write(f" {in_words(relative_lu[place])}")
            return
        prompt.ids.extend([audio_id] * tokens)
        prompt.stems.append(place)
        prompt.level_only.append(tokens == 1)

    write(f"{TURN_START}user\n{said}{against}")
    for place in range(len(names)):
        mention(place, TOKENS_PER_STEM if senses == "tokens" else 1)
        prompt.mentioned.append(len(prompt.ids) - 1)
    write(f"{TURN_END}\n{TURN_START}assistant\n{HEAR}")
    for place in range(1, len(names)):
        mention(place, 1)
        prompt.asked.append(len(prompt.ids) - 1)
    return prompt


def in_words(relative_lu: float) -> str:
    """A level against the anchor as one number token on the 0.5 dB grid."""
    step = round(2 * min(max(float(relative_lu), -_MOST_LU), _MOST_LU))
    return NUMBER_TOKENS[step + len(NUMBER_TOKENS) // 2]
