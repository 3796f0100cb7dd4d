"""Versions and takes by their number or place: "2 was better", "have that one back", "what's in 3".

One rule: a bare number is a version, or a take, only where these were just talked of.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.orders.before import DEEDS
from assistant.orders.lexicon import FILLER, NUMBER, PLACE
from assistant.orders.tokens import STEM, STOP, tokens

_TURNS = 3  # looked back for talk of versions
_OF_VERSIONS = frozenset({"list_versions", "restore_version", "audition"})
_A_VERSION = re.compile(r"\b(?:versions?|snapshots?|v ?\d+)\b")
_A_TAKE = re.compile(
    r"\b(?:takes|renders|mixes|(?:the|this|that|first|second|third|last|other) (?:take|render)"
    r"|take \d)\b"
)
_THAT_ONE = re.compile(r"\b(?:it|that(?: one)?|this(?: one)?|the (?:same|one))\b")
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|ok|but|remind me|tell me|show me|again|sorry)\W+)*"
    r"(?:what|which|whats|what's|how)\b|\bremind me\b|\bwhat(?:'?s| is| was| did| do)\b"
)
_WHAT_IS_IN = re.compile(r"\bwhat(?:'?s| is| was) (?:again )?in (?:number )?\d+\W*$")
_ONLY_A_NUMBER = re.compile(r"(?:no|nah|nope|hm+|wait|sorry|ok|or|and|try|[\s,.!])*\d+[\s.!]*")
_PLAYS = re.compile(
    r"\b(?:play|hear|listen|compare|a/?b|back to back|side by side|switch between)\b"
)
_ALL_OF_THEM = re.compile(
    r"\b(?:back to back|side by side|one after (?:the|an)?other|a/b|both|compare|them|takes)\b"
)
_RANKS = re.compile(
    r"\bwhich\b.*\b(?:better|best|prefer|like|choose|take|pick|nice(?:r|st)|favou?rite)\b"
)
_CHOOSES = re.compile(
    r"\b(?:better|nicer|best|nicest|favou?rite|winn?er|wins?|won|back|again|tak(?:e|ing|in)|stay"
    r"(?:ing)?|keep(?:ing)?|have|go(?:ing)?(?: with)?|load|want|prefer|pick(?:ing)?|choose"
    r"|us(?:e|ing)|open|return|restore|bring|put|switch(?: to)?|it is|then|one for me|like)\b"
)
_BACK = re.compile(  # "have that one back", "load it", "go there"
    r"\b(?:load|restore|go (?:back )?(?:there|to)|switch to|(?:have|bring|put|get|take|want) "
    r"(?:it|that|this)(?: one)?(?: back)?|back to)\b"
)
_NOT = re.compile(r"\b(?:not|n't|don'?t|no more|without|worse|hate|never)\b")
_LABELLED = re.compile(r"\d+$")  # "v12", "take2"
_COUNTED = re.compile(r"\b(?:v|version )? ?(\d{1,2})\b")
_TO_THE_START = re.compile(  # "everything as it was at the very beginning"
    r"\b(?:everything|all(?: of (?:it|them|that))?|it all|the (?:lot|whole thing|mix))\b[^.?!]*"
    r"\b(?:as|how|like|where|the way) (?:it|they|everything|we|i) (?:was|were|had|started|began"
    r"|came|opened|got)\b[^.?!]*"
)
_THE_START = re.compile(
    r"\b(?:open(?:ed)?|(?:very )?(?:beginning|start(?:ed)?)|first|originally|to begin with|began"
    r"|came|loaded|before (?:we|i) (?:started|began|touched))\b"
)
_LONGEST = 14  # words of what names a version; a story is none
_OTHER_DEEDS = frozenset(  # kinds of tokens with which something else is ordered
    """
    up down cut add pan left right centre above below against mute unmute solo unit percent sign
    export render seed anchor judge swap double half
    """.split()
)


@dataclass(frozen=True)
class Talked:
    """What was said of versions or takes lately.

    number: the one that was spoken of last. heard: those that were played last, in their order.
    restored: whether the last thing that was done was to go to one.
    """

    of: Literal["versions", "takes"] | None = None
    number: int | None = None
    heard: tuple[int, ...] = ()
    restored: bool = False


@dataclass(frozen=True)
class Named:
    """Versions or takes as a text names them, and what it wants of them."""

    of: Literal["versions", "takes"]
    wants: Literal["told", "heard", "chosen", "asked which", "ranked"]
    numbers: tuple[int, ...] = ()


def talked(events: Sequence[Mapping[str, Any]]) -> Talked:
    """Of what finished turns talked last; of nothing where the mix was changed since."""
    said: list[str] = []  # the latest first
    found: Talked | None = None
    for event in reversed(events):
        if event["event"] == "user":
            said.append(str(event["text"]).casefold())
            if found is not None or len(said) == _TURNS:
                break
        if found is not None or event["event"] != "tool_call":
            continue
        if event["name"] in DEEDS or event["name"] in ("undo", "redo"):
            break
        found = _of(event["name"], event["arguments"])
    if found is None or found.number is not None:
        return found or Talked()
    counts = [count for text in said for count in _COUNTED.findall(text)[-1:]]
    return replace(found, number=int(counts[0])) if counts else found


def _of(name: str, arguments: Mapping[str, Any]) -> Talked | None:
    """What a call is about: versions, takes, or neither."""
    if name == "render_mix":
        return Talked("takes")
    if name not in _OF_VERSIONS or arguments.get("stems"):
        return None
    labels = [str(one) for one in arguments.get("versions") or ()]
    heard = tuple(int(count[0]) for one in labels if (count := _LABELLED.search(one)))
    takes = any("take" in one for one in labels)
    restored = name == "restore_version"
    return Talked(
        "takes" if takes else "versions", arguments.get("version"), heard, restored=restored
    )


def named(
    text: str, names: tuple[str, ...], roles: tuple[str | None, ...], talk: Talked
) -> Named | None:
    """The versions or takes that a text names and what it wants of them; None in any other text.

    "play 2 and 4", "2 was better, have that one back", "I'm taking the second", "what's in 3".
    """
    told, plain = tokens(text, names, roles)
    kinds = {token.kind for token in told}
    start = _TO_THE_START.search(plain)
    if start and _THE_START.search(start[0]) and STEM not in kinds and "?" not in text:
        return Named("versions", "chosen", (0,))
    of = "takes" if _A_TAKE.search(plain) else "versions" if _says_version(plain) else talk.of
    if of is None or STEM in kinds or kinds & _OTHER_DEEDS or len(plain.split()) > _LONGEST:
        return None
    counts = [
        int(token.number) for place, token in enumerate(told)
        if token.kind == NUMBER
        and (token.text != "one" or (place and told[place - 1].kind in ("version", "takes")))
    ]  # fmt: skip
    places = [int(token.number) for token in told if token.kind == PLACE]
    numbers = tuple(counts) + tuple(_placed(place, talk) for place in places)
    if any(number < 0 for number in numbers):
        return None
    if _PLAYS.search(plain):
        back_to_back = of == "takes" and not numbers and bool(_ALL_OF_THEM.search(plain))
        return Named(of, "heard", numbers) if len(numbers) > 1 or back_to_back else None
    if _RANKS.search(plain) and len(numbers) in (0, 2):
        return Named(of, "ranked", numbers)
    if _ASKS.search(plain):
        return Named(of, "told", numbers) if of == "versions" and numbers else None
    if "?" in text or _NOT.search(plain):
        return None
    if talk.restored and numbers and _ONLY_A_NUMBER.fullmatch(plain):
        return Named(of, "chosen", numbers[:1])
    bare = bool(places) and kinds <= {PLACE, FILLER, STOP, "it"}  # "ok, the second one"
    if len(numbers) == 1 and (bare or _CHOOSES.search(plain)):
        open_first = of == "versions" and 1 in places and not talk.heard
        return Named(of, "asked which" if open_first else "chosen", numbers)
    if not numbers and _BACK.search(plain) and _THAT_ONE.search(plain) and talk.number is not None:
        return Named(of, "chosen", (talk.number,))
    return None


def _says_version(plain: str) -> bool:
    return bool(_A_VERSION.search(plain) or _WHAT_IS_IN.search(plain))


def _placed(place: int, talk: Talked) -> int:
    """The number of "the second one": of those that were heard, if so many were."""
    return talk.heard[place - 1] if 0 < place <= len(talk.heard) else place
