"""Exchanges that change or render the mix, compare, export, and the small talk around them.

One rule: as in finetune/talk.py, calls and results have the exact form of the product's tools.
"""

from collections.abc import Callable

import prompts
from finetune.talk import Desk, Exchange, _gain, _told, call, canonical_rows, reply, result, user

NOT_YET = "not yet: this comes in a later release"


def _applied(desk: Desk, moves: list[dict]) -> str:
    return f"applied as {desk.change()}: {_told(desk, moves)}"


def _order(desk: Desk, said: dict, moves: list[dict]) -> Exchange:
    text = _applied(desk, moves)
    closing = reply(
        desk, "moves_applied", anchor=desk.anchor, moves=moves, version=f"v{desk.version}"
    )
    return Exchange([said, call("apply_moves", moves=moves), result(text), closing])


def order(desk: Desk, held_out: bool) -> Exchange:
    """A direct order with a number, up or down."""
    stem, up = desk.pick(), bool(desk.rng.random() < 0.5)
    text, gain = _gain(desk)
    said = user(
        desk,
        "order_up" if up else "order_down",
        held_out,
        stem=desk.say(stem),
        role=desk.say(stem),
        gain=text,
        anchor=desk.say(0),
    )
    return _order(desk, said, [{"stem": desk.names[stem], "gain_db": gain if up else -gain}])


def order_words(desk: Desk, held_out: bool) -> Exchange:
    """A direct order with an amount in words."""
    stem, up = desk.pick(), bool(desk.rng.random() < 0.5)
    words = list(prompts.GAIN_WORDS)
    word = words[int(desk.rng.integers(len(words)))]
    said = user(
        desk,
        "order_up_words" if up else "order_down_words",
        held_out,
        stem=desk.say(stem),
        role=desk.say(stem),
        gain_words=word,
        anchor=desk.say(0),
    )
    gain = prompts.GAIN_WORDS[word] if "gain_words" in said["slots"] else prompts.GAIN_WORDS["some"]
    return _order(desk, said, [{"stem": desk.names[stem], "gain_db": gain if up else -gain}])


def order_two(desk: Desk, held_out: bool) -> Exchange:
    """Two orders in one sentence."""
    if len(desk.names) < 3:
        return order(desk, held_out)
    first, second = (int(i) for i in desk.rng.permutation(len(desk.names))[:2])
    (text, gain), (text2, gain2) = _gain(desk), _gain(desk)
    said = user(
        desk,
        "order_two",
        held_out,
        stem=desk.say(first),
        stem2=desk.say(second),
        gain=text,
        gain2=text2,
        anchor=desk.say(0),
    )
    moves = [
        {"stem": desk.names[first], "gain_db": gain},
        {"stem": desk.names[second], "gain_db": -gain2},
    ]
    return _order(desk, said, moves)


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
    text = _applied(desk, moves)
    closing = reply(
        desk, "moves_applied", anchor=desk.anchor, moves=moves, version=f"v{desk.version}"
    )
    return Exchange([said, call("apply_moves"), result(text), closing])


def refuse(desk: Desk, held_out: bool) -> Exchange:
    desk.proposal = None
    return Exchange([user(desk, "refuse", held_out, anchor=desk.say(0)), reply(desk, "refused_ok")])


def undo(desk: Desk, held_out: bool) -> Exchange:
    said = user(desk, "undo", held_out)
    if desk.version == 0:
        text = "undo: there is nothing to undo: this is v0, the song as it was opened"
        return Exchange([said, call("undo"), result(text), reply(desk, "nothing_to_undo")])
    desk.version -= 1
    text = f"back at v{desk.version}: as opened"
    return Exchange(
        [said, call("undo"), result(text), reply(desk, "undone", version=f"v{desk.version}")]
    )


