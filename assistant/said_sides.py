"""Left and right in what a user says: where a stem is to go, and which one of a pair is meant.

One rule: "right" that means correct and "left" that means remaining are no sides.
"""

import re
from collections.abc import Callable, Iterable, Sequence

import prompts
from assistant.idioms import without_phrasal_verbs
from assistant.naming import words_of
from assistant.numerals import name_pattern, normal, without_names
from assistant.said_gains import amounts

_LETTERS = {"left": {"l", "left", "lft"}, "right": {"r", "right", "rgt"}}
PANS = re.compile(
    r"\b(?:(?:un)?pan\w*|left\w*|right\w*|cent(?:re|er|ral|ring)\w*|middle|mid|sides?|mono|stereo"
    r"|[lrc]|ears?|o'?clock)\b"
)
_CENTRE = re.compile(r"\b(?:unpan\w*|cent(?:re|er|ral|ring)\w*|middle|mid|mono|c|zero|0)\b")
_PERCENT = re.compile(
    r"\b(?:[lr])?(100|\d{1,2})(?!\d)(?!\s?-?(?:dbs?|decibels?|lu)\b)(?![.,]\d)\s?(?:%|percent)?"
)
_OF_PLACE = r"(?! (?:side|hand|ear|speaker|channel|of (?:cent|the|middle)))(?!-hand)"
_IDIOMS = re.compile(
    r"\b(?:(?:mix|mess|screw|muddl)\w* (?:\w+ ){0,2}up|hang on|come on|what'?s up|hurry up"
    r"|al+[ -]?right|right (?:now|away|then|off|about|here|there|amount|level(?! with)|balance"
    r"|thing"
    r"|place|spot|way|up|down|on top|in (?:your|my|the) face|at the|where|behind)"
    r"|right(?= (?:even|level|equal|on par|in line) )"
    r"|(?:he|she|they|we|uncle|dad|mum|mom|wife|husband|brother|sister|friend|teacher|boss"
    r"|producer)"
    r"(?: is|'s| are|'re| was| were) right"
    r"|(?:you(?:'re| are)|i(?:'m| am)|that(?:'s| is)|it(?:'s| is)|am i|are you|is (?:it|that|this)"
    rf"|sitt?in\w*|sits|sounds?|sounding|feels?|seems?|looks?|quite) right{_OF_PLACE}"
    r"|(?:not|isn'?t|ain'?t|aren'?t|wasn'?t) (?:(?:quite|sitting|sounding|really|all) )?right"
    rf"{_OF_PLACE}|(?:get|got) (?:it|this|that|things|everything|(?:the|my|our) \w+) right"
    r"|what(?:'s|s| is) left|(?:nothing|anything|something|headroom|room|much|any) left"
    r"|left (?:to (?:do|fix|mix|go|change|try|say|be|check)|over|out|behind|alone|it)"
    r"|(?:i|we|you|they|who|i've|we've|have|has|had|been) left)\b"
    r"|^\W*(?:(?:ok|okay|yeah|yes|well|so|and|oh)\W+)?right(?=\W*(?:[,.!?;]|$)"
    r"| (?:i|i'?m|im|i'?ll|we|we'?re|you|so|then|well|ok|okay|now|lads|guys|folks|everyone"
    r"|this is|here we go|let'?s|keep|leave"
    r"|can|could|what|how|next|play|mute|undo|save|export|render|give|put|bring|turn|take)\b)"
    r"(?!\W+(?:fully|hard|all the way|an? |slightly|somewhat|half|mostly|far|and i mean|please|\d))"
    r"|,\s*right(?=\s*\?)"
)
_ASKS = re.compile(
    r"^\W*(?:(?:so|and|but|ok|hey|well)\W+)?(?:is|are|am|was|were|does|do|did|has|have)\b"
    r"(?!(?:n't)| (?:it )?(?:possible|ok|okay|there a way))"
)
_PLACED = re.compile(
    r"\b(?:on|to|the|hard|far|more|toward\w*|pan\w*|percent|way)\s+right\b|% right"
)
_NOT_THAT_SIDE = re.compile(r"\b(?:not|instead of|rather than)(?: (?:to|on|the))* (?:left|right)\b")
_WAYS = {
    -1.0: re.compile(r"\b(?:left\w*|l)\b|(?<=\d)l\b|\bl(?=\d)"),
    1.0: re.compile(r"\b(?:right\w*|r)\b|(?<=\d)r\b|\br(?=\d)"),
}
_SIGNS = {-1.0: re.compile(r"(?<![\w.])-\s?\d|\bminus\b"), 1.0: re.compile(r"\+\s?\d|\bplus\b")}
_ENDS = (
    r"(?=\W*(?:$|[,.;!?]|(?:up|down|louder|quieter|softer|a|too|more|by|as|instead|please|pls|only"
    r"|back|less|another|\d)\b))"
)
_ONE_OF = re.compile(
    r"(?P<not>\bnot (?=the|(?:left|right) one))?(?:\b(?:the|just|only) )*"
    r"(?:\b(?P<one>left|right)(?:[ -]hand)? (?:one|side one|guy)\b"
    r"|(?:^|[,;.!?]|\b(?:and|but|just|only|not|no|now))\W+(?:just |only )?the (?P<the>left|right)"
    rf"\b{_ENDS}"
    rf"|^\W*(?:just|only|the) (?P<just>left|right)\b{_ENDS}"
    r"|^\W*(?:(?:and|now|ok)\W+)?(?P<first>left|right)(?= (?:up|down|louder|quieter|softer)\b))"
)
_BESIDE = re.compile(r"\b(?P<side>left|right)(?:[ -]hand)?(?: side)? (?P<word>[^\W\d_]+)")
_LETTERED = re.compile(r"\b(?P<word>[^\W\d_]+) (?P<side>l|r)\b")  # "guitar l"
_OTHER_ONE = re.compile(r"\b(?:the|that|and) other (?:one|side|guy)\b|^\W*other one\b")
_OTHER = re.compile(r"\bother ([^\W\d_]+)")


