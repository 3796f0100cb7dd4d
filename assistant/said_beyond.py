"""Words for deeds that no tool does: tuning, timing, cutting, cleaning, mastering, writing music.

One rule: only what asks for such a deed counts; a question about one, or an order beside it, goes
the usual way.
"""

import re
from collections.abc import Callable

from assistant.english import plainly
from assistant.orders.mentions import as_read
from assistant.said_clauses import clauses

_ASKED = (  # what leads up to a deed
    r"^(?:(?:hey|hi|ok|okay|so|and|also|then|now|yo|um|please|pls|plz|kindly|just|can|could|would"
    r"|will|u|you|ya|we|let's|lets|i want you to|i need you to|do|go|maybe|be so kind as to"
    r"|help me(?: to)?|try to|be able to|me|to)\W+)*"
)
_OF_TIMING = (
    r"quanti[sz]e\w*|humani[sz]e"
    r"|(?:tighten|straighten|even|fix|correct|sort|iron)(?: \w+){0,5}"
    r" (?:timing|rhythm|groove|drags?|rushes|flams?|late|early)\b"
    r"|(?:tighten|straighten)(?: up| out)?(?: the| my| his| her| their| our| all| those)*"
    r"(?: \w+'?s?)? fills?\b"
    r"|(?:swing|speed up|slow down|slow|speed)"
    r" (?:it|this|that|everything|(?:the|my|our) (?:whole )?(?:song|thing|track|tune|piece|lot))\b"
    r"(?! the other| to the (?:left|right))"
    r"|(?:put|snap|line|lock|move|get|tighten|edit|pull|nudge|straighten|align)\b.*"
    r"\b(?:on|to|with|onto)"
    r" (?:the )?(?:grid|click|beat|metronome)\b"
    r"|(?:change|set|raise|lower|halve|double) (?:the |its )?tempo\b"
    r"|make (?:it|this|that|(?:the|my|our) (?:whole )?(?:song|track|thing|beat|tune|piece))"
    r"(?: a (?:bit|little|touch))? (?:faster|slower)\b"
    r"|(?:shift|move|nudge|push|pull|drag|start|bring)\b[^.!?]{0,24}\b(?:earlier|later|in time)\b"
    r"(?=\W*(?:$|please|pls|so\b|by\b))"
    r"|(?:time-?)?stretch (?:it|this|that|them|the|my)\b"
)
_OF_PITCH = (
    r"(?:move|shift|change|correct|fix)\b[^.!?]{0,24}\b(?:notes?|chords?)\b"
    r"|(?:put|get|bring|sing)\b.*\b(?:in|into|back in) tune\b|(?:re|de|auto)-?tune\w*|tune (?!in"
    r"|into|to|the (?:volume|level|balance))|transpose"
    r"|harmoni[sz]e|pitch (?:it|the|my|up|down|this|him|her)|modulate|melodyne"
    r"|(?:fix|correct|shift|change|sort)(?: \w+){0,4} (?:pitch|intonation|key)\b"
)
_OF_TIME = (
    r"side-?(?: )?chain (?:the|it|my|this|everything|all|on)\b|duck\b.*\b(?:when|whenever)\b"
    r"|automate|fade (?:it|this|the (?:song|track|end|whole|mix)|out|in)\b|crossfade"
    r"|ride (?:the|my) (?:faders?|vocals?)\b"
)
_OF_THE_CUT = (
    r"(?:remove|delete|cut|take|edit|get|clean|scrub|filter|strip)\b.*\b"
    r"(?:coughs?|coughing|sneez\w*|breaths?|um+s?|uh+s?|er+ms?|ahs?|clicks?|pops|hum|buzz|crackles?"
    r"|crackling|background noise|barking|sirens?|applause|silences?|count-?in|aeroplane|airplane"
    r"|plane|traffic|bleed|chatter|crying)\b"
    r"|(?:remove|delete|cut|edit)(?: out)?(?: the| my| that| this)?"
    r"(?: first| second| third| last| whole)?"
    r" (?:intro|outro|verse|chorus|bars?|(?:part|bit) where)\b"
    r"|denoise|de-noise|declick|de-click|dereverb|splice|comp (?:the|my|together)\b"
    r"|(?:loop|repeat|shorten|lengthen|extend|trim) (?:the|this|my|that)"
    r" (?:start|end|beginning|ending|intro|outro|song|chorus|verse|bridge|first|last|silence)\b"
)
_OF_WRITING = (
    r"(?:add|write|compose|make up|insert|put in|generate|program|lay down|record|sing)"
    r"(?: me| us| in)* (?:an?|another|some new|new) (?:(?!more|of|bit|little)\w+ ){0,3}?"
    r"(?:solos?|melody|melodies|harmony|bass ?line|beat|riff|fill|chord|bridge|verse"
    r"|counter-?melody|intro|outro|ending|(?:choir|string|horn) part|score)\b|transcribe|notate"
    r"|(?:extract|write out|jot down|print|send me|give me)\b.*"
    r"\b(?:midi|sheet music|chords?|notation|tabs?|lead sheet)\b"
    r"|play (?:one|it|a solo|that|something)\b.*\b(?:record|in (?:it|there)|for me)\b"
    r"|(?:re-?)?record (?:me|us|him|her|myself)\b|play \w+ (?:in )?again (?:yourself|properly)\b"
    r"|(?:re-?)?orchestra(?:te)?(?= (?:it|this|that|the|my|our|for)\b)|re-?arrange"
    r"|arrange (?:it|this|that|(?:the|my|our) \w+) for\b"
)
_OF_THE_MASTER = (
    r"master (?:it|this|that|the (?:song|track|mix|album|whole)|my|for|to|our)\b"
    r"|normali[sz]e (?:it|this|the|my|to|everything|all)\b(?! files?)"
)
_KINDS = (_OF_TIMING, _OF_PITCH, _OF_TIME, _OF_THE_CUT, _OF_WRITING, _OF_THE_MASTER)
_DEEDS = re.compile(f"{_ASKED}(?:{'|'.join(_KINDS)})")
_OTHER_UNIT = re.compile(  # no order in these can be carried out: "12 cents up", "make it 90 bpm"
    r"^(?!.*\b(?:what|how|why|which|is|are|explain)\b).*(?:\d|\b(?:a|three|few|five|ten)) ?"
    r"(?:cents?|semi-?tones?|bpm|ms|milli-?seconds?|beats per minute|tempo)\b"
)
_TIMES = re.compile(r"\b\d+[:/]\d+(?: notes?)?\b|\bbars? \d+\b")
_DESCRIBES = re.compile(
    r"(?:is|are|was|were|(?:my|the|our) (?:\w+ ){1,3}?(?:is|are|was|were|gets?|got|goes|went|comes?"
    r"|came|enter(?:s|ed)?|strikes?|plays?|played|stops?|drags|rushes|drinks|keeps?|sings?|sang)\b"
    r"|he|she|they|it|it's|he's|she's|they're|we|i|because|since|cause)\b"
)
_LISTED = re.compile(
    r"\b(?:ums?|uhs?|ers?|ahs?|clicks?|coughs?)(?:(?:,| and| or| &) (?:the )?\w+)*?"
    r" and (?:the )?\w+"
)


def is_beyond(
    text: str,
    names: tuple[str, ...],
    roles: tuple[str | None, ...],
    asks_for_a_deed: Callable[[str], bool],
) -> bool:
    """Whether a text asks for a deed that no tool does, and for nothing else.

    asks_for_a_deed: whether a clause asks for something that a tool does.
    """
    plain = _TIMES.sub(" ", plainly(as_read(text, names, roles)))
    plain = _LISTED.sub(lambda match: match[0].split()[0], plain)
    parts = [part.strip() for part in clauses(plain, names)]
    beyond = [part for part in parts if _DEEDS.search(part) or _OTHER_UNIT.search(part)]
    others = [part for part in parts if part not in beyond and not _DESCRIBES.match(part)]
    return bool(beyond) and not any(map(asks_for_a_deed, others))
