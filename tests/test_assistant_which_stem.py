"""Which stem a word may be: instruments, exceptions, numbers, letters, sides, owners, solos."""

import pytest

from assistant.hearing import ToolCall
from assistant.instruments import is_another, rules_out
from assistant.naming import not_here, role_of
from assistant.orders.before import Before
from assistant.orders.lacking import one_of_several
from assistant.orders.mentions import as_read, mentions
from assistant.orders.reading import Stems, orders
from assistant.orders.references import with_referents
from assistant.orders.referring import Known
from assistant.orders.returns import Now

BAND = {
    "Drum Kit": "drums", "Synth Bass 202": "bass", "Steel 10str": "acoustic guitar",
    "Gtr L": "electric guitar", "Gtr R": "electric guitar", "Step Arp": "arpeggio",
    "Preacher Ld": "lead vocal", "Refrain BGV": "backing vocals", "Trombone": "brass",
}  # fmt: skip
NAMES, ROLES = tuple(BAND), tuple(BAND.values())


def chat(text: str) -> dict[str, float]:
    return {"": 1.0}


def read(text: str, before: Before | None = None, **pans: float) -> list[tuple[str, dict]]:
    before = before or Before()
    placed = {name.replace("_", " "): pan for name, pan in pans.items()}
    song = Stems(NAMES, ROLES, "Drum Kit", Now({}, frozenset(), placed))
    told = with_referents(text, Known(NAMES, ROLES, before))
    return [(call.name, call.arguments) for call in orders(told, song, before, chat)]


def behind(*calls: ToolCall, stems: tuple[str, ...]) -> Before:
    panned = stems if any(call.name == "set_pan" for call in calls) else ()
    return Before(calls, focus=stems, spoken=(stems,), touched=stems, panned=panned)


def move(stem: str, gain_db: float) -> ToolCall:
    return ToolCall("apply_moves", {"moves": [{"stem": stem, "gain_db": gain_db}]})


def meant(text: str, names=NAMES, roles=ROLES) -> list[tuple[str, ...]]:
    return [one.stems for one in mentions(as_read(text, names, roles), names, roles)]


def everything_but(*kept: str) -> set[str]:
    return set(NAMES) - set(kept)


# ---- instruments


@pytest.mark.parametrize(
    "word, name, role, another",
    [
        ("harp", "step arp", "arpeggio", True),
        ("arp", "step arp", "arpeggio", False),
        ("bells", "bell arp", "arpeggio", False),
        ("clarinet", "horns", "brass", True),
        ("sax", "horns", "brass", False),
        ("accordion", "hammond organ", "organ", True),
    ],
)
def test_a_word_for_one_instrument_is_no_other_of_its_role(word, name, role, another) -> None:
    assert is_another(word, name.split(), role, role_of) is another


def test_a_named_guitar_or_keyboard_is_none_of_another_kind() -> None:
    assert rules_out("acoustic", ["eg", "swells"], "acoustic guitar", role_of)
    assert rules_out("piano", ["hammond"], "piano", role_of)
    assert not rules_out("keys", ["hammond"], "piano", role_of)
    assert rules_out("piano", ["juno"], "piano", role_of)  # a synth, by its name
    assert not rules_out("piano", ["audio"], "piano", role_of)  # only the ear says it is none
    assert not rules_out("acoustic", ["guitar"], "acoustic guitar", role_of)  # it may be one


def test_what_the_song_has_not_is_missing() -> None:
    assert meant("raise the harp") == [] and not_here("raise the harp", NAMES, ROLES) == ["harp"]
    assert meant("the refrain vocals up") == [("Refrain BGV",)]
    names, roles = ("Dobro Acoustic", "Gtr Twang"), ("acoustic guitar", "electric guitar")
    assert meant("acoustic guitar left", names, roles) == [("Dobro Acoustic",)]
    assert meant("the bone a bit down") == [("Trombone",)]


def test_a_person_of_a_drums_name_is_no_drum() -> None:
    names, roles = ("Cajon", "Viola"), ("percussion", "strings")
    assert meant("tom brought his viola", names, roles) == [("Viola",)]
    assert meant("the tom up 1", names, roles) == [("Cajon",)]


# ---- what "everything" leaves out


@pytest.mark.parametrize(
    "text, kept, gain_db",
    [
        ("apart from the trombone and the arp, all of it 3 down", ("Trombone", "Step Arp"), -3.0),
        ("lower everything by 1.5 except the kit and the preacher", ("Drum Kit", "Preacher Ld"),
         -1.5),
        ("every track besides Trombone, plus 2", ("Trombone",), 2.0),
        ("all but the arp down 4, I want to practise with it", ("Step Arp",), -4.0),
        ("everything down 2 except kit, arp and trombone", ("Drum Kit", "Step Arp", "Trombone"),
         -2.0),
    ],
)  # fmt: skip
def test_what_is_left_out_is_left_out_wherever_it_is_said(text, kept, gain_db) -> None:
    ((name, told),) = read(text)
    assert name == "apply_moves" and {m["gain_db"] for m in told["moves"]} == {gain_db}
    assert {m["stem"] for m in told["moves"]} == everything_but(*kept)


def test_a_but_elsewhere_makes_no_exception() -> None:
    text = "everyone is happy but the trombone is loud"
    assert as_read(text, NAMES, ROLES) == text


# ---- numbers and letters


@pytest.mark.parametrize(
    "text, stem, gain_db",
    [
        ("202 quieter", "Synth Bass 202", -2.0),
        ("the 10 string down 3", "Steel 10str", -3.0),
        ("bring R up 2.5", "Gtr R", 2.5),
        ("drop l by 1", "Gtr L", -1.0),
    ],
)
def test_stems_are_called_by_numbers_and_letters_of_their_names(text, stem, gain_db) -> None:
    assert read(text) == [("apply_moves", {"moves": [{"stem": stem, "gain_db": gain_db}]})]


