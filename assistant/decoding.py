"""Write tokens with the cascade in process: prefill, forced tokens, grammar-held calls, free prose.

One rule: a tool call is written under a grammar made from the tools' schemas and the song's stem
names, so it always parses, always fits and never names a stem that is not there.
"""

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import llguidance
import llguidance.hf
import llguidance.numpy
import numpy as np
import torch
from transformers import DynamicCache, PreTrainedTokenizerFast

from assistant.model.modeling import GainsayForConditionalGeneration
from assistant.model.processing import CALL_END, CONTROL, STEM_TOKENS, TURN_END

CALL_TOKENS = 1000
LIST_ITEMS = 8
TEXT_LENGTH = 120
PROSE_TOKENS = 160
_REASON = r'[^"\\\n]{3,100}"\}\}'
_REASON_END = '"}}'


@dataclass(frozen=True, eq=False)
class Stems:
    """What the model takes in beside ids.

    content (stems, 8, tower hidden), level (stems, 14), said (user turns, 384) or None.
    """

    content: torch.Tensor
    level: torch.Tensor
    said: torch.Tensor | None = None


class Writer:
    """One growing text: a prompt with its stems, and what is added to it."""

    def __init__(
        self,
        model: GainsayForConditionalGeneration,
        tokenizer: PreTrainedTokenizerFast,
        prompt_ids: Sequence[int],
        stems: Stems,
    ):
        self.model, self.tokenizer = model, tokenizer
        self.certainty = 1.0  # of what was written: the least sure token of a call, a text's mean
        self._cache = DynamicCache(config=model.config.text_config)
        self.hidden = self._read(prompt_ids, stems)[-1]

    @torch.inference_mode()
    def _read(self, ids: Sequence[int], stems: Stems | None = None) -> torch.Tensor:
        """Take in ids; hidden states (len(ids), hidden) after each."""
        features = (
            {}
            if stems is None
            else {
                "content_features": stems.content,
                "level_features": stems.level,
                "sentence_features": stems.said,
            }
        )
        output = self.model.model(
            input_ids=torch.tensor([list(ids)]),
            past_key_values=self._cache,
            use_cache=True,
            **features,
        )
        return output.last_hidden_state[0]

    def force(self, ids: Sequence[int]) -> torch.Tensor:
        """Append ids that are not the model's choice; hidden states (len(ids), hidden)."""
        hidden = self._read(ids)
        self.hidden = hidden[-1]
        return hidden

    def logits(self) -> np.ndarray:
        """Logits (vocabulary,) of the next token, float32."""
        with torch.inference_mode():
            return self.model.lm_head(self.hidden).float().numpy()

    def write_call(self, grammar: str) -> dict:
        """Write one tool call under a grammar; returns {"name": ..., "arguments": ...}."""
        text = self._write_under(grammar)
        self.force(self.tokenizer.convert_tokens_to_ids([CALL_END, TURN_END]))
        return json.loads(text)

    def write_reason(self) -> str:
        """Write the last argument of an opened call, a short text, and close the call."""
        text = self._write_under(llguidance.LLMatcher.grammar_from_regex(_REASON))
        self.force(self.tokenizer.convert_tokens_to_ids([CALL_END, TURN_END]))
        return text.removesuffix(_REASON_END)

    def _write_under(self, grammar: str) -> str:
        """Write the likeliest tokens that a grammar allows until it is satisfied."""
        vocab_size = self.model.config.text_config.vocab_size
        matcher = llguidance.LLMatcher(_guidance_tokenizer(self.tokenizer, vocab_size), grammar)
        if matcher.is_error():
            raise ValueError(f"the grammar of the tool call is wrong: {matcher.get_error()}")
        mask = llguidance.numpy.allocate_token_bitmask(1, vocab_size)
        written: list[int] = []
        while not matcher.is_stopped() and len(written) < CALL_TOKENS:
            llguidance.numpy.fill_next_token_bitmask(matcher, mask)
            logits = self.logits()
            llguidance.numpy.apply_token_bitmask_inplace(logits[None], mask)
            token = int(logits.argmax())
            if token == self.tokenizer.eos_token_id or not matcher.consume_token(token):
                break
            self.certainty = min(self.certainty, _probability(logits, token))
            written.append(token)
            self.force([token])
        return self.tokenizer.decode(written)

    def write_prose(self, on_token: Callable[[str], None] | None = None) -> str:
        """Write plain words until the turn ends; control tokens are not allowed."""
        banned, log_p = _control_ids(self.tokenizer), []
        end = self.tokenizer.eos_token_id
        written: list[int] = []
        shown = ""
        while len(written) < PROSE_TOKENS:
            logits = self.logits()
            logits[banned] = -np.inf
            if not written:
                logits[end] = -np.inf
            token = int(logits.argmax())
            log_p.append(np.log(_probability(logits, token)))
            self.certainty = float(np.exp(np.mean(log_p)))
            if token == end:
                break
            written.append(token)
            self.force([token])
            text = self.tokenizer.decode(written)
            if on_token is not None and not text.endswith("\N{REPLACEMENT CHARACTER}"):
                on_token(text[len(shown) :])
                shown = text
        return self.tokenizer.decode(written).strip()


