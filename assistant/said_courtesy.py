"""Praise, a goodbye, or the question what one can do here, said in few words or with a story.

One rule: only a text that names no stem and orders nothing; what asks for anything goes the usual
way.
"""

import re
from collections.abc import Sequence
from itertools import islice, product

from assistant.english import plainly
from assistant.orders.mentions import Mention
from assistant.orders.tokens import Token

PRAISE, GOODBYE, CAPABILITIES = "praise", "goodbye", "capabilities"
THANKS, GREET, OTHER_LANGUAGE = "thanks", "greet", "other_language"
_FEW_WORDS = 7  # of praise for one stem
_MOST_READINGS = 32  # of letters that are drawn out
_MOST_WORDS = 16  # of praise and of a goodbye; a story may lead to the question
_GOODBYES = (
    r"(?:good ?)?bye+(?: ?bye+)?|i'?m (?:out|off)(?: of here)?"
    r"|peace(?: out)?|laters?|see (?:you|ya)|cya|cheerio|toodle ?pip|ta-?ta|good ?night"
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
_BETTER_THANKS = re.compile(  # "yes much clearer, thank you!!"
    r"\W*(?:(?:yes|yeah|yep|ah+|oh+|wow|now|there|that'?s|that is|it'?s)\W+)*(?:so |way |a lot "
    r"|much |far )*"
    r"\w+er(?: now| like that)?\W+(?:(?:thanks?|thank you|thx|ta|cheers|so much|a lot|mate"
    r"|love)\W*)+"
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
    r"\bwhat (?:exactly )?(?:can|could|do|are|would(?= (?:you|u|ya) (?:offer|help))) (?:you|u"
    r"|ya)(?: (?:actually|really|exactly"
    r"|even|able to|like))* (?:do|offer|help(?: me| us)? with|good for)"
    r"(?: (?:for (?:me|us)|here|then|exactly|actually|with (?:it|that|this)))*\W*$"
    r"|\bwhat(?:'s| is) it you do\b"
)
_THANK = (
    r"(?:thanks?|thank (?:you|u|ya)|thx+|tnx|thnx|ty|tysm|tyvm|cheers|ta|much obliged"
    r"|(?:i )?(?:really )?a?ppreciate (?:it|that|you|u)"
    r"|preciate (?:it|that|ya|u)|gracias|obrigad[oa]"
    r"|merci|danke(?: sch(?:ö|oe?)n)?|grazie|arigato\w*|tack|takk|tak|kiitos|spasibo|dzi[eę]kuj[eę]"
    r"|dank je|bedankt|efharisto|tesekk?[uü]r\w*|teşekk\w+|hvala|mahalo|xie ?xie|terima kasih)"
)
_AROUND = (  # small words beside thanks, praise and a greeting
    r"(?:beaucoup|mille|vielmals|vielen|muchas|muito|tante|mange|so|pretty"
    r"|so much|a lot|a bunch|a million|very much|very|again|for (?:that|this|it|everything|all"
    r"|your help|the help)|mate|bro+|bruv|man|dude|fam|buddy|pal|friend|my friend|boss|chief|love"
    r"|dear|i mean|you|all|ok(?:ay)?|and|then|yes|yep|yeah|haha+|lol|wow|oh|ah|aw+|omg|lmao|damn|it"
    r"|is|that|this|it'?s|that'?s|thats|its|just|really|too|super|totally|yo|hey|kindly|ur|you'?re"
    r"|u r|youre|the|a|an|lets? go|let'?s go|well done|big up|respect)"
)
_GOOD = (
    r"(?:noi?ce|nice(?: one)?|cool|great|good(?: (?:job|work|stuff|one))?|sweet|dope|sick|perfect"
    r"|lovely|brilliant|ace|awesome|amazing|groovy|funky|fire|lit|goated|goat|legend(?:ary)?|wicked"
    r"|mint|banging|slaps|slapping|banger|gorgeous|beautiful|fab(?:ulous)?|fantastic|superb|lush"
    r"|king|queen|w|based|bless(?:ed)?|gnarly|rad|tasty|yummy|chef'?s kiss|magic"
    r"|love (?:it|this|that)"
    r"|top(?: notch)?|excellent|smashing|marvellous|splendid|bravo|yes+|yas+|woo+(?: ?hoo+)?|yay)"
)
_THANKS = re.compile(rf"(?:(?:{_AROUND}|{_GOOD}) )*{_THANK}(?: (?:{_AROUND}|{_GOOD}|{_THANK}))*")
_THANKS_FOR = re.compile(  # "ta for turning it down": done, and no order
    rf"\W*(?:(?:{_AROUND}|{_GOOD})\W+)*{_THANK}(?: {_AROUND})* (?:for|to have)"
    r" (?:(?:not|finally|so|just|kindly) )*\w+(?:ing|ed)\b(?P<rest>.*)"
)
_GOES_ON = re.compile(
    r"[?;\n]|[.!] *\w|\b(?:now|but|can|could|would|please|pls|also|next|then|still|too|more|again"
    r"|though|tho)\b"
)
_GOOD_ONLY = re.compile(rf"(?:{_AROUND} )*{_GOOD}(?: (?:{_AROUND}|{_GOOD}))*")
_HELLO = (
    r"(?:hi+|hey+|hello+|hiya+|yo+|howdy|oi+|ahoy|hola|ciao|salut|hallo|hej|good (?:morning|day))"
)
_GREETS = re.compile(
    rf"^\W*(?:{_HELLO}\b\W*)+(?:there|all|everyone|folks|guys|again)?\W*"
    r"(?:(?:it'?s|this is|i'?m|i am|we'?re|we are)\b[^.?!]*"
    r"\b(?:calling|here|speaking|reporting(?: in| for duty)?|back(?: again)?|on the line)\W*)$"
)
_SLANG = re.compile(
    r"\b(?:noice|goated|lit|dope|goat|based|gnarly|groovy|funky|banger|w|bruv|ur)\b"
)
_FOREIGN = frozenset(  # small words that are no English ones
    """
    você voce fala falas falar português portugues tudo bem não nao sim como está estás estas hola
    qué habla hablas hablan español espanol puedes puede quiero gracias por favor pero muy los las
    una ich du bist kannst sprichst deutsch bitte nicht und ist wie geht mir dir je ne suis parle
    parles parlez français francais vous est pas merci bonjour ça avec quoi moi toi tu et que
    stai parli parla italiano che sono per non sei della och inte jag kan snakker hvordan det er ik
    spreekt praat nederlands ben jij kun hoe mówisz czy jak się po polsku mluvíš türkçe biliyor
    musun nasılsın kumusta habari unaweza apa kabar bisa bicara
    """.split()
)
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
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
    if _is_foreign(plain):
        return OTHER_LANGUAGE
    if kind := _in_a_word(plain):
        return kind
    ordered = any(token.kind in _ORDERS for token in told)
    praises = _PRAISES.search(plain) and not _NO_PRAISE.search(plain) and "?" not in plain
    if praises and not ordered and len(plain.split()) <= (_FEW_WORDS if found else _MOST_WORDS):
        return PRAISE  # "this beat slaps"
    thanked = _THANKS_FOR.fullmatch(plain)
    if thanked and not _GOES_ON.search(thanked["rest"]):
        return THANKS
    if not found and _BETTER_THANKS.fullmatch(plain):
        return THANKS
    if found:
        return None
    if _ASKS_WHAT_ONE_CAN.search(plain.rstrip("?!. ")):
        return CAPABILITIES
    if ordered or len(plain.split()) > _MOST_WORDS:
        return None
    if _BYE.search(plain) and not _NO_BYE.search(plain) and "?" not in plain:
        return GOODBYE
    return None


def _in_a_word(plain: str) -> str | None:
    """Thanks, praise or a greeting that is the whole of a text, however it is drawn out."""
    if "?" in plain or len(plain.split()) > _MOST_WORDS:
        return None
    if _GREETS.search(plain):
        return GREET
    words = re.sub(r"[^\w']+", " ", plain).split()
    shorter = [{_DRAWN_OUT.sub(letters, word) for letters in (r"\1", r"\1\1")} for word in words]
    for read in islice(product(*map(sorted, shorter)), _MOST_READINGS):  # "soooo goood"
        whole = " ".join(read)
        if _THANKS.fullmatch(whole):
            return THANKS
        if _DRAWN_OUT.search(plain) or _SLANG.search(whole):
            if _GOOD_ONLY.fullmatch(whole):
                return PRAISE
    return None


def _is_foreign(plain: str) -> bool:
    """Whether small words of another language make up much of a text without figures."""
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)?", plain)
    known = [word for word in words if word in _FOREIGN]
    return len(set(known)) > 1 and len(known) >= 0.4 * len(words) and not re.search(r"\d", plain)
