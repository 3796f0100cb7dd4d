"""Words of a yes: those that tell to do it, those that may only say so, what stands beside them.

One rule: none of them names a stem, a way or a size.
"""

import re

_IT = r"(?:that|this|it|so|them|those|these|both|both of (?:them|those|these)|all of (?:it|them))"
TELLS = (  # words that tell to do it
    rf"(?:please )?do(?: {_IT})?(?: please| now)*|(?:let'?s|let us) (?:do|try) {_IT}|apply {_IT}"
    rf"|go (?:on|ahead|for it|with {_IT})(?: so)?|gwaan|crack on|carry on(?: with {_IT})?|proceed"
    r"|by all means|be my guest|make it so|so be it|have it your way|knock yourself out|you win"
    rf"|(?:i )?accept(?:ed)?(?: {_IT})?|{_IT} i (?:accept|like|will take)|i(?:'?ll| will) (?:allow"
    rf"|take|accept) {_IT}|i can live with {_IT}|(?:you(?:'ve| have)? )?(?:talked|won) me (?:into"
    rf" it|over)|works for me|i(?:'m| am) (?:in|sold|game)|sold|agreed|granted|very well|(?:i )?"
    r"agree|go(?: then| now)?(?=\W*$)"
)
SAYS = (  # words that say yes, and may say no more than that one has heard
    r"(?:why )?of course|certainly|absolutely|definitely|naturally|indeed|yes+|yeah+|yea|yh|ya|aye"
    r"|yep|yup|ok(?:ay)?|sure|fine|alright|all right|great|perfect"
    r"|sounds good|good idea|both(?: of (?:them|those|these))?|all of (?:it|them)|the lot"
)
BESIDE = (  # what a yes may stand in
    r"right|good|lovely|splendid|wonderful|marvell?ous|brilliant|grand|excellent|please|pls|plz"
    rf"|{_IT}|then|too|well|for (?:me|us|now)|to|with|would you|the two|of (?:them|it)"
    r"|(?:that|it)(?:'d| would| will|'ll)? be (?:lovely|great|nice|good|wonderful|perfect|grand"
    r"|fine"
    r"|brilliant|super)|(?:many )?thanks?(?: you)?|cheers|o+h+|a+h+|aw+|h+m+|m+|lol|haha+|ha|mate"
    r"|love|darling|dear|man|bro|hun|honey|friend|my|boss|chief|fair (?:enough|point)|good point"
    r"|quite (?:so|right)|precisely|exactly|just so|true|too right|spot on|point taken|you(?:'re"
    r"| are| were|r)? right|(?:i'm )?convinced|i (?:believe|trust|hear) you"
    r"|i (?:understand|see)|(?:i )?suppose so|why not|bof|bah|meh|pf+t?|eh+|welp"
    r"|(?:i(?:'ll| will)? )?trust (?:you|u|ya|your (?:ears?|judge?ment|taste))(?: on (?:that"
    r"|this))?"
    r"|you(?:'re| are) the (?:boss|expert|pro|engineer|professional|doctor|ears?)"
)
_MERE = re.compile(rf"\W*(?:(?:{BESIDE})(?:\W+|$)){{1,6}}")


def is_mere_talk(text: str) -> bool:
    """Whether lower-case words say nothing beyond what a yes may stand in: "quite so"."""
    return bool(_MERE.fullmatch(text.strip()))
