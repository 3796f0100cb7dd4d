"""A scripted user with goals: what it wants of a real song, what it says, and when it is content.

One rule: it sees what any user sees, the reply and the faders, and words that no model met say it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

import prompts
from assistant.context import ToolContext
from assistant.replying import Reply
from mixer.moves import MixState

NEAR_DB = 2.0  # how near a stem must come to where it was before it was upset
SPARED_DB = 1.0  # how far others may be moved on the way, on average
MOST_TURNS = 16  # of one goal: after that it is given up
TRIES = 3  # wordings of one wish
Script = Iterator[str]


class Wording:
    """What a user says for an intent: held-out phrasings, one after the other."""

    def __init__(self, rng: np.random.Generator):
        self._rng = rng

    def __call__(self, intent: str, **values: object) -> str:
        """One held-out phrasing of an intent that these values fill."""
        kept = [
            text for place, text in enumerate(prompts.phrasings(intent))
            if prompts.is_held_out(place) and set(prompts.slots(text)) <= set(values)
            and set(values) <= set(prompts.slots(text)) | {"anchor", "format"}
        ]  # fmt: skip
        if not kept:
            raise ValueError(f"no held-out phrasing of {intent} is filled by {sorted(values)}")
        return prompts.fill(kept[int(self._rng.integers(len(kept)))], **values)


@dataclass
class Talk:
    """One talk on the way to a goal: what stands now, and the last reply."""

    context: ToolContext
    say: Wording
    reply: Reply | None = None

    @property
    def state(self) -> MixState:
        return self.context.session.state()

    def gain_db(self, stem: str) -> float:
        return self.state.gain_db[self.context.song.index(stem)]


@dataclass(frozen=True)
class Goal:
    """What is wanted: a script of messages that watches what comes of them, and when it is met."""

    name: str
    script: Callable[[Talk], Script]
    is_met: Callable[[Talk], bool]


def _insist(
    talk: Talk, is_done: Callable[[], bool], intent: str, **values: object
) -> Iterator[str]:
    """Say what is wanted until it is done, each time in other words; a wrong step is taken back."""
    for _ in range(TRIES):
        if is_done():
            return
        before = talk.state
        yield talk.say(intent, **values)
        if not is_done() and talk.state != before:
            yield "undo"


def mend(stem: str, off_db: float) -> Goal:
    """Bring back a stem that is off by so much, by complaining and by ear alone."""

    def script(talk: Talk) -> Script:
        way = "loud" if off_db > 0 else "quiet"
        yield talk.say(f"complain_{way}", stem=stem)
        while abs(left := -off_db - talk.gain_db(stem)) > NEAR_DB:
            session = talk.context.session
            proposed = {move.stem: move.gain_db for move in session.proposed}
            if proposed.get(stem, 0.0) * left > 0:
                yield (
                    talk.say("accept") if len(proposed) == 1 else talk.say("accept_one", stem=stem)
                )
            elif abs(left) < abs(off_db) and talk.gain_db(stem) and left * off_db > 0:
                yield talk.say("too_far")
            else:
                order = "order_up" if left > 0 else "order_down"
                yield talk.say(order, stem=stem, gain=3 if abs(left) > 3 else 2)

    def is_met(talk: Talk) -> bool:
        others = [
            gain_db for name, gain_db in zip(talk.context.names, talk.state.gain_db, strict=True)
            if name != stem
        ]  # fmt: skip
        near = abs(-off_db - talk.gain_db(stem)) <= NEAR_DB
        return near and float(np.mean(np.abs(others))) <= SPARED_DB

    return Goal("mend a stem by complaint", script, is_met)


def orders(up: str, down: str, muted: str) -> Goal:
    """Two moves, a change of mind, a mute that is taken back: the faders as they were ordered."""

    def script(talk: Talk) -> Script:
        def stands(up_db: float, down_db: float, mute: bool = False) -> Callable[[], bool]:
            def is_so() -> bool:
                gains = (talk.gain_db(up), talk.gain_db(down))
                is_muted = talk.state.muted[talk.context.song.index(muted)]
                return np.allclose(gains, (up_db, down_db), atol=0.01) and is_muted == mute

            return is_so

        yield from _insist(talk, stands(3.0, 0.0), "order_up", stem=up, gain=3)
        yield from _insist(talk, stands(3.0, -2.0), "order_down", stem=down, gain=2)
        yield from _insist(talk, stands(3.0, -2.0, True), "mute", stem=muted)
        yield from _insist(talk, stands(3.0, -2.0), "unmute", stem=muted)
        yield from _insist(talk, stands(2.0, -2.0), "order_down", stem=up, gain=1)

    def is_met(talk: Talk) -> bool:
        wanted = {up: 2.0, down: -2.0}
        gains = [wanted.get(name, 0.0) for name in talk.context.names]
        return np.allclose(talk.state.gain_db, gains, atol=0.01) and not any(talk.state.muted)

    return Goal("orders, a change of mind", script, is_met)


def versions(stem: str, other: str) -> Goal:
    """Make two versions, hear them, go back to the first, export it."""

    def script(talk: Talk) -> Script:
        def files(folder: str) -> int:
            return len(list((talk.context.folder / folder).glob("*")))

        yield from _insist(talk, lambda: talk.gain_db(stem) == 2.0, "order_up", stem=stem, gain=2)
        first = talk.context.session.version.number
        yield from _insist(
            talk, lambda: talk.gain_db(other) == -4.0, "order_down", stem=other, gain=4
        )
        yield from _insist(talk, lambda: files("auditions") > 0, "audition")
        yield from _insist(
            talk, lambda: talk.context.session.version.number == first, "restore_version",
            version=f"v{first}",
        )  # fmt: skip
        yield from _insist(talk, lambda: files("exports") > 0, "export", format="mix")

    def is_met(talk: Talk) -> bool:
        exports = list((talk.context.folder / "exports").glob("mix-*"))
        kept = talk.gain_db(stem) == 2.0 and talk.gain_db(other) == 0.0
        return kept and len(exports) == 1

    return Goal("compare versions and export one", script, is_met)


def level(stem: str) -> Goal:
    """Hear a stem's level, then set it level with the anchor."""
    heard: list[bool] = []

    def script(talk: Talk) -> Script:
        yield talk.say("ask_level_of", stem=stem)
        shown = talk.context.relative_now()[talk.context.song.index(stem)]
        text = talk.reply.text if talk.reply else ""
        heard.append(shown is not None and f"{abs(shown):.1f}" in text)
        place = talk.context.song.index(stem)
        yield from _insist(
            talk, lambda: abs(talk.context.relative_now()[place] or 9.0) < 0.3, "set_same",
            stem=stem, stem2=talk.context.session.anchor,
        )  # fmt: skip

    def is_met(talk: Talk) -> bool:
        now = talk.context.relative_now()[talk.context.song.index(stem)]
        return heard == [True] and now is not None and abs(now) < 0.3

    return Goal("learn a level and match it", script, is_met)
