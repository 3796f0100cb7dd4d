"""What balance is usual: a hierarchical Gaussian over stem levels, by role and genre.

One rule: only differences between stems mean anything; every answer is up to a common offset.
The numbers (fitted and assumed, each with its source) are in balance.json beside this file;
finetune/fit_balance.py writes them.
"""

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from mixer.roles import FAMILIES, FAMILY_OF_ROLE, GENRES, ROLES

NUMBERS_FILE = Path(__file__).with_name("balance.json")
Z_90 = 1.2815515655446004  # 90 % point of the normal distribution

# A part of a kit or choir seldom comes alone: these are taken to play beside it when a range is
# asked for two roles without the song's own line-up.
_COMPANIONS = {
    "kick": ("snare", "hats"),
    "snare": ("kick", "hats"),
    "hats": ("kick", "snare"),
    "percussion": ("kick", "snare"),
    "backing vocals": ("lead vocal",),
}
# Steady stems first; what is not named is no good anchor unless nothing better plays.
_ANCHOR_MERIT = {
    "kick": 3.0,
    "drums": 3.0,
    "bass": 2.6,
    "snare": 2.0,
    "percussion": 1.2,
    "hats": 1.0,
    "effects": -1.0,
}
_ANCHOR_SHARE = 0.5  # a stem that plays less of the song is no good anchor,
_ANCHOR_BELOW_LU = 18.0  # nor is one this far below the loudest:
_ANCHOR_PENALTY = 4.0  # then any other stem is better


class BalanceError(ValueError):
    """A role, genre or line-up that the prior does not know: got, need and cure."""


def _check(roles: Sequence[str], genre: str | None) -> None:
    for role in roles:
        if role not in FAMILY_OF_ROLE:
            raise BalanceError(f"role {role!r} is not known: use one of {', '.join(ROLES)}")
    if not roles:
        raise BalanceError("no roles were given: a balance needs at least one stem")
    if genre is not None and genre not in GENRES:
        raise BalanceError(f"genre {genre!r} is not known: use None or one of {', '.join(GENRES)}")


def _sharing_db(offsets_db: np.ndarray, plays: np.ndarray, stem_sd_db: float) -> np.ndarray:
    """Mean level of each stem of one family against the family's own, shape (n,).

    While a stem plays, its power and that of those that play with it add up to the family's: minus
    10 log10 n where n equal ones play all the time, nothing where they take turns; less what the
    stems' random deviations add to the sum of powers on average (to second order).
    """
    powers = 10 ** (offsets_db / 10)
    together = np.where(np.eye(len(powers), dtype=bool), 1.0, plays) * powers  # row: while it plays
    total = together.sum(axis=1)
    share = together / total[:, None]
    surplus_db = math.log(10) / 20 * stem_sd_db**2 * (1 - np.square(share).sum(axis=1))
    return offsets_db - 10 * np.log10(total) - surplus_db


def _shares(plays: Sequence[float] | np.ndarray | None, stems: int) -> tuple[float, ...]:
    """Shares of the time as a key; finer than a tenth means nothing."""
    if plays is None:
        return (1.0,) * stems
    if len(plays) != stems:
        raise BalanceError(f"{len(plays)} shares of the time for {stems} stems: give one for each")
    return tuple(np.clip(np.asarray(plays, float), 0.0, 1.0).round(1).tolist())


