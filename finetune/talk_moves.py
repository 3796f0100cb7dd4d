"""Exchanges that move faders, and that go back and forth between versions.

One rule: as in finetune/talk.py, calls and results have the exact form of the product's tools.
"""

from collections.abc import Sequence

import prompts
from assistant.naming import spoken_of
from assistant.said_gains import SOME_DB, sizes_db
from assistant.slips import mended
from finetune.desk import Desk
from finetune.talk import (
    Exchange,
    Message,
    about,
    call,
    canonical_rows,
    gain,
    reply,
    result,
    told,
    user,
)
from mixer.moves import MAX_GAIN_DB


def told_applied(desk: Desk, moves: list[dict]) -> list[Message]:
    """The result of moves that were applied, and the reply."""
    spans = told(desk, moves)
    version = desk.change(", ".join(f"{m['stem']} {m['gain_db']:+.1f} dB" for m in moves), moves)
    text = f"applied as {version}: {spans}"
    closing = reply(desk, "moves_applied", anchor=desk.anchor, moves=moves, version=version)
    return [result(text), closing]


def _order(desk: Desk, said: dict, moves: list[dict]) -> Exchange:
    return Exchange([said, call("apply_moves", moves=moves), *told_applied(desk, moves)])


def order(desk: Desk, held_out: bool) -> Exchange:
    """A direct order with a number, up or down."""
    stem, up = desk.pick(), bool(desk.rng.random() < 0.5)
    text, size = gain(desk)
    said = about(desk, "order_up" if up else "order_down", held_out, stem, gain=text)
    return _order(desk, said, [{"stem": desk.names[stem], "gain_db": size if up else -size}])


def some_gain_words(desk: Desk) -> str:
    """An amount in words."""
    words = list(prompts.GAIN_WORDS)
    return words[int(desk.rng.integers(len(words)))]


def _all_of(desk: Desk, said: Message, stems: Sequence[int], up: bool, text: str) -> Exchange:
    """Several stems by the same amount."""
    size = float(text) if "gain" in said["slots"] else size_db(desk, said)
    return _order(
        desk, said, [{"stem": desk.names[i], "gain_db": size if up else -size} for i in stems]
    )


def size_db(desk: Desk, said: Message) -> float:
    """How many dB a text speaks of, as the product reads it; some, where it names none."""
    return max(sizes_db(mended(said["content"], desk.names), desk.names) or {SOME_DB})


def order_all(desk: Desk, held_out: bool) -> Exchange:
    """Every stem by the same amount."""
    up, (text, _) = bool(desk.rng.random() < 0.4), gain(desk, high=6.0)
    words = some_gain_words(desk)
    intent = "all_up" if up else "all_down"
    said = user(desk, intent, held_out, gain=text, gain_words=words)
    return _all_of(desk, said, canonical_rows(desk), up, text)


def order_group(desk: Desk, held_out: bool) -> Exchange:
    """All stems of one kind by the same amount."""
    fitting = []
    for word in prompts.words("groups"):
        meant = spoken_of(word, desk.names, desk.scene.roles)
        if 1 < len(meant) < len(desk.names):
            fitting.append((word, meant))
    if not fitting:
        return order_all(desk, held_out)
    kind, meant = fitting[int(desk.rng.integers(len(fitting)))]
    stems = [index for index in canonical_rows(desk) if desk.names[index] in meant]
    up, (text, _) = bool(desk.rng.random() < 0.5), gain(desk)
    intent = "group_up" if up else "group_down"
    said = user(desk, intent, held_out, role=kind, gain=text, gain_words=some_gain_words(desk))
    return _all_of(desk, said, stems, up, text)


def set_same(desk: Desk, held_out: bool) -> Exchange:
    """A stem is to be as loud as another."""
    if len(desk.names) < 2:
        return order(desk, held_out)
    stem, against = (int(i) for i in desk.rng.permutation(len(desk.names))[:2])
    if stem == 0:
        stem, against = against, stem
    said = about(desk, "set_same", held_out, stem, stem2=desk.say(against))
    return _placed(desk, said, stem, against, 0.0) or order(desk, held_out)


def order_words(desk: Desk, held_out: bool) -> Exchange:
    """A direct order with an amount in words."""
    stem, up = desk.pick(), bool(desk.rng.random() < 0.5)
    word = some_gain_words(desk)
    intent = "order_up_words" if up else "order_down_words"
    said = about(desk, intent, held_out, stem, gain_words=word)
    size = prompts.GAIN_WORDS[word if "gain_words" in said["slots"] else "some"]
    return _order(desk, said, [{"stem": desk.names[stem], "gain_db": size if up else -size}])


def order_two(desk: Desk, held_out: bool) -> Exchange:
    """Two orders in one sentence."""
    if len(desk.names) < 3:
        return order(desk, held_out)
    first, second = (int(i) for i in desk.rng.permutation(len(desk.names))[:2])
    (text, up_db), (text2, down_db) = gain(desk), gain(desk)
    other = desk.say(second)
    said = about(desk, "order_two", held_out, first, stem2=other, gain=text, gain2=text2)
    moves = [
        {"stem": desk.names[first], "gain_db": up_db},
        {"stem": desk.names[second], "gain_db": -down_db},
    ]
    return _order(desk, said, moves)


