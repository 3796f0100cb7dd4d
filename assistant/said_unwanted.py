"""Whether what was done just before is not wanted after all, or what was undone is.

One rule: of stems that were not changed just before, the same words only say that they stay.
"""

import re
from collections.abc import Collection

from assistant.orders.asides import behind_talk
from assistant.orders.mentions import mentions
from assistant.orders.tokens import tokens

_NO = (
    r"^\W*(?:(?:no+|nah|nope|oh|hm+|wait|sorry|ah|ok|but|actually|on second thoughts?|you know what"
    r"|well|i tell a lie|i lied|never mind|forgive me|hang on|hold on)\W+)*"
)
_ONE_STEM = r"(?:the |my |our )?(?P<of>[^,.;!?]{1,30}?)"
_LEFT_ALONE = re.compile(  # "no, leave the men actually, they'll only sulk"
    rf"(?P<no>{_NO})(?:just )?leave {_ONE_STEM}(?P<after>(?: (?:actually|after all|alone|be"
    rf"|as (?:it|they|he|she)"
    r" (?:was|were)|where (?:it|they|he|she) (?:was|were)|then|as before|out of (?:it"
    r"|this)))*)(?=\W*$|[,.;!])(?P<rest>.*)$"
)
_STAYS_AS_IT_WAS = re.compile(  # "the bass should stay as it was before"
    rf"{_NO}{_ONE_STEM} (?:(?:should|must|can|could|may|ought to|had better|has to"
    rf"|needs? to)(?: rather| really)? )?"
    r"(?:stays?|remains?|be|kept|keeps?)(?: just| exactly)? (?:as|where|how|like|the way) (?:it"
    r"|they|he|she)"
    r" (?:was|were)(?: before| already)?(?=\W*$|[,.;!])(?P<rest>.*)$"
)
_GOES_BACK = re.compile(  # "harmony go back please"
    rf"{_NO}{_ONE_STEM} (?:go|goes|comes|to go|can go|should go) back(?: again| down"
    rf"| up)?(?:,? please)?\W*$"
)
_NOT_THAT_ONE = re.compile(  # "oh no, not Ellie, she was right in the middle"
    rf"{_NO}(?:not|but not) {_ONE_STEM}(?: (?:though|actually|then))?(?=\W*$|[,.;!])(?P<rest>.*)$"
)
_TURNS_ROUND = re.compile(r"no|nah|wait|sorry|actually|on second|after all|was|before")
_ASKS_MORE = re.compile(
    r"\d|\b(?:up|down|louder|quieter|softer|more|less|instead|rather|mute|solo it|pan|one|two|three"
    r"|half|meant|mean|but|brighter|warmer|darker|to the (?:left|right))\b"
)
_PLEASED = re.compile(  # why it stays as it is now
    r"\b(?:(?:sounds?|is|are|'s|'re) (?:\w+ )?(?:great|good|perfect|lovely|nice|fine|right)|now"
    r"|perfect"
    r"|works?|(?:like|love) (?:it|them|that|him|her))\b"
)
_HAD_AGAIN = re.compile(  # "do again what you took back"
    r"\b(?:what(?:ever)?|the (?:one|thing|change|move)(?: that)?) (?:you|we|i)(?:'ve"
    r"| have)? (?:just )?"
    r"(?:took|taken) (?:back|off|away|out)\b|\bwhat(?:ever)? (?:you|we|i)(?:'ve| have)? (?:just )?"
    r"(?:undid|undone|reverted|reversed|cancelled)\b|\b(?:un-?undo|(?:undo|reverse|forget|cancel"
    r"|scrap|take back) "
    r"(?:the|that|your|my|this) (?:last )?undo(?:ing)?)\b"
    r"|\b(?:put|bring|do|have|get|want) (?:it|that|the change|that change|the last one) (?:back"
    r"|again)"
    r"(?: (?:on|in|again))? after all\b"
)
_HAS_IT = re.compile(
    r"\b(?:do|put|bring|give|get|have|want|apply|make|again|back|undo|un-?undo|reverse)\b"
)
_DONT = re.compile(r"\b(?:don'?t|do not|never|why|how|if)\b")


def unwanted(
    text: str, names: tuple[str, ...], roles: tuple[str | None, ...], done: Collection[str]
) -> bool:
    """Whether a text says of the stems that were changed just before that they are not to be.

    "no, leave the men actually", "the bass should stay as it was", "oh no, not Ellie".
    done: those stems, of the last change.
    """
    _, plain = tokens(text, names, roles)
    if "?" in text or not done:
        return False
    for wording in (_LEFT_ALONE, _STAYS_AS_IT_WAS, _GOES_BACK, _NOT_THAT_ONE):
        said = wording.search(plain) or wording.search(behind_talk(plain, names, roles) or "")
        if said is None:
            continue
        told = said.groupdict()
        rest = told.get("rest") or ""
        found = mentions(said["of"], names, roles)
        if wording is _LEFT_ALONE and not _TURNS_ROUND.search(told["no"] + told["after"]):
            return False  # "ok, leave the bass": as it is now
        whole = len(found) == 1 and set(found[0].stems) == set(done)
        whole = whole and found[0].end - found[0].start >= len(said["of"]) - len("the ")
        others = {name for one in mentions(rest, names, roles) for name in one.stems} - set(done)
        pleased = _PLEASED.search(rest)
        return whole and not others and not pleased and not _ASKS_MORE.search(rest)
    return False


def had_again(text: str) -> bool:
    """Whether a text wants back what was undone: "do again what you took back"."""
    plain = text.casefold()
    found = _HAD_AGAIN.search(plain)
    return (
        found is not None
        and "?" not in text
        and bool(_HAS_IT.search(plain))
        and not _DONT.search(plain)
    )
