"""Wordings that say at length what plainer words of orders say: "only the vox stays" is "except".

One rule: a wording is put in other words, nothing is added to what it asks for.
"""

import re

_ALL = re.compile(r"\b(?:all|every\w*|the (?:lot|rest|others|whole \w+))\b")
_STAYS = re.compile(  # "all down 3, only the vox stays where it is"
    r"[\s,;.]*\b(?:and |but |with |while )?(?:only|just)(?: the| my| our)?"
    r" (?P<who>[^,;.]{1,40}?) (?:must |should |can |may |to |has to |is to |shall )?"
    r"(?:stays?|staying|remains?|keeps?|holds?)"
    r"(?: (?:put|there|still|untouched|where|as|like|how|the same|in place|same)\b[^,;.]*)?"
    r"(?=\W*$|[,;.])"
)
_EX = re.compile(  # "all -1.5 ex the vox", "everything up 1, just not the kick"
    r"(?:(?<=\w)[\s,]+(?:ex|sans)|(?<=\w)\s*,\s*(?:just|only) not)(?= [\w' -]{1,30}\W*$)"
)
_WITHOUT = re.compile(r"^(?P<all>\W*(?:all|everything|everyone|everybody))(?: without| not)(?= )")
_ALL_BUT = re.compile(  # "all but the keys, down 2" is one order
    r"^(?P<who>\W*(?:all|everything|everyone|everybody) (?:except|but) [^,;.]{1,40}), "
    r"(?=(?:up|down|louder|quieter|softer|less|more|plus|minus|[-+]?\d))"
)
_LESS_BY = re.compile(r"\bless by (?=[\d.])")
_MORE_BY = re.compile(r"\bmore by (?=[\d.])")
_CONTRAST = re.compile(  # "judge by the snare from now on, not the kick"
    r"(?P<what>\b(?:against|anchor\w*|judg\w+|measur\w+|compar\w+|reference)\b[^;.?!]*?)"
    r",? (?:and |but )?(?:not|instead of|rather than|no longer|no more)"
    r"(?: (?:against|by|on|to|from|with|the|my|our|anymore))* (?!at all)[^,;.?!]{1,24}\W*$"
)


def said_plainly(text: str) -> str:
    """A lower-case text in which these wordings are plainer."""
    text = _MORE_BY.sub("up by ", _LESS_BY.sub("down by ", text))
    if all_of_them := _ALL.search(text):
        text = _STAYS.sub(lambda match: f" except {match['who']}", text)
        start = all_of_them.end()
        text = text[:start] + _EX.sub(" except", text[start:])
        text = _WITHOUT.sub(lambda match: f"{match['all']} except", text)
        text = _ALL_BUT.sub(lambda match: f"{match['who']} ", text)
    else:
        text = _CONTRAST.sub(lambda match: match["what"], text)
    return text
