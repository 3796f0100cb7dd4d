"""Exchanges that move faders, and that go back and forth between versions.

One rule: as in finetune/talk.py, calls and results have the exact form of the product's tools.
"""

import prompts
from finetune.desk import Desk
from finetune.talk import (
    Exchange,
    Message,
    about,
    call,
    gain,
    reply,
    result,
    told,
    user,
)
from mixer.moves import MAX_GAIN_DB


def _told_applied(desk: Desk, moves: list[dict]) -> list[Message]:
    """The result of moves that were applied, and the reply."""
    spans = told(desk, moves)
    version = desk.change(", ".join(f"{m['stem']} {m['gain_db']:+.1f} dB" for m in moves), moves)
    text = f"applied as {version}: {spans}"
    closing = reply(desk, "moves_applied", anchor=desk.anchor, moves=moves, version=version)
    return [result(text), closing]


def _order(desk: Desk, said: dict, moves: list[dict]) -> Exchange:
    return Exchange([said, call("apply_moves", moves=moves), *_told_applied(desk, moves)])


def order(desk: Desk, held_out: bool) -> Exchange:
    """A direct order with a number, up or down."""
    stem, up = desk.pick(), bool(desk.rng.random() < 0.5)
    text, size = gain(desk)
    said = about(desk, "order_up" if up else "order_down", held_out, stem, gain=text)
    return _order(desk, said, [{"stem": desk.names[stem], "gain_db": size if up else -size}])


def order_words(desk: Desk, held_out: bool) -> Exchange:
    """A direct order with an amount in words."""
    stem, up = desk.pick(), bool(desk.rng.random() < 0.5)
    words = list(prompts.GAIN_WORDS)
    word = words[int(desk.rng.integers(len(words)))]
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
        against, stem = (int(i) for i in desk.rng.permutation(len(desk.names))[:2])
    (text, size), above = gain(desk), bool(desk.rng.random() < 0.5)
    side, other = "above" if above else "below", desk.say(against)
    said = about(desk, "set_to", held_out, stem, anchor=other, gain=text, side=side)
    if "anchor" not in said["slots"]:
        against = 0
    target = size if above else -size
    asked: dict[str, object] = {"stem": desk.names[stem], "relative_lu": target}
    if against != 0:
        asked["against"] = desk.names[against]
    gain_db = round(target - (desk.relative(stem) - desk.relative(against)), 1)
    if stem == against or abs(gain_db) > MAX_GAIN_DB:
        return order(desk, held_out)
    if not gain_db:
        other = desk.names[against]
        text = f"nothing to apply: {desk.names[stem]} is at {target:+.1f} LU against {other}"
        closing = reply(
            desk, "already_there", stem=desk.names[stem], relative_lu=target, against=other
        )
        return Exchange([said, call("set_level", **asked), result(text), closing])
    moves = [{"stem": desk.names[stem], "gain_db": gain_db}]
    return Exchange([said, call("set_level", **asked), *_told_applied(desk, moves)])


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
    return Exchange([said, call("apply_moves"), *_told_applied(desk, moves)])


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
