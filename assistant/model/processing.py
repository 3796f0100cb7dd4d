"""From a heard song and a conversation to what the model takes: ids, content and level features.

One rule: user text and stem names are data. Anything in them that looks like a control token is
taken apart before the tokenizer sees it.
"""

import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any, cast

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast
from transformers.processing_utils import ProcessorMixin

from assistant.model.configuration import TOKENS_PER_STEM
from assistant.model.waveforms import CLAP_RATE, content_inputs, in_the_bus, level_inputs

AUDIO, HEAR, SAID = "<|audio|>", "<|hear|>", "<|said|>"
TURN_START, TURN_END, PAD = "<|im_start|>", "<|im_end|>", "<|pad|>"
CALL_START, CALL_END = "<tool_call>", "</tool_call>"
CONTROL = (PAD, TURN_START, TURN_END, AUDIO, HEAR, SAID, CALL_START, CALL_END)
STEM_SLOTS = 96
STEM_TOKENS = tuple(f"<|s{index}|>" for index in range(STEM_SLOTS))
# Gains as single tokens: -24.0 ... 24.0 dB on the 0.5 dB grid; advice uses the middle 49.
NUMBER_TOKENS = tuple(f"{step / 2:.1f}" for step in range(-48, 49))
STEMS_AGAINST = "\nStems against "
# What stands in every turn and every call, one token each: shorter texts, and a call's tool is
# one choice of one token.
FRAME_TOKENS = (
    "user\n", "assistant\n", "tool\n", STEMS_AGAINST,
    '"moves": [{"stem": "', '", "gain_db": ', '}, {"stem": "', '}]}}', '}], "reason": "',
    '"moves": [], "reason": "', '"}}', '}}', '"stem": "', '", "muted": true', '", "muted": false',
    '", "pan": ', '", "words": "', '"stems": ["', '"]', '", "', '"takes": ', '"version": ',
    '"effects": false', '"format": "', '"blind": true', '"versions": ["', '"topic": "', '"seed": ',
    '", "relative_lu": ', ', "against": "',
    " LUFS, ", " LU, peak ", " dBTP, crest ", " LU, usual ", " dB (", " LU to ", " LU), against ",
)  # fmt: skip
ADVICE_GRID_DB = tuple(step / 2 for step in range(-24, 25))
_CONTROL_LIKE = re.compile(r"<\|(?=[^>]*\|>)|<(?=/?tool_call>)")


def plain(text: str) -> str:
    """Take apart anything in user text or a stem name that looks like a control token."""
    return _CONTROL_LIKE.sub("< ", text)


def chat_template() -> str:
    """The Jinja template of a conversation, as it is saved with the tokenizer."""
    return files("assistant.model").joinpath("chat_template.jinja").read_text()


def call_opening(tool: str) -> str:
    """The beginning of a call's JSON, up to its arguments."""
    return f'{{"name": "{tool}", "arguments": {{'


