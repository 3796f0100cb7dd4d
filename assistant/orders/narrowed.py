"""Negations that turn an order round or narrow it: "not so loud, but only one dB", "2, not 3".

One rule: what a "not" turns is put in the plainer word; what it leaves out or does not ask for is
left out; a judgement or a question ("it is not so loud") is no order and stays as it was said.
"""

import re

from assistant.orders.mentions import mentions

Roles = tuple[str | None, ...]
_QUIET = (
    r"(?:quiet|low(?! ?-?(?:end|mids?|freq\w*|cut|pass|register|notes?))|buried|hidden"
    r"|drowned(?: out)?|swamped|lost|faint|shy|timid|recessed|far (?:back|behind|away|down)"
    r"|in the (?:background|back|distance))"
)
_LOUD = (
    r"(?:loud|prominent|dominant|(?:far |much )?up[- ]?front|far forward|far in front|in front"
    r"|in (?:my|your|our|the) face)"
)
_SIZED = (
    r"(?:(?:just |only |please )?(?P<size>way|much|a lot"
    r"|a (?:tiny |little |wee )?(?:bit|little|touch|tad|hair)|slightly|somewhat|rather) )?"
)
_NOT_SO = re.compile(
    rf"\b(?:quite )?(?:not (?:quite )?(?:so|that|as)|{_SIZED}less)"
    rf" (?:very |damn |bloody )?(?:(?P<loud>{_LOUD})|(?P<quiet>{_QUIET}))\b"
    r"(?! (?:as|than|that|anymore|any more|enough|to|on (?:my|the)|at home|in the)\b)",
    re.IGNORECASE,
)
_MORE_SO = re.compile(  # "a bit more in the background"
    rf"\b{_SIZED}more (?:(?P<quiet>in front|up[- ]?front|to the front|forward"
    r"|in (?:my|your|our|the) face)|(?P<loud>in the (?:back(?:ground)?|distance|rear)"
    r"|to the (?:back|rear)|behind|hidden|tucked (?:in|away|under|back)|discreet|recessed))\b"
    r"(?! (?:than|of|the|my)\b)",
    re.IGNORECASE,
)
_JUDGES = re.compile(  # "the keys are not so loud", "why is it less buried"
    r"\b(?:is|are|was|were|isn'?t|am|be|been|being|sounds?|feels?|felt|seems?|looks?|why|if|when"
    r"|because|since|it'?s|that'?s|they'?re|he'?s|she'?s|'s|'re|than|would|if|could have|nice"
    r"|like|love|glad|happy|came|comes|got|gets|gone)\b",
    re.IGNORECASE,
)
_MAY_JUDGE = re.compile(
    r"\b(?:should|must|could|might|needs? to|has to|have to|to|want\w*|need|let|may|can)"
    r"(?: [\w']+){0,5} (?:be|is|are|get|feel|sound)\b|\bi(?:'d| would)? like\b|\bwould (?:you|be"
    r" (?:good|nice|great))\b",
    re.IGNORECASE,
)
_OTHER_WAY = re.compile(  # then "not so loud" is no order of its own
    r"\b(?:up|down|louder|quieter|softer|higher|lower\w*|rais\w+|lift\w*|boost\w*|cut|reduce\w*"
    r"|drop\w*|push\w*|mute\w*|pan\w*|left|right)\b",
    re.IGNORECASE,
)
_ONLY_BY = re.compile(
    r"(?P<way>\b(?:quieter|louder))\s*[,;]?\s*(?:but |though |and )?(?:please )?(?:by )?"
    r"(?:just|only|no more than|not more than) (?:by )?(?P<size>[\w.]+(?: and a half)?"
    r" ?(?:dbs?|decibels?))\b",
    re.IGNORECASE,
)
_NOT_THE_OTHER = re.compile(  # "restore version 2, not version 3"
    r"(?P<kind>\b(?:version|take|mix|v)) ?(?P<yes>\d+)(?P<rest>[^,;.!?]*?)[\s,;]*(?:and |but )?"
    r"(?<!is )(?<!was )(?<!are )\b(?:not|instead of|rather than) (?:the )?"
    r"(?P=kind) ?(?!(?P=yes)\b)\d+\b(?=\W*(?:$|[,.;]|please\b|and\b))",
    re.IGNORECASE,
)
_NOT_THIS_BUT = re.compile(
    r"\bnot (?P<kind>version|take|mix|v) ?\d+[\s,;]+(?:but )?(?=(?P=kind) ?\d)", re.IGNORECASE
)
_NOT_JUST = re.compile(  # "hard right, not just a little right"
    r"(?P<far>\b(?:hard|fully|full|all the way|\d+ ?%|\d+ percent)\b[^,;.!?]*\b(?:left|right)\b"
    r"[^,;.!?]*),? (?:and )?(?:not|no) (?:(?:just|only|merely|simply)"
    r" )?(?:an? (?:bit|little|touch|tad|hair)|slightly|half(?:way)?|partly|somewhat)\b[^,;.!?]*",
    re.IGNORECASE,
)
_IS_ON = re.compile(  # "the fiddle's on the left, swap it over to the right"
    r"^\W*(?P<who>[^,;.!?]{2,40}?)(?:'s| is| are| sits?| stands?)(?: now| currently| still)?"
    r" (?:over |out |off |panned |hard )*(?:(?:on|to|at) the )?(?:left|right)(?: (?:side|now))*"
    r"[\s,;.]+(?:so |and |please |now |but )*"
    r"(?:swap|switch|flip|move|bring|put|shift|send|take|swing|pan|throw|get)"
    r" (?:it|him|her|them|that|those)\b(?P<where>[^,;!?]*\b(?:left|right)\b[^;!?]*)$",
    re.IGNORECASE,
)
_PLAYS_AGAIN = re.compile(  # "the lead is muted, now he can play with us again"
    r"^\W*(?P<who>[^,;.!?]{2,40}?)(?:'s| is| are)"
    r"(?: still| now)? (?:muted|on mute|switched off)[\s,;.!-]+"
    r"(?:but |so |and |now |please |then )*"
    r"(?:(?:he|she|it|they|those|that one) (?:can|may|should|could|shall)(?: now)?"
    r" (?:play|come|join|sing|be (?:heard|in|back)|return|go)\b[^?,;!.]*\b(?:again|back|in|us)"
    r"|let (?:him|her|it|them) (?:play|sing|in|back|join|come)\b[^?,;!.]*)[^?,;!.]*[.! ]*$",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"\b(?:on (?:its|his|her|their) own|alone|by (?:itself|himself|herself|themselves))\b",
    re.IGNORECASE,
)
_NO_OTHER = re.compile(  # "on its own, no kick with it, just him"
    r",? (?:and )?(?:no|without(?: the| any)?|not the) (?:\w+ ){1,3}?"
    r"(?:with|under|behind|beside|around|alongside|beneath|over) (?:it|him|her|them)\b"
    r"(?=\s*(?:$|[,.;!]))"
    r"|, (?:just|only) (?:it|him|her|them|that)(?=\s*(?:$|[,.;!]))",
    re.IGNORECASE,
)
_NOBODY_ELSE = re.compile(
    r"(?P<hear>\b(?:listen to|hear|play(?: me| us)?) )(?P<who>[^,;.!?]+?),?"
    r" (?:with (?:nobody|nothing|no one|no-one|none) else|and (?:nobody|nothing|no one) else"
    r"|without (?:anyone|anybody|anything|everything|everyone) else)\b(?: with (?:it|them))?",
    re.IGNORECASE,
)
_NOT_ASKED = re.compile(  # "I'm not asking you to check mine", "just the figures"
    r"(?:^|[\s,;.!?-]+)(?:and |but |though )?(?:i|we)(?:'m| am|'re| are)? ?(?:not|ain'?t) (?:asking"
    r"|telling)(?: you)? (?:to|for)\b[^.;!?,]*"
    r"|(?:^|[,;.!?]\s*)(?:and |but )?(?:just|only) the (?:figures|numbers|values|readings)"
    r"(?:,? (?:please|thanks|no more))?(?=\s*(?:$|[,.;!]))"
    r"|[,;.!?]\s*(?:and |but )?(?:leave|let) the (?:faders|levels|knobs|mix|desk)"
    r" (?:be|alone|in peace|as (?:they are|it is)|where they are)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\b(?:what|how|which|who|where|show|tell|list|read)\b|\?", re.IGNORECASE)
