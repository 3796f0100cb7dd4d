"""What many complaints share, and what turns one into its denial, a wish or praise.

One rule: a cue never reaches over a denial, an "and" or a stem; in doubt nothing is read.
"""

import re

_NEGATIONS = (
    r"not|isn't|isnt|aren't|arent|wasn't|weren't|don't|dont|doesn't|doesnt|didn't|won't|can't|cannot"
    r"|wouldn't|shouldn't|never|no|neither|nor|without|less"
)
_WANTED = (
    r"should|must|needs?|gotta|ought|supposed|meant|(?:has|have) to|(?:could|would|can) be(?! too)"
)
_NOT_IN_GAP = (
    rf"§|(?:{_NEGATIONS}|{_WANTED}|hardly|barely|and|but|as|enough|than|how|more|nicely|well"
    r"|perfectly|nice|reverb|delay|used)\b"
)
_STEM = r"§(\d+)"
_GAP = rf"(?: (?!{_NOT_IN_GAP})\S+){{0,4}}? "  # a few words, none of them a stem or a denial
_THE = r"(?: (?:of|the|my|our|that|this|those|these|them|any|enough|some))* "
_TOO = r"(?:too|to|2|so|super|way)(?: (?!and |not |the |be )\S+)?"
_END = (  # nothing more is said of the stem itself: "loud", but not "loud and clear", "low end"
    r"(?=$| (?:here|now|imo|though|again|lol|af|maybe|i|rn|in|at|on|compared|against|next|beside"
    r"|under|behind|for|to|when|right|please|bro|all)\b)"
)
CUES = {  # each with the stem that it is about
    1: (
        r"(?:can't|cant|cannot|can not|don't|dont|barely|hardly|struggle to|hard to)"
        rf"(?: really| even)? (?:hear|make out|notice|catch){_THE}{_STEM}",
        rf"(?:not enough|need more|missing|losing|where(?:'s| is| are| did)){_THE}{_STEM}",
        rf"§\d+{_GAP}(?:drown(?:s|ing) out|cover(?:s|ing)?(?: up)?|swallow(?:s|ing)?|eat(?:s|ing)?"
        rf"|hid(?:es|ing)(?! behind)|mask(?:s|ing)|bur(?:y|ies|ying)){_THE}{_STEM}",
        rf"{_STEM}{_GAP}(?:{_TOO} (?:quiet|low|soft|weak|little(?={_END})|faint|small|tiny|shy)"
        r"|buried|lost|drown(?:ed|ing)(?! out)|swallowed|masked|inaudible|barely audible|vanish\w*"
        r"|disappear\w*|(?:not|isn't|aren't) loud enough|hidden|hiding|recessed"
        r"|(?:not|isn't|aren't|doesn't|don't|dont) (?:com|cut)\w* (?:through|thru)"
        rf"|(?:quiet|low|gone|faint|tiny|tucked|weak){_END})(?!\w)",
    ),
    -1: (
        rf"(?:(?:too|to|2) much|less|nothing but|all i(?: can)? hear(?: is)?|i'?m drowning in)"
        rf"{_THE}{_STEM}",
        rf"{_STEM}{_GAP}(?:{_TOO} (?:loud|high|much{_END}|hot|strong|big|present|upfront|forward"
        r"|dominant|prominent)|overpower\w*|dominat\w*|overwhelm\w*|drown\w* (?:out|every\w*|all)"
        r"|(?:cover|swallow|smother|mask|bury|buries|eat)\w* (?:every\w*|all|the (?:rest|mix|song))"
        r"|(?:stick|jump|pok)\w* out|blar\w+|blast\w+|deafening|in my face|takes? over"
        rf"|loud{_END})(?!\w)",
    ),
}
AT_END = re.compile(rf"(?:^|.* )(?:loud|quiet|low|hot|weak|much){_END}")
_EXCUSED = re.compile(  # these deny nothing
    r"\b(?:don't|dont|do not|didn't) (?:know|like|get|understand|you|we)\b"
    r"|\bnot (?:only|just|sure why|happy|a fan)\b|\b(?:as|even|wonder|wondering) if\b"
    r"|\b(?:can't|cannot|cant) (?:you|we|stand|believe|concentrate|tell)\b"
)
_DENIES = re.compile(
    rf"\b(?:{_NEGATIONS}|except|besides|apart from|other than|rather than|instead of|used to|if"
    r"|unless|how (?:many|loud|far|quiet|low)|nothing wrong|hardly|barely)\b"
)
_ASKS = re.compile(r"^(?:\S+ )??(?:isn't|aren't)(?: the| my| our| that)? $")
_WISHES = re.compile(
    r"\b(?:keep|wants?|wanted|make|have|having|leave|leaving|put|set|let|get|turn|bring|push|pull"
    r"|prefer|should|(?:i|we|i'd|we'd)(?: really)? (?:like|love)(?: that| how| it when)?"
    r"|(?:good|nice|great|glad|happy)(?: that| how)?)(?: the| my| our| that| those)* $"
)
_TAKEN_BACK = re.compile(  # or it is about something else than the level
    r"^ (?:(?:enough|before|earlier|ends?|reverb|delay|echo|compression|distortion"
    r"|eq|treble|mids?|highs?|lows?|frequenc\w*|sibilance|noise|width|panning|effects?|air|bleed"
    r"|punch|body|attack|bottom|top|pitched|passed)\b|(?:low|high|top|bottom)[ -]end)"
)
_SHARE = re.compile(r"(?:need|more|less|(?:too|to) much|not enough|missing)\b")
_HAS = re.compile(r"§\d+ (?:(?:has|have|got|needs?|with|is|are|lacks?|could use) )*$")


def is_taken_back(before: str, cue: str, after: str) -> bool:
    """Whether the rest of its clause turns a complaint into a denial, a wish or something else.

    cue: the words of the complaint itself, stems as §0; a denial within them is its own.
    """
    degree = re.search(r"\b(?:too|so|way)\b", cue) is not None
    if _ASKS.match(before) and degree:
        before = ""
    if before.endswith("why ") and cue.startswith(("isn't", "aren't")) and not degree:
        return True  # "why isn't the vocal loud?"
    if _SHARE.match(cue) and _HAS.search(before):
        return True  # "the vocals need more low end" is not about the bass
    if _DENIES.search(_EXCUSED.sub("", before)) or _TAKEN_BACK.match(after):
        return True
    return cue.startswith("§") and " too " not in cue and _WISHES.search(before) is not None