def redo(desk: Desk, held_out: bool) -> Exchange:
    said = user(desk, "redo", held_out)
    if desk.version >= desk.versions - 1:
        text = "redo: there is nothing to redo: this is the newest version"
        return Exchange([said, call("redo"), result(text), reply(desk, "nothing_to_redo")])
    desk.version += 1
    text = f"forward at v{desk.version}: {_some_setting(desk)}"
    return Exchange(
        [said, call("redo"), result(text), reply(desk, "redone", version=f"v{desk.version}")]
    )


def _some_setting(desk: Desk) -> str:
    return f"{desk.names[desk.pick()]} {_gain(desk)[1]:+.1f} dB"


def list_versions(desk: Desk, held_out: bool) -> Exchange:
    rows = []
    for number in range(desk.versions):
        what = "as opened" if number == 0 else _some_setting(desk)
        rows.append({"name": f"v{number}", "summary": what})
    lines = [
        f"{row['name']}{' (now)' if number == desk.version else ''}: {row['summary']}"
        for number, row in enumerate(rows)
    ]
    closing = reply(desk, "versions", versions=rows, current=f"v{desk.version}")
    said = user(desk, "list_versions", held_out)
    return Exchange([said, call("list_versions"), result("\n".join(lines)), closing])


def restore(desk: Desk, held_out: bool) -> Exchange:
    number = int(desk.rng.integers(0, max(desk.versions, 4)))
    label = str(desk.rng.choice([f"v{number}", f"version {number}", f"{number}"]))
    said = user(desk, "restore_version", held_out, version=label)
    number = number if "version" in said["slots"] else 0
    if number >= desk.versions:
        text = f"restore_version: v{number} was asked: there are v0 to v{desk.versions - 1}"
        closing = reply(desk, "tool_error", message=text.removeprefix("restore_version: "))
    else:
        desk.version = number
        what = "as opened" if number == 0 else _some_setting(desk)
        text, closing = f"restored v{number}: {what}", reply(desk, "restored", version=f"v{number}")
    return Exchange([said, call("restore_version", version=number), result(text), closing])


# ---- sound


def _render(desk: Desk, said: dict, count: int, effects: bool, arguments: dict) -> Exchange:
    lines, files = [], []
    seed = int(arguments.get("seed", 0) or 0)
    for number in range(count):
        desk.takes += 1
        files.append(f"take{desk.takes}.wav")
        lufs, peak = desk.rng.uniform(-20, -10), desk.rng.uniform(-6, -1)
        what = "effects" if effects else "faders only"
        lines.append(
            f"take{desk.takes} (seed {seed + number}, {what}): takes/take{desk.takes}.wav, "
            f"{lufs:.1f} LUFS, peak {peak:.1f} dBTP; all levels as opened"
        )
    closing = reply(desk, "rendered", takes=count, effects=effects, files=files)
    return Exchange([said, call("render_mix", **arguments), result("\n".join(lines)), closing])


def render(desk: Desk, held_out: bool) -> Exchange:
    seed = int(desk.rng.integers(0, 100))
    said = user(desk, "render", held_out, seed=seed, anchor=desk.say(0))
    arguments = {"seed": seed} if "seed" in said["slots"] else {}
    return _render(desk, said, 1, True, arguments)


def render_faders(desk: Desk, held_out: bool) -> Exchange:
    said = user(desk, "render_faders", held_out, anchor=desk.say(0))
    return _render(desk, said, 1, False, {"effects": False})


def takes(desk: Desk, held_out: bool) -> Exchange:
    count = int(desk.rng.integers(2, 6))
    word = ("two", "three", "four", "five")[count - 2] if desk.rng.random() < 0.4 else str(count)
    seed = int(desk.rng.integers(0, 100))
    said = user(desk, "takes", held_out, takes=word, seed=seed)
    count = count if "takes" in said["slots"] else 3
    arguments = {"takes": count} | ({"seed": seed} if "seed" in said["slots"] else {})
    return _render(desk, said, count, True, arguments)


