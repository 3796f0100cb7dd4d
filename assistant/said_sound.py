"""What a user says of a sound: mixing words, or words that only an ear could know.

One rule: stems are left out first, so that a stem called "warm pad" asks for no warmth.
"""

import re
from collections.abc import Sequence
from functools import cache

import prompts
from assistant.numerals import normal, without_names
from mixer.roles import words_of
from mixer.words import Reading, read
from mixer.words_talk import FILLER, LESS, MORE

# Words about faders, mixes and versions: of them no sound is made.
_OTHER_BUSINESS = frozenset(
    """
    apply audition back balance blind bounce bring bus center centre channel compare db decibel
    decibels down drill export fader faders final gain hear hot left level levels listen
    loud louder lower lu lufs master measure middle mixdown mute mutes muted out pan panned
    plus minus proposal quiet quieter raise redo reference render restore right save session side
    solo stereo under undo unmute up version versions volume wav yeah yep
    """.split()
)
_CLAUSE = re.compile(r"[,.;:!?]|\b(?:but|and|then)\b")
_WORD = re.compile(r"[a-z]+(?:[-'][a-z]+)*")
_QUESTION = re.compile(
    r"^\s*(?:is|are|does|do|did|has|why|how|what|which|where|who)\b.*", re.DOTALL
)


def sound_asked(text: str, names: Sequence[str]) -> Reading:
    """The mixing words of a text."""
    return read(without_stems(text, names))


def other_words(text: str, names: Sequence[str]) -> str:
    """What a text says of a sound in words that the map does not have: "like velvet"; or nothing.

    The clause with most such words, without what is at its ends of ordinary talk.
    """
    best: list[str] = []
    for clause in _CLAUSE.split(without_stems(text, names).casefold()):
        words = _WORD.findall(clause)
        while words and words[0] in FILLER | set(MORE) | set(LESS):
            words.pop(0)
        while words and words[-1] in FILLER:
            words.pop()
        if not _OTHER_BUSINESS & set(words) and len(words) > len(best):
            best = words
    return " ".join(best)


def is_question(text: str) -> bool:
    """Whether a text asks how something is, rather than for something."""
    return bool(_QUESTION.match(text.casefold()))


def without_stems(text: str, names: Sequence[str]) -> str:
    """A text without the stems' names and the plain words for what they are."""
    plain = without_names(normal(text), names)
    spoken = {words_of(name) for name in names} | _role_words()
    for word in sorted(filter(None, spoken), key=len, reverse=True):
        plain = re.sub(rf"(?<!\w){re.escape(word)}s?(?!\w)", " ", plain, flags=re.IGNORECASE)
    return plain


@cache
def _role_words() -> frozenset[str]:
    """Plain words for stems; those that are mixing words as well are left to the map."""
    told = {str(word) for words in prompts.words("roles").values() for word in words}
    return frozenset(word for word in told if not read(word).wishes)