_WORD_ONLY = re.compile(
    r"[,.;!?]\s*(?:i|we)(?: just| only)* (?:just |only )?(?:want|wanted|need|would like|'d like)"
    r" to (?:understand|know|learn|get) (?:the|that|this|what the|what that) (?:word|term|idea"
    r"|expression)\b[^,.;!?]*",
    re.IGNORECASE,
)
_GOING_BACK = re.compile(
    r"(?P<compare>\b(?:compar\w+|a/?b|listen to|hear)\b.*?),?"
    r" (?:but )?(?:without|not) (?:going|stepping|switching|getting) back to"
    r" (?:either|any|one|both|them|it|those|anything)\b(?: of (?:them|those|the two))?",
    re.IGNORECASE,
)
_ARTICLES = re.compile(r"\W*(?:(?:the|my|our|that|so|and|ok|okay|well|now|hey)\W+)*", re.IGNORECASE)
_DARE = re.compile(  # "don't you dare lower that bass": it stays
    r"\bdon'?t (?:you )?(?:ever )?dare(?: to)? (?:lower|raise|touch|move|mute|change|pan"
    r"|cut|push|boost|lift|drop|(?:turn|take|bring|pull|put|push)(?: (?:up|down|off|out))?)\b",
    re.IGNORECASE,
)


