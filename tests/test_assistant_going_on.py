"""Short turns that go on from what was done: set anew, given to another stem too, taken back for
another; parts of a proposal; answers with small talk before them.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.answering import answered
from assistant.orders.amounts import Course, with_amounts
from assistant.orders.of_proposal import chosen
from assistant.orders.otherwise import plainly_put
from mixer.moves import MixState, Move
from tests.test_assistant_leaning_turns import NAMES, ROLES, hold, level, moved, mute, pan

__all__ = ["hold"]  # a fixture
UNDO, APPLY = ("undo", {}), ("apply_moves", {})
KEYS, BASS, VOX = ("keys", -3.0), ("bass", 1.0), ("vocals", 2.0)
PANNED = ["gtr lo hard left", "gtr hi hard right"]


def back(stem):
    return ("undo", {"stem": stem})


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["bass 4 under the keys", "7 actually"], [level("bass", -7.0, "keys")]),
        (["bass 4 under the keys", "9"], [level("bass", -9.0, "keys")]),
        (["bass 4 under the keys", "vocals 2 over the keys", "no, also 4"],
         [level("vocals", 4.0, "keys")]),
        (["bass up 3", "actually 2"], [UNDO, moved(bass=2.0)]),
        (["bass up 3", "less, like 1"], [UNDO, moved(bass=1.0)]),
        (["bass up 3", "more like 5"], [UNDO, moved(bass=5.0)]),
        (["bass up 3 and keys down 1", "no, bass 4"], [moved(bass=1.0)]),  # the keys keep theirs
        (["bass up 3", "actually 2 on the bass"], [UNDO, moved(bass=2.0)]),
        (["bass 4 under the keys", "closer, 3"], [level("bass", -3.0, "keys")]),
        (["bass up 3", "1 less"], [moved(bass=-1.0)]),  # that much down, and no new size
        (["keys and bass up 3", "make that 2 on the bass"], [moved(bass=-1.0)]),
        (["keys up 3 and left", "no, 2 dB"], [moved(keys=-1.0)]),  # the pan is not undone
        ([*PANNED, "both 5 under the vocals"],
         [level("gtr hi", -5.0, "vocals"), level("gtr lo", -5.0, "vocals")]),
    ],
)  # fmt: skip
def test_a_number_alone_sets_anew_what_was_just_done(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "line, lo, hi",
    [
        ("35 percent each", -0.35, 0.35),
        ("maybe less, like 15 each", -0.15, 0.15),
        ("half as wide, the pair", -0.5, 0.5),
        ("not that far apart", -0.5, 0.5),
        ("too far apart. 60", -0.6, 0.6),
        ("both halfway back to the middle", -0.5, 0.5),
        ("narrower, 45 each", -0.45, 0.45),
    ],
)
def test_places_set_anew_keep_their_sides(hold, line, lo, hi):
    assert dict((told["stem"], told["pan"]) for _, told in hold(*PANNED, line)) in (
        {"gtr lo": lo, "gtr hi": hi}, {"gtr hi": hi},
    )  # fmt: skip


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["keys 40% left", "bass 30 to the other side"], [pan("bass", 0.3)]),
        (["keys 40% left", "keys up 1", "now on the other side, just as far"],
         [pan("keys", 0.4)]),
        (["keys 40% left", "halfway back towards the centre"], [pan("keys", -0.2)]),
        (["keys 40% left", "halfway back"], [pan("keys", -0.2)]),
        (["keys 40% left", "too far left"], []),  # how far is not said
    ],
)  # fmt: skip
def test_a_place_is_told_from_the_one_before(hold, lines, expected):
    assert hold(*lines) == expected


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(share=st.sampled_from(["half", "a third", "two thirds"]), pan_now=st.floats(-1, 1))
def test_inward_never_goes_through_the_middle(share, pan_now):
    from assistant.orders.before import Before
    from assistant.orders.reading import Stems, orders
    from assistant.orders.returns import Now

    song = Stems(NAMES, ROLES, "drums", Now({}, pans={"keys": pan_now}))
    done = Before(panned=("keys",), focus=("keys",))
    told = [
        c.arguments["pan"]
        for c in orders(f"keys {share} back to the middle", song, done, lambda _: {})
    ]
    assert all(abs(one) <= abs(pan_now) and one * pan_now >= 0 for one in told)


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["keys up 2", "bass again, one more down"], [moved(bass=-1.0)]),
        (["keys down 2", "bass up 1", "keys again, one more dB"], [moved(keys=-1.0)]),
        (["keys down 2", "bass up 1", "the keys 1 back"], [moved(keys=1.0)]),
        (["keys down 1", "the keys again, one less"], [moved(keys=-1.0)]),
        (["keys down 1", "could it be a little bit more?"], [moved(keys=-1.0)]),
        (["keys down 1", "one more down"], [moved(keys=-1.0)]),
        (["keys down 1", "down was too much, only half"], [moved(keys=0.5)]),
        ([[VOX, BASS], "vocals yes, bass yes", "a bit more for her"], [moved(vocals=1.0)]),
        (["keys up 1", "undo", "bass up 2", "half of that for the keys"], [moved(keys=1.0)]),
        (["keys down 4", "halfway back"], [moved(keys=2.0)]),
        (["keys down 4", "that's one too many"], [moved(keys=1.0)]),
        (["keys down 2", "once more the same"], [moved(keys=-2.0)]),
        (["keys down 2", "same again"], [moved(keys=-2.0)]),
        (["keys up 2", "bass up 2", "both of em 1 more down"], [moved(bass=-1.0, keys=-1.0)]),
        (["keys down 2", "twice as much on the bass"], [moved(bass=-4.0)]),
    ],
)  # fmt: skip
def test_more_of_the_same_goes_the_way_that_it_went(hold, lines, expected):
    calls = hold(*lines)
    assert [name for name, _ in calls] == [name for name, _ in expected]
    assert calls == expected or "bit" in lines[-1] and same_way(calls, expected)


def same_way(calls, expected):
    ((_, told),), ((_, wanted),) = calls, expected
    (one,), (two,) = told["moves"], wanted["moves"]
    return one["stem"] == two["stem"] and one["gain_db"] * two["gain_db"] > 0


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["keys up 3", "1 back", "bass up by what the keys ended up getting"], moved(bass=2.0)),
        (["keys up 3", "bass down by as much as the keys went up"], moved(bass=-3.0)),
        (["keys down 3", "keys up 1", "bass gets what the keys got in all"], moved(bass=-2.0)),
        (["keys down 3", "keys up 1", "the same you did at first to the keys, now to the bass"],
         moved(bass=-3.0)),
        (["keys up 4", "the amount we gave the keys, do half of that on the bass"],
         moved(bass=2.0)),
        (["keys up 3", "1 back", "the bass same as what the keys got"], moved(bass=2.0)),
        (["keys 2 up", "the bass up the same as them"], moved(bass=2.0)),
        (["keys 20% left", "what we did to the keys, do it to the bass too"], pan("bass", -0.2)),
        (["mute the keys", "do to the bass what you did to the keys"], mute("bass", True)),
        (["keys up 4", "undo", "keys up 1", "give the bass what the keys got"], moved(bass=1.0)),
    ],
)  # fmt: skip
def test_the_amount_of_another_stem(hold, lines, expected):
    assert hold(*lines) == [expected]


def test_an_amount_that_no_stem_got_is_asked_about(hold):
    assert hold("keys up 2", "the bass up by what the vocals got") == []
    assert hold("keys up 2", "undo", "undo", "the bass gets what the keys got") == []


@given(gains=st.lists(st.sampled_from([-3.0, -1.0, 2.0, 4.0]), min_size=1, max_size=4))
def test_all_in_all_is_the_sum_and_last_the_last(gains):
    states = [MixState.untouched(len(NAMES))]
    for gain_db in gains:
        states.append(states[-1].moved(NAMES, [Move("keys", gain_db)]))
    course = Course(NAMES, states)
    whole = with_amounts("bass by what the keys got in all", course, ROLES, ())
    last = with_amounts("do to the bass what we did to the keys", course, ROLES, ())
    assert last == f"the bass {'up' if gains[-1] > 0 else 'down'} {abs(gains[-1]):g} dB"
    total = sum(gains)
    assert whole == (f"bass {'up' if total > 0 else 'down'} {abs(total):g} dB" if total else None)


@pytest.mark.parametrize(
    "text",
    ["is the bass as loud as the keys got?", "how much did the keys get", "same as the keys"],
)
def test_what_orders_no_amount_is_left_as_it_was_said(text):
    states = [MixState.untouched(len(NAMES)).moved(NAMES, [Move("keys", g)]) for g in (1.0, 2.0)]
    assert with_amounts(text, Course(NAMES, states), ROLES, ("bass",)) == text


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["keys up 2", "it was the bass I meant"], [UNDO, moved(bass=2.0)]),
        (["keys up 2", "no, it wasn't the keys I meant, it was the bass"],
         [UNDO, moved(bass=2.0)]),
        (["keys up 2", "scratch the keys, it was the bass I meant"], [UNDO, moved(bass=2.0)]),
        (["keys up 2", "sorry, i meant the bass louder, not the keys"], [UNDO, moved(bass=2.0)]),
        (["keys and bass 2 under the vocals", "i meant the gtr lo"],
         [back("keys"), back("bass"), level("gtr lo", -2.0, "vocals")]),
        (["keys up 2 and left", "no, i meant the bass up"],
         [moved(keys=-2.0), moved(bass=2.0)]),
    ],
)  # fmt: skip
def test_a_correction_takes_back_what_was_not_meant(hold, lines, expected):
    calls = hold(*lines)
    assert sorted(map(str, calls)) == sorted(map(str, expected))


def test_purposes_order_nothing():
    assert plainly_put("keys also 5, so that they are equal") == "keys also 5"
    assert plainly_put("so they are equal, keys 5 up") == "so they are equal, keys 5 up"


@pytest.mark.parametrize(
    "lines, expected",
    [
        ([[KEYS, BASS], "ahh ok. do the keys only, not the bass"], [moved(keys=-3.0)]),
        ([[KEYS, BASS], "keys yes but -1. bass no"], [moved(keys=-1.0)]),
        ([[KEYS, BASS], "only the second thing"], [moved(bass=1.0)]),
        ([[KEYS, BASS], "yeah both, but double it on the bass"], [moved(keys=-3.0, bass=2.0)]),
        ([[KEYS, BASS], "yes to both, but go easy, like half"], [moved(keys=-1.5, bass=0.5)]),
        ([[KEYS], "half of it", "on second thought give the keys the other half too"],
         [moved(keys=-1.5)]),
        ([[KEYS], "yep but make it 2"], [moved(keys=-2.0)]),
        ([[KEYS, BASS], "go on then do that, and the vocals up a touch"],
         [APPLY, moved(vocals=1.0)]),
        ([[KEYS, BASS], "keys yes and mute the vocals"], [moved(keys=-3.0), mute("vocals", True)]),
        ([[KEYS, BASS], "take the keys and the vocals down 2"], [moved(keys=-2.0, vocals=-2.0)]),
        ([[KEYS, BASS], "fine, both, and then mute the vocals"], [APPLY, mute("vocals", True)]),
        ([[KEYS, BASS], "keys only, and vocals up 1", "the bass too"], [moved(bass=1.0)]),
        ([[KEYS, BASS], "do the keys but only 1", "and the bass"], [moved(bass=1.0)]),
        ([[KEYS, BASS], "keys yes", "vocals down 2", "the bass too"], [moved(bass=-2.0)]),
        ([[KEYS, BASS, VOX], "the first two, and leave the vocals"], [moved(keys=-3.0, bass=1.0)]),
        ([[KEYS, BASS], "the keys"], []),
        ([[KEYS, BASS], "the second thing, by half"], [moved(bass=0.5)]),
        ([[KEYS, BASS], "up? no ta, leave it"], []),
    ],
)  # fmt: skip
def test_parts_of_a_proposal_and_one_more_thing(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "text, gains",
    [
        ("just the keys, he plays it badly", {"keys": -3.0}),
        ("just the keys and dont tell him", {"keys": -3.0}),
        ("just the keys if you must", {}),
        ("just the keys, unless it is wrong", {}),
        ("the bass please, but only half", {"bass": 0.5}),
        ("keys and vocals down 2", {}),  # the vocals were not proposed
    ],
)
def test_what_is_said_beside_a_yes_must_ask_for_nothing(text, gains):
    from assistant.intents import SPEAK

    proposed = [Move(*KEYS), Move(*BASS)]
    told = chosen(text, proposed, NAMES, ROLES, lambda _: {SPEAK: 1.0})
    assert {move.stem: move.gain_db for move in told} == gains
    if " he " in text:
        assert not chosen(text, proposed, NAMES, ROLES, lambda _: {"set_mute": 1.0})


def test_an_answer_may_come_behind_small_talk(hold):
    offered = [{"label": n, "order": f"{n} down 2"} for n in ("gtr lo", "gtr hi")]

    def order(text):
        return answered(text, offered, NAMES, lambda: ROLES)

    assert order("sorry, long day. gtr hi") == "gtr hi down 2"
    assert order("oh dear, the low one") == "gtr lo down 2"
    assert order("mute the keys. gtr hi") is None
    assert hold("one of the two guitars down 2") == []
    assert hold("oh sorry. the gtr lo") == [moved(gtr_lo=-2.0)]


def test_so_much_less_of_what_was_moved(hold):
    assert hold("bass up 2", "remove 1 again") == [moved(bass=-1.0)]
    assert hold("bass up 2", "2 was too much, 1 is enough") == [moved(bass=-1.0)]
    assert hold("keys 3 under the drums", "actually 1 under is plenty") == [
        ("set_level", {"stem": "keys", "relative_lu": -1.0})
    ]


def test_two_kinds_of_files_at_once(hold):
    assert hold("bounce the mix and the stems") == [
        ("export_mix", {"format": "mix"}), ("export_mix", {"format": "stems"}),
    ]  # fmt: skip


def test_a_mute_that_is_released_is_no_mute(hold):
    hold("mute the keys")
    assert hold("release the mute on the keys") != [("set_mute", {"stem": "keys", "muted": True})]