def test_a_letter_behind_a_size_is_a_place() -> None:
    assert read("trombone 30 l") == [("set_pan", {"stem": "Trombone", "pan": -0.3})]
    assert meant("arp 12 percent right") == [("Step Arp",)]


# ---- sides


def pans(**places: float) -> list[tuple[str, dict]]:
    return [("set_pan", {"stem": n.replace("_", " "), "pan": pan}) for n, pan in places.items()]


def test_a_pair_is_put_apart_by_its_letters() -> None:
    after = behind(move("Gtr L", 1.0), stems=("Gtr L",))
    assert read("pan these hard, R right, L left", after) == pans(Gtr_R=1.0, Gtr_L=-1.0)


def test_each_of_a_pair_stays_on_its_side_or_both_change_sides() -> None:
    calls = [ToolCall("set_pan", {"stem": n, "pan": p}) for n, p in (("Gtr L", -1), ("Gtr R", 1))]
    after = behind(*calls, stems=("Gtr L", "Gtr R"))
    now = {"Gtr_L": -1.0, "Gtr_R": 1.0}
    told = dict(
        (a["stem"], a["pan"]) for _, a in read("less extreme, 80 percent both", after, **now)
    )
    assert told == {"Gtr L": -0.8, "Gtr R": 0.8}
    text = "oh I had them backwards from where we stand, switch 'em around"
    told = dict((a["stem"], a["pan"]) for _, a in read(text, after, **now))
    assert told == {"Gtr L": 1.0, "Gtr R": -1.0}


def test_the_same_for_a_side_is_the_same_move_of_the_stem_there() -> None:
    after = behind(move("Gtr R", -3.0), stems=("Gtr R",))
    assert read("now the same for left", after) == [
        ("apply_moves", {"moves": [{"stem": "Gtr L", "gain_db": -3.0}]})
    ]


def test_letters_are_a_stem_or_a_side() -> None:
    apart = [
        ("set_pan", {"stem": "Gtr L", "pan": -1.0}),
        ("set_pan", {"stem": "Gtr R", "pan": 1.0}),
    ]
    assert read("both guitars hard l and r") == apart
    names, roles = ("Wah L", "Wah R"), ("electric guitar",) * 2
    assert meant("wah l down", names, roles) == [("Wah L",)]
    assert meant("wah r left", names, roles) == [("Wah R",)]
    after = behind(move("Gtr L", -1.0), stems=("Gtr L",))
    assert read("r too", after) == [
        ("apply_moves", {"moves": [{"stem": "Gtr R", "gain_db": -1.0}]})
    ]


# ---- people


def test_who_is_put_under_whom() -> None:
    after = behind(move("Refrain BGV", 1.0), stems=("Refrain BGV",))
    told = read("3 under the preacher the arp should be")
    assert told == [
        ("set_level", {"stem": "Step Arp", "relative_lu": -3.0, "against": "Preacher Ld"})
    ]
    told = read("4 under the preacher she should be", after)
    assert told == [
        ("set_level", {"stem": "Refrain BGV", "relative_lu": -4.0, "against": "Preacher Ld"})
    ]


def test_who_says_something_is_not_what_it_is_said_of() -> None:
    names, roles = ("Ravi Sitar", "Mila Flute"), ("acoustic guitar", "brass")
    assert meant("ravi thinks the flute is loud", names, roles) == [("Mila Flute",)]
    assert meant("ravi wants the flute up", names, roles)[0] == ("Ravi Sitar",)


def test_one_of_two_is_asked_for() -> None:
    song = Stems(NAMES, ROLES, "Drum Kit")

    def plainly(text: str, before: Before) -> list[ToolCall]:
        return orders(text, song, before, chat)

    told = one_of_several("guitars up 2, only one of them", NAMES, ROLES, plainly, Before())
    assert [option.label for option in told] == ["Gtr L", "Gtr R"]
    assert one_of_several("the arp up 2, just the one", NAMES, ROLES, plainly, Before()) == []


def test_whose_voice_it_is() -> None:
    names, roles = ("Dean Lead", "Choir"), ("synth lead", "backing vocals")
    assert meant("the dean wants his voice up", names, roles) == [("Dean Lead",)] * 2
    assert meant("play me just the choir", names, ("lead vocal", "backing vocals")) == [("Choir",)]


# ---- what is heard


def test_stems_that_are_asked_for_together_are_one_audition() -> None:
    both = [("audition", {"stems": ["Step Arp", "Trombone"]})]
    assert read("could I hear the arp and the trombone by themselves?") == both
    after = behind(move("Step Arp", 1.0), stems=("Step Arp",))
    assert read("solo this with the trombone", after) == both
    level = ToolCall("set_level", {"stem": "Step Arp", "relative_lu": 0.0, "against": "Trombone"})
    after = Before(
        (level,), focus=("Step Arp",), spoken=(("Step Arp", "Trombone"),), touched=("Step Arp",)
    )
    assert read("play just those two", after) == both


def test_one_more_is_heard_with_those_that_are_heard() -> None:
    heard = ToolCall("audition", {"stems": ["Step Arp", "Trombone"]})
    after = Before((), asked=heard, focus=("Step Arp", "Trombone"))
    assert read("and with the kit", after) == [
        ("audition", {"stems": ["Step Arp", "Trombone", "Drum Kit"]})
    ]


# ---- reasons without a comma


def test_a_reason_behind_an_order_is_no_part_of_it() -> None:
    assert read("trombone way down man i barely hear myself") == [
        ("apply_moves", {"moves": [{"stem": "Trombone", "gain_db": -6.0}]})
    ]
