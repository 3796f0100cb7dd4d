"""Songs in one file, as folders: a zip of stems, or MUSDB18's .stem.mp4, in a folder of our own.

One rule: nothing is written but into a temporary folder that is gone when the song is read, and a
zip is held to the very limits that uploads are (assistant/web/limits.py). TMPDIR says where.
"""

import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.web.limits import AUDIO, Limits, UploadError, is_foreign
from assistant.web.uploads import Uploads
from finetune.multitrack_facts import STEM_MP4, ZIP
from mixer.audio_files import AudioError, shown

# The streams of a .stem.mp4 after its mixture, in their order.
STREAMS = ("drums", "bass", "other", "vocals")
LONGEST_DECODING_S = 600
_CLIMBS = re.compile(r"^[\\/]|^[A-Za-z]:|(?:^|[\\/])\.\.(?:[\\/]|$)")


def is_packed(place: Path) -> bool:
    """Whether a song lies in one file."""
    name = place.name.lower()
    return name.endswith((STEM_MP4, ZIP)) and not name.startswith(".") and place.is_file()


@contextmanager
def unpacked(place: Path, limits: Limits | None = None) -> Iterator[Path]:
    """The folder that a packed song becomes for as long as it is read; AudioError says why not."""
    with tempfile.TemporaryDirectory(prefix="gainsay-song-") as temporary:
        folder = Path(temporary) / "song"
        if place.name.lower().endswith(STEM_MP4):
            folder.mkdir()
            _decode(place, folder)
        else:
            _unpack(place, folder, limits or Limits())
        yield folder


def _unpack(archive: Path, folder: Path, limits: Limits) -> None:
    """Unpack the audio of a zip; what is no audio is passed by, what is odd refuses the whole."""
    name = shown(archive)
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [one for one in opened.namelist() if not is_foreign(one)]
    except (zipfile.BadZipFile, OSError) as error:
        raise AudioError(
            f"{name} is no zip that can be read", "a zip of one song's stems is needed",
            "download it again",
        ) from error  # fmt: skip
    climbing = [one for one in entries if _CLIMBS.search(one)]
    if climbing:
        raise AudioError(
            f"{name} holds {climbing[0]!r}, which would lie outside its folder",
            "a zip whose names stay inside is needed", "do not trust it",
        )  # fmt: skip
    uploads = Uploads(folder, limits)
    try:
        uploads.unpack(archive, name)
    except UploadError as error:
        raise _not_taken(name, str(error)) from error
    audio = {Path(one).name for one in entries if Path(one).suffix.lower() in AUDIO}
    if lost := [one for one in uploads.refused if one["name"] in audio]:
        raise _not_taken(name, lost[0]["reason"])
    if not uploads.files():
        raise _not_taken(name, "no audio is in it")


def _not_taken(name: str, why: str) -> AudioError:
    return AudioError(
        f"{name} is not taken ({why.rstrip('.')})", "a zip of one song's stems is needed",
        "unpack it yourself and give the folder",
    )  # fmt: skip


def _decode(file: Path, folder: Path) -> None:
    """Write the four stems of a .stem.mp4 as float wav, by one call of ffmpeg."""
    name, ffmpeg = shown(file), shutil.which("ffmpeg")
    if ffmpeg is None:
        raise AudioError(
            f"{name} holds its stems as AAC", "ffmpeg is needed to read them",
            "apt-get install ffmpeg, or take MUSDB18-HQ, which is wav",
        )  # fmt: skip
    command = [ffmpeg, "-v", "error", "-nostdin", "-i", str(file.resolve())]
    for number, stem in enumerate(STREAMS, start=1):
        command += ["-map", f"0:a:{number}", "-c:a", "pcm_f32le", str(folder / f"{stem}.wav")]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LONGEST_DECODING_S, errors="replace"
        )
    except subprocess.TimeoutExpired as error:
        raise AudioError(
            f"{name} was decoded for {LONGEST_DECODING_S} s without an end",
            "a song is needed", "download it again",
        ) from error  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word why"])[-1]
        raise AudioError(
            f"{name} cannot be decoded (ffmpeg: {last})",
            "five audio streams are needed: mixture, drums, bass, other, vocals",
            "download it again",
        )  # fmt: skip
