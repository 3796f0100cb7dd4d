"""Configuration of the cascade audio-LLM: CLAP tower, projector with a level path, LLM.

One rule: sizes live here, so the same classes are the embedded model and a hub-sized one.
"""

from transformers import ClapAudioConfig
from transformers.configuration_utils import PreTrainedConfig
from transformers.models.auto import CONFIG_MAPPING, AutoConfig

CONTENT_TOKENS = 8
TOKENS_PER_STEM = CONTENT_TOKENS + 1
LEVEL_FEATURES = 14
SENTENCE_FEATURES = 384  # all-MiniLM-L6-v2


class GainsayConfig(PreTrainedConfig):
    """Nested configuration of GainsayForConditionalGeneration.

    Args:
        audio_config: of the CLAP audio tower (ClapAudioConfig or its dict).
        text_config: of the language model (any causal LM that AutoModel builds; default Qwen3).
        audio_token_id: id of the placeholder that content and level embeddings overwrite.
        said_token_id: id of the placeholder behind a user's words, for their one vector.
        hear_token_id: id by which the model decides to listen and give advice.
        stem_token_ids: ids of the stem index tokens <|s0|>, <|s1|>, ...
        number_token_ids: ids of the gains -12.0 ... +12.0 dB in 0.5 dB steps (49 ids).
        sentence_features: size of the vector of a user's words; 0 where the LLM needs no such help.
        own_tower: content comes from this model's tower, not from the ear that the package ships.
    """

    model_type = "gainsay"
    sub_configs = {"text_config": AutoConfig, "audio_config": AutoConfig}  # pyright: ignore[reportAssignmentType]

    audio_config: dict | PreTrainedConfig | None = None
    text_config: dict | PreTrainedConfig | None = None
    audio_token_id: int | None = None
    said_token_id: int | None = None
    hear_token_id: int | None = None
    stem_token_ids: list[int] | None = None
    number_token_ids: list[int] | None = None
    level_features: int = LEVEL_FEATURES
    content_tokens: int = CONTENT_TOKENS
    level_hidden_size: int = 256
    sentence_features: int = SENTENCE_FEATURES
    own_tower: bool = False
    tie_word_embeddings: bool = True

    def __post_init__(self, **kwargs):
        if isinstance(self.audio_config, dict):
            self.audio_config = ClapAudioConfig(**self.audio_config)
        elif self.audio_config is None:
            self.audio_config = ClapAudioConfig()
        # vLLM sizes its profiling run by the most tokens that one audio item can take.
        self.audio_config.max_source_positions = self.content_tokens + 1
        if isinstance(self.text_config, dict):
            kind = self.text_config.get("model_type", "qwen3")
            self.text_config = CONFIG_MAPPING[kind](**self.text_config)
        elif self.text_config is None:
            self.text_config = CONFIG_MAPPING["qwen3"]()
        self.hidden_size = self.text_config.hidden_size
        super().__post_init__(**kwargs)
