"""Do a user's words plainly ask to be taught? Read by rules, before the language model is asked.

One rule: only what can mean nothing else; words that name a stem, an amount or another wish go
the usual way.
"""

import re
from collections.abc import Callable, Sequence

from assistant.context import ToolContext
from assistant.english import plainly
from assistant.lessons import keyword_of, named
from assistant.naming import spoken_of
from assistant.numerals import UNIT
from assistant.said_clauses import clauses
from assistant.why_cards import by_hand_asked

_OPENING = (
    r"^(?:(?:so|and|ok|okay|hey|hi|um|uh|wait|sorry|please|right|well|hmm|in general|generally"
    r"|as a rule|by the way|btw|just curious|also|tell me)\W+)*"
)
_ASKS = re.compile(
    _OPENING + r"(?:why (?:do|does|is|are|should|would|did)\b|how come\b"
    r"|how (?:does|do|is|are)\b.*\b(?:works?|differ\w*|matters?|important|help\w*|affect\w*)\b"
    r"|what (?:exactly )?(?:does|do)\b.*\b(?:do|mean|measure)\b"
    r"|what(?:'?s| is) the (?:point|deal|idea|use|purpose|difference|story)\b"
    r"|(?:what's|what is|is) .* (?:important|good for|used for|about)\W*$)"
)
_IN_GENERAL = re.compile(
    _OPENING + r"(?:why|how come)\b(?: (?:do|does|would|is it that|can|should))?"
    r" (?:people|everybody|everyone|anybody|anyone|somebody|someone|engineers?|producers?|pros?"
    r"|they all|you guys|mixers|bands|(?<=it that )(?:one|you|we)|(?<=why does )one (?:stem"
    r"|track|instrument)"
    r"|a (?:mix|song|track|record)|mixes|songs|records|some (?:mixes"
    r"|songs|records))\b"
)
_DEVICE = (
    r"(?:(?:smart|mobile|tele)?phones?|laptops?|radios?|telly|tvs?|ear ?buds|ear ?phones|headphones"
    r"|car (?:stereo|radio|speakers)|(?:phone|small|laptop|bluetooth) speakers?|speakers|boombox"
    r"|tablets?|ipads?)"
)
_METERS = r"(?:meters?|numbers?|readings?|lufs|faders?|levels?)"
_WHY = re.compile(r"\b(?:why|how come|how is it)\b")
_NATURE = re.compile(  # "why does the sub vanish on phones", "... when the meter says it's low"
    r"(?:^|[,;:] ?|\b(?:and|so|but|like|wait|ok|hm+) )(?:why|how come|how is it that)\b(?! not\b"
    r"| (?:did|are"
    r"|do|have|would) (?:you|we|i)\b)"
    rf"[^.!?]*\b(?:(?:on|in) (?:[a-z]+ ){{0,3}}{_DEVICE}\b"
    rf"|(?:even )?(?:when|though|while|if) (?:the |my |your )?{_METERS} (?:say|says|show|shows"
    rf"|reads?"
    r"|are|is|claims?)\b)"
    rf"|\bwhat (?:do|does|can) (?:\w+ )?{_DEVICE}\b[^.!?]*\b(?:why|how come)\b"
)
_TEACHES = re.compile(
    r"\b(?:explain\w*|teach (?:me|us)|lesson|define|definition|meaning of|meant by|mean by"
    r"|what\b.*\bmeans?|understand|understood|tell me (?:something |more )?about|learn about|eli5"
    r"|101|for dummies|crash course|tldr|in (?:plain|simple) (?:words|english|terms)"
    r"|difference between|never heard|don'?t (?:get|know what)|no idea what|clueless|confus\w+"
    r"|basics of|wtf|stand for|school me|educate me)\b"
)
_RECALLS = re.compile(  # of a matter in general, not of this song's own
    r"\b(?:remind me (?:what|how|why|of|about)|refresh my memory|refresher|tell me what"
    r"(?: (?:in|on|the) (?:the |god's |heaven's )?(?:hell|heck|world|name|earth|devil|blazes))?"
    r" (?:a |an )?"
    r"(?!(?:is|are|you|i|we|the|it|to|in|needs?|should|would|could|stems?|tracks?|files?) )"
    r"[\w-]+(?: [\w-]+)? (?:is|are))\b"
)
_BEGINS = re.compile(
    _OPENING + r"(?:please )?(?:explain(?: (?:it|this))?|teach me|tell me|remind me|enlighten me)"
    r"(?: to me| to us| again| once more| please| slowly| simply| then)*"
)
_BARE = r"(?:a |an |the )?{}(?: 101| explained| for dummies| tldr|)\??"
_WHAT_IS = (
    r"(?:remind me\W+)?"
    r"(?:wh?[au]t (?:the (?:hell|heck|devil|deuce)|on earth|in the world) (?:is|are)"
    r"|wh?[au]t(?:'?s| is| are| even is| exactly is)|wtf is|wot is|explain|define)"
    r" (?:a |an |the )?{}(?: again| anyway| exactly| please| pls| plz)*\W*"
)
_OTHER_DEEDS = re.compile(
    r"\b(?:raise|lower|turn|bring|put|make (?:the|it|my)|push|pull|drop|boost|cut|mute|unmute|solo"
    r"|render|bounce|hear it|dress|undo|redo|restore|go back|play (?:the|me|it)"
    r"|compare (?:the|it|my)|audition|read me|read out|show me|check|verify|apply|do it|do the"
    r"|soften|brighten|darken"
    r"|how loud is|level of|measure (?:the|my|all|every)|order of|loudest|pan (?:the|my|it))\b"
)
_OURS = re.compile(
    r"\b(?:my|our|this|that|these|those|it|here|now|current\w*|the (?:song|mix|stems?|level|levels"
    r"|balance|advice|reason|proposal|anchor))\b"
)
_ADVISES = re.compile(
    _OPENING
    + r"(?:should i|do i (?:need|have) to|do we (?:need|have) to|is it (?:ok|okay|bad|wrong|fine)"
    r"|how (?:loud|hot|high|low|much \w+) (?:should|do|must) (?:i|we|my|a|the))\b"
)
_TRADE = r"(?:stems?|faders?|bus|channels?|plug-?ins?|takes?|sessions?|mixdowns?|bounces?)"
_DOING = (
    r"(?:turn|pann?|cutt?|lower|boost|rais|mut|measur|balanc|compress|judg|solo|bring|pull|push"
    r"|leav|compar)ing"
)
_OF_PRACTICE = re.compile(
    r"^(?:(?:but|so|and|ha|ok|okay|right|hm+|wait|oh|well|figures|still|then|in general|generally"
    r"|as a rule|by the way|btw|just curious|also)\W+)*"
    rf"(?:(?:why|how|how come)(?: (?:does|do|is|can|would|exactly))*(?: just| simply)? {_DOING}\b"
    r"|why is it (?:even |so |really |always )?(?:better|good|bad|best|wise|usual|common|important"
    r"|a problem|wrong)\b|why (?:do|does|should|would) (?:we|people|engineers?|everybody"
    r"|everyone|one"
    r"|they|you (?:guys|people|lot)) (?:always |all |even )?(?:hold|leave|measure|judge|pan|cut"
    r"|turn"
    r"|say|balance|use|look|compare|mix)\b"
    rf"|wh?[au]t (?:(?:even|exactly|the (?:hell|heck)|on earth) )?(?:is|are|'?s) (?:an? )?{_TRADE}"
    r"(?: (?:anyway|even|exactly|please|actually|then))*$)"
)
_OF_YOURS = (  # "what is this LU that you write everywhere"
    r"wh?[au]t(?:'?s| is| are)? (?:this|that|these|those|all this|all these|the) {}"
    r"(?: (?:thing|stuff|number|word)s?)? (?:that |which )?(?:you|u|ya|it says|everywhere"
    r"|all over)\b"
)
# What one may be told about without a song, since it is a matter of method.
_METHOD = frozenset(
    "compression delivery-targets equalisation gain-staging headroom listening-level "
    "minus-eighteen mix-bus mono reverb trim-and-fader true-peak".split()
)
_A_WORD = re.compile(
    _OPENING
    + r"(?:wh?[au]t(?:'?s| is| are| does| do)|wtf is|explain|define|how does|why (?:do|is))\b"
)
_BUYS = re.compile(r"\b(?:buy(?:ing)?|sell(?:ing)?|bought|afford|cheap(?:er|est)?|second ?hand)\b")
_WRITES = re.compile(r"\b(?:export|save|bounce|session file|project file)\b")
# Words that more often speak of this song's own anchor or reference, or of a service.
_COMMON = frozenset({"anchor", "reference-tracks", "delivery-targets"})


