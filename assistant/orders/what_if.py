"""Questions of what a change would do: "would 2 dB less bass be a mistake", "what if it came up 3".

One rule: they ask for an opinion; a polite order ("would you", "would it be ok to") is none.
"""

import re

_JUDGED = (
    r"mad(?:ness)?|dumb|silly|stupid|daft|crazy|insane|nuts|weird|odd|strange|wrong|foolish|risky"
    r"|ridiculous|overkill|pointless|too (?:much|many|far|little|loud|quiet|soft)"
    r"|(?:an? )?(?:\w+ )?(?:mistake|sin|crime|error|bad idea|good idea|shame|disaster|improvement"
    r"|difference)"
    r"|better|worse|help|hurt|ruin|kill|spoil|clash|work|make (?:any )?sense|sound\b"
)
_NOT_YOU = r"(?!(?:you|u|ya|we|i|it be (?:ok|okay|alright|possible|cool|fine))\b)"
_ASKED = re.compile(
    r"\bwhat (?:if|(?:happens|would happen|will happen) (?:if|when))\b"
    r"|\bhow would (?:it|that|this|the \w+) (?:be|sound|sit)\b"
    rf"|(?:^|[,.;!?] *|\b(?:and|so|but|hm+|ok|okay|hey|well|honestly|or) )"
    rf"(?:would|wouldn'?t|will|won'?t|is|isn'?t) {_NOT_YOU}"
    rf"(?:[\w.,'-]+ ){{1,9}}?(?:be )?(?:{_JUDGED})\b"
)
_THEN = re.compile(r"[.!;?] *(?:do it|go|yes|just|please|then|so)\b")


def asks_what_if(text: str) -> bool:
    """Whether a lower-case text asks what a change would do, and orders nothing behind it."""
    found = _ASKED.search(text)
    return found is not None and not _THEN.search(text, found.start())
