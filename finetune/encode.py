"""Run an ear over the song cache: content tokens and embeddings of every dry stem.

One rule: what was encoded by this very ear is not encoded again; another ear's files are replaced.
Run as: python -m finetune.encode --songs runs/songs --out runs/content [--ray local]
For a listener of a hub's parts: ... --ear laion/larger_clap_music --out runs/content-large
"""

import argparse
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from finetune.hub_base import load_clap, weights_file
from finetune.runners import add_options, here, run, run_command
from finetune.shards import Outcome, whole
from mixer.ear import BATCH, EAR_DIR, embed_audio, fix_batch_norm
from mixer.workers import one_torch_thread

SHARD_SONGS = 64


class Tower(nn.Module):
    """The audio side of any CLAP, heard as the product hears the shipped ear."""

    def __init__(self, name: str | Path):
        super().__init__()
        self.model = fix_batch_norm(load_clap(name)).requires_grad_(False)

    @torch.no_grad()
    def listen(self, mel: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Content tokens (batch, 8, hidden) and unit embeddings of log-mel (batch, 1001, 64)."""
        device = next(self.model.parameters()).device
        parts = [embed_audio(self.model, some.float().to(device)) for some in mel.split(BATCH)]
        hidden, embedding = zip(*parts, strict=True)
        return torch.cat(hidden).cpu(), torch.cat(embedding).cpu()


def fingerprint(ear: str | Path) -> str:
    """Sixteen hex digits that tell one ear's weights from another's."""
    return hashlib.sha256(weights_file(ear).read_bytes()).hexdigest()[:16]


def encoded_by(path: Path) -> str | None:
    """The fingerprint of the ear that wrote a file; None where there is no whole file."""
    if not path.exists():
        return None
    with safe_open(path, "pt") as file:
        return (file.metadata() or {}).get("ear")


def encode_song(ear: Tower, song: Path, out: Path, mark: str) -> None:
    """Write hidden (stems, 8, hidden) and embedding (stems, size) in float16."""
    with safe_open(song, "pt") as file:
        hidden, embedding = ear.listen(file.get_tensor("mel_dry"))
    tensors = {"hidden": hidden.half().contiguous(), "embedding": embedding.half().contiguous()}
    save_file(tensors, out, {"ear": mark})


@dataclass(frozen=True)
class Encoding:
    """Songs to contents by one ear; mark is its fingerprint. The songs' paths are absolute."""

    songs: Path
    out: Path
    ear: str  # a folder, or a CLAP on the hub
    mark: str
    name = "contents"
    replaces = True  # another ear's files are of no use

    @classmethod
    def by(cls, ear: str | Path, songs: Path, out: Path) -> "Encoding":
        name = str(Path(ear).resolve()) if Path(ear).exists() else str(ear)
        return cls(songs.resolve(), out.resolve(), name, fingerprint(ear))

    def options(self) -> dict[str, Any]:
        """The ear that is found here."""
        return {"ear": fingerprint(self.ear)}

    def source(self, item: str) -> str:
        """A song's file does not change: a set of songs takes no other options."""
        return ""

    def open(self) -> Callable[[str], Outcome]:
        ear = Tower(self.ear).to("cuda" if torch.cuda.is_available() else "cpu")

        def make(item: str) -> Outcome:
            path = self.out / item
            if encoded_by(path) != self.mark:
                with one_torch_thread(), whole(self.out, path) as part:
                    encode_song(ear, self.songs / item, part, self.mark)
            with safe_open(path, "pt") as file:
                return Outcome((item,), {"stems": file.get_slice("embedding").get_shape()[0]})

        return make


def items_of(songs: Path) -> list[str]:
    """The names of the songs' files."""
    return sorted(path.name for path in songs.glob("*.safetensors"))


def encode(songs: Path, out: Path, ear: str | Path = EAR_DIR) -> dict[str, Any]:
    """Encode in this process what is missing; return the manifest."""
    return run(Encoding.by(ear, songs, out), items_of(songs), SHARD_SONGS, here)


def main() -> None:
    parser = argparse.ArgumentParser(description="Encode cached songs with the ear.")
    parser.add_argument("--songs", type=Path, required=True, help="folder made by finetune.songs")
    parser.add_argument("--out", type=Path, required=True, help="folder for NNNNN.safetensors")
    parser.add_argument(
        "--ear",
        default=str(EAR_DIR),
        help="folder of a CLAP, or its name on the hub (default: the shipped ear)",
    )
    add_options(parser, workers=1)
    arguments = parser.parse_args()
    if not (items := items_of(arguments.songs)):
        raise SystemExit(f"{arguments.songs} holds no songs: make some with finetune.songs")
    work = Encoding.by(arguments.ear, arguments.songs, arguments.out)
    run_command(work, items, SHARD_SONGS, arguments)


if __name__ == "__main__":
    import finetune.encode

    finetune.encode.main()  # by the name by which workers elsewhere know it
