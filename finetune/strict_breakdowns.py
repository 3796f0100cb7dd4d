"""Where the advice is right and where not: by genre, role, size of the fault, number of stems.

One rule: every group is judged at the product's threshold, observer and levels alone beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from rich.console import Console

from finetune.judged_mixes import Mix, drawn_mix
from finetune.scenes import SongRecord
from finetune.strict_study import LEVELS, OBSERVER, Study, print_rows
from mixer.roles import GENRES, ROLES

STEM_COUNTS = (2, 3, 4, 6, 8, 12, 16, 24)
SPARSE = 0.3  # a stem that plays less of the time
_SIZES_DB = ((1.5, 3.0), (3.0, 6.0), (6.0, 9.0), (9.0, 12.01))
_SONGS_A_COUNT = 24


def show(study: Study, console: Console) -> None:
    """Print row 10."""
    groups = [(group, mixes) for group, mixes in split(study.mixes) if mixes]
    for count in STEM_COUNTS:
        groups.append((f"{count} stems", mixes_of(study, count)))
    advisors = (LEVELS, *study.listeners, OBSERVER)
    columns = ["group", "mixes", "songs"]
    columns += [f"{what}: {name}" for what in ("joint", "false alarms") for name in advisors]
    rows = [
        [group, str(len(mixes)), str(len({mix.song for mix in mixes}))]
        + [rate for kind in (_joint, _false_alarms) for rate in kind(study, mixes, advisors)]
        for group, mixes in groups
    ]
    title = (
        f"10. By group, P(fault) > {study.threshold:g}. Joint: of mixes with faults, those "
        "in which the likeliest stem is one and is moved the right way"
    )
    print_rows(console, title, columns, rows)


def split(mixes: Sequence[Mix]) -> Iterator[tuple[str, list[Mix]]]:
    """The groups that a set of mixes holds: those that speak of a fault are of one-fault mixes."""
    one = [mix for mix in mixes if len(mix.flaws) == 1]
    yield "all", list(mixes)
    for genre in GENRES:
        yield genre, [mix for mix in mixes if mix.genre == genre]
    for role in ROLES:
        yield f"fault in {role}", [mix for mix in one if mix.roles[mix.flaws[0].stem] == role]
    for low, high in _SIZES_DB:
        inside = [mix for mix in one if low <= abs(mix.flaws[0].gain_db) < high]
        yield f"fault of {low:g}-{high:.0f} dB", inside
    yield "fault: too loud", [mix for mix in one if mix.flaws[0].gain_db > 0]
    yield "fault: too quiet", [mix for mix in one if mix.flaws[0].gain_db < 0]
    for count in (2, 3):
        yield f"{count} faults", [mix for mix in mixes if len(mix.flaws) == count]
    yield "fault in a sparse stem", [m for m in one if m.activity[m.flaws[0].stem] < SPARSE]
    sings = {mix: any("vocal" in str(role) for role in mix.roles) for mix in mixes}
    yield "no vocals", [mix for mix in mixes if not sings[mix]]
    yield "vocals", [mix for mix in mixes if sings[mix]]


def mixes_of(study: Study, count: int) -> list[Mix]:
    """Balances of exactly so many stems, of a song and, where it has fewer, others of its genre."""
    mixes = []
    for number, record in enumerate(study.bank.records[:_SONGS_A_COUNT]):
        rng = np.random.default_rng([study.seed, number, count])
        alike = [one for one in study.bank.records if one.genre == record.genre]
        joined = record
        while len(joined.roles) < count:
            joined = _joined(joined, alike[int(rng.integers(len(alike)))])
        for faults in (0, 1):
            mixes.append(drawn_mix(joined, study.prior, rng, faults, most_stems=count))
    return mixes


def _joined(one: SongRecord, other: SongRecord) -> SongRecord:
    """Two songs' stems as one song's."""
    if one.hidden is None or other.hidden is None:
        raise ValueError(f"song {one.key} has no content: run python -m finetune.encode")
    return replace(
        one,
        roles=one.roles + other.roles,
        names=one.names + other.names,
        profile=np.concatenate([one.profile, other.profile]),
        hidden=np.stack([*one.hidden, *other.hidden]),
    )


def _joint(study: Study, mixes: Sequence[Mix], advisors: Sequence[str]) -> list[str]:
    flawed = [mix for mix in mixes if mix.flaws]
    rates = []
    for name in advisors:
        judged = study.panel.judged(name, flawed) if flawed else None
        if judged is None:
            rates.append("-")
            continue
        right = judged.stem_right & judged.direction_right & (judged.told > study.threshold)
        rates.append(f"{right.mean():.0%}")
    return rates


def _false_alarms(study: Study, mixes: Sequence[Mix], advisors: Sequence[str]) -> list[str]:
    untouched = [mix for mix in mixes if not mix.flaws]
    if not untouched:
        return ["-"] * len(advisors)
    return [
        f"{(study.panel.judged(name, untouched).told > study.threshold).mean():.0%}"
        for name in advisors
    ]
