"""What a call may hold, step by step: the stems and numbers that the user's words bear.

One rule: bounds only narrow what the grammar allows; where the words set none, the model chooses.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.model.processing import call_opening
from assistant.said import Said
from assistant.said_gains import SOME_DB

_STEM_OPENS = ('"moves": [{"stem": "', '}, {"stem": "')
_AGAINST_ANCHOR = ("set_level", "set_anchor")  # tools that never name the anchor as their stem
_MOVE_ENDS = re.compile(r'"gain_db": -?[\d.]+$')
_LEVEL_ENDS = re.compile(r'"relative_lu": -?[\d.]+$')
_TAKES_END = re.compile(r'"takes": \d+$')
_MOVED = re.compile(r'\{"stem": "(.*?)", "gain_db":')
_STEMS_OPEN, _NEXT_NAME, _LAST_NAME = '"stems": ["', '", "', '"]}}'
_NEXT_MOVE, _LAST_MOVE = '}, {"stem": "', "}]}}"


@dataclass(frozen=True)
class Bounds:
    """Bounds on one call, from what was said."""

    said: Said

    def behind(self, text: str) -> Sequence[str]:
        """The texts of which one must follow what is written of a call; none: no bounds here."""
        if text.startswith(call_opening("apply_moves")):
            if _MOVE_ENDS.search(text):
                return self._after_a_move(_MOVED.findall(text))
            if text.endswith(_STEM_OPENS):
                done = _MOVED.findall(text)
                free = {name: q for name, q in self._quoted.items() if q not in done}
                moved = [q for name, q in free.items() if self.said.gains_db(name)]
                return moved or list(free.values())
            for name, quoted in self._quoted.items():
                if text.endswith(f'{{"stem": "{quoted}", "gain_db": '):
                    return _numerals(self.said.gains_db(name) or {-SOME_DB, SOME_DB})
        if text.startswith(call_opening("measure_levels")) and self.said.measured:
            return self._measured(text.removeprefix(call_opening("measure_levels")))
        if text.startswith(call_opening("shape_sound")) and text.endswith('", "words": "'):
            return self._sound(text.removesuffix('", "words": "'))
        if text.startswith(call_opening("render_mix")) and self.said.sound.style:
            return self._styled(text)
        if self.said.placed is not None and text.startswith(call_opening("set_level")):
            return self._placing(*self.said.placed, text)
        if self.said.levelled is not None and text.startswith(call_opening("set_level")):
            return self._placing(*self.said.levelled, text)
        for tool in _AGAINST_ANCHOR:
            if text == f'{call_opening(tool)}"stem": "':
                return [quoted for name, quoted in self._quoted.items() if name != self.said.anchor]
        if text.startswith(call_opening("set_mute")) and text.endswith(self._whole_names):
            return [f'", "muted": {"true" if way else "false"}' for way in self.said.mutes]
        return self._number(text)

    def _measured(self, text: str) -> Sequence[str]:
        """All of the stems that are asked about, and no other."""
        if not text:
            return [_STEMS_OPEN]
        *written, begun = text.removeprefix(_STEMS_OPEN).split(_NEXT_NAME)
        waiting = [q for name in self.said.measured if (q := json_text(name)) not in written]
        if not begun:
            return waiting
        if begun in waiting and begun in self._whole_names:
            return [_NEXT_NAME] if len(waiting) > 1 else [_LAST_NAME]
        return ()

    def _placing(self, stems: Sequence[str], against: Sequence[str], text: str) -> Sequence[str]:
        """A stem that is named before "4 dB under", against one that is named behind it.

        "it" is the stem of the turn before.
        """
        others = [json_text(name) for name in against if name != self.said.anchor]
        if text.endswith('"stem": "'):
            return [json_text(name) for name in stems]
        if text.endswith('"against": "'):
            return others
        if _LEVEL_ENDS.search(text):
            return [', "against": "'] if others else ["}}"]
        return self._number(text)

    def _sound(self, text: str) -> Sequence[str]:
        """How the stem that was written last is to be made, by the user's words."""
        stems = [name for name in self.said.names if text.endswith(f'"{json_text(name)}')]
        words = self.said.sound_for(stems[0]) if stems else self.said.sound.words
        return [json_text(words) + '"}}'] if words else ()

    def _styled(self, text: str) -> Sequence[str]:
        """A render in a style: how many takes, if that was said, then the style, and no more."""
        style, seeded = f'"style": "{json_text(self.said.sound.style)}"', "seed" in self.said.latest
        style += ', "seed": ' if seeded else "}}"
        if text == call_opening("render_mix"):
            return ['"takes": '] if self.said.counts() and not seeded else [style]
        return [f", {style}"] if _TAKES_END.search(text) else self._number(text)

    def _number(self, text: str) -> Sequence[str]:
        if text.endswith('"relative_lu": '):
            return _numerals(self.said.levels_lu())
        if text.endswith('"pan": '):
            stem = next((n for n, q in self._quoted.items() if f'"stem": "{q}", ' in text), "")
            return _numerals(self.said.pans(stem))
        if text.endswith(('"version": ', '"takes": ', '"seed": ')):
            return [str(int(count)) for count in sorted(self.said.counts())]
        return ()

    def _after_a_move(self, done: Sequence[str]) -> Sequence[str]:
        """Go on while a stem that was given an order waits for its move; stop when none can."""
        waiting = [self._quoted[name] for name in self.said.ordered()]
        if any(quoted not in done for quoted in waiting):
            return [_NEXT_MOVE]
        more = [quoted for quoted in self._quoted.values() if quoted not in done]
        return [_LAST_MOVE] if waiting or not more else ()

    @cached_property
    def _whole_names(self) -> tuple[str, ...]:
        """The names that no other name goes on from."""
        names = self._quoted.values()
        return tuple(n for n in names if not any(m != n and m.startswith(n) for m in names))

    @cached_property
    def _quoted(self) -> dict[str, str]:
        """The stems that may be meant, as JSON writes them."""
        names = self.said.stems or self.said.names
        return {name: json_text(name) for name in names}


def json_text(text: str) -> str:
    """A text as it stands between the quotes of JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _numerals(values: set[float]) -> list[str]:
    return [repr(value + 0.0) for value in sorted(values)]  # + 0.0: never -0.0