def side_of(name: str) -> str | None:
    """The side that a stem's name tells: "GTR L" is on the left."""
    words = set(words_of(name).split())
    found = [side for side, letters in _LETTERS.items() if words & letters]
    return found[0] if len(found) == 1 else None


def pairs_in_full(text: str, names: Sequence[str]) -> str:
    """A text in which "choir l hard left, r hard right" names both stems of the pair."""
    for name in names:
        other = _other_by_letter(name, names)
        found = re.search(name_pattern(name), text, re.IGNORECASE) if other else None
        if other is None or found is None:
            continue
        letter = other[-1].casefold()
        behind = re.compile(rf"([,;/&]|\band|\bn)(\s*(?:the )?){letter}\b(?=\s*(?:$|[^\s\d]))")
        rest = behind.sub(lambda m, to=other: f"{m[1]} {to}", text[found.end() :], count=1)
        text = text[: found.end()] + rest
    return text


def _other_by_letter(name: str, names: Sequence[str]) -> str | None:
    """The other of a pair that only its last letter tells: "GTR R" of "GTR L"."""
    match = re.fullmatch(r"(.*[\s_.-])([lr])", name, re.IGNORECASE)
    if match is None:
        return None
    other = f"{match[1]}{'r' if match[2].casefold() == 'l' else 'l'}".casefold()
    return next((one for one in names if one.casefold() == other), None)


def partners(stem: str, names: Sequence[str], roles: Sequence[str | None]) -> set[str]:
    """The other stems of a pair: alike but for side or number, else the only one of its kind."""
    letters = _LETTERS["left"] | _LETTERS["right"]

    def core(name: str) -> tuple[str, ...]:
        return tuple(word for word in words_of(name).split() if word not in letters)

    alike = {name for name in names if name != stem and core(name) and core(name) == core(stem)}
    kinds = dict(zip(names, roles, strict=True))
    same = {name for name in names if name != stem and kinds[name] == kinds.get(stem, "")}
    return alike or (same if len(same) == 1 and kinds.get(stem) is not None else set())


def without_idioms(text: str) -> str:
    """A text without "all right", "what's left" and the like, every position kept."""
    text = _IDIOMS.sub(lambda match: " " * len(match[0]), without_phrasal_verbs(text))
    if _ASKS.search(text) and not _PLACED.search(text):  # "is the 808 sitting right"
        text = re.sub(r"\bright\b", " " * 5, text)
    return text


