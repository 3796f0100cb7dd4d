"""How strange a message is to mixing: what two readers of it find together.

One rule: neither reader alone decides. The tuned one (assistant/model/sentences.py) knows talk of
mixing and takes other words with a second sense for it; the untuned one (assistant/model/typed.py)
knows these and takes odd names of stems for other things.
"""

from collections.abc import Collection, Mapping

# Intents that no tool is for, and that are not courtesy either.
STRANGE = frozenset(
    {"off_topic", "insult", "other_language", "unsafe", "reference", "beyond", "nonsense"}
)


def together(
    tuned: Mapping[str, float], typed: Mapping[str, float], kinds: Collection[str] = STRANGE
) -> dict[str, float]:
    """How likely each of these intents is meant: the mean of two readings."""
    return {name: (tuned.get(name, 0.0) + typed.get(name, 0.0)) / 2.0 for name in kinds}


def strangeness(tuned: Mapping[str, float], typed: Mapping[str, float]) -> float:
    """How likely a message is strange, 0 to 1."""
    return sum(together(tuned, typed).values())
