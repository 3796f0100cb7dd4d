"""The cascade audio-LLM: CLAP hears each stem, a level path carries its meters, an LLM reasons.

One rule: content and level arrive by separate doors. Content comes from a loudness-normalised
excerpt through the frozen tower, so it cannot know the fader; level comes as meter features
relative to the anchor, so a common gain on all stems changes nothing (DESIGN section 6).
"""

from typing import Any, cast

import torch
from torch import nn
from transformers import AutoModel, ClapAudioConfig, PreTrainedConfig
from transformers.generation.utils import GenerationMixin
from transformers.modeling_outputs import (
    BaseModelOutputWithPast,
    BaseModelOutputWithPooling,
    CausalLMOutputWithPast,
)
from transformers.modeling_utils import PreTrainedModel
from transformers.models.clap.modeling_clap import ClapAudioModel

from assistant.model.configuration import GainsayConfig
from assistant.model.projectors import Float32Linear, SentenceProjector, StemProjector

PROMPT_INPUTS = (
    "input_features",
    "level_features",
    "content_features",
    "level_only",
    "sentence_features",
)


class GainsayPreTrainedModel(PreTrainedModel):
    config_class = GainsayConfig
    base_model_prefix = "model"
    main_input_name = "input_ids"
    input_modalities = ("audio", "text")  # pyright: ignore[reportAssignmentType]
    supports_gradient_checkpointing = True
    _no_split_modules = ["Qwen3DecoderLayer", "StemProjector", "SentenceProjector"]
    _skip_keys_device_placement = ["past_key_values"]
    # Wherever the language model is loaded in half precision: levels and content are not. Of the
    # tower its numbers alone, as its indices must stay whole.
    _keep_in_fp32_modules_strict = {
        r"audio_tower\..+(weight|bias|bias_table|running_mean|running_var)$",
        "multi_modal_projector",
        "sentence_projector",
    }
    _supports_sdpa = True
    _supports_flash_attn = True
    _supports_attention_backend = True

    def _init_weights(self, module):
        super()._init_weights(module)
        if isinstance(module, Float32Linear):
            std = getattr(self.config.get_text_config(), "initializer_range", 0.02)
            nn.init.normal_(module.weight, std=std)
            nn.init.zeros_(module.bias)
        if isinstance(module, StemProjector):
            nn.init.normal_(module.slot, std=0.02)
            # At the language model's 0.02 the level path would start a hundred times too faint.
            for layer in (module.level_in, module.level_content, module.level_mid):
                nn.init.normal_(layer.weight, std=layer.in_features**-0.5)
            nn.init.normal_(module.level_out.weight, std=0.1 * module.level_out.in_features**-0.5)
        if isinstance(module, SentenceProjector):
            nn.init.normal_(module.inner.weight, std=module.inner.in_features**-0.5)
            nn.init.normal_(module.outer.weight, std=0.1 * module.outer.in_features**-0.5)


