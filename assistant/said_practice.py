"""What a learner types at a drill that is no answer: again, a hint, easier, how am I doing, enough.

One rule: a line is a wish only as a whole, so no answer is ever taken for one.
"""

import re
from typing import Literal

Wish = Literal["quit", "again", "hint", "score", "easy", "hard"]
A_BIT_DB = 1.0
SOME_DB = 2.0

_LEAD = (
    r"(?:(?:ok|okay|so|and|um|please|pls|can|could|may|i|you|we|have|get|give|me|a|to|want"
    r"|lets?|let's)\W+)*"
)
_TAIL = r"(?:\W+(?:please|pls|thanks|thank you|thx|now|then|today|for (?:now|today)|cheers))*\W*"
_WISHES: dict[Wish, tuple[str, ...]] = {
    "quit": (r"q", r"/?quit", r"/?exit", r"(?:good)?bye", r"(?:that'?s )?(?:enough|all)",
             r"(?:i'?m )?done", r"stop"),
    "again": (r"again", r"repeat(?: (?:that|it|the question))?", r"r", r"\?", r"help", r"once more",
              r"(?:say|ask|hear|tell me) (?:it|that|the question)(?: once)?(?: more| again)",
              r"what(?:'?s| is| was) the question(?: again)?"),
    "hint": (r"(?:any )?hints?", r"clue", r"help me(?: out)?",
             r"how (?:do|should|am) i (?:supposed to )?(?:hear|listen)(?: to)?"
             r"(?: (?:this|that|it))?"),
    "score": (r"(?:my )?(?:score|progress|stats|results?)",
              r"how (?:am i doing|did i do|is it going)", r"am i getting (?:any )?better",
              r"(?:what|how many) (?:have|did) i (?:got|get|have)(?: right)?(?: so far)?"),
    "easy": (r"(?:(?:this|that|it)(?:'s| is) )?too (?:hard|difficult|small)"
             r"(?:\W+(?:can you )?make it easier)?",
             r"(?:make it |something )?easier(?: one)?", r"(?:an )?easy(?: one)?"),
    "hard": (r"(?:(?:this|that|it)(?:'s| is) )?too easy(?:\W+(?:can you )?make it harder)?",
             r"(?:make it |something )?harder(?: one)?", r"hard(?: one)?"),
}  # fmt: skip
_AS_WISH: dict[Wish, re.Pattern[str]] = {
    wish: re.compile(rf"{_LEAD}(?:{'|'.join(words)}){_TAIL}", re.IGNORECASE)
    for wish, words in _WISHES.items()
}
_TRY = re.compile(
    r"(?:try|fader)(?: (?:it|with|that|this|at))?\s*([+\-\u2212]?)\s*(\d{1,2}(?:[.,]\d+)?)?"
    r"\s*(?:db)?\s*(a bit|a little|slightly)?"
    r"\s*(louder|up|higher|more|quieter|softer|down|lower|less)?[.!]?",
    re.IGNORECASE,
)
_DOWN = ("quieter", "softer", "down", "lower", "less")


_A_DRILL = re.compile(
    r"\b(?:drills?|quiz(?:zes)?|exercises?|practi[cs]e|train(?:ing)?|test me|games?)\b",
    re.IGNORECASE,
)
_A_QUESTION = re.compile(r"(?:what|why|how|when|is|are|did|do|does|was)\b", re.IGNORECASE)
_KINDS: dict[str, re.Pattern[str]] = {
    kind: re.compile(words, re.IGNORECASE)
    for kind, words in {
        "clipping": r"\b(?:clip\w*|distort\w*)\b",
        "set_back": r"\b(?:set|put|bring|move)\w*\b.*\bback\b|\bfader by ear\b",
        "partner": r"\b(?:partner|nearest|closest)\b",
        "loudness": r"\b(?:loudness|volumes?|how much louder)\b",
        "bias": r"\b(?:bias|a\W?b)\b",
        "hidden_change": r"\b(?:hidden|which (?:stem|one|track)|what(?:'s| has)? changed)\b",
    }.items()
}