def set_to(desk: Desk, held_out: bool) -> Exchange:
    """A stem is to sit so much above or below the anchor, or another stem."""
    if len(desk.names) < 2:
        return order(desk, held_out)
    against, stem = 0, desk.pick(anchor_too=False)
    if len(desk.names) > 2 and desk.rng.random() < 0.35:
        others = [index for index in range(len(desk.names)) if index != stem]
        against = others[int(desk.rng.integers(len(others)))]
    (text, size), above = gain(desk), bool(desk.rng.random() < 0.5)
    side, other = "above" if above else "below", desk.say(against)
    said = about(desk, "set_to", held_out, stem, anchor=other, gain=text, side=side)
    if "anchor" not in said["slots"]:
        against = 0
    return _placed(desk, said, stem, against, size if above else -size) or order(desk, held_out)


def _placed(desk: Desk, said: Message, stem: int, against: int, target: float) -> Exchange | None:
    """A stem put at a level against another, the anchor unsaid; None where no move can do it."""
    asked: dict[str, object] = {"stem": desk.names[stem], "relative_lu": target}
    if against != 0:
        asked["against"] = desk.names[against]
    gain_db = round(target - (desk.relative(stem) - desk.relative(against)), 1)
    if stem == against or abs(gain_db) > MAX_GAIN_DB:
        return None
    if not gain_db:
        other = desk.names[against]
        text = f"nothing to apply: {desk.names[stem]} is at {target:+.1f} LU against {other}"
        closing = reply(
            desk, "already_there", stem=desk.names[stem], relative_lu=target, against=other
        )
        return Exchange([said, call("set_level", **asked), result(text), closing])
    moves = [{"stem": desk.names[stem], "gain_db": gain_db}]
    return Exchange([said, call("set_level", **asked), *told_applied(desk, moves)])


def accept(desk: Desk, held_out: bool) -> Exchange:
    """Yes to the open proposal, or to nothing."""
    said = user(desk, "accept", held_out, anchor=desk.say(0))
    if desk.proposal is None:
        text = (
            "apply_moves: no moves were given and none are proposed: ask for advice first, "
            "or name the moves"
        )
        return Exchange([said, call("apply_moves"), result(text), reply(desk, "nothing_to_apply")])
    moves, desk.proposal = desk.proposal, None
    if not moves:
        text = "nothing to apply: the advice was to leave it"
        return Exchange([said, call("apply_moves"), result(text), reply(desk, "nothing_to_apply")])
    return Exchange([said, call("apply_moves"), *told_applied(desk, moves)])


def refuse(desk: Desk, held_out: bool) -> Exchange:
    desk.proposal = None
    return Exchange([user(desk, "refuse", held_out, anchor=desk.say(0)), reply(desk, "refused_ok")])


def undo(desk: Desk, held_out: bool) -> Exchange:
    said = user(desk, "undo", held_out)
    if desk.version == 0:
        text = "undo: there is nothing to undo: this is where the session began (v0)"
        return Exchange([said, call("undo"), result(text), reply(desk, "nothing_to_undo")])
    desk.version -= 1
    text = f"back at v{desk.version}: {desk.setting}"
    return Exchange(
        [said, call("undo"), result(text), reply(desk, "undone", version=f"v{desk.version}")]
    )


def redo(desk: Desk, held_out: bool) -> Exchange:
    said = user(desk, "redo", held_out)
    if desk.version >= len(desk.states) - 1:
        text = (
            "redo: there is nothing to redo: nothing was undone since the last change "
            f"(v{desk.version})"
        )
        return Exchange([said, call("redo"), result(text), reply(desk, "nothing_to_redo")])
    desk.version += 1
    text = f"forward at v{desk.version}: {desk.setting}"
    return Exchange(
        [said, call("redo"), result(text), reply(desk, "redone", version=f"v{desk.version}")]
    )


def list_versions(desk: Desk, held_out: bool) -> Exchange:
    rows = []
    for number, (what, _) in enumerate(desk.states):
        rows.append({"name": f"v{number}", "summary": what})
    lines = [
        f"{row['name']}{' (now)' if number == desk.version else ''}: {row['summary']}"
        for number, row in enumerate(rows)
    ]
    closing = reply(desk, "versions", versions=rows, current=f"v{desk.version}")
    said = user(desk, "list_versions", held_out)
    return Exchange([said, call("list_versions"), result("\n".join(lines)), closing])


def restore(desk: Desk, held_out: bool) -> Exchange:
    number = int(desk.rng.integers(0, max(len(desk.states), 4)))
    label = str(desk.rng.choice([f"v{number}", f"version {number}", f"{number}"]))
    said = user(desk, "restore_version", held_out, version=label)
    number = number if "version" in said["slots"] else 0
    if number >= len(desk.states):
        text = (
            f"restore_version: version v{number} was asked: there are v0 to "
            f"v{len(desk.states) - 1} (list_versions shows them)"
        )
        closing = reply(desk, "tool_error", message=text.removeprefix("restore_version: "))
    else:
        desk.version = number
        text = f"restored v{number}: {desk.setting}"
        closing = reply(desk, "restored", version=f"v{number}")
    return Exchange([said, call("restore_version", version=number), result(text), closing])
