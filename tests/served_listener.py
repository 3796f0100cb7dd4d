"""A tiny cascade for servers, its adapter and merged self, and what transformers makes of it."""

import base64
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch

from assistant.serving_audio import audio_parts
from tests.tiny_listener import tiny_listener

RATE = 44100
TARGETS = r".*language_model\.layers\.\d+\.(self_attn\.(q|k|v|o)_proj|mlp\.(gate|up|down)_proj)"
FLAGS = (
    "--enforce-eager",
    "--max-model-len",
    "32768",
    "--dtype",
    "float32",
    "--max-num-seqs",
    "8",
    "--gpu-memory-utilization",
    "0.3",
)  # of the memory, also on a CPU
CPU = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "OMP_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
}


def save_listeners(folder: Path) -> dict[str, Any]:
    """Save base/, adapter/ and merged/; returns the models that transformers and peft run."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    made = {}
    for name in ("base", "adapter", "merged"):
        model, processor = tiny_listener(head_dim=64)
        with torch.no_grad():  # what comes next hangs on all that was read, levels included
            for layer in model.model.language_model.layers.parameters():
                layer.mul_(4.0 if layer.ndim == 2 else 1.0)
            model.model.language_model.norm.weight.mul_(8.0)
            model.model.multi_modal_projector.level_out.weight.mul_(20.0)
        if name != "base":
            wishes = LoraConfig(r=8, lora_alpha=16, target_modules=TARGETS, init_lora_weights=False)
            torch.manual_seed(5)
            model = get_peft_model(model, wishes)
        if name == "merged":
            model = model.merge_and_unload()
        model.save_pretrained(folder / name)
        processor.save_pretrained(folder / name)
        made[name] = model.eval()
    return made | {"processor": processor}


def stems(count: int, raised: int | None = None, seed: int = 0) -> list[tuple[str, np.ndarray]]:
    """Noise stems (2, samples) of 1.5 s, each at its own level; one may be 6 dB louder."""
    rng = np.random.default_rng(seed)
    made = []
    for at in range(count):
        level_db = -3.0 * (at % 5) + (6.0 if at == raised else 0.0)
        audio = 0.1 * 10.0 ** (level_db / 20.0) * rng.standard_normal((2, int(1.5 * RATE)))
        made.append((f"stem {at}", audio.astype(np.float32)))
    return made


def messages(song: Sequence[tuple[str, np.ndarray]], text: str) -> list[dict[str, Any]]:
    """A request about a song."""
    words = {"type": "text", "text": text}
    return [
        {"role": "system", "content": "You mix."},
        {"role": "user", "content": [*audio_parts(song, RATE), words]},
    ]


def answer(model: Any, processor: Any, chat: list[dict[str, Any]], tokens: int = 12) -> tuple:
    """Ids and log-probabilities of what transformers says, greedily."""
    heard = [
        soundfile.read(io.BytesIO(base64.b64decode(part["input_audio"]["data"])), dtype="float32")
        for message in chat
        if isinstance(message["content"], list)
        for part in message["content"]
        if part["type"] == "input_audio"
    ]
    text = processor.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    inputs = processor(text=text, audio=[audio for audio, _ in heard], return_tensors="pt")
    with torch.inference_mode():
        said = model.generate(
            **inputs, max_new_tokens=tokens, do_sample=False, output_logits=True,
            return_dict_in_generate=True,
        )  # fmt: skip
    ids = said.sequences[0, inputs["input_ids"].shape[1] :]
    rows = torch.stack([row[0] for row in said.logits]).float().log_softmax(dim=-1)
    return ids.tolist(), rows.gather(1, ids[:, None])[:, 0].tolist()


@contextmanager
def gainsay_serve(*arguments: str, log: Path, start_s: float = 900.0) -> Iterator[str]:
    """The base URL of a `gainsay serve` process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "assistant", "serve", "--port", str(port), *arguments, *FLAGS]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env=os.environ | CPU
        )
    try:
        end_s = time.monotonic() + start_s
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            told = log.read_text()[-3000:]
            assert process.poll() is None and time.monotonic() < end_s, told
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(60)
