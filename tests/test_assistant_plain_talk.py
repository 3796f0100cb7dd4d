"""Whole turns that no model is asked about: orders that lack a stem, stems by their level, parts of
a proposal, questions about Gainsay itself, guesses in a drill.
"""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.acting import doubt
from assistant.hearing import ToolCall
from assistant.numerals import numbers
from assistant.orders.asides import without_taken_back
from assistant.orders.by_level import Levels, asks_which, with_names
from assistant.orders.of_proposal import chosen
from assistant.said import Said
from assistant.said_trust import asked_of_us
from assistant.tools import run_tool
from assistant.turn import run_turn
from mixer.moves import Move
from tests.scripted import ScriptedListener, a_context, a_song, call, moves
from tests.scripted import say as speak

NAMES = ("drums", "bass", "GTR L", "GTR R", "keys", "vocals")  # each 3 dB quieter than the last
ROLES = ("drums", "bass", "electric guitar", "electric guitar", "piano", "lead vocal")


class Reading(ScriptedListener):
    """A listener that reads intents, so that plain orders are taken; it finds none."""

    rated = False

    def read(self, text, names, roles):
        return {}

    def read_as_typed(self, text):
        return {}


@pytest.fixture
def talk(tmp_path):
    """A function (text, *steps) -> (reply, calls); its context and listener are its attributes."""
    listener = Reading(needed={"keys": -3.0, "vocals": 4.0})
    context = a_context(tmp_path / "session", listener, a_song(NAMES))
    context.session.set_anchor("drums")

    def say(text, *steps):
        listener.steps = [*steps, speak("Well."), speak("Well.")]
        first = len(context.session.events)
        reply = run_turn(context.session, listener, context, text)
        events = context.session.events[first:]
        return reply, [(e["name"], e["arguments"]) for e in events if e["event"] == "tool_call"]

    say.context = context
    with context.session:
        yield say


def gains(talk) -> dict[str, float]:
    state = talk.context.session.state()
    return {n: g for n, g in zip(talk.context.names, state.gain_db, strict=True) if g}


def apply(**gains_db: float) -> tuple[str, dict]:
    told = {name.replace("_", " "): gain_db for name, gain_db in gains_db.items()}
    return "apply_moves", {"moves": [{"stem": n, "gain_db": g} for n, g in told.items()]}


# ---- what an order leaves out


@pytest.mark.parametrize(
    "order, answer, done",
    [
        ("louder", "vocals", apply(vocals=2.0)),
        ("make it louder", "the singer please", apply(vocals=2.0)),
        ("up 3", "the keys and the bass", apply(keys=3.0, bass=3.0)),
        ("turn it down", "vocals, 4 dB", apply(vocals=-4.0)),
        ("mute something", "yes, the first", ("set_mute", {"stem": "bass", "muted": True})),
        ("pan it left", "keys", ("set_pan", {"stem": "keys", "pan": -0.5})),
        ("a bit quieter", "all of them",
         apply(bass=-1.0, drums=-1.0, GTR_L=-1.0, GTR_R=-1.0, keys=-1.0, vocals=-1.0)),
    ],
)  # fmt: skip
def test_an_order_without_a_stem_is_asked_about_and_completed(talk, order, answer, done):
    reply, calls = talk(order)
    assert calls == [] and all(name in reply.text for name in NAMES)
    _, calls = talk(answer)
    assert calls == [done]


def test_a_stem_that_was_spoken_of_just_before_is_not_asked_for(talk):
    talk("keys up 1")
    _, calls = talk("louder")
    assert calls == [apply(keys=2.0)]


def test_one_of_a_pair_is_picked_by_its_side(talk):
    talk("the guitar up 2")
    _, calls = talk("yes, the left one")
    assert calls == [apply(GTR_L=2.0)]


def test_a_number_by_itself_is_asked_about_and_never_added_unasked(talk):
    talk("vocals up 3")
    reply, calls = talk("2 dB")
    assert calls == [] and "2 dB up instead of 3" in reply.text and gains(talk) == {"vocals": 3.0}
    _, calls = talk("the first")
    assert calls == [("undo", {}), apply(vocals=2.0)] and gains(talk) == {"vocals": 2.0}


