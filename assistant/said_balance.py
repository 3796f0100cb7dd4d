"""Do words speak of the balance at all, and do they ask whether it is right?

One rule: where neither the words nor the reader speak of it, no mix is judged.
"""

import re

LEAST_ADVICE = 0.3  # how likely the reader finds a wish for advice where no word speaks of it
_OF_BALANCE = re.compile(
    r"\b(?:loud\w*|quiet\w*|soft(?:er|ly|est)?|levels?|volumes?|balanc\w*|mix\w*|blend\w*|hear\w*"
    r"|audible|inaudible|sound(?:s|ing)?|faders?|stems?|drown\w*|buri\w+|bury\w*|mask\w*|boomy"
    r"|muddy|harsh|low end|top end|too (?:\w+ )?(?:much|loud|quiet|far|big|small|strong|weak|thin)"
    r"|stick\w* out|pok\w+ out|stand\w* out|in front|up front|in the (?:back|way)|advice|advise\w*"
    r"|suggest\w*|recommend\w*|propos\w+)\b"
)
_ASKS_IF = (
    r"^\W*(?:(?:so|and|ok|okay|hey|hm+|um+|now|but|well|honestly|tell me|do you think)\W+)*"
    r"(?:is|are|isn't|aren't|does|do|don't|doesn't|am|have|has|did|should|would|could|might)\b"
)
_TOO_MUCH = (
    r"\b(?:too (?:\w+ )?(?:much|loud|quiet|high|low|soft|hot|far|big|small|strong|weak|dominant"
    r"|heavy|shy|present|thin)|(?:loud|quiet|present|big|strong) enough|enough of"
    r"|excessive|overpowering|(?<!, )(?:ok(?:ay)?|alright|all right)(?! (?:to|if|that)\b))\b"
)
_IF_RIGHT = re.compile(rf"{_ASKS_IF}[^.!]*{_TOO_MUCH}|{_TOO_MUCH}[^.!?,]*\?")
_OF_ELSE = re.compile(
    r"\b(?:how (?:much|many|far|loud|quiet)|by what|numbers?|figures?|lufs|lu|db|decibels?"
    r"|measure\w*|meters?|louder than|quieter than|which|record\w*|distort\w*|clip\w*|peaks?"
    r"|files?|headroom|gain)\b"
)


_COVERED = re.compile(  # complaints in pictures, whatever tense they are in
    r"\b(?:drown(?:s|ed|ing|in)?|(?:is|gets?|are|was|getting) (?:\w+ )?(?:lost|buried|swallowed"
    r"|eaten"
    r"|covered|masked|smothered)|disappear\w*|vanish\w*|swallow\w*|smother\w*|overpower\w*"
    r"|(?:is|are|'s) all over (?:him|her|it|them|me)|over (?:him|her|it|them|me) all the time"
    r"|(?:nobody|no ?one|can'?t|cannot|hardly|barely|not) (?:\w+ )?(?:understand|follow|make out"
    r"|hear)s?"
    r"|on top of (?:him|her|it|them|me))\b"
)
_WANTS = re.compile(  # beside these a complaint is why something is asked for
    r"\b(?:up|down|louder|quieter|softer|rais\w+|lower\w*|boost\w*|cut|drop|mute\w*|unmute\w*|solo"
    r"|pan\w*|left|right|undo\w*|redo|export|render|bounce|version|darker|brighter|warmer|db|hear"
    r" (?:just|only)|play|let me|make|put|turn|take|bring|give|set|move|try|\d+)\b"
)


_RECORDED_HOT = re.compile(
    r"\b(?:record\w*|tracked|capture[ds]?|printed|taken) (?:\w+ ){0,5}?(?:too |so )?(?:hot"
    r"|loud(?:ly)?|high)\b"
    r"|\b(?:overdriven|over ?modulated|overloaded|saturat(?:ed?|es|ing)|crackl\w+"
    r"|in the red|into the red|all red|peaking)\b"
    r"|(?<!what )(?<!why )\b(?:something|anything|it|that|this|mix|they|these|files?|tracks?"
    r"|stems?)(?: is| are|'s|'re)?(?: \w+)? clip(?:s|ping|ped)?\b(?=[^.!]*\?)"
    r"|\bdid (?:i|we|he|she|they) (?:record|track|clip|overload)\b.*\b(?:hot|loud|high|anything)\b"
)


