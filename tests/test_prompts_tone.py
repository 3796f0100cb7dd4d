"""How Gainsay teaches: nobody is shamed, words of the trade are explained, voices can read it."""

import re

import pytest

import prompts
from assistant.lessons import Lesson, leads_to, lessons, named
from assistant.reading_aloud import aloud

LONGEST_SENTENCE = 28  # words
SHAMING = re.compile(
    r"\b(?:just|simply|simple|obvious(?:ly)?|of course|trivial(?:ly)?|stupid|silly|beginners?"
    r"|amateurs?|everyone knows|as you know|should have|fail(?:ed|ure)?|mistakes?)\b|\bwrong\s*!",
    re.IGNORECASE,
)
# Words that newcomers stumble over: each is explained by a lesson that others then lead to.
TRADE = (
    "anchor", "lufs", "rms", "k-weighting", "lu", "db", "dbfs", "full scale", "dbtp", "true peak",
    "headroom", "crest", "transient", "clipping", "trim", "fader", "mix bus", "compressor", "ratio",
    "threshold", "limiter", "eq", "hertz", "reverb", "send", "dry", "wet", "pan law", "masking",
    "mono", "polarity", "automation", "loudness range", "vu", "32-bit float", "converter",
)  # fmt: skip
# Words without a lesson, and how one that uses them explains them.
EXPLAINED = {
    "mastering": "the last step|Bob Katz",
    "solo": "that is called solo",
    "converter": "turns what you record into numbers",
    "K-System": "83 dB",
}
GUARDED = (
    "codec",
    "dither",
    "LKFS",
    "DAW",
    "inter-sample",
    "oversampling",
    "sampler",
    "noise floor",
)


def written(lesson: Lesson) -> str:
    return " ".join([*lesson.paragraphs, lesson.try_it])


def taught_texts() -> dict[str, list[str]]:
    """Everything that is said in teaching, by where it stands."""
    told = {lesson.name: [*lesson.paragraphs, lesson.try_it] for lesson in lessons()}
    for name in prompts.situations():
        if name.startswith("drill_") or name in ("lesson", "explain"):
            told[name] = list(prompts.replies(name))
    told["drills"] = [why for whys in prompts.drills("whys").values() for why in whys]
    cards = prompts.why_cards()
    told["why cards"] = [
        *(
            text
            for one in cards["ignored"].values()
            for text in (one.values() if isinstance(one, dict) else [one])
        ),
        *(
            step
            for program in cards["programs"].values()
            for step in [*program["steps"], program["trim"]]
        ),
    ]
    told["findings"] = [text for one in prompts.findings().values() for text in one.values()]
    told["glossary"] = list(prompts.glossary().values())
    return told


def test_nobody_is_shamed() -> None:
    found = [
        (name, text)
        for name, texts in taught_texts().items()
        for text in texts
        if SHAMING.search(text)
    ]
    assert found == []
    assert SHAMING.search("That is simply wrong!") and SHAMING.search("Wrong !")


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_one_idea_at_a_time(lesson: Lesson) -> None:
    sentences = re.split(r"(?<=[.!?])\s+", written(lesson))
    assert [one for one in sentences if len(one.split()) > LONGEST_SENTENCE] == []
    assert max(len(paragraph.split()) for paragraph in lesson.paragraphs) <= 90


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_a_lesson_explains_what_it_promises_to_explain(lesson: Lesson) -> None:
    text = f"{lesson.title} {written(lesson)}".casefold()
    assert [word for word in lesson.explains if word.casefold() not in text] == []


def test_every_word_of_the_trade_leads_to_one_lesson() -> None:
    words = [word.casefold() for lesson in lessons() for word in lesson.explains]
    assert len(words) == len(set(words)) >= 40
    assert set(TRADE) <= set(words) | set(EXPLAINED)
    told = leads_to("Trims, LUFS and a master fader at -6 dB; the compressors' ratio; a limiter.")
    assert [one.name for one in told] == [
        "trim-and-fader", "loudness", "mix-bus", "decibel", "compression"
    ]  # fmt: skip
    assert leads_to("a mask, dryly said, sends regards") == [named("reverb")[0]]


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_what_has_no_lesson_is_explained_where_it_is_used(lesson: Lesson) -> None:
    text = written(lesson)
    for term, meaning in EXPLAINED.items():
        if re.search(rf"(?<![\w-]){term}s?\b", text):
            assert re.search(meaning, text), f"{term} is not explained"
    assert {word for word in GUARDED if re.search(rf"\b{word}s?\b", text)} == set()


@pytest.mark.parametrize(
    "text, said",
    [
        ("-18 or \u22124 dBFS", "minus 18 or minus 4 decibels full scale"),
        ("+2.1 to -11.5 LU", "plus 2.1 to minus 11.5 loudness units"),
        ("-23.4 LUFS and -1 dBTP", "minus 23.4 luffs and minus 1 decibels true peak"),
        ("up 1 dB, then 3 dB, off by 0.1 dB", "up 1 decibel, then 3 decibels, off by 0.1 decibels"),
        ("\u00b13 dB, 50 %, 0.4 s", "plus or minus 3 decibels, 50 percent, 0.4 seconds"),
        ("440 Hz or 2 kHz", "440 hertz or 2 kilohertz"),
        ("4 to 1, low-cut, BS.1770-5, guitar-2", "4 to 1, low-cut, BS.1770-5, guitar-2"),
        ("an A/B test, trim \u2192 fader", "an A against B test, trim to fader"),
    ],
)  # fmt: skip
def test_a_voice_is_given_words_for_symbols(text: str, said: str) -> None:
    assert aloud(text) == said


def test_no_symbol_of_a_lesson_is_left_for_a_voice_to_guess() -> None:
    for lesson in lessons():
        for text in (*lesson.paragraphs, lesson.try_it):
            left = re.findall(
                r"[\u2212\u2192\u00b1\u00d7%+=<>*/|]|(?<!\w)-\d|\bdB\w*|\bLUF?S?\b", aloud(text)
            )
            assert left == [], (lesson.name, left)
