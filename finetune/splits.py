"""Train, valid and test without an artist on two sides, whatever the collections.

One rule: people decide. Songs that share a person, in whatever spelling and company, stay together;
what a collection tests on stays a test, and everything else by the same people with it.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from finetune.multitrack_facts import SPLITS

SHARES = {"train": 0.8, "valid": 0.1, "test": 0.1}
_TOGETHER = re.compile(
    r"\s*(?:[,;/&+]|\b(?:and|y|und|et|with|vs|x)\b\.?|\b(?:feat|ft|featuring)\b\.?)\s*",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"[(\[].*?[)\]]")
STRICTEST = ("test", "valid", "train")  # whose word counts where a group has several


@dataclass(frozen=True)
class Member:
    """A song to be dealt: a key of its own, its artist, and its collection's split, if any."""

    key: Hashable
    artist: str | None
    split: str | None = None


def people(artist: str) -> frozenset[str]:
    """The people in an artist's name: 'Liz Nelson & J. Davies' are liznelson and jdavies.

    Words in brackets, case, accents and spaces tell no one apart. A band whose name holds "and"
    counts as two, which can only keep more songs together.
    """
    parts = (_plain(part) for part in _TOGETHER.split(_ASIDE.sub(" ", artist)))
    return frozenset(part for part in parts if part) or frozenset({_plain(artist) or artist})


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def groups(members: Sequence[Member]) -> list[list[Member]]:
    """The members in groups that share no person; without an artist each is alone."""
    parent: dict[str, str] = {}

    def root(person: str) -> str:
        while parent.setdefault(person, person) != person:
            parent[person] = person = parent[parent[person]]
        return person

    known = {member.key: people(member.artist) for member in members if member.artist}
    for together in known.values():
        first, *others = together
        for other in others:
            parent[root(other)] = root(first)
    found: defaultdict[Hashable, list[Member]] = defaultdict(list)
    for member in members:
        one = next(iter(known[member.key]), None) if member.key in known else None
        found[("artist", root(one)) if one else ("song", member.key)].append(member)
    return list(found.values())


def deal(
    members: Sequence[Member], shares: Mapping[str, float] = SHARES, seed: int = 0
) -> dict[Hashable, str]:
    """A part for every member, by key; the same for the same songs in whatever order.

    Groups with a split of their own keep it. The others go, the largest first, to the part that
    lacks most of its share, so no part has over its share more than its last group.
    """
    _check(members, shares)
    dealt: dict[Hashable, str] = {}
    counts = dict.fromkeys(shares, 0)
    free: list[list[Member]] = []
    for group in groups(members):
        said = [split for split in STRICTEST if any(one.split == split for one in group)]
        if said and said[0] in counts:
            counts[said[0]] += len(group)
            dealt |= {member.key: said[0] for member in group}
        else:
            free.append(group)
    for group in sorted(free, key=lambda one: (-len(one), _lot(one, seed))):
        lacking = {part: share * len(members) - counts[part] for part, share in shares.items()}
        part = max(lacking, key=lambda one: (lacking[one], -SPLITS.index(one)))
        counts[part] += len(group)
        dealt |= {member.key: part for member in group}
    return dealt


def _lot(group: Sequence[Member], seed: int) -> str:
    """What decides among groups of one size: drawn by the seed, from the songs themselves."""
    keys = " ".join(sorted(str(member.key) for member in group))
    return hashlib.sha256(f"{seed} {keys}".encode()).hexdigest()


def _check(members: Sequence[Member], shares: Mapping[str, float]) -> None:
    if len({member.key for member in members}) < len(members):
        raise ValueError("two songs have one key: give every song a key of its own")
    odd = set(shares) - set(SPLITS)
    if odd or min(shares.values(), default=-1) < 0 or abs(sum(shares.values()) - 1) > 1e-6:
        told = ", ".join(f"{part} {share:g}" for part, share in shares.items())
        raise ValueError(f"the shares are {told}: need {', '.join(SPLITS)}, adding up to 1")
