"""A small bank of songs without audio and a listener who thinks as the ideal observer does."""

from dataclasses import dataclass

import numpy as np

from assistant.hearing import Hearing, Judgement
from finetune.observer import IdealObserver
from finetune.scenes import SongRecord
from finetune.strict_study import Study, make_panel
from mixer.balance import BalancePrior
from mixer.roles import ROLES, roles_from_names

LINE_UPS = (
    ("kick", "snare", "bass", "electric guitar", "lead vocal"),
    ("drums", "bass", "piano", "strings"),
    ("kick", "hats", "bass", "synth pad", "lead vocal", "backing vocals"),
)
PRIOR = BalancePrior.load()


@dataclass
class Bank:
    """What the sections look at of a bank of songs."""

    records: list[SongRecord]
    split: str = "test"


def bank(songs: int = 6, split: str = "test") -> Bank:
    """Songs of a few stems whose content is their role, written on the first hidden entries."""
    rng = np.random.default_rng(0)
    records = []
    for number in range(songs):
        roles = LINE_UPS[number % len(LINE_UPS)]
        profile = np.tile(np.array([-23.0, -20.0, 4.0, 0.8], np.float32), (len(roles), 1))
        profile = np.concatenate([profile, np.full((len(roles), 10), -40.0, np.float32)], axis=1)
        profile[0, 3] = 0.2  # one sparse stem
        hidden = rng.normal(0.0, 0.1, (len(roles), 8, 256)).astype(np.float32)
        hidden[np.arange(len(roles)), :, [ROLES.index(role) for role in roles]] += 1.0
        genre = ("pop", "rock")[number % 2]
        records.append(SongRecord(f"song {number}", roles, roles, genre, split, profile, hidden))
    return Bank(records, split)


class Knowing:
    """Hears what a stem is, or reads it off the name where there is no content; weighs exactly."""

    hears = True
    asked = 0

    def judge_many(self, hearings, messages, senses: str = "all") -> list[Judgement]:
        """One judgement a hearing; levels are not looked at where only content may be."""
        self.asked += len(hearings)
        return [self._judge(hearing, senses) for hearing in hearings]

    def _judge(self, hearing: Hearing, senses: str) -> Judgement:
        heard = hearing.hidden.mean(axis=1)[:, : len(ROLES)] * (senses in ("all", "content"))
        told = roles_from_names(hearing.names)
        roles = [
            ROLES[int(sound.argmax())] if sound.max() > 0.5 else role or "effects"
            for sound, role in zip(heard, told, strict=True)
        ]
        levels = hearing.relative_profile[:, 0] * 10.0 * (senses != "content")
        posterior = IdealObserver(PRIOR).posterior(
            levels, roles, hearing.anchor_index, hearing.genre, hearing.relative_profile[:, 3]
        )
        return Judgement(hearing.names, hearing.anchor_index, posterior)


def study(listener: object | None = None, songs: int = 6, rounds: int = 3) -> Study:
    """A study of the small bank."""
    return Study(bank(songs), PRIOR, make_panel(PRIOR, listener), 0.32, rounds, 0, listener)
