"""What is told around a place or a level: who sees it so, how one comps, what is not the issue.

One rule: only what says nothing of what is to be done is left out.
"""

import re

from assistant.orders.mentions import mentions

Roles = tuple[str | None, ...]
_THE_WAY = re.compile(  # "4 under the piano, the way a gentleman comps"
    r"(?<=\w), (?:the way|just like) (?:an?|any|every|real|god|people|folks|men|women"
    r"|my (?:\w+ ){0,2}(?:father|mother|teacher|dad|mum|uncle|aunt))\b"
    r"(?![^,;.!?]*\b(?:version|before|was|were)\b)[^,;.!?\d]*(?=\W*$)",
    re.IGNORECASE,
)
_SEEN = re.compile(
    r"\b(?:seen|looking|viewed|heard|looked at)? ?from (?:where )?(?:the |my |his |her )?"
    r"(?:drummer|drum|stage|stool|throne|chair|kit|audience|crowd|seats?|conductor|player|piano"
    r" stool)\b",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"(?:[,;.] so |: |, (?:and|but) (?:i want|please)[^,:]*?[:,] |; )"
    r"(?P<last>[^:;]*\b(?:left|right)\b[^:;]*)$",
    re.IGNORECASE,
)
_SMALL = re.compile(  # "rim to the left small"
    r"\b(?P<to>to the |on the )?(?P<side>left|right)(?: of cent(?:re|er))? (?P<small>small|little"
    r"|small bit|little bit)(?=\s*(?:$|[,.;!]|and\b))",
    re.IGNORECASE,
)
_NOT_THE_ISSUE = re.compile(
    r"[,;.]\s*(?:and |but )?(?:the |its |their )?(?:loudness|level|volume|balance)"
    r"(?:'s| is| was)(?: not|n't) (?:the |an? |my )?(?:issue|problem|point|question|matter"
    r"|trouble)\b(?: here)?",
    re.IGNORECASE,
)
_HEAR = re.compile(  # "let us hear the piano rather louder"
    r"\b(?:let (?:us|me)|(?:i|we)(?:'d| would) like to|(?:i|we) want to|(?:can|could|may|might)"
    r" (?:i|we)) hear (?P<who>[^,;.!?]{2,40}?) (?P<size>rather |somewhat |a (?:bit|little|touch) |"
    r"slightly |much )?(?P<way>louder|quieter|softer)\b(?! than)",
    re.IGNORECASE,
)


def placed(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """An order without what is told around it, and "let us hear it louder" as "make it louder"."""
    text = _NOT_THE_ISSUE.sub("", _THE_WAY.sub("", text))
    text = _SMALL.sub(r"a little \g<side>", text)
    if (heard := _HEAR.search(text)) and mentions(heard["who"].casefold(), names, roles):
        size = "" if (heard["size"] or "").strip().casefold() == "rather" else heard["size"] or ""
        louder = f"make {heard['who']} {size}{heard['way']}"
        text = f"{text[: heard.start()]}{louder}{text[heard.end() :]}"
    return _as_seen(text, names, roles)


def _as_seen(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """The last clause, behind one that tells where stems are as one of the band sees them."""
    last = _LAST.search(text) if _SEEN.search(text) else None
    if last is None or "?" in text:
        return text
    order = re.sub(r"^\W*(?:(?:so|and|please|but)\W+)*", "", last["last"])
    if mentions(order.casefold(), names, roles):
        return f"pan {order}" if not re.match(r"\W*(?:pan|put|move)\b", order) else order
    found = [
        one
        for one in mentions(_SEEN.sub("", text[: last.start()]).casefold(), names, roles)
        if one.stems
    ]
    stems = {name for one in found for name in one.stems}
    return f"pan {stems.pop()} {order}" if len(stems) == 1 else text