def lesson_asked(text: str, context: ToolContext) -> bool:
    """Whether a text plainly asks for a lesson that there is, or for a move's steps by hand."""
    return asks_to_be_taught(text, lambda: spoken_of(text, context.names, context.roles))


def asks_a_word(text: str, context: ToolContext) -> bool:
    """The same at a drill, where a question about a word can be about nothing else."""
    plain = plainly(text)
    return bool(_A_WORD.match(plain) and named(plain)) or lesson_asked(text, context)


def asks_to_be_taught(text: str, stems_named: Callable[[], Sequence[str]]) -> bool:
    """The same. stems_named: tells the stems that the text names; asked only where it matters."""
    plain = plainly(text)
    if _WRITES.search(plain) or _BUYS.search(plain):
        return False
    if by_hand_asked(plain) or _asks_of_practice(plain):
        return True
    without_ceilings = re.sub(r"-\d+ ?(?:dbfs|lufs|dbtp)", "", plain)
    if not named(plain) or re.search(rf"\d{UNIT}", without_ceilings):
        return False
    parts = clauses(plain)
    if _leads_to_a_lesson(parts):
        parts = [" ".join(part.strip() for part in parts)]  # "explain to me, please, what LUFS is"
    asking = [part.strip() for part in parts if named(part) and _is_question(part.strip())]
    asking += [plain] if _is_bare(plain) else []
    others = [] if plain in asking else [p for p in parts if p.strip() not in asking]
    if not asking or any(_OTHER_DEEDS.search(part) for part in others):
        return False
    return any(map(_is_whole_question, asking)) or not stems_named()