def asks_if_overloaded(text: str) -> bool:
    """Whether lower-case words ask if something was recorded too hot: a matter of peaks."""
    found = _RECORDED_HOT.search(text)
    asks = re.search(
        r"\?|\b(?:is|are|did|was|were|have|has|am|check|tell me|see|see if|anything|whether|if)\b",
        text,
    )
    return bool(found and asks) and not re.search(
        r"\b(?:explain|what (?:is|does)|too loud in)\b", text
    )


_OF_PEAKS = re.compile(r"\b(?:clip\w*|distort\w*|overload\w*|peaks?|too hot|headroom|dc offset)\b")
_ANY_HERE = re.compile(
    r"\b(?:have|has|do|does|is|are|got)\b[^.!?]*\b(?:any|some|it|that|this)\b[^.!?]*"
    r"\b(?:tracks?|files?|stems?|here|song|mix|mine|ours|recordings?)\b[^.!?]*\?"
)
_ANY_AT_ALL = re.compile(  # right behind the lesson: "so do i have any"
    r"\W*(?:(?:o+h+|ah+|ok|okay|k|so|and|but|then|right|well|hm+|got it|i see|thanks|cool|nice|now"
    r"|makes sense|understood|good|great)\W+)*"
    r"(?:do|have|has|did|does|is|are|am) (?:i|we|it|mine|ours|this|that|there|(?:my|our|the|this)"
    r" (?:own )?(?:song|mix|tracks?|recordings?|stuff|session|tune|files?))(?: (?:even|actually"
    r"|still"
    r"|really|all|ever))?(?: (?:have|has|got|get|doing|do))?(?: (?:any|some|enough|plenty|it|that"
    r"|those"
    r"|one|much|left|ok|okay|fine|safe)\b)+(?: of (?:it|that|them|those))?"
    r"(?: (?:here|then|now|left|too|though|tho|in (?:mine|this|here|there|my \w+)|myself"
    r"|either))*\W*"
)


def asks_for_it_here(text: str, before: str) -> bool:
    """Whether lower-case words ask if what was talked of, a matter of peaks, is in this song.

    before: what the user said last: "what is clipping?", and now "have we got any here?".
    """
    here = _ANY_HERE.search(text) or _ANY_AT_ALL.fullmatch(text)
    return bool(_OF_PEAKS.search(before.casefold()) and here)


_OPINION = re.compile(
    r"^\W*(?:(?:so|ok(?:ay)?|and|hey|right|well|please|quick|your|any|an|honest|give me"
    r"|what(?:'s|s)?"
    r"(?: is)?|i(?:'d| would) like|let me have|tell me)\W+)*"
    r"(?:opinions?|thoughts?|verdict|feedback|views?|judge?ment|take) (?:on|about|of|regarding)\b"
)


def asks_for_an_opinion(text: str) -> bool:
    """Whether lower-case words ask what we think of something: "opinion on the bass, please"."""
    return bool(_OPINION.search(text)) and not re.search(r"\btakes? of\b", text)


_WHAT_ABOUT = re.compile(
    r"^\W*(?:(?:so|and|ok(?:ay)?|then|but|right|well|now|hm+)\W+)*(?:what|how) about"
    r" (?:the |my |our )?[^.!]*(?:(?: then)? (?:he|she|it|they|that)(?:'?s| is| are)\b"
    r"|, ?(?:is|are)\b)(?!.*\d)"
)


def asks_what_about(text: str) -> bool:
    """Whether lower-case words ask after a stem and say why: "what about the bass, is that it"."""
    return bool(_WHAT_ABOUT.search(text))


def complains_of_cover(text: str) -> bool:
    """Whether lower-case words complain that something cannot be heard, and order nothing."""
    if not _COVERED.search(text):
        return False
    return not _WANTS.search(re.sub(r"make out|on top of|out of", " ", text))


def speaks_of_balance(text: str) -> bool:
    """Whether lower-case words speak of how loud things are, or ask for advice."""
    return bool(_OF_BALANCE.search(text))


def asks_if_right(text: str) -> bool:
    """Whether lower-case words ask if something is too much, or right: "are they too loud?"."""
    return bool(_IF_RIGHT.search(text)) and not _OF_ELSE.search(text)
