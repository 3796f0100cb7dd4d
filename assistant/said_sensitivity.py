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
_FAULTS = r"(?:stuff|things?|ones?|faults?|problems?|issues?|mistakes?|errors?|flaws?|details?)"
_BIG_FAULTS = rf"(?:{_BIG} {_FAULTS}\b|(?:biggest|worst)$)"
_NAMED = re.compile(rf"\bsensitivity\b.*\b({_ANY})\b|\b({_ANY}) sensitivity\b")
_ONLY_BIG = re.compile(
    rf"\b(?:only|just)\b.*\b{_TELL}\b.*\b{_BIG_FAULTS}|\b{_TELL}\b.*\b(?:only|just)\b.*\b{_BIG_FAULTS}"
    rf"|\b{_TELL}\b.*\b{_BIG_FAULTS}.*\bonly\b|^(?:only|just) the {_BIG_FAULTS}"
)
_OF_THE_SONG = re.compile(r"\b(?:sound|feel)(?:s|ing)?\b|\b(?:mix|song|track) (?:is|seems?)\b")
_LESS = re.compile(rf"\b(?:less|not (?:so|that|as|too)|too|so) {_PICKY}\b(?! enough)")
_MORE = re.compile(rf"\bnot (?:nearly |quite )?{_PICKY} enough\b")
_LET_BE = re.compile(  # turned round by a denial, as the next one is
    r"\b(?:more|be) (?:lenient|relaxed|forgiving)\b"
    rf"|\b(?:ignore|skip|forget|overlook) (?:all )?(?:the )?{_SMALL} {_FAULTS}\b"
)
_LOOK_CLOSER = re.compile(
    rf"\b(?:be|get|more) (?:(?:a )?(?:more|bit|little|lot|even|much|way) )*{_PICKY}\b"
    rf"|\bnit-?pick\w*|\b{_TELL}\b.*\b(?:even|also|every) (?:the )?{_SMALL}\b"
)
_DENIED = re.compile(r"\b(?:don't|dont|do not|stop|quit|never|not|no|without|less|enough)\b")


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
    if _ONLY_BIG.search(plain) and not _DENIED.search(plain):
        return SETTINGS[0]
    step = 0 if _OF_THE_SONG.search(plain) else _step(plain)
    return SETTINGS[min(max(place + step, 0), len(SETTINGS) - 1)] if step else None


def _step(plain: str) -> int:
    """1 for more faults, -1 for fewer, 0 where the words say neither or deny it twice."""
    if _MORE.search(plain) or _LESS.search(plain):
        return 1 if _MORE.search(plain) else -1
    for pattern, step in ((_LET_BE, -1), (_LOOK_CLOSER, 1)):
        if (match := pattern.search(plain)) is not None:
            denials = len(_DENIED.findall(plain[: match.start()]))
            return {0: step, 1: -step}.get(denials, 0)
    return 0
