"""Write tokens with the cascade in process: prefill, forced tokens, grammar-held calls, free prose.

One rule: a tool call is written under a grammar made from the tools' schemas and the song's stem
names, so it always parses, always fits and never names a stem that is not there.
"""

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import llguidance
import llguidance.numpy
import numpy as np
import torch
from transformers import DynamicCache, PreTrainedTokenizerFast
from transformers.convert_slow_tokenizer import bytes_to_unicode

from assistant.hearing import STEM_KEYS
from assistant.model.modeling import GainsayForConditionalGeneration
from assistant.model.processing import CALL_END, CONTROL, STEM_TOKENS, TURN_END

CALL_TOKENS = 2000
LIST_ITEMS = 96
TEXT_LENGTH = 120
_CALL_CLOSES = '"}}'


Behind = Callable[[str], Sequence[str]]


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
        self.certainty = 1.0  # of the least sure token of the call that was written
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

    def logits_behind(self, token: int) -> np.ndarray:
        """Logits (vocabulary,) of what would follow a token, which is not written."""
        hidden = self._read([token])[-1]
        self._cache.crop(-1)
        with torch.inference_mode():
            return self.model.lm_head(hidden).float().numpy()

    def write_call(self, grammar: str, behind: Behind | None = None) -> dict:
        """Write one tool call under a grammar; returns {"name": ..., "arguments": ...}.

        behind: the texts of which one must follow what is written so far; none: all may follow.
        """
        text = self._write_under(grammar, behind)
        self.force(_ids(self.tokenizer, [CALL_END, TURN_END]))
        return json.loads(text)

    def write_one_of(self, texts: Sequence[str]) -> str:
        """Write the likeliest of some texts as the last argument of a call, and close the call."""
        text = self._write_under(_one_of([text + _CALL_CLOSES for text in texts]))
        self.force(_ids(self.tokenizer, [CALL_END, TURN_END]))
        return text.removesuffix(_CALL_CLOSES)

    def write_wording(
        self, texts: Sequence[str], on_token: Callable[[str], None] | None = None
    ) -> str:
        """Write the likeliest of some texts as what is said to the user.

        Once one text alone goes on from what is written, the model is not asked for the rest.
        """
        return self._write_under(_one_of(texts), on_token=on_token, texts=texts)

    def _write_under(
        self,
        grammar: str,
        behind: Behind | None = None,
        on_token: Callable[[str], None] | None = None,
        texts: Sequence[str] = (),
    ) -> str:
        """Write the likeliest tokens that a grammar and the bounds allow, to the end.

        texts: what may be written altogether, where that is known; the only one left ends it.
        """
        vocab_size = self.model.config.text_config.vocab_size
        matcher = llguidance.LLMatcher(_guidance_tokenizer(self.tokenizer, vocab_size), grammar)
        if matcher.is_error():
            raise ValueError(f"the grammar of the tool call is wrong: {matcher.get_error()}")
        mask = llguidance.numpy.allocate_token_bitmask(1, vocab_size)
        written: list[int] = []
        open_choices: list[list[int]] = []
        while not matcher.is_stopped() and len(written) < CALL_TOKENS:
            llguidance.numpy.fill_next_token_bitmask(matcher, mask)
            logits = self.logits()
            llguidance.numpy.apply_token_bitmask_inplace(logits[None], mask)
            if open_choices:
                _keep(logits, [choice[0] for choice in open_choices])
            token = int(logits.argmax())
            if token == self.tokenizer.eos_token_id or not matcher.consume_token(token):
                break
            self.certainty = min(self.certainty, probability(logits, token))
            written.append(token)
            self.force([token])
            if on_token is not None:
                on_token(_text(self.tokenizer, [token]))
            so_far = _text(self.tokenizer, written)
            if texts and (rest := _only_rest(texts, so_far)) is not None:
                if on_token is not None:
                    on_token(rest)
                return so_far + rest
            begun = [one[1:] for one in open_choices if one[0] == token]
            open_choices = [] if [] in begun else begun  # "bass" is done, "bass gtr" may go on
            if behind is not None and not open_choices:
                open_choices = [forced_text(self.tokenizer, one) for one in behind(so_far)]
        return _text(self.tokenizer, written)


