"""Where large arrays lie: in memory, or above a limit in a nameless temporary file.

One rule: who goes through a large array gives each part back, so that no more than a few stems of
any song are resident at once.
"""

import mmap
import shutil
import tempfile
from collections.abc import Iterator

import numpy as np

from mixer.audio_files import AudioError

MEMORY_LIMIT_BYTES = 1 << 30  # a song and a take of it stay far below 4 GiB


def zeros(shape: tuple[int, ...], what: str) -> np.ndarray:
    """Float32 zeros; the file, if one is needed, goes when the array goes.

    Args:
        what: what the array holds, for the message when the disk is too small ("the song").
    """
    size = 4 * int(np.prod(shape))
    if size <= MEMORY_LIMIT_BYTES:
        return np.zeros(shape, np.float32)
    place = tempfile.gettempdir()
    free = shutil.disk_usage(place).free
    if free < size:
        raise AudioError(
            f"{what} takes {size / 1e9:.1f} GB and {place} has {free / 1e9:.1f} GB free",
            "room for a temporary file is needed", "set TMPDIR to a folder on a larger disk",
        )  # fmt: skip
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, np.float32, "w+", shape=shape)


def each(audio: np.ndarray) -> Iterator[np.ndarray]:
    """The stems of (stems, 2, samples), one after another; each is given back when the next comes.

    A stem stays valid afterwards, it is only read again from the file.
    """
    for stem in audio:
        try:
            yield stem
        finally:
            give_back(stem)


def give_back(part: np.ndarray) -> None:
    """Let a part of an array that lies in a file leave the memory; nothing happens to the rest."""
    file = _file_of(part)
    if file is None or not hasattr(mmap, "MADV_DONTNEED") or part.nbytes == 0:
        return
    start = part.__array_interface__["data"][0] - _address(file)
    first = start // mmap.PAGESIZE * mmap.PAGESIZE
    file.madvise(mmap.MADV_DONTNEED, first, start + part.nbytes - first)


def _file_of(part: np.ndarray) -> mmap.mmap | None:
    """The mapped file that an array is a view of."""
    owner = part
    while isinstance(owner, np.ndarray):
        owner = owner.base
    return owner if isinstance(owner, mmap.mmap) else None


def _address(file: mmap.mmap) -> int:
    return np.frombuffer(file, np.uint8).__array_interface__["data"][0]
