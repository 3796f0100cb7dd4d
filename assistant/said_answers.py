"""Whether words are an answer to the open drill: "bass, up, about 3", "second one", "no idea".

One rule: what reads like an order, a question or talk of something else is no answer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.drills import LETTERS, SAID_IN_DB, SAME, Answer, Drill, missing
from assistant.naming import spoken_of
from assistant.numerals import WHOLE_WORDS, normal, without_names
from assistant.said_gains import magnitudes
from assistant.slips import mended

_WORDS_READ = 16  # a longer text is about something else
_UP = re.compile(
    r"\b(?:up\w*|loud\w*|high\w*|hot\w*|rais\w+|rose|boost\w*|increas\w+|push\w*|lift\w*|more|plus"
    r"|gained|bigger)\b|\+ ?\d"
)
_DOWN = re.compile(
    r"\b(?:down\w*|dwn|dn|quiet\w*|soft\w*|low\w*|cut|reduc\w+|dropp?\w*|decreas\w+|pull\w*|less"
    r"|minus"
    r"|weaker|smaller|turned back)\b|(?<![\w)])- ?\d"
)
# Said of how a stem is, where a move is asked for: "too loud by 3" is a move down.
_IS_SO = re.compile(r"\b(?:too|is|was|got|gets|sounds?|seems?)\b|'s\b")
_EITHER_WAY = re.compile(r"\b(?:louder|quieter|softer)\b")  # how it is, or how it is to be
_IS_A_MOVE = re.compile(
    r"\b(?:needs?|has to|must|should|make|turn\w*|bring\w*|move|set|go(?:es)?|by hand)\b"
)
_THE_WORK = (
    r"(?:(?:the|my|our|this) )?(?:track|song|mix|work|tune|music|mixing|beat|desk|real work|record"
    r"|cue|piece|score|arrangement|number|jingle|podcast|riddim"
    r"|business|session)"
)
_PRACTICE = (
    r"(?:(?:the|this|these|those|that|your) )?(?:ear )?(?:drills?|exercises?|quiz(?:zes)?|games?"
    r"|training|test(?:s|ing)?|practice|it|this|that)"
)
_FIRST = (
    r"(?:(?:please|ok|okay|right|well|hm+|no|nah|thanks|thx|cool|fun|great|good|now|and|so|i|i'll"
    r"|i'm|im|haha|lol|we|let'?s|can we|alright) )*"
)
_FIRST_WORDS = re.compile(_FIRST)
_STOP = re.compile(
    rf"{_FIRST}"
    rf"(?:(?:stop|quit|exit|end|cancel|abort|leave|enough|no more|done|finished"
    r"|(?:that'?s |that is |that was )?(?:quite |more than )?(?:enough|plenty)"
    rf"|(?:bored|tired|sick|fed up)(?: (?:of|with))?)(?: (?:it|now|here|there|please|already"
    rf"|playing|for (?:now|today|me|us)|(?:of|with|doing) {_PRACTICE}|{_PRACTICE}))*"
    rf"|(?:(?:to|go|get|going|move|come|head|straight) )*back to {_THE_WORK}"
    r"(?: (?:now|then|please))*"
    r"|let'?s (?:work|mix|get (?:to work|mixing|on with it|going)|carry on|continue)"
    r"(?: on the (?:mix|song|track))?)"
)
_BACK = re.compile(
    r"[.!;,]+ (?:(?:right|ok(?:ay)?|so|now|anyway|well|let'?s get|let'?s go)\W+)*"
    rf"(?P<back>back to {_THE_WORK})(?=\s*[,.;!:])",
    re.IGNORECASE,
)
_CUTS = re.compile(r"[,.;!\n]+|\s(?:and|but|then)\b|$")
_SKIP = re.compile(
    r"(?:please |i |i'll )?(?:skip|next|pass|another|new|move on)(?: (?:it|this|that|one|drill"
    r"|exercise|question|please|the|on))*"
)
_POLITE_END = re.compile(r"(?:,? (?:please|pls|plz|thanks|thx|now|then))+$")
_ANEW = re.compile(
    r"(?:(?:ok|okay|and|yes|yeah|ha+h?|haha\w*|lol|nice|cool|great|yay|phew|ooh?|right)[ ,.!]+"
    r"|let'?s (?:do|have|try) |gimme |i'?ll have |do |can (?:i|we) (?:do|have|get|try) "
    r"|(?:give|play|deal) (?:me|us) )*"
    r"(?:again|once more|(?:an)?other one|one more(?: time)?|(?:and )?the next one|try again|go on"
    r"|more|(?:and )?next(?: (?:one|round|question|drill))?|(?:an)?other (?:round|go|question)"
    r"|hit me(?: again)?)(?: please)?"
)
_NO_IDEA = re.compile(
    r"\b(?:no (?:idea|clue)|dunno|don'?t know|do not know|not sure|can'?t (?:tell|say|hear)|cannot"
    r" (?:tell|say|hear)|couldn'?t (?:tell|say|hear)|(?:i|we|me) give up|^give up|idk"
    r"|beats (?:me|us)|no guess|not a clue|search me"
    r"|can'?t make (?:it|anything) out|haven'?t (?:a clue|got a clue))\b"
    r"|^tell me(?: (?:it|the answer|what it was))?$|^\?+$"
)
_THE_ANSWER = r"(?:it|the (?:right |correct )?(?:answer|solution))"
_TELL_ME = re.compile(
    rf"(?:(?:ok|okay|so|just|please|and|well) )*(?:tell me|(?:tell|give|show) me {_THE_ANSWER}"
    rf"|what(?:'?s| is| was) {_THE_ANSWER}|reveal(?: it)?|which (?:one )?(?:is|was) it"
    r"|(?:i )?surrender|you tell me|solve it)(?: (?:then|now|please|pls))?"
)
_CANNOT_TELL = re.compile(r"^(?:i )?(?:can'?t|cannot|couldn'?t) (?:tell|say|hear)\b")
_OF_A_WORD = re.compile(r"\b(?:what|how|why|means?|works?)\b(?! (?:it was|changed|it is))")
_SAME = re.compile(
    r"\b(?:same|identical|equal\w*|neither|none|both|no (?:real )?(?:difference|preference)"
    r"|(?:can'?t|cannot|don'?t|couldn'?t) (?:hear|tell|find|notice) (?:a|any|the|no) (?:real )?"
    r"difference|no better|alike|don'?t (?:care|mind)|as good)\b"
)
_QUESTION = re.compile(
    r"^(?:and |so |but |ok |hmm |well )*(?:how|why|what|when|where|who|which|can|could|would|should"
    r"|do|does|did|shall|may|are|am|tell|show|explain)\b"
)
_ORDER = re.compile(
    r"^(?:and |so |but |ok |okay |now |then |please |just |let'?s |go )*(?:turn|raise|boost|bring"
    r"|lower|cut|reduce|pull|push|set|put|mute|unmute|solo|pan|make|undo|redo|apply|render|export"
    r"|play|give|start|measure|check|compare|move|drop|lift|save|bounce|judge|increase|decrease"
    r"|restore|shape|mix|add|take|try)\b"
)
_OF_A_MOVE = re.compile(
    r"^(?:and |so |ok |okay |now |then |please |just |i'?d |i would )*(?:turn|raise|boost|bring"
    r"|lower|cut|reduce|pull|push|set|put|move|drop|lift|increase|decrease|take|make)\b"
)
_WISH = re.compile(
    r"\b(?:need(?:s|ed)?|should|want|wants|please|let'?s|i'?d like|would like|has to come|mute\w*"
    r"|pan\w*|(?:more|further|hard|bit|little|touch|tad|hair|slightly|\d+%?)"
    r" (?:to the )?(?:left|right)(?! (?:one|guitar|gtr|choir))"
    r"|reverb|brighter|darker|render|export|undo|anchor)\b"
)
_FIRST = re.compile(
    r"\b(?:first|1st|former|number (?:one|1)|file (?:one|1))\b|^(?:the )?(?:1|one)$"
)
_SECOND = re.compile(
    r"\b(?:second|2nd|latter|number (?:two|2)|file (?:two|2))\b|^(?:the )?(?:2|two)$"
)
_THIRD = re.compile(r"\b(?:third|3rd|number (?:three|3)|file (?:three|3))\b|^(?:the )?(?:3|three)$")
_FOURTH = re.compile(r"\b(?:fourth|4th|number (?:four|4)|file (?:four|4))\b|^(?:the )?(?:4|four)$")
_PLACES = (_FIRST, _SECOND, _THIRD, _FOURTH)
_LAST = re.compile(r"\blast\b")  # of three or more; of two it may mean the one heard before
_LETTER = re.compile(
    r"^(?:(?:i(?:'d)? (?:think|say|guess|prefer|like|choose|pick|go (?:for|with))|it'?s|that'?s"
    r"|must be|maybe|probably|definitely|surely|hm+|um+|er|well|file|version|option|letter|is|it"
    r"|was|the|so)[ ,]+)*([a-d])(?:\.wav)?(?: ?[.!?]*$|[ ,]+(?:is|was|has|sounds?|seems|clips"
    r"|clipped|one|i think|for sure|maybe|probably|definitely|please|better|then)\b)"
)
_CAPITAL = re.compile(
    r"(?<![\w'])([A-D])(?:\.wav)?(?![\w'])(?! (?:bit|little|lot|touch|tad|few|hair))"
)
_IS_IT = re.compile(r"^(?:is it|was it|it'?s|maybe|could it be|i (?:think|guess|say))\b")
SIZED_IN_WORDS = ("hidden_change", *SAID_IN_DB)  # kinds whose answers say a way or a size
_SPELLED = {word: float(value) for word, value in WHOLE_WORDS.items()} | {"half": 0.5}
HALVED_DB = 6.0  # as the lesson on the decibel has it
NEARBY_DB = 2.0
_HALVED = re.compile(
    r"\b(?:by|to|about|around|nearly|almost) (?:a )?half\b(?! (?:a |an )?(?:db|decibel))"
    r"|\bhalf (?:as (?:loud|much)|the (?:level|volume|loudness))\b|\b(?:halved|twice as|doubled)\b"
)
_COMPARED = re.compile(  # "2 with 3": which is heard next, and no size
    r"\b(?:\d+|one|two|three|four|five|six) (?:with|against|vs|versus) (?:\d+|one|two|three|four"
    r"|five|six)\b"
)
_NAMES_ONE = re.compile(r"\b(?:the |this |that |first |second |which |no )one\b|\bone of\b")


_GUESSES = re.compile(  # at no drill: "my guess for the quiz is the bass went up 2"
    r"\bmy (?:guess|answer)\b|\b(?:ear )?(?:quiz|drill|exercise)\b.*\bi (?:say|guess|think)\b"
    r"|^\W*i (?:guess|say)\b.*\b(?:went|got|was turned)\b"
)


def guess_said(text: str, names: Sequence[str], roles: Sequence[str | None]) -> Answer | None:
    """The guess at a drill that a text plainly is, whether one is open or not."""
    plain = mended(normal(text), names)
    stems = spoken_of(plain, names, roles)
    up, down = bool(_UP.search(plain)), bool(_DOWN.search(plain))
    if not _GUESSES.search(plain) or len(stems) != 1 or up == down or "?" in text:
        return None
    sizes = magnitudes(plain, names)
    return Answer(
        stem=stems[0],
        direction="up" if up else "down",
        gain_db=sizes.pop() if len(sizes) == 1 else None,
    )


@dataclass(frozen=True)
class Said:
    """What words are to an open drill: an answer, or "skip" or "stop"; rest: they say more."""

    answer: Answer | None = None
    leaves: str | None = None
    rest: bool = False


def answer_said(
    text: str, drill: Drill, names: Sequence[str], roles: Callable[[], Sequence[str | None]]
) -> Said | None:
    """What a text says to the open drill; None where it is about something else.

    roles: gives what the stems are; asked only where the words may name one.
    """
    plain = normal(text).replace("\u2019", "'").strip()
    folded = " ".join(plain.casefold().split())
    if (said := _leaving(plain)) is not None:
        return said
    if len(folded.split()) > _WORDS_READ:
        return None
    if drill.kind == "bias" and _SAME.search(folded):
        return Said(Answer(choice=SAME))
    if drill.kind == "bias" and _CANNOT_TELL.search(folded):
        return Said(Answer(choice=SAME))
    if drill.kind == "clipping" and _SAME.search(folded):
        return Said(Answer(no_idea=True))
    if _TELL_ME.fullmatch(folded.rstrip("?!. ")) or (
        _NO_IDEA.search(folded) and not _OF_A_WORD.search(folded)
    ):
        guess = _read(plain, folded, drill, names, roles)  # "no idea honestly, the bass up?"
        is_whole = guess is not None and not missing(drill, guess)
        return Said(guess if is_whole else Answer(no_idea=True))
    moves = drill.kind == "set_back"
    if _QUESTION.search(folded) or (_ORDER.search(folded) and not moves):
        return None
    if not moves and (_WISH.search(folded) or _COMPARED.search(folded)):
        return None
    if moves and _ORDER.search(folded) and not _OF_A_MOVE.search(folded):
        return None
    answer = _read(plain, folded, drill, names, roles)
    if answer is None and _is_a_guess(plain, names, drill, roles):
        answer = Answer()  # about something else than the drill: what it asks is said again
    return None if answer is None else Said(answer)


def asks_for_the_next(text: str) -> bool:
    """Whether words behind a drill's end ask for the next one: "another one", "again"."""
    whole = _POLITE_END.sub("", " ".join(normal(text).casefold().split()).rstrip(".!? "))
    return bool(_SKIP.fullmatch(whole) or _ANEW.fullmatch(whole))


