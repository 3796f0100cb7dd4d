"""Leading back: one stem alone, the rest untouched, by tools and in the words of users."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.context import ToolContext
from assistant.hearing import ToolCall
from assistant.intents import SPEAK
from assistant.orders.before import before
from assistant.orders.reading import Stems, orders
from assistant.orders.returns import Now
from assistant.orders.stays import leaves_it
from assistant.session import Session
from assistant.tools import run_tool
from mixer.moves import MixState, Move
from tests.scripted import a_song

NAMES = ("bass", "drums", "vocals")
ROLES = ("bass", "drums", "lead vocal")


@pytest.fixture
def context(tmp_path):
    song = a_song(NAMES)
    with Session.open(song, tmp_path / "session") as session:
        session.set_anchor("drums")
        yield ToolContext(song, session)


def do(context, name, **arguments):
    context.session.record("tool_call", name=name, arguments=arguments)
    result = run_tool(context, ToolCall(name, arguments))
    context.session.record(
        "tool_result", name=name, ok=result.ok, text=result.text, data=result.data
    )
    return result


def move(context, stem, gain_db):
    context.session.record("user", text=f"{stem} {gain_db:+g}")
    return do(context, "apply_moves", moves=[{"stem": stem, "gain_db": gain_db}])


def read(context, text):
    state = context.session.state()
    now = Now(
        dict(zip(NAMES, state.gain_db, strict=True)),
        frozenset(name for name, off in zip(NAMES, state.muted, strict=True) if off),
    )
    events = context.session.events
    song = Stems(NAMES, ROLES, "drums", now)
    return orders(text, song, before(events, NAMES, ROLES), lambda text: {})


def test_one_stem_is_led_back_and_the_others_stay(context):
    move(context, "bass", -3.0)
    move(context, "vocals", 2.0)
    result = do(context, "undo", stem="bass")
    assert result.ok and context.session.state().gain_db == (0.0, 0.0, 2.0)
    assert result.data == {"stem": "bass", "is": "as opened", "version": 3, "same": False}
    do(context, "undo")
    assert context.session.state().gain_db == (-3.0, 0.0, 2.0)


def test_of_two_changes_of_a_stem_the_last_is_taken_back(context):
    move(context, "bass", -3.0)
    move(context, "bass", -2.0)
    move(context, "vocals", 2.0)
    do(context, "undo", stem="bass")
    assert context.session.state().gain_db == (-3.0, 0.0, 2.0)


def test_a_stem_that_was_not_changed_has_nothing_to_take_back(context):
    move(context, "vocals", 2.0)
    result = do(context, "undo", stem="bass")
    assert not result.ok and "nothing was changed on bass up to v1" in result.text
    assert len(context.session.versions) == 2


def test_a_stem_of_an_old_version_comes_back_with_all_that_was_set_on_it(context):
    move(context, "bass", -3.0)
    do(context, "set_pan", stem="bass", pan=-0.5)
    do(context, "set_mute", stem="bass", muted=True)
    move(context, "vocals", 2.0)
    do(context, "restore_version", version=2, stem="bass")
    state = context.session.state()
    assert (state.gain_db, state.pan[0], state.muted[0]) == ((-3.0, 0.0, 2.0), -0.5, False)
    again = do(context, "restore_version", version=2, stem="bass")
    assert again.data["same"] and len(context.session.versions) == 6
    missing = do(context, "restore_version", version=9, stem="bass")
    assert not missing.ok and "there are v0 to v5" in missing.text


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("put the bass back where it was", [("undo", {"stem": "bass"})]),
        ("bass back as it was please", [("undo", {"stem": "bass"})]),
        ("undo the bass change", [("undo", {"stem": "bass"})]),
        ("undo the vocals", [("undo", {})]),  # the last thing that was done
        ("set the vocals back to how they were", [("undo", {})]),
        ("bring the bass back to zero", [("restore_version", {"version": 0, "stem": "bass"})]),
        ("reset the vocals", [("restore_version", {"version": 0, "stem": "vocals"})]),
        ("put everything back to where it started", [("restore_version", {"version": 0})]),
        ("put the bass back", [("undo", {"stem": "bass"})]),
        ("put the drums back where they were, bass up 1", [
            ("undo", {"stem": "drums"}),
            ("apply_moves", {"moves": [{"stem": "bass", "gain_db": 1.0}]}),
        ]),
    ],
)  # fmt: skip
def test_words_that_lead_back(context, text, calls):
    move(context, "bass", -3.0)
    move(context, "vocals", 2.0)
    assert [(call.name, call.arguments) for call in read(context, text)] == calls


def test_a_muted_stem_that_is_put_back_is_unmuted(context):
    move(context, "bass", -3.0)
    do(context, "set_mute", stem="bass", muted=True)
    [call] = read(context, "put the bass back")
    assert (call.name, call.arguments) == ("set_mute", {"stem": "bass", "muted": False})


def test_everything_back_unmutes_what_is_muted_and_moves_nothing(context):
    move(context, "vocals", 2.0)
    for stem in ("bass", "drums"):
        do(context, "set_mute", stem=stem, muted=True)
    calls = read(context, "bring everything back")
    assert [(call.name, call.arguments["stem"]) for call in calls] == [
        ("set_mute", "bass"), ("set_mute", "drums"),
    ]  # fmt: skip
    assert not any(call.arguments["muted"] for call in calls)


def test_a_pan_goes_back_to_the_middle_and_both_muted_ones_come_back(context):
    do(context, "set_mute", stem="vocals", muted=True)
    context.session.record("user", text="mute the bass, too")
    do(context, "set_mute", stem="bass", muted=True)
    assert {call.arguments["stem"] for call in read(context, "both back")} == {"bass", "vocals"}
    context.session.record("user", text="pan the drums left")
    do(context, "set_pan", stem="drums", pan=-0.5)
    [call] = read(context, "back to the middle")
    assert call.arguments == {"stem": "drums", "pan": 0.0}


def test_what_is_undone_is_no_stem_that_was_named_before(context):
    move(context, "bass", -3.0)
    calls = read(context, "sorry, i meant the vocals. undo that and lower the vocals instead")
    assert not any(call.name == "undo" and call.arguments for call in calls)


def test_it_is_the_muted_stem_where_one_is_to_be_heard_again(context):
    do(context, "set_pan", stem="bass", pan=-0.5)
    do(context, "set_mute", stem="vocals", muted=True)
    [call] = read(context, "unmute it")
    assert call.arguments == {"stem": "vocals", "muted": False}


def test_one_of_what_is_proposed(context):
    proposed = (Move("bass", -3.0), Move("vocals", 2.0))
    context.session.record("user", text="what should I change?")
    do(context, "propose_moves", moves=[{"stem": m.stem, "gain_db": m.gain_db} for m in proposed])
    song = Stems(NAMES, ROLES, "drums")
    for text, stem, gain_db in (
        ("do the first one only", "bass", -3.0),
        ("just the second", "vocals", 2.0),
        ("the last one please", "vocals", 2.0),
        ("the first of those, not the second", "bass", -3.0),
    ):
        told = before(context.session.events, NAMES, ROLES, proposed)
        [call] = orders(text, song, told, lambda text: {})
        assert call.arguments == {"moves": [{"stem": stem, "gain_db": gain_db}]}, text


@pytest.mark.parametrize("text", ["whats muted", "what did we change"])
def test_what_was_done_is_listed(context, text):
    assert [call.name for call in read(context, text)] == ["list_versions"]


def test_a_level_set_anew_stays_a_level(context):
    context.session.record("user", text="vocals 4 over the drums")
    do(context, "set_level", stem="vocals", relative_lu=4.0)
    [call] = read(context, "put it at 2 then")
    assert (call.name, call.arguments["relative_lu"]) == ("set_level", 2.0)


@pytest.mark.parametrize(
    ("text", "gain_db"),
    [
        ("no, just a third of that", 4.0),  # 6 down, so 2 down is meant
        ("half as much again", -3.0),
        ("a quarter of that back", 1.5),
        ("make it 4 in all", 2.0),
        ("no, 7 in total", -1.0),
    ],
)
def test_shares_of_the_last_move_and_totals(context, text, gain_db):
    move(context, "bass", -6.0)
    [call] = read(context, text)
    assert call.arguments == {"moves": [{"stem": "bass", "gain_db": gain_db}]}


def test_another_stem_by_a_share_of_the_last_move(context):
    move(context, "bass", -6.0)
    [call] = read(context, "drop the vocals half as much")
    assert call.arguments == {"moves": [{"stem": "vocals", "gain_db": -3.0}]}


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("don't touch the vocals", True),
        ("the bass is a gem, leave it", True),
        ("ok leave it like that.", True),
        ("leave the bass and raise the vocals", False),
        ("leave it? or not", False),
        ("mute the bass, leave it", False),
    ],
)
def test_what_is_left_alone_asks_for_nothing(text, stays):
    song = Stems(NAMES, ROLES, "drums")
    assert (
        leaves_it(text, song.names, song.roles, lambda rest: {SPEAK: 0.9, "set_mute": 0.1}) == stays
    )


@given(
    st.lists(st.floats(-12, 12), min_size=6, max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.sampled_from(NAMES),
)
@settings(max_examples=50, deadline=None)
def test_a_state_takes_one_stem_from_another_and_nothing_else(gains, mutes, stem):
    first = MixState(tuple(gains[:3]), (None, 0.5, None), tuple(mutes[:3]))
    second = MixState(tuple(gains[3:]), (0.1, None, -1.0), tuple(mutes[3:]))
    made = first.with_stem_of(second, NAMES, stem)
    for place, name in enumerate(NAMES):
        source = second if name == stem else first
        assert made.gain_db[place] == source.gain_db[place]
        assert made.pan[place] == source.pan[place]
        assert made.muted[place] == source.muted[place]
