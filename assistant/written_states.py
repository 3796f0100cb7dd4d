"""A mix state as the journal has it: only what was set, by stem.

One rule: stems may come and go between two openings, so a state is never written by position.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mixer.moves import MixState


def written(names: Sequence[str], state: MixState) -> dict[str, Any]:
    """A state as JSON-able data: gains in dB, pans from -1 to 1, mutes and sounds."""
    named = list(zip(names, state.gain_db, state.pan, state.muted, strict=True))
    return {
        "gain_db": {name: gain for name, gain, _, _ in named if gain != 0.0},
        "pan": {name: pan for name, _, pan, _ in named if pan is not None},
        "muted": [name for name, _, _, muted in named if muted],
        "sound": {
            name: sound for index, name in enumerate(names) if (sound := state.sound_of(index))
        },
    }


def read_state(names: Sequence[str], data: Mapping[str, Any]) -> MixState:
    """The state that was written, for the stems that the song has now."""
    state = MixState(
        tuple(float(data["gain_db"].get(name, 0.0)) for name in names),
        tuple(data["pan"].get(name) for name in names),
        tuple(name in data["muted"] for name in names),
    )
    for name in names:
        state = state.shaped(names, name, data["sound"].get(name, {}))
    return state
