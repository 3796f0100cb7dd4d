"""Make a cascade of a hub's parts: any causal language model with a byte-level tokenizer, any CLAP.

One rule: nothing that the parts know is thrown away. The tokenizer keeps its ids and gains ours
behind them, and a new token begins as the mean of what its text was written with before.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from tokenizers import AddedToken
from torch import nn
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    ClapAudioConfig,
    ClapAudioModel,
    ClapFeatureExtractor,
    ClapModel,
    PreTrainedTokenizerFast,
)
from transformers.modeling_utils import PreTrainedModel
from transformers.utils.hub import cached_file

import prompts
from assistant.model.configuration import GainsayConfig
from assistant.model.modeling import GainsayForConditionalGeneration, StemProjector
from assistant.model.processing import (
    AUDIO,
    CONTROL,
    FRAME_TOKENS,
    HEAR,
    NUMBER_TOKENS,
    PAD,
    SAID,
    STEM_TOKENS,
    TURN_END,
    TURN_START,
    GainsayProcessor,
    call_opening,
    chat_template,
    own_token_ids,
)

FEWEST_TOKENS = 257  # a tokenizer whose files are missing comes back silently, with hardly a word
# A call's frames, at which the product puts texts together. Those of chat and meters are prose,
# which such a model reads as it was taught to.
CALL_FRAMES = tuple(text for text in FRAME_TOKENS if '"' in text or "}" in text)
# What a control token begins as, in words.
MEANT = {AUDIO: " audio", HEAR: " listen", SAID: " said", PAD: " nothing", TURN_START: "\n"}


class BaseError(ValueError):
    """A part that cannot be used: got, needed and cure."""


@dataclass(frozen=True)
class Base:
    """What a cascade is made of; each a folder or a name on the hub.

    language_model: a causal LM of transformers, as Qwen/Qwen3-1.7B. audio_tower: a CLAP in
    transformers' form, as laion/larger_clap_music.
    """

    language_model: str
    audio_tower: str


def build(
    base: Base, seed: int
) -> tuple[GainsayForConditionalGeneration, GainsayProcessor, list[int]]:
    """The cascade in float32, its processor, and the ids of the tokens that are new to its LLM."""
    torch.manual_seed(seed)
    hub_tokenizer = AutoTokenizer.from_pretrained(base.language_model)
    language_model = AutoModelForCausalLM.from_pretrained(base.language_model, dtype=torch.float32)
    tower = load_clap(base.audio_tower).audio_model
    began_as = {text: pieces(hub_tokenizer, text) for text in our_tokens()}
    known = set(hub_tokenizer.get_vocab())
    tokenizer = extend(hub_tokenizer)
    new = [text for text in our_tokens() if text not in known]
    ids = cast(Any, tokenizer.convert_tokens_to_ids)
    rows = len(matrices(language_model)[0].weight)
    if len(tokenizer) > rows:
        language_model.resize_token_embeddings(-(-len(tokenizer) // 64) * 64, mean_resizing=False)
    for matrix in matrices(language_model):
        with torch.no_grad():
            for text in new:
                matrix.weight[ids(text)] = matrix.weight[began_as[text]].mean(dim=0)
    model = put_together(language_model, tower, tokenizer)
    extractor = ClapFeatureExtractor(truncation="rand_trunc", padding="pad")
    return model, GainsayProcessor(extractor, tokenizer), sorted(ids(text) for text in new)


def our_tokens() -> list[str]:
    """Every text that must be one token."""
    openings = [call_opening(tool) for tool in prompts.tools()]
    return [*CONTROL, *STEM_TOKENS, *NUMBER_TOKENS, *CALL_FRAMES, *openings]


def pieces(tokenizer: Any, text: str) -> list[int]:
    """Ids of what a new token's text, or its meaning in words, is written with so far."""
    stem = f" stem {STEM_TOKENS.index(text)}" if text in STEM_TOKENS else text
    return tokenizer(MEANT.get(text, stem), add_special_tokens=False)["input_ids"]


