"""Lessons: read from prompts/, found by the learner's words.

One rule: what is like no lesson gets none; the learner is told which lessons there are instead.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import yaml

import prompts

LIKE = 0.5  # cosine likeness from which words without a keyword are taken to mean a lesson
LOOSELY_LIKE = 0.25  # and from which the caller's topic is believed beside words without one
_TRY_IT = "Try it: "
_UNITS = frozenset({"dB", "dBs", "LU", "LUFS", "dBFS", "dBTP"})


class LessonError(ValueError):
    """A lesson that cannot be read: the message names the file and what it lacks."""


@dataclass(frozen=True)
class Lesson:
    """One lesson as it is written, with {slots} for this song's names and numbers.

    keywords: words that mean it wherever they stand. asked: questions that it answers. explains:
    words of the trade that other lessons may use, since this one says what they mean.
    """

    name: str
    title: str
    keywords: tuple[str, ...]
    asked: tuple[str, ...]
    sources: tuple[str, ...]
    explains: tuple[str, ...]
    paragraphs: tuple[str, ...]
    try_it: str

    @property
    def topic(self) -> str:
        """What to call it in a sentence: its first keyword."""
        return self.keywords[0]


@cache
def lessons() -> tuple[Lesson, ...]:
    """Every lesson, by its file's name."""
    return tuple(_read(name, text) for name, text in prompts.lessons().items())


def _read(name: str, text: str) -> Lesson:
    """A lesson from its file: front matter between two lines of dashes, paragraphs, Try it."""
    parts = re.split(r"^---$\n", text, maxsplit=2, flags=re.MULTILINE)
    told = yaml.safe_load(parts[1]) if len(parts) == 3 else {}
    missing = [key for key in ("title", "keywords", "asked", "sources") if not told.get(key)]
    *paragraphs, last = [" ".join(p.split()) for p in parts[-1].strip().split("\n\n")]
    if missing or not last.startswith(_TRY_IT):
        raise LessonError(
            f"lessons/{name}.md lacks {', '.join(missing) or 'a last paragraph Try it'}: give it"
        )
    return Lesson(
        name=name,
        title=told["title"],
        keywords=tuple(str(word) for word in told["keywords"]),
        asked=tuple(told["asked"]),
        sources=tuple(told["sources"]),
        explains=tuple(str(word) for word in told.get("explains", ())),
        paragraphs=tuple(paragraphs),
        try_it=last.removeprefix(_TRY_IT),
    )


def find(topic: str, said: str = "") -> Lesson | None:
    """The lesson that is meant, or None.

    Args:
        topic: what the caller takes it to be about.
        said: the learner's own words, which are believed before the topic; none if unknown.
    """
    by_topic, by_words = named(topic), named(said)
    if by_words:
        return next((lesson for lesson in by_topic if lesson in by_words), by_words[0])
    if by_topic and not said:
        return by_topic[0]
    nearest, likeness = _likest(said or topic)
    if likeness[nearest] >= LIKE:
        return lessons()[nearest]
    if by_topic and likeness[lessons().index(by_topic[0])] >= LOOSELY_LIKE:
        return by_topic[0]
    return None


def named(text: str) -> list[Lesson]:
    """The lessons of which a keyword stands in a text: the longest keyword first."""
    plain = _plain(text)
    found = []
    for lesson in lessons():
        lengths = [len(word) for word, pattern in _patterns(lesson.name) if pattern.search(plain)]
        if lengths:
            found.append((max(lengths), lesson))
    return [lesson for _, lesson in sorted(found, key=lambda one: -one[0])]


def leads_to(text: str) -> list[Lesson]:
    """The lessons that explain words of the trade in a text, in the order of these words."""
    plain = _plain(text)
    found = []
    for lesson in lessons():
        places = [
            match.start() for word in lesson.explains if (match := _stands(word).search(plain))
        ]
        if places:
            found.append((min(places), lesson))
    return [lesson for _, lesson in sorted(found, key=lambda one: one[0])]


@cache
def _stands(word: str) -> re.Pattern[str]:
    """A word by itself, in the plural too."""
    return re.compile(rf"(?<![\w-]){re.escape(_plain(word))}(?:s|es)?(?!\w)")


def keyword_of(text: str) -> str:
    """The longest keyword of any lesson in a text, in lower case; empty where there is none."""
    plain = _plain(text)
    words = [
        _plain(word)
        for lesson in lessons()
        for word, pattern in _patterns(lesson.name)
        if pattern.search(plain)
    ]
    return max(words, key=len, default="")


def _plain(text: str) -> str:
    """Lower case, one kind of apostrophe and dash, single spaces."""
    text = re.sub("[\u2018\u2019]", "'", re.sub("[\u2010-\u2015\u2212]", "-", text))
    return " ".join(text.casefold().split())


@cache
def _patterns(name: str) -> list[tuple[str, re.Pattern[str]]]:
    """A lesson's keywords, each standing by itself, in the plural too; "3 dB" asks for no unit."""
    lesson = next(lesson for lesson in lessons() if lesson.name == name)
    return [
        (
            word,
            re.compile(
                rf"(?<![\w-]){'(?<![0-9] )' if word in _UNITS else ''}"
                rf"{re.escape(_plain(word))}(?:s|es)?(?!\w)"
            ),
        )
        for word in lesson.keywords
    ]


def _likest(text: str) -> tuple[int, np.ndarray]:
    """Which lesson a text is most like, and its likeness to every lesson (lessons,)."""
    from assistant.model.sentences import SentenceEncoder

    owners, vectors = _meanings()
    likeness = vectors @ SentenceEncoder.load().encode([_plain(text)])[0]
    best = np.array([likeness[owners == place].max() for place in range(len(lessons()))])
    return int(best.argmax()), best


@cache
def _meanings() -> tuple[np.ndarray, np.ndarray]:
    """Titles, keywords, questions: whose each is (texts,), and its vector (texts, 384)."""
    from assistant.model.sentences import SentenceEncoder

    texts: list[str] = []
    owners: list[int] = []
    for place, lesson in enumerate(lessons()):
        own: Sequence[str] = [lesson.title, *lesson.keywords, *lesson.asked]
        texts += own
        owners += [place] * len(own)
    return np.array(owners), SentenceEncoder.load().encode(texts)
