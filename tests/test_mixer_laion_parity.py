"""laion_clap's own HTSAT against ours on the same random weights (make test-clap).

One rule: the package is used as it installs, without torchvision and without a hub: what it imports
of these for images and downloads is stood in for, its audio tower and its text tower are its own.
"""

import importlib.util
import sys
import types
from pathlib import Path

import pytest
import torch

from mixer.ear_front import WINDOW_SAMPLES, log_mel
from mixer.laion import LOWEST_HZ, read_laion

pytestmark = [
    pytest.mark.clap,
    pytest.mark.skipif(
        importlib.util.find_spec("laion_clap") is None,
        reason='needs laion-clap in an environment of its own (make test-clap; "gainsay[clap]")',
    ),
]
ALIKE = 1e-4
WIDTH = {"tiny": 768, "base": 1024}


@pytest.fixture(scope="module")
def clap_module():
    """laion_clap's file of models, imported without its trainings, tokenizers and downloads."""
    from transformers import BartModel, BertModel, ClapModel, RobertaModel

    assert all((BartModel, BertModel, ClapModel, RobertaModel))  # loaded while torchvision is none
    spec = importlib.util.find_spec("laion_clap")
    assert spec is not None and spec.submodule_search_locations
    package = types.ModuleType("clap_module")
    package.__path__ = [str(Path(spec.submodule_search_locations[0]) / "clap_module")]
    images = [types.ModuleType(f"torchvision{part}") for part in ("", ".ops", ".ops.misc")]
    vars(images[-1])["FrozenBatchNorm2d"] = torch.nn.BatchNorm2d
    before = {image.__name__: sys.modules.get(image.__name__) for image in images}
    sys.modules.update({"clap_module": package}, **{one.__name__: one for one in images})
    try:
        return importlib.import_module("clap_module.model")
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def theirs(module, kind: str) -> torch.nn.Module:
    """A whole CLAP of theirs with random weights, none at a special value."""
    from transformers import RobertaConfig, RobertaModel

    audio = module.CLAPAudioCfp(
        model_type="HTSAT", model_name=kind, sample_rate=48000, audio_length=1024,
        window_size=1024, hop_size=480, fmin=50, fmax=14000, class_num=527, mel_bins=64,
        clip_samples=480000,
    )  # fmt: skip
    text = module.CLAPTextCfg(
        context_length=77, vocab_size=1000, width=768, heads=12, layers=1, model_type="roberta"
    )
    small = RobertaConfig(vocab_size=1000, hidden_size=768, num_attention_heads=12,
                          num_hidden_layers=1, intermediate_size=256, max_position_embeddings=90,
                          type_vocab_size=1, layer_norm_eps=1e-5)  # fmt: skip
    whole, RobertaModel.from_pretrained = (
        RobertaModel.from_pretrained,
        lambda *_: RobertaModel(small),
    )
    torch.manual_seed(0)
    try:
        model = module.CLAP(WIDTH[kind], audio, text, enable_fusion=False, fusion_type=None)
    finally:
        RobertaModel.from_pretrained = whole
    with torch.no_grad():
        for weight in model.parameters():
            if weight.requires_grad:
                weight.add_(0.02 * torch.randn_like(weight))
        model.audio_branch.bn0.running_mean.normal_(-30.0, 5.0)
        model.audio_branch.bn0.running_var.uniform_(100.0, 400.0)
    return model.eval()


@pytest.mark.parametrize("kind", ["tiny", "base"])
def test_both_towers_give_what_laion_clap_gives(clap_module, tmp_path, kind):
    model = theirs(clap_module, kind)
    torch.save({"epoch": 1, "state_dict": model.state_dict()}, tmp_path / "music.pt")
    ours = read_laion(tmp_path / "music.pt")
    sounds = torch.randn(2, WINDOW_SAMPLES, generator=torch.Generator().manual_seed(1))
    sounds *= torch.tensor([[0.03], [3.0]])  # the last is far over full scale
    words = torch.randint(3, 1000, (2, 77), generator=torch.Generator().manual_seed(2))
    mask = torch.ones_like(words)
    mask[1, 20:], words[1, 20:] = 0, 1
    with torch.no_grad():
        heard = model.audio_branch({"waveform": sounds}, mixup_lambda=None, device="cpu")
        wanted = model.audio_projection(heard["embedding"])
        read = model.text_projection(
            model.text_branch(input_ids=words, attention_mask=mask)["pooler_output"]
        )
        mel = log_mel(sounds, LOWEST_HZ)[:, None]
        got = ours.audio_model(input_features=mel).pooler_output
        text = ours.text_model(input_ids=words, attention_mask=mask).pooler_output
        found = {
            "tower": (got - heard["embedding"]).abs().max().item(),
            "audio": (ours.audio_projection(got) - wanted).abs().max().item(),
            "text": (ours.text_projection(text) - read).abs().max().item(),
        }
    apart = (heard["embedding"][0] - heard["embedding"][1]).abs().max().item()
    print(f"HTSAT-{kind}: largest differences {found}, of values that differ by {apart:.2f}")
    assert apart > 100 * ALIKE  # the sounds are told apart, so alike means something
    assert max(found.values()) < ALIKE
