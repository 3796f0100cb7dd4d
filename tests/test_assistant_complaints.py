"""What is complained of, and which way: never the wrong way round."""

import pytest

import prompts
from assistant.complaints import SIGNS, complaints_in

NAMES = ("drums", "LeadVox", "gtr 1", "gtr 2", "Keys", "808", "BGVs")
ROLES = (
    "drums", "lead vocal", "electric guitar", "electric guitar", "piano", "bass", "backing vocals",
)  # fmt: skip


def read(text):
    return {complaint.stem: complaint.word for complaint in complaints_in(text, NAMES, ROLES)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the vocal feels buried", {"LeadVox": "quiet"}),
        ("LeadVox is way too loud", {"LeadVox": "loud"}),
        ("I can\u2019t really hear the singer", {"LeadVox": "quiet"}),
        ("the vocals are drowning in the keys", {"LeadVox": "quiet"}),
        ("the keys are drowning out the singer", {"LeadVox": "quiet"}),
        ("the keys drown everything out", {"Keys": "loud"}),
        ("vocals hidden behind the keys", {"LeadVox": "quiet"}),
        ("the keys dominate the whole song", {"Keys": "loud"}),
        ("there's too much of the keys in this", {"Keys": "loud"}),
        ("the guitars are a bit too loud for me", {"gtr 1": "loud", "gtr 2": "loud"}),
        ("the 808 and the keys are too quiet", {"Keys": "quiet", "808": "quiet"}),
        ("keys too loud and the vocal gets lost", {"Keys": "loud", "LeadVox": "quiet"}),
        ("backing vocals too low, lead vocal too high", {"BGVs": "quiet", "LeadVox": "loud"}),
        ("the drums are too loud", {"drums": "loud"}),
    ],
)
def test_complaints_are_read(text, told):
    assert read(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "what would you change?",
        "how loud should the vocals be?",
        "the vocals are not too loud",
        "I don't think the keys are too quiet",
        "the vocals aren't too loud but they aren't too quiet either",
        "vocals too loud in the verse, vocals too quiet in the chorus",
        "make the vocals warmer",
        "it is too loud",
        "mute the keys",
        "",
    ],
)
def test_what_is_no_complaint_or_two_at_once(text):
    assert read(text) == {}


def test_strange_names_and_signs_are_survived():
    names, roles = ("a", "7", "$(x)", "drums"), ("bass", None, "piano", "drums")
    found = complaints_in("a § 9 §99 \u00a77 {stem} is too loud, $(x) too quiet", names, roles)
    assert [(complaint.stem, complaint.word) for complaint in found] == [("$(x)", "quiet")]


@pytest.mark.parametrize("intent", sorted(SIGNS))
def test_nearly_every_phrasing_is_read_and_none_the_wrong_way(intent):
    filling = {"stem": "vocals", "role": "singer", "stem2": "keys", "anchor": "drums"}
    read_right = 0
    for template in prompts.phrasings(intent):
        told = {slot: filling[slot] for slot in prompts.slots(template)}
        found = read(prompts.fill(template, **told))
        word = "quiet" if SIGNS[intent] > 0 else "loud"
        assert found in ({}, {"LeadVox": word}), (template, found)
        read_right += bool(found)
    assert read_right >= 0.94 * len(prompts.phrasings(intent))


def test_other_intents_hold_no_complaint():
    filling = {slot: "vocals" for slot in prompts.SLOTS} | {"anchor": "drums", "gain": "3"}
    for intent in ("ask_advice", "ask_fine", "ask_levels", "why", "accept", "refuse"):
        for template in prompts.phrasings(intent):
            told = {slot: filling[slot] for slot in prompts.slots(template)}
            assert read(prompts.fill(template, **told)) == {}, template
