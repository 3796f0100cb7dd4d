"""Praise, a goodbye, or the question what one can do here, said in few words or with a story.

One rule: only a text that names no stem and orders nothing; what asks for anything goes the usual
way.
"""

import re
from collections.abc import Sequence

from assistant.english import plainly
from assistant.orders.mentions import Mention
from assistant.orders.tokens import Token

PRAISE, GOODBYE, CAPABILITIES = "praise", "goodbye", "capabilities"
_FEW_WORDS = 7  # of praise for one stem
_MOST_WORDS = 16  # of praise and of a goodbye; a story may lead to the question
_GOODBYES = (
    r"(?:good ?)?bye+(?: ?bye+)?|see (?:you|ya)|cya|cheerio|toodle ?pip|ta-?ta|good ?night"
    r"|night night|farewell|ciao|tsch(?:ü|ue|u)ss|tsch(?:ü|ue)ß|auf wiedersehen|servus|pfiat di"
    r"|adieu|au revoir|à bientôt|a bientot|bonne nuit|adi[oó]s|hasta (?:luego|mañana|manana|pronto"
    r"|la vista)|nos vemos|chao|arrivederci|buona ?notte|at[eé] logo|tchau|doei+|tot ziens"
    r"|hej ?d[åa]"
    r"|ha det|farvel|moi moi|näkemiin|do widzenia|na shledanou|szia|viszl[aá]t|da svidan\w+"
    r"|sayonara"
    r"|hwyl|sl[aá]n|güle güle|yassas?|kwaheri|zbohom|paka"
)
_LEAVES = (
    r"(?:i )?(?:must|gotta|got to|have to|has to|need to) (?:dash|run|go|fly|leave|rush|shoot)"
    r"|i'?m (?:off|out of here|heading (?:off|home|out))|signing off|off i go|off to bed"
)
_BYE = re.compile(
    rf"^\W*(?:(?:ok(?:ay)?|right|well|so|good|thanks|thank you"
    rf"|cheers)\W+){{0,3}}(?:{_GOODBYES})(?!\w)"
    rf"|(?:^|[,.;!?] )(?:and )?(?:{_GOODBYES})(?: (?:now|then|all|everyone|dear|love|pet"
    rf"|mate))?\W*$"
    rf"|(?:^|[,.;!?] )(?:{_LEAVES})\b"
)
_NO_BYE = re.compile(r"\b(?:before|until|till|when|if|later than|see (?:you|ya) (?:changed|put))\b")
_FINE = (
    r"(?:slap(?:s|ped|ping)?|bang(?:s|ing)|go(?:es)? hard|rock(?:s|ed)?|rules?|hits(?: different)?"
    r"|kill(?:s|ed) it|bump(?:s|in)|(?:is|are|sounds?|'?s) (?:so |just |proper |pure |straight )*"
    r"(?:fire|lit|sick|dope|fresh|ace|class|gold|golden|wicked|mint|banging|slapping|gorgeous|bliss"
    r"|heaven|heavenly|magic|lush|the business|the bomb|the bee'?s knees|beautiful|lovely))"
)
_WONDER = (
    r"(?:marvels?|legends?|stars?|geni(?:us|uses)|angels?|hero(?:es)?|wizards?|gems?|treasures?"
    r"|life ?savers?|beasts?|goat|best|champ(?:ion)?|saints?|magicians?|wonders?|diamond|darling"
    r"|sweetheart|ledge|godsend|machine|dream)"
)
_NO_PRAISE = re.compile(
    r"\b(?:more of|(?:bit|some|little|lot) (?:more|less)|not|no|never|n't|isn'?t|but|except|too"
    r"|could|would|should|if|less|more than enough"
    r"|supposed|almost|nearly|used to)\b"
)
_PRAISES = re.compile(
    rf"\b(?:this|that|it|shit|thing|mix|beat|track|song|tune|banger|one)(?: \w+)? {_FINE}(?!\w)"
    rf"|\b(?:you|u|ya|ye)(?:'re| are| r|r)? (?:(?:an?|the|my|such|some|really|truly|absolute|actual"
    rf"|true|little|total|bloody|damn) )+{_WONDER}\b"
)
_ASKS_WHAT_ONE_CAN = re.compile(
    r"\bwhat (?:exactly )?(?:can|could|do|would|are) (?:you|u|ya)(?: (?:actually|really|exactly"
    r"|even|able to|like))* (?:do|offer|help(?: me| us)? with|good for)"
    r"(?: (?:for (?:me|us)|here|then|exactly|actually|with (?:it|that|this)))*\W*$"
    r"|\bwhat(?:'s| is) it you do\b"
)
_ORDERS = frozenset(  # kinds of tokens that ask for something
    """
    up down cut add off left right centre pan above below same match mute unmute solo anchor judge
    version undo redo render takes export number percent sign swap hear again half
    """.split()
)


def courtesy_said(text: str, found: Sequence[Mention], told: Sequence[Token]) -> str | None:
    """The courtesy that a text is; None for all else.

    found: the mentions of stems in it. told: its tokens.
    """
    plain = plainly(text)
    ordered = any(token.kind in _ORDERS for token in told)
    praises = _PRAISES.search(plain) and not _NO_PRAISE.search(plain) and "?" not in plain
    if praises and not ordered and len(plain.split()) <= (_FEW_WORDS if found else _MOST_WORDS):
        return PRAISE  # "this beat slaps"
    if found:
        return None
    if _ASKS_WHAT_ONE_CAN.search(plain.rstrip("?!. ")):
        return CAPABILITIES
    if ordered or len(plain.split()) > _MOST_WORDS:
        return None
    if _BYE.search(plain) and not _NO_BYE.search(plain) and "?" not in plain:
        return GOODBYE
    return None
