"""Turns that lean on the ones before: stems called by what was spoken of, sizes by what was done,
parts of a proposal, and words on which nothing is done.
"""

from collections.abc import Callable, Sequence

import pytest

from assistant.acting import doubt
from assistant.hearing import Step, ToolCall
from assistant.orders.levels_asked import levels_asked
from assistant.said import Said
from assistant.turn import run_turn
from mixer.moves import Move
from tests.scripted import ScriptedListener, a_context, a_song, call, moves
from tests.scripted import say as speak

NAMES = ("drums", "bass", "gtr lo", "gtr hi", "keys", "vocals", "ch 1", "ch 2")
ROLES = ("drums", "bass", "electric guitar", "electric guitar", "piano", "lead vocal", None, None)


SAYS_WELL: Sequence[Step | Callable[[list[dict]], Step]] = (speak("Well."), speak("Well."))


class Reading(ScriptedListener):
    """A listener that reads a complaint in what is "too" something, and no intent in all else."""

    rated = False

    def read(self, text, names, roles):
        return {"complain": 1.0} if " too " in text else {}

    def read_as_typed(self, text):
        return {}


@pytest.fixture
def hold(tmp_path):
    """A function of lines that are said one after the other; it gives the calls of the last one.

    A list of (stem, gain) is a proposal of these moves.
    """
    listener = Reading()
    context = a_context(tmp_path / "session", listener, a_song(NAMES, seconds=0.5))
    session = context.session
    session.set_anchor("drums")
    roles: dict[str, str | None] = dict(zip(NAMES, ROLES, strict=True))
    context.__dict__["_roles_found"] = tuple(roles[name] for name in context.names)

    def propose(wanted):
        told = [{"stem": stem, "gain_db": gain_db} for stem, gain_db in wanted]
        session.record("user", text="what would you move?")
        session.record("tool_call", name="propose_moves", arguments={"moves": told})
        session.propose([Move(*one) for one in wanted], "")
        session.record("tool_result", name="propose_moves", ok=True, text="", data={"moves": told})
        session.record("reply", text="Apply?", rewritten=False, problems=[])

    def go(*lines):
        calls = []
        for line in lines:
            if isinstance(line, list):
                propose(line)
                continue
            listener.steps = list(SAYS_WELL)
            first = len(session.events)
            run_turn(session, listener, context, line)
            events = [e for e in session.events[first:] if e["event"] == "tool_call"]
            calls = [(e["name"], e["arguments"]) for e in events]
        return calls

    go.context = context
    with session:
        yield go


def moved(**gains_db):
    told = {name.replace("_", " "): gain_db for name, gain_db in gains_db.items()}
    return ("apply_moves", {"moves": moves(**told)})


def level(stem, relative_lu, against=None):
    told = {"stem": stem, "relative_lu": relative_lu}
    return ("set_level", told | ({"against": against} if against else {}))


def pan(stem, where):
    return ("set_pan", {"stem": stem, "pan": where})


def mute(stem, muted):
    return ("set_mute", {"stem": stem, "muted": muted})