class GainsayModel(GainsayPreTrainedModel):
    """The cascade without a language-model head."""

    def __init__(self, config: GainsayConfig):
        super().__init__(config)
        self.audio_tower = ClapAudioModel(cast(ClapAudioConfig, config.audio_config))
        self.multi_modal_projector = StemProjector(config)
        self.sentence_projector = SentenceProjector(config) if config.sentence_features else None
        self.language_model = AutoModel.from_config(config.text_config)
        self.post_init()

    def train(self, mode: bool = True):
        """Train everything but the tower, whose BatchNorm statistics would drift."""
        super().train(mode)
        self.audio_tower.eval()
        return self

    def get_input_embeddings(self):
        return self.language_model.get_input_embeddings()

    def set_input_embeddings(self, value):
        self.language_model.set_input_embeddings(value)

    def get_decoder(self):
        return self.language_model

    def get_encoder(self, modality: str | None = None):
        return self.audio_tower if modality == "audio" else super().get_encoder(modality)

    @torch.no_grad()
    def hear(self, input_features: torch.Tensor) -> torch.Tensor:
        """Log-mel (n, 1, 1001, 64) to pooled hidden states (n, content tokens, tower hidden)."""
        if input_features.dim() == 3:
            input_features = input_features[:, None]
        kept_in = self.audio_tower.audio_encoder.batch_norm.weight.dtype
        tower = self.audio_tower(input_features=input_features.to(kept_in), is_longer=None)
        return pool_content(tower.last_hidden_state, self.config.content_tokens)

    def get_audio_features(
        self,
        input_features: torch.Tensor | None = None,
        level_features: torch.Tensor | None = None,
        content_features: torch.Tensor | None = None,
        level_only: torch.Tensor | None = None,
        return_dict: bool | None = True,
        **kwargs,
    ) -> BaseModelOutputWithPooling:
        """Embed stems: flat pooler_output (n * 9, hidden), fewer where level_only (n,) says so.

        content_features (n, 8, tower), the cached output of hear(), may stand for input_features;
        level_features are float32, or their bits as int32 (see waveforms.py).
        """
        if content_features is None:
            if input_features is None:
                raise ValueError("got neither input_features nor content_features: one is needed")
            content_features = self.hear(input_features)
        if level_features is None:
            raise ValueError("got stems without level_features: shape (stems, 14) is needed")
        if level_features.dtype == torch.int32:
            level_features = level_features.view(torch.float32)
        level_features = level_features.reshape(-1, self.config.level_features)
        projector = self.multi_modal_projector
        if level_only is None:
            tokens = projector(content_features, level_features)
            return BaseModelOutputWithPooling(tokens, pooler_output=tokens.flatten(0, 1))
        levels: Any = projector.level_token(content_features, level_features)
        flat: Any = self._interleave(content_features, levels, level_only)
        return BaseModelOutputWithPooling(levels, pooler_output=flat)

    def _interleave(
        self, content: torch.Tensor, levels: torch.Tensor, level_only: torch.Tensor
    ) -> torch.Tensor:
        """The tokens of items (n,) in a row: nine of each, or its level token alone."""
        whole = ~level_only
        counts = torch.where(whole, self.config.content_tokens + 1, 1)
        ends = counts.cumsum(0)
        flat = levels.new_zeros(int(ends[-1]), levels.shape[-1])
        flat = flat.index_copy(0, ends - 1, levels)
        if not bool(whole.any()):
            return flat
        tokens = self.multi_modal_projector.content_tokens(content[whole])
        offsets = torch.arange(self.config.content_tokens, device=levels.device)
        places = (ends[whole] - counts[whole])[:, None] + offsets
        return flat.index_copy(0, places.flatten(), tokens.flatten(0, 1).to(flat.dtype))

    def get_placeholder_mask(self, input_ids, inputs_embeds, audio_features) -> torch.Tensor:
        """Where audio embeddings go, (batch, length, hidden); their count must fit."""
        mask = input_ids == self.config.audio_token_id
        if int(mask.sum()) != audio_features.shape[0]:
            raise ValueError(
                f"got {int(mask.sum())} audio placeholders and {audio_features.shape[0]} audio "
                f"embeddings: each stem needs {self.config.content_tokens + 1} placeholders, or "
                "one where level_only is set"
            )
        return mask[..., None].expand_as(inputs_embeds)

    def put_sentences(
        self, input_ids: torch.Tensor, inputs_embeds: torch.Tensor, sentences: torch.Tensor
    ) -> torch.Tensor:
        """Put projected sentence vectors (n, 384) where the user's turns left a place for them."""
        mask = input_ids == self.config.said_token_id
        if self.sentence_projector is None or int(mask.sum()) != len(sentences):
            raise ValueError(
                f"got {len(sentences)} sentence vectors and {int(mask.sum())} places for them: "
                "a model with sentence_features needs one for each user turn"
            )
        projected = self.sentence_projector(sentences).to(inputs_embeds.dtype)
        return inputs_embeds.masked_scatter(mask[..., None].expand_as(inputs_embeds), projected)

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        input_features: torch.Tensor | None = None,
        level_features: torch.Tensor | None = None,
        content_features: torch.Tensor | None = None,
        level_only: torch.Tensor | None = None,
        sentence_features: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        past_key_values=None,
        inputs_embeds: torch.Tensor | None = None,
        use_cache: bool | None = None,
        **kwargs,
    ) -> BaseModelOutputWithPast:
        if inputs_embeds is None:
            inputs_embeds = cast(torch.Tensor, self.get_input_embeddings()(input_ids))
        has_stems = input_features is not None or content_features is not None
        if has_stems and input_ids is not None:
            heard = self.get_audio_features(
                input_features, level_features, content_features, level_only
            )
            stems = cast(torch.Tensor, heard.pooler_output)
            mask = self.get_placeholder_mask(input_ids, inputs_embeds, stems)
            inputs_embeds = inputs_embeds.masked_scatter(mask, stems.to(inputs_embeds.dtype))
        if sentence_features is not None and input_ids is not None:
            inputs_embeds = self.put_sentences(input_ids, inputs_embeds, sentence_features)
        return self.language_model(
            inputs_embeds=inputs_embeds,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            use_cache=use_cache,
            **kwargs,
        )


