"""What a user's words carry: a yes, a question, a wish to go back, to mute, to set the anchor.

One rule: in doubt it is no yes and no order. A model whose certainty is not known needs both.
"""

import re

from assistant.english import plainly

_YES = re.compile(
    r"\b(?:y|ya|yh|ye|k|ye[sp]+\w*|yeah|yup|yea|ya+s|si|aye|mhm|ok\w*|oky|sure|fine|a?ight|alright"
    r"|all right|go|appl\w+|accept\w*|agree\w*|concur|approv\w*|affirmative|absolutely"
    r"|of course|by all means|proceed|carry|execute|implement\w*|commit\w*|confirm\w*|try|use|take"
    r"|roll|run|hit|send|bet|deal|sold|roger|make|set|put|lock|works|perfect|granted|green light"
    r"|sounds (?:good|like a plan)|good (?:idea|call|shout|one)|makes sense|let'?s|let us|guest"
    r"|on board|i'?m (?:in|down)|trust|fasho|say less|facts|very well|right then|why not|change it"
    r"|no objections?|worth a (?:shot|try|go)|can'?t hurt|if you (?:say|think)|as you (?:wish|say)"
    r"|your (?:word|advice|suggestion\w*|numbers|proposal)|that would be great|exactly|trigger"
    r"|follow|only|start|begin|the rest|nothing else|that'?s it|half\w*|halve|split|fifty"
    r"|instead|same (?:move|fader)|offer|except|both|them all|(?:none|anything|nothing) but"
    r"|everything (?:apart|except|but)|do (?:it|that|this|so|these|those|them|all|what|half|\d+)"
    r"|do (?:as you|your|just)|(?:please|just|you|we|may|others|so|and) do the|pick the"
    r"|let (?:her|it|them) rip|blessing|righto?|in it goes|just \d+)\b|👍|✅|👌|½|^do the\b"
    r"|\bjust (?:the|that) \w+(?: (?:one|move|change|part|please|pls|thanks|first|for now))*(?=$|,)"
)
_HOLDS_BACK = re.compile(  # in the same breath as a yes, these leave it in doubt
    r"\b(?:nothing(?! (?:to lose|else|except|more|but)\b)|leav\w+|stay\w*|disagree\w*|later"
    r"|(?:as|how|like|the way) (?:it|that|they|things|everything|all) (?:is|was|are|were|stands?)"
    r"|as[- ]is|(?<!can't )(?<!why )wait\w*|th(?:ink|ought) (?:\w+ )?(?:about|over)(?! it and)"
    r"|rather(?! (?:than|do|be)\b)|(?:not|un)[ -]?sure|not (?:yet|now|convinced)|hold (?:on|off)"
    r"|no changes?|unchanged|untouched|myself)\b"
)
_REST = re.compile(r"\b(?:rest|others?|remainder|else|except)\b")
_CLAUSES = re.compile(r"[,;:!?]+|\.(?!\d)|\b(?:and|but)\b")
_ASKS = re.compile(
    r"^(?:and |so |but |ok |okay |hmm |um |hey |well |wait )*(?:what|why|how|which|who|where|when"
    r"|whose|is|are|am|was|were|does|did|has|have|do (?:you|i|they|we)|tell|show|explain"
    r"|measure|read|compare|thanks|thank|thx|hi|hello|list|describe|check|any|anything)\b"
)
_READS = re.compile(
    r"\b(?:levels?|loud\w*|lufs|lu|meter\w*|figures?|measur\w+|readings?|reads?|list\w*|table|versions?"
    r"|history|lesson|teach|difference|compare\w*|rank\w*|order|balanced?|check\w*|why|thank\w*|bye)\b"
)
_BUT_DO = re.compile(
    r"\b(?:do (?:it|that|them|those|all)|go ahead|apply|go for it|make it so|why not|please do)\b"
)
_BACK = re.compile(
    r"\b(?:un-?do\w*|udno|unod|undone|revers\w*|revert\w*|rewind|re?scind|retract|withdraw|remov\w+"
    r"|back\w*|rollback|before|previous\w*|preced\w+|restor\w+|earlier|took|take|cancel\w*|discard"
    r"|ditch|lose|kill\w*|delete|nuke|bin|chuck|throw|scratch|strike|drop|rid|off|out|unapply|return"
    r"|z|zee|oops\w*|pretend|forget|last|worse|never ?mind|regret|mistake|without|was|were"
    r"|unma[dk]e|unpick|eras\w+|scrap|ago|withdrawn)\b|undoo"
)
_FORWARD = re.compile(
    r"\b(?:re-?do\w*|reod|rdo|un-?(?:do|undo|revert)\w*|undid|undone|again|forward|ahead|back"
    r"|reinstat\w*|re-?apply|repeat|replay|revive|re-?introduce|restore|y|newer|opposite|reverse\w*"
    r"|next|miss\w*|with|keep)\b"
)


