"""Run the ear over the song cache: content tokens and embeddings of every dry stem.

One rule: what was encoded by this very ear is not encoded again; another ear's files are replaced.
Run as: python -m finetune.encode --songs runs/songs --out runs/content
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

from mixer.ear import EAR_DIR, Ear


def fingerprint(folder: Path) -> str:
    """Sixteen hex digits that tell one ear's weights from another's."""
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()[:16]


def encoded_by(path: Path) -> str | None:
    """The fingerprint of the ear that wrote a file; None where there is no whole file."""
    if not path.exists():
        return None
    with safe_open(path, "pt") as file:
        return (file.metadata() or {}).get("ear")


def encode_song(ear: Ear, song: Path, out: Path, mark: str) -> int:
    """Write hidden (stems, 8, 256) and embedding (stems, 128) in float16; return the stems."""
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


def encode(songs: Path, out: Path, folder: Path = EAR_DIR) -> tuple[int, int]:
    """Encode what is missing; return how many songs and stems were done."""
    ear, mark = Ear.load(folder), fingerprint(folder)
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
        "--ear", type=Path, default=EAR_DIR, help="folder of the ear (default: the shipped one)"
    )
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(arguments.threads)
    done, stems = encode(arguments.songs, arguments.out, arguments.ear)
    logging.info("encoded %d songs, %d stems", done, stems)


if __name__ == "__main__":
    main()
