"""Exchanges that end in something to hear: renders, auditions, solo, mute, pan, export.

One rule: as in finetune/talk.py, calls and results have the exact form of the product's tools.
"""

import prompts
from assistant.said import Said
from assistant.tools_listening import style_line
from finetune.desk import Desk
from finetune.talk import (
    Exchange,
    about,
    call,
    reply,
    result,
    user,
)

STYLED_SHARE = 0.2  # of the mixes that are asked for


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
    if "style" in arguments:
        lines.append(style_line(arguments["style"]))
    style = arguments.get("style")
    closing = reply(
        desk, "rendered", takes=count, effects=effects, files=files, style=style, asked=False
    )
    return Exchange([said, call("render_mix", **arguments), result("\n".join(lines)), closing])


def render(desk: Desk, held_out: bool) -> Exchange:
    seed = int(desk.rng.integers(0, 100))
    said = user(desk, "render", held_out, seed=seed, anchor=desk.say(0))
    arguments = {"seed": seed} if "seed" in said["slots"] else {}
    return _render(desk, said, 1, True, _style(desk, said) | arguments)


def _style(desk: Desk, said: dict) -> dict:
    """Now and then a style is asked for with a mix: the words are added, and stand in the call."""
    if desk.rng.random() > STYLED_SHARE:
        return {}
    choices = prompts.words("words")
    words = str(choices[int(desk.rng.integers(len(choices)))])
    style = Said((f"a mix, {words}",), desk.names, desk.scene.roles).sound.style
    if not style:
        return {}
    said["content"] = f"{said['content'].rstrip('.?!')}, {words}"
    return {"style": style}


def render_faders(desk: Desk, held_out: bool) -> Exchange:
    said = user(desk, "render_faders", held_out, anchor=desk.say(0))
    return _render(desk, said, 1, False, {"effects": False})


def takes(desk: Desk, held_out: bool) -> Exchange:
    count = int(desk.rng.integers(2, 6))
    word = ("two", "three", "four", "five")[count - 2] if desk.rng.random() < 0.4 else str(count)
    seed = int(desk.rng.integers(0, 100))
    said = user(desk, "takes", held_out, takes=word, seed=seed)
    count = count if "takes" in said["slots"] else 3
    seeded = {"seed": seed} if "seed" in said["slots"] else {}
    return _render(desk, said, count, True, {"takes": count} | _style(desk, said) | seeded)


def audition(desk: Desk, held_out: bool) -> Exchange:
    """Compare before and after, sighted or blind."""
    blind = bool(desk.rng.random() < 0.3)
    version = int(desk.rng.integers(0, max(len(desk.states), 2)))
    said = user(desk, "audition_blind" if blind else "audition", held_out, version=f"v{version}")
    arguments: dict[str, object] = {}
    labels = ["v0", f"v{max(desk.version, 1)}"]
    if "version" in said["slots"] and version != desk.version:
        labels = [f"v{version}", f"v{desk.version}"]
        arguments["versions"] = labels
    if blind:
        arguments["blind"] = True
        text = "loudness-matched files in auditions/blind, in blind order; the key is beside them"
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
    said = about(desk, "solo", held_out, stem)
    text = f"loudness-matched files in auditions/audition: {name} +0.0 dB"
    closing = reply(desk, "audition_ready", names=[name], blind=False, files=["auditions/audition"])
    return Exchange([said, call("audition", stems=[name]), result(text), closing])


def mute(desk: Desk, held_out: bool) -> Exchange:
    stem, muted = desk.pick(), bool(desk.rng.random() < 0.55)
    name = desk.names[stem]
    said = about(desk, "mute" if muted else "unmute", held_out, stem)
    what = f"{name} {'muted' if muted else 'unmuted'}"
    text = f"{desk.change(what)}: {what}"
    closing = reply(desk, "muted" if muted else "unmuted", stem=name)
    return Exchange([said, call("set_mute", stem=name, muted=muted), result(text), closing])


def pan(desk: Desk, held_out: bool) -> Exchange:
    stem = desk.pick()
    name = desk.names[stem]
    side = str(desk.rng.choice(["pan_left", "pan_right", "pan_centre"], p=[0.4, 0.4, 0.2]))
    table = prompts.words("pan_words")
    word = list(table)[int(desk.rng.integers(len(table)))]
    percent = int(desk.rng.integers(1, 11)) * 10
    said = about(desk, side, held_out, stem, pan_words=word, percent=percent)
    size = 0.5
    if "pan_words" in said["slots"]:
        size = float(table[word])
    elif "percent" in said["slots"]:
        size = percent / 100
    value = {"pan_left": -size, "pan_right": size, "pan_centre": 0.0}[side]
    label = desk.change(f"{name} pan {value:+.2f}")
    text = f"{label}: {name} panned to {value:+.2f} (-1 left, 1 right)"
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
