"""What is wished for by what is not wanted, and what is corrected in the same breath."""

import pytest

from assistant.hearing import ToolCall
from assistant.intents import SPEAK
from assistant.orders.before import Before
from assistant.orders.reading import Stems, orders
from assistant.orders.straightened import straightened

NAMES = ("Kit", "Upright", "Wurli", "Ana", "SOLO", "Choir")
ROLES = ("drums", "bass", "piano", "lead vocal", "electric guitar", "backing vocals")


def moved(**gains: float) -> ToolCall:
    return ToolCall(
        "apply_moves", {"moves": [{"stem": name, "gain_db": gain} for name, gain in gains.items()]}
    )


def asked(text: str) -> list[ToolCall]:
    text = straightened(text, NAMES, ROLES)
    return orders(text, Stems(NAMES, ROLES, "Kit"), Before(), lambda said: {SPEAK: 1.0})


def straight(text: str) -> str:
    return straightened(text, NAMES, ROLES)


@pytest.mark.parametrize(
    "text, calls",
    [
        ("make the upright a tad less shy", [moved(Upright=1.0)]),
        ("please bring Ana not so far back", [moved(Ana=2.0)]),
        ("the wurli not so prominent please, but only 1 dB", [moved(Wurli=-1.0)]),
        ("please make the wurli less prominent", [moved(Wurli=-2.0)]),
        ("get the solo not so far up front", [moved(SOLO=-2.0)]),
        ("upright a bit more in the background", [moved(Upright=-1.0)]),
        ("Ana more to the front", [moved(Ana=2.0)]),
        ("Ana up one. Pardon me, down one.", [moved(Ana=-1.0)]),
        ("wurli up 3 no 2 db", [moved(Wurli=2.0)]),
        ("Upright minus two, oops no, plus two", [moved(Upright=2.0)]),
        ("Wurli -4. Correction: +4.", [moved(Wurli=4.0)]),
        ("Ana down 2.5, sorry, 1.5", [moved(Ana=-1.5)]),
        ("wurli hard left, not just a bit left",
         [ToolCall("set_pan", {"stem": "Wurli", "pan": -1.0})]),
        ("go back to version 3, not version 1", [ToolCall("restore_version", {"version": 3})]),
        ("the kit needs less, the wurli needs more, the upright you leave alone",
         [moved(Kit=-2.0, Wurli=2.0)]),
        ("upright up 1, the solo stays", [moved(Upright=1.0)]),
        ("kit by two down, the wurli by only one, and the choir not at all",
         [moved(Kit=-2.0, Wurli=-1.0)]),
        ("lower the kit and the wurli by 1 dB each, and not the choir",
         [moved(Kit=-1.0, Wurli=-1.0)]),
        ("everyone half a dB up apart from Ana, bless her, and the choir",
         [moved(Kit=0.5, Upright=0.5, Wurli=0.5, SOLO=0.5)]),
    ],
)  # fmt: skip
def test_what_is_not_wanted_is_straight(text, calls):
    assert asked(text) == calls


@pytest.mark.parametrize(
    "text",
    [
        "the upright is not so loud",
        "Ana sounds less buried now",
        "the upright is more behind in the verse",
        "the wurli isn't as loud as the kit",
        "why is the solo not so far up front",
        "the choir was less prominent in the demo",
        "take 2, no rush",
        "two oh two is our street",
    ],
)
def test_what_only_states_something_is_left(text):
    assert straight(text) == text
    assert asked(text) == []


def test_needs_is_a_wish_of_level_only_in_a_list():
    assert straight("the wurli needs more") == "the wurli needs more"
    assert asked("the wurli needs more bite, the kit needs less boom") == []
