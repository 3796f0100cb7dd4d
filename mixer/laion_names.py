"""The names of LAION-CLAP's weights: from the original laion-clap checkpoint to transformers'.

One rule: a key that is not known is an error of the caller's to tell; what is known and not needed
(front-end buffers, class heads, masks) is left out here.
"""

from collections.abc import Mapping

from torch import Tensor

AUDIO, TEXT = "audio_branch.", "text_branch."
_AUDIO_LEFT_OUT = (
    "spectrogram_extractor", "logmel_extractor", "tscam_conv", ".head.", "attn_mask",
    "spec_augmenter",
)  # fmt: skip
_TEXT_LEFT_OUT = ("position_ids", "token_type_ids")
_OTHERS_LEFT_OUT = ("audio_transform.", "text_transform.")
_AUDIO_NAMES = (
    (AUDIO, "audio_model.audio_encoder."),
    (".attn.relative", ".attention.self.relative"),
    (".attn.qkv.", ".attention.self.qkv."),
    (".attn.proj.", ".attention.output.dense."),
    (".mlp.fc1.", ".intermediate.dense."),
    (".mlp.fc2.", ".output.dense."),
    (".norm1.", ".layernorm_before."),
    (".norm2.", ".layernorm_after."),
    (".bn0.", ".batch_norm."),
)
_PROJECTION = {"0": "linear1", "2": "linear2"}
_SCALES = ("logit_scale_a", "logit_scale_t")


def from_laion(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The audio tower's part of an original state dict, under transformers' names.

    The joint query-key-value matrices are cut in three; the text tower is left out.
    """
    renamed: dict[str, Tensor] = {}
    for key, value in weights.items():
        key = key.removeprefix("module.")
        if key.startswith("audio_projection."):
            renamed[_projection(key)] = value
        elif key.startswith(AUDIO) and not any(part in key for part in _AUDIO_LEFT_OUT):
            for ours, part in _split_qkv(_tower_name(key), value):
                renamed[ours] = part
    return renamed


def text_from_laion(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The text tower's part (RoBERTa) and the two scales, under transformers' names."""
    renamed: dict[str, Tensor] = {}
    for key, value in weights.items():
        key = key.removeprefix("module.")
        if key.startswith("text_projection."):
            renamed[_projection(key)] = value
        elif key.startswith(TEXT) and not key.endswith(_TEXT_LEFT_OUT):
            renamed[key.replace(TEXT, "text_model.", 1)] = value
        elif key in _SCALES:
            renamed[key] = value
    return renamed


def unknown_keys(weights: Mapping[str, Tensor]) -> list[str]:
    """Keys that belong to no part of an original checkpoint."""
    known = (AUDIO, TEXT, "audio_projection.", "text_projection.", *_SCALES, *_OTHERS_LEFT_OUT)
    return [key for key in weights if not key.removeprefix("module.").startswith(known)]


def _projection(key: str) -> str:
    side, number, kind = key.split(".")
    return f"{side}.{_PROJECTION[number]}.{kind}"


def _tower_name(key: str) -> str:
    for theirs, ours in _AUDIO_NAMES:
        key = key.replace(theirs, ours)
    return key


def _split_qkv(key: str, value: Tensor) -> list[tuple[str, Tensor]]:
    if ".qkv." not in key:
        return [(key, value)]
    names = [key.replace(".qkv.", f".{name}.") for name in ("query", "key", "value")]
    return list(zip(names, value.chunk(3), strict=True))
