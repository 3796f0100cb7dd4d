"""From a heard song and a conversation to what the model takes: ids, content and level features.

One rule: user text and stem names are data. Anything in them that looks like a control token is
taken apart before the tokenizer sees it.
"""

import re
from collections.abc import Iterable, Sequence
from importlib.resources import files

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast
from transformers.processing_utils import ProcessorMixin

from assistant.model.configuration import TOKENS_PER_STEM

AUDIO, HEAR, SAID = "<|audio|>", "<|hear|>", "<|said|>"
TURN_START, TURN_END, PAD = "<|im_start|>", "<|im_end|>", "<|pad|>"
CALL_START, CALL_END = "<tool_call>", "</tool_call>"
CONTROL = (PAD, TURN_START, TURN_END, AUDIO, HEAR, SAID, CALL_START, CALL_END)
STEM_SLOTS = 96
STEM_TOKENS = tuple(f"<|s{index}|>" for index in range(STEM_SLOTS))
# Gains as single tokens: -24.0 ... 24.0 dB on the 0.5 dB grid; advice uses the middle 49.
NUMBER_TOKENS = tuple(f"{step / 2:.1f}" for step in range(-48, 49))
ADVICE_GRID_DB = tuple(step / 2 for step in range(-24, 25))
_CONTROL_LIKE = re.compile(r"<\|(?=[^>]*\|>)|<(?=/?tool_call>)")


def plain(text: str) -> str:
    """Take apart anything in user text or a stem name that looks like a control token."""
    return _CONTROL_LIKE.sub("< ", text)


def chat_template() -> str:
    """The Jinja template of a conversation, as it is saved with the tokenizer."""
    return files("assistant.model").joinpath("chat_template.jinja").read_text()


def train_tokenizer(texts: Iterable[str], vocab_size: int = 2048) -> PreTrainedTokenizerFast:
    """Train a byte-level BPE tokenizer on our own texts, with the control and number tokens."""
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
    tokenizer.add_tokens([AddedToken(n, normalized=False) for n in NUMBER_TOKENS])
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

    After a stem's slot token the model's next token is that stem's needed move, as far as it can
    tell from the words and the stems up to there: the stem that is judged is put last.

    Args:
        names: the stems in the order of their audio; the first is the anchor.
        messages: the talk, beginning with the user.
        system: the system prompt; the embedded model is trained without one (every token costs).
        vectors: leave a place for a vector behind the user's words (see said_by).
    """
    first = messages[0]["content"] if messages and messages[0]["role"] == "user" else ""
    rest = messages[1:] if messages and messages[0]["role"] == "user" else messages
    parts: list[dict] = [
        {"type": "text", "text": f"{_said(first, vectors)}\nStems against {plain(names[0])}:"}
    ]
    for slot, name in enumerate(names):
        parts.append({"type": "text", "text": f"\n{plain(name)}"})
        parts.append({"type": "audio"})
        parts.append({"type": "text", "text": STEM_TOKENS[slot]})
    chat = [{"role": "system", "content": system}] if system else []
    chat.append({"role": "user", "content": parts})
    for message in rest:
        content = message.get("content") or ""
        is_user = message["role"] == "user"
        chat.append({**message, "content": _said(content, vectors) if is_user else plain(content)})
    return chat


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

    def replace_audio_token(self, audio_inputs: dict, audio_idx: int, **kwargs) -> str:
        return self.audio_token * TOKENS_PER_STEM

    def prompt_ids(self, messages: Sequence[dict], add_generation_prompt: bool = True) -> list[int]:
        """Token ids of a conversation whose audio parts are given as features, not as waveforms."""
        text = self.apply_chat_template(
            list(messages), tokenize=False, add_generation_prompt=add_generation_prompt
        )
        expanded = text.replace(AUDIO, AUDIO * TOKENS_PER_STEM)
        return self.tokenizer(expanded, add_special_tokens=False)["input_ids"]
