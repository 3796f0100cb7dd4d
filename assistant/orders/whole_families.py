"""Words for all stems of a family: "all the drums", "the voices", "the two vocals".

One rule: where a song has not several such stems, the words are left to the other readings.
"""

import re
from collections.abc import Mapping

from assistant.orders.beside import Mention

_INSTRUMENTS = re.compile(  # all that nobody sings
    r"\b(?:all (?:of )?)?(?:the |my |our |those )instruments\b|\ball instruments\b"
)
_KIT, _VOICES = ("kick", "snare", "hats", "drums"), ("lead vocal", "backing vocals")
_FAMILIES = {
    _KIT: re.compile(r"(?:the |my )?(?:drums|drum ?kit|kit)"),
    _VOICES: re.compile(r"(?:the |my )?(?:vocals|voices|vox|singers|vocal tracks)"),
}
_EVERY_ONE = frozenset({"voices", "the voices", "singers", "the singers"})
_TWO = re.compile(r"\b(?:two|both(?: the| my| our)?) ?$")
_ALL_THE = re.compile(r"\b(?:all(?: of)?|whole|entire|every one of)(?: the| my| our)? ?$")


def all_of_a_kind(text: str, one: Mention, kinds: Mapping[str, str | None]) -> Mention:
    """A mention of "all the drums", or of the voices, as every stem of that family."""
    words, before = text[one.start : one.end], text[: one.start]
    words += " tracks" if text.startswith(" tracks", one.end) else ""
    for family, told in _FAMILIES.items():
        if told.fullmatch(words):
            stems = tuple(name for name, role in kinds.items() if role in family)
            two = len(stems) == 2 and _TWO.search(before)
            if not (words in _EVERY_ONE or _ALL_THE.search(before) or two):
                return one
            return Mention(one.start, one.end, stems) if len(stems) > 1 else one
    return one


def instruments(text: str, names: tuple[str, ...], roles: tuple[str | None, ...]) -> list[Mention]:
    """ "the instruments": every stem but the voices, where there are both."""
    played = tuple(n for n, role in zip(names, roles, strict=True) if role not in _VOICES)
    if not 1 < len(played) < len(names):
        return []
    return [Mention(*one.span(), played) for one in _INSTRUMENTS.finditer(text)]
