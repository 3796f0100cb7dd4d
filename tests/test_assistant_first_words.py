"""What a first message means where it asks for no move: tastes, deeds that no tool does, questions
whether something is too much, and words that speak of no balance.
"""

import pytest

import prompts
from assistant.choosing import as_worded, judges_nothing, likeliest, weighed
from assistant.genres import genre_said
from assistant.intents import ADVICE, SPEAK
from assistant.orders.otherwise import said_plainly
from assistant.said import Said
from assistant.said_balance import asks_if_right, speaks_of_balance
from assistant.said_beyond import is_beyond
from assistant.said_tastes import tastes_said
from assistant.turn import run_turn
from tests.scripted import ScriptedListener, a_context, a_song
from tests.scripted import say as speak

NAMES = ("drums", "bass", "GTR L", "GTR R", "keys", "harmony hi", "harmony lo", "vocals")
ROLES = (
    "drums", "bass", "electric guitar", "electric guitar", "piano", "backing vocals",
    "backing vocals", "lead vocal",
)  # fmt: skip


class Reading(ScriptedListener):
    """A listener that reads one intent in every text, and speaks where it is asked itself."""

    rated = False
    reading: dict[str, float] = {}

    def read(self, text, names, roles):
        return self.reading

    def read_as_typed(self, text):
        return {}


@pytest.fixture
def talk(tmp_path):
    """A function (text, **reading) -> (reply, calls); its context is its attribute."""
    listener = Reading([])
    context = a_context(tmp_path / "session", listener, a_song(NAMES))
    context.session.set_anchor("drums")

    def say(text, **reading):
        listener.reading = reading
        listener.steps[:] = [speak("Asked."), speak("Asked.")]
        first = len(context.session.events)
        reply = run_turn(context.session, listener, context, text)
        events = context.session.events[first:]
        return reply, [(e["name"], e["arguments"]) for e in events if e["event"] == "tool_call"]

    say.context = context
    with context.session:
        yield say


def said(text: str) -> Said:
    return Said((text,), NAMES, ROLES, (), "drums")


# ---- tastes


@pytest.mark.parametrize(
    "text, intent, kept",
    [
        ("I always have my keys way up, keep that in mind", "prefer_loud",
         [{"stem": "keys", "likes": "loud"}]),
        ("note for later: the bass small", "prefer_quiet", [{"stem": "bass", "likes": "quiet"}]),
        ("both harmonies soft in all I do, please", "prefer_quiet",
         [{"stem": "harmony hi", "likes": "quiet"}, {"stem": "harmony lo", "likes": "quiet"}]),
        ("I like harmonies soft. The harmony hi, that is.", "prefer_quiet",
         [{"stem": "harmony hi", "likes": "quiet"}]),
        ("it's a drill tune", "set_genre", [{"genre": "drill"}]),
        ("think trance, not jazz", "set_genre", [{"genre": "trance"}]),
        ("say it so that a child gets it", "tone_newcomer", [{"tone": "newcomer"}]),
        ("spare me the primer", "tone_pro", [{"tone": "pro"}]),
        ("brief please, and as if I were new", "tone_pro", [{"tone": "newcomer"}]),
    ],
)  # fmt: skip
def test_a_taste_is_kept_as_the_words_say_it(talk, text, intent, kept) -> None:
    before = talk.context.session.state()
    _, calls = talk(text, **{intent: 0.8})
    assert calls == [("prefer", one) for one in kept]
    assert talk.context.session.state() == before


def test_a_genre_that_is_not_known_is_refused_with_those_that_are(talk) -> None:
    reply, calls = talk("this is andean panpipe music", set_genre=0.9)
    assert calls == [("prefer", {"genre": "andean panpipe"})]
    assert "andean panpipe" in reply.text and "jazz" in reply.text
    assert talk.context.session.genre is None


def test_a_taste_that_names_nothing_to_keep_is_asked_about(talk) -> None:
    reply, calls = talk("I go for soft and cosy things", prefer_quiet=0.7)
    assert calls == [] and reply.text in prompts.wordings("taste_open")


def test_words_that_may_be_no_taste_are_left_to_the_model(talk) -> None:
    reply, calls = talk("the keys up front", prefer_loud=0.5, complain_quiet=0.4)
    assert calls == [] and reply.text == "Asked."
    assert tastes_said(said("keys loud, always"), {"prefer_loud": 0.5}) == []


