"""One order and what it is read against; the stems that it is for, and how far it goes.

One rule: what words leave open is None, and never guessed at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.hearing import ToolCall
from assistant.orders.lexicon import FILLER, NUMBER, VERB
from assistant.orders.parts import Part
from assistant.orders.tokens import STEM

PLAIN_DB = 2.0  # "up" without a size
PLAIN_PAN = 0.5  # "left" without one
SIDES = {"left": -1.0, "right": 1.0, "centre": 0.0}
_SUBJECT = frozenset({STEM, "it", "both", "three", "all", "rest", "other", "too"})
_THEM = frozenset("them those these they 'em em that".split())
_PERSON = frozenset({"her", "him"})
QUIET = frozenset({FILLER, VERB, "push", "pull", "to", "unit", "only", "instead"}) | _SUBJECT
SIZED = frozenset({NUMBER, "size", "sign"})


@dataclass(frozen=True)
class Deed:
    """One order. tool: the one that does it; what belongs to it stands in the fields of that tool.

    Gains and levels in dB or LU, pan -1 (left) to 1 (right).
    """

    tool: str
    stems: tuple[str, ...]
    gain_db: float = 0.0
    relative_lu: float = 0.0
    against: str | None = None
    pan: float = 0.0
    muted: bool = False

    def for_stems(self, stems: tuple[str, ...]) -> "Deed":
        """The same for other stems."""
        return replace(self, stems=stems)

    def calls(self) -> list[ToolCall]:
        """The calls that do it."""
        if self.tool == "apply_moves":
            moves = [{"stem": stem, "gain_db": self.gain_db} for stem in self.stems]
            return [ToolCall("apply_moves", {"moves": moves})]
        if self.tool == "audition":
            return [ToolCall("audition", {"stems": list(self.stems)})]
        return [ToolCall(self.tool, self._arguments(stem)) for stem in self.stems]

    def _arguments(self, stem: str) -> dict[str, object]:
        if self.tool == "set_level":
            told: dict[str, object] = {"stem": stem, "relative_lu": self.relative_lu}
            return told | ({"against": self.against} if self.against else {})
        if self.tool == "set_pan":
            return {"stem": stem, "pan": self.pan}
        return {"stem": stem, "muted": self.muted}


@dataclass(frozen=True)
class Scene:
    """What a part is read against.

    it: the stems that "it" means. last: the order before it in the same text, if any.
    """

    names: tuple[str, ...]
    anchor: str | None
    it: tuple[str, ...] = ()
    last: Deed | None = None
    kept: frozenset[str] = frozenset()  # stems that "all" and "the rest" leave out
    gains_db: Mapping[str, float] = field(default_factory=dict)  # each stem's last move
    faders_db: Mapping[str, float] = field(default_factory=dict)  # where each stem's fader is
    muted: frozenset[str] = frozenset()  # now
    touched: tuple[str, ...] = ()  # stems that were changed, the latest first
    singer: str | None = None  # whom "her" and "him" mean
    about: tuple[str, ...] = ()  # the stems of what is said besides
    of_level: bool = False  # whether that says how loud something is
    pans: Mapping[str, float] = field(default_factory=dict)  # where each stem is now
    against: Mapping[str, str] = field(default_factory=dict)  # whom a pronoun was set against
    pair: tuple[str, ...] = ()  # the two that were spoken of just before, side by side
    advised: Mapping[str, float] = field(default_factory=dict)  # what is proposed, or was


def subject(part: Part, scene: Scene) -> tuple[str, ...]:
    """The stems that a part is about; none where it does not say."""
    if part.has("rest") or (part.has("all") and not part.stems):
        kept = scene.kept or (frozenset(scene.it) if part.has("rest") else scene.kept)
        return tuple(name for name in scene.names if name not in kept)
    if part.stems:
        return part.stems
    for word, count in (("three", 3), ("both", 2)):
        if part.has(word):
            told = (scene.it, scene.pair, scene.touched[:count])
            return next((stems for stems in told if len(stems) == count), ())
    several = any(token.text in _THEM for token in part.of("it"))
    if scene.singer and any(token.text in _PERSON for token in part.of("it")):
        if scene.singer in scene.it or not scene.it:
            return (scene.singer,)
    return scene.it if len(scene.it) == 1 or several else ()


def is_sized(part: Part) -> bool:
    return part.has(NUMBER, "size")


def size_of(part: Part, table: Mapping[str, float], plain: float) -> float | None:
    """How far: the one number, or the one word for a size; None where there are two."""
    numbers, words = part.numbers, [str(token.value) for token in part.of("size")]
    known = [table[word] for word in words if word in table]
    if len(numbers) == 1 and not known:
        return numbers[0]
    if not numbers and len(words) == len(known):
        return max(known, default=plain) if len(set(known)) <= 1 or "way" in words else None
    return None


def as_deed(calls: Sequence[ToolCall]) -> Deed | None:
    """Calls of one tool as the order that they were; None where they differ in more than stems."""
    if not calls or len({call.name for call in calls}) > 1:
        return None
    name = calls[0].name
    if name == "apply_moves":
        moves = [move for call in calls for move in call.arguments.get("moves", ())]
        gains = {move["gain_db"] for move in moves}
        stems = tuple(str(move["stem"]) for move in moves)
        return Deed(name, stems, gain_db=gains.pop()) if len(gains) == 1 else None
    told = [{k: v for k, v in call.arguments.items() if k != "stem"} for call in calls]
    stems = tuple(str(call.arguments.get("stem")) for call in calls)
    if name not in ("set_level", "set_pan", "set_mute") or any(one != told[0] for one in told):
        return None
    return Deed(name, stems, **told[0])
