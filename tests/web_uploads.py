"""What is sent to a room in tests: sounds, zips, and what became of them."""

import asyncio
import io
import zipfile

import numpy as np
import pytest
import soundfile

from assistant.web.limits import UploadError
from assistant.web.uploads import Uploads

RATE = 44100


def sound(seconds: float = 0.5, form: str = "WAV", silent: bool = False) -> bytes:
    """The bytes of a mono file: noise, or silence."""
    file, frames = io.BytesIO(), int(seconds * RATE)
    noise = np.zeros(frames) if silent else 0.1 * np.random.default_rng(0).standard_normal(frames)
    soundfile.write(file, noise.astype(np.float32), RATE, format=form)
    return file.getvalue()


def packed(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The bytes of a zip; names go in as they are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries:
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, method
            archive.writestr(info, content)
    return file.getvalue()


def sent(uploads: Uploads, name: str, content: bytes, block: int = 65536) -> list[str]:
    """Send one file in blocks; the names it is kept under."""

    async def stream():
        for at in range(0, len(content), block):
            yield content[at : at + block]

    return asyncio.run(uploads.receive(name, stream()))


def refused(uploads: Uploads, name: str, content: bytes) -> str:
    """The sentence that a file is refused with; it must be remembered, and leave nothing."""
    before = uploads.names()
    with pytest.raises(UploadError) as caught:
        sent(uploads, name, content)
    assert uploads.refused[-1]["reason"] == str(caught.value)
    assert uploads.names() == before and left_over(uploads) == []
    return str(caught.value)


def left_over(uploads: Uploads) -> list[str]:
    """Unfinished files."""
    return [path.name for path in uploads.folder.rglob(".*")]
