"""From the authors' pickles to a folder of safetensors: same outputs, nothing in them is run."""

import os
import pickle
import re
import sys
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from mixer.megami.generator import WeightsError
from mixer.megami.published import convert as converter
from mixer.megami.published.checkpoints import CheckpointError, read_checkpoint, read_features
from mixer.megami.published.convert import SOURCES, convert
from mixer.megami.published.weights import CLAP, CURVE, GENERATOR, PROCESSOR, load
from tests.tiny_published import SIZES, random_weights

CLAP_FILE = "music_audioset_epoch_15_esc_90.14.pt"


class Trap:
    """Unpickled by the usual means it would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.path}",)


@pytest.fixture
def configuration(monkeypatch) -> Any:
    """An object of a library that is not installed when the checkpoint is read."""
    module = ModuleType("omegaconf.dictconfig")
    made = type("DictConfig", (dict,), {"__module__": "omegaconf.dictconfig"})
    module.DictConfig = made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "omegaconf", ModuleType("omegaconf"))
    monkeypatch.setitem(sys.modules, "omegaconf.dictconfig", module)
    found = made(lr=1e-4)
    found.flags = {"struct": True}
    return found


def laion_name(key: str) -> str:
    """The original name of one of the tower's weights, query and key and value apart."""
    if key.startswith("audio_projection."):
        number = {"linear1": "0", "linear2": "2"}[key.split(".")[1]]
        return f"module.audio_projection.{number}.{key.split('.')[2]}"
    key = key.replace("audio_model.audio_encoder.", "module.audio_branch.")
    for ours, theirs in (
        ("attention.self.relative", "attn.relative"),
        ("attention.self.", "attn."),
        ("attention.output.dense", "attn.proj"),
        ("intermediate.dense", "mlp.fc1"),
        ("output.dense", "mlp.fc2"),
        ("layernorm_before", "norm1"),
        ("layernorm_after", "norm2"),
        ("batch_norm", "bn0"),
    ):
        key = key.replace(ours, theirs)
    return key


def laion_layout(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """A tower as laion-clap saves it, among parts that are not wanted."""
    made: dict[str, Tensor] = {}
    for key, value in weights.items():
        name = laion_name(key)
        if ".attn.query." in name:
            keys = [key.replace(".query.", f".{part}.") for part in ("query", "key", "value")]
            made[name.replace(".query.", ".qkv.")] = torch.cat([weights[one] for one in keys])
        elif not re.search(r"\.attn\.(key|value)\.", name):
            made[name] = value
    extra = {"module.text_branch.x": torch.ones(2), "module.audio_branch.head.bias": torch.ones(2)}
    return made | extra


def features() -> dict[str, Any]:
    curve = np.linspace(2.0, 0.1, 32_769)
    return {"eq": {"other": curve, "bass": curve**2}, "loudness": {"other": np.float64(-20.0)}}


def checkpoint(weights: dict[str, Tensor], args: Any) -> dict[str, Any]:
    """A training state as the authors save it."""
    other = {key: torch.zeros_like(value) for key, value in weights.items()}
    return {
        "it": np.int64(7),
        "network": weights,
        "optimizer": {"state": {0: {"exp_avg": torch.zeros(2)}}},
        "ema": other,
        "args": args,
    }


def save_all(folder: Path, weights: dict[str, dict[str, Tensor]], args: Any) -> Path:
    """The authors' folder with these weights."""
    folder.mkdir()
    for file, (name, part) in SOURCES.items():
        state = checkpoint(weights[file], args)
        if part == "ema":
            state["network"], state["ema"] = state["ema"], state["network"]
        torch.save(state, folder / name)
    clap = {"epoch": 15, "state_dict": OrderedDict(laion_layout(weights[CLAP]))}
    torch.save(clap, folder / CLAP_FILE)
    np.save(folder / "features.npy", np.array(features(), dtype=object), allow_pickle=True)
    return folder


def test_round_trip_keeps_every_weight_and_every_output(tmp_path, configuration):
    weights = random_weights(seed=5)
    theirs = save_all(tmp_path / "theirs", weights, configuration)
    sys.modules.pop("omegaconf.dictconfig")
    convert(theirs, tmp_path / "ours", SIZES)
    for file, tensors in weights.items():
        if file != CURVE:
            found = load_file(tmp_path / "ours" / file)
            assert set(found) == set(tensors)
            assert all(torch.equal(found[key], tensors[key]) for key in tensors)
    networks = load(tmp_path / "ours")
    assert networks.curve.shape == (2049,)
    assert float(networks.curve[1]) == pytest.approx(2.0 - 1.9 * 16 / 32_768, rel=1e-6)
    from mixer.megami.published.tcn import Tcn

    original = Tcn(SIZES.processor).eval()
    original.load_state_dict(weights[PROCESSOR])
    audio, condition = torch.randn(1, 1, 3000), torch.randn(1, 2624)
    assert torch.equal(networks.processor(audio, condition), original(audio, condition))


def test_a_second_conversion_into_a_folder_is_refused(tmp_path):
    theirs = save_all(tmp_path / "theirs", random_weights(), None)
    convert(theirs, tmp_path / "ours", SIZES)
    with pytest.raises(WeightsError, match="holds converted weights already"):
        convert(theirs, tmp_path / "ours", SIZES)


def test_a_checkpoint_that_would_run_something_is_refused_and_does_not(tmp_path):
    sprung = tmp_path / "sprung"
    path = tmp_path / "trap.pt"
    torch.save({"network": {"weight": torch.ones(2)}, "args": Trap(sprung)}, path)
    with pytest.raises(CheckpointError, match=r"names (posix|nt)\.system.*nothing of it was run"):
        read_checkpoint(path)
    assert not sprung.exists()


@pytest.mark.parametrize("name", ["eval", "getattr", "__import__"])
def test_builtin_functions_are_refused_in_checkpoints(tmp_path, name):
    class Calls:
        def __reduce__(self) -> tuple[Any, ...]:
            return getattr(__builtins__, name, None) or __builtins__[name], ("1", "2")  # type: ignore[index]

    torch.save({"args": Calls()}, tmp_path / "calls.pt")
    with pytest.raises(CheckpointError, match=name):
        read_checkpoint(tmp_path / "calls.pt")


def test_old_and_foreign_files_are_refused(tmp_path):
    old = tmp_path / "old.pt"
    torch.save({"network": {}}, old, _use_new_zipfile_serialization=False)
    with pytest.raises(CheckpointError, match="not a zip archive as torch.save writes"):
        read_checkpoint(old)
    script = tmp_path / "script.pt"
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), script)
    with pytest.raises(CheckpointError, match="TorchScript"):
        read_checkpoint(script)
    torch.save([1], tmp_path / "list.pt")
    with pytest.raises(CheckpointError, match="holds a list"):
        read_checkpoint(tmp_path / "list.pt")


