"""Takes as they are spoken of once there are some: "the class voted for the second", "three more".

One rule: a take is chosen where exactly one is praised; what is said against others chooses none.
"""

import re

from assistant.numerals import WHOLE_WORDS

_PLACES = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "fifth": 5, "5th": 5, "last": -1, "latter": -1, "former": 1,
}  # fmt: skip
_NUMBERS = {word: count for word, count in WHOLE_WORDS.items() if 0 < count < 9}
_COUNT = (
    rf"(?:{'|'.join(sorted((w for w in _NUMBERS if w.isalpha()), key=len, reverse=True))}|[1-8])"
)
_THING = r"(?: (?:one|take|version|mix|render(?:ing)?))?"
_LOT = r"(?:lot|batch|round|set|bunch|run)"
_WHICH = (
    rf"(?:(?:the |that )?(?P<place>{'|'.join(_PLACES)}){_THING}"
    rf"|(?:the )?(?:take|number|no\.?) ?(?P<number>{_COUNT}))"
    rf"(?P<lot> of the (?:first|earlier|old) {_LOT})?(?: of (?:them|those|the \w+))?"
)
_PRAISE = (
    r"(?:best|better|good|great|nicer?|nicest|lovel(?:y|iest)|perfect|cleaner|tighter|deadly"
    r"|wicked|unreal|lethal|savage|massive|stunning|the (?:one|winner|keeper"
    r"|best|better)"
    r"|us|it|ours|mine|winner|favou?rite|fire|gold|magic|brilliant|excellent|fine(?:r|st)"
    r"|beautiful|amazing"
    r"|my (?:pick|favou?rite|choice)|closest|right|wonderful|superb|class|ace|sick|spot on|warmest)"
)
_HOW = r"(?: (?:really|just|clearly|easily|simply|definitely|still|so|absolutely|by far|far|much"
r"|the|a|all"
_HOW += r"|always|actually|honestly|very|really|totally))*"
_IS_LIKED = re.compile(
    rf"(?:^|\b(?:and|so|think|say|says|reckon|but|because|is|honestly|sure|yes|yeah|ok|no) "
    rf"|\W ){_WHICH}"
    rf"(?:{_HOW} (?:is|was|has to be|sounds?|feels?|remains?|stays?|still is|would be)"
    rf"|'s){_HOW} {_PRAISE}\b"
)
_IS_PRAISED = re.compile(rf"^\W*{_WHICH}{_HOW} {_PRAISE}\W*$")  # "first one deadly"
_WITH_IT = re.compile(  # behind one that was spoken of
    r"\b(?:go(?:ing|nna go)?|we'?ll go|i'?ll go|sticking|stick) with (?:it|that(?: one)?)\b"
    r"|\bi(?:'ll| will|'m)? (?:take|taking|have|having|want|keep|keeping) (?:it|that one)\b"
)
_SURELY = (
    r"(?:\W+(?:definitely|for sure|please|surely|it is|clearly|no doubt|easily|for me|hands down))*"
)
_BY_ITSELF = re.compile(  # "the second. definitely the second"
    rf"\W*(?:(?:oh|ah+|hm+|ok(?:ay)?|yes|definitely|surely|clearly|easily|no doubt)\W+)*{_WHICH}"
    rf"{_SURELY}\W*"
)
_DOES_IT = re.compile(
    rf"(?:^|\b(?:and|so|think|say|says|reckon|but) |\W ){_WHICH}{_HOW}"
    r" (?:wins?|won|kills?(?: (?:it|everything|them all))?|rocks|slaps|bangs|nails it|nailed it"
    r"|does it"
    r"|takes it|beats (?:all|them|the (?:others|rest|lot))\w*|it is|for (?:me|us|him|her|them)"
    r"|hits (?:hard|best)"
    r"|works (?:best|better|for (?:me|us))|gets (?:my|our|his|her|the) vote|go(?:es)? crazy"
    r"|ha(?:s|ve|d) (?:the |more |it|all the |such |so much )(?:best|better|finer|nicer|vibes?"
    r"|groove|feel"
    r"|soul|energy|magic|life|right|most|that)?(?: \w+)?)(?=\W|$)"
)
_LIKES = re.compile(
    r"\b(?:vot(?:ed|es?|ing)(?: (?:went|goes|go|is|was))? (?:for|to)|prefer(?:s|red)?|lik(?:es?"
    r"|ed)|loves?|loved"
    r"|pick(?:s|ed)?|chose|chooses?|chosen|went (?:for|with)|goes (?:for|with)|going (?:for"
    r"|with)|go (?:for|with)"
    r"|settled on|decided (?:on|for)|opted for|wants?|wanted|fell for|favou?rs|takes?|keep(?:s"
    r"|ing)?"
    rf"|winner is|(?:favou?rite|pick|choice) is) {_WHICH}(?: (?:best|most|more|better"
    rf"|of all))?(?=\W|$)(?!(?: one)?'s)"
)
_AGAINST = re.compile(
    r"\b(?:too|not|never|nobody|no one|hates?|hated|worse|worst|less|hardly|lacks?|wrong|bad"
    r"|awful|without"
    r"|rather than|if|or|nor)\b|n't\b"
)
_CLAUSES = re.compile(r"[.!;?]+\s*|,\s+|\s+(?:but|while|whereas|though)\s+")
_OF_THEM_ALL = re.compile(
    rf"\bof (?:the|these|those|all|our|my) {_COUNT}(?: takes| mixes| renders| of them)?\b,?"
)
_MORE = re.compile(
    r"^\W*(?:(?:and|ok(?:ay)?|so|now|please|no|nah|hm+|give (?:me|us)|do|make(?: me| us)?|render"
    r"|let'?s (?:have"
    r"|hear|get)|(?:can|could|may|might) (?:i|we|you)(?: (?:have|get|make|do|render))?(?: me| us)?"
    r"|i(?:'d| would)? (?:want|like|need)|we(?:'d| would)? (?:want|like|need)|try)\W+)*"
    rf"(?:(?P<count>{_COUNT}) (?:(?:further|other|new|extra|additional|fresh|different|alternative)"
    r"(?: (?:ones?|takes?|of (?:them|those|these)))?|more (?:takes?|ones?|of (?:them|those|these)))"
    rf"|another (?P<another>{_COUNT})(?: (?:takes?|ones|of (?:them|those|these)))?"
    rf"|(?P<one>another take))"
    r"(?=\W|$)(?! (?:db|decibels?|percent|%|times|steps|down|up))"
)
_RUN = re.compile(  # "run me 4 more"
    r"\W*(?:(?:and|ok(?:ay)?|so|now|please|nice|good|cool|then|can you|could you)\W+)*(?:run|do"
    r"|render"
    r"|roll|spin|cook(?: up)?|generate|knock out|whip up|print|give)(?: (?:me|us|off))?"
    rf" (?P<count>{_COUNT}) more(?:\W+(?:still|then|now|please|pls|mate|bro|of (?:them|those)))*\W*"
)
_TO_CHOOSE = re.compile(
    rf"\b(?P<count>{_COUNT}) (?:\w+ )?(?:takes|mixes|renders|renderings) "
    r"(?:to|for(?: \w+){1,3} to|for) (?:\w+ )?"
    r"(?:choose|pick|compare|chose|choosing|vote|decide|select|take)\b"
    rf"|\b(?:mix|render|mixdown|version)\b[^.?!]*[,:] ?(?:in |and |with |make it "
    rf"|say )?(?P<behind>{_COUNT})"
    r" takes\b"
)


