"""An answer to a proposal in plainer words: what is fine as it is stays, what was just moved stays.

One rule: the stems are places (<0>, <1>) by then, and none of them is lost.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from assistant.orders.mentions import mentions
from assistant.orders.otherwise import without_judged_size
from mixer.moves import Move

_PART = r"(?: (?:part|one|bit|thing|idea|move|suggestion|level)s?)?"
_FINE = r"(?:fine|good|ok(?:ay)?|great|perfect|alright|all right|lovely|right)"
_STAYS = re.compile(  # "<1>'s fine", where "<1> fine" is a yes
    rf"(<\d+>)\s*(?:'s|s) (?:just |perfectly |already )?{_FINE}(?: as (?:it|he|she) is)?"
    r"(?! (?:by|with) me)"
)
_WHOSE = re.compile(r"(<\d+>)\s*'s?(?= |\s*[,.;!]|$)(?! (?:too|not|been|got|so)\b)")
_DEEDS = (
    r"(?:put|turned|brought|raised|lowered|moved|changed|set|pushed|pulled|cut|boosted|fixed|did"
    r"|done|touched|dropped|lifted|adjusted|took|nudged|bumped)"
)
_JUST = r"(?:(?:'ve| have|ve) )?(?: ?(?:only|just|already|barely|recently))+"
_MOVED_IT = re.compile(  # "the choir I only just put up", "I already lowered the choir"
    rf"(?:the |my )?(<\d+>){_PART} ?,? (?:i|we){_JUST} {_DEEDS}\b(?: (?:up|down|back|it|them))*"
    rf"|\b(?:i|we){_JUST} {_DEEDS} (?:up |down |the |my )*\s*(<\d+>){_PART}"
    r"(?: (?:up|down|back|a bit))*"
)
_CURSES = re.compile(  # "bollocks to the guitar bit"
    r"\b(?:screw|sod|bugger|damn|(?:bollocks|to hell|the hell) (?:to|with)|scrap|bin|ditch|stuff)"
    rf" (?:the |that |my |your )*\s*(<\d+>){_PART}"
)
_REPORTS = re.compile(  # "he says ok but 1"
    r"\b(?:he|she|they|<\d+>|everyone|everybody) (?:says?|said|reckons?|thinks?) (?=(?:yes|yeah|ok"
    r"|okay|fine|sure|no|nope|do|just|only)\b)"
)
_THAT_ONE = re.compile(  # "the bass part of that, that one yes"
    rf"(<\d+>){_PART}(?: of (?:that|it|those|them))?\s*,\s*(?:that|this)(?: (?:one|part|bit))?(?= )"
)
_ENOUGH = re.compile(  # "1 is plenty", "2 will do"
    r"(?<=\d) (?:is|are|would be|will be|'s|'ll|will|would) (?:do(?: it)?|plenty|enough|fine)\b"
)
_NOT_THIS_BUT = re.compile(  # "not 2. 1"
    r"\bnot \d+(?:\.\d+)?(?: ?db)?\s*[,.;:]\s+(?:(?:just|only|but|make it) )*(?=\d)"
)
_NOT_SO_MUCH = r"not (?:quite )?(?:so|that|as|too) (?:much|far|hard|strong(?:ly)?|heavy)\b"
_NOT_FOR_IT = re.compile(rf"(<\d+>){_PART},? {_NOT_SO_MUCH}")  # of one stem it is a no
_LESS = re.compile(rf"\bbut (?:maybe |perhaps |please )?{_NOT_SO_MUCH}")
_ECHO = re.compile(  # "pff, only 3??", "3? no,"
    r"^\W*(?:(?:pf+t?|psh|tsk|what|huh|eh|hm+|oh|ok(?:ay)?|no|nah|really|ha|lol|come on|only|just"
    r"|merely|a (?:mere|measly|whole|full)|full)\W+)*\d+(?:\.\d+)?(?: ?dbs?)?(?: only)?\s*\?+[\s!]*"
    r"(?:(?:no|nah|hm+|more like|rather)\W+)*(?=\D*\d)"
)
_WONDERS = re.compile(r"(<\d+>)\s*\?+\s*(?=(?:no|nope|nah|never|yes|yeah|ok|okay|sure|fine|not)\b)")
_OUT_OF_IT = re.compile(r"\bleave (?:the |my |our )?(<\d+>) out of (?:it|this|that)\b")
_IF_YOU_LIKE = re.compile(r",? if you (?:like|want|wish)\b")
_LIKE = 0.78  # how much a name must be like the word for it, as "trompetas" is like "trumpets"
_LONG = 6  # letters


def without_echo(text: str) -> str:
    """An answer without the size that it wonders at: "3? more like 1"."""
    text = without_judged_size(text)  # "3 is a lot, do 2"
    return _ECHO.sub("", text.casefold(), count=1) if _ECHO.match(text.casefold()) else text


def made_plain(told: str) -> str:
    """A lower-case answer in which it says of each stem what is to be done about it."""
    told = _WONDERS.sub(r"\1, ", _REPORTS.sub("", " ".join(told.split())))
    told = _OUT_OF_IT.sub(r"leave \1", _IF_YOU_LIKE.sub(" please", told))
    told = _MOVED_IT.sub(lambda match: f"leave {match[1] or match[2]} ,", told)
    told = _CURSES.sub(r"leave \1", told)
    told = _WHOSE.sub(r"\1", _STAYS.sub(r"leave \1", told))
    told = _THAT_ONE.sub(r"\1", told)
    told = _LESS.sub("but half", _NOT_FOR_IT.sub(r"leave \1", told))
    return _NOT_THIS_BUT.sub("", _ENOUGH.sub("", told))


def with_likely_names(
    text: str, proposed: Sequence[Move], names: tuple[str, ...], roles: tuple[str | None, ...]
) -> str:
    """A text in which a word that is much like a proposed stem's name is that name.

    Only a word that begins as the name does, and means no one stem: a name in another tongue.
    """

    def name(match: re.Match[str]) -> str:
        word = match[0].casefold()
        if len({stem for one in mentions(word, names, roles) for stem in one.stems}) == 1:
            return match[0]
        alike = [
            move.stem
            for move in proposed
            for own in re.findall(r"[^\W\d_]+", move.stem.casefold())
            if len(own) >= _LONG
            and own[:2] == word[:2]
            and SequenceMatcher(None, own, word).ratio() >= _LIKE
        ]
        return alike[0] if len(set(alike)) == 1 else match[0]

    return re.sub(rf"[^\W\d_]{{{_LONG},}}", name, text)
