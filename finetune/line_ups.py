"""What an engineer is given: a rendered song's stems, varied: fewer, doubled, rough or finished.

One rule: what is done to a stem's sound is done to its facts, so the engineer and MEGAMI see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.torch import load_file

from finetune.engineer import OCTAVE_HZ, mix
from finetune.taste import Taste
from mixer.megami.contents import join
from mixer.megami.facts import FACTS, OCTAVES
from mixer.roles import ROLES

FINISHED_SHARE = 0.45  # of the songs that come with effects on every stem
# A microphone or a DI is one channel: raw tracks of these roles are mono, but for one in ten.
TRACKED_IN_MONO = frozenset(
    "kick,snare,hats,percussion,bass,electric guitar,acoustic guitar,brass,lead vocal,"
    "backing vocals".split(",")
)
MONO_PROBABILITY = 0.9
ROUGH_SHARE = 0.5  # of the songs whose stems are out of shape
ROUGH_DB = 4.0  # sd of an octave
UNNAMED_SHARE = 0.35  # of the songs whose stems' roles are not told
NAMED_PROBABILITY = 0.85  # that a stem's role is told in other songs
MISNAMED = 0.03
UNMEASURED_SHARE = 0.05
_PEAK = FACTS.index("peak_db")
_SIDE, _LEAN = FACTS.index("side_db"), FACTS.index("lean")
# K-weighting of an octave, dB (BS.1770): what an octave counts for in the loudness.
K_WEIGHTING_DB = np.array([-8.0, -2.7, -0.8, -0.2, 0.0, 0.5, 2.8, 3.9, 4.0, 4.0])


@dataclass(frozen=True, eq=False)
class SongFacts:
    """What is known of a song: facts (S, 18) of raw and of finished stems, embedding (S, 128)."""

    roles: tuple[str, ...]
    facts: np.ndarray
    facts_finished: np.ndarray
    embedding: np.ndarray
    genre: str | None
    split: str
    finished: bool = False

    def pick(self, stems: np.ndarray) -> "SongFacts":
        """The song with these of its stems, in this order; one may come twice."""
        return replace(
            self,
            roles=tuple(self.roles[stem] for stem in stems.tolist()),
            facts=self.facts[stems],
            facts_finished=self.facts_finished[stems],
            embedding=self.embedding[stems],
        )

    def mixed(self, rng: np.random.Generator, manner: str | None = None) -> np.ndarray:
        """An engineer's settings (S, 24) under a taste of his own."""
        taste = Taste.draw(rng, self.genre, manner)
        return mix(self.roles, self.facts, self.genre, taste, rng, finished=self.finished)

    def contents(self, told: Sequence[str | None]) -> np.ndarray:
        """What MEGAMI is told, with these roles: (S, 164)."""
        return join(self.embedding, self.facts, told)


def read_songs(songs: Path, content: Path, split: str | None = None) -> list[SongFacts]:
    """All songs that have both a rendered file and a content file, in the order of their names."""
    found = []
    for file in sorted(content.glob("*.safetensors")):
        if not (songs / file.name).is_file():
            continue
        with safe_open(songs / file.name, framework="np") as opened:
            about = opened.metadata()
            if split is not None and about["split"] != split:
                continue
            kept = {key: opened.get_tensor(key) for key in ("facts", "facts_finished", "role")}
        embedding = load_file(file)["embedding"].float().numpy()
        roles = tuple(ROLES[index] for index in kept["role"])
        genre = about.get("genre") or None
        found.append(
            SongFacts(
                roles, kept["facts"], kept["facts_finished"], embedding, genre, about["split"]
            )
        )
    if not found:
        raise FileNotFoundError(
            f"no song has a file in both {songs} and {content}: make them with "
            "python -m finetune.songs, then python -m finetune.encode"
        )
    return found


def vary(song: SongFacts, songs: Sequence[SongFacts], rng: np.random.Generator) -> SongFacts:
    """Another line-up: fewer stems, one doubled, two songs' at once; finished, or out of shape."""
    choice = rng.uniform()
    keep = np.arange(len(song.roles))
    if choice < 0.25 and keep.size > 2:
        keep = rng.permutation(keep)[: rng.integers(1, keep.size)]
    elif choice < 0.40:
        keep = np.append(keep, rng.choice(keep))
    varied = song.pick(keep)
    if choice > 0.92:
        varied = _both(varied, songs[int(rng.integers(len(songs)))])
    if rng.uniform() < FINISHED_SHARE:
        varied = replace(varied, facts=varied.facts_finished, finished=True)
    else:
        facts, mono = np.array(varied.facts), tracked_in_mono(varied.roles, rng)
        facts[mono, _SIDE], facts[mono, _LEAN] = -40.0, 0.0
        varied = replace(varied, facts=facts)
    if rng.uniform() < ROUGH_SHARE:
        varied = replace(varied, facts=_out_of_shape(varied.facts, rng))
    return varied


def tracked_in_mono(roles: Sequence[str], rng: np.random.Generator) -> np.ndarray:
    """Which raw tracks of these roles are mono, (S,) bool."""
    usual = np.array([role in TRACKED_IN_MONO for role in roles])
    return usual & (rng.uniform(size=len(roles)) < MONO_PROBABILITY)


def _both(one: SongFacts, other: SongFacts) -> SongFacts:
    arrays = ("facts", "facts_finished", "embedding")
    joined = {name: np.concatenate((getattr(one, name), getattr(other, name))) for name in arrays}
    return replace(one, roles=one.roles + other.roles, **joined)


def _out_of_shape(facts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Facts of the stems after a random smooth equaliser each, still against their loudness."""
    drawn = rng.normal(size=(len(facts), OCTAVE_HZ.size + 2))
    smooth = (drawn[:, :-2] + 2.0 * drawn[:, 1:-1] + drawn[:, 2:]) / np.sqrt(6.0)
    return equalised(facts, ROUGH_DB * smooth)


def equalised(facts: np.ndarray, octaves_db: np.ndarray) -> np.ndarray:
    """Facts (S, 18) after a change of octaves_db (S, 10): octaves and peak against the loudness."""
    before = facts[:, OCTAVES] + K_WEIGHTING_DB
    louder_db = 10.0 * np.log10(
        (10.0 ** ((before + octaves_db) / 10.0)).sum(1) / (10.0 ** (before / 10.0)).sum(1)
    )
    changed = np.array(facts, np.float32)
    changed[:, OCTAVES] = np.maximum(facts[:, OCTAVES] + octaves_db - louder_db[:, None], -60.0)
    changed[:, _PEAK] += np.clip(octaves_db.max(1) - louder_db, -6.0, 6.0) / 2.0
    return changed


def told_roles(roles: Sequence[str], rng: np.random.Generator) -> list[str | None]:
    """The roles as a user's stem names would tell them: all, some or none of them, a few wrong."""
    if rng.uniform() < UNNAMED_SHARE:
        return [None] * len(roles)
    told: list[str | None] = []
    for role in roles:
        wrong = rng.uniform() < MISNAMED
        named = str(rng.choice(ROLES)) if wrong else role
        told.append(named if rng.uniform() < NAMED_PROBABILITY else None)
    return told