# A wish to practise is worded with one of these; what is meant without them is something else.
_OF_PRACTICE = re.compile(
    r"\b(?:drill(?:s|ed)?(?! beats?\b| song\b| track\b)|quiz\w*|exercis\w+|practi[cs](?:es?|ed|ing)"
    r"|homework"
    r"|test(?:s|ed)? (?:me|us|him|her|them|my|our|how|what|whether|if|it)\b|tested"
    r"|(?:ear|hearing|listening|aural|loudness) ?-?(?:test|game|challenge|class|lesson|thing|gym\w*"
    r"|training|warm\W?up|round|task|skills?|exam)s?|eartraining"
    r"|exam(?:s|ine)?|game|gam(?:es|ing)|challenge|puzzle|riddle|contest"
    r"|(?:train|sharpen|tune|coach|grade|rate|check|warm|test|examine|teach|work(?: on)?|score"
    r"|improve"
    r"|brush up|exercise|challenge)(?: up)? (?:me|us|him|them|(?:my|our|the|their|mine) (?:\w+ )?"
    r"(?:ears?|hearing|listening|pupils|students|class|kids))|train(?: mine)?\W*$|let'?s train|"
    r"(?:to|we|can) train|training(?! montage)|work\W?out|golden ears"
    r"|(?:my|our|the|their|for) ears?\b|ears? (?:only|wise)|little ear"
    r"|(?:better|sharp) ears|listening scales|my (?:hearing|listening)"
    r"|guess(?:ing)? (?:the|which|what|game|who)|(?:let|make) me guess|i guess\W*$|guess the\W*$"
    r"|give me another to guess|go at guessing|hide and seek|you (?:hide|move|break)"
    r"|hide (?:a|an|some\w*|one)|hidden (?:change|move|fader)s?|(?:fool|trick|catch|try) me"
    r"|past me|hunt for it|i'?ll (?:find|say|try to hear)|let me (?:find|hunt)|me to find"
    r"|can'?t fool|keep me on my toes|(?:paying attention)|i seek|spot the"
    r"|(?:ask|asking) me (?:which|what|about it)|i have to say which|say which"
    r"|find any fader|which fader did you|learn to (?:hear|listen)|hear (?:better|like a pro)"
    r"|(?:teach|help) me(?: to)? (?:hear|listen)|through my paces|simon says|where'?s wally"
    r"|(?:smallest|how small a) (?:change|step)|stop noticing|as? (?:a )?task"
    r"|at hearing|hear half a|see if i (?:notice|can tell)|behind my back|i'?ll guess"
    r"|find the fader"
    r"|try to hear|ear question|hard to hear|good i hear|deaf)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(  # from one that was just talked of
    r"\b(?:another|again|next|more|new|harder|easier|tough\w*|trick\w*|difficult\w*|simpl\w+|easy"
    r"|hard|bigger|smaller|round|question|try)\b",
    re.IGNORECASE,
)


def speaks_of_practice(text: str) -> bool:
    """Whether a text has a word for practising in it: without one no drill was asked for."""
    return bool(_OF_PRACTICE.search(text.replace("\u2019", "'")))


def unasked(text: str, at_practice: bool) -> frozenset[str]:
    """The tools of practice that a text cannot mean.

    at_practice: whether a drill was just talked of, so that "a harder one" means one.
    """
    starts = speaks_of_practice(text) or (at_practice and bool(_GOES_ON.search(text)))
    told = frozenset() if starts else frozenset({"start_drill"})
    return told if at_practice else told | {"answer_drill"}


def kind_asked(text: str) -> str | None:
    """The kind of drill that a text asks for: "give me a drill about clipping"; None: none."""
    if _A_DRILL.search(text) is None or _A_QUESTION.match(text.strip()):
        return None
    kinds = [kind for kind, words in _KINDS.items() if words.search(text)]
    return kinds[0] if len(kinds) == 1 else None


def wish_of(text: str) -> Wish | None:
    """The wish that a line is; None where it is none."""
    plain = " ".join(text.replace("\u2019", "'").split())
    return next((wish for wish, words in _AS_WISH.items() if words.fullmatch(plain)), None)


def tried(text: str) -> float | None:
    """The move in dB that a line asks to hear: "try -3", "try it a bit louder"; None: none."""
    found = _TRY.fullmatch(" ".join(text.split()))
    if found is None or not (found[2] or found[4]):
        return None
    size_db = A_BIT_DB if found[3] else SOME_DB
    if found[2]:
        size_db = min(24.0, float(found[2].replace(",", ".")))
    goes_down = found[1] in ("-", "\u2212") or (found[4] or "").casefold() in _DOWN
    return -size_db if goes_down else size_db
