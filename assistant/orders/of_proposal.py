"""Parts of what is proposed: "yes to the keys, leave the bass", "all but the pad", "keys by 2".

One rule: only what the words say yes to is chosen; a word that is not understood ends the reading.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.intents import ADVICE, SPEAK
from assistant.numerals import normal
from assistant.orders.asides import LEAST_LIKELY, ActsOf
from assistant.orders.lexicon import FILLER, NUMBER, VERB, phrases
from assistant.orders.mentions import as_read, mentions
from assistant.orders.tokens import tokens
from mixer.moves import Move

_LINK = re.compile(
    r"[,.;!:\n]+|\s-+\s|\b(?:but|except(?: for)?|bar|without|apart from|other than|though)\b"
    r"|(?<=>) +(?=(?:just|only|do) )"
    r"|\b(?:and|then|while|&)\b"
    r"(?=[^<]*?\b(?:leave|skip|not|no|don'?t|do|yes|forget|keep|half|ignore|by|decline|refuse|reject"
    r"|accept|wait|hold|pass|drop|take)\b)"
)
_SPARES = re.compile(r"\b(?:but|except(?: for)?|bar|without|apart from|other than)\b")
_NO = re.compile(
    r"\b(?:no way|not yet|wait with|hold off(?: on)?|over my dead body|pass on|hands off|do not"
    r"|leaves?|skip|not|no|nope|nah|don'?t|forget|keep|ignore|never|stays?|decline|refuse|reject"
    r"|veto|drop)\b"
)
_YES = re.compile(
    r"\b(?:yes|yeah|yea|yh|ya|aye|yep|yup|ok|okay|fine|sure|do|apply|go|take|accept|agreed?|good|only|just"
    r"|alone|as (?:you )?(?:proposed?|suggest(?:ed)?|advised?|say|said))\b"
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
_SAYS_YES = re.compile(r"\b(?:yes|yeah|yea|yh|ya|aye|yep|yup|ok|okay|sure|fine)\b")
_ALL = re.compile(r"\b(?:all|everything|both|the rest|rest|the others?|all of (?:it|them))\b")
_REST = re.compile(r"\b(?:rest|others?)\b")
_SCALES = {  # what is said of how much of a move is wanted
    0.5: re.compile(r"\b(?:half|halve|halved)\b"), 2.0: re.compile(r"\b(?:double|twice)\b"),
}  # fmt: skip
_SAYS_NOTHING = frozenset({FILLER, VERB})
_SILENT = frozenset(
    """
    the a an my our to it that this them those these one ones with for of on in is are was so then
    and well from by db dbs decibel decibels i i'd would like want let's lets can you we move moves
    touch alone
    half halve halved double twice much up down as be rather now also too please pls me instead
    part thing maybe actually definitely obviously all easy easier gentle gently careful only after
    id have off get give gets got
    """.split()
) | {word for (word, *more), (kind, _) in phrases().items() if kind in _SAYS_NOTHING and not more}
_SETS_A_CONDITION = re.compile(
    r"\b(?:if|unless|until|till|when|once|instead|rather|wait|later|first|else|unsure|\w*something)\b"
)
_NTH = {
    "first": 0, "1st": 0, "one": 0, "1": 0, "second": 1, "2nd": 1, "two": 1, "2": 1,
    "third": 2, "3rd": 2, "three": 2, "3": 2,
}  # fmt: skip
_COUNTS = {"1": 1, "two": 2, "2": 2, "three": 3, "3": 3}
_PLACE = re.compile(
    r"\b(?:(?:the |your )?(?P<word>first|1st|second|2nd|third|3rd|last|former|latter)\b"
    r"|(?:the )?(?:number|no\.|nr\.?) (?P<number>one|two|three|1|2|3)\b)"
    r"(?: (?P<count>two|three|2|3))?(?: (?:ones?|moves?|suggestions?|things?|parts?|bits?))?"
    r"(?: of th(?:em|ose|ese))?"
    r"(?! (?:time|take|version|thoughts?|half|\w+ db))",
    re.IGNORECASE,
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
_OTHER_HALF = re.compile(
    r"\W*(?:(?!(?:not?|never|don't|dont|leave|but|except)\b)[\w']+\W+){0,4}?(?:the |that )?"
    r"(?:(?:him|her|it|that(?: one)?|them|those)(?= (?:too|also|as well)\b)"
    r"|other half|second half|rest(?: of (?:it|that|them))?|others?|remaining (?:half|ones?))"
    r"(?:\W+(?:of (?:it|that)|too|as well|also|then|after all|please|pls|now|though))*\W*"
)
_HIS_OTHER_HALF = re.compile(  # behind a half: all that is left
    r"\b(?:the|that|its|their|his|her) (?:other|second|remaining) half\b(?: of (?:it|that|them))?",
    re.IGNORECASE,
)
_TOO = re.compile(
    r"(?:(?:and|the|my|too|also|as well|then|now|ok|okay|after all|please|well|fine|sure|alright"
    r"|yes|yeah|go on|do|you can|h+m+|right)\b|\W)*"
)
_ON_SECOND_THOUGHT = re.compile(r"\bon (?:second|reflection|other) ?thoughts?\b", re.IGNORECASE)
_AMOUNT = re.compile(r"(?P<sign>(?<![\w.])[+-] ?)?\b(?P<size>\d+(?:\.\d+)?)\b")
_ACCEPTS = re.compile(  # "go on then do that, and ..."
    r"\W*(?:(?:yes|yeah|yea|yh|ya|aye|yep|yup|ok|okay|sure|fine|alright|all right|right|great"
    r"|perfect|good|go on|go ahead|go for it|please|then|do (?:that|it|so|them|those|this|both)"
    r"|apply (?:that|it|them|those|both)|(?:please )?do(?: please)?|both(?: of (?:them|those))?"
    r"|all of (?:it|them)|to (?:that|both|it)|with that|let'?s (?:do|try) (?:that|it)|by all means"
    r"|sounds good|lovely|good idea|oh|ah|hm+)(?:\W+|$)){1,8}"
)
_DO_IT = re.compile(r"\b(?:do|apply|go|try|by all means|(?:yes|yeah|yep|ok|okay|sure)\W+please)\b")
_AND = re.compile(r"(?:[,.;!]+ ?(?:and|also|but|then|plus)? ?|\band (?:then |also )?|\bplus )")


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
    if not proposed or "?" in text:
        return []
    plain = _as_places(_with_stems(text, proposed), names, roles)
    if plain is None:
        return []
    told, stems_at = plain
    here = {move.stem: move.gain_db for move in proposed}
    found = _Chosen()
    spares, start, held = False, 0, ""
    for link in [*_LINK.finditer(told), None]:
        clause = told[start : link.start() if link else len(told)]
        if held and clause.strip() and "<" not in clause and _ANSWER.fullmatch(clause.strip()):
            clause, found.bare = f"{held} {clause}", ()  # "bass, agreed"
        alone = not spares and re.fullmatch(r"\s*(?:the |my )?<\d+>\s*", clause)
        held = clause.strip() if alone else ""
        waits = bool(held) and bool(found.gains_db)  # of one more stem the next words tell
        understood = not clause.strip() or waits or _decide(clause, stems_at, here, spares, found)
        if not understood and not _is_aside(clause, acts_of):
            return []
        if link is None:
            break
        spares = bool(_SPARES.fullmatch(link[0].strip()))
        start = link.end()
    if held and found.gains_db:
        return []
    if found.bare and not (_PLACE.search(text) or None in found.gains_db.values()):
        return []  # stems by themselves are a yes only where others are refused
    found.gains_db |= {stem: here[stem] for stem in found.bare}
    return _moves(found, proposed, bool(stems_at))


def with_one_more(text: str) -> list[tuple[str, str]]:
    """What may be a yes and what is asked for besides: "do that" and "the choir up a touch"."""
    return [
        (text[: link.start()], text[link.end() :])
        for link in _AND.finditer(text.casefold())
        if text[: link.start()].strip() and text[link.end() :].strip(" .,!?")
    ]


def says_yes_to(text: str) -> bool:
    """Whether a text says yes in so many words, and no order can be meant by it."""
    return bool(_SAYS_YES.search(text.casefold()))


def accepts(text: str) -> bool:
    """Whether a text is a yes and nothing beyond it: "go on then, do that"."""
    return bool(_ACCEPTS.fullmatch(text.casefold()))


def agrees(text: str, acts_of: ActsOf) -> bool:
    """Whether a text is a yes and tells to do it: "good point. please do", and not "great".

    acts_of: how likely each act is meant by words beside it, which must ask for nothing.
    """
    if _NO.search(text.casefold()):
        return False
    said = [part for part in re.split(r"[.!;,]+", text.casefold()) if part.strip()]
    yes = [accepts(part) and bool(_DO_IT.search(part)) for part in said]
    return any(yes) and all(
        agreed or accepts(part) or _is_aside(part, acts_of, (SPEAK, ADVICE, "apply_moves"))
        for part, agreed in zip(said, yes, strict=True)
    )


def _is_aside(clause: str, acts_of: ActsOf, harmless: tuple[str, ...] = (SPEAK, ADVICE)) -> bool:
    """Whether words beside a yes ask for nothing: "just the keys, the pianist is my husband"."""
    bare = re.sub(r"<\d+>", " it ", clause)
    if _SETS_A_CONDITION.search(bare) or _AMOUNT.search(bare) or _scale(bare) is not None:
        return False
    if "<" in clause and (_NO.search(bare) or _YES.search(bare)):
        return False
    acts = acts_of(bare)
    act = max(acts, key=lambda name: acts[name], default=None)
    return act is not None and (act in harmless or acts[act] < LEAST_LIKELY)


def the_rest(
    text: str, left: Sequence[Move], names: tuple[str, ...], roles: tuple[str | None, ...]
) -> list[Move]:
    """What is left of a proposal, where a text asks for that: "and the other half", "keys too"."""
    plain = " ".join(as_read(text, names, roles).split())
    if _OTHER_HALF.fullmatch(plain):
        return list(left)
    found = mentions(plain, names, roles)
    for one in reversed(found):
        plain = f"{plain[: one.start]} {plain[one.end :]}"
    named = {name for one in found for name in one.stems}
    return [move for move in left if move.stem in named] if _TOO.fullmatch(plain) else []


def with_places(text: str, proposed: Sequence[Move]) -> str:
    """A text in which the first or the last of what is proposed is called by its stem."""
    stems = [move.stem for move in proposed]

    def named(match: re.Match[str]) -> str:
        word = (match["word"] or match["number"]).casefold()
        count = _COUNTS.get((match["count"] or "1").casefold(), 1)
        at = {"last": -1, "former": 0, "latter": -1}.get(word, _NTH.get(word, 0))
        if count > len(stems) or at >= len(stems):
            return match[0]
        meant = stems[-count:] if word == "last" else stems[at : at + count] or stems[at:]
        return " and ".join(meant)

    return _PLACE.sub(named, _ON_SECOND_THOUGHT.sub(" ", text))


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
    named = [stems_at[int(place)] for place in re.findall(r"<(\d+)>", clause)]
    stems = [name for one in named for name in one]
    bare = re.sub(r"<\d+>", " ", clause)
    amounts = list(_AMOUNT.finditer(bare))
    rest = _AMOUNT.sub(" ", _ALL.sub(" ", _YES.sub(" ", _NO.sub(" ", bare))))
    words = set(re.findall(r"[^\W_]+(?:'[^\W_]+)?", rest)) - _SILENT
    if not stems and _OVERDONE.fullmatch(bare.strip()):
        return True
    if len(amounts) > 1 or not all(map(_SOUND.fullmatch, words)):
        return False
    refuses, agrees = bool(_NO.search(bare)), bool(_YES.search(bare))
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
    beside = any(set(one).isdisjoint(here) for one in named) and not _SAYS_YES.search(bare)
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
