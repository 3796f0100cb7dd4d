"""Tune the sentence encoder to tell apart what users of a mixer want; compare ways to read.

One rule: it learns from the phrasings that the listener learns from, and is measured on those that
neither met and on strangers' messages.

    python -m finetune.train_reader --out runs/reader [--kind tuned] [--steps 1200]
"""

import argparse
import csv
import json
import time
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
import yaml
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from assistant.intents import tool_of
from assistant.model.sentences import READER
from assistant.orders.mentions import plainly_said
from finetune.intents import Message, Messages
from finetune.readers import KINDS, Reader

BATCH, AT_ONCE, LEARNING_RATE, WARMUP = 64, 16, 1e-3, 50
STRANGERS = ("strangers.yaml", "stranger_messages.yaml", "fresh_messages.yaml")
LOG_EVERY, CHECKPOINT_EVERY = 25, 100


def train(reader: Reader, out: Path, steps: int, seed: int, learning_rate: float) -> None:
    """Train until `steps`, on from the checkpoint in `out` if there is one."""
    trained = [p for p in reader.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=learning_rate, weight_decay=0.01)
    file, done = out / "checkpoint.pt", 0
    if file.is_file():
        state = torch.load(file, weights_only=True)
        done = state["step"]
        optimizer.load_state_dict(state["optimizer"])
        for parameter, kept in zip(trained, state["trained"], strict=True):
            parameter.data.copy_(kept)
    reader.train()
    sums, started = [], time.monotonic()
    with open(out / "curve.csv", "a", newline="") as log:
        curve = csv.writer(log)
        for step in range(done, steps):
            rng = np.random.default_rng([seed, step])
            torch.manual_seed(seed * 1_000_003 + step)
            drawn = [Messages(rng).draw() for _ in range(BATCH)]
            rate = learning_rate * min(1.0, (step + 1) / WARMUP) * (1.0 - step / steps)
            for group in optimizer.param_groups:
                group["lr"] = rate
            drawn.sort(key=lambda one: len(one.said))  # alike in length: less padding
            for first in range(0, BATCH, AT_ONCE):
                some = drawn[first : first + AT_ONCE]
                loss = reader.loss([one.said for one in some], targets(some, reader))
                (loss * AT_ONCE / BATCH).backward()
                sums.append(float(loss.detach()))
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            if (step + 1) % LOG_EVERY == 0:
                speed = LOG_EVERY / (time.monotonic() - started)
                curve.writerow([step + 1, f"{rate:.2e}", f"{np.mean(sums):.4f}"])
                log.flush()
                print(f"{step + 1} loss {np.mean(sums):.3f} {speed:.2f} steps/s", flush=True)
                sums, started = [], time.monotonic()
            if (step + 1) % CHECKPOINT_EVERY == 0 or step + 1 == steps:
                kept = [p.detach() for p in trained]
                state = {"step": step + 1, "trained": kept, "optimizer": optimizer.state_dict()}
                torch.save(state, out / "checkpoint.tmp")
                (out / "checkpoint.tmp").replace(file)
                if changes := reader.changes():
                    halves = {name: change.half() for name, change in changes.items()}
                    told = {"intents": json.dumps(Messages(rng).intents)}
                    save_file(halves, out / READER, metadata=told)
    reader.eval()


def targets(drawn: Sequence[Message], reader: Reader) -> torch.Tensor:
    """Each message's intents as a distribution (messages, intents)."""
    shares = torch.zeros(len(drawn), reader.intents)
    for row, one in enumerate(drawn):
        shares[row, list(one.intents)] = 1.0 / len(one.intents)
    return shares


@torch.inference_mode()
def read(reader: Reader, texts: Sequence[str]) -> list[int]:
    """The likeliest intent of each text."""
    return [
        int(best) for first in range(0, len(texts), 32)
        for best in reader(texts[first : first + 32]).argmax(dim=-1)
    ]  # fmt: skip


def evaluate(reader: Reader, intents: Sequence[str]) -> dict[str, float]:
    """Shares of held-out phrasings read right, and of strangers' single messages by tool."""
    tools = [tool_of(name) for name in intents]
    asked = Messages(np.random.default_rng(12345), held_out=True).each()
    found = read(reader, [one.said for one in asked])
    pairs = [(got, one.intents[0]) for got, one in zip(found, asked, strict=True)]
    scores = {
        "held out, intent": float(np.mean([got == meant for got, meant in pairs])),
        "held out, tool": float(np.mean([tools[got] == tools[meant] for got, meant in pairs])),
    }
    for name in STRANGERS:
        songs = yaml.safe_load(files("finetune").joinpath(name).read_text())
        said = [
            (plainly_said(str(one["say"]), tuple(song["stems"]), tuple(song["stems"].values())),
             one["tool"])
            for song in songs for one in song["asked"] if "tool" in one
        ]  # fmt: skip
        found = read(reader, [text for text, _ in said])
        right = [tools[got] == tool for got, (_, tool) in zip(found, said, strict=True)]
        scores[f"{name.removesuffix('.yaml')}, tool"] = float(np.mean(right))
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint and tuning")
    parser.add_argument("--kind", choices=KINDS, default="tuned")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--begin-with", type=Path, help=f"a {READER} to go on from")
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    intents = Messages(np.random.default_rng(0)).intents
    reader = Reader(options.kind, len(intents))
    count = sum(p.numel() for p in reader.parameters() if p.requires_grad)
    print(f"{KINDS[options.kind]}: {count:,} parameters trained")
    if options.begin_with:
        with safe_open(options.begin_with, "pt") as kept:
            earlier = json.loads(kept.metadata()["intents"])
        reader.go_on_from(load_file(options.begin_with), earlier, intents)
    train(reader, options.out, options.steps, options.seed, options.learning_rate)
    for name, share in evaluate(reader, intents).items():
        print(f"{name}: {share:.1%}")


if __name__ == "__main__":
    main()
