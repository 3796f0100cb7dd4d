"""What is to stay as it is, and what is said besides that: "keep the keys", "leave the bass alone".

One rule: only what is named is kept, and nothing of the rest is lost.
"""

import re
from collections.abc import Collection

from assistant.intents import ADVICE, SPEAK
from assistant.orders.asides import ActsOf, asks_for_something
from assistant.orders.lexicon import FILLER, JOIN, VERB
from assistant.orders.mentions import mentions
from assistant.orders.tokens import STEM, STOP, tokens
from assistant.said_clauses import SPARES

Roles = tuple[str | None, ...]
AS_IT_IS = r"as (?:it|they|she|he) (?:is|are)"
WHERE_IT_IS = (
    r"(?:right |exactly |just )?(?:where|as|how|like) (?:it|they|she|he)"
    r" (?:is|are|was|were|sits?|stands?)"
)
LEAVES = re.compile(
    r"(?:^|[,.;!]|\b(?:and|but|no+|nah|nope|oh|well))\s*(?:just |please |pls )?"
    r"(?:leave|keep|don'?t (?:touch|change|move)) (?:the )?(?:\w+ ){0,3}?"
    rf"(?:else|rest|others?|everything|alone|{AS_IT_IS}|is)\b(?: (?:alone|{AS_IT_IS}|is|be))?"
)
_KEEPS = re.compile(  # "keep the keys", "the keys stay", and no more about them
    r"(?:^|[,.;!]|\b(?:and|but))\s*(?:(?:just )?(?:keep|leave) (?:the |my |our )?"
    rf"(?P<what>[^,.;!?\n]+?)(?: (?P<off>off|out|muted)| (?:be|as is|alone|in peace"
    rf"|{WHERE_IT_IS}))?"
    r"|(?:the |my |our )?(?P<stays>[^,.;!?\n]+?) (?:(?:can |should )?stays?"
    rf"(?: (?:off|out|muted|there|put|{WHERE_IT_IS}))?"
    r"|(?:do not|don'?t|not to be) (?:touch(?:ed)?|moved?|changed?)(?: (?:it|them|that))?|(?:is"
    r"|are|was|were) (?:just )?(?:fine|good|ok(?:ay)?|right)|you (?:can |may )?leave alone))"
    r"(?=\s*(?:$|[,.;!\n]))",
    re.IGNORECASE,
)
_BEFORE_THEM = re.compile(r"\W*(?:(?:all|both|of|the|my|our|those|these|just|two)\W+)*")
_STAYS = re.compile(  # "leave it", "don't touch the bass"
    r"(?:^|[,.;!]|\b(?:and|but|so|now|ok(?:ay)?|no))\s*(?:just |please |pls |let'?s )?"
    r"(?:(?:leave|keep) (?:it|them|that|this|him|her)"
    r"(?: (?:there|alone|like (?:that|this)|that way))?"
    r"|(?:don'?t|do not) (?:touch|change|move) (?:the |my )?(?:\w+ ){0,2}\w+)\s*(?=$|[,.;!])"
)
_ABOUT_IT = re.compile(r",\s*(?:he|she|it|they|his|her|its|their)(?:'s)? [^,.;!?]*")  # why it stays
_ECHO = re.compile(r"^(?:[^\W_]+'?\W+){0,2}[^\W_]+ ?\?+\W*(?=\bno)")  # "up? no, leave it"


def without_what_stays(
    text: str, names: tuple[str, ...], roles: Roles, muted: Collection[str] = ()
) -> tuple[str, set[str]]:
    """A text without "leave the bass alone" and the like, and the stems that are to stay.

    muted: the stems of which "keep the bass off" says that they stay as they are.
    """
    kept: set[str] = set()

    def without(match: re.Match[str]) -> str:
        found = mentions(match[0].casefold(), names, roles)
        kept.update(name for one in found for name in one.stems)
        return " , " if found or match.re is LEAVES else match[0]

    def kept_so(match: re.Match[str]) -> str:
        what = (match["what"] or match["stays"]).casefold()
        found = mentions(what, names, roles)
        before = _BEFORE_THEM.fullmatch(what[: found[0].start]) if found else None
        off = match["off"] and not {name for one in found for name in one.stems} <= set(muted)
        if before is None or off or what[found[-1].end :].strip():
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


def leaves_it(text: str, names: tuple[str, ...], roles: Roles, acts_of: ActsOf) -> bool:
    """Whether a text asks for nothing but that something stays: "the bass is great, leave it"."""
    plain = _ECHO.sub("", text.casefold())
    rest = _ABOUT_IT.sub(" , ", _STAYS.sub(" , ", LEAVES.sub(" , ", plain)))
    if not (LEAVES.search(plain) or _STAYS.search(plain)) or "?" in plain:
        return False
    told, _ = tokens(rest, names, roles)
    if asks_for_something(told):
        return False
    silent = all(token.kind in (STOP, JOIN, FILLER, VERB, STEM) for token in told)
    acts = {} if silent else acts_of(rest)
    told_so = bool(acts) and max(acts, key=lambda act: acts[act]) in (SPEAK, ADVICE)
    return silent or told_so  # "the keys are a bit loud but leave them"