def audition(desk: Desk, held_out: bool) -> Exchange:
    """Compare before and after, sighted or blind."""
    blind = bool(desk.rng.random() < 0.3)
    version = int(desk.rng.integers(0, max(desk.versions, 2)))
    said = user(desk, "audition_blind" if blind else "audition", held_out, version=f"v{version}")
    arguments: dict[str, object] = {}
    labels = ["v0", f"v{max(desk.version, 1)}"]
    if "version" in said["slots"] and version != desk.version:
        labels = [f"v{version}", f"v{desk.version}"]
        arguments["versions"] = labels
    if blind:
        arguments["blind"] = True
        text = "2 matched files in auditions/blind, in blind order; the key is in it"
        files = ["auditions/blind"]
    else:
        gains = [0.0, -float(desk.rng.integers(0, 30)) / 10]
        told = ", ".join(
            f"{label} {gain:+.1f} dB" for label, gain in zip(labels, gains, strict=True)
        )
        text = f"loudness-matched files in auditions/audition: {told}"
        files = ["auditions/audition"]
    closing = reply(desk, "audition_ready", names=labels, blind=blind, files=files)
    return Exchange([said, call("audition", **arguments), result(text), closing])


def solo(desk: Desk, held_out: bool) -> Exchange:
    stem = desk.pick()
    name = desk.names[stem]
    said = user(desk, "solo", held_out, stem=desk.say(stem), role=desk.say(stem))
    text = f"loudness-matched files in auditions/audition: {name} +0.0 dB"
    closing = reply(desk, "audition_ready", names=[name], blind=False, files=["auditions/audition"])
    return Exchange([said, call("audition", stems=[name]), result(text), closing])


def mute(desk: Desk, held_out: bool) -> Exchange:
    stem, muted = desk.pick(), bool(desk.rng.random() < 0.55)
    name, label = desk.names[stem], desk.change()
    said = user(
        desk, "mute" if muted else "unmute", held_out, stem=desk.say(stem), role=desk.say(stem)
    )
    text = f"{label}: {name} {'muted' if muted else 'unmuted'}"
    closing = reply(desk, "muted" if muted else "unmuted", stem=name)
    return Exchange([said, call("set_mute", stem=name, muted=muted), result(text), closing])


def pan(desk: Desk, held_out: bool) -> Exchange:
    stem = desk.pick()
    name = desk.names[stem]
    side = str(desk.rng.choice(["pan_left", "pan_right", "pan_centre"], p=[0.4, 0.4, 0.2]))
    table = prompts.words("pan_words")
    word = list(table)[int(desk.rng.integers(len(table)))]
    percent = int(desk.rng.integers(1, 11)) * 10
    said = user(
        desk,
        side,
        held_out,
        stem=desk.say(stem),
        role=desk.say(stem),
        pan_words=word,
        percent=percent,
    )
    size = 0.5
    if "pan_words" in said["slots"]:
        size = float(table[word])
    elif "percent" in said["slots"]:
        size = percent / 100
    value = {"pan_left": -size, "pan_right": size, "pan_centre": 0.0}[side]
    text = f"{desk.change()}: {name} panned to {value:+.2f} (-1 left, 1 right)"
    closing = reply(desk, "panned", stem=name, pan=value)
    return Exchange([said, call("set_pan", stem=name, pan=value), result(text), closing])


def export(desk: Desk, held_out: bool) -> Exchange:
    table = prompts.words("formats")
    word = list(table)[int(desk.rng.integers(len(table)))]
    said = user(desk, "export", held_out, format=word)
    kind = table[word] if "format" in said["slots"] else "mix"
    label = f"v{desk.version}"
    if kind == "stems":
        count, where = len(desk.names), f"exports/stems-{label}"
        text, files = f"wrote {count} stems to {where}", [where]
    elif kind == "session":
        files = [f"exports/session-{label}.json"]
        text = f"wrote {files[0]}"
    else:
        files = [f"exports/mix-{label}.wav"]
        text = f"wrote {files[0]}, {desk.rng.uniform(-20, -10):.1f} LUFS, peak -1.0 dBTP"
    arguments = {} if kind == "mix" else {"format": kind}
    closing = reply(desk, "exported", format=kind, files=files)
    return Exchange([said, call("export_mix", **arguments), result(text), closing])