MEASURE = "measure_levels"


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["the lower guitar up 1"], [moved(gtr_lo=1.0)]),
        (["gtr lo up 1", "the high one too"], [moved(gtr_hi=1.0)]),
        (["gtr lo up 1", "3 dB more for the other one"], [moved(gtr_hi=3.0)]),
        (["gtr lo up 1", "the other guitar down 2"], [moved(gtr_hi=-2.0)]),
        (["gtr lo up 1", "no, the other one"], [("undo", {}), moved(gtr_hi=1.0)]),
        (["guitar up 2", "The low one. Definitely the low one."], [moved(gtr_lo=2.0)]),
        (["guitar up", "both of them, by 2"], [moved(gtr_hi=2.0, gtr_lo=2.0)]),
        (["how loud are the keys?", "and the bass?", "the latter 3 under the former"],
         [level("bass", -3.0, "keys")]),
        (["mute 2", "and 1"], [mute("ch 1", True)]),
        (["how loud is ch 2?", "and 1"], [(MEASURE, {"stems": ["ch 1"]})]),
        (["ch 1 down 2", "and 2 by 1"], [moved(ch_2=-1.0)]),
        (["keys up 1", "everything else down 1"],
         [moved(bass=-1.0, ch_1=-1.0, ch_2=-1.0, drums=-1.0, gtr_hi=-1.0, gtr_lo=-1.0,
                vocals=-1.0)]),
    ],
)  # fmt: skip
def test_a_stem_may_be_called_by_what_was_spoken_of(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["gtr lo hard left", "gtr hi the mirror image", "both halfway"],
         [pan("gtr lo", -0.5), pan("gtr hi", 0.5)]),
        (["gtr lo left", "gtr hi right", "all the way, both of them"],
         [pan("gtr lo", -1.0), pan("gtr hi", 1.0)]),
        (["gtr lo hard left", "gtr hi hard right", "oof, too wide hehe, half of that for both"],
         [pan("gtr lo", -0.5), pan("gtr hi", 0.5)]),
        (["gtr lo left", "gtr hi right", "swap them"], [pan("gtr hi", -0.5), pan("gtr lo", 0.5)]),
        (["keys 20% right", "35."], [pan("keys", 0.35)]),
        (["keys up 2 and left", "the same with the bass, but right"],
         [moved(bass=2.0), pan("bass", 0.5)]),
        (["keys up 2 and left", "one more"], [moved(keys=1.0)]),
    ],
)  # fmt: skip
def test_pans_go_on_from_where_each_stem_is(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["keys up 3", "that is way too much, one back"], [moved(keys=-1.0)]),
        (["keys up 3", "1 back", "bass the same as the keys ended up"], [moved(bass=2.0)]),
        (["keys down 1", "bass same as the keys"], [moved(bass=-1.0)]),
        (["keys down 1", "and the bass, but twice as much"], [moved(bass=-2.0)]),
        (["keys down 2", "said bass"], [("undo", {}), moved(bass=-2.0)]),
        (["keys down 2", "no, i said bass not keys"], [("undo", {}), moved(bass=-2.0)]),
        (["keys up 2", "undo", "same for the bass"], [moved(bass=2.0)]),
        (["keys and bass down 2", "only the keys, leave the bass"],
         [("undo", {"stem": "bass"})]),
        (["keys +3 bass -2", "bass back where it was, keep the keys"],
         [("undo", {"stem": "bass"})]),
        (["keys +3 bass -2", "revert the keys"], [("undo", {"stem": "keys"})]),
        (["keys down 3", "nicer, but the keys are a bit too quiet now"], [moved(keys=1.0)]),
        (["keys down 3", "ouch, too much off the keys. Half it"], [moved(keys=1.5)]),
        (["bass up 4", "that was too much, she gets half of it back"], [moved(bass=-2.0)]),
        (["keys +3 bass -2", "the other way round"],
         [("undo", {}), moved(keys=-2.0, bass=3.0)]),
        (["keys up 2", "the bass by as much", "nope, only the keys"], [("undo", {})]),
        (["keys down 1", "mute it completely"], [mute("keys", True)]),
        (["mute keys and bass", "keys back, bass stays off"], [mute("keys", False)]),
        (["mute the keys", "keys on"], [mute("keys", False)]),
    ],
)  # fmt: skip
def test_the_last_change_goes_on_or_back(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["bass 4 under the keys", "2 closer"], [level("bass", -2.0, "keys")]),
        (["bass 4 under the keys", "1 further apart"], [level("bass", -5.0, "keys")]),
        (["bass 4 under the keys", "I find it a bit too faint; 1 closer"],
         [level("bass", -3.0, "keys")]),
        (["bass 4 under the keys", "bit much, make it 2"], [level("bass", -2.0, "keys")]),
        (["bass 4 under the keys", "a bit higher, 3 below"], [level("bass", -3.0, "keys")]),
        (["bass 4 under the keys", "vocals too"], [level("vocals", -4.0, "keys")]),
        (["how loud are the keys?", "bass 4 under them", "vocals 2 over them"],
         [level("vocals", 2.0, "keys")]),
        (["6 under the vocals for the bass"], [level("bass", -6.0, "vocals")]),
        (["bass up 1", "and 3 above that the keys"], [level("keys", 3.0, "bass")]),
        (["how far is the bass from the keys?", "put the bass 2 above it, then"],
         [level("bass", 2.0, "keys")]),
    ],
)  # fmt: skip
def test_a_level_goes_on_from_the_one_before(hold, lines, expected):
    assert hold(*lines) == expected


KEYS, BASS, VOX = ("keys", -3.0), ("bass", 1.0), ("vocals", 2.0)


