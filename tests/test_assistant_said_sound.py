"""Which words are about a sound, and what a call may then hold."""

import numpy as np
import pytest

import prompts
from assistant.acting import doubt
from assistant.bounds import Bounds
from assistant.hearing import Hearing, ToolCall
from assistant.model.processing import call_opening
from assistant.said import Said
from assistant.said_sound import sound_asked, sound_said
from assistant.waiting import stems_waiting, what_was_said
from mixer.moves import Move
from mixer.words import read

NAMES = ("drums", "vocals", "soft pad", "keys")
ROLES = ("drums", "lead vocal", "synth pad", "piano")
SHAPE = call_opening("shape_sound")


def said(text: str, before: str = "") -> Said:
    return Said((before, text) if before else (text,), NAMES, ROLES, anchor="drums")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("make the vocals brighter", "brighter"),
        ("make teh vocls brightr", "brighter"),
        ("less boomy drums", "less boomy"),
        ("make the soft pad darker", "darker"),
        ("too much mud in the keys", "less muddy"),
        ("warm up the keys a little", "a bit warmer"),
        ("push the vox further back", "further back"),
        ("the keys sound boxy, clean that up", "less boxy and cleaner"),
        ("make the keys velvety", "velvety"),
        ("make the keys sound like a submarine", "submarine"),
    ],
)
def test_a_sound_is_asked_for_in_the_users_words_and_no_fader_moves(text, words):
    asked = said(text)
    assert asked.sound.only and {"apply_moves", "set_level"} <= asked.excluded
    end = f'{SHAPE}"stem": "keys", "words": "'
    assert list(Bounds(asked).behind(end)) == [words + '"}}']


def test_each_stem_gets_what_its_own_clause_says():
    own, shared = said("darker drums and the keys less boomy"), said("keys and drums a bit darker")
    assert [own.sound_for(stem) for stem in ("drums", "keys")] == ["darker", "less boomy"]
    assert [shared.sound_for(stem) for stem in ("drums", "keys")] == ["a bit darker"] * 2
    assert said("warmer and less harsh keys").sound_for("keys") == "warmer and less harsh"
    assert list(Bounds(own).behind(f'{SHAPE}"stem": "drums", "words": "')) == ['darker"}}']


@pytest.mark.parametrize(
    "text",
    [
        "vocals up 3 dB",
        "the vocals are buried",
        "is the bass too boomy?",
        "bring the keys back a bit",
        "keys a bit softer",
        "pan the keys left, not so wide",
        "brilliant, thanks",
        "the soft pad is too loud",
        "blind test please",
        "revert that",
        "make the vocals louder",
        "mute the reverb on the keys",
        "the keys use reverb. What does it mean?",
    ],
)
def test_what_is_about_something_else_leaves_the_faders_free(text):
    assert not said(text).sound.only


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("render it with a warm vintage sound", "warmer and more vintage"),
        ("three takes, darker", "darker"),
        ("render it", ""),
        ("bounce it dry", ""),
        ("mix it with eq and reverb", ""),
        ("make the vocals brighter in the mix", ""),
    ],
)
def test_a_style_is_said_of_a_mix(text, style):
    assert said(text).sound.style == style


def test_a_style_stands_in_the_call_behind_the_number_of_takes():
    opening = call_opening("render_mix")
    one, three = Bounds(said("render it warm and smooth")), Bounds(said("three takes, darker"))
    assert list(one.behind(opening)) == ['"style": "warmer and smoother"}}']
    assert list(three.behind(opening)) == ['"takes": ']
    assert list(three.behind(opening + '"takes": ')) == ["3"]
    assert list(three.behind(opening + '"takes": 3')) == [', "style": "darker"}}']
    seeded = Bounds(said("render it warm with seed 7"))
    assert list(seeded.behind(opening)) == ['"style": "warmer", "seed": ']
    assert {"shape_sound", "apply_moves"} <= said("two takes, darker", "vocals up").excluded


@pytest.mark.parametrize(
    ("text", "words", "fine"),
    [
        ("make the keys brighter", "brighter", True),
        ("give the keys more treble", "much brighter", True),
        ("make the keys brighter", "darker", False),
        ("make the keys brighter", "brighter and wetter", False),
        ("make the keys nicer", "brighter", False),
        ("make the keys velvety", "velvety", True),
        ("make the keys nicer", "velvety", False),
    ],
)
def test_a_call_may_only_ask_what_the_user_asked(text, words, fine):
    call = ToolCall("shape_sound", {"stem": "keys", "words": words})
    why = doubt(call, 0.9, said(text))
    assert why is None if fine else "the user did not" in why
    other = ToolCall("shape_sound", {"stem": "drums", "words": words})
    assert doubt(other, 0.9, said(text)) == "the user did not speak of drums"


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["make the vocals brighter", "more"], "brighter"),
        (["make the vocals brighter", "a bit more please"], "a bit brighter"),
        (["make the vocals less muddy", "even more", "again"], "less muddy"),
        (["make the vocals brighter", "more", "even brighter", "less"], "darker"),
    ],
)
def test_more_goes_on_with_what_was_asked(texts, words):
    asked = Said(tuple(texts), NAMES, ROLES, (Move("keys", -2.0),), anchor="drums")
    assert asked.sound.goes_on and asked.sound.words == words
    assert asked.sound.stems == ("vocals",)
    assert asked.excluded == set(prompts.tools()) - {"shape_sound"}


