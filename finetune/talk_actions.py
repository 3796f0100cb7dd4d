"""What is said besides advice, each kind with its weight; small talk and what is not built yet.

One rule: as in finetune/talk.py, calls and results have the exact form of the product's tools.
"""

from collections.abc import Callable, Sequence

import numpy as np

import prompts
from assistant.near_words import near_words
from assistant.said_sound import sound_asked
from assistant.tools_sound import applied_text, needs, refused_text
from finetune import talk_moves as moves
from finetune import talk_sound as sound
from finetune.desk import Desk
from finetune.talk import (
    Exchange,
    Message,
    about,
    ask_levels,
    call,
    canonical_rows,
    gain,
    reply,
    result,
    user,
)
from mixer.words import Reading, read
from mixer.words_shape import neutral_with, shape, told

# What is answered in words alone, with its weight.
SMALL_TALK = {
    "greet": 1.0, "thanks": 1.0, "goodbye": 0.7, "praise": 0.8, "insult": 0.8, "who_are_you": 0.8,
    "capabilities": 1.0, "which_anchor": 0.8, "off_topic": 2.2, "nonsense": 0.9,
    "other_language": 0.9, "reference": 0.9, "unsafe": 0.9, "beyond": 1.6,
    "remark": 1.6,
}  # fmt: skip


def _asked(said: dict, tool: str, **arguments: object) -> Exchange:
    """What is asked for, and the call: what it finds is told by the product, never by the model."""
    return Exchange([said, call(tool, **arguments)])


def shape_sound(desk: Desk, held_out: bool) -> Exchange:
    stem = desk.pick()

    def draw(table: str) -> str:
        choices = prompts.words(table)
        return str(choices[int(desk.rng.integers(len(choices)))])

    values = {"words": draw("words"), "quality": draw("quality"), "fault": draw("fault")}
    said = about(desk, "shape_sound", held_out, stem, **values)
    asked = values["words"]
    if "quality" in said["slots"]:
        asked = f"more {values['quality']}"
    elif "fault" in said["slots"]:
        asked = f"less {values['fault']}"
    name, words = desk.names[stem], str(sound_asked(said["content"], desk.names)) or asked
    asking = call("shape_sound", stem=name, words=words)
    reading = read(words)
    if not reading.wishes:
        return Exchange([said, asking, *_not_understood(desk, words, reading.absent)])
    return Exchange([said, asking, *_told_shaped(desk, stem, reading)])


def _told_shaped(desk: Desk, stem: int, reading: Reading) -> list[Message]:
    """The result of a sound that was asked for, and the reply."""
    name, words, shaped = desk.names[stem], str(reading), shape(neutral_with({}), reading.wishes)
    changes = list(shaped.changes({}))
    sound = f"(sound {', '.join(told(shaped.sound))})"
    moves = [{"stem": name, "gain_db": shaped.gain_db}] if shaped.gain_db else []
    level = "".join(f" {move['gain_db']:+.1f} dB" for move in moves)
    label = desk.change(f"{name}{level} {sound}", moves)
    closing = reply(desk, "sound_shaped", stem=name, words=words, changes=changes, version=label)
    return [result(applied_text(label, name, words, changes)), closing]


def _not_understood(desk: Desk, words: str, absent: Sequence[str]) -> list[Message]:
    """The refusal of words that the console cannot follow, and the reply."""
    why = needs(absent[0]) if absent else "my ear finds no way toward it"
    near = list(near_words(words))
    closing = reply(desk, "sound_unknown", words=words, why=why, near=near)
    return [result(refused_text(words, why, near)), closing]


def explain(desk: Desk, held_out: bool) -> Exchange:
    table = prompts.words("topics")
    word = list(table)[int(desk.rng.integers(len(table)))]
    said = user(desk, "explain_topic", held_out, needing=("topic",), topic=word)
    return _asked(said, "explain", topic=table[word])


def check(desk: Desk, held_out: bool) -> Exchange:
    return _asked(user(desk, "check_gain_staging", held_out), "check_gain_staging")


def drill(desk: Desk, held_out: bool) -> Exchange:
    return _asked(user(desk, "drill", held_out), "start_drill")


