"""Lessons: whole, short, found by what newcomers say, told in this song's numbers alone."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import prompts
from assistant.grounding import check, gather
from assistant.hearing import ToolCall
from assistant.lesson_numbers import PLAIN, Meters, fill, values
from assistant.lessons import Lesson, find, lessons, named
from assistant.rewriting import wordings
from assistant.said_lessons import asks_to_be_taught
from assistant.tools_teaching import lesson_result
from mixer.loudness import Level

NAMES = ("bass", "kick", "vocals", "808")
NOTHING = Meters(NAMES, (Level(*[None] * 7),) * 4, (None,) * 4)
BY_TOPIC = {
    "gain staging": "gain-staging", "headroom": "headroom", "clipping": "clipping",
    "loudness": "loudness", "true peak": "true-peak", "crest": "crest", "anchor": "anchor",
    "relative level": "relative-level", "trim and fader": "trim-and-fader", "mix bus": "mix-bus",
    "decibel": "decibel", "masking": "masking", "panning": "panning",
    "fair comparison": "fair-comparison", "compression": "compression",
    "equalisation": "equalisation", "reverb": "reverb",
}  # fmt: skip
# What newcomers say, in their own words; half of it holds no keyword of the lesson.
SAID = {
    "decibel": ["what's a dB anyway", "why are all the numbers below zero", "is one db a lot"],
    "loudness": ["wtf is lufs", "k-weighting??", "rms meter vs lufs meter"],
    "relative-level": ["what does 3 LU above mean", "what do you mean vocals are 4 LU below"],
    "anchor": ["where do i even start when i open a mix", "why compare everything to one track",
               "how do i start mixing a song"],
    "balance-by-role": ["how far in front should the singer be",
                        "which instrument should be the loudest"],
    "trim-and-fader": ["what's the difference between gain and volume", "what's trim",
                       "why are there two knobs that both make it louder"],
    "gain-staging": ["how hot should I record", "how strong should my signal be when i record"],
    "minus-eighteen": ["why do people say -18", "what is 0 VU",
                       "why do plugins like a certain level"],
    "headroom": ["how much headroom should i leave", "do I need to keep some space at the top"],
    "clipping": ["my meter goes red is that bad", "why does it crackle when its loud",
                 "how bad is clipping really"],
    "true-peak": ["what on earth is an inter-sample peak", "whats dbtp",
                  "can a song be over zero even if the samples aren't"],
    "crest": ["what's a transient", "why do my drums look loud but sound quiet"],
    "dynamic-range": ["what is lra", "why do old records sound more alive"],
    "masking": ["the guitars swallow the voice", "my mix is muddy what does that mean",
                "why can't i hear the guitar when the singer sings"],
    "panning": ["what is a pan law", "what happens when i turn the pan knob",
                "how do i make my mix sound wide"],
    "mono": ["does my mix work in mono", "my song sounds weird on my phone"],
    "fair-comparison": ["why does everything sound better louder", "am i being fooled by volume",
                        "is a blind test really needed"],
    "listening-level": ["what volume should i mix at", "my ears are tired after an hour"],
    "compression": ["what does a compressor actually do", "sidechain explain plz",
                    "how do i tame a vocal that jumps around"],
    "equalisation": ["whats eq for", "how do I remove low frequencies"],
    "reverb": ["how do i make something sound far away", "dry and wet, what is that"],
    "sections-and-automation": ["can a fader move by itself",
                                "vocals fine in the verse but gone in the chorus"],
    "mix-bus": ["what is the master channel for", "why is the sum louder than each track"],
    "delivery-targets": ["what lufs for youtube", "how loud does a finished song need to be",
                         "will streaming turn my song down"],
    "reference-tracks": ["how do i use a reference track",
                         "how do i compare my mix to a commercial song"],
}  # fmt: skip
OFF_TOPIC = ["how do I tune my guitar", "what is the capital of portugal", "explain blockchain"]
OFF_TOPIC += ["what laptop should i get", "how do I install a vst", "who won the cup"]


def written(lesson: Lesson) -> str:
    return " ".join([*lesson.paragraphs, lesson.try_it])


def slots(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def full() -> Meters:
    levels = tuple(
        Level(-20.0 - i, -18.0, -16.0, 5.0 + i, -6.0 - i, -6.1 - i, 12.0 + i) for i in range(4)
    )
    return Meters(NAMES, levels, (0.0, -1.0, -2.0, -3.0), "bass", "vocals", (-4.0, 2.5))


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_a_lesson_is_short_sourced_and_ends_with_something_to_do(lesson: Lesson) -> None:
    assert 120 <= len(written(lesson).split()) <= 220
    assert all(re.search(r"\((?:19|20)\d\d\)$", source) for source in lesson.sources)
    assert len(lesson.paragraphs) in (2, 3) and len(lesson.asked) >= 5
    assert re.match(r"[a-zI\"]", lesson.try_it)
    sentences = re.findall(r"[^.!?]+[.!?]", written(lesson))
    assert len(written(lesson).split()) / len(sentences) < 22
    assert slots(written(lesson)) <= set(values(full()))


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_a_lesson_reads_well_with_and_without_numbers(lesson: Lesson) -> None:
    for meters in (full(), NOTHING):
        told = fill(lesson, meters)
        text = " ".join([*told.paragraphs, told.try_it])
        assert not re.search(r"[{}]|None|nan|  |\.\.", text), text
        assert len(told.paragraphs) == len(lesson.paragraphs) and len(told.try_it.split()) >= 12
    assert told.measured == ()
    assert fill(lesson, full()).measured or not slots(written(lesson)) - set(PLAIN)


def test_there_are_enough_lessons_and_they_are_packed() -> None:
    assert len(lessons()) >= 16
    root = Path(__file__).parents[1]
    packed = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert any(fnmatch("lessons/headroom.md", glob) for glob in packed["package-data"]["prompts"])


def test_every_topic_and_every_word_for_it_leads_to_its_lesson() -> None:
    table = prompts.words("topics")
    assert set(table.values()) == set(BY_TOPIC)
    for word, topic in table.items():
        for asked in (find(topic), find(word), find(topic, f"what is {word}?")):
            assert asked is not None and asked.name == BY_TOPIC[topic], word


def test_a_keyword_means_one_lesson() -> None:
    words = [word.casefold() for lesson in lessons() for word in lesson.keywords]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_what_newcomers_say_finds_the_right_lesson() -> None:
    said = [(text, name) for name, texts in SAID.items() for text in texts]
    assert len(said) >= 60 and set(SAID) == {lesson.name for lesson in lessons()}
    found = [(text, name, find("", text)) for text, name in said]
    wrong = [text for text, name, lesson in found if lesson is None or lesson.name != name]
    assert len(wrong) <= 0.1 * len(said), wrong
    without_keyword = [text for text, _ in said if not named(text)]
    assert len(without_keyword) >= 20


def test_what_is_like_no_lesson_gets_none() -> None:
    assert [text for text in OFF_TOPIC if find(text, text) is not None] == []


def test_the_learners_words_are_believed_before_the_callers_topic() -> None:
    assert find("panning", "what is headroom").name == "headroom"
    assert find("true peak", "explain headroom and true peak").name == "true-peak"
    assert find("clip gain").name == "trim-and-fader"  # the longer keyword, not "clip"


@pytest.mark.parametrize(
    "text",
    ["wtf is lufs", "whats a lufs", "What is headroom?", "headroom?", "explain masking to me",
     "why does everything sound better louder", "teach me about gain staging", "lufs 101",
     "how do I do that by hand in Logic", "how would I make this move in pro tools",
     "explain the difference between LUFS and RMS; I never touched a meter",
     "should I normalise all the tracks before I begin", "is it ok to normalize everything first",
     "do I need to leave room on the master bus, and how much?"],
)  # fmt: skip
def test_a_plain_wish_to_be_taught_is_read(text: str) -> None:
    assert asks_to_be_taught(text, tuple)


def test_a_question_of_method_may_name_a_stem() -> None:
    named_stems = lambda: ("vocals",)  # noqa: E731
    assert asks_to_be_taught("how loud should I record my vocals so theres headroom?", named_stems)
    assert not asks_to_be_taught("should I compress the vocals?", named_stems)
    assert not asks_to_be_taught("is it bad that the vocals are buried?", named_stems)
    assert not asks_to_be_taught("how loud should the vocals be?", named_stems)


@pytest.mark.parametrize(
    "text",
    ["what's the anchor", "Anchor?", "vocals up 3 dB", "what are the loudness figures",
     "explain what panning is, then pan the keys left", "clips?", "blind test", "undo",
     "how loud is the bass", "export a session file, how do I open it in reaper",
     "is there any clipping in my mix", "more reverb on the vocals", "what's a 3 dB cut here"],
)  # fmt: skip
def test_other_wishes_go_the_usual_way(text: str) -> None:
    assert not asks_to_be_taught(text, tuple)


def test_no_other_intent_is_taken_for_a_lesson() -> None:
    filling = dict.fromkeys(prompts.SLOTS, "keys") | {"gain": "3", "gain2": "2", "version": "2"}
    filling |= {"takes": "3", "seed": "4", "percent": "30", "words": "brighter", "topic": "x"}
    for intent in set(prompts.intents()) - {"explain_topic"}:
        every_third = prompts.phrasings(intent)[::3]
        said = [prompts.fill(text, **filling) for text in every_third]
        assert [text for text in said if asks_to_be_taught(text, lambda: ("keys",))] == [], intent


NUMBER = st.floats(-60.0, 20.0) | st.none()
LEVEL = st.builds(Level, *[NUMBER] * 7)


@given(
    lesson=st.sampled_from(lessons()),
    levels=st.tuples(*[LEVEL] * 4),
    relative_lu=st.tuples(*[NUMBER] * 4),
    anchor=st.sampled_from([None, "bass"]),
    stem=st.sampled_from([None, "vocals", "808"]),
    usual_lu=st.none() | st.tuples(st.floats(-30, 0), st.floats(0, 30)),
    whole=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_every_number_of_a_lesson_is_measured_or_cited(
    lesson, levels, relative_lu, anchor, stem, usual_lu, whole
) -> None:
    meters = Meters(NAMES, levels, relative_lu, anchor, stem if anchor else None, usual_lu)
    result = lesson_result(fill(lesson, meters), whole)
    evidence = gather(NAMES, [("explain", result.text, result.data)], "")
    for text in wordings(ToolCall("explain", {"topic": lesson.topic}), result):
        assert check(text, evidence) == []
        assert check(f"{text} And 77.7 dB.", evidence) != []


def test_what_a_lesson_quotes_claims_nothing_of_this_song() -> None:
    told = {"passages": ["Turn the tuba down."], "moves": [{"stem": "bass", "gain_db": 3.0}]}
    evidence = gather(("bass",), [("explain", "", told)], "", roles=("bass",))
    assert check("Turn the flute down.", evidence) == ["there is no stem called flute"]
    assert check("Turn the tuba down.", evidence) == []