def test_more_is_more_of_each_stems_own():
    texts = ("make the vocals brighter and the drums punchier", "a bit more")
    asked = Said(texts, NAMES, ROLES, anchor="drums")
    assert asked.sound_for("vocals") == "a bit brighter"
    assert asked.sound_for("drums") == "a bit punchier"
    assert asked.shaped == (("drums",), ("vocals",))


@pytest.mark.parametrize("texts", [["more"], ["undo", "more"], ["vocals up 2", "more"]])
def test_more_of_nothing_is_left_to_the_model(texts):
    asked = Said(tuple(texts), NAMES, ROLES, anchor="drums")
    assert not asked.sound.goes_on and not asked.sound.only


def test_every_stem_that_was_named_gets_its_sound_once():
    silent = np.zeros((4, 14), np.float32)
    hearing = Hearing(NAMES, 0, np.zeros((4, 8, 256), np.float32), silent, ROLES, silent)

    def waiting(*messages):
        return stems_waiting(what_was_said(hearing, messages), messages)

    user = {"role": "user", "content": "make the keys and the vocals darker"}
    told = {"role": "tool", "name": "shape_sound", "content": "applied as v1: keys darker"}
    refused = {**told, "content": "shape_sound: 'x' is no mixing word"}

    def call(stem):
        asked = {"name": "shape_sound", "arguments": {"stem": stem, "words": "darker"}}
        return {"role": "assistant", "content": "", "tool_calls": [asked]}

    assert waiting(user) == ("vocals", "keys")
    assert waiting(user, call("keys"), told) == ("vocals",)
    assert waiting(user, call("keys"), told, call("vocals"), told) == ()
    assert waiting(user, call("keys"), refused) == ()
    assert waiting({"role": "user", "content": "how is it?"}) == ()
    likened = {"role": "user", "content": "keys further back, as if they were behind the vocals"}
    assert waiting(likened) == ("keys",) and waiting(likened, call("keys"), told) == ()


def test_the_drums_are_all_of_the_kit():
    names, roles = ("kick", "snare", "bass"), ("kick", "snare", "bass")
    asked = Said(("make the drums punchier",), names, roles, anchor="bass")
    call = {"name": "shape_sound", "arguments": {"stem": "kick", "words": "punchier"}}
    one = {"role": "assistant", "content": "", "tool_calls": [call]}
    user = {"role": "user", "content": "make the drums punchier"}
    assert stems_waiting(asked, [user]) == ("kick", "snare")
    assert stems_waiting(asked, [user, one]) == ("snare",)


def test_a_word_in_the_plural_is_each_of_its_stems():
    names, roles = ("kick", "gtr L", "gtr R"), ("kick", "electric guitar", "electric guitar")
    user = {"role": "user", "content": "warm up the guitars"}
    call = {"name": "shape_sound", "arguments": {"stem": "gtr R", "words": "warmer"}}
    done = {"role": "assistant", "content": "", "tool_calls": [call]}
    asked = Said((user["content"],), names, roles)
    assert stems_waiting(asked, [user, done]) == ("gtr L",)
    one = Said(("warm up the guitar",), names, roles)
    assert stems_waiting(one, [{"role": "user", "content": "warm up the guitar"}, done]) == ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("dull down the keys", "darker"),
        ("the keys sound dull", "brighter"),
        ("roll off the lows on the keys", "less deep"),
        ("round off the top of the hats", "darker"),
        ("more thump please", "punchier"),
        ("it is too clicky", "less crisp"),
    ],
)
def test_wordings_that_say_their_own_way(text, meant):
    assert str(sound_asked(text, ("kick", "snare"))) == meant


def test_a_fault_that_is_complained_of_is_not_asked_for() -> None:
    assert str(read("boomy, get it tighter")) == "less boomy and tighter"
    assert str(read("the keys are a bit boxy, make them cleaner")) == "a bit less boxy, and cleaner"
    assert str(read("make it dark, boomy")) == "darker and boomier"


def test_a_side_that_tells_which_stem_it_is_is_no_place() -> None:
    names = ("Gtr L", "Gtr R")
    told = sound_said(("the left guitar is too harsh",), names, ("Gtr L",), ("Gtr L",))
    assert told.only and told.words == "less harsh"
    told = sound_said(("harsh guitar to the left",), names, ("Gtr L",), ("Gtr L",))
    assert not told.only