# ---- what is not built yet, and talk that needs no tool


def _later(desk: Desk, said: dict, tool: str, **arguments: object) -> Exchange:
    closing = reply(desk, "not_yet", tool=tool)
    return Exchange([said, call(tool, **arguments), result(NOT_YET), closing])


def shape_sound(desk: Desk, held_out: bool) -> Exchange:
    stem = desk.pick()

    def draw(table: str) -> str:
        choices = prompts.words(table)
        return str(choices[int(desk.rng.integers(len(choices)))])

    values = {"words": draw("words"), "quality": draw("quality"), "fault": draw("fault")}
    said = user(desk, "shape_sound", held_out, stem=desk.say(stem), role=desk.say(stem), **values)
    words = "as asked"
    if "words" in said["slots"]:
        words = values["words"]
    elif "quality" in said["slots"]:
        words = f"more {values['quality']}"
    elif "fault" in said["slots"]:
        words = f"less {values['fault']}"
    return _later(desk, said, "shape_sound", stem=desk.names[stem], words=words)


def explain(desk: Desk, held_out: bool) -> Exchange:
    table = prompts.words("topics")
    word = list(table)[int(desk.rng.integers(len(table)))]
    said = user(desk, "explain_topic", held_out, topic=word)
    topic = table[word] if "topic" in said["slots"] else "gain staging"
    return _later(desk, said, "explain", topic=topic)


def check(desk: Desk, held_out: bool) -> Exchange:
    return _later(desk, user(desk, "check_gain_staging", held_out), "check_gain_staging")


def drill(desk: Desk, held_out: bool) -> Exchange:
    return _later(desk, user(desk, "drill", held_out), "start_drill")


def small_talk(desk: Desk, held_out: bool) -> Exchange:
    kinds = ("greet", "thanks", "who_are_you", "off_topic", "nonsense", "other_language")
    kind = str(desk.rng.choice(kinds, p=(0.15, 0.15, 0.15, 0.3, 0.15, 0.1)))
    stem = desk.pick()
    said = user(desk, kind, held_out, stem=desk.say(stem), role=desk.say(stem), gain=_gain(desk)[0])
    return Exchange([said, reply(desk, kind)])


def unknown_stem(desk: Desk, held_out: bool) -> Exchange:
    """An instrument that the song does not have."""
    taken = " ".join(desk.names).lower() + " " + " ".join(desk.scene.roles)
    fitting = [word for word in prompts.words("missing") if not _shares_word(str(word), taken)]
    if not fitting:
        return small_talk(desk, held_out)
    missing = str(fitting[int(desk.rng.integers(len(fitting)))])
    said = user(
        desk,
        "unknown_stem",
        held_out,
        missing=missing,
        gain=_gain(desk)[0],
        stem=desk.say(desk.pick()),
    )
    names = [desk.names[index] for index in canonical_rows(desk)]
    return Exchange([said, reply(desk, "unknown_stem", missing=missing, stems=names)])


def _shares_word(word: str, taken: str) -> bool:
    return any(part.rstrip("s")[:4] in taken for part in word.lower().split())


# What is drawn besides advice and complaints, with its weight.
ACTIONS: tuple[tuple[Callable[[Desk, bool], Exchange], float], ...] = (
    (order, 3.0),
    (order_words, 2.0),
    (order_two, 1.5),
    (accept, 1.5),
    (refuse, 0.7),
    (undo, 0.8),
    (redo, 0.5),
    (list_versions, 0.6),
    (restore, 0.8),
    (render, 1.0),
    (render_faders, 0.6),
    (takes, 0.7),
    (audition, 1.2),
    (solo, 0.7),
    (mute, 1.0),
    (pan, 1.2),
    (export, 0.9),
    (shape_sound, 1.2),
    (explain, 0.8),
    (check, 0.5),
    (drill, 0.4),
    (small_talk, 2.4),
    (unknown_stem, 1.0),
)
