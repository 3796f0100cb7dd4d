"""Versions by what was in them, by where they are beside others, and the mix as it was opened."""

import pytest

from assistant.orders.as_opened import goes_to_the_start
from assistant.orders.version_described import described
from assistant.orders.version_named import NEWEST, Talked, named
from assistant.orders.version_steps import of_the_heard, stepped
from assistant.orders.version_wished import wished
from assistant.versions import Version
from mixer.moves import MixState, Move

NAMES = ("viola", "Kick", "marimba", "Oboe", "shaker")
ROLES = ("strings", "kick", "percussion", "woodwinds", "percussion")


def versions(*steps):
    """One version for each step: (stem, dB), (stem, "mute") or (stem, "pan", where)."""
    state, made = MixState.untouched(len(NAMES)), []
    made.append(Version(0, state, "as opened"))
    for stem, how, *pan in steps:
        if pan:
            state = state.panned(NAMES, stem, pan[0])
        elif isinstance(how, str):
            state = state.with_mute(NAMES, stem, how == "mute")
        else:
            state = state.moved(NAMES, [Move(stem, how)])
        made.append(Version(len(made), state, "", len(made) - 1))
    return made


LEVELS = versions(("viola", 2.0), ("marimba", 1.0), ("Kick", -2.0), ("Oboe", -4.0))
MIXED = versions(
    ("viola", 1.5), ("Oboe", "pan", -0.4), ("Kick", "mute"), ("shaker", "pan", 0.3), ("viola", 1.0)
)  # fmt: skip


def meant(text, made, now=None):
    wish = wished(text, NAMES, ROLES)
    return wish and described(wish, NAMES, made, len(made) - 1 if now is None else now)


@pytest.mark.parametrize(
    "text, number",
    [
        ("back to when nothing but the viola was up", 1),
        (
            "my boss wants the version where the marimba is raised but the kick is not lowered yet",
            2,
        ),
        ("give me the state right before the oboe was cut", 3),
        ("return to what we had before the kick dropped, with the viola already louder", 2),
        ("scrap everything we did after the marimba boost", 2),
        ("all we changed since the viola was raised, away with it please", 1),
        ("she loved it when only the viola was up. could we have that back?", 1),
        ("the mix with the viola up and the kick still loud. that one please", 2),
        ("bit thin this. take me back to before the oboe was touched, that felt good", 3),
        ("I'd rather have it as it was before the kick cut", 2),
        ("go back to the one before that oboe change", 3),
    ],
)
def test_a_version_by_levels(text, number):
    assert meant(text, LEVELS) == number


@pytest.mark.parametrize(
    "text, number",
    [
        ("the one without the mute please", 2),
        ("take it all back to before any of the panning", 1),
        ("restore how everything was before the shaker was panned", 3),
        ("back to how it was after the first viola boost", 1),
        ("i want the version with the oboe on the left but the kick unmuted", 2),
        ("i want the version with the oboe on the left but the kick not muted", 2),
        ("go back to when the kick was still in", 2),
    ],
)
def test_a_version_by_mutes_and_places(text, number):
    assert meant(text, MIXED) == number


@pytest.mark.parametrize(
    "text",
    [
        "put the viola back to how it was before the kick dropped",  # one stem
        "take the oboe back to before it was cut",
        "the marimba was nicer before the kick went down",  # a remark
        "it was better before the kick went down",
        "what did we have before the kick went down?",
        "is that the version with the viola up?",
        "don't go back to when only the viola was up",
        "mute the one with the viola up",
        "go back to before the kick went down but keep the oboe",
        "turn the viola up. then back to the one before the kick went down",
        "back to when the tuba was up",
        "when the kick comes in, pan the oboe left",
        "render the version before the kick went down",
    ],
)
def test_what_describes_no_version(text):
    assert meant(text, LEVELS) is None


def test_it_is_never_the_one_that_is_heard_now():
    assert meant("back to the one before the oboe went down", LEVELS, now=3) is None
    assert meant("the version with the viola up please", LEVELS) == 1  # made so, and all since are


def test_a_description_may_be_played():
    wish = wished("play me how it was before the oboe went down", NAMES, ROLES)
    assert wish is not None and wish.hears


@pytest.mark.parametrize(
    "text, number",
    [
        ("nah, the one before that", 2),
        ("no, the previous one", 2),
        ("the kick sat better there. ok, one further back", 2),
        ("so the one right after that", 4),
        ("and the following version please", 4),
        ("let's have the newest", 5),
        ("hm no, the one before that, version 1", 1),
        ("the one before that?", None),
        ("mute the next one", None),
        ("viola up 2. the one before that", None),
        ("the bar before that", None),
    ],
)
def test_a_step_among_versions(text, number):
    assert stepped(text, NAMES, ROLES, 3, 5) == number


@pytest.mark.parametrize(
    "text, heard, number",
    [
        ("the older one has air, keep that", (4, 1), 1),
        ("the later version please", (1, 4), 4),
        ("the earlier one is too dark", (1, 4), None),
        ("the earlier one or the later one", (1, 4), None),
        ("the earlier one, stay with it", (3,), None),
    ],
)
def test_the_one_of_two_that_is_liked(text, heard, number):
    assert of_the_heard(text, heard) == number


@pytest.mark.parametrize(
    "text, of_versions, goes",
    [
        ("please return to the initial state", False, True),
        ("back to how it was when i first loaded it", False, True),
        ("go back to the original one", False, True),
        ("take me back to before we touched anything", False, True),
        ("my client wants it as opened", True, True),
        ("my client wants it as opened", False, False),  # "it" may be a stem
        ("put it back how it was when i opened it", False, False),
        ("don't go back to the original version", False, False),
        ("what was the starting state?", False, False),
        ("back to the first chorus", False, False),
    ],
)
def test_the_mix_as_it_was_opened(text, of_versions, goes):
    assert goes_to_the_start(text, of_versions) is goes


RESTORED, HEARD = Talked("versions", 1, restored=True), Talked("versions", heard=(2, 4))


@pytest.mark.parametrize(
    "text, talk, wants, numbers, with_now",
    [
        ("5 after all, i take it back", RESTORED, "chosen", (5,), False),
        ("2 is airy, but 4 moves. make it 4", HEARD, "chosen", (4,), False),
        ("my wife likes the fifth now", HEARD, "chosen", (5,), False),
        ("now hear it beside the newest", RESTORED, "heard", (NEWEST,), True),
        ("compare this with 3", RESTORED, "heard", (3,), True),
        ("play them this one and the sixth", RESTORED, "heard", (6,), True),
        ("play 2 and 4", RESTORED, "heard", (2, 4), False),
    ],
)
def test_numbers_behind_talk_of_versions(text, talk, wants, numbers, with_now):
    found = named(text, NAMES, ROLES, talk)
    assert found is not None
    assert (found.wants, found.numbers, found.with_now) == (wants, numbers, with_now)


def test_a_number_with_a_deed_is_none():
    assert named("kick is loud. down 4", NAMES, ROLES, HEARD) is None
    assert named("kick is loud, 4 is it?", NAMES, ROLES, HEARD) is None
