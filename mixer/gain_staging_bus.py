"""The mix bus: what the sum of the stems measures now, what it would after moves, and every dB.

One rule: a forecast is measured on the sum it speaks of, made from the stems themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mixer.export import trim_for
from mixer.fader import song_lufs
from mixer.loudness import true_peak_dbtp
from mixer.moves import MixState
from mixer.song import Song
from mixer.storage import give_back

_MOST_READINGS = 64


@dataclass(frozen=True)
class BusReading:
    """The mix bus in one state; None where nothing is heard."""

    lufs: float | None
    true_peak_dbtp: float | None

    @property
    def headroom_db(self) -> float | None:
        """How far the highest peak stays below full scale; negative if it goes over."""
        return None if self.true_peak_dbtp is None else 0.0 - self.true_peak_dbtp

    @property
    def export_db(self) -> float:
        """What an export takes off (0 or less), so that it stays at -1 dBTP or below."""
        return trim_for(self.true_peak_dbtp)


@dataclass(frozen=True)
class LedgerRow:
    """Where the dB of one stem were spent between its file and the written mix.

    trim_db: before everything. sound_db: what pan and sound change by themselves. bus_db: what the
    export takes off everything. measured_db: loudness behind it all minus that of the file, None
    without a level; it differs from the sum only where quiet parts pass the meter's absolute gate.
    """

    stem: str
    trim_db: float
    sound_db: float
    fader_db: float | None  # None: muted
    bus_db: float
    measured_db: float | None

    @property
    def sum_db(self) -> float | None:
        """All entries together; None for a muted stem."""
        if self.fader_db is None:
            return None
        return self.trim_db + self.sound_db + self.fader_db + self.bus_db


class MixBus:
    """The sum of a song's stems. The last sum is kept: a moved fader costs one stem, not all."""

    def __init__(self, song: Song) -> None:
        self.song = song
        self._state: MixState | None = None
        self._sum = np.zeros((2, 0), np.float32)
        self._readings: dict[MixState, BusReading] = {}

    def read(self, state: MixState) -> BusReading:
        """What the bus measures with faders, pans, mutes and sounds set so."""
        if state not in self._readings:
            mix = self.mix(state)
            lufs = song_lufs(mix, self.song.sample_rate)
            reading = BusReading(lufs, true_peak_dbtp(mix, self.song.sample_rate))
            if len(self._readings) >= _MOST_READINGS:
                self._readings.clear()
            self._readings[state] = reading
        return self._readings[state]

    def mix(self, state: MixState) -> np.ndarray:
        """The sum (2, samples) in a state, to be looked at only."""
        base = self._state
        if base is None or _faderless(base) != _faderless(state):
            self._sum = self._added(np.zeros(self.song.audio.shape[1:], np.float32), None, state)
            self._state = state
            return self._sum
        return self._added(self._sum, base, state)

    def _added(self, mix: np.ndarray, base: MixState | None, state: MixState) -> np.ndarray:
        """A sum in which every stem's fader goes from where it was to where it is."""
        made = mix.copy() if base is not None else mix
        for index in range(len(self.song.names)):
            step = _amplitude(state, index) - (_amplitude(base, index) if base else 0.0)
            if step:
                made += self.at_unity(index, state) * np.float32(step)
                give_back(self.song.audio[index])
        return made

    def at_unity(self, index: int, state: MixState) -> np.ndarray:
        """One stem (2, samples) with its pan and sound, its fader at 0 dB."""
        if is_plain(state, index):
            return self.song.audio[index]
        from mixer.megami.mixer import render_takes

        stems = len(self.song.names)
        others = tuple(other != index for other in range(stems))
        alone = replace(state, gain_db=(0.0,) * stems, muted=others)
        return render_takes(self.song, None, alone, effects=False)[0].mix


def is_plain(state: MixState, index: int) -> bool:
    """Whether nothing but the fader acts on a stem."""
    return not state.pan[index] and not state.sound_of(index)


def ledger(
    bus: MixBus,
    state: MixState,
    files_lufs: Sequence[float | None],
    trims_db: Sequence[float] | None = None,
    bus_db: float | None = None,
) -> tuple[LedgerRow, ...]:
    """Where every dB was spent, stem by stem.

    Args:
        files_lufs: loudness of each stem's file.
        trims_db: what each stem gets before its processing; nothing by default.
        bus_db: what everything gets behind the sum; by default what an export takes off.
    """
    song = bus.song
    trims = [0.0] * len(song.names) if trims_db is None else trims_db
    behind_db = bus.read(state).export_db if bus_db is None else bus_db
    rows = []
    for index, name in enumerate(song.names):
        trim_db, before = float(trims[index]), files_lufs[index]
        fader_db = None if state.muted[index] else state.gain_db[index]
        sound_db, measured_db = 0.0, None
        if before is not None and fader_db is not None:
            unity = bus.at_unity(index, state)
            if not is_plain(state, index):
                unity_lufs = song_lufs(unity, song.sample_rate)
                sound_db = 0.0 if unity_lufs is None else unity_lufs - before
            total_db = trim_db + fader_db + behind_db
            after = before + sound_db
            if total_db:
                heard = unity * np.float32(10.0 ** (total_db / 20.0))
                after = song_lufs(heard, song.sample_rate)
            measured_db = None if after is None else after - before
            give_back(song.audio[index])
        rows.append(LedgerRow(name, trim_db, sound_db, fader_db, behind_db, measured_db))
    return tuple(rows)


def _amplitude(state: MixState, index: int) -> float:
    return 0.0 if state.muted[index] else 10.0 ** (state.gain_db[index] / 20.0)


def _faderless(state: MixState) -> MixState:
    """The part of a state that decides how each stem sounds at unity."""
    stems = len(state.gain_db)
    pans = tuple(pan or None for pan in state.pan)
    return MixState((0.0,) * stems, pans, (False,) * stems, state.sound)