def test_a_genre_is_named_by_any_of_its_names_and_not_by_what_it_is_not() -> None:
    assert genre_said("it's not like house, it's bluegrass") == "bluegrass"
    assert genre_said("some k-pop for you") == "k-pop"
    assert genre_said("we play klezmer, mostly") == "klezmer"
    assert genre_said("what do you think") is None


# ---- what no tool does


def none_else(part: str) -> bool:
    return False


@pytest.mark.parametrize(
    "text",
    [
        "quantise the drums", "could you put the bass on the grid", "retune the vocals",
        "tune the keys to the bass", "pitch it up two semitones", "make it 92 bpm",
        "take the siren out at 1:20", "cut out the second verse", "add a harmony above her",
        "please master it for vinyl", "speed it up a bit", "fade it out at the end",
        "the bass rushes, tighten the timing", "normalise the talk",
    ],
)  # fmt: skip
def test_deeds_that_no_tool_does_are_told_from_their_words(text) -> None:
    assert is_beyond(text, NAMES, ROLES, none_else)


@pytest.mark.parametrize(
    "text",
    [
        "what does quantising do", "is the pitch alright", "cut the bass by 2 dB", "trim it by 2",
        "take the keys down in the chorus", "swing it to the left", "swing it the other way",
        "duck the keys under the vocals", "repeat that on the bass", "add some more harmonies",
        "my two cents: the bass is loud", "take the mud out of the bass", "fade the keys down 2",
        "play the vocals solo", "tune the volume of the bass to that of the keys",
    ],
)  # fmt: skip
def test_what_a_tool_does_is_never_taken_for_such_a_deed(text) -> None:
    assert not is_beyond(text, NAMES, ROLES, none_else)


def test_such_a_deed_is_answered_and_an_order_beside_it_is_done(talk) -> None:
    reply, calls = talk("quantise the drums", complain_loud=0.9)
    assert calls == [] and reply.text in prompts.wordings("beyond")
    bass = [("apply_moves", {"moves": [{"stem": "bass", "gain_db": -2.0}]})]
    reply, calls = talk("bass down 2", beyond=0.9)
    assert calls == bass
    assert is_beyond("retune it. mute the keys", NAMES, ROLES, none_else)
    assert not is_beyond("retune it. mute the keys", NAMES, ROLES, lambda part: "mute" in part)


def test_a_lesson_on_such_a_deed_is_left_to_be_taught(talk) -> None:
    reply, _ = talk("automate? explain that to me", explain_topic=0.9)
    assert reply.text not in prompts.wordings("beyond")


# ---- what is asked of the balance


@pytest.mark.parametrize(
    "text",
    [
        "are the keys and the bass too much?", "is the bass too loud", "keys too far up?",
        "do you think the bass is too present", "is the bass okay where it is",
        "bass against keys all right?",
    ],
)  # fmt: skip
def test_whether_stems_are_too_much_is_a_question_for_advice(text) -> None:
    worded = as_worded({"measure_levels": 0.96, ADVICE: 0.04}, said(text))
    assert likeliest(weighed({"measure_levels": 0.5, ADVICE: 0.5}, worded))[0] == ADVICE


@pytest.mark.parametrize(
    "text",
    [
        "is the bass louder than the keys?", "how loud is the bass, ok?", "bass down 2, ok?",
        "is it ok to mute the bass", "did I record the bass too hot?", "is the bass clipping, ok?",
    ],
)  # fmt: skip
def test_what_asks_for_numbers_or_something_else_is_no_such_question(text) -> None:
    assert not asks_if_right(text)


def test_nothing_is_judged_where_neither_words_nor_reader_speak_of_a_balance() -> None:
    unread = {ADVICE: 0.2, SPEAK: 0.3}
    assert judges_nothing(ADVICE, unread, said("evening, Ivo here, brought my accordion"))
    assert not judges_nothing(ADVICE, unread, said("evening, is the bass buried?"))
    assert not judges_nothing(ADVICE, {ADVICE: 0.6}, said("done?"))
    assert not judges_nothing("undo", unread, said("evening"))


