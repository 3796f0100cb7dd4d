"""A no to what is proposed, and why: "never mind, it'd only hurt him", "no, that hum is the song".

One rule: a no with a size, a question or a wish of its own in it is no plain no.
"""

import re

from assistant.english import plainly
from assistant.numerals import numbers
from assistant.orders.mentions import as_read

_NO = re.compile(
    r"(?:(?:oh|ah|aw+|well|hm+|mm+|ugh|hah?a?|lol|ok(?:ay)?|actually|god|lord|but|and|then|sorry)"
    r"\W+)*"
    r"(?:(?:no to|none of) (?:all (?:of )?)?(?:it|that|them|those|both|this)"
    r"|neither(?: of (?:them|those))?|no+|nope|nah|naw|never ?mind|nvm|forget (?:it|that|about it)"
    r"|no way|no chance|not a chance"
    r"|absolutely not|certainly not|god no|hell no|i(?:'d| would) rather not|rather not"
    r"|(?:i'm |i am )?not having (?:it|that|this)|don'?t bother|let'?s not|better not)"
    r"(?:\W+(?:no|thanks?|thank you|ta|please|sorry|mate|love|man|bro|never))*"
)
_BEGINS = re.compile(rf"\W*{_NO.pattern}\W*")
_STOP = re.compile(
    r"(?:[,;!:\n]|\.(?!\d)|\s-+\s|\b(?:because|cause|cos|cuz|since|as|that's|thats)\b)+"
)
_TELLS = re.compile(  # what is, or would be; and no wish
    r"\b(?:is|are|was|were|be|it'?s|that'?s|he'?s|she'?s|they'?re|has|have|had|makes?|plays?|sings?"
    r"|belongs?|stays?|wants?|likes?|loves?|would|it'd|he'd|she'd|they'd|will|can't|won't|isn't"
    r"|aren't)\b"
)
_WISHES = re.compile(
    r"\b(?:(?<!'d )(?<!would )(?<!will )(?:just|only)|instead|but|do|make|put|turn|take|give|bring"
    r"|try|mute|solo|play|hear|let me"
    r"|up|down|louder|quieter|more|less|yes|too|rather|back|undo|was better|were better|other"
    r"|i (?:meant?|said)|need|needs|should|enough|loud\w*|quiet\w*|too \w+|levels?|drown\w*"
    r"|buried|before|better|worse|wrong|problem|bother\w*|annoy\w*|anchor|versions?|export"
    r"|i (?:want|like|wish|prefer)|i'd|go (?:on|ahead)|fine|\w{3,}er|harsh|hidden|lost|muddy|boomy"
    r"|thin|dull|(?:what|how) (?:about|if))\b|\?"
)


def declines(text: str, names: tuple[str, ...], roles: tuple[str | None, ...]) -> bool:
    """Whether a text says no to a proposal, and why, and nothing beyond it."""
    plain = as_read(plainly(text), names, roles)
    first, *rest = [part.strip() for part in _STOP.split(plain) if part.strip(" .,!?")] or [""]
    if not _NO.fullmatch(first) or not rest or numbers(plain, names):
        return False
    why = _BEGINS.sub("", plain, count=1)
    return bool(_TELLS.search(why)) and not _WISHES.search(why)
