"""Whether the user wants to hear of more faults or of fewer: "be pickier", "only the big stuff".

One rule: words about a stem are about that stem, never about how picky the listener is.
"""

import re
from collections.abc import Callable, Sequence

from assistant.naming import spoken_of
from assistant.sensitivity import SETTINGS

_WORDS_READ = 16  # a longer text is about something else
_ANY = "|".join(SETTINGS)
_PICKY = r"(?:pick(?:y|ier)|strict(?:er)?|fuss(?:y|ier)|nit-?picky|critical|sensitive)"
_BIG = r"(?:big|bigger|biggest|large|obvious|serious|glaring|major|worst|important)"
_SMALL = r"(?:small|smaller|smallest|little|tiny|tiniest|minor|subtle)"
_TELL = r"(?:tell|show|warn|bother|flag|mention|point|report|give)\w*"
_NAMED = re.compile(rf"\bsensitivity\b.*\b({_ANY})\b|\b({_ANY}) sensitivity\b")
_ONLY_BIG = re.compile(
    rf"\b(?:only|just)\b.*\b{_TELL}\b.*\b{_BIG}\b|\b{_TELL}\b.*\b(?:only|just)\b.*\b{_BIG}\b"
    rf"|\b{_TELL}\b.*\b{_BIG}\b.*\bonly\b|^(?:only|just) the {_BIG} (?:stuff|things|ones|faults)\b"
)
_LESS = re.compile(
    rf"\b(?:less|not (?:so|that|as|too)|too|so) {_PICKY}\b"
    r"|\b(?:more|be) (?:lenient|relaxed|forgiving)\b|\b(?:stop|no|don't|dont) nit-?pick\w*"
    rf"|\b(?:ignore|skip|forget) (?:all )?(?:the )?{_SMALL}\b"
)
_MORE = re.compile(
    rf"\b(?:be|get|more) (?:(?:a )?(?:more|bit|little|lot|even|much|way) )*{_PICKY}\b"
    rf"|\bnit-?pick\b|\b{_TELL}\b.*\b(?:even|also|every) (?:the )?{_SMALL}\b"
)


def sensitivity_said(
    text: str, names: Sequence[str], roles: Callable[[], Sequence[str | None]], now: str
) -> str | None:
    """The setting that a text asks for, the present one where there is nothing beyond it.

    roles: gives what the stems are; asked only where the words may be meant that way.
    """
    plain = text.casefold().replace("\u2019", "'")
    if len(plain.split()) > _WORDS_READ:
        return None
    wanted = _wanted(plain, SETTINGS.index(now))
    return None if wanted is None or spoken_of(plain, names, roles()) else wanted


def _wanted(plain: str, place: int) -> str | None:
    if (match := _NAMED.search(plain)) is not None:
        return match[1] or match[2]
    if _ONLY_BIG.search(plain):
        return SETTINGS[0]
    if _LESS.search(plain):
        return SETTINGS[max(place - 1, 0)]
    if _MORE.search(plain):
        return SETTINGS[min(place + 1, len(SETTINGS) - 1)]
    return None