def left_off(text: str) -> str | None:
    """What a text says behind words that end the practice; None where it does not begin so.

    "enough of that, back to the track. mute the bass" says "mute the bass" besides.
    """
    plain, start, stops = _behind_talk(text.replace("\u2019", "'")), 0, False
    for cut in _CUTS.finditer(plain):
        head = " ".join(plain[start : cut.start()].casefold().split())
        stops = stops or bool(_STOP.fullmatch(head))
        if head and not (_STOP.fullmatch(head) or _FIRST_WORDS.fullmatch(f"{head} ")):
            break
        start = cut.end()
    return plain[start:].strip() if stops else None


def _behind_talk(text: str) -> str:
    """A text from "back to the song" on, where what stands before that is no answer."""
    back = _BACK.search(text)
    if back is None or _UP.search(text[: back.start()]) or _DOWN.search(text[: back.start()]):
        return text
    return text if re.search(r"\d", text[: back.start()]) else text[back.start("back") :]


def _leaving(text: str) -> Said | None:
    """Whether the drill is to be left: by words of that alone, or as the first thing said."""
    if _SKIP.fullmatch(" ".join(text.casefold().split()).rstrip(".!")):
        return Said(leaves="skip")
    rest = left_off(text)
    return None if rest is None else Said(leaves="stop", rest=bool(rest))


