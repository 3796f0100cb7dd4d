"""Turns that go on from the one before: right by arithmetic, and let pass by the product."""

import re
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from assistant.acting import doubt
from assistant.hearing import ToolCall
from assistant.said_gains import halved
from assistant.waiting import what_was_said
from finetune import talk_follow, talk_moves
from finetune.desk import MOVING, Desk
from finetune.dialogues import Dialogues
from finetune.scenes import SongRecord, draw_scene
from mixer.balance import BalancePrior

ROLES = ("kick", "bass", "lead vocal", "electric guitar", "piano")


def record() -> SongRecord:
    profile = np.zeros((len(ROLES), 14), np.float32)
    profile[:, 3] = 1.0
    return SongRecord("song", ROLES, ROLES, "pop", "train", profile, None)


@pytest.fixture
def desk() -> Desk:
    rng = np.random.default_rng(3)
    return Desk(draw_scene(record(), BalancePrior.load(), rng, own_names=True, all_stems=True), rng)


def after_an_order(desk: Desk) -> dict:
    exchange = talk_moves.order(desk, False)
    desk.note(exchange.messages, exchange.asked)
    return dict(desk.moved[0])


def calls(exchange) -> list[dict]:
    return [one for message in exchange.messages for one in message.get("tool_calls", ())]


def test_nothing_follows_from_nothing(desk: Desk) -> None:
    following = talk_follow.FOLLOWING
    assert [maker(desk, False) for maker, _ in following] == [None] * len(following)


def test_what_is_done_to_it_is_done_to_the_stem_of_the_turn_before(desk: Desk) -> None:
    desk.subject, done = 2, Counter()
    for _ in range(60):
        exchange = talk_follow.it_deed(desk, False)
        for call in calls(exchange):
            done[call["name"]] += 1
            stems = call["arguments"].get("stems") or [call["arguments"].get("stem")]
            assert stems == [desk.names[2]]
        said = exchange.messages[0]["content"].lower()
        assert not re.search(r"\b(the|my) (it|that one|this one)\b", said)
    assert {"set_mute", "set_pan", "shape_sound", "audition", "measure_levels"} <= set(done)
    assert desk.pronoun is None


def test_corrections_undo_and_do_it_right(desk: Desk) -> None:
    was = after_an_order(desk)
    before = desk.states[0][1]
    exchange = talk_follow.correct_way(desk, False)
    assert [call["name"] for call in calls(exchange)] == ["undo", "apply_moves"]
    row = desk.names.index(was["stem"])
    assert desk.lufs[row] - before[row] == pytest.approx(-was["gain_db"])


def test_the_other_stem_gets_what_the_first_got(desk: Desk) -> None:
    was = after_an_order(desk)
    undone, done = calls(talk_follow.correct_stem(desk, False))
    (move,) = done["arguments"]["moves"]
    assert undone["name"] == "undo" and move["gain_db"] == was["gain_db"]
    assert move["stem"] != was["stem"]
    assert (
        desk.lufs[desk.names.index(was["stem"])] == desk.states[0][1][desk.names.index(was["stem"])]
    )


def test_too_far_takes_half_back(desk: Desk) -> None:
    was = after_an_order(desk)
    (call,) = calls(talk_follow.too_far(desk, False))
    assert call["arguments"]["moves"] == [{**was, "gain_db": -halved(was["gain_db"])}]


def test_of_a_proposal_one_half_or_another_number(desk: Desk) -> None:
    stems = desk.names[1:3]
    offered = [{"stem": stems[0], "gain_db": 4.0}, {"stem": stems[1], "gain_db": -3.0}]
    desk.proposal = offered
    (one,) = calls(talk_follow.accept_one(desk, False))
    assert one["arguments"]["moves"][0] in offered and desk.proposal is None
    desk.proposal = offered
    (half,) = calls(talk_follow.accept_half(desk, False))
    assert [move["gain_db"] for move in half["arguments"]["moves"]] == [2.0, -1.5]
    desk.proposal = offered[1:]
    (other,) = calls(talk_follow.accept_but(desk, False))
    assert other["arguments"]["moves"][0]["gain_db"] < 0


def test_a_deed_of_another_kind_is_not_gone_on_from(desk: Desk) -> None:
    after_an_order(desk)
    desk.note([{"tool_calls": [{"name": "render_mix", "arguments": {}}]}], None)
    assert desk.moved == [] and desk.subject is None and "render_mix" not in MOVING


def test_the_product_lets_nearly_all_that_is_taught_pass() -> None:
    """What training asks of the model must not be what the product then refuses to do."""
    rng, dialogues = np.random.default_rng(0), Dialogues(BalancePrior.load())
    seen, refused = Counter(), Counter()
    for _ in range(250):
        example = dialogues.draw(record(), rng, with_content=False)
        names, roles = example.scene.names, example.scene.roles
        hearing = SimpleNamespace(names=names, roles=roles, anchor=names[0])
        for place, message in enumerate(example.messages):
            for one in message.get("tool_calls") or ():
                said = what_was_said(hearing, example.messages[:place])  # pyright: ignore
                why = doubt(ToolCall(one["name"], one["arguments"]), 0.9, said)
                seen[one["name"]] += 1
                refused[one["name"]] += why is not None
    assert refused.total() < 0.08 * seen.total()  # with slips, and several deeds in one message
    assert refused["apply_moves"] < 0.16 * seen["apply_moves"]
