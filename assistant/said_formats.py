"""Which files an export is to write, in the user's words: the mix, the stems, a session file.

One rule: what the words refuse is not written, and "stems of the mix" are stems.
"""

import re

_STEMS = (
    r"(?:stems|multi-? ?tracks?|separate(?:d|ly)?|individual(?:ly)?|one by one"
    r"|(?:single|each|every) (?:track|channel)s?|(?:all|the|my|our|these) channels|tracks)"
)
_SESSION = r"(?:session|project|reaper|rpp|daw)"
_MIX = r"(?:mix(?:down)?s?|stereo (?:file|track|mix)|two.?track)"
_FORMATS = {
    "mix": re.compile(
        r"(?:\b(?:the|a|my|our|this|final|finished|full|whole|stereo|and|plus|just|only|single)"
        rf"|^|[.,;]) ?(?:{_MIX})(?! (?:bus|engineer)\b)"
    ),
    "stems": re.compile(rf"\b{_STEMS}\b"),
    "session": re.compile(rf"\b{_SESSION}\b"),
}
_ANY = rf"(?:{_STEMS}|{_SESSION}|{_MIX})"
_REFUSED = re.compile(
    r"\b(?:no|not|without|don'?t (?:need|want)|do not (?:need|want)|skip|instead of|rather than"
    r"|except|forget|leave out|never mind)(?: (?:the|any|my|our|a|all|your|those|separate|single))*"
    rf" {_ANY}(?: (?:files?|this time|please|pls))*\b"
)
_OF_IT = re.compile(rf"(?<=\w) of (?:(?:the|my|our|this|these|all|full|whole) ){{0,2}}{_ANY}\b")


def formats_said(text: str) -> list[str]:
    """The formats that a lower-case text names: mix, stems and session, in this order."""
    plain = _OF_IT.sub(" ", _REFUSED.sub(" ", text))
    found = [name for name, pattern in _FORMATS.items() if pattern.search(plain)]
    only_where = not re.search(r"\b(?:session|project)\b", plain)
    if "session" in found and len(found) > 1 and only_where:
        found.remove("session")  # "the mix for my friend's daw"
    return found
