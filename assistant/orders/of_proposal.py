"""Parts of what is proposed: "yes to the keys, leave the bass", "all but the pad", "keys by 2".

One rule: only what the words say yes to is chosen; a word that is not understood ends the reading.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.intents import ADVICE, SPEAK
from assistant.numerals import normal, with_halves
from assistant.orders.answer_words import made_plain, with_likely_names, without_echo
from assistant.orders.asides import LEAST_LIKELY, ActsOf
from assistant.orders.lexicon import FILLER, NUMBER, VERB, phrases
from assistant.orders.mentions import as_read, mentions
from assistant.orders.places import PLACE, with_places
from assistant.orders.tokens import tokens
from assistant.orders.yes_words import is_mere_talk
from mixer.moves import Move

_LINK = re.compile(
    r"(?:[,;!:\n]|\.(?!\d))+|\s-+\s|\b(?:but|except(?: for)?|bar|without|apart from|other than"
    r"|though)\b"
    r"|(?<=>) +(?=(?:just|only|do) )"
    r"|\b(?:and|then|while|&)\b"
    r"(?=[^<]*?\b(?:leave|skip|not|no|don'?t|do|yes|forget|keep|half|ignore|by|decline|refuse"
    r"|reject"
    r"|accept|wait|hold|pass|drop|take)\b)"
)
_SPARES = re.compile(r"\b(?:but|except(?: for)?|bar|without|apart from|other than)\b")
NO = re.compile(
    r"\b(?:no way|hell no|not yet|wait with|hold off(?: on)?|over my dead body|pass on|hands off"
    r"|do not|leaves?|skip|not|no|nope|nah|don'?t|won'?t|wouldn'?t|can'?t|cannot|rather not|forget"
    r"|keep|ignore|never|stays?|declined?|refused?|reject(?:ed)?|veto(?:ed)?|drop)\b"
)
_YES = re.compile(
    r"\b(?:yes|yeah|yea|yh|ya|aye|yep|yup|ok|okay|fine|sure|do|apply|go|take|accept(?:ed)?|granted"
    r"|approved|agreed?|good(?: (?:call|idea|shout|point))?|only|just"
    r"|can have|may have|alone|as (?:you )?(?:proposed?"
    r"|suggest(?:ed)?|advised?|say|said))\b"
)
_ANSWER = re.compile(  # what may be said of the stem before a comma
    r"(?:agreed|accepted|yes|yeah|yep|ok(?:ay)?|fine|sure|go(?: on| ahead)?|do it|please|no way"
    r"|no|nope|nah|never|over my dead body|not yet|leave (?:it|him|her|them)|refused|declined"
    r"|rejected)(?: please| thanks?| then)?"
)
_SOUND = re.compile(r"[aeou]*h+m*|m{2,}|o{2,}h*")  # "ahh", "hmm"
_PLEASE = re.compile(r"\b(?:please|pls|plz)\b")  # beside a stem: "the bass please"
_OVERDONE = re.compile(  # why less of it is wanted: "too generous. half of it"
    r"(?:(?:that|it|this)(?:'?s| is) )?(?:(?:a |bit |little |way |far |rather |quite )*)"
    r"(?:too \w+|(?<=bit )\w+|generous|keen|steep|bold|drastic)(?: for (?:me|my taste))?"
)
_ONLY = re.compile(r"\b(?:only|just|alone)\b")
SAYS_YES = re.compile(r"\b(?:yes|yeah|yea|yh|ya|aye|yep|yup|ok|okay|sure|fine)\b")
_ALL = re.compile(r"\b(?:all|everything|both|the rest|rest|the others?|all of (?:it|them))\b")
_REST = re.compile(r"\b(?:rest|others?)\b")
_SCALES = {  # what is said of how much of a move is wanted
    0.5: re.compile(r"\b(?:half|halve|halved|half ?way)\b"),
    2.0: re.compile(r"\b(?:double|twice)\b"),
}  # fmt: skip
_SAYS_NOTHING = frozenset({FILLER, VERB})
_SILENT = frozenset(
    """
    the a an my our to her him it that this them those these one ones with for of on in is are was
    so then and well from by db dbs decibel decibels i i'd would like want let's lets can you we
    move moves touch alone
    half halve halved halfway double twice much up down as be rather now also too please pls me
    instead part thing bit bits idea suggestion move change about touching want yours your maybe
    actually definitely obviously all easy easier gentle gently careful only after
    id i'll ill we'll one's otherwise have off get give gets got gentler each
    """.split()
) | {word for (word, *more), (kind, _) in phrases().items() if kind in _SAYS_NOTHING and not more}
_SETS_A_CONDITION = re.compile(
    r"\b(?:if|unless|until|till|when|once|instead|rather|wait|later|first|else|unsure"
    r"|\w*something)\b"
)
_GOOD_AS_IT_IS = re.compile(  # "the keys are fine": they are to stay
    r"\b(?:is|are) (?:just |perfectly |already )?(?:fine|good|ok(?:ay)?|great|perfect|alright)\b"
    r"(?: as (?:it is|they are))?(?! (?:by|with) me)",
    re.IGNORECASE,
)
_NOT_SO_MUCH = re.compile(  # "1 not 2 on the keys"
    r"\b(\d+(?:\.\d+)?)(?: ?db)?,? (?:not|instead of|rather than) \d+(?:\.\d+)?(?: ?db)?\b",
    re.IGNORECASE,
)
_HIS_OTHER_HALF = re.compile(  # behind a half: all that is left
    r"\b(?:the|that|its|their|his|her) (?:other|second|remaining) half\b(?: of (?:it|that|them))?",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"(?P<sign>(?<![\w.])[+-] ?)?\b(?P<size>\d+(?:\.\d+)?)\b")


@dataclass
class _Chosen:
    """What is decided about the proposed stems: the gain of a yes, None of a no."""

    gains_db: dict[str, float | None] = field(default_factory=dict)
    others: bool = False  # whether what was not spoken of is wanted
    last: tuple[str, ...] = ()  # the stems of the last yes
    bare: tuple[str, ...] = ()  # stems that are named, and no more is said of them


def chosen(
    text: str,
    proposed: Sequence[Move],
    names: tuple[str, ...],
    roles: tuple[str | None, ...],
    acts_of: ActsOf = lambda _: {},
) -> list[Move]:
    """The moves of a proposal that a text says yes to; none where it says anything else.

    acts_of: how likely each act is meant by words beside it, which must ask for nothing.
    """
    if not proposed:
        return []
    text = without_echo(text)
    called = with_likely_names(_with_stems(text, proposed), proposed, names, roles)
    told, stems_at = _as_places(called, names, roles)
    told = made_plain(told)
    if "?" in told:
        return []
    here = {move.stem: move.gain_db for move in proposed}
    found = _Chosen()
    spares, start, held = False, 0, ""
    for link in [*_LINK.finditer(told), None]:
        clause = told[start : link.start() if link else len(told)]
        if held and clause.strip() and "<" not in clause and _ANSWER.fullmatch(clause.strip()):
            clause, found.bare = f"{held} {clause}", ()  # "bass, agreed"
        alone = not spares and re.fullmatch(
            r"\s*(?:the |my )?<\d+>(?: (?:part|one|bit|thing))?\s*", clause
        )
        held = clause.strip() if alone else ""
        waits = bool(held) and bool(found.gains_db)  # of one more stem the next words tell
        understood = not clause.strip() or waits or _decide(clause, stems_at, here, spares, found)
        if not understood and not is_aside(clause, acts_of):
            return []
        if link is None:
            break
        spares = bool(_SPARES.fullmatch(link[0].strip()))
        start = link.end()
    if held and found.gains_db:
        return []
    if found.bare and not (PLACE.search(text) or None in found.gains_db.values()):
        return []  # stems by themselves are a yes only where others are refused
    found.gains_db |= {stem: here[stem] for stem in found.bare}
    return _moves(found, proposed, bool(stems_at))


def is_aside(clause: str, acts_of: ActsOf, harmless: tuple[str, ...] = (SPEAK, ADVICE)) -> bool:
    """Whether words beside a yes ask for nothing: "just the keys, the pianist is my husband"."""
    bare = re.sub(r"<\d+>", " it ", clause)
    if _SETS_A_CONDITION.search(bare) or _AMOUNT.search(bare) or _scale(bare) is not None:
        return False
    if is_mere_talk(bare):
        return True
    if "<" in clause and (NO.search(bare) or _YES.search(bare)):
        return False
    acts = acts_of(bare)
    act = max(acts, key=lambda name: acts[name], default=None)
    return act is not None and (act in harmless or acts[act] < LEAST_LIKELY)


def _with_stems(text: str, proposed: Sequence[Move]) -> str:
    """A text with these stems, in which what is fine stays and no half is the other one."""
    told = _GOOD_AS_IT_IS.sub(" stays ", _HIS_OTHER_HALF.sub(" yes ", with_places(text, proposed)))
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


def _as_places(
    text: str, names: tuple[str, ...], roles: tuple[str | None, ...]
) -> tuple[str, list[tuple[str, ...]]]:
    """A text with <0>, <1>... for the stems that it names and figures for its numbers."""
    plain = as_read(with_halves(normal(text)), names, roles)
    told, start, stems = "", 0, []
    for one in mentions(plain, names, roles):
        told += plain[start : one.start] + f" <{len(stems)}> "
        stems.append(one.stems)
        start = one.end - 2 * plain[: one.end].endswith("'s")  # "Tony's"
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
    named = [stems_at[int(place)] for place in re.findall(r"<(\d+)>", clause)]
    stems = [name for one in named for name in one]
    bare = re.sub(r"<\d+>", " ", clause)
    amounts = list(_AMOUNT.finditer(bare))
    rest = _AMOUNT.sub(" ", _ALL.sub(" ", _YES.sub(" ", NO.sub(" ", bare))))
    words = set(re.findall(r"[^\W_]+(?:'[^\W_]+)?", rest)) - _SILENT
    if not stems and _OVERDONE.fullmatch(bare.strip()):
        return True
    if len(amounts) > 1 or not all(map(_SOUND.fullmatch, words)):
        return False
    refuses, agrees = bool(NO.search(bare)), bool(_YES.search(bare))
    agrees |= bool(stems) and _PLEASE.search(bare) is not None
    sized = bool(amounts) or _scale(bare) is not None
    if refuses or (spares and stems and not agrees and not sized):
        if not stems:
            return _REST.search(bare) is not None  # else "no" to all of it
        found.gains_db |= dict.fromkeys(stems, None)
        return True
    if not stems and sized:
        stems = list(found.last or found.bare or (here if len(here) == 1 or not amounts else ()))
        if not stems:
            return False  # "by 2", and nobody said which
    elif not stems:
        found.others |= agrees or bool(_ALL.search(bare))
        return True
    inside = [name for name in stems if name in here]
    beside = any(set(one).isdisjoint(here) for one in named) and not SAYS_YES.search(bare)
    if inside and not beside and not (agrees or sized) and not found.gains_db:
        found.bare = tuple(inside)
        return True
    if not inside or beside or not (agrees or sized):
        return False  # what was not proposed cannot be said yes to
    found.bare = tuple(stem for stem in found.bare if stem not in inside)
    for stem in inside:
        found.gains_db[stem] = _gain(here[stem], amounts, bare)
    found.last = tuple(inside)
    found.others &= _ONLY.search(bare) is None  # "yes, but only the keys"
    return True


def _scale(words: str) -> float | None:
    """What share of a move words speak of: half, or twice as much."""
    return next((scale for scale, said in _SCALES.items() if said.search(words)), None)


def _gain(gain_db: float, amounts: Sequence[re.Match[str]], words: str) -> float:
    """A proposed gain, or as much of it as the words say, the way that they say."""
    if amounts:
        ways = set(re.findall(r"\b(?:up|down)\b", words))
        ways |= {"up" if "+" in amount["sign"] else "down" for amount in amounts if amount["sign"]}
        way = {frozenset({"up"}): 1.0, frozenset({"down"}): -1.0}.get(frozenset(ways))
        return (way or (1.0 if gain_db > 0 else -1.0)) * float(amounts[0]["size"])
    return round((_scale(words) or 1.0) * gain_db, 2)
