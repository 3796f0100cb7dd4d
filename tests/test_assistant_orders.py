"""Plain orders are taken at their word, and nothing is read into what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.hearing import ToolCall
from assistant.intents import ADVICE, SPEAK
from assistant.orders.before import Before, before
from assistant.orders.mentions import mentions, plainly_said, stems_in
from assistant.orders.reading import Stems, orders

STEMS = {
    "Kit": "drums", "Bass DI": "bass", "LEAD RAP": "lead vocal", "BVs": "backing vocals",
    "GTR L": "electric guitar", "GTR R": "electric guitar", "Keys": "piano",
    "Lofi Bed": "synth pad",
}  # fmt: skip
SONG = Stems(tuple(STEMS), tuple(STEMS.values()), "Kit")
NONE = Before()


def chat(text: str) -> dict[str, float]:
    return {SPEAK: 1.0}


def read(text: str, done: Before = NONE, acts_of=chat) -> list[tuple[str, dict]]:
    return [(call.name, call.arguments) for call in orders(text, SONG, done, acts_of)]


def moves(**gains_db: float) -> list[tuple[str, dict]]:
    names = {"bass": "Bass DI", "keys": "Keys", "rap": "LEAD RAP", "bvs": "BVs", "bed": "Lofi Bed",
             "gtr_l": "GTR L", "gtr_r": "GTR R", "kit": "Kit"}  # fmt: skip
    told = [{"stem": names[k], "gain_db": gain_db} for k, gain_db in gains_db.items()]
    return [("apply_moves", {"moves": told})]


def pan(stem: str, where: float) -> tuple[str, dict]:
    return "set_pan", {"stem": stem, "pan": where}


def mute(stem: str, muted: bool = True) -> tuple[str, dict]:
    return "set_mute", {"stem": stem, "muted": muted}


def level(stem: str, relative_lu: float, against: str | None = None) -> tuple[str, dict]:
    told = {"stem": stem, "relative_lu": relative_lu}
    return "set_level", told | ({"against": against} if against else {})


@pytest.mark.parametrize(
    "text, expected",
    [
        ("bass up 2", moves(bass=2.0)),
        ("Please bring the bass down by three and a half decibels.", moves(bass=-3.5)),
        ("could you take half a dB off the keys?", moves(keys=-0.5)),
        ("keys -1.5", moves(keys=-1.5)),
        ("a bit less of the keys please", moves(keys=-1.0)),
        ("the keys waaay down", moves(keys=-6.0)),
        ("both guitars down twenty five hundredths", []),
        ("both guitars down 2", moves(gtr_l=-2.0, gtr_r=-2.0)),
        ("and a glockenspiel, could it be louder", []),
        ("keys and bass up one, the rap a hair quieter", moves(keys=1.0, bass=1.0, rap=-0.5)),
        ("bass up 1 keys down 2", moves(bass=1.0, keys=-2.0)),
        ("up 2 on the keys and 1 on the bass", moves(keys=2.0, bass=1.0)),
        ("the keys down, 3 dB", moves(keys=-3.0)),
        ("pan the keys 40 percent left", [pan("Keys", -0.4)]),
        ("keys hard right and the lofi bed in the middle",
         [pan("Keys", 1.0), pan("Lofi Bed", 0.0)]),
        ("pan the guitars hard left and right", [pan("GTR L", -1.0), pan("GTR R", 1.0)]),
        ("the left guitar 20 % right", [pan("GTR L", 0.2)]),
        ("keys 30% left and the bed right by the same", [pan("Keys", -0.3), pan("Lofi Bed", 0.3)]),
        ("kill the keys", [mute("Keys")]),
        ("mute the keys and the bass", [mute("Keys"), mute("Bass DI")]),
        ("unmute the keys and turn them up 2", [mute("Keys", False), *moves(keys=2.0)]),
        ("solo the rap", [("audition", {"stems": ["LEAD RAP"]})]),
        ("the bass 6 under the rap", [level("Bass DI", -6.0, "LEAD RAP")]),
        ("set the bass to -6 LU against the rap", [level("Bass DI", -6.0, "LEAD RAP")]),
        ("put the bed 10 below the anchor", [level("Lofi Bed", -10.0)]),
        ("keys as loud as the rap", [level("Keys", 0.0, "LEAD RAP")]),
        ("match the keys to the rap", [level("Keys", 0.0, "LEAD RAP")]),
        ("bass and keys at the same level", [level("Bass DI", 0.0, "Keys")]),
        ("make the bass the anchor", [("set_anchor", {"stem": "Bass DI"})]),
        ("judge everything against the keys", [("set_anchor", {"stem": "Keys"})]),
        ("go back to version 3", [("restore_version", {"version": 3})]),
        ("3 takes with seed 21, no effects",
         [("render_mix", {"takes": 3, "seed": 21, "effects": False})]),
        ("export the stems", [("export_mix", {"format": "stems"})]),
        ("undo that and mute the keys", [("undo", {}), mute("Keys")]),
        ("Mute the keys, my cousin was half asleep that day.", [mute("Keys")]),
    ],
)  # fmt: skip
def test_an_order_is_taken_at_its_word(text: str, expected: list) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "how loud is the bass", "is the bass up 2?", "the keys are too loud",
        "the bass is louder than the keys", "don't turn the bass up", "bass up and down",
        "turn the bass up unless it clips", "bass up to 5",
        "make the bass warmer", "cut the bass", "up 2", "the keys 2 dB", "mute", "bass up 2 or 3",
        "the tuba up 2", "why did you turn the bass up 2", "everything is fine", "left", "pan it",
        "hello there", "", "?", "bass under the keys", "set the keys level",
    ],
)  # fmt: skip
def test_what_is_no_plain_order_is_left_to_the_model(text: str) -> None:
    assert read(text) == []


def test_everything_leaves_out_what_is_excepted() -> None:
    (call,) = read("everything but the rap and the bass down 2")
    assert [move["stem"] for move in call[1]["moves"]] == [
        "Kit", "BVs", "GTR L", "GTR R", "Keys", "Lofi Bed",
    ]  # fmt: skip
    (call,) = read("leave the rap as it is and bring the rest down 1")
    assert "LEAD RAP" not in {move["stem"] for move in call[1]["moves"]}
    assert len(call[1]["moves"]) == len(STEMS) - 1


def test_what_is_said_besides_must_ask_for_nothing() -> None:
    told = "mute the keys, then something fancy"
    assert read(told, acts_of=chat) == [mute("Keys")]
    assert read(told, acts_of=lambda text: {"shape_sound": 0.9, SPEAK: 0.1}) == []
    complaint = "the keys drown us completely, take 2 off"
    assert read(complaint, acts_of=lambda text: {ADVICE: 1.0}) == moves(keys=-2.0)


BASS_UP = Before((ToolCall("apply_moves", {"moves": [{"stem": "Bass DI", "gain_db": 2.0}]}),),
                 focus=("Bass DI",))  # fmt: skip
GTR_LEFT = Before((ToolCall("set_pan", {"stem": "GTR L", "pan": -0.6}),), focus=("GTR L",))
KEYS_UNDER = Before((ToolCall("set_level", {"stem": "Keys", "relative_lu": -6.0}),),
                    focus=("Keys",))  # fmt: skip
UNDO = ("undo", {})


@pytest.mark.parametrize(
    "done, text, expected",
    [
        (BASS_UP, "one more", moves(bass=1.0)),
        (BASS_UP, "again", moves(bass=2.0)),
        (BASS_UP, "a bit more", moves(bass=1.0)),
        (BASS_UP, "too far, half back", moves(bass=-1.0)),
        (BASS_UP, "half of that", moves(bass=-1.0)),
        (BASS_UP, "too much, take 1 off", moves(bass=-1.0)),
        (BASS_UP, "no, 3", [UNDO, *moves(bass=3.0)]),
        (BASS_UP, "2 not 3", []),
        (BASS_UP, "no, down", [UNDO, *moves(bass=-2.0)]),
        (BASS_UP, "no, the keys", [UNDO, *moves(keys=2.0)]),
        (BASS_UP, "i said the keys down 2", [UNDO, *moves(keys=-2.0)]),
        (BASS_UP, "same for the keys", moves(keys=2.0)),
        (BASS_UP, "and the keys too", moves(keys=2.0)),
        (BASS_UP, "turn it down 1 and pan it left", [*moves(bass=-1.0), pan("Bass DI", -0.5)]),
        (BASS_UP, "the keys likewise, and put them slightly right",
         [*moves(keys=2.0), pan("Keys", 0.2)]),
        (GTR_LEFT, "no, right", [pan("GTR L", 0.6)]),
        (GTR_LEFT, "the other one opposite", [pan("GTR R", 0.6)]),
        (GTR_LEFT, "further, 80 percent", [pan("GTR L", -0.8)]),
        (GTR_LEFT, "halve it", [pan("GTR L", -0.3)]),
        (KEYS_UNDER, "make it 8", [level("Keys", -8.0)]),
        (KEYS_UNDER, "no, 9 below it", [level("Keys", -9.0)]),
        (KEYS_UNDER, "and the bass to -7", [level("Bass DI", -7.0)]),
        (Before(asked=ToolCall("measure_levels", {"stems": ["Keys"]}), focus=("Keys",)),
         "and the bass?", [("measure_levels", {"stems": ["Bass DI"]})]),
    ],
)  # fmt: skip
def test_short_orders_go_on_from_what_was_done(done: Before, text: str, expected: list) -> None:
    assert read(text, done) == expected
    if not any(name in text for name in ("bass", "keys", "measure")):
        assert read(text) == []  # with nothing done before, nothing is read into them


def test_a_question_after_a_deed_is_none() -> None:
    assert read("and the keys?", BASS_UP) == []
    assert read("more?", BASS_UP) == []


@given(
    st.sampled_from(["bass", "keys", "the rap", "lofi bed"]),
    st.sampled_from([("up", 1.0), ("down", -1.0), ("louder by", 1.0), ("quieter by", -1.0)]),
    st.integers(1, 48),
)
def test_no_size_and_no_way_is_changed(stem: str, way: tuple[str, float], halves: int) -> None:
    ((name, told),) = read(f"{stem} {way[0]} {halves / 2:g} dB")
    assert name == "apply_moves"
    assert [move["gain_db"] for move in told["moves"]] == [way[1] * halves / 2]
    assert len(told["moves"]) == 1


@given(st.text(max_size=60))
def test_no_text_breaks_it_and_none_without_a_stem_changes_a_fader(text: str) -> None:
    calls = read(text)
    if not stems_in(text, SONG.names, SONG.roles) and not any(
        word in text.casefold() for word in ("all", "rest", "every", "lot", "other", "mix")
    ):
        assert all(
            call[0] not in ("apply_moves", "set_level", "set_pan", "set_mute") for call in calls
        )


def test_mentions_are_the_longest_words_that_mean_a_stem() -> None:
    text = "the left guitar, lofi bed n the rap"
    found = mentions(text, SONG.names, SONG.roles)
    assert [(text[one.start : one.end], one.stems) for one in found] == [
        ("left guitar", ("GTR L",)), ("lofi bed", ("Lofi Bed",)), ("rap", ("LEAD RAP",)),
    ]  # fmt: skip
    assert plainly_said("Rap over the BVs!", SONG.names, SONG.roles) == "guitar over the piano!"


def test_the_journal_tells_what_to_go_on_from() -> None:
    def turn(said: str, name: str, arguments: dict, data: dict) -> list[dict]:
        return [
            {"event": "user", "text": said},
            {"event": "tool_call", "name": name, "arguments": arguments},
            {"event": "tool_result", "name": name, "ok": True, "text": "", "data": data},
            {"event": "reply", "text": ""},
        ]

    moved = [{"stem": "Keys", "gain_db": 1.5}]
    events = turn("yes", "apply_moves", {}, {"moves": moved})
    done = before(events, SONG.names, SONG.roles)
    assert done.deeds == (ToolCall("apply_moves", {"moves": moved}),) and done.focus == ("Keys",)
    events += turn("undo", "undo", {}, {})
    assert before(events, SONG.names, SONG.roles).deeds == ()
    events += turn("how loud is the bass", "measure_levels", {"stems": ["Bass DI"]}, {})
    done = before(events, SONG.names, SONG.roles)
    assert done.asked is not None and done.focus == ("Bass DI",) and done.deeds == ()
