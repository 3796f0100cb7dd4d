"""Songs for test dialogues: stems of noise that sound as held-out rendered stems of the same roles.

One rule: the tools work on real audio, and what the listener hears is content that it never met.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from assistant.hearing import Hearing, Judgement
from finetune.scenes import SongBank, SongRecord
from mixer.loudness import LEVEL_ENTRIES, profile, relative_profile
from mixer.moves import MixState
from mixer.song import Song, song_from_arrays

SAMPLE_RATE, SECONDS = 44100, 3.2


def noise_song(stems: Sequence[str], seed: int = 0) -> Song:
    """A short song of coloured noise: something to meter, mix and export."""
    rng = np.random.default_rng(seed)
    made = {}
    for name in stems:
        noise = rng.normal(size=(2, int(SAMPLE_RATE * SECONDS)))
        level = 10 ** (rng.uniform(-32.0, -22.0) / 20)
        made[name] = (level * noise).astype(np.float32)
    return song_from_arrays("a stranger's song", made, SAMPLE_RATE)


def held_out_stems(
    roles: Iterable[str], bank: SongBank, rng: np.random.Generator
) -> list[tuple[SongRecord, int]]:
    """For each role a stem of the bank that has it: its song and its row there."""
    chosen = []
    for role in roles:
        fitting = [(r, k) for r in bank.records for k, own in enumerate(r.roles) if own == role]
        if not fitting:
            raise ValueError(f"no {role} among the {len(bank)} held-out songs: build more songs")
        chosen.append(fitting[int(rng.integers(len(fitting)))])
    return chosen


def content_of(stems: Mapping[str, str], bank: SongBank, rng: np.random.Generator) -> np.ndarray:
    """Content (S, 8, 256) of held-out stems of these roles."""
    found = []
    for record, row in held_out_stems(stems.values(), bank, rng):
        assert record.hidden is not None
        found.append(record.hidden[row])
    return np.stack(found).astype(np.float32)


class Pretending:
    """A listener to whom a song of noise sounds as its roles; it proposes what a test wants.

    proposal: the moves of the next advice, instead of its own; None: its own.
    """

    hears = True

    def __init__(self, listener: Any, song: Song, roles: Sequence[str], content: np.ndarray):
        self.listener, self.name = listener, listener.name
        self.roles, self.content = tuple(roles), content
        rows = [profile(stem, song.sample_rate) for stem in song.each()]
        self.rows = np.stack([row for row in rows if row is not None])
        self.proposal: list[dict] | None = None
        if hasattr(listener, "read"):
            self.read, self.read_as_typed = listener.read, listener.read_as_typed

    def hear(self, song: Song, state: MixState, anchor: str) -> Hearing:
        """The song as it stands."""
        rows, index = self.rows.copy(), song.index(anchor)
        for stem, gain_db in enumerate(state.gain_db):
            rows[stem, LEVEL_ENTRIES] += gain_db
            if state.muted[stem]:
                rows[stem] = np.nan
        return Hearing(
            song.names, index, self.content, relative_profile(rows, index), self.roles, rows
        )

    def judge(self, hearing: Hearing, messages: Sequence[dict[str, Any]]) -> Judgement:
        """The listener's own judgement."""
        return self.listener.judge(hearing, messages)

    def next_step(self, hearing: Hearing, messages: Any, on_token: Any = None, wordings: Any = ()):
        """The listener's next step; advice is what the test wants, move for move."""
        step = self.listener.next_step(hearing, messages, on_token, wordings)
        if step.judgement is None or self.proposal is None:
            return step
        call = replace(step.tool, arguments={"moves": self.proposal, "reason": ""})
        return replace(step, tool=call, judgement=None)  # nothing is left to be weighed
