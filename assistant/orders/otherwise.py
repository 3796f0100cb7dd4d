"""Wordings that say at length what plainer words of orders say: "only the vox stays" is "except".

One rule: a wording is put in other words, nothing is added to what it asks for.
"""

import re

from assistant.idioms import without_stories

_ALL = re.compile(r"\b(?:all|every\w*|the (?:lot|rest|others|whole \w+))\b")
_STAYS = re.compile(  # "all down 3, only the vox stays where it is"
    r"[\s,;.]*\b(?:and |but |with |while )?(?:only|just)(?: the| my| our)?"
    r" (?P<who>[^,;.]{1,40}?) (?:must |should |can |may |to |has to |is to |shall )?"
    r"(?:stays?|staying|remains?|keeps?|holds?)"
    r"(?: (?:put|there|still|untouched|where|as|like|how|the same|in place|same)\b[^,;.]*)?"
    r"(?=\W*$|[,;.])"
)
_EX = re.compile(  # "all -1.5 ex the vox", "everything up 1, just not the kick"
    r"(?:(?<=\w)[\s,]+(?:ex|sans)|(?<=\w)\s*,\s*(?:just|only) not)(?= [\w' -]{1,30}\W*$)"
)
_WITHOUT = re.compile(r"^(?P<all>\W*(?:all|everything|everyone|everybody))(?: without| not)(?= )")
_ALL_BUT = re.compile(  # "all but the keys, down 2" is one order
    r"^(?P<who>\W*(?:all|everything|everyone|everybody) (?:except|but) [^,;.]{1,40}), "
    r"(?=(?:up|down|louder|quieter|softer|less|more|plus|minus|[-+]?\d))"
)
_LESS_BY = re.compile(r"\bless by (?=[\d.])")
_MORE_BY = re.compile(r"\bmore by (?=[\d.])")
_CONTRAST = re.compile(  # "judge by the snare from now on, not the kick"
    r"(?P<what>\b(?:against|anchor\w*|judg\w+|measur\w+|compar\w+|reference)\b[^;.?!]*?)"
    r",? (?:and |but )?(?:not|instead of|rather than|no longer|no more)"
    r"(?: (?:against|by|on|to|from|with|the|my|our|anymore))* (?!at all)[^,;.?!]{1,24}\W*$"
)
_MAKES = re.compile(
    r"\bmake (?:it|that|this)\b(?=[\w ]*\b(?:louder|quieter|softer|lower|higher)\b)", re.IGNORECASE
)
_LOSES = re.compile(  # "the hats need to lose 3 dB"
    r"\b(?:lose|loses|losing|shed)\b(?= (?:[\w.]+ ){0,3}(?:db|dbs|decibels?)\b)", re.IGNORECASE
)
_NO_MORE = re.compile(  # "one dB, no more"
    r"(\d|\bdbs?|\bdecibels?)\W{1,2}(?:and |but )?(?:no|not|nothing) (?:more|further)\b(?! than)",
    re.IGNORECASE,
)
_THAN_BEFORE = re.compile(  # "back in, but 2 lower than they were"
    r"(?<=\blouder|\bsofter|\bhigher)(?: than (?:before|it was|they were|he was|she was))\b"
    r"|(?<=\bquieter)(?: than (?:before|it was|they were|he was|she was))\b"
    r"|(?<=\blower)(?: than (?:before|it was|they were|he was|she was))\b"
)
_CLOCK = re.compile(  # where a pan knob stands: 12 is the middle, 7 and 5 its ends
    r"\b(?:(?:to|at) )?(?:about )?(7|8|9|10|11|12|1|2|3|4|5) ?o'?clock\b", re.IGNORECASE
)
_SO_THAT = re.compile(  # "also 5, so that they are equal"
    r"(?<=\w)[\s,.;-]+so(?: that)? (?:they|both|the two|these|those|it|we|you)\b"
    r"(?=[^,.;!?]*\b(?:are|'re|is|be|match|matches|sit|sits|stand|have|get|hear)\b)[^,.;!?]*(?=\W*$)",
    re.IGNORECASE,
)
_TOO_MANY = re.compile(  # "that is one too many"
    r"\b(?:(?:that|it|this)(?: is|'s| was)? |thats |its )?"
    r"(?P<size>\d+(?:\.\d+)?|an?|one|two|three|half a)(?: ?(?:db|dbs|decibels?))?"
    r" too (?:many|much|far)\b(?! (?:on|for|of|then)\b)",
    re.IGNORECASE,
)
_NUMBER = r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten)"
_SO_MUCH = re.compile(  # "3 was too much, make it 2"
    rf"(?<![\w.]){_NUMBER}(?: ?(?:dbs?|decibels?))?(?: is|'s| was| feels| felt)"
    r"(?: (?:just|way|far|still|really|probably|maybe|clearly|a (?:bit|little|touch|tad)))*"
    r" (?:too (?:much|little|far|small|big)|not (?:quite )?enough|heaps|loads|tons|a lot|overkill"
    r"|excessive|massive|silly|mad|generous|drastic)\b(?! (?:for|on|of|to)\b)"
    rf"[^,.;!?\d]{{0,16}}?(?:[,.;!]+|(?= (?:make|call|do|try|just|only)\b))(?=[^?]*\b{_NUMBER}\b)",
    re.IGNORECASE,
)
_IS_MUTED = re.compile(  # "the coin is muted now, turn it on again"
    r" (?:is|are)(?: still)? muted(?: now| right now| at the moment)?[,.;]+"
    r"(?= ?(?:please |so |can you )?"
    r"(?:turn|switch|bring|put|let|un ?mute)\b[^,.;]*\b(?:on|back|in|un ?mute)\b)",
    re.IGNORECASE,
)
_IS_FINE = re.compile(  # "1 is fine"
    rf"(?<![\w.])(?P<size>{_NUMBER}(?: ?(?:dbs?|decibels?))?)"
    r"(?: is|'s| was| (?:would|will)(?:'ve| have)? be(?:en)?)"
    r" (?:just |about |probably )?(?:fine|good|ok(?:ay)?|great|better|perfect|plenty|right)\b",
    re.IGNORECASE,
)
_THAN_THEY_STAND = re.compile(  # "backwards from how we stand on stage"
    r"(\b(?:backwards|the (?:wrong|other|opposite) way(?: r?a?round)?)) (?:from|to|of|than)"
    r" (?:how|where|what|the way)\b[^,;.!?]*",
    re.IGNORECASE,
)
_UP_FRONT = re.compile(r"\b(?:up )?front (?:and|&|'?n'?) cent(?:er|re)\b")  # of loudness, no side
_WHO = r"(?:the |my |our )?(?:[^\W_][\w'-]* ?){1,4}?"
_I_MEANT = (
    r"(?:that |which |who )?i (?:meant|mean|had meant|was talking about|was after)(?: at all)?"
)
_NOT_MEANT = re.compile(  # "it wasn't the altos I meant, it was the men"
    rf"\bit(?: was|'s| is)?(?: not|n'?t) (?P<no>{_WHO}) {_I_MEANT}[\s,.;-]+"
    rf"(?:(?:but|no|it was|it's|i meant|i mean|rather) )*(?P<yes>{_WHO})(?=\s*(?:$|[,.;!]))",
    re.IGNORECASE,
)
_MEANT = re.compile(  # "it was the altos I meant"
    rf"\bit(?:'s| was| is) (?P<yes>{_WHO}) {_I_MEANT}\b", re.IGNORECASE
)
_NOT_THAT = re.compile(  # "scratch the piano, I meant the organ"
    rf"(?:(?<=^)|(?<=[,.;!] ))(?:scratch|scrap|strike|forget|never ?mind) (?P<no>{_WHO})"
    r"[\s,.;-]+(?:it was )?(?=i meant\b)",
    re.IGNORECASE,
)


