"""Wordings that say at length what plainer words of orders say: "only the vox stays" is "except".

One rule: a wording is put in other words, nothing is added to what it asks for.
"""

import re

from assistant.idioms import without_stories, without_what_is_put_off

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
    r"(\d|\bdbs?|\bdecibels?)\W{1,2}(?:and |but )?(?:no|not|nothing) (?:more|further)\b"
    r"(?=\W*(?:$|[,.;!?]|and\b|but\b|please\b|then\b|for\b|on\b))",
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
_NUMBER = r"(?:\d+(?:\.\d+)?|(?:one|two|three|four|five|six|seven|eight|nine|ten)(?: and a half)?)"
_SO_MUCH = re.compile(  # "3 was too much, make it 2"
    rf"(?<![\w.]){_NUMBER}(?: ?(?:dbs?|decibels?))?"
    r"(?: is|'s| was| feels?| felt| seems?(?: like)?| sounds?(?: like)?)"
    r"(?: (?:just|way|far|still|really|probably|maybe|clearly|rather|quite|pretty|perhaps"
    r"|a (?:bit|little|touch|tad|mite)))*"
    r" (?:too (?:much|little|far|small|big|shy|timid|mild|weak|gentle)|nothing|peanuts"
    r"|not (?:quite )?enough|heaps|loads|tons|a lot|overkill"
    r"|excessive|massive|silly|mad|generous|drastic|(?<=bit )much|heavy(?:-| )?(?:handed)?|keen"
    r"|steep"
    r"|bold|greedy)\b(?: even)?(?: (?:for|to) (?:me|us|them|him|her|it|that|this|my (?:taste"
    r"|ears?))\b)?"
    r"(?! (?:for|on|of|to)\b)"
    rf"[^,.;!?\d]{{0,16}}?(?:[,.;!]+|(?= (?:make|call|do|try|just|only)\b))(?=[^?]*\b{_NUMBER}\b)",
    re.IGNORECASE,
)
_NOT_SO_MUCH = re.compile(  # "not 3. 2 will do"
    rf"^\W*(?:(?:no|nah|sorry|wait|hm+|actually)\W+)*not {_NUMBER}(?: ?(?:dbs?|decibels?))?[,.;!]+"
    rf"(?= ?(?:(?:but|just|only|make it|maybe|try) )*{_NUMBER}\b)",
    re.IGNORECASE,
)
_AND_ALL = re.compile(r" (?:and|an|n|'n'?) all(?=\W*$)", re.IGNORECASE)  # "the bass and all"
_FROM_WHERE = re.compile(
    r" (?:from|than) (?:where|what|how) (?:it|they|he|she) (?:was|were)(?: before| at first)?\b",
    re.IGNORECASE,
)
_OUT_WIDE = re.compile(r"\bout wide\b|\bwide(?=,? (?:hard|both|all))", re.IGNORECASE)
_HARD_EACH = re.compile(  # of a pair, each on its side
    r"\b(?:hard |fully |full )left(?:,? and|,|/| &)? (?:hard |fully |full )right\b"
    r"(?=\W*(?:$|[.;!?,]|please\b|obviously\b))",
    re.IGNORECASE,
)
_AS_IT_GOES = re.compile(
    r"\b(?:(?:hard|far|wide|much)(?= as)|as (?:hard|far|wide)) as (?:it|they|he|she|that|those|you)"
    r" (?:goes?|gets?|can(?: go| get)?|will go)\b|\ball the way as (?:it|they) goes?\b",
    re.IGNORECASE,
)
_DAFT = re.compile(  # "hard left is daft. centre"
    r"(?:(?<=^)|(?<=[\s,.;!]))(?:(?:hard|fully|all the way|that far|so far) )?(?:left|right)"
    r"(?: is|'s| was| sounds?| feels?)(?: (?:just|way|far|really|a (?:bit|little|touch)|so|too))*"
    r" (?:daft|silly|much|far|wrong|ridiculous|weird|odd|extreme|stupid|strange|bad|awful"
    r"|lopsided)\b"
    r"[^,.;!?]*[,.;!?]+"
    r"(?=\W*(?:(?:ok|so|just|make|it|try|go|put|them|back|to|in|the|dead|a|bit|little|more"
    r"|please|then"
    r"|hard|\d+|%|percent|per cent|left|right|cent(?:re|er)|middle|half|way|halfway)\W*)+$)",
    re.IGNORECASE,
)
_SWAP_WHY = re.compile(  # "swap those two, the altos stand on the left"
    r"(\b(?:swap|switch|exchange|trade)\b[^,.;!?]{0,24})[,.;!-]+ ?(?:because |since |as )?"
    r"(?:the |my |our )?[\w ]{1,24}? (?:stands?|sits?|plays?|is|are|was|were|should be|belongs?)"
    r" (?:always )?(?:on|to|over on) the (?:left|right)\b[^,.;!?]*\W*$",
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
_HAVE_MUTED = re.compile(  # "turn the trumpets on again, I have them in mute"
    r"[,;.]+ ?(?:because |since )?(?:i|we|you) (?:have|had|put|got|still have) (?:it|them|him"
    r"|her|that)"
    r" (?:(?:in|on) mute|muted)\b[^,.;]*(?=\W*$)",
    re.IGNORECASE,
)
_TOO_MUCH_OFF = re.compile(  # "that's too much off the hats, half it"
    r"\btoo much (?:off|on|out of|from) (?:the |my |our )?(?P<who>[^,;.!?]{2,24})(?=[,;.!])",
    re.IGNORECASE,
)
_THAN_THEY_STAND = re.compile(  # "backwards from how we stand on stage"
    r"(\b(?:backwards|the (?:wrong|other|opposite) way(?: r?a?round)?)) (?:from|to|of|than)"
    r" (?:how|where|what|the way)\b[^,;.!?]*",
    re.IGNORECASE,
)
_REPORTS = re.compile(  # "my wife says that's too much"
    r"(?<!i )\b(says|said|reckons|thinks|feels|tells me|told me|insists)(?: that)? "
    r"(?=(?:it|that|this|they)(?:'s|'re| is| are| was| were)\b)"
)
_SIDE_BEHIND = re.compile(  # "2 over rhythm left" is over the left one
    r"\b(over|above|under|below|than|as|with|against) (?:the |my |our )?"
    r"(?!(?:the|my|our|hard|far|more|way|down|over|pan\w*)\b)([^\W\d_]{3,}) (left|right)"
    r"(?=\W*(?:$|[,.;!?]|and\b|then\b))"
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
_NOT_THIS = re.compile(  # "the growl not. put that one back"
    rf"^\W*(?P<who>{_WHO}) not[.,;!]+ ?(?:please )?(?:put|bring|get) (?:that|it|him|her|them)"
    r"(?: ones?)? back\W*$",
    re.IGNORECASE,
)
_SAID = r"(?:said|say|told you|typed|wrote|asked for)"
_HAD_IN_MIND = (
    r"(?:meant|mean|was (?:thinking|talking)(?: of| in| about)?|had(?: in mind)?|wanted|was after"
    r"|should have said)(?: to say)?"
)
_NOT_SAID = re.compile(  # "I said the bells but I was thinking of the bass", "did I say bells? ..."
    rf"(?:(?<=^)|(?<=[\s,.;!]))(?:did )?i {_SAID} (?P<no>{_WHO})(?<!but)(?<!but )(?<!and)(?<!and"
    rf" )(?<!though)(?<!though )[\s,.;!?-]+(?:(?:but|and|though"
    rf"|sorry)"
    rf" )?(?:i {_HAD_IN_MIND} (?P<yes>{_WHO})|(?:it was |it's )?(?P<or>{_WHO}),? (?:is what )?i"
    rf" {_HAD_IN_MIND})"
    r"(?=\s*(?:$|[,.;!]))",
    re.IGNORECASE,
)
_NOT_THAT = re.compile(  # "scratch the piano, I meant the organ"
    rf"(?:(?<=^)|(?<=[,.;!] ))(?:scratch|scrap|strike|forget|never ?mind) (?P<no>{_WHO})"
    r"[\s,.;-]+(?:it was )?(?=i meant\b)",
    re.IGNORECASE,
)


_NOBODY_ELSE = re.compile(  # "hear it with the bass and nobody else"
    r"[\s,]+(?:and |but |with )?(?:nobody|no[- ]?one|none of the) (?:else|others)\b", re.IGNORECASE
)
_FOR_A_VERSION = re.compile(  # "mute the kick, i need a bed version"
    r"[,.;-]+ ?(?:because |as |since |cause )?(?:i|we|they|he|she|the \w+)(?:'m| am|'re| are| is)?"
    r" (?:needs?|wants?|making|doing|cutting|after)(?: also| to have"
    r"| to make)? an? (?:[\w-]+ ){1,2}"
    r"(?:version|edit|cut|bed)\b[^,.;!?]*(?=[.!]*\s*$)",
    re.IGNORECASE,
)


_SHAPED_UP = re.compile(  # "brighten the keys up" is of the sound
    r"\b(brighten|warm|open|thicken|fatten|beef|tighten|clean|liven|toughen|sharpen|freshen"
    r"|sweeten)"
    r" ((?:the|my|our) [^\W\d_][\w' ]{1,22}?) (up)\b(?! (?:by )?\d)"
)
_MINDS = re.compile(  # "the drummer won't like it, but his snare too"
    r"^\W*(?:the |my |our )?\w+ (?:won'?t|will not|will|'ll|is going to|isn'?t going to|would)"
    r" (?:like|love|hate|mind|kill|murder|sulk|complain|moan|cry|notice|forgive)(?: (?:me|us|it"
    r"|this"
    r"|that|you))*(?: for (?:it|this|that))?,? but (?=\w+ \w+)",
    re.IGNORECASE,
)
_A_BIT_WIDER = re.compile(
    r"\ba (?:bit|little|touch|tad) (?=(?:wider|narrower|further out|closer in)\b,? (?:to )?\d)"
)
_TOO_LOUD = re.compile(  # "no no too loud the hat, 6 under"
    r"(?:(?<=^)|(?<=[\s,.;!]))(?P<how>too (?:loud|quiet|low|soft|hot|high|strong|weak))"
    r" (?P<who>(?:the|my|our) [^\W\d_][\w' ]{1,20}?)(?=\s*[,;.!])"
)
_TO_ME = re.compile(  # "mute me the voice"
    r"\b((?:un)?mute|solo|pan|raise|lower|turn|bring|push|pull|drop|lift|put|set|make) me"
    r" (?=(?:the|my|our|that|this|those|these|all)\b)"
)


def said_plainly(text: str) -> str:
    """A lower-case text in which these wordings are plainer."""
    text = _SHAPED_UP.sub(r"\1 \3 \2", text)
    text = _TOO_LOUD.sub(r", \g<who> is \g<how>", _TO_ME.sub(r"\1 ", text))
    text = _SIDE_BEHIND.sub(r"\1 the \3 \2", _REPORTS.sub(r"\1, ", text))
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
    text = _THAN_THEY_STAND.sub(r"\1", without_what_is_put_off(text))
    text = _CLOCK.sub(_on_the_dial, _MAKES.sub("turn it", text))
    text = _HARD_EACH.sub("hard left and right", _OUT_WIDE.sub(" ", _AS_IT_GOES.sub("hard", text)))
    text = _FROM_WHERE.sub("", _AND_ALL.sub(" too", _NOT_SO_MUCH.sub("no, ", text)))
    text = _SWAP_WHY.sub(r"\1", _DAFT.sub("no, ", text))
    text = _TOO_MUCH_OFF.sub(r"too much, \g<who>", text)
    text = _A_BIT_WIDER.sub("", _MINDS.sub("", text))
    text = _FOR_A_VERSION.sub("", _NOBODY_ELSE.sub("", text))
    text = _IS_MUTED.sub(", ", _HAVE_MUTED.sub("", text))
    text = _IS_FINE.sub(r"\g<size> is enough", _SO_MUCH.sub("no,", text.strip()))
    text = _TOO_MANY.sub(r"\g<size> dB back", _SO_THAT.sub("", text))
    text = _NOT_THIS.sub(r"put \g<who> back where it was", text)
    text = _NOT_SAID.sub(lambda m: f"i meant {m['yes'] or m['or']}, not {m['no']}", text)
    text = _NOT_MEANT.sub(r"i meant \g<yes>, not \g<no>", text)
    text = _NOT_THAT.sub(r"not \g<no>, ", _MEANT.sub(r"i meant \g<yes>", text))
    return _NO_MORE.sub(r"\1", _LOSES.sub("down", text))


def without_judged_size(text: str) -> str:
    """An answer without what it says of a size where it tells another: "3 is a lot, do 2"."""
    return _SO_MUCH.sub("", text.strip())


def _on_the_dial(match: re.Match[str]) -> str:
    """A place on a pan knob in per cent: "2 o'clock" is 40 % right."""
    hour = int(match[1]) % 12
    hours = hour - 12 if hour > 5 else hour
    return f"{20 * abs(hours)}% {'left' if hours < 0 else 'right'}" if hours else "centre"
