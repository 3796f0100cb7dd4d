"""The stems' audio as a server is sent it: float WAV of one channel, the anchor at a fixed level.

One rule: one gain for all of them brings the anchor to ANCHOR_LUFS, so whoever measures a stem
alone reads its level against the anchor: engines take audio one by one, in any order, from caches.
"""

import base64
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.model.waveforms import ANCHOR_LUFS, CLAP_RATE
from mixer.loudness import profile

Passage = tuple[str, np.ndarray | None]


def audio_parts(
    stems: Sequence[Passage], sample_rate: int, anchor_lufs: float | None = None
) -> list[dict[str, Any]]:
    """Content parts: every stem's audio, then its name.

    Args:
        stems: names and audio (2, samples) of one passage, the anchor first; None: only the name.
        anchor_lufs: the anchor's level in the whole song, for a passage in which it pauses.
    """
    heard = [
        (name, None if audio is None else Channel(audio, sample_rate)) for name, audio in stems
    ]
    anchor = heard[0][1] if heard else None
    level_lufs = anchor_lufs if anchor is None or anchor.lufs is None else anchor.lufs
    gain_db = 0.0 if level_lufs is None else ANCHOR_LUFS - level_lufs
    parts: list[dict[str, Any]] = []
    for name, channel in heard:
        label = json.dumps(name, ensure_ascii=False)
        if channel is None:
            parts.append({"type": "text", "text": f"(no audio: {label})"})
            continue
        wav = base64.b64encode(channel.wav(gain_db)).decode()
        parts.append({"type": "input_audio", "input_audio": {"data": wav, "format": "wav"}})
        parts.append({"type": "text", "text": label})
    return parts


class Channel:
    """A stem as one channel at 48 kHz, as loud in both speakers as the stem is in the stereo bus.

    Servers mix two channels down to one, by which a wide stem would lose level, and resample each
    in its own way.
    """

    def __init__(self, audio: np.ndarray, sample_rate: int) -> None:
        import soxr

        from mixer.ear_front import to_mono

        mono = np.ascontiguousarray(to_mono(audio), np.float32)
        if sample_rate != CLAP_RATE:
            mono = soxr.resample(mono, sample_rate, CLAP_RATE, quality="HQ")
        self.mono, self.lufs = mono, _loudness(audio, sample_rate)
        alone = _loudness(np.stack([mono, mono]), CLAP_RATE)
        self._lost_db = 0.0 if self.lufs is None or alone is None else self.lufs - alone

    def wav(self, gain_db: float) -> bytes:
        """Float WAV of the channel after a gain."""
        import soundfile

        gain = np.float32(10.0 ** ((gain_db + self._lost_db) / 20.0))
        written = io.BytesIO()
        soundfile.write(written, self.mono * gain, CLAP_RATE, format="WAV", subtype="FLOAT")
        return written.getvalue()


def _loudness(audio: np.ndarray, sample_rate: int) -> float | None:
    """Gated loudness of (2, samples); None where there is none."""
    numbers = profile(audio, sample_rate)
    return None if numbers is None else float(numbers[0])