def test_a_question_of_ours_outlives_a_sound_and_a_question_back(talk):
    talk("louder")
    for aside in ("hm", "lol", "which one?", "what do you mean?"):
        reply, calls = talk(aside)
        assert calls == [] and "vocals" in reply.text
    _, calls = talk("the keys")
    assert calls == [apply(keys=2.0)]


# ---- stems by their level


def test_the_quietest_is_measured_told_and_moved_and_the_anchor_is_left_out(talk):
    reply, calls = talk("the quietest one up 2")
    assert calls == [apply(vocals=2.0)]
    assert "quietest" in reply.text.casefold() and "drums left out" in reply.text
    _, calls = talk("bring down the loudest")
    assert calls == [apply(bass=-2.0)]  # drums are the anchor
    reply, calls = talk("mute the louder of the two guitars")
    assert "left out" not in reply.text
    assert calls == [("set_mute", {"stem": "GTR L", "muted": True})]


def test_it_is_the_one_that_was_asked_for(talk):
    reply, calls = talk("which stem is the quietest?")
    assert calls == [("measure_levels", {})] and "quietest" in reply.text.casefold()
    _, calls = talk("make that softer")
    assert calls == [apply(vocals=-2.0)]


LEVELS = st.lists(st.one_of(st.none(), st.integers(-300, 0).map(lambda n: n / 10)), min_size=6,
                  max_size=6)  # fmt: skip


@given(levels=LEVELS, loud=st.booleans(), count=st.sampled_from(["", "two "]))
def test_only_a_stem_that_is_surely_the_loudest_is_called_so(levels, loud, count):
    song = Levels(NAMES, ROLES, dict(zip(NAMES, levels, strict=True)), "drums")
    text, picked = with_names(f"the {count}{'loudest' if loud else 'quietest'} down 2", song)
    if not picked:
        assert "est" in text
        return
    chosen_lu = [song.levels_lu[name] or 0.0 for name in picked[0].stems]
    others = [lu for n, lu in song.levels_lu.items()
              if n not in (*picked[0].stems, "drums") and lu is not None]  # fmt: skip
    assert (
        all(song.levels_lu[name] is not None for name in picked[0].stems)
        and "drums" not in picked[0].stems
    )
    assert len(chosen_lu) == (2 if count else 1)
    assert all((own > other) if loud else (own < other) for own in chosen_lu for other in others)


@pytest.mark.parametrize("text", ["louder", "the louder the better", "louder than the keys"])
def test_comparatives_are_no_superlatives(text):
    song = Levels(NAMES, ROLES, dict.fromkeys(NAMES, -20.0), "drums", ("keys", "bass"))
    assert with_names(text, song) == (text, []) and asks_which(text) is None


# ---- parts of a proposal

PROPOSED = (Move("keys", -3.0), Move("vocals", 4.0), Move("bass", -1.0))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("keys and vocals yes, leave the bass", {"keys": -3.0, "vocals": 4.0}),
        ("don't touch the vocals but yes to the keys", {"keys": -3.0}),
        ("all but the bass", {"keys": -3.0, "vocals": 4.0}),
        ("vocals by 2, keys as proposed", {"keys": -3.0, "vocals": 2.0}),
        ("half of it for the keys, skip the vocals", {"keys": -1.5}),
        ("the keys yes, the rest no", {"keys": -3.0}),
        ("yes", {}), ("no", {}), ("not the keys", {}), ("leave the bass", {}), ("keys", {}),
        ("the vocals are too loud", {}), ("yes and mute the bass", {}), ("keys yes?", {}),
    ],
)  # fmt: skip
def test_parts_of_a_proposal(text, expected):
    assert {m.stem: m.gain_db for m in chosen(text, PROPOSED, NAMES, ROLES)} == expected


