"""Mixes that every advisor judges, and how the listener is asked about them.

One rule: a mix is arithmetic on a song's cached meters; the anchor is stem 0 and never at fault.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.hearing import Hearing
from assistant.weighing import QUESTION
from finetune.flaws import LEAST_DB, Flaw, needed_moves
from finetune.scenes import SongBank, SongRecord, draw_scene
from finetune.stem_names import names_for
from mixer.balance import BalancePrior
from mixer.ear import trust_in_content
from mixer.loudness import LEVEL_ENTRIES, PLAYS
from mixer.roles import roles_from_names

NUDGED_SHARE = 0.25  # of the mixes: one more stem is off by so little that it is no fault
_NAME_DRAWS = 12
_ALIKE_DB = 1e-9
_AT_ONCE = 1024


@dataclass(frozen=True, eq=False)
class Mix:
    """One mix to be judged by every advisor; the anchor is stem 0. roles may hold None.

    flaws: what is wrong by 1.5 dB or more. nudges: what is off by less, which is to be left.
    """

    song: str
    names: tuple[str, ...]
    roles: tuple[str | None, ...]
    levels: np.ndarray
    relative_profile: np.ndarray
    hidden: np.ndarray
    flaws: tuple[Flaw, ...]
    genre: str | None = None
    nudges: tuple[Flaw, ...] = ()

    @property
    def relative_db(self) -> np.ndarray:
        """Levels (S,) in LU against the anchor."""
        return self.levels - self.levels[0]

    @property
    def needed_db(self) -> np.ndarray:
        """The moves (S,) in dB that make the balance what it was."""
        return needed_moves(len(self.names), self.flaws + self.nudges)

    @property
    def activity(self) -> np.ndarray:
        """Which share of the time each stem plays, (S,)."""
        return self.relative_profile[:, PLAYS]


def rendered_mixes(bank: SongBank, prior: BalancePrior, seed: int, rounds: int) -> list[Mix]:
    """Each song in several balances, with 0 to 3 flaws as flaws.draw gives them, and nudges."""
    return [
        drawn_mix(record, prior, np.random.default_rng([seed, number, turn]))
        for number, record in enumerate(bank.records)
        for turn in range(rounds)
    ]


def drawn_mix(
    record: SongRecord,
    prior: BalancePrior,
    rng: np.random.Generator,
    fault_count: int | None = None,
    nudged_share: float = NUDGED_SHARE,
    most_stems: int = 24,
) -> Mix:
    """One balance of a song, upset or not, under names that tell what the stems are."""
    scene = draw_scene(
        record, prior, rng, fault_count, own_names=True, all_stems=True, most_stems=most_stems
    )
    mix = Mix(
        record.key,
        telling_names(scene.roles, rng),
        scene.roles,
        scene.levels,
        scene.relative_profile,
        scene.hidden.astype(np.float32),
        scene.flaws,
        record.genre,
    )
    well = np.setdiff1d(np.arange(1, len(mix.names)), [flaw.stem for flaw in mix.flaws])
    if not len(well) or rng.random() >= nudged_share:
        return mix
    gains_db = np.zeros(len(mix.names))
    gains_db[rng.choice(well)] = rng.uniform(-LEAST_DB, LEAST_DB)
    return pushed(mix, gains_db)


def pushed(mix: Mix, gains_db: np.ndarray) -> Mix:
    """The mix with its stems moved by (S,) dB; what needs to be moved changes with them."""
    if gains_db[0] != 0.0:
        raise ValueError(f"the anchor is to be moved by {gains_db[0]} dB: only others can be")
    profiles = mix.relative_profile.copy()
    profiles[:, LEVEL_ENTRIES] += (gains_db[:, None] / 10.0).astype(np.float32)
    needed = mix.needed_db - gains_db
    off = [Flaw(stem, -float(db)) for stem, db in enumerate(needed) if abs(db) > _ALIKE_DB]
    return replace(
        mix,
        levels=mix.levels + gains_db,
        relative_profile=profiles,
        flaws=tuple(flaw for flaw in off if abs(flaw.gain_db) >= LEAST_DB),
        nudges=tuple(flaw for flaw in off if abs(flaw.gain_db) < LEAST_DB),
    )


def reanchored(mix: Mix, stem: int) -> tuple[Mix, list[int]]:
    """The mix judged against another of its stems that is not off, and the order it is now in."""
    if mix.needed_db[stem] != 0.0:
        raise ValueError(f"stem {stem} is off itself: an anchor must be right")
    order = [stem, *(other for other in range(len(mix.names)) if other != stem)]
    profiles = mix.relative_profile[order].copy()
    profiles[:, LEVEL_ENTRIES] -= profiles[0, 0]
    moved = {
        kind: tuple(Flaw(order.index(flaw.stem), flaw.gain_db) for flaw in getattr(mix, kind))
        for kind in ("flaws", "nudges")
    }
    changed = replace(
        mix,
        names=tuple(mix.names[index] for index in order),
        roles=tuple(mix.roles[index] for index in order),
        levels=mix.levels[order],
        relative_profile=profiles,
        hidden=mix.hidden[order],
        flaws=moved["flaws"],
        nudges=moved["nudges"],
    )
    return changed, order


def telling_names(roles: Sequence[str], rng: np.random.Generator) -> tuple[str, ...]:
    """Names as users give them: of a dozen draws the one that tells the most roles."""
    drawn = [tuple(names_for(roles, rng)) for _ in range(_NAME_DRAWS)]
    return max(drawn, key=lambda names: sum(role is not None for role in roles_from_names(names)))


def unnamed(mix: Mix) -> Mix:
    """The same mix under names that tell nothing ("Audio 1_03"), in an order of their own."""
    rng = np.random.default_rng(np.frombuffer(mix.levels.tobytes(), np.uint32))
    names = [f"Audio 1_{number + 1:02d}" for number in rng.permutation(len(mix.names))]
    return replace(mix, names=tuple(names))


def hearing_of(mix: Mix, genre_told: bool = False) -> Hearing:
    """The mix as the listener takes it in; roles are those that the names tell."""
    return Hearing(
        mix.names,
        0,
        mix.hidden,
        mix.relative_profile,
        roles_from_names(mix.names),
        np.zeros_like(mix.relative_profile),
        mix.genre if genre_told else None,
        trust=trust_in_content(mix.names, mix.hidden),
    )


def listen(listener, mix: Mix, question: str = QUESTION) -> np.ndarray:
    """The listener's posterior (S, 49) of a mix, asked in the product's own way."""
    return listen_to_all(listener, [hearing_of(mix)], question=question)[0]


def listen_to_all(
    listener, hearings: Sequence[Hearing], senses: str = "all", question: str = QUESTION
) -> list[np.ndarray]:
    """The listener's posteriors of many hearings, in batches."""
    said = []
    for start in range(0, len(hearings), _AT_ONCE):
        batch = hearings[start : start + _AT_ONCE]
        asked = [[{"role": "user", "content": question}]] * len(batch)
        said += [one.probability for one in listener.judge_many(batch, asked, senses)]
    return said