_ORDERS = {  # words of which one must be said before a tool changes anything
    "undo": _BACK,
    "redo": _FORWARD,
    "set_mute": re.compile(
        r"mut(?:e|ing)|\b(?:mut\w*|unm\w+|unsilen\w+|silen\w+|quiet|sh+|shush|hush|shut|off|out|kill\w*"
        r"|cut\w*|drop\w*|lose|losing|without|gone|away|disappear\w*|vanish\w*|rid|exclud\w+|omit\w*|nix"
        r"|scrap|unplug|disabl\w+|deactivat\w+|enabl\w+|re-?activat\w+|solo|alone|remov\w+|ditch|hide"
        r"|except|bye|back|in|bring|return|again|once more|restore|re-?\w*(?:instat|introduc|join"
        r"|admit|open|viv)\w*|free|rest|break|sleep|wake|bench|stop|skip|zero|nothing|no|not"
        r"|has to go|turn|switch)\b|\bon$"
    ),
    "set_anchor": re.compile(
        r"\b(?:an[ck]\w*or\w*|anker|ref\w*|against|relative|base\w*|benchmark|yardstick|compar\w*"
        r"|judg\w*|gaug\w*|measur\w*|cent(?:re|er)\w*|around|orbit\w*|fixed|foundation|rely|orient\w*"
        r"|buil[dt]|standard|boss|star|lead\w*|pivot|ruler|steer|zero|follow\w*|everything|rest"
        r"|others|go by)\b"
    ),
}
_CAN = re.compile(
    r"\b(?:is it possible|is there (?:a|any) (?:way|chance|undo|redo|option)|any (?:way|chance))\b"
)


def says_yes(text: str) -> bool:
    """Whether the words take an open proposal, whole or in part."""
    plain = _without_the_rest(plainly(text))
    if _HOLDS_BACK.search(plain):
        return False
    if _BUT_DO.search(plain):
        return True
    asks = _ASKS.search(plain) or (plain.endswith("?") and not _YES.match(plain))
    return bool(_YES.search(plain)) and not asks and not _READS.search(plain)


def _without_the_rest(plain: str) -> str:
    """The words without the clauses that only leave the rest as it is."""
    start, kept = 0, ""
    for end, after in [*(match.span() for match in _CLAUSES.finditer(plain)), (len(plain),) * 2]:
        clause = plain[start:end]
        if not (_REST.search(clause) and _HOLDS_BACK.search(clause)):
            kept += plain[start:after]
        start = after
    return kept.strip()


def asks(text: str) -> bool:
    """Whether the words are a question about how things are, and no order in a question's form."""
    plain = plainly(text)
    return bool(_ASKS.search(plain)) and not _CAN.search(plain) and not _BUT_DO.search(plain)


def orders(tool: str, text: str) -> bool:
    """Whether the words speak of what a tool does; where no words are known, it is left open."""
    return tool not in _ORDERS or bool(_ORDERS[tool].search(text.casefold()))