def _probability(logits: np.ndarray, token: int) -> float:
    """Probability of a token under logits (vocabulary,), -inf where not allowed."""
    weights = np.exp(logits - logits.max())
    return float(weights[token] / weights.sum())


def _control_ids(tokenizer: PreTrainedTokenizerFast) -> list[int]:
    names = [token for token in (*CONTROL, *STEM_TOKENS) if token != TURN_END]
    return tokenizer.convert_tokens_to_ids(names)


@lru_cache(maxsize=2)
def _guidance_tokenizer(tokenizer: PreTrainedTokenizerFast, vocab_size: int):
    return llguidance.hf.from_tokenizer(tokenizer, n_vocab=vocab_size)


def call_grammar(schemas: dict[str, dict], stem_names: Sequence[str]) -> str:
    """A grammar of one call to any of the tools, {"name": ..., "arguments": ...}.

    Args:
        schemas: tool name to the JSON schema of its arguments.
        stem_names: what a property called stem or stems may say.
    """
    calls, definitions = [], {}
    for name, schema in schemas.items():
        arguments = _with_stems(schema, stem_names)
        definitions.update(arguments.pop("$defs", {}))
        calls.append(
            {
                "type": "object",
                "properties": {"name": {"const": name}, "arguments": arguments},
                "required": ["name", "arguments"],
                "additionalProperties": False,
            }
        )
    options = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
    return llguidance.LLMatcher.grammar_from_json_schema(
        {"anyOf": calls, "$defs": definitions}, defaults=options
    )


def _with_stems(schema: dict, stem_names: Sequence[str]) -> dict:
    """A copy of a schema in which stems are the song's, and nothing can go on for ever."""
    schema = copy.deepcopy(schema)

    def visit(node: object, key: str = "") -> None:
        if isinstance(node, list):
            for item in node:
                visit(item, key)
        if not isinstance(node, dict):
            return
        if node.get("type") == "string" and "enum" not in node and "const" not in node:
            if key in ("stem", "stems"):
                node["enum"] = list(stem_names)
            else:
                node["maxLength"] = min(node.get("maxLength", TEXT_LENGTH), TEXT_LENGTH)
        if node.get("type") == "number":
            node.setdefault("multipleOf", 0.01)
        if node.get("type") == "integer":
            node.setdefault("maximum", 99999)
        if node.get("type") == "array":
            node["maxItems"] = min(node.get("maxItems", LIST_ITEMS), LIST_ITEMS)
        for name, child in node.items():
            inside = name in ("items", "anyOf", "oneOf", "allOf", "properties", "$defs")
            visit(child, key if inside else name)

    visit(schema)
    return schema


def forced_text(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    """Ids of a text that is put in the model's mouth."""
    return tokenizer(text, add_special_tokens=False)["input_ids"]