@given(
    yes=st.sampled_from(["keys", "vocals", "bass"]), no=st.sampled_from(["keys", "vocals", "bass"]),
    form=st.sampled_from(
        ["{y} yes, {n} no", "leave the {n}, but yes to the {y}", "the {y} yes but not the {n}",
         "skip the {n}, do the {y}", "don't touch the {n}, do the rest", "all but the {n}"]
    ),
)  # fmt: skip
def test_what_is_spared_never_moves(yes, no, form):
    if yes == no:
        return
    told = chosen(form.format(y=yes, n=no), PROPOSED, NAMES, ROLES)
    assert told and no not in [move.stem for move in told]
    assert {(move.stem, move.gain_db) for move in told} <= {(m.stem, m.gain_db) for m in PROPOSED}


def test_a_part_is_applied_in_a_turn(talk):
    talk("how is it?", call("propose_moves", moves=moves(keys=-3.0, vocals=4.0)))
    _, calls = talk("yes the second")
    assert calls == [apply(vocals=4.0)] and gains(talk) == {"vocals": 4.0}


# ---- orders that are taken back, and doubts


@pytest.mark.parametrize(
    "text, rest",
    [
        ("bass up 3... never mind, keys down 1", "keys down 1"),
        ("keys up 2, no wait, 3", "keys up 3"),
        ("no wait the other one", "no wait the other one"),
        ("i will never mind a loud kick", "i will never mind a loud kick"),
    ],
)
def test_what_is_taken_back_in_the_same_breath_is_not_done(text, rest):
    assert without_taken_back(text) == rest


def test_it_is_not_done_in_a_turn_either(talk):
    _, calls = talk("bass up 3, no wait, keys down 1")
    assert calls == [apply(keys=-1.0)]


def test_what_was_a_mistake_is_taken_back_before_it_is_done_anew(talk):
    talk("keys down 1, bass down 2")
    anew = call("apply_moves", moves=moves(keys=-2.0, bass=-1.0))
    _, calls = talk("the other way round, my mistake: the keys by 2, the bass by 1", anew)
    assert calls == [("undo", {}), apply(keys=-2.0, bass=-1.0)]
    assert gains(talk) == {"keys": -2.0, "bass": -1.0}


def test_the_first_one_may_be_two_versions(talk):
    talk("keys up 1")
    talk("bass up 1")
    reply, calls = talk("restore the first one")
    assert calls == [] and "v0" in reply.text and "v1" in reply.text
    _, calls = talk("the start")
    assert calls == [("restore_version", {"version": 0})] and gains(talk) == {}


def refused(text: str, name: str, **arguments) -> bool:
    said = Said((text,), NAMES, ROLES, (), "drums")
    return doubt(ToolCall(name, arguments), 0.99, said) is not None


def test_what_the_words_do_not_bear_is_asked_about_however_sure_the_model_is():
    assert refused("gaida up 2", "apply_moves", moves=moves(keys=2.0))  # no such stem here
    assert refused("do only the vocals", "apply_moves", moves=moves(vocals=2.0))  # which way?
    assert refused("both down 2", "apply_moves", moves=moves(keys=-2.0))  # one is not both
    assert refused("don't touch the keys", "set_mute", stem="keys", muted=True)
    assert refused("leave the bass, keys up 1", "apply_moves", moves=moves(bass=1.0))
    assert not refused("leave the bass, keys up 1", "apply_moves", moves=moves(keys=1.0))


@pytest.mark.parametrize("text", ["next one", "another", "hint?", "which one?"])
def test_what_is_no_yes_applies_nothing(text):
    said = Said((text,), NAMES, ROLES, PROPOSED, "drums")
    assert doubt(ToolCall("apply_moves", {}), 0.99, said) is not None


# ---- questions about Gainsay itself


@pytest.mark.parametrize(
    "text, kind",
    [
        ("how sure are you?", "sure"), ("r u sure", "sure"), ("Can I trust that?", "sure"),
        ("could you be wrong", "sure"), ("did you save it", "files"), ("wheres the wav", "files"),
        ("which folder is it saved in?", "files"), ("did you touch my stems?", "originals"),
        ("what did you change?", "changed"), ("lol", "amused"), ("hmm...", "ponders"),
        ("ok so?", "what_now"), ("now what", "what_now"),
        ("save it", None), ("sure", None), ("is the bass too loud?", None), ("where is he", None),
        ("can you save it?", None), ("what would you change?", None), ("so turn it up", None),
    ],
)  # fmt: skip
def test_questions_about_gainsay(text, kind):
    assert asked_of_us(text) == kind