def _asks_of_practice(plain: str) -> bool:
    """Whether a text asks why or how something is done at all, or what a word of the trade is."""
    sentences = [one.strip() for one in re.split(r"[.!?;]+", plain) if one.strip()]
    asking = [one for one in sentences if _OF_PRACTICE.search(one) or _IN_GENERAL.search(one)]
    others = [one for one in sentences if one not in asking]
    return bool(asking) and not any(map(_OTHER_DEEDS.search, others))


def asks_why_at_all(text: str) -> bool:
    """Whether a text asks why something is so with all music, and orders nothing besides."""
    plain = plainly(text)
    sentences = [one.strip() for one in re.split(r"[.!?;]+", plain) if one.strip()]
    asks = any(_NATURE.search(one) or _IN_GENERAL.search(one) for one in sentences)
    others = [one for one in re.split(r"[.!?;,]+", plain) if not _WHY.search(one)]
    return asks and not any(_OTHER_DEEDS.search(one) for one in others)


def topic_of_why(text: str) -> str:
    """What such a text is about, as a lesson is called, where no word of its own names one."""
    plain = plainly(text)
    if named(plain):
        return text
    if re.search(rf"\b{_DEVICE}\b", plain):
        return "listening level"
    return "loudness" if re.search(rf"\b{_METERS}\b", plain) else text


def _leads_to_a_lesson(parts: Sequence[str]) -> bool:
    """Whether the first clause asks to be taught, and a later one says what it is about."""
    first = parts[0].strip() if len(parts) > 1 else ""
    return bool(_BEGINS.fullmatch(first)) and not any(map(_OTHER_DEEDS.search, parts))


def _is_question(part: str) -> bool:
    """Whether a clause that names a lesson asks about it, and about nothing of this song."""
    if _is_whole_question(part):
        return True
    if _OTHER_DEEDS.search(part):
        return False
    if _TEACHES.search(part):
        return named(part)[0].name != "anchor" or "an anchor" in part or "anchor mean" in part
    if _is_of_method(part) or _asks_in_general(part):
        return True
    is_common = named(part)[0].name in _COMMON
    return bool(_ASKS.search(part)) and not is_common and not _OURS.search(part)


def _asks_in_general(part: str) -> bool:
    """Whether a clause wants to be told what something is, of no song's own."""
    return bool(_RECALLS.search(part)) and not _OURS.search(part.replace("my memory", ""))


def _is_of_method(part: str) -> bool:
    """Whether a clause asks what one should do, about something that needs no song."""
    return bool(_ADVISES.match(part)) and named(part)[0].name in _METHOD


def _is_bare(text: str) -> bool:
    """Whether a text is a keyword and nothing else, as a question: "headroom?", "lufs 101"."""
    bare = re.fullmatch(_BARE.format(re.escape(keyword_of(text)) + "s?"), text)
    return bool(bare) and named(text)[0].name not in _COMMON | {"clipping", "fair-comparison"}


def _is_whole_question(part: str) -> bool:
    """Whether a clause asks what a keyword is, and little else: "whats a lufs"."""
    keyword = keyword_of(part)
    if " " in keyword and _is_of_method(part):
        return True  # even where a stem is named: "how loud should I record my vocals"
    if re.search(_OPENING + _OF_YOURS.format(re.escape(keyword) + "s?"), part):
        return True
    asked = re.search(_OPENING + _WHAT_IS.format(re.escape(keyword) + "s?") + "$", part)
    if named(part)[0].name in _COMMON:
        return bool(asked) and " an " in f" {part}"
    return bool(asked)
