"""Train the second reading of a message, as it was typed, on the untuned sentence model's vectors.

One rule: stems stand in its messages as people call them, so that it learns that "the kick" is one
and "kick smoking" is none; it is measured beside the tuned reader, as the product uses it.

    python -m finetune.train_typed --out runs/typed [--messages 60000] [--epochs 12]
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
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from assistant.intents import tool_of
from assistant.model.sentences import SentenceEncoder
from assistant.model.typed import TYPED, TypedReader, features
from assistant.strange import STRANGE, strangeness
from finetune.intents import Message, Messages

WIDTH, BATCH, AT_ONCE, LEARNING_RATE = 512, 128, 512, 1e-3
AT = (0.2, 0.3, 0.35, 0.4, 0.5, 0.7)


def drawn(count: int, seed: int) -> list[Message]:
    """Every phrasing that may be trained on, then draws as talk has them."""
    every = Messages(np.random.default_rng([seed, 0]), by_name=True)
    more = Messages(np.random.default_rng([seed, 1]), by_name=True)
    listed = every.each()
    return listed + [more.draw() for _ in range(max(count - len(listed), 0))]


def vectors(texts: Sequence[str]) -> torch.Tensor:
    """Features (texts, 384), those of like length computed together."""
    encoder, order = SentenceEncoder.load(), sorted(range(len(texts)), key=lambda n: len(texts[n]))
    found = torch.empty(len(texts), 384)
    for first in range(0, len(order), AT_ONCE):
        some = order[first : first + AT_ONCE]
        found[some] = features(encoder, [texts[place] for place in some])
    return found


def train(
    given: torch.Tensor, meant: torch.Tensor, out: Path, epochs: int, seed: int
) -> nn.Sequential:
    """A layer trained on vectors (messages, 384) and intents (messages, intents)."""
    torch.manual_seed(seed)
    layers = nn.Sequential(
        nn.Linear(given.shape[1], WIDTH), nn.GELU(), nn.Dropout(0.4),
        nn.Linear(WIDTH, meant.shape[1]),
    )  # fmt: skip
    optimizer = torch.optim.AdamW(layers.parameters(), lr=LEARNING_RATE, weight_decay=0.05)
    steps = epochs * -(-len(given) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    with open(out / "curve.csv", "w", newline="") as log:
        curve = csv.writer(log)
        for epoch in range(epochs):
            losses = []
            for some in torch.randperm(len(given)).split(BATCH):
                loss = functional.cross_entropy(
                    layers(given[some]), meant[some], label_smoothing=0.05
                )
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                losses.append(loss.item())
            curve.writerow([epoch + 1, f"{np.mean(losses):.4f}"])
    return layers.eval()


def evaluate(out: Path) -> None:
    """Print how held-out messages fare: no tool is for them, or one is, by how strange they are."""
    typed = TypedReader(out / TYPED)
    tuned = SentenceEncoder.reader_of(Path(str(files("assistant").joinpath("weights/listener"))))
    assert tuned is not None
    rows = [  # the same phrasings, with stems in them as each reader meets them
        Messages(np.random.default_rng(12345), held_out=True, by_name=by_name).each()
        for by_name in (True, False)
    ]
    names = typed.intents
    one = [typed.intents_of(message.said) for message in rows[0]]
    other = [tuned.intents_of(message.said) for message in rows[1]]
    meant = [names[message.intents[0]] for message in rows[0]]
    right = np.mean(
        [max(got, key=lambda n: got[n]) == name for got, name in zip(one, meant, strict=True)]
    )
    print(f"held out, intent by what was typed alone: {right:.1%}")
    strange = np.array([strangeness(a, b) for a, b in zip(other, one, strict=True)])
    far = np.array([name in STRANGE for name in meant])
    tool = np.array([tool_of(name) is not None for name in meant])
    for least in AT:
        caught, refused = np.mean(strange[far] >= least), np.sum(strange[tool] >= least)
        print(
            f"strange from {least:.2f}: {caught:.1%} of {far.sum()} that no tool is for, "
            f"{refused} of {tool.sum()} that one is for"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the weights")
    parser.add_argument("--messages", type=int, default=60000)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    started, messages = time.monotonic(), drawn(options.messages, options.seed)
    given = vectors([one.said for one in messages])
    intents = Messages(np.random.default_rng(0)).intents
    meant = torch.zeros(len(messages), len(intents))
    for row, one in enumerate(messages):
        meant[row, list(one.intents)] = 1.0 / len(one.intents)
    layers = train(given, meant, options.out, options.epochs, options.seed)
    named = {"0": "hidden", "3": "head"}  # their places in the row of layers
    halves = {
        f"{named[place]}.{what}": tensor.half().contiguous()
        for name, tensor in layers.state_dict().items()
        for place, what in [name.split(".")]
    }
    save_file(halves, options.out / TYPED, metadata={"intents": json.dumps(intents)})
    print(f"{len(messages)} messages, {time.monotonic() - started:.0f} s")
    evaluate(options.out)


if __name__ == "__main__":
    main()
