"""Versions and takes by their number or place: "2 was better", "have that one back", "what's in 3".

One rule: a bare number is a version, or a take, only where these were just talked of.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.orders.as_opened import goes_to_the_start
from assistant.orders.before import DEEDS
from assistant.orders.lexicon import FILLER, NUMBER, PLACE
from assistant.orders.tokens import STEM, STOP, Token, tokens
from assistant.orders.version_steps import the_newest, with_the_present

NEWEST = -1
_TURNS = 3  # looked back for talk of versions
_OF_VERSIONS = frozenset({"list_versions", "restore_version", "audition"})
_A_VERSION = re.compile(r"\b(?:versions?|snapshots?|v ?\d+)\b")
_A_TAKE = re.compile(
    r"\b(?:takes|renders|mixes|(?:the|this|that|first|second|third|last|other) (?:take|render)"
    r"|take \d(?! (?:db|dbs|off|out|away|more|back|from|of|on)\b))\b"
)
_THAT_ONE = re.compile(r"\b(?:it|that(?: one)?|this(?: one)?|the (?:same|one))\b")
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|ok|but|remind me|tell me|show me|again|sorry)\W+)*"
    r"(?:what|which|whats|what's|how)\b|\bremind me\b|\bwhat(?:'?s| is| was| did| do)\b"
)
_WHAT_IS_IN = re.compile(r"\bwhat(?:'?s| is| was) (?:again )?in (?:number )?\d+\W*$")
_AFTERTHOUGHT = (
    r"(?:actually|after all|sorry|instead|then|please|pls|it is|was right|for real|i (?:was"
    r"|am) (?:wrong"
    r"|mistaken)|i take (?:it|that) back|my (?:bad|mistake)|i changed my mind|i think|again"
    r"|[\s,.!])*"
)
_ONLY_A_NUMBER = re.compile(
    r"(?:no|nah|nope|hm+|wait|sorry|ok|or|and|try|so|actually|well|then|let's go|go|go with|make it"
    rf"|i'll (?:take|have)|[\s,.!])*\d+{_AFTERTHOUGHT}"
)
_SENTENCES = re.compile(r"(?<=[.!;])\s+")
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
    r"|us(?:e|ing)|open|return|prefers|likes|wants|chose|picks|picked|voted|restore|bring|put"
    r"|switch(?: to)?|it is|then|one for me|like)\b"
)
_BACK = re.compile(  # "have that one back", "load it", "go there"
    r"\b(?:load|restore|go (?:back )?(?:there|to)|switch to|(?:have|bring|put|get|take|want) "
    r"(?:it|that|this)(?: one)?(?: back)?|back to)\b"
)
_NOT = re.compile(r"\b(?:not|n't|don'?t|no more|without|worse|hate|never)\b")
_LABELLED = re.compile(r"\d+$")  # "v12", "take2"
_COUNTED = re.compile(r"\b(?:v|version )? ?(\d{1,2})\b")
_LONGEST = 14  # words of what names a version; a story is none
OTHER_DEEDS = frozenset(  # kinds of tokens with which something else is ordered
    """
    up down cut add pan left right centre above below against mute unmute solo unit percent sign
    render seed anchor judge swap double half
    """.split()
)
_BETWEEN = frozenset({"join", "to", "against"})  # "2 and 4", "2 with 4", "2 vs 4"
_PAIRED = frozenset({NUMBER, FILLER, STOP, "join", "to", "against", "version", "takes", "hear"})
_BARE = frozenset({NUMBER, PLACE, FILLER, STOP, "version"})  # "two.", "the number 4"
_PLACES = {
    "first": 1, "1st": 1, "former": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4,
    "4th": 4, "last": -1, "latter": -1,
}  # fmt: skip
_FAR_ON = ("fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_FAR_ON_ONE = re.compile(rf"\b(?:the|that) ({'|'.join(_FAR_ON)})\b")
_PLACED = re.compile(  # "first one's got more soul"
    rf"^\W*(?:(?:the|ok|yeah|hm+|so|well|nah|no|i think|honestly)\W+)*({'|'.join(_PLACES)})"
    r"(?: one| take| version| mix)?(?:'s|(?= (?:is|was|has|had|got|sounds?|feels?|wins|it is|for"
    r" me|please|pls|then)\b)|\W*$)"
)
_PRAISED = re.compile(
    r"\b(?:has|have|had|got|'s got|with) (?:way |much |a lot |lots |so much )?(?:more|better"
    r"|nicer|the (?:better|nicer)) \w+|\b(?:sounds?|feels?|is|was) (?:\w+ )?(?:warmer|fuller"
    r"|tighter|clearer|punchier|smoother|livelier|closer|right|it|the one)\b"
)
_THE_OTHER = re.compile(r"\bthe other(?: one| take| version| mix)?\b")


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
    """Versions or takes as a text names them, and what it wants of them; NEWEST is the last."""

    of: Literal["versions", "takes"]
    wants: Literal["told", "heard", "chosen", "asked which", "ranked", "exported"]
    numbers: tuple[int, ...] = ()
    with_now: bool = False  # the version that is heard now is to be played first


def talked(events: Sequence[Mapping[str, Any]]) -> Talked:
    """Of what finished turns talked last; of nothing where the mix was changed since."""
    said: list[str] = []  # the latest first
    found: Talked | None = None
    chosen: int | None = None  # the take that was chosen since
    for event in reversed(events):
        if event["event"] == "user":
            said.append(str(event["text"]).casefold())
            if found is not None or len(said) == _TURNS:
                break
        if found is None and event["event"] == "take_choice":
            chosen = event["take"]
        if found is not None or event["event"] != "tool_call":
            continue
        if event["name"] in DEEDS or event["name"] in ("undo", "redo"):
            break
        found = _of(event["name"], event["arguments"])
    if chosen is not None:
        return Talked("takes", chosen, found.heard if found and found.of == "takes" else ())
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
    told = [token for token in told if token.text not in ("me", "compare")]  # "play me 2 and 4"
    kinds = {token.kind for token in told}
    if STEM not in kinds and goes_to_the_start(plain, talk.of == "versions"):
        return Named("versions", "chosen", (0,))
    settled = _settled(plain, talk) if not kinds & OTHER_DEEDS else None
    if settled is not None and "?" not in text:
        return Named("versions", "chosen", (settled,))
    of = "takes" if _A_TAKE.search(plain) else "versions" if _says_version(plain) else talk.of
    if of is None or STEM in kinds or len(plain.split()) > _LONGEST:
        return None
    numbers = _numbers(told, plain, talk)
    paired = len(numbers) == 2 and kinds <= _PAIRED and bool(kinds & _BETWEEN)
    least = -1 if of == "takes" else 0  # the last take
    if any(number < least for number in numbers) or (kinds & OTHER_DEEDS and not paired):
        return None
    if "export" in kinds:
        taken = of == "takes" and len(numbers) == 1 and "stems of it" not in kinds
        return Named(of, "exported", numbers) if taken else None
    if _PLAYS.search(plain) or paired:
        if not numbers and of == "versions" and the_newest(plain) and with_the_present(plain):
            return Named(of, "heard", (NEWEST,), with_now=True)
        if not numbers:
            back_to_back = of == "takes" and bool(_ALL_OF_THEM.search(plain))
            return Named(of, "heard") if back_to_back else None
        beside = of == "versions" and len(numbers) == 1 and with_the_present(plain)
        return Named(of, "heard", numbers, with_now=beside)
    if _RANKS.search(plain) and len(numbers) in (0, 2):
        return Named(of, "ranked", numbers)
    if _ASKS.search(plain):
        return Named(of, "told", numbers) if of == "versions" and numbers else None
    if "?" in text or _NOT.search(plain):
        return None
    return _chosen(of, numbers, told, plain, talk)


def _chosen(
    of: Literal["versions", "takes"], numbers: tuple[int, ...], told: Sequence[Token], plain: str,
    talk: Talked,
) -> Named | None:  # fmt: skip
    """The version or take that is chosen: by words for it, or as all that is said."""
    placed = any(token.kind == PLACE for token in told) or bool(_PLACED.search(plain))
    bare = {token.kind for token in told} <= {PLACE, FILLER, STOP, "it"}  # "ok, the second one"
    compared = bool(talk.heard) and {token.kind for token in told} <= _BARE
    if len(set(numbers)) == 1:
        praised = bool(talk.heard) and _PRAISED.search(plain)
        if (bare and placed) or compared or praised or _CHOOSES.search(plain):
            open_first = of == "versions" and placed and numbers[0] == 1 and not talk.heard
            return Named(of, "asked which" if open_first else "chosen", numbers[:1])
    if numbers:
        return None
    others = [number for number in talk.heard if number != talk.number]
    if _THE_OTHER.search(plain) and talk.number in talk.heard and len(others) == 1:
        return Named(of, "chosen", (others[0],))
    if _BACK.search(plain) and _THAT_ONE.search(plain) and talk.number is not None:
        return Named(of, "chosen", (talk.number,))
    return None


def _settled(plain: str, talk: Talked) -> int | None:
    """The number that a text about versions ends with: "2 has more space, but 4 moves. ok 4"."""
    if talk.of != "versions" or not (talk.restored or talk.heard):
        return None
    last = _SENTENCES.split(plain.strip(" .!"))[-1]
    return int(_COUNTED.findall(last)[-1]) if _ONLY_A_NUMBER.fullmatch(last) else None


def _numbers(told: Sequence[Token], plain: str, talk: Talked) -> tuple[int, ...]:
    """The numbers that are named, in figures, in words or by their place, in their order.

    "one" is one of two, or stands behind a word for what is counted.
    """
    counts: list[int] = []
    for place, token in enumerate(told):
        if token.kind != NUMBER or token.number != int(token.number):
            continue
        beside = [*told[max(0, place - 1) : place], *told[place + 1 : place + 2]]
        one_of = [other for other in told[max(0, place - 2) : place + 3] if other.kind == NUMBER]
        is_one = token.text != "one" or any(o.kind in ("version", "takes") for o in beside)
        if is_one or (len(one_of) > 1 and any(o.kind in _BETWEEN for o in beside)):
            counts.append(int(token.number))
    places = [int(token.number) for token in told if token.kind == PLACE]
    if not places and (found := _PLACED.search(plain)):
        places = [_PLACES[found[1]]]
    places += [_FAR_ON.index(word) + 4 for word in _FAR_ON_ONE.findall(plain)]
    return tuple(counts) + tuple(_placed(place, talk) for place in places)


def _says_version(plain: str) -> bool:
    return bool(_A_VERSION.search(plain) or _WHAT_IS_IN.search(plain))


def _placed(place: int, talk: Talked) -> int:
    """The number of "the second one": of those that were heard, if so many were."""
    if place == -1 and talk.heard:
        return talk.heard[-1]
    return talk.heard[place - 1] if 0 < place <= len(talk.heard) else place
