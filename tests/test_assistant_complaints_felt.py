"""Complaints as the reader takes them: which way it says, whose fault the words must say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.complaints import Complaint, complaints_in
from assistant.complaints_felt import LIKELY, complaints_felt
from assistant.opening import load_listener
from assistant.weighing import complaints_of

NAMES = ("bass", "drums", "guitar", "keys", "vocals")
QUIET, LOUD = {"complain_quiet": 0.95}, {"complain_loud": 0.95}


@pytest.fixture(scope="module")
def listener():
    return load_listener()


@pytest.mark.parametrize(
    ("text", "stem", "sign"),
    [
        ("the vocals are swimming under everything", "vocals", 1),
        ("that guitar is tearing my head off", "guitar", -1),
        ("the keys are hogging the whole picture", "keys", -1),
        ("my nan could not pick out the vocals", "vocals", 1),
        ("the bass rattles my teeth", "bass", -1),
    ],
)
def test_a_picture_that_nobody_wrote_down_is_a_complaint(listener, text, stem, sign):
    assert complaints_in(text, NAMES, NAMES) == ()
    assert complaints_of(text, NAMES, NAMES, listener) == (Complaint(stem, sign),)


@pytest.mark.parametrize(
    "text",
    [
        "the guitar isn't hogging anything",
        "the keys sit nicely now",
        "the vocals do not need more",
        "how loud is the guitar?",
        "what does masking mean for the bass?",
    ],
)
def test_what_is_no_complaint_is_none(listener, text):
    assert complaints_of(text, NAMES, NAMES, listener) == ()


def test_whose_fault_it_is_must_be_plain():
    assert complaints_felt("no chance for the keys against the guitar", NAMES, NAMES, QUIET) == (
        Complaint("keys", 1),
    )
    assert complaints_felt("the keys and then the guitar, oh my", NAMES, NAMES, LOUD) == ()
    assert complaints_felt("it is a wall", NAMES, NAMES, LOUD) == ()


@pytest.mark.parametrize(
    "said", ["isn't too loud", "is not loud", "was never so hot", "isn’t much"]
)
def test_a_denial_is_no_complaint(said):
    for reading in (QUIET, LOUD):
        assert complaints_felt(f"the bass {said}", NAMES, NAMES, reading) == ()


@given(st.text(max_size=80), st.floats(0.0, LIKELY, exclude_max=True))
def test_what_is_not_likely_never_counts(text, likely):
    reading = {"complain_quiet": likely, "complain_loud": 1.0 - LIKELY}
    assert complaints_felt(f"{text} the bass", NAMES, NAMES, reading) == ()


def test_a_listener_that_reads_no_intents_is_left_to_the_phrasings():
    assert complaints_of("that guitar is tearing my head off", NAMES, NAMES, object()) == ()
    told = complaints_of("the guitar is too loud", NAMES, NAMES, object())
    assert told == (Complaint("guitar", -1),)