def extend(hub_tokenizer: Any) -> PreTrainedTokenizerFast:
    """The tokenizer with our tokens and our template; every id that it had means what it meant."""
    if len(hub_tokenizer) < FEWEST_TOKENS:
        raise BaseError(
            f"the tokenizer of the language model has {len(hub_tokenizer)} tokens: its files are "
            "missing or broken (tokenizer.json is needed beside the weights)"
        )
    backend = getattr(hub_tokenizer, "backend_tokenizer", None)
    if backend is None or "ByteLevel" not in str(backend.decoder):
        raise BaseError(
            f"the tokenizer {type(hub_tokenizer).__name__} is not byte-level, which grammars of "
            "calls are written for: take a language model like Qwen3's"
        )
    special = {*CONTROL[:6], *STEM_TOKENS}
    backend.add_special_tokens([text for text in our_tokens() if text in special])
    whole = [text for text in our_tokens() if text not in special]
    backend.add_tokens([AddedToken(text, normalized=False) for text in whole])
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token=hub_tokenizer.pad_token or PAD,
        eos_token=TURN_END,
        additional_special_tokens=[AUDIO, HEAR, SAID, TURN_START, *STEM_TOKENS],
        chat_template=chat_template(),
        clean_up_tokenization_spaces=False,
    )


def matrices(language_model: PreTrainedModel) -> tuple[nn.Embedding, nn.Linear]:
    """What gives tokens their vectors, and what gives vectors the logits of tokens."""
    # transformers types them as any module.
    embedding = cast(nn.Embedding, language_model.get_input_embeddings())
    return embedding, cast(nn.Linear, language_model.get_output_embeddings())


def put_together(
    language_model: PreTrainedModel, tower: ClapAudioModel, tokenizer: PreTrainedTokenizerFast
) -> GainsayForConditionalGeneration:
    """The cascade around the parts themselves (nothing is copied), with a fresh projector."""
    text = language_model.config
    embedding, head = matrices(language_model)
    text_config = text.to_dict() | {
        "vocab_size": len(embedding.weight),
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "bos_token_id": None,
    }
    config = GainsayConfig(
        audio_config=tower.config.to_dict(),
        text_config=text_config,
        **own_token_ids(tokenizer),
        sentence_features=0,
        own_tower=True,
        tie_word_embeddings=bool(text.tie_word_embeddings),
    )
    with torch.device("meta"):
        model = GainsayForConditionalGeneration(config)
    inner = model.model
    inner.language_model = getattr(language_model, language_model.base_model_prefix)
    inner.audio_tower = tower.eval()
    inner.multi_modal_projector = StemProjector(config).apply(model._init_weights)
    model.lm_head = head
    model.tie_weights()
    return model


def load_clap(name: str | Path) -> ClapModel:
    """A CLAP in transformers' form, from a folder or the hub, in float32 and eval mode."""
    clap = ClapModel.from_pretrained(name, dtype=torch.float32).eval()
    audio = cast(ClapAudioConfig, clap.config.audio_config)  # what its __post_init__ makes of it
    if audio.enable_fusion or audio.num_mel_bins != 64:
        fused = " by fusion" if audio.enable_fusion else ""
        raise BaseError(
            f"the CLAP {name} hears {audio.num_mel_bins} mel bands{fused}, and 64 without fusion "
            "are needed: take one like laion/larger_clap_music or laion/clap-htsat-unfused"
        )
    return clap


def weights_file(name: str | Path, file: str = "model.safetensors") -> Path:
    """Where the weights of a folder or a hub's model lie here."""
    found = cached_file(str(name), file, _raise_exceptions_for_missing_entries=False)
    if found is None:
        raise BaseError(f"{name} has no {file}: convert its weights to safetensors first")
    return Path(found)