def take_liked(text: str, lots: tuple[int, ...]) -> int | None:
    """The number of the take that a text chooses; None where it praises none, or several.

    lots: how many takes each rendering made, the latest last; a place is one of the latest.
    """
    plain = _OF_THEM_ALL.sub("", text.casefold().replace("’", "'")).strip()
    if (alone := _by_itself(plain, lots)) is not None:
        return alone
    found: set[int] = set()
    for clause in _CLAUSES.split(plain):
        if clause and not _AGAINST.search(clause):
            said = [
                m for r in (_IS_LIKED, _IS_PRAISED, _DOES_IT, _LIKES) for m in r.finditer(clause)
            ]
            found |= {_number(one, lots) for one in said}
    return found.pop() if len(found) == 1 and "?" not in plain else None


def _by_itself(plain: str, lots: tuple[int, ...]) -> int | None:
    """The one take of a text that names it and says no more, or that one goes with it."""
    sentences = [one for one in re.split(r"[.!;]+\s*", plain) if one.strip()]
    named = [_BY_ITSELF.fullmatch(one) for one in sentences]
    if not lots or "?" in plain:
        return None
    if all(named):
        found = {_number(one, lots) for one in named if one}
        return found.pop() if len(found) == 1 else None
    if _WITH_IT.search(plain) and not _AGAINST.search(plain):
        said = {_number(one, lots) for one in re.finditer(_WHICH, plain)}
        return said.pop() if len(said) == 1 else None
    return None


def _number(said: re.Match[str], lots: tuple[int, ...]) -> int:
    """The number of a take among all there are."""
    if (word := said["number"]) is not None:
        return _NUMBERS.get(word) or int(word)
    place = _PLACES[said["place"]]
    first = said["lot"] is not None or len(lots) < 2
    before = 0 if first else sum(lots[:-1])
    if place < 0:
        return sum(lots[:1]) if said["lot"] is not None else sum(lots)
    return before + place


def more_takes(text: str) -> int | None:
    """How many more takes a text asks for where there are some: "three further ones"."""
    if run := _RUN.fullmatch(text.casefold()):
        return _counted(run["count"])
    found = _MORE.search(text.casefold())
    if found is None:
        return None
    return 1 if found["one"] else _counted(found["count"] or found["another"])


def takes_to_choose(text: str) -> int | None:
    """How many takes a text orders, to choose from: "a full mix, two takes to choose"."""
    found = _TO_CHOOSE.search(text.casefold())
    return None if found is None else _counted(found["count"] or found["behind"])


def _counted(word: str) -> int:
    return _NUMBERS.get(word) or int(word)