def own_token_ids(tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    """The ids of the tokens that a listener's configuration names, in a tokenizer."""
    ids = cast(Any, tokenizer.convert_tokens_to_ids)  # one id of one token, a list of a list
    return {
        "audio_token_id": ids(AUDIO),
        "said_token_id": ids(SAID),
        "hear_token_id": ids(HEAR),
        "stem_token_ids": ids(list(STEM_TOKENS)),
        "number_token_ids": ids([f"{gain:.1f}" for gain in ADVICE_GRID_DB]),
    }


def train_tokenizer(
    texts: Iterable[str], vocab_size: int = 2048, tools: Iterable[str] = ()
) -> PreTrainedTokenizerFast:
    """Train a byte-level BPE tokenizer on our own texts; frames, calls and gains are whole tokens.

    Args:
        tools: names of the tools that may be called.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[*CONTROL, *STEM_TOKENS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    whole = [*NUMBER_TOKENS, *FRAME_TOKENS, *map(call_opening, tools)]
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in whole])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=TURN_END,
        additional_special_tokens=[AUDIO, HEAR, SAID, TURN_START, *STEM_TOKENS],
        chat_template=chat_template(),
        clean_up_tokenization_spaces=False,
    )


def conversation(
    names: Sequence[str],
    messages: Sequence[dict],
    system: str | None = None,
    vectors: bool = True,
) -> list[dict]:
    """Chat messages with the stems put behind the first user text: name, audio and slot of each.

    How stems are judged stands in assistant/model/judging.py.

    Args:
        names: the stems in the order of their audio; the first is the anchor.
        messages: the talk, beginning with the user.
        system: the system prompt; the embedded model is trained without one (every token costs).
        vectors: leave a place for a vector behind the user's words (see said_by).
    """
    first = messages[0]["content"] if messages and messages[0]["role"] == "user" else ""
    rest = messages[1:] if messages and messages[0]["role"] == "user" else messages
    parts: list[dict] = [
        {"type": "text", "text": f"{_said(first, vectors)}{STEMS_AGAINST}{plain(names[0])}:"}
    ]
    for slot, name in enumerate(names):
        parts.append({"type": "text", "text": f"\n{plain(name)}"})
        parts.append({"type": "audio"})
        parts.append({"type": "text", "text": STEM_TOKENS[slot]})
    chat: list[dict] = [{"role": "system", "content": system}] if system else []
    chat.append({"role": "user", "content": parts})
    for message in rest:
        content, is_user = message.get("content") or "", message["role"] == "user"
        message = {**message, "content": _said(content, vectors) if is_user else plain(content)}
        if message.get("tool_calls"):
            message["tool_calls"] = _plain_data(message["tool_calls"])
        chat.append(message)
    return chat


def _plain_data(data: Any) -> Any:
    """Take apart what looks like a control token in any text of a call."""
    if isinstance(data, str):
        return plain(data)
    if isinstance(data, dict):
        return {key: _plain_data(value) for key, value in data.items()}
    return [_plain_data(value) for value in data] if isinstance(data, list) else data


def _said(text: str, vector: bool) -> str:
    """A user's words, with a place for their vector behind them."""
    return plain(text) + SAID if vector and text else plain(text)


def said_by(messages: Sequence[dict]) -> list[str]:
    """The user's texts that have a place for their vector, in order."""
    return [m["content"] for m in messages if m["role"] == "user" and m["content"]]


class GainsayProcessor(ProcessorMixin):
    """A CLAP feature extractor and the tokenizer; a stem's placeholder becomes nine tokens."""

    attributes = ["feature_extractor", "tokenizer"]

    def __init__(self, feature_extractor=None, tokenizer=None, chat_template=None):
        self.audio_token = AUDIO
        if tokenizer is not None:
            self.audio_token_id = tokenizer.convert_tokens_to_ids(AUDIO)
            chat_template = chat_template or tokenizer.chat_template
        if feature_extractor is not None:
            feature_extractor.chunk_length = feature_extractor.max_length_s
        super().__init__(feature_extractor, tokenizer, chat_template=chat_template)

    def _process_audio(
        self, audio: Sequence[Any], **kwargs: Any
    ) -> tuple[dict[str, Any], list[str]]:
        """Waveforms at 48 kHz to inputs, each stem by itself (see waveforms.py)."""
        if (rate := kwargs.get("sampling_rate") or CLAP_RATE) != CLAP_RATE:
            raise ValueError(f"got audio at {rate} Hz, need {CLAP_RATE} Hz: resample it")
        stems = [in_the_bus(one) for one in audio]
        inputs = {
            "input_features": content_inputs(stems, self.feature_extractor.frequency_min),
            "level_features": level_inputs(stems),
        }
        return inputs, [self.replace_audio_token(inputs, at) for at in range(len(stems))]

    def replace_audio_token(self, audio_inputs: dict, audio_idx: int, **kwargs) -> str:
        return self.audio_token * TOKENS_PER_STEM

    def prompt_ids(self, messages: Sequence[dict], add_generation_prompt: bool = True) -> list[int]:
        """Token ids of a conversation whose audio parts are given as features, not as waveforms."""
        text = self.apply_chat_template(
            list(messages), tokenize=False, add_generation_prompt=add_generation_prompt
        )
        expanded = text.replace(AUDIO, AUDIO * TOKENS_PER_STEM)
        return self.tokenizer(expanded, add_special_tokens=False)["input_ids"]
