"""`gainsay serve` and what a served cascade is given: flags, refusals, +6 dB arriving as +6 dB."""

import base64
import io
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from assistant.context import ToolError
from assistant.model.processing import AUDIO
from assistant.model.waveforms import ANCHOR_LUFS, level_rows
from assistant.serving_audio import audio_parts
from assistant.serving_vllm import serving
from mixer.loudness import integrated_lufs, profile, relative_profile
from tests.tiny_listener import tiny_listener

RATE = 44100
SECONDS = 2.0
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def tiny():
    return tiny_listener()


@pytest.fixture(scope="module")
def given(tiny):
    """The level features of STEMS as they are."""
    return levels(tiny[1], received(audio_parts(STEMS, RATE)))


def stem(level_db: float, seed: int, width: float = 0.0) -> np.ndarray:
    """Noise (2, samples) with little above 10 kHz; width 1: two channels that share nothing."""
    noise = np.random.default_rng(seed).standard_normal((2, int(SECONDS * RATE)))
    noise[1] = (1.0 - width) * noise[0] + width * noise[1]
    low = np.apply_along_axis(np.convolve, 1, noise, np.hanning(9), mode="same")
    return (10.0 ** (level_db / 20.0) * 0.1 * low).astype(np.float32)


def received(parts: list[dict]) -> list[np.ndarray]:
    """The waveforms as an engine hands them on: one channel, 48 kHz."""
    heard = []
    for part in parts:
        if part["type"] == "input_audio":
            wav = io.BytesIO(base64.b64decode(part["input_audio"]["data"]))
            audio, rate = soundfile.read(wav, dtype="float32")
            assert audio.ndim == 1 and rate == 48_000
            heard.append(audio)
    return heard


def levels(processor, waveforms: list[np.ndarray]) -> np.ndarray:
    """The level features (stems, 14) that a model is given of waveforms."""
    inputs = processor(text=AUDIO * len(waveforms), audio=waveforms, return_tensors="pt")
    return inputs["level_features"].view(torch.float32).numpy()


STEMS = [("vocals", stem(-6, 0)), ("kick", stem(3, 1)), ("pad", stem(-12, 2, width=1.0))]


# ---- how loud a stem is reaches the model


@pytest.mark.parametrize("raised", [0, 1, 2])
def test_six_decibels_on_a_stem_arrive_as_six(tiny, given, raised):
    louder = [
        (name, audio * np.float32(10 ** (6 / 20)) if at == raised else audio)
        for at, (name, audio) in enumerate(STEMS)
    ]
    moved_db = 10.0 * (levels(tiny[1], received(audio_parts(louder, RATE))) - given)
    level_entries = [0, 1, *range(4, 14)]
    # Raising the anchor (the first) lowers all others against it, and its own place is nought.
    expected = np.array([0.0, -6.0, -6.0]) if raised == 0 else 6.0 * (np.arange(3) == raised)
    np.testing.assert_allclose(
        moved_db[:, level_entries], np.tile(expected[:, None], (1, 12)), atol=1e-3
    )
    np.testing.assert_allclose(moved_db[:, [2, 3]], 0.0, atol=1e-3)


def test_levels_are_those_that_the_embedded_listener_is_given(given):
    profiles = np.stack([np.asarray(profile(audio, RATE)) for _, audio in STEMS])
    embedded = relative_profile(profiles, 0)
    assert given[0, 0] == pytest.approx(0.0, abs=1e-5)
    np.testing.assert_allclose(given[:, 0], embedded[:, 0], atol=1e-5)
    np.testing.assert_allclose(given[:, 1], embedded[:, 1], atol=0.01)  # 0.1 LU
    np.testing.assert_allclose(given[:, 6:12], embedded[:, 6:12], atol=0.05)


def test_a_stem_alone_in_any_order_is_what_it_is_among_others(tiny):
    _, processor = tiny
    waveforms = received(audio_parts(STEMS, RATE))
    together = processor(text=AUDIO * 3, audio=waveforms, return_tensors="pt")
    for at in (2, 0):
        alone = processor(text=AUDIO, audio=[waveforms[at]], return_tensors="pt")
        for key in ("level_features", "input_features"):
            torch.testing.assert_close(alone[key][0], together[key][at], rtol=0, atol=0)


def test_the_fader_does_not_reach_the_content(tiny):
    _, processor = tiny
    waveforms = received(audio_parts(STEMS, RATE))
    quiet = [waveforms[0] * np.float32(0.25), *waveforms[1:]]
    heard = [
        processor(text=AUDIO * 3, audio=one, return_tensors="pt")["input_features"]
        for one in (waveforms, quiet)
    ]
    torch.testing.assert_close(heard[0], heard[1], rtol=0, atol=1e-3)


