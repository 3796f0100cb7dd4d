"""Parts of what is proposed: "yes to the keys, leave the bass", "all but the pad", "keys by 2".

One rule: only what the words say yes to is chosen; a word that is not understood ends the reading.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.numerals import normal
from assistant.orders.lexicon import NUMBER
from assistant.orders.mentions import as_read, mentions
from assistant.orders.tokens import tokens
from mixer.moves import Move

_LINK = re.compile(
    r"[,.;!:\n]+|\s-+\s|\b(?:but|except(?: for)?|bar|without|apart from|other than|though)\b"
    r"|\b(?:and|then|while|&)\b"
    r"(?=[^<]*?\b(?:leave|skip|not|no|don'?t|do|yes|forget|keep|half|ignore|by)\b)"
)
_SPARES = re.compile(r"\b(?:but|except(?: for)?|bar|without|apart from|other than)\b")
_NO = re.compile(
    r"\b(?:leaves?|skip|not|no|nope|nah|don'?t|do not|forget|keep|ignore|never|stays?|hands off)\b"
)
_YES = re.compile(
    r"\b(?:yes|yeah|yep|yup|ok|okay|fine|sure|do|apply|go|take|accept|agreed?|good|only|just"
    r"|alone|as (?:you )?(?:proposed?|suggest(?:ed)?|advised?|say|said))\b"
)
_ALL = re.compile(r"\b(?:all|everything|both|the rest|rest|the others?|all of (?:it|them))\b")
_REST = re.compile(r"\b(?:rest|others?)\b")
_HALF = re.compile(r"\b(?:half|halve)\b")
_SILENT = frozenset(
    """
    the a an my our to it that this them those these one ones with for of on in is are was so then
    and well from by db dbs decibel decibels i i'd would like want let's lets can you we move moves
    touch alone
    half halve up down as be rather now also too please pls me instead
    part thing maybe actually definitely obviously all
    """.split()
)
_NTH = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2}
_COUNTS = {"1": 1, "two": 2, "2": 2, "three": 3, "3": 3}
_PLACE = re.compile(
    r"\b(?:the )?(?P<word>first|1st|second|2nd|third|3rd|last|former|latter)\b"
    r"(?: (?P<count>two|three|2|3))?(?: (?:ones?|moves?|suggestions?))?(?: of th(?:em|ose|ese))?"
    r"(?! (?:time|take|version|\w+ db))",
    re.IGNORECASE,
)
_GOOD_AS_IT_IS = re.compile(  # "the keys are fine": they are to stay
    r"\b(?:is|are) (?:just |perfectly |already )?(?:fine|good|ok(?:ay)?|great|perfect|alright)\b"
    r"(?: as (?:it is|they are))?(?! (?:by|with) me)",
    re.IGNORECASE,
)
_NOT_SO_MUCH = re.compile(  # "1 not 2 on the keys"
    r"\b(\d+(?:\.\d+)?)(?: ?db)?,? (?:not|instead of|rather than) \d+(?:\.\d+)?(?: ?db)?\b"
)
_OTHER_HALF = re.compile(
    r"\W*(?:(?!(?:not?|never|don't|dont|leave|but|except)\b)[\w']+\W+){0,4}?(?:the |that )?"
    r"(?:other half|second half|rest(?: of (?:it|that|them))?|others?|remaining (?:half|ones?))"
    r"(?:\W+(?:of (?:it|that)|too|as well|also|then|after all|please|pls|now|though))*\W*"
)
_AMOUNT = re.compile(r"\b\d+(?:\.\d+)?\b")


@dataclass
class _Chosen:
    """What is decided about the proposed stems: the gain of a yes, None of a no."""

    gains_db: dict[str, float | None] = field(default_factory=dict)
    others: bool = False  # whether what was not spoken of is wanted


def chosen(
    text: str, proposed: Sequence[Move], names: tuple[str, ...], roles: tuple[str | None, ...]
) -> list[Move]:
    """The moves of a proposal that a text says yes to; none where it says anything else."""
    if not proposed or "?" in text:
        return []
    plain = _with_places(_with_stems(text, proposed), names, roles)
    if plain is None:
        return []
    told, stems_at = plain
    here = {move.stem: move.gain_db for move in proposed}
    found = _Chosen()
    spares, start = False, 0
    for link in [*_LINK.finditer(told), None]:
        clause = told[start : link.start() if link else len(told)]
        if clause.strip() and not _decide(clause, stems_at, here, spares, found):
            return []
        if link is None:
            break
        spares = bool(_SPARES.fullmatch(link[0].strip()))
        start = link.end()
    return _moves(found, proposed, bool(stems_at))


def the_rest(text: str, left: Sequence[Move]) -> list[Move]:
    """What is left of a proposal, where a text asks for that: "and the other half"."""
    return list(left) if _OTHER_HALF.fullmatch(" ".join(text.casefold().split())) else []


def _with_stems(text: str, proposed: Sequence[Move]) -> str:
    """A text in which the first or the last of what is proposed is called by its stem."""
    stems = [move.stem for move in proposed]

    def named(match: re.Match[str]) -> str:
        word, count = match["word"].casefold(), _COUNTS.get((match["count"] or "1").casefold(), 1)
        at = {"last": -1, "former": 0, "latter": -1}.get(word, _NTH.get(word, 0))
        if count > len(stems) or at >= len(stems):
            return match[0]
        meant = stems[-count:] if word == "last" else stems[at : at + count] or stems[at:]
        return " and ".join(meant)

    told = _GOOD_AS_IT_IS.sub(" stays ", _PLACE.sub(named, text))
    return _NOT_SO_MUCH.sub(r"\1", told)


def _moves(found: _Chosen, proposed: Sequence[Move], named: bool) -> list[Move]:
    """The moves that are wanted, in the order of the proposal."""
    told: list[Move] = []
    for move in proposed:
        gain_db = found.gains_db.get(move.stem, move.gain_db if found.others else None)
        if gain_db:
            told.append(replace(move, gain_db=gain_db))
    as_proposed = told == list(proposed)
    return told if named or not as_proposed else []  # a plain yes is not read here


def _with_places(
    text: str, names: tuple[str, ...], roles: tuple[str | None, ...]
) -> tuple[str, list[tuple[str, ...]]] | None:
    """A text with <0>, <1>... for the stems that it names and figures for its numbers."""
    plain = as_read(normal(text), names, roles)
    told, start, stems = "", 0, []
    for one in mentions(plain, names, roles):
        told += plain[start : one.start] + f" <{len(stems)}> "
        stems.append(one.stems)
        start = one.end
    told += plain[start:]
    rest, _ = tokens(re.sub(r"<\d+>", " , ", told), names, roles)
    numbers = [token for token in rest if token.kind == NUMBER]
    for token in numbers:
        if not token.text[:1].isdigit():
            told = re.sub(rf"\b{re.escape(token.text)}\b", f"{token.number:g}", told, count=1)
    return told, stems


def _decide(
    clause: str,
    stems_at: Sequence[tuple[str, ...]],
    here: dict[str, float],
    spares: bool,
    found: _Chosen,
) -> bool:
    """Take down what a clause says; False where it is not understood."""
    stems = [name for place in re.findall(r"<(\d+)>", clause) for name in stems_at[int(place)]]
    bare = re.sub(r"<\d+>", " ", clause)
    amounts = [float(number) for number in _AMOUNT.findall(bare)]
    rest = _AMOUNT.sub(" ", _ALL.sub(" ", _YES.sub(" ", _NO.sub(" ", bare))))
    if len(amounts) > 1 or set(re.findall(r"[^\W_]+(?:'[^\W_]+)?", rest)) - _SILENT:
        return False
    refuses, agrees = bool(_NO.search(bare)), bool(_YES.search(bare))
    if refuses or (spares and stems and not agrees and not amounts):
        if not stems:
            return _REST.search(bare) is not None  # else "no" to all of it
        found.gains_db |= dict.fromkeys(stems, None)
        return True
    if not stems:
        if amounts and len(here) == 1:
            stems = list(here)
        elif _HALF.search(bare) or amounts:
            return False
        else:
            found.others |= agrees or bool(_ALL.search(bare))
            return True
    inside = [name for name in stems if name in here]
    if not inside or not (agrees or amounts or _HALF.search(bare)):
        return False  # what was not proposed cannot be said yes to
    for stem in inside:
        found.gains_db[stem] = _gain(here[stem], amounts, bare)
    return True


def _gain(gain_db: float, amounts: Sequence[float], words: str) -> float:
    """A proposed gain, or as much of it as the words say, the way that they say."""
    if amounts:
        ways = set(re.findall(r"\b(?:up|down)\b", words))
        way = {frozenset({"up"}): 1.0, frozenset({"down"}): -1.0}.get(frozenset(ways))
        return (way or (1.0 if gain_db > 0 else -1.0)) * amounts[0]
    return round(gain_db / 2.0, 2) if _HALF.search(words) else gain_db
