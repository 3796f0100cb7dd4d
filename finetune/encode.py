"""Run an ear over the song cache: content tokens and embeddings of every dry stem.

One rule: what was encoded by this very ear is not encoded again; another ear's files are replaced.
Run as: python -m finetune.encode --songs runs/songs --out runs/content
For a listener of a hub's parts: ... --ear laion/larger_clap_music --out runs/content-large
"""

import argparse
import hashlib
import logging
import os
import time
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from finetune.hub_base import load_clap, weights_file
from mixer.ear import BATCH, EAR_DIR, embed_audio, fix_batch_norm


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


def encode_song(ear: Tower, song: Path, out: Path, mark: str) -> int:
    """Write hidden (stems, 8, hidden) and embedding (stems, size) in float16; return the stems."""
    with safe_open(song, "pt") as file:
        hidden, embedding = ear.listen(file.get_tensor("mel_dry"))
    part = out.with_suffix(".part")
    save_file(
        {"hidden": hidden.half().contiguous(), "embedding": embedding.half().contiguous()},
        part,
        {"ear": mark},
    )
    os.replace(part, out)
    return len(hidden)


def encode(songs: Path, out: Path, name: str | Path = EAR_DIR) -> tuple[int, int]:
    """Encode what is missing; return how many songs and stems were done.

    name: of the ear, a folder or a CLAP on the hub.
    """
    ear, mark = Tower(name), fingerprint(name)
    ear.to("cuda" if torch.cuda.is_available() else "cpu")
    out.mkdir(parents=True, exist_ok=True)
    started_s, done, stems = time.monotonic(), 0, 0
    for song in sorted(songs.glob("*.safetensors")):
        if encoded_by(out / song.name) != mark:
            stems += encode_song(ear, song, out / song.name, mark)
            done += 1
            if done % 100 == 0:
                logging.info(
                    "%d songs, %d stems, %.1f stems/s",
                    done,
                    stems,
                    stems / (time.monotonic() - started_s),
                )
    return done, stems


def main() -> None:
    parser = argparse.ArgumentParser(description="Encode cached songs with the ear.")
    parser.add_argument("--songs", type=Path, required=True, help="folder made by finetune.songs")
    parser.add_argument("--out", type=Path, required=True, help="folder for NNNNN.safetensors")
    parser.add_argument(
        "--ear",
        default=str(EAR_DIR),
        help="folder of a CLAP, or its name on the hub (default: the shipped ear)",
    )
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(arguments.threads)
    done, stems = encode(arguments.songs, arguments.out, arguments.ear)
    logging.info("encoded %d songs, %d stems", done, stems)


if __name__ == "__main__":
    main()