def test_an_anchor_that_pauses_is_taken_by_its_level_in_the_song():
    pause = [("vocals", np.zeros_like(STEMS[0][1])), *STEMS[1:]]
    at_rest = level_rows(
        [np.stack([one, one]) for one in received(audio_parts(pause, RATE, -30.0))]
    )
    kick_lufs = integrated_lufs(STEMS[1][1], RATE)
    assert kick_lufs is not None
    assert 10.0 * at_rest[1, 0] == pytest.approx(kick_lufs + 30.0, abs=0.05)
    assert at_rest[0].tolist() == [0.0] * 14
    silent = audio_parts([("a", np.zeros((2, RATE), np.float32)), ("b", None)], RATE, None)
    assert [part["type"] for part in silent] == ["input_audio", "text", "text"]


def test_hot_stems_are_not_clipped():
    hot = audio_parts([("a", stem(-40, 0)), ("b", stem(30, 1))], RATE)
    assert np.abs(received(hot)[1]).max() > 10.0
    anchor = received(hot)[0]
    lufs = integrated_lufs(np.stack([anchor, anchor]), 48_000)
    assert lufs == pytest.approx(ANCHOR_LUFS, abs=0.05)


def test_levels_pass_an_engine_that_rounds_floats(tiny):
    model, processor = tiny
    inputs = processor(
        text=AUDIO * 3, audio=received(audio_parts(STEMS, RATE)), return_tensors="pt"
    )
    rounded = {
        key: value.to(torch.bfloat16) if value.is_floating_point() else value
        for key, value in inputs.items()
    }
    seen = []
    projector = model.model.multi_modal_projector.level_in
    hook = projector.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.inference_mode():
        model.get_audio_features(
            rounded["input_features"], level_features=rounded["level_features"]
        )
    hook.remove()
    torch.testing.assert_close(seen[0], inputs["level_features"].view(torch.float32))
    assert seen[0].dtype == torch.float32 and inputs.keys().isdisjoint({"is_longer"})


def test_a_tenth_of_a_decibel_survives_in_a_bf16_model():
    model, _ = tiny_listener()
    projector = model.to(torch.bfloat16).model.multi_modal_projector
    content, level = torch.randn(1, 8, 256), torch.full((1, 14), -1.61)
    with torch.inference_mode():
        tokens = [projector.level_token(content, level + step) for step in (0.0, 0.005, 0.01)]
    moved = [float((one - tokens[0]).norm()) for one in tokens]
    assert moved[1] > 0.0 and moved[2] / moved[1] == pytest.approx(2.0, abs=0.05)


def test_what_the_processor_gives_is_what_generate_takes(tiny):
    model, processor = tiny
    chat = [{"role": "user", "content": [{"type": "audio"}, {"type": "text", "text": "hello"}]}]
    text = processor.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    said = []
    for gain_db in (0.0, 6.0):
        audio = received(audio_parts(STEMS, RATE))[1] * np.float32(10 ** (gain_db / 20))
        inputs = processor(text=text, audio=[audio], return_tensors="pt")
        with torch.inference_mode():
            told = model.generate(
                **inputs, max_new_tokens=2, output_logits=True, return_dict_in_generate=True
            )
        said.append(told.logits[0])
    assert float((said[0] - said[1]).abs().max()) > 1e-4


def test_audio_at_a_wrong_rate_or_of_a_wrong_shape_is_refused(tiny):
    _, processor = tiny
    with pytest.raises(ValueError, match="got audio at 16000 Hz, need 48000 Hz"):
        processor(text=AUDIO, audio=[np.zeros(16000, np.float32)], sampling_rate=16000)


# ---- the chat


def test_calls_and_texts_in_the_form_of_servers_read_like_our_own(tiny):
    _, processor = tiny
    call = {"name": "undo", "arguments": {"steps": 2}}
    ours = [
        {"role": "system", "content": "rules"},
        {"role": "user", "content": "back"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
    ]
    theirs = [
        {"role": "system", "content": [{"type": "text", "text": "rules"}]},
        {"role": "user", "content": [{"type": "text", "text": "back"}]},
        {
            "role": "assistant",
            "content": [],
            "tool_calls": [{"type": "function", "function": call}],
        },
    ]
    tools = [{"type": "function", "function": {"name": "undo"}}]
    told = [
        processor.apply_chat_template(chat, tools=tools, tokenize=False) for chat in (ours, theirs)
    ]
    assert told[0] == told[1]
    assert 'rules\n<tools>\n{"type": "function"' in told[0]
    assert '<tool_call>{"name": "undo", "arguments": {"steps": 2}}</tool_call>' in told[0]


# ---- what is started


@pytest.fixture
def folder(tmp_path):
    """A folder that looks like a model's."""
    (place := tmp_path / "mixer-4b").mkdir()
    (place / "config.json").write_text("{}")
    (place / "model.safetensors").write_bytes(b"")
    return place


def adapter(place: Path, **told) -> Path:
    place.mkdir()
    (place / "adapter_config.json").write_text(
        json.dumps({"r": 24, "modules_to_save": None} | told)
    )
    return place


def test_the_flags_of_a_folder_with_adapters(folder, tmp_path):
    one = adapter(tmp_path / "one")
    asked = serving(str(folder), lora=[f"warm={one}", "cold=owner/adapter"], extra=["--seed", "3"])
    assert asked.command() == [
        sys.executable, "-m", "vllm.entrypoints.openai.api_server",
        "--model", str(folder), "--served-model-name", "mixer-4b",
        "--host", "127.0.0.1", "--port", "8000",
        "--limit-mm-per-prompt", '{"audio": 16}',
        "--enable-auto-tool-choice", "--tool-call-parser", "hermes",
        "--enable-lora", "--max-lora-rank", "32",
        "--lora-modules", f"warm={one}", "cold=owner/adapter",
        "--seed", "3",
    ]  # fmt: skip
    assert asked.environment({}, None)["HF_HUB_OFFLINE"] == "1"
    assert (
        serving("::1:8000/x".replace("::1:8000/", "owner/"), host="::1").address
        == "http://[::1]:8000/v1"
    )


def test_a_hub_id_may_be_fetched_and_no_use_is_reported():
    asked = serving("owner/mixer-4b", name="mix")
    assert asked.name == "mix" and "--enable-lora" not in asked.command()
    environment = asked.environment({"PATH": "/bin"}, "secret")
    assert environment == {
        "PATH": "/bin", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "VLLM_API_KEY": "secret",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"modules_to_save": ["multi_modal_projector"]}, "has modules_to_save.*merge it into its"),
        ({"use_dora": True}, "has use_dora.*merge it"),
        ({"r": 1024}, "has rank 1024: up to 512 works"),
    ],
)
def test_adapters_that_vllm_does_not_take_are_refused_before_it_loads(
    folder, tmp_path, told, sentence
):
    with pytest.raises(ToolError, match=sentence):
        serving(str(folder), lora=[f"a={adapter(tmp_path / 'a', **told)}"])


