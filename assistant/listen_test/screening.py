"""Which listeners could not hear what is there to hear: the hidden reference and the low anchor.

One rule: ITU-R BS.1534-3, 4.1.2: out goes who marks the hidden reference below 90 on more than 15 %
of the screens, or the low anchor above 90 on more than 15 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.listen_test.answers import Result
from assistant.listen_test.kit import LOW_ANCHOR

LEAST_MARK, MOST_SHARE = 90.0, 0.15


@dataclass(frozen=True)
class Heard:
    """How one listener did; shares of screens, None where there was no such stimulus."""

    listener: str
    reference_missed: float | None
    anchor_missed: float | None
    screens: int

    @property
    def passes(self) -> bool:
        return all(
            share is None or share <= MOST_SHARE
            for share in (self.reference_missed, self.anchor_missed)
        )

    def told(self) -> str:
        """In words: why a listener is left out, or how often something was missed."""
        parts = [
            f"{what} on {share:.0%} of {self.screens} screens"
            for what, share in (
                (f"hidden reference below {LEAST_MARK:g}", self.reference_missed),
                (f"low anchor above {LEAST_MARK:g}", self.anchor_missed),
            )
            if share
        ]
        return f"{self.listener}: {', '.join(parts) or 'missed nothing'}"


def screen_listeners(results: Sequence[Result]) -> list[Heard]:
    """Every listener, by the marks of hidden reference and low anchor, if there are any."""
    found = []
    for listener in sorted({r.listener for r in results}):
        own = [r for r in results if r.listener == listener]
        reference = [r.value < LEAST_MARK for r in own if r.role == "hidden reference"]
        anchor = [r.value > LEAST_MARK for r in own if r.role == LOW_ANCHOR]
        if reference or anchor:
            screens = max(len(reference), len(anchor))
            found.append(Heard(listener, _share(reference), _share(anchor), screens))
    return found


def _share(missed: Sequence[bool]) -> float | None:
    return sum(missed) / len(missed) if missed else None
