"""What a user says of a sound: mixing words, words that only an ear could know, or "a bit more".

One rule: stems are left out first, so that a stem called "warm pad" asks for no warmth.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import prompts
from assistant.idioms import without_stories
from assistant.naming import words_of
from assistant.numerals import normal, numbers, without_names
from assistant.orders.families import without_sides_of
from mixer.words import USUAL_AMOUNT, Reading, read
from mixer.words_talk import FILLER, LESS, MORE

_FADERS = re.compile(
    r"\b(?:up|down|louder|quieter|volume|levels?|faders?|gain|dbs?|decibels?|(?:un-?)?mut\w*"
    r"|solo\w*)\b"
)
_CLEANS_UP = re.compile(  # "clean that up" is no order to a fader
    r"\b(?:clean|clear|warm|tidy|open|dry|beef|thin|smooth)\w* (?:that|it|them|this)"
    r" (?:up|out|down)\b"
)
_SIDES = re.compile(r"\b(?:pan\w*|left\w*|right\w*|cent(?:re|er)\w*|middle)\b")
_SHAPES = re.compile(  # "make the keys velvety", "should sound like glass"
    r"\b(?:make|get|want|should|could|give|like)\b.*(?:\bsound(?:ing)?\b|\w{2}(?:[^\Wl]y|ish)\s*$)"
)
_MIXES = re.compile(  # a mix as a whole is spoken of, or one is to be made
    r"\b(?:render\w*|bounce\w*|style|produce\w*|mix (?:it|this|them|everything|the (?:song|track))"
    r"|(?:an?|another|one|two|three|four|five|six|few|some|\d+)(?: \w+)? (?:takes?|mix(?:es)?)"
    r"|everything|the whole (?:thing|song|mix|track)|(?:make|get) the (?:song|mix|track))\b"
)
_PLAIN_MIX = re.compile(  # a mix that is asked for with effects or without is no style
    r"\b(?:dry|wet|rough|clean|plain|raw|flat|effects?|fx|eq|reverb|verbs?|comp\w*|blind)\b"
)
_WISHES = re.compile(  # in what a wish is worded: "brighter", "more air"; "brilliant!" is praise
    r"\b(?:more|less|too|not (?:so|as|that)|makes?|made|get|want\w*|need\w*|could|should"
    r"|sound\w*|add|give|bit|little|touch|tad|hair|lot|much|way|again|\w{3,}er|fatter|wetter"
    r"|take|remove|without"
    r"|de-\w+)\b"
)
_HARSH = re.compile(
    r"\b(?:harsh|nasal\w*|shrill|sharp|aggressive|sibilan\w+|edgy|spiky|piercing|strident|brittle"
    r"|scratchy|ess\w*y|hurts? my ears|grating|abrasive)\b",
    re.IGNORECASE,
)
_SOFT = re.compile(  # of what is spoken of, and by no number
    r"(\b(?:make|get|do|want)(?: (?:it|them|that|him|her|this|these|those))?"
    r"(?: (?:a (?:bit|little|touch|tad)|much|way|sound))*) (?:softer|more soft)\b(?! than\b)"
    r"(?!(?: by)? (?:\d|one|two|three|a db))",
    re.IGNORECASE,
)
_TAKES_OUT = re.compile(
    r"\b(?:take|get|pull|dial|draw|tease) (?:\w+ ){0,3}?"
    r"(?!(?:it|that|this|them|those|him|her|all|more|some|bit|little|lot|back|up|down|off|one|two"
    r"|dbs?|decibels?|level|volume|half|much|everything|stems?|solo|left"
    r"|right)\b)(?P<what>[a-z]{3,}) out (?:of|from)"
    r" (?:the|my|our|his|her|their|that|those)\b"
    r"(?! (?:mix|song|track|chorus|verse|bridge|intro|outro|way|session|picture|middle|cent(?:re"
    r"|er)"
    r"|equation|box|bed)\b)"
)
_TOO = re.compile(r"\btoo \w+")
_COMPLAINS = re.compile(r"\b(?:is|are|sounds|feels|seems)\b")
_QUESTION = re.compile(
    r"(?:^|[.!?])\s*(?!what if|how about|why not)(?:is|are|does|do|did|has|why|how|what|which|where"
    r"|who)\b"
)
_GOES_ON = re.compile(  # "a bit more please", "even more", "again", "less"
    r"\W*(?:(?:an?|ok|yes|yeah|and|even|still|just|now|bit|little|lot|touch|much|once|some|go|way"
    r"|please|pls|it)\W+)*(?:more|again|further|less)"
    r"(?:\W+(?:please|pls|again|of (?:that|it)|like that|now|still|yet))*\W*"
)
_OF_A_GENRE = re.compile(  # "dream pop" asks for nothing dreamy
    r"\b(?:dark|dream|dreamy|bedroom|dirty|hard|soft|heavy|warm|deep|bright|old ?school|lo-?fi"
    r"|smooth|cool"
    r"|death|black|power|acid|slow|big) (?:pop|rock|metal|techno|house|folk|jazz|ambient|trap|drill"
    r"|hip ?hop|country|blues|soul|funk|wave|trance|garage|band)\b"
)
# Words about faders, mixes and versions: of them no sound is made.
OTHER_BUSINESS = frozenset(
    """
    apply audition back balance blind bounce bring bus center centre channel compare db decibel
    decibels down drill export fader faders final gain hear hot left level levels listen loud
    louder lower lu lufs master measure middle mixdown mute mutes muted out pan panned plus minus
    proposal quiet quieter raise redo reference render restore right save session side solo stereo
    under undo unmute up version versions volume wav yeah yep
    """.split()
)
_CLAUSE = re.compile(r"[,.;:!?]|\b(?:but|and|then)\b")
_WORD = re.compile(r"[a-z]+(?:[-'][a-z]+)*")


@dataclass(frozen=True)
class SoundSaid:
    """What the latest words say of a sound.

    words: how shape_sound may be told to make a stem. style: the same of a mix as a whole.
    only: nothing but a stem's sound can be meant. goes_on: "more" of what was asked before.
    stems: those that it may be about.
    """

    reading: Reading
    words: str
    style: str = ""
    only: bool = False
    goes_on: bool = False
    stems: tuple[str, ...] = ()


def sound_said(
    texts: Sequence[str], names: Sequence[str], named: Sequence[str], stems: tuple[str, ...]
) -> SoundSaid:
    """What the last of the user's texts says of a sound.

    Args:
        named: the stems that it names; stems: those too that were spoken of just before.
    """
    text = without_stories(texts[-1].casefold()) if texts else ""
    if goes_on(text) and len(texts) > 1:
        before = sound_said(texts[:-1], names, named, stems)
        reading = further(before.reading, text) if before.only else Reading(())
        going = bool(reading.wishes)
        return SoundSaid(reading, str(reading), "", going, going, stems)
    reading = sound_asked(text, names)
    strange = _TAKES_OUT.search(text)
    words, style = str(reading) or other_words(text, names), ""
    words = f"less {strange['what']}" if strange and not reading.wishes else words
    definite = any(not wish.loose for wish in reading.wishes)
    if definite and not named and _MIXES.search(text) and not _PLAIN_MIX.search(text):
        style = "" if _COMPLAINS.search(text) or _QUESTION.search(text) else str(reading)
    shapes = bool(named and words and _SHAPES.search(text))
    only = (definite or (not reading.wishes and shapes)) and bool(stems) and not style
    plain = without_sides_of(text, named)
    only = only and bool(named or _WISHES.search(text)) and not _elsewhere(plain, reading, names)
    return SoundSaid(reading, words, style, only, stems=stems)


def wishes_a_sound(text: str, names: Sequence[str]) -> bool:
    """Whether a clause surely asks for a sound, and calls none what it is: "a bit brighter"."""
    calls_it_so = _COMPLAINS.search(text) or _QUESTION.search(text) or _TOO.search(text)
    if not _WISHES.search(text) or calls_it_so:
        return False
    return any(not wish.loose for wish in sound_asked(text, names).wishes)


def taken_out(text: str) -> str | None:
    """What lower-case words take out of a stem: "a little rasp out of the keys"; None: nothing."""
    found = _TAKES_OUT.search(text)
    return found["what"] if found and not numbers(text, ()) else None


def softened(text: str) -> str:
    """A text in which "softer", said of what is harsh, is a sound and no level."""
    return _SOFT.sub(r"\1 less harsh", text) if _HARSH.search(text) else text


def goes_on(text: str) -> bool:
    """Whether a text asks for more, or less, of what was asked before, and nothing else."""
    return bool(_GOES_ON.fullmatch(text.casefold()))


def sound_asked(text: str, names: Sequence[str]) -> Reading:
    """The mixing words of a text."""
    return read(without_stems(_OF_A_GENRE.sub(" ", without_stories(text.casefold())), names))


def other_words(text: str, names: Sequence[str]) -> str:
    """What a text says of a sound in words that the map does not have: "velvet"; or nothing.

    The clause with most such words, without what is at its ends of ordinary talk.
    """
    best: list[str] = []
    for clause in _CLAUSE.split(without_stems(text, names).casefold()):
        words = _WORD.findall(clause)
        while words and words[0] in FILLER | set(MORE) | set(LESS):
            words.pop(0)
        while words and words[-1] in FILLER:
            words.pop()
        if not OTHER_BUSINESS & set(words) and len(words) > len(best):
            best = words
    return " ".join(best)


def without_stems(text: str, names: Sequence[str]) -> str:
    """A text without the stems' names and the plain words for what they are."""
    plain = without_names(normal(text), names)
    spoken = {words_of(name) for name in names} | _role_words()
    spoken |= {" ".join(reversed(name.split())) for name in spoken if name.count(" ") == 1}
    lower = plain.casefold()
    for word in sorted((w for w in spoken if w and w in lower), key=len, reverse=True):
        plain = re.sub(rf"(?<!\w){re.escape(word)}s?(?!\w)", " ", plain, flags=re.IGNORECASE)
    return plain


def _elsewhere(text: str, reading: Reading, names: Sequence[str]) -> bool:
    """Whether a text speaks of faders or sides too, or only asks how something is."""
    text = _CLEANS_UP.sub(" ", text)
    for wish in reading.wishes:  # "warm up" moves no fader
        text = text.replace(wish.form, " ")
    aimed = _FADERS.search(text) or _SIDES.search(text) or numbers(text, names)
    return bool(aimed) or bool(_QUESTION.search(text))


def further(before: Reading, text: str) -> Reading:
    """The wishes before, again: as much, or as much as the text says; "less" takes some back."""
    (probe,) = read(f"{text.rstrip(' .!?,')} brighter").wishes
    amounts = None if probe.amount == USUAL_AMOUNT else probe.amount
    return Reading(
        tuple(
            replace(wish, way=wish.way * probe.way, amount=amounts or wish.amount, loose=False)
            for wish in before.wishes
        )
    )


@cache
def _role_words() -> frozenset[str]:
    """Plain words for stems; those that are mixing words as well are left to the map."""
    told = {str(word) for words in prompts.words("roles").values() for word in words}
    return frozenset(word for word in told if not read(word).wishes)
