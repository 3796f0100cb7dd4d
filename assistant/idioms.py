"""Words that only sound like an order: "we made up", "had a cold", "before I forget", "bless him".

One rule: what is told of a person's life moves no fader and colours no sound.
"""

import re

# Verbs that "up" and "down" belong to; of faders one says neither.
_BY_UP = (
    r"(?:made|mak(?:e|es|ing)|gr(?:ew|own?)|br(?:oke|eaks?|oken)|w(?:oke|akes?|oken)|show(?:ed|s)?"
    r"|turned(?= late| at| drunk)|shut|cheer(?:ed|s)?|hurry|g(?:ave|iven)|sign(?:ed)?"
    r"|dress(?:ed)?|hang|hung|fed|split|catch|caught|packed|signed|stood|stand|locked|patched"
    r"|what'?s|what is|messed|screwed|cracks?|cracked|owned?"
    r"|brighten|warm|thicken|fatten|beef|liven|toughen|sharpen|freshen|sweeten)"  # of a sound
)
_BY_DOWN = (
    r"(?:calm(?:ed)?|s[ia]t|settle(?:d)?|let|not(?:e|ed)|writ(?:e|ten)|wrote|br(?:oke|oken|eaks?)"
    r"|slow(?:ed|s)?|came|jot(?:ted)?|lie|lay|upside|breaking|kneel|knelt|shut)"
)
PHRASAL = re.compile(
    r"\bset(?:s|ting)? (?:this|it|that|everything|all|me|us) up\b(?! (?:by )?[\d+-])"
    r"|\bkill(?:s|ed|ing)? (?:me|us|you|myself)\b|\ball the way from\b"
    rf"|\b{_BY_UP} (?:(?:me|us|my mind|his mind|her mind) )?up\b(?! (?:by )?[\d+-])"
    rf"|\b{_BY_DOWN} (?:(?:me|us|you) )?down\b(?! (?:by )?[\d+-])",
    re.IGNORECASE,
)
_ILL = re.compile(  # "she had a dreadful cold": no sound is colder for it
    r"\b(?:(?:with|had|have|has|having|got|caught|catch\w*|over|from|of|nursing|fighting)"
    r" (?:a|the|her|his|my|this|that|another)(?: \w+)? cold|caught cold"
    r"|(?:hot|cold) (?:beer|tea|coffee|water|shower|drink|day|night|morning|weather|outside))\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:(?:oh[, ]+)?before i forget|lest i forget|bless (?:him|her|them|you|his heart|her heart"
    r"|their hearts|his cotton socks)|god (?:bless|rest) (?:him|her|them|his soul|her soul))\b,?",
    re.IGNORECASE,
)

_WHY = re.compile(  # "the piano down 4, I want to practise with it"
    r"[,;.] ?(?:so (?:that )?|because |cause |as )?(?:i|we|she|he|they)(?:'d| would)?"
    r" (?:want|need|have|like|love|can|could|might|wanna|am going|will) (?:to )?"
    r"(?:practi[sc]e|rehearse|sing|jam|strum|play|dance|busk|drum|learn|warm up)"
    r"(?: along| in| my part| it)* (?:to|with|over|on top of) (?:it|this|that|them)\b[^,;.]*",
    re.IGNORECASE,
)

_IF_YOU_MIND = re.compile(
    r"[,;]? if (?:it|that)(?: is|'?s| wo|'?ll)?(?: not|n'?t)?(?: be)?(?: too| no| any| all)?"
    r"(?: much)?(?: of an?| the same)? ?(?:bother|trouble|problem|hassle|imposition|to you|fuss)\b"
)

_OF_COURSE = re.compile(  # told of somebody, and no regret: "of course he did"
    r"\bof course,? (?:he|she|they|it|we|you|i)(?:'s|'re)?"
    r"(?: (?:did|does|do|is|are|was|were|has|have|had|would|will|wants?|can|could))?(?=\s*(?:$"
    r"|[.;!?]))"
)

_LATER = re.compile(  # what is put off asks for nothing now: "later maybe the other one"
    r"^\W*(?:(?:ok|hm+|well|and|so|no)\W+)*"
    r"(?:(?:maybe|perhaps) (?:later|another time|some other time|next time)"
    r"|(?:later|another time|some other time|next time) (?:maybe|perhaps))"
    r"(?: (?:the|that|those|my|our|an?))?(?: \w+){0,2}[,.;!]+(?=.*\w)",
    re.IGNORECASE,
)


_AND = re.compile(r"\ban (?=after\b|den\b|then\b|now\b|also\b|dat\b|di\b|me\b)", re.IGNORECASE)
_THAT = re.compile(r"\bdat\b", re.IGNORECASE)


def without_stories(text: str) -> str:
    """A text without what is told besides of somebody's health, memory, practice or blessing."""
    text = _OF_COURSE.sub("", _IF_YOU_MIND.sub("", text))
    return _ASIDE.sub(" ", _ILL.sub("was ill", _WHY.sub("", text)))


def without_dialect(text: str) -> str:
    """A text in which "an after dat" is "and after that"."""
    return _THAT.sub("that", _AND.sub("and ", text))


def without_what_is_put_off(text: str) -> str:
    """A text without "later maybe the other one": nothing of it is asked for now."""
    return _LATER.sub("", text)


def without_phrasal_verbs(text: str) -> str:
    """A text in which "we made up" says no direction, every position kept."""
    return PHRASAL.sub(lambda match: " " * len(match[0]), text)