def test_sureness_is_that_of_the_advice(talk):
    reply, calls = talk("how sure are you?")
    assert calls == [] and "%" not in reply.text  # a listener without rates, and no advice yet
    talk("how is it?", lambda messages: advised(talk))
    reply, calls = talk("are you sure?")
    assert calls == [] and "90 % sure" in reply.text and "keys" in reply.text
    assert talk.context.session.proposed  # the proposal still waits
    talk("keys up 1")
    reply, _ = talk("are you sure?")
    assert "keys +1.0 dB" in reply.text and "%" not in reply.text


def advised(talk):
    from assistant.hearing import Step

    judgement = talk.context.listener.judge(talk.context.hearing(), [])
    return Step(tool=ToolCall("propose_moves", {"moves": []}), judgement=judgement)


def test_files_are_told_by_their_paths_and_only_if_they_are_there(talk):
    folder = talk.context.session.folder
    reply, calls = talk("did you save it?")
    assert calls == [] and str(folder) in reply.text and ".wav" not in reply.text
    assert "own files" in reply.text or "stems" in reply.text or "opened" in reply.text
    _, calls = talk("export the session")
    assert calls == [("export_mix", {"format": "session"})]
    reply, calls = talk("where is the file?")
    path = folder / "exports" / "session-v0.json"
    assert calls == [] and str(path) in reply.text
    path.unlink()
    reply, _ = talk("where is the file?")
    assert str(path) not in reply.text
    reply, calls = talk("did you overwrite my files?")
    assert calls == [] and str(folder) in reply.text


def test_so_what_says_what_waits_and_does_nothing(talk):
    talk("how is it?", call("propose_moves", moves=moves(keys=-3.0)))
    for text in ("ok so?", "hm", "now what?"):
        reply, calls = talk(text)
        assert calls == [] and "keys" in reply.text and gains(talk) == {}
    assert talk.context.session.proposed == (Move("keys", -3.0),)
    talk("keys up 1")
    reply, calls = talk("so?")
    assert calls == [] and "keys +1.0 dB" in reply.text


ASKED = st.sampled_from(
    ["how sure are you", "are you sure?", "can i trust you", "did you save it", "where is the mix",
     "did you change my files", "lol", "hm", "ok so?", "what now", "which one?"]
)  # fmt: skip
DONE = st.sampled_from(["keys up 2", "undo", "mute the bass", "louder", "the loudest down 1.5"])


@given(before=st.lists(DONE, max_size=3), text=ASKED)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_answers_about_gainsay_change_nothing_and_invent_no_number(talk, before, text):
    session = talk.context.session
    for order in before:
        talk(order)
    state, proposal = session.state(), session.proposal
    reply, calls = talk(text, call("list_versions"))
    assert session.state() == state and session.proposal == proposal
    known = [n.value for n in numbers(json.dumps(list(session.events)), NAMES)]
    where = str(session.folder)
    for number in numbers(reply.text.replace(where, ""), NAMES):
        assert any(number.equals(value) for value in known), reply


# ---- drills


@pytest.mark.parametrize("kind", ["set_back", "partner", "clipping", "loudness", "bias"])
@pytest.mark.parametrize("text", ["GTR R down 3", "GTR R is 3 dB too loud", "maybe the GTR R?"])
def test_a_guess_about_another_stem_moves_no_fader(talk, kind, text):
    result = run_tool(talk.context, ToolCall("start_drill", {"kind": kind}))
    assert result.ok
    drill = talk.context.session.drill
    if "GTR R" in (drill.stem, *drill.options.values()):
        return  # then it is an answer
    _, calls = talk(text)
    assert calls == [("answer_drill", {})] and talk.context.session.drill is not None
    assert gains(talk) == {}


def test_another_drill_can_be_had_after_some_talk(talk):
    run_tool(talk.context, ToolCall("start_drill", {"kind": "hidden_change"}))
    talk("give up")
    talk("lol")
    _, calls = talk("another")
    assert calls == [("start_drill", {})]
