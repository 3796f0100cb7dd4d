"""Splits by artists: nobody on two sides, sizes near what was asked, no matter the order."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetune.splits import SHARES, Member, deal, groups, people

names = st.text("abcdefgh", min_size=1, max_size=2)
artists = st.lists(names, min_size=1, max_size=3).map(" & ".join)
drawn = st.lists(
    st.tuples(st.none() | artists, st.sampled_from([None, None, None, "train", "test"])),
    min_size=1,
    max_size=60,
).map(lambda rows: [Member(at, *row) for at, row in enumerate(rows)])


def test_people_are_told_by_name_and_not_by_spelling():
    assert people("Liz Nelson & Jennifer Davies") >= people("LIZ NELSON")
    assert people("Triviul feat. The Fiend") >= people("Triviul") | people("The Fiend")
    assert people("The Easton Ellises (Baumi)") == people("The Easton Ellises")
    assert people("Clara Berry And Wooldog") == people("ClaraBerry and wooldog")
    assert people("Cnoc An Tursa") == {"cnocantursa"} and people("Sigur Rós") == {"sigurros"}
    assert people("!!!") == {"!!!"} and people("陳") == {"陳"}
    assert not people("Anderson") & people("And")


@settings(max_examples=60, deadline=None)
@given(drawn, st.integers(0, 3), st.randoms(use_true_random=False))
def test_no_artist_is_on_both_sides(members, seed, random):
    dealt = deal(members, SHARES, seed)
    assert set(dealt) == {member.key for member in members}
    sides: dict[str, set[str]] = {}
    for member in members:
        for person in people(member.artist) if member.artist else ():
            sides.setdefault(person, set()).add(dealt[member.key])
    assert all(len(parts) == 1 for parts in sides.values())
    assert all(dealt[m.key] == "test" for m in members if m.split == "test")
    shuffled = list(members)
    random.shuffle(shuffled)
    assert deal(shuffled, SHARES, seed) == dealt


@settings(max_examples=60, deadline=None)
@given(drawn, st.sampled_from([(0.8, 0.1, 0.1), (0.5, 0.0, 0.5), (0.34, 0.33, 0.33)]))
def test_parts_are_as_large_as_asked_but_for_the_largest_group(members, asked):
    members = [Member(member.key, member.artist) for member in members]
    shares = dict(zip(("train", "valid", "test"), asked, strict=True))
    counts = Counter(deal(members, shares).values())
    largest = max(map(len, groups(members)))
    for part, share in shares.items():
        over = counts[part] - share * len(members)
        assert -2 * largest < over < largest


def test_single_songs_are_dealt_to_the_song():
    counts = Counter(deal([Member(at, None) for at in range(200)]).values())
    assert counts == {"train": 160, "valid": 20, "test": 20}


def test_another_seed_deals_otherwise():
    members = [Member(f"song {at}", f"artist {at}") for at in range(100)]
    first, again, other = (deal(members, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert 10 < sum(first[key] != other[key] for key in first) < 60


def test_what_a_collection_tests_on_takes_its_artist_along():
    members = [Member("a", "Ann", "train"), Member("b", "Ann & Bo", "test"), Member("c", "Bo")]
    assert set(deal(members, {"train": 1.0}).values()) == {"train"}  # no test was asked for
    assert deal(members) == {"a": "test", "b": "test", "c": "test"}


@pytest.mark.parametrize(
    ("members", "shares", "words"),
    [
        ([Member("a", None)] * 2, SHARES, "two songs have one key"),
        ([], {"train": 0.5, "test": 0.4}, "adding up to 1"),
        ([], {"train": 0.5, "dev": 0.5}, "need train, valid, test"),
        ([], {"train": 1.5, "test": -0.5}, "adding up to 1"),
    ],
)
def test_what_cannot_be_dealt_is_refused(members, shares, words):
    with pytest.raises(ValueError, match=words):
        deal(members, shares)