def _is_a_guess(
    plain: str, names: Sequence[str], drill: Drill, roles: Callable[[], Sequence[str | None]]
) -> bool:
    """Whether words name a stem and a way or a size, as an answer does: no fader is meant."""
    words = mended(plain, names)
    if _direction(words, names, drill) is None and _size_db(words, names) is None:
        return _IS_IT.search(words) is not None and bool(spoken_of(words, names, roles()))
    return bool(spoken_of(words, names, roles())) or drill.kind not in SIZED_IN_WORDS


def _read(
    plain: str,
    folded: str,
    drill: Drill,
    names: Sequence[str],
    roles: Callable[[], Sequence[str | None]],
) -> Answer | None:
    """The answer in words that may be one."""
    if drill.kind in ("clipping", "bias"):
        choice = _choice(plain, folded, max(2, len(drill.files)))
        return None if choice is None else Answer(choice=choice)
    if drill.kind == "partner":
        return _partner(plain, folded, drill, names, roles)
    words = mended(plain, names)
    stems = spoken_of(words, names, roles()) if drill.kind == "hidden_change" else ()
    direction = _direction(words, names, drill)
    size_db = _size_db(words, names)
    if len(stems) > 1 or (not stems and direction is None and size_db is None):
        return None
    if drill.kind in SAID_IN_DB:
        others = set(spoken_of(words, names, roles())) - {drill.stem}
        if others:
            return None
    return Answer(stems[0] if stems else None, direction, size_db)


