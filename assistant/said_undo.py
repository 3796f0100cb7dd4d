"""Whether words take the last change back: "one step too many", "lose the bass change".

One rule: where the word undo stands for a wish, nothing is done again.
"""

import re
from collections.abc import Sequence

from assistant.orders.asides import behind_talk
from assistant.orders.lexicon import FILLER, JOIN, VERB, undoes
from assistant.orders.mentions import mentions
from assistant.orders.tokens import STOP, UNKNOWN, tokens

_NO_WISH = re.compile(
    r"\b(?:don'?t|do not|not|never|didn'?t|shouldn'?t|how|why|if|can i|could i|is there|what)\b"
    r"(?=[^.;!]*\bundo)"
)
_CHANGE = (
    r"(?:changes?|moves?|edits?|tweaks?|adjustments?|alterations?|steps?|settings?|thing you did)"
)
_AWAY = (
    r"(?:lose|drop|bin|scrap|ditch|remove|take (?:back|out|off|away)|get rid of|forget|cancel"
    r"|reverse"
    r"|revert|nix|scratch|kill|roll back|reject|wipe)"
)
_LOSES = re.compile(
    rf"\b{_AWAY} (?:(?:the|that|this|my|your|those) )?(?P<of>(?:[\w/&-]+ ){{0,3}}?){_CHANGE}\b\W*$"
)
_WAS_FINE = re.compile(  # "no, the pad was fine where it was"
    r"^\W*(?:(?:no+|nah|nope|hm+|oh|actually|sorry|well|fam|bro|man|mate|honestly)\W+)*"
    r"(?:the |my )?(?P<of>[^,.;!?]{1,30}?) (?:was|were) (?:(?:just|perfectly|actually|much|way"
    r"|probably) )?"
    r"(?:fine|good|better|ok(?:ay)?|nicer|right|great|perfect|cold|sick|lovely|well behaved"
    r"|(?:loud|quiet|warm|bright|dark) enough)"
    r" (?:already|before|(?:where|as|how|like|the way) (?:it|they|he|she) (?:was|were))"
    r"(?: before)?\W*$"
)
_TOO_MANY = re.compile(rf"\b(?:one|a) {_CHANGE} too (?:many|far)\b")
_BAD = (
    r"(?:ridiculous|awful|terrible|horrible|wrong|worse|ass|trash|garbage|rubbish|crap|shit"
    r"|dreadful"
    r"|silly|stupid|daft|bad|ugly|nasty|hideous|a mistake|nonsense|no good|not it|gross|yuck|mess)"
)
_BAD_SO = re.compile(
    rf"\b(?:that|this|it|that'?s|it'?s|sounds?)\b[^.!?,;]*\b{_BAD}\b[^?]*?"
    r"\b(?:lose|drop|bin|scrap|ditch|kill|cancel|revert|reverse|remove) (?:it|that|this)\W*$"
)
_BESIDE = frozenset({FILLER, VERB, JOIN, STOP, UNKNOWN, "no", "it", "back", "change", "toofar"})
_MOST_WORDS = 12


def taken_back(
    text: str, names: tuple[str, ...], roles: tuple[str | None, ...]
) -> Sequence[str] | None:
    """The stems whose last change a text takes back, none for the last change; None in any other.

    "no that's awful, undo", "lose the keys change", "one step too many".
    """
    told, plain = tokens(text, names, roles)
    if "?" in text or len(plain.split()) > _MOST_WORDS:
        return None
    if undoes(plain) and not _NO_WISH.search(plain):
        kinds = {token.kind for token in told if "undo" not in token.text}
        return () if kinds <= _BESIDE else None
    if fine := _WAS_FINE.search(plain):
        found = mentions(fine["of"], names, roles)
        whole = found and found[0].start == 0 and found[-1].end == len(fine["of"])
        pronoun = fine["of"] in ("it", "that", "they")
        return tuple(name for one in found for name in one.stems) if whole or pronoun else None
    last = behind_talk(plain, names, roles) or plain
    if loses := _LOSES.search(last):
        found = mentions(loses["of"], names, roles)
        rest = mentions(last[: loses.start()], names, roles)
        return None if rest else tuple(name for one in found for name in one.stems)
    if mentions(plain, names, roles):
        return None
    return () if _TOO_MANY.search(last) or _BAD_SO.search(plain) else None
