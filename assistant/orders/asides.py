"""What is said besides an order: why it is given, what led to it, what was taken back at once.

One rule: what orders something, or forbids it, is no aside.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.acting import stems_of
from assistant.hearing import ToolCall
from assistant.intents import ADVICE, SPEAK
from assistant.orders.lexicon import FILLER, JOIN, NUMBER, VERB
from assistant.orders.tokens import STEM, STOP, UNKNOWN, Token, tokens

_ORDERS = frozenset(  # kinds of tokens without which nothing is ordered
    """
    up down cut add off left right centre pan above below against same match mute unmute solo
    anchor judge version undo redo render takes seed dry export number percent sign
    double toofar meant flip except was opened share nearer apart swap
    """.split()
) | {"go back", "make that", "a mix", "a session", "stems of it"}
_GO_ON = frozenset("no not instead other too again half more less back".split())  # to a stem
_BEGINS = frozenset("please pls could can would so just let's lets make".split())
_ASKED, _WHO = frozenset("could can would".split()), frozenset("you u ya we i".split())
_EXPLAINS = frozenset(
    "because cause cuz coz like as since which that's thats its it's where so who that it he she"
    " they i bruh bro man dude mate fam".split()
)
_PRONOUNS = frozenset("it he she they".split())
_SAYS_HOW = frozenset(
    "sits sit sitting should is be has needs goes go can could would will".split()
)
_FORBIDS = frozenset("don't dont do never unless if without instead until".split())
_POINTS = frozenset("above below against same match to".split())  # what follows is a stem
_STOPS = (STOP, JOIN)
_COMPLAINS = re.compile(r"(?!(?:make|turn|put|bring|get|take)\b).*\b(?:too|rather|quite) \w+\b")
_STATES = re.compile(  # what became of a stem by the last change: "now the ukes have disappeared"
    r"(?:(?:oh dear|h+m+|oof|ugh|well|ok|but|now|see) )*(?:(?:that|it|this|they)(?:'s| is|'re"
    r"| are)?"
    r"|(?:the |my |our )?[\w' ]{2,24}? (?:has|have|is|are)) (?:now |just |all |a bit |rather |quite"
    r" |completely |totally )*(?:gone|disappeared|vanished|lost|buried|drowned|swallowed|hollow"
    r"|thin|empty|bare|weak|dead|lifeless|shy|timid|faint|missing|naked)\b.*"
)
LEAST_LIKELY = 0.4  # that words beside an order ask for anything
SURE = 0.9  # the same of a word or two
_FEW_WORDS = 2
_VERSIONS = frozenset({"undo", "redo", "restore_version"})
_TAKES_BACK = re.compile(  # "keys up 2... never mind, the bass down 1"
    r"[\s,.;!?-](?:(?<!will )(?<!to )never ?mind|(?:scratch|strike) that|forget (?:that|it)"
    r"|(?:no|oh|but)[ ,]{1,2}wait(?:[ ,]{1,2}no)?|wait[ ,]{1,2}no|actually[ ,]{1,2}no"
    r"|no[ ,]{1,2}actually|on second thoughts?|(?:no[ ,]{1,2})?what am i saying)\b",
    re.IGNORECASE,
)
_A_NUMBER = re.compile(
    r"(?:(?:make|call) (?:it|that) )?(?:just |only )?(\d+(?:\.\d+)?)(?: ?db)?[.! ]*"
)
_SENTENCES = re.compile(r"[.!?;\n]+\s*|,\s+")
_LAST_NUMBER = re.compile(r"\d+(?:\.\d+)?(?!.*\d)")
ActsOf = Callable[[str], Mapping[str, float]]  # how likely each act is meant by a text


@dataclass(frozen=True)
class Aside:
    """Words said besides, and the stems that they are about."""

    text: str
    stems: tuple[str, ...]


def without_asides(told: Sequence[Token]) -> tuple[list[Token], list[Aside]]:
    """Tokens without what is said besides, and that; all of them where nothing would be left."""
    kept: list[Token] = []
    found: list[Aside] = []
    for piece in _pieces(told):
        words = [token for token in piece if token.kind not in _STOPS]
        strange = any(token.kind == UNKNOWN for token in words)
        if strange and not _speaks_of_an_order(words) and not _is_a_thing(piece):
            stems = tuple(dict.fromkeys(name for token in words for name in token.stems))
            found.append(Aside(" ".join(token.text for token in words), stems))
            kept.append(Token(STOP, ",", ","))
        else:
            kept += piece
    goes = any(token.kind in ("out", "too") for token in kept) and any(t.stems for t in kept)
    asks = goes or asks_for_something(kept) or _goes_on(kept) or _scales(kept)
    return (kept, found) if asks else (list(told), [])


def without_taken_back(text: str) -> str:
    """A text without an order that it takes back before its end; "keys up 2, no wait, 3" is 3."""
    places = list(_TAKES_BACK.finditer(text))
    if not places:
        return text
    before, rest = (
        text[: places[-1].start()].rstrip(" ,.;"),
        text[places[-1].end() :].lstrip(" ,.:;!-\n"),
    )
    if len(before.split()) < 2:
        return text
    number = _A_NUMBER.fullmatch(rest.casefold())
    if number and _LAST_NUMBER.search(before):
        return _LAST_NUMBER.sub(number[1], before)
    return rest if len(rest.split()) > 1 else text


def asks_for_something(told: Sequence[Token]) -> bool:
    """Whether there are words without which nothing is ordered."""
    return any(token.kind in _ORDERS for token in told)


def _scales(told: Sequence[Token]) -> bool:
    """Whether all that is left is how much of the last change is wanted: "half that"."""
    kinds = {token.kind for token in told if token.kind not in (FILLER, STOP, JOIN)}
    scales = {"half", "double", "it", "only", "back", VERB}
    return bool(kinds & {"half", "double"}) and kinds <= scales


def _goes_on(told: Sequence[Token]) -> bool:
    """Whether there is a stem for which something is done again, or instead."""
    kinds = {token.kind for token in told}
    return STEM in kinds and bool(kinds & _GO_ON)


def behind_talk(text: str, names: tuple[str, ...], roles: tuple[str | None, ...]) -> str | None:
    """The last sentence of a text, where those before it name no stem and order nothing.

    None where there is but one, or where more is asked for.
    """
    pieces = [piece.strip() for piece in _SENTENCES.split(text) if piece.strip(" .,!?;")]
    if len(pieces) < 2:
        return None
    first, _ = tokens(". ".join(pieces[:-1]), names, roles)
    if asks_for_something(first) or any(token.stems for token in first):
        return None
    return pieces[-1]


def are_asides(found: Sequence[Aside], calls: Sequence[ToolCall], acts_of: ActsOf) -> bool:
    """Whether what was said besides asks for nothing but these calls.

    A complaint may lead to an order about the same stems: "the keys are loud, take 2 off".
    """
    tools = {call.name for call in calls}
    stems = {name for call in calls for name in stems_of(call)}
    for one in found:
        acts = acts_of(one.text)
        if not acts:
            return False  # nobody can tell
        act = max(acts, key=lambda name: acts[name])
        in_passing = len(one.text.split()) <= _FEW_WORDS  # "hm. bare."
        if acts[act] < (SURE if in_passing else LEAST_LIKELY):
            continue
        complains = bool(_COMPLAINS.match(one.text) or _STATES.fullmatch(one.text))
        explains = (act == ADVICE or complains) and (set(one.stems) <= stems or tools <= _VERSIONS)
        if act != SPEAK and act not in tools and not explains:
            return False
    return True


def _speaks_of_an_order(words: Sequence[Token]) -> bool:
    begins = next((token.kind for token in words if token.kind != FILLER), None)
    if begins in ("hear", "solo") and any(token.stems for token in words):
        return True  # "play us the glorious vocal"
    if words[0].kind in ("no", "not") and any(token.stems for token in words):
        return True  # "not the kick"
    about = any(token.stems or token.kind in ("unit", "percent", "sign") for token in words)
    told = _ORDERS if about else _ORDERS - {NUMBER}  # "two whole minutes of it", "on bed 9"
    return any(
        token.text in _FORBIDS or (token.kind in told and token.text != "one") for token in words
    )


def _is_a_thing(piece: Sequence[Token]) -> bool:
    """Whether a piece may name what the song has not: "the wibble and the snare up 2"."""
    joined = piece[-1].kind == JOIN and len(piece) in (2, 3)
    return joined and (len(piece) == 2 or piece[0].text in ("the", "my", "our", "a"))


def _pieces(told: Sequence[Token]) -> list[list[Token]]:
    """Tokens up to each comma, full stop or joiner, that one included.

    What leads up to a request, and why it is made, are pieces of their own.
    """
    pieces: list[list[Token]] = [[]]
    for place, token in enumerate(told):
        behind = told[place + 1] if place + 1 < len(told) else Token(STOP, "", "")
        if _is_cut(pieces[-1], token, behind):
            pieces[-1].append(Token(STOP, ",", ","))
            pieces.append([])
        pieces[-1].append(token)
        if token.kind in _STOPS:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _is_cut(piece: Sequence[Token], token: Token, behind: Token) -> bool:
    strange = any(one.kind == UNKNOWN for one in piece)
    ordered = any(
        (one.kind in _ORDERS and one.kind != NUMBER) or one.kind == "out" for one in piece
    )
    ordered |= any(one.kind in ("more", "less") for one in piece) and any(t.stems for t in piece)
    requests = (token.text in _BEGINS or token.kind == "make that") and (
        token.text not in _ASKED or behind.text in _WHO
    )
    explains = token.text in _EXPLAINS and (
        behind.kind == UNKNOWN
        or (behind.kind == FILLER and (token.text not in _PRONOUNS or behind.text in _SAYS_HOW))
    )
    explains = explains and not (piece and piece[-1].kind in _POINTS)  # "2 above that"
    return (requests and strange) or (explains and ordered)
