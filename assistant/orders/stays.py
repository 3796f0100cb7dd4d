"""What is to stay as it is, and what is said besides that: "keep the keys", "leave the bass alone".

One rule: only what is named is kept, and nothing of the rest is lost.
"""

import re

from assistant.orders.mentions import mentions
from assistant.said_clauses import SPARES

Roles = tuple[str | None, ...]
AS_IT_IS = r"as (?:it|they|she|he) (?:is|are)"
LEAVES = re.compile(
    r"(?:^|[,.;!]|\b(?:and|but|no+|nah|nope|oh|well))\s*(?:just |please |pls )?"
    r"(?:leave|keep|don'?t (?:touch|change|move)) (?:the )?(?:\w+ ){0,3}?"
    rf"(?:else|rest|others?|everything|alone|{AS_IT_IS}|is)\b(?: (?:alone|{AS_IT_IS}|is|be))?"
)
_KEEPS = re.compile(  # "keep the keys", "the keys stay", and no more about them
    r"(?:^|[,.;!]|\b(?:and|but))\s*(?:(?:just )?(?:keep|leave) (?:the |my |our )?"
    r"(?P<what>[^,.;!?\n]+?)(?: (?:be|as is|alone))?"
    r"|(?:the |my |our )?(?P<stays>[^,.;!?\n]+?) (?:(?:can |should )?stays?"
    r"(?: (?:off|out|muted|there|put))?|(?:is|are) (?:fine|good|ok)))"
    r"(?=\s*(?:$|[,.;!\n]))",
    re.IGNORECASE,
)


def without_what_stays(text: str, names: tuple[str, ...], roles: Roles) -> tuple[str, set[str]]:
    """A text without "leave the bass alone" and the like, and the stems that are to stay."""
    kept: set[str] = set()

    def without(match: re.Match[str]) -> str:
        found = mentions(match[0].casefold(), names, roles)
        kept.update(name for one in found for name in one.stems)
        return " , " if found or match.re is LEAVES else match[0]

    def kept_so(match: re.Match[str]) -> str:
        what = (match["what"] or match["stays"]).casefold()
        found = mentions(what, names, roles)
        if not found or what[: found[0].start].strip() or what[found[-1].end :].strip():
            return match[0]
        kept.update(name for one in found for name in one.stems)
        return " , "

    text = _KEEPS.sub(kept_so, text)
    return SPARES.sub(without, LEAVES.sub(without, text)), kept


def asked_besides(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """A question behind what is to stay: "anything else?" of "leave the keys, anything else?"."""
    rest, kept = without_what_stays(text, names, roles)
    told = rest.strip(" ,.;!-\n")
    asks = bool(kept) and told.endswith("?") and len(told.split()) > 1 and rest.lstrip()[:1] == ","
    return told if asks else text