def said_plainly(text: str) -> str:
    """A lower-case text in which these wordings are plainer."""
    text = without_stories(_UP_FRONT.sub("up front", _THAN_BEFORE.sub("", text)))
    text = _MORE_BY.sub("up by ", _LESS_BY.sub("down by ", text))
    if all_of_them := _ALL.search(text):
        text = _STAYS.sub(lambda match: f" except {match['who']}", text)
        start = all_of_them.end()
        text = text[:start] + _EX.sub(" except", text[start:])
        text = _WITHOUT.sub(lambda match: f"{match['all']} except", text)
        text = _ALL_BUT.sub(lambda match: f"{match['who']} ", text)
    else:
        text = _CONTRAST.sub(lambda match: match["what"], text)
    return text


def plainly_put(text: str) -> str:
    """An order, in any case, whose turns of phrase are plainer: "lose 3 dB", "2 o'clock"."""
    text = _THAN_THEY_STAND.sub(r"\1", text)
    text = _CLOCK.sub(_on_the_dial, _MAKES.sub("turn it", text))
    text = _IS_MUTED.sub(", ", text)
    text = _IS_FINE.sub(r"\g<size> is enough", _SO_MUCH.sub("no,", text.strip()))
    text = _TOO_MANY.sub(r"\g<size> dB back", _SO_THAT.sub("", text))
    text = _NOT_MEANT.sub(r"i meant \g<yes>, not \g<no>", text)
    text = _NOT_THAT.sub(r"not \g<no>, ", _MEANT.sub(r"i meant \g<yes>", text))
    return _NO_MORE.sub(r"\1", _LOSES.sub("down", text))


def _on_the_dial(match: re.Match[str]) -> str:
    """A place on a pan knob in per cent: "2 o'clock" is 40 % right."""
    hour = int(match[1]) % 12
    hours = hour - 12 if hour > 5 else hour
    return f"{20 * abs(hours)}% {'left' if hours < 0 else 'right'}" if hours else "centre"