def without_picks(text: str) -> str:
    """A text without "the left one" and "the left guitar"'s side: they choose a stem."""
    return _ONE_OF.sub(lambda match: " " * len(match[0]), text)


def says_side(text: str) -> bool:
    """Whether a text speaks of left or right as a place."""
    return bool(re.search(r"\b(?:left|right)", without_idioms(text)))


def both_sides(text: str, names: Sequence[str]) -> bool:
    """Whether a text speaks of left and of right."""
    plain = without_names(without_idioms(text), names)
    return bool(re.search(r"\bleft", plain)) and bool(re.search(r"\bright", plain))


def pan_ways(text: str, names: Sequence[str]) -> set[float]:
    """Which way a text pans: -1 left, 1 right; both where it says both, none where it says none."""
    named = [*names, *filter(None, map(words_of, names))]
    plain = without_names(normal(without_picks(without_idioms(text.casefold()))), named)
    plain = _NOT_THAT_SIDE.sub(" ", plain)
    found = {way for way, pattern in _WAYS.items() if pattern.search(plain)}
    if found or "pan" not in plain:
        return found
    return {way for way, pattern in _SIGNS.items() if pattern.search(plain)}


def pans_of(
    stem: str, orders: Sequence[tuple[str, tuple[str, ...]]], latest: str, names: Sequence[str]
) -> set[float]:
    """Where a stem may go: -1 (left) to 1 (right), by the orders about it.

    Args:
        orders: the clauses of the latest words, each with the stems that it names.
    """
    about, inside = [], False
    for part, stems in orders:
        inside = stem in stems if stems else inside
        about += [part] if inside and PANS.search(part) else []
    text = " , ".join(about) or latest
    plain = without_names(normal(without_idioms(text)), names)
    sides, central = pan_ways(text, names), bool(_CENTRE.search(plain))
    if not sides and not central:
        sides = pan_ways(latest, names)
    if len(sides) == 2 and (own := side_of(stem)):  # "guitars hard left and right"
        sides = {-1.0 if own == "left" else 1.0}
    table = prompts.words("pan_words")
    sizes = {float(size) / 100 for size in _PERCENT.findall(plain)}
    sizes = sizes or amounts(plain, table) or amounts(latest, table) or {0.5}
    ways = sides or (set() if central else {-1.0, 1.0})
    return {way * size for size in sizes for way in ways} | (
        {0.0} if central or not sides else set()
    )


def picked(
    text: str, before: Iterable[str], names: Sequence[str], roles: Sequence[str | None]
) -> set[str]:
    """The stems that "the left one" or "the other one" mean, by the stems spoken of before."""
    text, before = without_idioms(text), set(before)
    pairs = before | {other for name in before for other in partners(name, names, roles)}
    chosen: set[str] = set()
    for match in _ONE_OF.finditer(text):
        side = match["one"] or match["the"] or match["just"] or match["first"]
        if not match["not"] and not match[0].startswith("not "):
            chosen |= {name for name in pairs if side_of(name) == side}
    return chosen or (pairs - before if _OTHER_ONE.search(text) else set())


def on_its_side(
    text: str, stems: Sequence[str], before: Iterable[str], speak: Callable[[str], Sequence[str]]
) -> tuple[str, ...]:
    """Of the stems that a text names, those that "the left guitar" or "the other guitar" are.

    speak: the stems that a text names.
    """
    before, left_out = set(before), set()
    called = {name for name in stems if name.casefold() in text}
    plain = without_idioms(text)
    for match in (*_BESIDE.finditer(plain), *_LETTERED.finditer(plain)):
        meant = set(speak(match["word"])) & set(stems) - called
        side = {"l": "left", "r": "right"}.get(match["side"], match["side"])
        told = {name for name in meant if side_of(name) == side}
        left_out |= meant - told if told else set()
    for match in _BESIDE.finditer(text):  # "the left guitar and the right guitar"
        left_out -= {name for name in stems if side_of(name) == match["side"]}
    for match in _OTHER.finditer(text):
        meant = set(speak(match[1])) & set(stems) - called
        left_out |= meant & before if meant - before else set()
    return tuple(name for name in stems if name not in left_out)
