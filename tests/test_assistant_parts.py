"""A message that asks for several things is taken one thing at a time, and no other is cut."""

import pytest

from assistant.hearing import ToolCall
from assistant.intents import acts_of as read_as_acts
from assistant.orders.before import Before
from assistant.orders.reading import Stems, orders
from assistant.parts import parts_of
from assistant.said import Said
from assistant.transcript import transcript

NAMES = ("kick", "bass", "pad", "vocals", "gtr L", "gtr R")
ROLES = ("kick", "bass", "synth pad", "lead vocal", "electric guitar", "electric guitar")


class Reads:
    """A reader that finds an intent wherever its word stands, shared where several do."""

    WORDS = {
        "mute": "mute", "up": "order_up", "down": "order_down", "bright": "shape_sound",
        "export": "export", "left": "pan_left", "right": "pan_right", "undo": "undo",
        "loud is": "ask_level_of", "recorded": "off_topic", "pan ": "pan_left",
    }  # fmt: skip

    def read(self, text: str) -> dict[str, float]:
        found = [intent for word, intent in self.WORDS.items() if word in text]
        return dict.fromkeys(found, 1.0 / len(found)) if found else {"nonsense": 1.0}


def parts(text: str) -> list[str]:
    def acts_of(words: str) -> dict[str, float]:
        return read_as_acts(Reads().read(words))

    def plainly(words: str, stems: tuple[str, ...]) -> list[ToolCall]:
        return orders(words, Stems(NAMES, ROLES, "kick"), Before(focus=stems), acts_of)

    return parts_of(Said((text,), NAMES, ROLES), acts_of, plainly)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("mute the pad and bring the vocals up 2", ["mute the pad", "bring the vocals up 2"]),
        ("make the bass bright, then export it", ["make the bass bright", "export it"]),
        ("gtr l left and gtr r right", ["gtr l left", "gtr r right"]),
        ("bass down 2 and the pad up 1", ["bass down 2", "the pad up 1"]),
        ("undo that n mute the kick", ["undo that", "mute the kick"]),
        (
            "mute the pad and the bass, and turn the kick down 3",
            ["mute the pad, the bass", "turn the kick down 3"],
        ),
        (
            "mute the kick and pad and bring the vocals up 2 dB",
            ["mute the kick, pad", "bring the vocals up 2 db"],
        ),
        (
            "pan the kick and the pad left and mute the bass",
            ["pan kick 50 percent left", "pan pad 50 percent left", "mute the bass"],
        ),
        ("kick up 1, pad and bass down 2", ["kick up 1", "pad, bass down 2"]),
        ("bass up 1 and a bit brighter", ["bass up 1", "a bit brighter"]),
        ("vocals less harsh and 2 up", ["vocals less harsh", "2 up"]),
        ("mute both gtr l and gtr r", ["mute gtr L", "mute gtr R"]),
    ],
)
def test_two_deeds_are_two_parts(text: str, expected: list[str]) -> None:
    assert [part.strip() for part in parts(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "vocals and bass down 2",  # one order for two stems
        "bass up, two decibels on the bass, up",
        "everything but the kick and the bass down 2",
        "we recorded it in a barn, turn the vocals up",
        "take the vocals down 6 and leave everything else alone",
        "how loud is the kick and how loud is the bass",
        "mute the pad",
        "vocals up 2, they are too dull",
        "leave the vocals alone, turn everything down 2 and pan the bass left",
    ],
)
def test_one_deed_stays_whole(text: str) -> None:
    assert len(parts(text)) == 1


def test_what_is_left_alone_is_not_everything() -> None:
    said = Said(("leave the vocals alone, turn everything down 2",), NAMES, ROLES)
    assert "vocals" not in said.stems and "kick" in said.stems


def test_a_kill_in_a_later_part_keeps_what_was_done_before() -> None:
    events = [
        {"event": "user", "text": "mute the pad and export it"},
        {"event": "part", "text": "mute the pad"},
        {"event": "part_reply", "text": "Muted."},
        {"event": "part", "text": "export it"},
        {"event": "user", "text": "again"},
    ]
    assert [m["content"] for m in transcript(events)] == ["mute the pad", "Muted.", "again"]


def test_parts_stand_in_the_talk_as_turns_of_their_own() -> None:
    events = [
        {"event": "user", "text": "mute the pad and export it"},
        {"event": "part", "text": "mute the pad"},
        {"event": "tool_call", "name": "set_mute", "arguments": {}},
        {"event": "tool_result", "name": "set_mute", "text": "v1: pad muted"},
        {"event": "part_reply", "text": "Muted."},
        {"event": "part", "text": "export it"},
        {"event": "part_reply", "text": "Written."},
        {"event": "reply", "text": "Muted. Written."},
        {"event": "user", "text": "thanks"},
    ]
    told = [(m["role"], m["content"]) for m in transcript(events)]
    assert told == [
        ("user", "mute the pad"),
        ("assistant", ""),
        ("tool", "v1: pad muted"),
        ("assistant", "Muted."),
        ("user", "export it"),
        ("assistant", "Written."),
        ("user", "thanks"),
    ]