@pytest.mark.parametrize(
    "lines, expected",
    [
        ([[KEYS, BASS], "only the keys, leave the bass be"], [moved(keys=-3.0)]),
        ([[KEYS], "only the keys, leave the vocals be"], [("apply_moves", {})]),
        ([[KEYS, BASS], "the keys alone, please"], [moved(keys=-3.0)]),
        ([[KEYS, BASS], "I would rather not touch the bass. The keys alone, please."],
         [moved(keys=-3.0)]),
        ([[KEYS, BASS, VOX], "just the first two"], [moved(keys=-3.0, bass=1.0)]),
        ([[KEYS, BASS, VOX], "all but the first"], [moved(bass=1.0, vocals=2.0)]),
        ([[KEYS, BASS], "just the keys", "ok now the bass too"], [moved(bass=1.0)]),
        ([[KEYS], "half of it", "Great. And the other half."], [moved(keys=-1.5)]),
        ([[KEYS], "do that but only 1"], [moved(keys=-1.0)]),
        ([[KEYS, BASS], "just the keys, the bass is fine"], [moved(keys=-3.0)]),
        ([[KEYS], "half of what you say"], [moved(keys=-1.5)]),
        ([[KEYS], "do that but only 1", "and the rest"], []),  # no more was wanted
        ([[KEYS, BASS], "just the keys", "the bass down 2"], [moved(bass=-2.0)]),
    ],
)  # fmt: skip
def test_a_part_of_a_proposal_and_what_is_left_of_it(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "line, stems",
    [
        ("how strong is it now?", ["bass"]),
        ("what's it at?", ["bass"]),
        ("and how loud are the keys and the vocals", ["keys", "vocals"]),
        ("where do the keys sit?", ["keys"]),
        ("how far is the bass from the keys?", ["bass", "keys"]),
        ("how far is it from the keys?", ["bass", "keys"]),
    ],
)
def test_levels_that_are_asked_for_are_measured(hold, line, stems):
    ((name, told),) = hold("bass up 1", line)
    assert name == MEASURE and sorted(told["stems"]) == sorted(stems)


def test_a_question_of_anything_else_is_no_question_of_levels(hold):
    before = hold.context.session.events
    assert before and not levels_asked("is it too loud?", NAMES, ROLES, _nothing(), "drums")
    assert not levels_asked("how loud should it be?", NAMES, ROLES, _nothing(), "drums")
    assert not levels_asked("how is the bass sitting", NAMES, ROLES, _nothing(), "drums")


def _nothing():
    from assistant.orders.before import Before

    return Before()


def refused(text, name, moved=(), proposed=(), **arguments):
    said = Said(("turn the keys down 2", text), NAMES, ROLES, tuple(proposed), "drums", moved)
    return doubt(ToolCall(name, arguments), None, said)


DOWN = (Move("keys", -2.0),)


@pytest.mark.parametrize(
    "text, name, arguments",
    [
        ("recheck", "undo", {}),
        ("give his 1 back", "set_mute", {"stem": "keys", "muted": True}),
        ("revert the keys", "set_mute", {"stem": "keys", "muted": False}),
        ("so how loud is it now", "apply_moves", {"moves": moves(keys=-1.0)}),
        ("and make us a coffee as well please", "apply_moves", {"moves": moves(keys=-2.0)}),
        ("lovely, the rest as well", "apply_moves", {"moves": moves(keys=2.0)}),
        ("kinda thin now. go back", "apply_moves", {"moves": moves(keys=-2.0)}),
        ("well, 2 closer to it", "apply_moves", {"moves": moves(keys=-2.0)}),
        ("sure", "set_anchor", {"stem": "keys"}),
    ],
)
def test_what_the_words_do_not_speak_of_is_not_done(text, name, arguments):
    assert refused(text, name, DOWN, **arguments) is not None


@pytest.mark.parametrize(
    "text, name, arguments",
    [
        ("undo that", "undo", {}),
        ("it was better before", "undo", {}),
        ("kill the keys", "set_mute", {"stem": "keys", "muted": True}),
        ("let's have the keys back in", "set_mute", {"stem": "keys", "muted": False}),
        ("the keys a bit louder", "apply_moves", {"moves": moves(keys=1.0)}),
        ("too much, half of it back", "apply_moves", {"moves": moves(keys=1.0)}),
    ],
)
def test_what_the_words_speak_of_is_done(text, name, arguments):
    assert refused(text, name, DOWN, **arguments) is None


def test_one_message_does_not_move_a_stem_both_ways(hold, monkeypatch):
    context = hold.context
    monkeypatch.setattr("assistant.words_read.parts_of", lambda *told: ["keys up 2", "well 1"])
    steps = [call("apply_moves", moves=moves(keys=-1.0)), speak("Well."), speak("Well.")]
    listener = context.listener
    listener.steps = steps
    run_turn(context.session, listener, context, "keys up 2 somehow, well 1")
    done = [e["arguments"] for e in context.session.events if e["event"] == "tool_call"]
    assert done == [{"moves": moves(keys=2.0)}]


def test_what_is_asked_after_and_not_there_leaves_the_last_stem_alone(hold):
    assert hold("keys up 2", "what about the zither then, make it louder") == []
    assert refused("what about the zither then, make it louder", "apply_moves",
                   DOWN, moves=moves(keys=2.0)) == "the song has no zither"  # fmt: skip


def test_a_correction_takes_nothing_back_that_was_not_said_just_before(hold):
    hold("keys 20% left", "now the flute")
    assert hold("my bad, the bass i mean, right 20%") == [pan("bass", 0.2)]
