"""Clauses: what joins two orders, and what is one order for two stems."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.said import Said
from assistant.said_clauses import clauses
from assistant.said_gains import sizes_db

NAMES = ("vox", "adlibs", "808", "kick", "gtr 1", "gtr 2", "Drum & Room", "bass")
ROLES = ("lead vocal", "backing vocals", "bass", "kick") + ("electric guitar",) * 2
ROLES += ("drums", "bass")


def said(text: str) -> Said:
    return Said((text,), NAMES, ROLES, anchor="kick")


@pytest.mark.parametrize("joiner", ["n", "'n'", "&", "+", "plus", "and", "as well as", ","])
def test_one_order_for_two_stems(joiner: str) -> None:
    words = said(f"vox {joiner} bass down 2")
    assert words.ordered() == ["vox", "bass"]
    assert words.gains_db("vox") == words.gains_db("bass") == {-2.0}


@pytest.mark.parametrize("joiner", ["then", "also", "after that", "and also", "plus", "n", ", "])
def test_each_clause_has_its_own_direction(joiner: str) -> None:
    words = said(f"vox up 2 {joiner} bass down 1")
    assert words.gains_db("vox") == {2.0} and words.gains_db("bass") == {-1.0}


def test_a_number_behind_plus_is_a_gain() -> None:
    assert clauses("vox plus 3 db") == ["vox plus 3 db"] and clauses("vox +3") == ["vox +3"]
    assert said("vox plus 3 db").gains_db("vox") == {3.0}


def test_orders_without_a_joiner_stay_apart() -> None:
    words = said("kick up 1 bass down 2")
    assert words.gains_db("kick") == {1.0} and words.gains_db("bass") == {-2.0}
    both = said("lower the vox 2 and the bass 1")
    assert both.gains_db("bass") == {-1.0}


def test_names_are_never_cut() -> None:
    assert clauses("Drum & Room up 2 & kick down", NAMES) == ["drum & room up 2 ", " kick down"]
    assert said("vox sounds great, bass down 2").ordered() == ["bass"]


def test_numbers_of_names_are_no_gains() -> None:
    assert said("gtr1 up").gains_db("gtr 1") == {2.0}
    assert said("gtr 1 and 2 down 3").stems == ("gtr 1", "gtr 2")
    assert said("gtr 1 and 2 down 3").gains_db("gtr 1") == {-3.0}
    assert said("guitar 2 down").gains_db("gtr 2") == {-2.0}
    assert said("the 808 2 db down").gains_db("808") == {-2.0}


@given(st.text(alphabet="abn &+,.plusthend 0123456789'", max_size=60))
def test_no_word_is_lost(text: str) -> None:
    joiners = {"and", "but", "then", "while", "also", "n", "plus", "afterwards", "as", "well"}
    joiners |= {"after", "that", "this"}
    kept = [word for part in clauses(text) for word in re.findall(r"\w+", part)]
    words = re.findall(r"\w+", text)
    assert [w for w in kept if w not in joiners] == [w for w in words if w not in joiners]


def test_signs_by_stem_names_of_two_words_included():
    names = ("bass_grit", "drums", "solo")
    said = Said(("bass_grit +1 drums -1.5 solo -0.5",), names, ("bass", "drums", None))
    assert [said.gains_db(name) for name in names] == [{1.0}, {-1.5}, {-0.5}]
    assert Said(("everything but the drums up a dB",), names, (None,) * 3).gains_db("solo") == {1.0}
    assert Said(("not too loud, but solo up 2",), names, (None,) * 3).gains_db("solo") == {2.0}


def test_shares_and_versions_are_no_decibels():
    names = ("bass", "pad")
    for text in ("not so far, 20 percent", "take me back to number 4", "pan it forty percent left"):
        assert not sizes_db(text, names)
    assert sizes_db("lower the bass by three and a half decibels", names) == {3.5}
    assert "apply_moves" in Said(("go back to number 4",), names, ("bass", "synth pad")).excluded
