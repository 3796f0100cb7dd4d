"""Roles read off names, as people really name stems."""

import pytest

from mixer.roles import FAMILIES, FAMILY_OF_ROLE, ROLES, role_from_name, roles_from_names, words_of


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("LeadVox_DT-02", "lead vocal"),
        ("VOX LEAD", "lead vocal"),
        ("BGVOX OOH", "backing vocals"),
        ("01_KickIn", "kick"),
        ("bass drum", "kick"),
        ("808", "bass"),
        ("JazzBase", "bass"),
        ("gtr L", "electric guitar"),
        ("Ac Gtr 2", "acoustic guitar"),
        ("HOUSE BEAT", "drums"),
        ("ALT HH", "hats"),
        ("FILL PIANO", "piano"),
        ("orange_SpookPad", "synth pad"),
        ("Song (Vocals)", "lead vocal"),
        ("Audio 1-03", None),
        ("Track 04", None),
        ("", None),
    ],
)
def test_a_name_tells_its_role_or_nothing(name, role):
    assert role_from_name(name) == role


def test_words_that_all_stems_share_tell_nothing():
    names = ("breakbeat_drums_stem", "breakbeat_melody_stem", "breakbeat_pad_stem")
    assert roles_from_names(names) == ("drums", "synth lead", "synth pad")
    assert roles_from_names(("vocals",)) == ("lead vocal",)


def test_every_role_has_a_family_of_four():
    assert set(FAMILY_OF_ROLE.values()) == set(FAMILIES) and len(ROLES) == 18
    assert words_of("LeadVox_DT-02") == "lead vox dt"