def test_what_cannot_be_served_is_said_in_a_sentence(folder, tmp_path):
    with pytest.raises(ToolError, match="no such folder, nor the id of a model on a hub"):
        serving(str(tmp_path / "nothing"))
    with pytest.raises(ToolError, match="is an adapter: give its base with --model"):
        serving(str(adapter(tmp_path / "a")))
    with pytest.raises(ToolError, match="holds no adapter_config.json"):
        serving(str(folder), lora=[f"x={folder}"])
    with pytest.raises(ToolError, match="write NAME=PATH"):
        serving(str(folder), lora=["adapter/"])
    with pytest.raises(ToolError, match=r"called alike \(mixer-4b, mixer-4b\)"):
        serving(str(folder), lora=["mixer-4b=owner/adapter"])
    with pytest.raises(ToolError, match="--host 0.0.0.0 lets others in: put a key"):
        serving(str(folder), host="0.0.0.0")
    assert serving(str(folder), host="0.0.0.0", key="secret").host == "0.0.0.0"
    (folder / "model.safetensors").unlink()
    with pytest.raises(ToolError, match="its weights are needed"):
        serving(str(folder))


def typed(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`gainsay serve …` as a process."""
    # What a command that was run in this process may have left is not handed on.
    ours = ("HF_HUB_OFFLINE", "MIX_KEY", "TRANSFORMERS_VERBOSITY")
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-m", "assistant", "serve", *arguments],
        capture_output=True, text=True, timeout=120, cwd=ROOT, env=inherited | environment,
    )  # fmt: skip


@pytest.mark.skipif(find_spec("vllm") is not None, reason="says what happens without vLLM")
def test_without_vllm_the_cure_is_told(folder):
    ended = typed("--model", str(folder))
    assert ended.returncode == 2 and ended.stdout == ""
    assert ended.stderr.startswith(
        'gainsay: vllm is not installed here: pip install "gainsay[serve]"'
    )
    assert ended.stderr.count("\n") == 1


def test_vllm_takes_over_with_its_own_options_and_a_key_that_is_not_shown(folder, tmp_path):
    place = tmp_path / "path" / "vllm" / "entrypoints" / "openai"
    place.mkdir(parents=True)
    for package in (place, place.parent, place.parent.parent):
        (package / "__init__.py").write_text("")
    (place / "api_server.py").write_text(
        "import json, os, sys\n"
        "names = ('HF_HUB_OFFLINE', 'VLLM_API_KEY', 'TRANSFORMERS_VERBOSITY')\n"
        "print(json.dumps([sys.argv[1:], {name: os.environ.get(name) for name in names}]))\n"
    )
    ended = typed(
        "--model", str(folder), "--host", "0.0.0.0", "--port", "8123", "--api-key-env", "MIX_KEY",
        "--stems", "8", "--max-model-len", "4096", "--enforce-eager",
        PYTHONPATH=str(tmp_path / "path"), MIX_KEY="secret",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    *told, last = ended.stdout.splitlines()
    arguments, environment = json.loads(last)
    assert arguments[-3:] == ["--max-model-len", "4096", "--enforce-eager"]
    assert '{"audio": 8}' in arguments and "8123" in arguments and "secret" not in arguments
    assert environment == {
        "HF_HUB_OFFLINE": "1", "VLLM_API_KEY": "secret", "TRANSFORMERS_VERBOSITY": None,
    }  # fmt: skip
    assert "--base-url http://0.0.0.0:8123/v1 --model mixer-4b --audio" in "\n".join(told)