class GainsayForConditionalGeneration(GainsayPreTrainedModel, GenerationMixin):
    """The cascade with a language-model head, for transformers' generate and vLLM's backend."""

    _tied_weights_keys = {"lm_head.weight": "model.language_model.embed_tokens.weight"}

    def __init__(self, config: GainsayConfig):
        super().__init__(config)
        self.model = GainsayModel(config)
        text = cast(PreTrainedConfig, config.text_config)
        self.lm_head = nn.Linear(text.hidden_size, text.vocab_size, bias=False)
        self.post_init()

    def get_audio_features(self, *args, **kwargs):
        return self.model.get_audio_features(*args, **kwargs)

    def get_input_embeddings(self):
        return self.model.get_input_embeddings()

    def get_output_embeddings(self):
        return self.lm_head

    def get_decoder(self):
        return self.model.get_decoder()

    def get_encoder(self, modality: str | None = None):
        return self.model.get_encoder(modality)

    def move_logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Logits (..., 49) over needed moves -12 ... +12 dB: the number tokens' rows."""
        rows = torch.tensor(self.config.number_token_ids, device=hidden.device)
        return torch.nn.functional.linear(hidden, self.lm_head.weight[rows])

    def prepare_inputs_for_generation(self, *args, is_first_iteration: bool = False, **kwargs):
        """Stems are read with the prompt only; later steps find them in the cache."""
        stems = {name: kwargs.pop(name, None) for name in PROMPT_INPUTS}
        inputs = super().prepare_inputs_for_generation(  # pyright: ignore[reportAttributeAccessIssue]
            *args, is_first_iteration=is_first_iteration, **kwargs
        )
        if is_first_iteration or not kwargs.get("use_cache", True):
            inputs.update({name: value for name, value in stems.items() if value is not None})
        return inputs

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        input_features: torch.Tensor | None = None,
        level_features: torch.Tensor | None = None,
        content_features: torch.Tensor | None = None,
        level_only: torch.Tensor | None = None,
        sentence_features: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        past_key_values=None,
        inputs_embeds: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | torch.Tensor = 0,
        **kwargs,
    ) -> CausalLMOutputWithPast:
        outputs = self.model(
            input_ids=input_ids,
            input_features=input_features,
            level_features=level_features,
            content_features=content_features,
            level_only=level_only,
            sentence_features=sentence_features,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            **kwargs,
        )
        kept = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        logits = self.lm_head(outputs.last_hidden_state[:, kept, :])
        loss = None
        if labels is not None:
            vocab_size = self.config.text_config.vocab_size
            loss = self.loss_function(logits=logits, labels=labels, vocab_size=vocab_size, **kwargs)
        return CausalLMOutputWithPast(
            loss=loss,
            logits=logits,
            past_key_values=outputs.past_key_values,
            hidden_states=outputs.hidden_states,
            attentions=outputs.attentions,
        )


def pool_content(last_hidden_state: torch.Tensor, tokens: int) -> torch.Tensor:
    """Swin output (n, channels, frequency, time) to (n, tokens, channels): mean, then pool time."""
    over_time = last_hidden_state.mean(dim=2)
    return nn.functional.adaptive_avg_pool1d(over_time, tokens).transpose(1, 2)