class BalancePrior:
    """Stem levels ~ family mean (by genre) + family deviation + role offset + stem deviation."""

    def __init__(self, numbers: dict) -> None:
        fitted, within, assumed = numbers["fitted"], numbers["within"], numbers["assumed"]
        if tuple(fitted["families"]) != FAMILIES:
            raise BalanceError(
                f"families {fitted['families']}, need {list(FAMILIES)}: refit the file"
            )
        self._role_offset_db: dict[str, float] = assumed["role_offset_db"]
        self._stem_sd_db = float(within["stem_sd_db"])
        louder_db = np.array([within["loudness_less_rms_db"][family] for family in FAMILIES])
        self._family_mean = np.array(fitted["mean_db"]) + louder_db
        self._family_covariance = np.array(fitted["covariance_db2"])
        shifts = np.array([assumed["genre_vocal_shift_db"][genre] for genre in GENRES])
        self._genre_shift_db: dict[str, float] = dict(
            zip(GENRES, (shifts - shifts.mean()).tolist(), strict=True)
        )
        self._genre_variance = float(shifts.var())
        self.moments_cached = lru_cache(maxsize=65536)(self._moments)
        self._root_cached = lru_cache(maxsize=65536)(self._root)

    @classmethod
    def load(cls, file: Path | None = None) -> "BalancePrior":
        """Read the shipped numbers, or those of another fit."""
        return cls(json.loads((file or NUMBERS_FILE).read_text()))

    def moments(
        self,
        roles: Sequence[str],
        genre: str | None = None,
        plays: Sequence[float] | np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mean (S,) and covariance (S, S) of stem levels in LU, up to a common offset; read-only.

        Without a genre: the moments of the even mixture over GENRES, to which the table was fitted.
        plays: for which share of the time each stem plays, 0 to 1; without it, all the time.
        """
        return self.moments_cached(tuple(roles), genre, _shares(plays, len(roles)))

    def draw(
        self,
        roles: Sequence[str],
        genre: str | None,
        rng: np.random.Generator,
        count: int | None = None,
        plays: Sequence[float] | np.ndarray | None = None,
    ) -> np.ndarray:
        """Draw one balance (S,) in LU, or (count, S) independent ones; plays as in moments()."""
        mean, _ = self.moments(roles, genre, plays)
        root = self._root_cached(tuple(roles), genre)
        if count is None:
            return mean + root @ rng.standard_normal(len(mean))
        return mean + rng.standard_normal((count, len(mean))) @ root.T

    def usual_range(
        self,
        role: str,
        anchor_role: str,
        genre: str | None = None,
        line_up: Sequence[str] | None = None,
    ) -> tuple[float, float]:
        """The 10-90 % range in LU of one role's level minus the anchor's.

        line_up: the roles of all stems in the song; without it, a typical small one.
        """
        roles = list(line_up) if line_up is not None else []
        wanted = [role, anchor_role] if role != anchor_role else [role, role]
        for needed in wanted:
            if roles.count(needed) < wanted.count(needed):
                roles.append(needed)
        if line_up is None:
            for companion in (*_COMPANIONS.get(role, ()), *_COMPANIONS.get(anchor_role, ())):
                if companion not in roles:
                    roles.append(companion)
        mean, covariance = self.moments(roles, genre)
        i = roles.index(role)
        j = roles.index(anchor_role, i + 1) if role == anchor_role else roles.index(anchor_role)
        centre = float(mean[i] - mean[j])
        spread = Z_90 * math.sqrt(float(covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]))
        return centre - spread, centre + spread

    def _family_moments(self, genre: str | None) -> tuple[np.ndarray, np.ndarray]:
        """Mean (4,) and covariance (4, 4) of families; within a genre, less what genres explain."""
        if genre is None:
            return self._family_mean, self._family_covariance
        vocal = np.eye(len(FAMILIES))[FAMILIES.index("vocals")]
        contrast = vocal - vocal.mean()
        within = self._family_covariance - self._genre_variance * np.outer(contrast, contrast)
        return self._family_mean + self._genre_shift_db[genre] * vocal, within

    def _moments(
        self, roles: tuple[str, ...], genre: str | None, plays: tuple[float, ...]
    ) -> tuple[np.ndarray, np.ndarray]:
        _check(roles, genre)
        family_mean, family_covariance = self._family_moments(genre)
        families = np.array([FAMILIES.index(FAMILY_OF_ROLE[role]) for role in roles])
        offsets_db = np.array([self._role_offset_db[role] for role in roles])
        mean = family_mean[families]
        covariance = family_covariance[np.ix_(families, families)].copy()
        for family in np.unique(families):
            members = np.flatnonzero(families == family)
            mean[members] += _sharing_db(
                offsets_db[members], np.array(plays)[members], self._stem_sd_db
            )
            # Deviations sum to zero in a family: they share its level out, they do not change it.
            own = np.eye(len(members)) - 1 / len(members)
            covariance[np.ix_(members, members)] += self._stem_sd_db**2 * own
        mean.flags.writeable = covariance.flags.writeable = False
        return mean, covariance

    def _root(self, roles: tuple[str, ...], genre: str | None) -> np.ndarray:
        """A (S, S) with A A' = covariance; through eigenvalues, since a common offset has none."""
        values, vectors = np.linalg.eigh(self.moments(roles, genre)[1])
        return vectors * np.sqrt(np.clip(values, 0.0, None))


@lru_cache(maxsize=1)
def shipped_prior() -> BalancePrior:
    """The prior of the shipped numbers, read once."""
    return BalancePrior.load()


def usual_range(role: str, anchor_role: str, genre: str | None = None) -> tuple[float, float]:
    """The usual 10-90 % range in LU of a role's level minus the anchor's (shipped numbers)."""
    return shipped_prior().usual_range(role, anchor_role, genre)


def choose_anchor(
    roles: Sequence[str | None],
    activity: Sequence[float],
    levels: Sequence[float | None],
    names: Sequence[str] | None = None,
) -> tuple[int, str]:
    """Choose the stem to judge all others against: (index, one plain sentence why).

    Args:
        roles: what each stem is, None where unknown.
        activity: share of the song each stem plays, 0 to 1.
        levels: LUFS, None for a silent stem, which is never chosen.
        names: the stems' names for the sentence; roles are named without them.
    """
    sounding = [
        index for index, level in enumerate(levels) if level is not None and math.isfinite(level)
    ]
    if not sounding:
        raise BalanceError("no stem has a level: an anchor must be audible (open other stems)")
    loudest = max(float(levels[index] or 0.0) for index in sounding)

    def merit(index: int) -> float:
        plays = float(activity[index])
        buried = float(levels[index] or 0.0) < loudest - _ANCHOR_BELOW_LU
        steady = _ANCHOR_MERIT.get(roles[index] or "", 0.0)
        return steady + plays - _ANCHOR_PENALTY * ((plays < _ANCHOR_SHARE) + buried)

    best = max(sounding, key=merit)
    name = names[best] if names is not None else roles[best] or f"stem {best + 1}"
    plays = f"plays {100 * float(activity[best]):.0f} % of the song"
    if _ANCHOR_MERIT.get(roles[best] or "", 0.0) > 0.0:
        part = "drum" if roles[best] == "drums" else roles[best]
        return best, f"{name} is the anchor: a steady {part} part that {plays}."
    return best, f"{name} is the anchor: no steadier drum or bass part was found, and it {plays}."
