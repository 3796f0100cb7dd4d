"""What is left of advice: moves that were proposed and not done, or done in part.

One rule: of a stem that was moved otherwise since, nothing is left.
"""

from collections.abc import Iterable, Mapping, Sequence

from assistant.hearing import ToolCall
from mixer.moves import Move

Turn = tuple[str, list[ToolCall]]  # what was said, and the calls that worked
Gains = dict[str, float]
CHANGES = frozenset({"apply_moves", "set_level", "set_pan", "set_mute", "shape_sound"})
_LOOKS = frozenset({"measure_levels", "audition", "list_versions", "explain"})  # change nothing
_HALF_OFF_DB = 0.6  # a half is rounded to half a dB


def gains_of(call: ToolCall) -> Gains:
    """The moves of a call, stem by stem."""
    return {move["stem"]: move["gain_db"] for move in call.arguments.get("moves") or ()}


def advised_of(turns: Sequence[Turn]) -> Gains:
    """The gains that were proposed last."""
    found = [call for _, calls in turns for call in calls if call.name == "propose_moves"]
    return gains_of(found[-1]) if found else {}


def left_over(turns: Sequence[Turn]) -> tuple[Move, ...]:
    """What is left of the last proposal, if nothing but a part of it was applied since.

    Where less than the half of a move was taken, no more of it was wanted.
    """
    at, last = _last_proposal(turns)
    if at is None or last is None:
        return ()
    wanted = gains_of(last)
    for told in _behind(turns, at):
        calls = [call for call in told if call.name not in _LOOKS]
        of_it = any(set(gains_of(call)) & set(wanted) for call in calls)
        if calls and not of_it and not _are_undos(calls):
            return ()  # something else was done since
    left = _without_moved(wanted, _standing(_behind(turns, at)))
    return tuple(
        Move(stem, gain_db)
        for stem, gain_db in left.items()
        if gain_db == wanted[stem] or abs(2 * gain_db - wanted[stem]) <= _HALF_OFF_DB
    )


def still_advised(turns: Sequence[Turn]) -> tuple[Move, ...]:
    """What was proposed and never done, whatever else was done since; the last advice first."""
    left: Gains = {}
    seen: set[str] = set()  # stems of later advice
    for at in reversed(range(len(turns))):
        for call in reversed(turns[at][1]):
            if call.name != "propose_moves":
                continue
            since = _standing(_behind(turns, at))
            if since is None:
                break
            left |= {
                s: g for s, g in _without_moved(gains_of(call), since).items() if s not in seen
            }
            seen |= set(gains_of(call))
    return tuple(Move(stem, gain_db) for stem, gain_db in left.items())


def _last_proposal(turns: Sequence[Turn]) -> tuple[int, ToolCall] | tuple[None, None]:
    for at in reversed(range(len(turns))):
        for call in reversed(turns[at][1]):
            if call.name == "propose_moves":
                return at, call
    return None, None


def _behind(turns: Sequence[Turn], at: int) -> list[list[ToolCall]]:
    """The calls of the turns behind a place, and of its own behind the proposal."""
    own = turns[at][1]
    last = max(n for n, call in enumerate(own) if call.name == "propose_moves")
    return [own[last + 1 :], *(calls for _, calls in turns[at + 1 :])]


def _are_undos(calls: Iterable[ToolCall]) -> bool:
    return all(call.name in ("undo", "redo") for call in calls)


def _standing(told: Sequence[Sequence[ToolCall]]) -> Sequence[Mapping[str, float | None]] | None:
    """The changes that were made and not undone: each stem's gain, None where it was set.

    None where an older version was put back: no one knows what stands, then.
    """
    stand: list[dict[str, float | None]] = []
    taken_back: list[dict[str, float | None]] = []
    for call in (call for calls in told for call in calls):
        if call.name == "restore_version":
            return None
        if call.name in CHANGES:
            is_set = call.name == "set_level" and "stem" in call.arguments
            stand.append({call.arguments["stem"]: None} if is_set else {**gains_of(call)})
            taken_back = []
        elif call.name == "undo" and (stem := call.arguments.get("stem")):
            next((one for one in reversed(stand) if stem in one), {}).pop(stem, None)
        elif call.name == "undo" and stand:
            taken_back.append(stand.pop())
        elif call.name == "redo" and taken_back:
            stand.append(taken_back.pop())
    return stand


def _without_moved(wanted: Gains, stand: Sequence[Mapping[str, float | None]] | None) -> Gains:
    """What changes leave of moves: the rest of one that was cut, all of one never made."""
    left: Gains = {}
    for stem, wanted_db in wanted.items():
        moved = [one[stem] for one in stand or () if stem in one]
        if stand is None or len(moved) > 1:
            continue  # it was gone on with
        done_db = moved[0] if moved else 0.0
        if done_db is None or done_db * wanted_db < 0.0 or abs(done_db) >= abs(wanted_db):
            continue
        left[stem] = round(wanted_db - done_db, 2)
    return left