def _partner(
    plain: str,
    folded: str,
    drill: Drill,
    names: Sequence[str],
    roles: Callable[[], Sequence[str | None]],
) -> Answer | None:
    """The stem or the letter that was chosen."""
    stems = [name for name in spoken_of(mended(plain, names), names, roles())
             if name != drill.anchor]  # fmt: skip
    if len(stems) == 1:
        return Answer(stem=stems[0]) if stems[0] in drill.options.values() else None
    choice = None if stems else _choice(plain, folded, len(drill.options))
    return None if choice is None else Answer(choice=choice)


def _choice(plain: str, folded: str, count: int) -> str | None:
    """The letter that is chosen, by itself or by its place; None where there are two or none."""
    placed = {LETTERS[at] for at, one in enumerate(_PLACES[:count]) if one.search(folded)}
    if count > 2 and _LAST.search(folded):
        placed.add(LETTERS[count - 1])
    if len(placed) == 1:
        return placed.pop()
    match = _LETTER.search(folded)
    found = {match[1].upper()} if match else set(_CAPITAL.findall(plain))
    found &= set(LETTERS[:count])
    return found.pop() if len(found) == 1 and not placed else None


def _direction(words: str, names: Sequence[str], drill: Drill) -> str | None:
    """The way that is said; where a move is asked for, the way back of what "is too loud"."""
    rest = without_names(normal(words), names)
    up, down = bool(_UP.search(rest)), bool(_DOWN.search(rest))
    if up == down:
        return None
    if drill.kind == "set_back" and not _IS_A_MOVE.search(rest):
        if _IS_SO.search(rest):
            up = not up
        elif _EITHER_WAY.search(rest):
            return None
    return "up" if up else "down"


def _size_db(words: str, names: Sequence[str]) -> float | None:
    """How many dB are said, in figures or in words; None where none or more than one are."""
    told = set(magnitudes(words, names))
    if not told and _HALVED.search(normal(words).casefold()):
        told = {HALVED_DB}
    if not told:
        rest = _NAMES_ONE.sub(" ", without_names(normal(words), names))
        told = {_SPELLED[word] for word in re.findall(r"[a-z]+", rest) if word in _SPELLED}
        if "half" in rest and len(told) > 1:  # "two and a half"
            told = {max(told) + 0.5}
    sizes = sorted(size for size in told if size <= 24.0)
    if len(sizes) == 2 and sizes[1] - sizes[0] <= NEARBY_DB and "not" not in words.split():
        return sum(sizes) / 2.0  # "two, maybe three"
    return sizes[0] if len(sizes) == 1 else None