def test_every_complaint_and_nearly_every_wish_for_advice_speaks_of_a_balance_or_is_read() -> None:
    """Complaints name how loud a stem is; what says less is what the reader is for."""
    texts = [text.casefold() for text in prompts.phrasings("complain_loud")]
    assert sum(map(speaks_of_balance, texts)) > 0.4 * len(texts)
    spoken = [text.casefold() for text in prompts.phrasings("greet")]
    assert sum(map(speaks_of_balance, spoken)) < 0.06 * len(spoken)


def test_neither_opinion_rules_out_what_the_other_is_sure_of() -> None:
    model = {"prefer": 0.0, SPEAK: 0.999, "undo": 0.001}
    assert likeliest(weighed(model, {"prefer": 0.97, SPEAK: 0.03}))[0] == "prefer"
    assert likeliest(weighed(model, {"prefer": 0.6, SPEAK: 0.4}))[0] == SPEAK


# ---- the same in plainer words


@pytest.mark.parametrize(
    "text, plain",
    [
        ("all down 3, only the vox stays where it is", "all down 3 except vox"),
        ("everything up 1, just not the kick", "everything up 1 except the kick"),
        ("all -1.5 ex vox", "all -1.5 except vox"),
        ("all without the keys, less by 3", "all except the keys down by 3"),
        ("judge by the bass from now on, not the drums", "judge by the bass from now on"),
        ("bass down 2, not the keys", "bass down 2, not the keys"),
        ("everything is just not right", "everything is just not right"),
        ("all done, save the mix", "all done, save the mix"),
        ("everything louder in bar 12", "everything louder in bar 12"),
        ("all is well, only the bass keeps on", "all is well, only the bass keeps on"),
    ],
)  # fmt: skip
def test_exceptions_and_contrasts_are_put_in_plain_words_and_nothing_else_is(text, plain) -> None:
    assert said_plainly(text) == plain


@pytest.mark.parametrize(
    "text, move",
    [
        ("keys up three quarters of a dB", ("keys", 0.75)),
        ("keys down a quarter of a dB", ("keys", -0.25)),
        ("bass up one and a half", ("bass", 1.5)),
    ],
)
def test_parts_of_a_decibel_in_words_are_moved_as_said(talk, text, move) -> None:
    _, calls = talk(text)
    stem, gain_db = move
    assert calls == [("apply_moves", {"moves": [{"stem": stem, "gain_db": gain_db}]})]


def test_all_of_them_beside_an_order_are_not_ordered() -> None:
    assert said("Keys down a touch; ten fingers, and we hear them all.").stems == ("keys",)
    assert set(said("keys up 2, then them all down 1").stems) == set(NAMES)
    assert said("bass waaay down omg").gains_db("bass") == {-6.0}


def test_a_level_and_a_half_is_no_half_level(talk) -> None:
    _, calls = talk("place the keys one and a half LU above the bass")
    assert calls == [("set_level", {"stem": "keys", "relative_lu": 1.5, "against": "bass"})]


# ---- whole turns with the shipped listener


@pytest.fixture(scope="module")
def shipped():
    from assistant.listener import EmbeddedListener

    return EmbeddedListener()


@pytest.mark.slow
@pytest.mark.parametrize(
    "text, calls",
    [
        ("good evening, Vera here with the tango we recorded", []),
        ("the accordionist drags, put him on the grid", []),
        ("remember that I like my bass really loud",
         [("prefer", {"stem": "bass", "likes": "loud"})]),
        ("we play bluegrass, so judge it as that", [("prefer", {"genre": "bluegrass"})]),
        ("everything down 2, only the vocals stay", None),
        ("judge by the bass from now on, not the drums", [("set_anchor", {"stem": "bass"})]),
        ("remind me what a true peak is", [("explain", None)]),
    ],
)  # fmt: skip
def test_a_first_message_leads_to_what_it_asks_for(shipped, tmp_path, text, calls) -> None:
    context = a_context(tmp_path / "session", shipped, a_song(NAMES))
    with context.session:
        context.session.set_anchor("drums")
        run_turn(context.session, shipped, context, text)
        told = [e for e in context.session.events if e["event"] == "tool_call"]
        state = context.session.state()
        moved = {n: g for n, g in zip(context.names, state.gain_db, strict=True) if g}
    if calls is None:
        assert moved == dict.fromkeys(set(NAMES) - {"vocals"}, -2.0)
        return
    assert [e["name"] for e in told] == [name for name, _ in calls] and not moved
    for event, (_, arguments) in zip(told, calls, strict=True):
        assert arguments is None or event["arguments"] == arguments