def narrowed(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """A text in which negations that turn or narrow an order are told in plainer words."""
    text = _DARE.sub("don't touch", text)
    if _ASKED.search(text) and len((left := _NOT_ASKED.sub(_its_stop, text)).split()) > 2:
        text = _WORD_ONLY.sub("", left) if left != text else text
    text = _NOT_THIS_BUT.sub("", _NOT_THE_OTHER.sub(r"\g<kind> \g<yes>\g<rest>", text))
    text = _GOING_BACK.sub(r"\g<compare>", _NOT_JUST.sub(r"\g<far>", text))
    if _ALONE.search(text):
        text = _NO_OTHER.sub("", text)
    text = _NOBODY_ELSE.sub(r"\g<hear>only \g<who>", text)
    return _turned(_told_then_ordered(text, names, roles))


def _told_then_ordered(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """Where a stem is or that it is muted, and then what is to change, as one order."""
    for found, order in (
        (_IS_ON.search(text), "pan {who}{where}"),
        (_PLAYS_AGAIN.search(text), "unmute {who}"),
    ):
        if found and named_alone(found["who"], names, roles):
            return order.format(**found.groupdict())
    return text


def named_alone(who: str, names: tuple[str, ...], roles: Roles) -> tuple[str, ...]:
    """The stems of words that name one, or a family, and say no more: "the keys", "so my bass"."""
    if by_name := [name for name in names if name.casefold() == who.casefold().strip()]:
        return tuple(by_name)  # "solo" of a stem Solo
    found = mentions(who.casefold(), names, roles)
    if len(found) != 1:
        return ()
    around = who[: found[0].start] + who[found[0].end :]
    return found[0].stems if _ARTICLES.fullmatch(around) else ()


def _its_stop(match: re.Match[str]) -> str:
    """What ends the sentence before one that is left out."""
    return match[0][0] if match[0][0] in "?!." else ""


def _turned(text: str) -> str:
    """ "not so loud" as "quieter", where it is ordered."""
    found = _NOT_SO.search(text) or _MORE_SO.search(text)
    if found is None:
        return text
    start = max(text.rfind(mark, 0, found.start()) for mark in ",.;!?\n") + 1
    before = text[start : found.start()]
    if _JUDGES.search(before) and not _MAY_JUDGE.search(before):
        return text
    if text.rstrip().endswith("?") and not re.match(
        r"\W*(?:please|can|could|would|will|may)\b", text, re.IGNORECASE
    ):
        return text
    if _OTHER_WAY.search(text[: found.start()] + text[found.end() :]):
        return text
    size = f"{found['size']} " if found["size"] else ""
    way = f"{size}{'quieter' if found['loud'] else 'louder'}"
    text = text[: found.start()] + way + text[found.end() :]
    return _ONLY_BY.sub(lambda match: f"{match['way']} by {match['size']}", text)
