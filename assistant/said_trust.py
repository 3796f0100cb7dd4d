"""Questions about Gainsay itself: how sure it is, where files are, what is next; and mere sounds.

One rule: only a text that asks this and nothing else; what orders anything goes the usual way.
"""

import re
from collections.abc import Sequence

from assistant.english import plainly
from assistant.orders.mentions import Mention

SURE, FILES, ORIGINALS, CHANGED = "sure", "files", "originals", "changed"
AMUSED, PONDERS, WHAT_NOW, PARDON = "amused", "ponders", "what_now", "pardon"
_WORDS_READ = 14  # a longer text is about something else

_OPENS = re.compile(
    r"(?:(?:so|and|but|ok|okay|hey|h+m+|u+m+|u+h+|e+r+m*|well|wait|hang on|right|yeah|no|now|also"
    r"|sorry|then|tell me|be honest|honestly|seriously|just wondering|btw|alright)[ ,.!?]+)*"
)
_CLOSES = re.compile(
    r"(?:[ ,]+(?:please|pls|though|tho|then|really|now|so far|yet|already|actually|exactly|here"
    r"|at all|anyway|again|mate|man|bro|dude|just now|by the way|btw|somewhere|or what|or not))*$"
)
_YOU, _ARE = r"(?:you|u|ya)", r"(?:are|r)"
_THAT = (
    r"(?:that|this|it|these|those|them|what you (?:say|said|hear|heard)|all (?:of )?(?:that|this))"
)
_ADVICE = (
    rf"(?:{_THAT}|(?:the|your|ur|that|this|those|these) "
    r"(?:advice|numbers?|moves?|suggestions?|ears?|figures?|call|answer|opinion|ideas?|guess))"
)
_CERTAIN = r"(?:sure|certain|confident|positive|convinced|accurate|reliable|trustworthy|precise)"
_TRUST = r"(?:trust|believe|rely on|count on|go by)"
_MIND = r"(?:really|so|very|quite|actually|absolutely|that|100 ?%|completely|even)"
_SURE = (
    rf"(?:how|{_ARE} {_YOU}|{_YOU}|is that)(?: {_MIND})* {_CERTAIN}(?: {_ARE})?"
    rf"(?: {_YOU}| {_ADVICE})?(?: (?:about|of|on|with|that|in)\b.*)?",
    rf"(?:can|could|should|do|may|why should) (?:i|we|one)(?: {_MIND})* {_TRUST}"
    rf" (?:{_YOU}|{_ADVICE})",
    rf"(?:{_ARE} {_YOU}|is (?:that|this|it)) (?:just |only )?(?:guessing|bluffing|a guess|made up"
    r"|making (?:this|that|it) up)",
    rf"how (?:often|many times) (?:{_ARE}|do) {_YOU}"
    r" (?:right|wrong|off|mistaken|err|mess up|get it (?:right|wrong))",
    rf"(?:could|might|can) {_YOU} be (?:wrong|mistaken|off)|{_ARE} {_YOU} ever wrong"
    rf"|do {_YOU} (?:ever )?make mistakes",
    rf"how {_CERTAIN} (?:is|{_ARE}) {_ADVICE}",
    rf"how (?:likely|probable) is (?:{_THAT}|that {_YOU}.*)",
    rf"(?:do )?{_YOU} (?:really|actually|honestly) (?:think|believe|mean) (?:so|that|it|this)",
)
_FILE = (
    r"(?:files?|wavs?|flacs?|exports?|renders?|bounces?|mixdowns?|takes?|output|audio|folder|mix)"
)
_SAVED = r"(?:saved?|exported?|written|wrote|write|stored?|kept|backed up|rendered|bounced?|put)"
_WHAT = (
    r"(?:anything|everything|any of it|(?:my|the|our) (?:work|mix|session|changes|moves|song|file))"
)
_CHANGE = (
    r"(?:chang\w+|touch\w*|overwr\w+|edit\w*|alter\w*|delet\w+|modif\w+|mess\w* with|ruin\w*"
    r"|los[et]|wreck\w*)"
)
_ORIGINALS = (
    r"(?:my|the|any of my|our) (?:own |original |source )?"
    r"(?:files?|originals?|stems|recordings?|wavs?|tracks|samples)"
)
_FILES = (
    rf"(?:did|have|has) (?:{_YOU}|{_THAT}|{_WHAT}) (?:get |been |got )?{_SAVED}"
    rf"(?: (?:{_THAT}|{_WHAT}))?",
    rf"(?:is|are|was) (?:{_THAT}|{_WHAT}) {_SAVED}(?: (?:anywhere|to (?:disk|a file)))?",
    rf"(?:where|(?:in )?(?:which|what) folder)(?:'?s| is| are| can i find| do i find)? "
    rf"(?:(?:(?:the|my|that|our|those|these) )?(?:new |last |saved |finish(?:ed)? )?{_FILE}"
    rf"|(?:it|everything) (?:is )?{_SAVED}|is {_THAT} {_SAVED})(?: {_SAVED})?(?: in| to)?",
    rf"(?:where|(?:in )?(?:which|what) folder) (?:did|have|do|does) (?:{_YOU}|{_THAT}) {_SAVED}"
    rf"(?: (?:{_THAT}|{_WHAT}))?(?: in| to)?",
    rf"where (?:did|do|does|will) (?:it|they|the {_FILE}|my {_FILE}|{_WHAT}) "
    rf"(?:go|end up|land|(?:get )?{_SAVED})",
)
_OF_YOURS = (
    rf"(?:did|will|do|does|have|has|would|can) (?:{_YOU}|it|this|that) (?:ever )?{_CHANGE}"
    rf" {_ORIGINALS}",
    rf"(?:have|has|were|was) {_ORIGINALS} (?:been |get |got )?(?:ever )?{_CHANGE}(?: in any way)?",
    rf"(?:are|is) {_ORIGINALS} (?:still )?"
    r"(?:safe|ok|okay|untouched|unchanged|intact|the same|gone)",
)
_DONE = r"(?:change[d]?|move[d]?|do|done|touch(?:ed)?|alter(?:ed)?)"
_CHANGED = (
    rf"(?:did|have) {_YOU} (?:just )?{_DONE} (?:anything|something|any of it)",
    r"what(?:'?s| is| was| has been)? (?:been )?(?:changed|different|moved)",
    rf"what (?:did|have) (?:{_YOU}|we|i) (?:just |actually )?{_DONE}",
    r"(?:did|has) anything (?:been )?(?:change\w*|move\w*)",
)
_AMUSED = (
    r"(?:l+o+l+s?|lmf?ao+|rofl|(?:ha){2,}h?|(?:he){2,}|x+d+|[:;]-?[)dp]+)"
    r"(?: (?:ok|okay|nice|funny|good one|that'?s funny))?",
)
_MUSES = (
    r"(?:h+m+|u+m+|u+h+|e+r+m*|m+h*m+|welp?|let me (?:think|see)|(?:give me|one|wait a|a)"
    r" (?:sec\w*|moment|minute)|hang on|hold on|maybe|perhaps|dunno|idk|i don'?t know"
    r"|(?:i'?m )?not sure(?: yet)?)"
)
_PONDERS = (rf"{_MUSES}(?: (?:{_MUSES}|ok(?:ay)?|well))*",)
_NOW = r"w[hu]+a?t (?:now|next)"
_WHAT_NOW = (
    rf"(?:(?:ok(?:ay)?|right|alright|and|so|well|but) )*(?:so|and|(?:so )?{_NOW}|now w[hu]+a?t"
    r"|then what|what then|what(?:'?s| is) next|what(?:'?s| is) (?:the|our) (?:status|state))",
)
_PARDON = (
    r"(?:(?:ok(?:ay)?|so|but|wait|sorry|hm+) )*(?:which(?: one)?|what|huh|sorry|pardon|come again"
    r"|say (?:that )?again|what (?:are|were) (?:the|my) (?:options|choices)"
    r"|(?:which(?: one)?|what) (?:do|did) (?:you|u) mean(?: by that)?"
    r"|what was (?:that|the question)(?: again)?"
    r"|i don'?t (?:get|understand)(?: (?:it|that|the question|you))?)",
)


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_SOUNDS = {
    AMUSED: _any_of(_AMUSED),
    PONDERS: _any_of(_PONDERS),
    WHAT_NOW: _any_of(_WHAT_NOW),
    PARDON: _any_of(_PARDON),
}
_QUESTIONS = {
    SURE: _any_of(_SURE),
    FILES: _any_of(_FILES),
    ORIGINALS: _any_of(_OF_YOURS),
    CHANGED: _any_of(_CHANGED),
}


def asked_of_us(text: str, found: Sequence[Mention] = ()) -> str | None:
    """What a text asks about Gainsay itself, or which mere sound it is; None for all else.

    found: the mentions of stems in it, which only a question of sureness may name.
    """
    plain = plainly(text)
    whole = " ".join(re.sub(r"[^\w':;()-]+", " ", plain).split())
    if not whole or len(whole.split()) > _WORDS_READ:
        return None
    sounds = () if found else _SOUNDS.items()
    for kind, pattern in sounds:
        if pattern.fullmatch(whole):
            return kind
    if re.fullmatch(r"(?:really )?(?:sure|certain|positive) ?\?+", plain):
        return SURE
    begun = _OPENS.sub("", re.sub(r"[?!. ]+$", "", plain), count=1)
    bare = " ".join(re.sub(r"[^\w'%]+", " ", _CLOSES.sub("", begun)).split())
    for kind, pattern in _QUESTIONS.items():
        if (kind == SURE or not found) and pattern.fullmatch(bare):
            return kind
    return None