def test_features_that_would_run_something_are_refused_and_do_not(tmp_path):
    sprung, path = tmp_path / "sprung", tmp_path / "features.npy"
    np.save(path, np.array({"eq": Trap(sprung)}, dtype=object), allow_pickle=True)
    with pytest.raises(CheckpointError, match=r"\.system: only arrays of numbers are read"):
        read_features(path)
    assert not sprung.exists()
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_features(path)


def test_features_are_read_as_numpy_wrote_them(tmp_path):
    path = tmp_path / "features.npy"
    np.save(path, np.array(features(), dtype=object), allow_pickle=True)
    found = read_features(path)
    assert np.array_equal(found["eq"]["bass"], features()["eq"]["bass"])
    assert found["loudness"]["other"] == -20.0
    with path.open("wb") as file:  # the pickle of an older protocol, as older numpy wrote
        np.lib.format.write_array_header_1_0(
            file, {"descr": "|O", "fortran_order": False, "shape": ()}
        )
        pickle.dump(np.array(features(), dtype=object), file, protocol=2)
    assert np.array_equal(read_features(path)["eq"]["other"], features()["eq"]["other"])


def test_missing_unexpected_and_misshapen_weights_are_named(tmp_path):
    weights = random_weights()
    dit = weights[GENERATOR]
    del dit["timestep_features.weight"]
    dit["transformer.extra.weight"] = torch.ones(1)
    dit["preprocess_conv.weight"] = torch.ones(3, 3, 1)
    theirs = save_all(tmp_path / "theirs", weights, None)
    with pytest.raises(WeightsError) as caught:
        convert(theirs, tmp_path / "ours", SIZES)
    text = str(caught.value)
    assert "FxGenerator_public.pt does not hold the published network" in text
    assert "1 missing: timestep_features.weight" in text
    assert "1 unexpected: transformer.extra.weight" in text
    assert "preprocess_conv.weight (3, 3, 1) in place of (64, 64, 1)" in text
    assert not (tmp_path / "ours").exists()


@pytest.mark.parametrize(
    "name", [*(name for name, _ in SOURCES.values()), CLAP_FILE, "features.npy"]
)
def test_an_absent_file_is_named(tmp_path, name):
    theirs = save_all(tmp_path / "theirs", random_weights(), None)
    (theirs / name).unlink()
    with pytest.raises(CheckpointError, match=re.escape(name)):
        convert(theirs, tmp_path / "ours", SIZES)


def test_the_command_says_in_a_sentence_what_it_lacks(tmp_path, capsys, monkeypatch):
    arguments = ["convert", "--checkpoints", str(tmp_path), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as end:
        converter.main()
    assert end.value.code == 2
    assert "FxGenerator_public.pt: name the folder" in capsys.readouterr().err


def test_loading_names_what_a_folder_lacks(tmp_path):
    with pytest.raises(WeightsError, match=r"no config\.json.*published\.convert --checkpoints"):
        load(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(WeightsError, match=r"has no generator\.safetensors"):
        load(tmp_path)