def prefer(desk: Desk, held_out: bool) -> Exchange:
    """A lasting wish: how loud a stem is liked, the genre, or how things are to be told."""
    kind = str(desk.rng.choice(["likes", "genre", "tone"], p=[0.4, 0.3, 0.3]))
    if kind == "genre":
        table = prompts.words("genres")
        word = list(table)[int(desk.rng.integers(len(table)))]
        kept = {"genre": table[word]}
        said, text = user(desk, "set_genre", held_out, genre=word), f"judged as {table[word]}"
        return _kept(desk, said, kept, text, "genre_kept")
    if kind == "tone":
        tone = "newcomer" if desk.rng.random() < 0.5 else "pro"
        said = user(desk, f"tone_{tone}", held_out)
        return _kept(desk, said, {"tone": tone}, f"told for a {tone}", "tone_kept")
    likes, stem = "loud" if desk.rng.random() < 0.5 else "quiet", desk.pick(anchor_too=False)
    said, name = about(desk, f"prefer_{likes}", held_out, stem), desk.names[stem]
    if stem == 0:
        return Exchange([said, reply(desk, "complaint_about_anchor", anchor=desk.anchor)])
    kept = {"stem": name, "likes": likes}
    return _kept(desk, said, kept, f"{name} liked {likes}", "level_liked")


def _kept(desk: Desk, said: Message, kept: dict, text: str, situation: str) -> Exchange:
    closing = reply(desk, situation, **kept)
    return Exchange([said, call("prefer", **kept), result(f"kept: {text}"), closing])


def small_talk(desk: Desk, held_out: bool) -> Exchange:
    kinds = list(SMALL_TALK)
    weights = np.array(list(SMALL_TALK.values()))
    kind = str(desk.rng.choice(kinds, p=weights / weights.sum()))
    said = about(desk, kind, held_out, desk.pick(), gain=gain(desk)[0])
    return Exchange([said, reply(desk, kind, anchor=desk.anchor)])


def unknown_stem(desk: Desk, held_out: bool) -> Exchange:
    """An instrument that the song does not have."""
    taken = " ".join(desk.names).lower() + " " + " ".join(desk.scene.roles)
    fitting = [word for word in prompts.words("missing") if not _shares_word(str(word), taken)]
    if not fitting:
        return small_talk(desk, held_out)
    missing = str(fitting[int(desk.rng.integers(len(fitting)))])
    values = {"missing": missing, "gain": gain(desk)[0]}
    said = about(desk, "unknown_stem", held_out, desk.pick(), **values)
    names = [desk.names[index] for index in canonical_rows(desk)]
    return Exchange([said, reply(desk, "unknown_stem", missing=missing, stems=names)])


def _shares_word(word: str, taken: str) -> bool:
    return any(part.rstrip("s")[:4] in taken for part in word.lower().split())


# What is drawn besides advice and complaints, with its weight.
ACTIONS: tuple[tuple[Callable[[Desk, bool], Exchange], float], ...] = (
    (moves.order, 3.0),
    (moves.order_words, 2.0),
    (moves.order_two, 1.5),
    (moves.set_to, 1.2),
    (moves.set_same, 0.6),
    (moves.order_all, 0.6),
    (moves.order_group, 0.8),
    (moves.accept, 1.5),
    (moves.refuse, 0.7),
    (moves.undo, 0.8),
    (moves.redo, 0.5),
    (moves.list_versions, 0.6),
    (moves.restore, 0.8),
    (sound.render, 1.0),
    (sound.render_faders, 0.6),
    (sound.takes, 0.7),
    (sound.audition, 1.2),
    (sound.solo, 0.7),
    (sound.mute, 1.0),
    (sound.pan, 1.2),
    (sound.export, 0.9),
    (shape_sound, 1.2),
    (explain, 0.8),
    (check, 0.5),
    (drill, 0.4),
    (prefer, 1.2),
    (small_talk, 4.0),
    (unknown_stem, 1.0),
)

# Of which a message may hold two, with their weights.
DEEDS: tuple[tuple[Callable[[Desk, bool], Exchange], float], ...] = (
    (moves.order, 3.0),
    (moves.order_words, 2.0),
    (moves.set_to, 0.8),
    (moves.set_same, 0.4),
    (moves.order_all, 0.4),
    (sound.mute, 1.5),
    (sound.pan, 2.0),
    (shape_sound, 1.5),
    (sound.render, 1.0),
    (sound.audition, 0.6),
    (sound.solo, 0.6),
    (sound.export, 1.0),
    (ask_levels, 0.5),
)