def _only_rest(texts: Sequence[str], written: str) -> str | None:
    """How the one text that begins with what is written goes on; None while there are several."""
    left = {text for text in texts if text.startswith(written)}
    return left.pop().removeprefix(written) if len(left) == 1 else None


def _one_of(texts: Sequence[str]) -> str:
    """A grammar of some texts, any of which may be written."""
    choices = " | ".join(json.dumps(text, ensure_ascii=False) for text in dict.fromkeys(texts))
    return f'%llguidance {{"no_forcing": true}}\nstart: {choices}'


def _keep(logits: np.ndarray, tokens: Sequence[int]) -> None:
    """Forbid every token but these; all is left as it is where none of them was allowed."""
    allowed = [token for token in tokens if np.isfinite(logits[token])]
    if allowed:
        kept = logits[allowed]
        logits[:] = -np.inf
        logits[allowed] = kept


def probability(logits: np.ndarray, token: int) -> float:
    """Probability of a token under logits (vocabulary,), -inf where not allowed."""
    weights = np.exp(logits - logits.max())
    return float(weights[token] / weights.sum())


def _ids(tokenizer: PreTrainedTokenizerFast, tokens: list[str]) -> list[int]:
    """Ids of some tokens."""
    return cast(list[int], tokenizer.convert_tokens_to_ids(tokens))


def _text(tokenizer: PreTrainedTokenizerFast, ids: list[int]) -> str:
    """The text that some ids stand for."""
    return cast(str, tokenizer.decode(ids))


class _Vocabulary:
    """A byte-level tokenizer as llguidance takes it: the bytes of every id.

    llguidance.hf reads whole-text tokens that hold spaces (our frames) as if they were byte-level
    pieces, and then never allows them; here their bytes are given as they are.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerFast, vocab_size: int):
        added = {index: token.content for index, token in tokenizer.added_tokens_decoder.items()}
        to_byte = {letter: byte for byte, letter in bytes_to_unicode().items()}
        self.tokens = [b""] * vocab_size
        for piece, index in tokenizer.get_vocab().items():
            text = added.get(index)
            whole = bytes(to_byte[letter] for letter in piece) if text is None else text.encode()
            self.tokens[index] = whole
        ours = _ids(tokenizer, [*CONTROL, *STEM_TOKENS])
        theirs = [index for index, token in tokenizer.added_tokens_decoder.items() if token.special]
        self.special_token_ids = sorted({*ours, *theirs})
        self.eos_token_id, self.bos_token_id = tokenizer.eos_token_id, None
        self._tokenizer = tokenizer

    def __call__(self, text: bytes) -> list[int]:
        return forced_text(self._tokenizer, text.decode("utf-8", errors="replace"))


@lru_cache(maxsize=2)
def _guidance_tokenizer(tokenizer: PreTrainedTokenizerFast, vocab_size: int):
    wrapped = llguidance.TokenizerWrapper(_Vocabulary(tokenizer, vocab_size))
    return llguidance.LLTokenizer(wrapped, n_vocab=vocab_size)


def call_grammar(schemas: dict[str, dict], stem_names: Sequence[str]) -> str:
    """A grammar of one call to any of the tools, {"name": ..., "arguments": ...}.

    Args:
        schemas: tool name to the JSON schema of its arguments.
        stem_names: what a property called stem, stems or against may say.
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
    schema = {"anyOf": calls, "$defs": definitions, "x-guidance": options}
    # no_forcing: else a text that must follow is cut into the tokens of that text alone, and whole
    # call openings, of which the model chooses one, are never allowed.
    return f'%llguidance {{"no_forcing": true}}\nstart: %json {json.dumps(schema)}'


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
            if key in STEM_KEYS:
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
