"""Blind votes: kept in the journal, counted by what was heard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason='the browser page needs pip install "gainsay[web]"')


from mixer.moves import Move
from tests.audition_page import Page, opened
from tests.player_page import move


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with opened(tmp_path) as made:
        yield made


def test_blind_votes_go_into_the_journal(page: Page) -> None:
    move(page.room, "vocals", 6.0)
    move(page.room, "vocals", 3.0)
    ids = ["v0", "v1", "v2"]
    drawn = page.post("/blind", ids=ids)
    assert sorted(drawn["order"]) == [0, 1, 2]
    sent = {"ids": ids, "seed": drawn["seed"], "start_s": 2.0, "end_s": 6.0}
    sent["keys"] = drawn["keys"]
    told = page.post("/votes", **sent, choice=1, match_db={"v1": -0.4, "v2": -1.1, "x": -1.0})
    chosen = ids[drawn["order"][1]]
    assert told["chosen"] == chosen == told["labels"]["B"]
    assert told["votes"] == {chosen: 1}
    event = page.room.session.events[-1]
    assert event["event"] == "vote" and event["chosen"] == chosen and event["end_s"] == 6.0
    assert event["match_db"] == {"v1": -0.4, "v2": -1.1}
    labels = ["v0 as opened", "v1 vocals +6.0 dB", "v2 vocals +3.0 dB"]
    assert [event["heard"][name]["label"] for name in ids] == labels
    told = page.post("/votes", **sent, choice=None, match_db={})
    assert told["votes"] == {chosen: 1, "none": 1}
    orders = {tuple(page.post("/blind", ids=ids)["order"]) for _ in range(40)}
    assert len(orders) == 6
    bad = page.client.post(f"{page.url}/votes", json=sent | {"choice": 3, "match_db": {}})
    assert bad.status_code == 422 and "choice 3 was given" in bad.json()["error"]


def preferred(page: Page, ids: list[str], wanted: str | None) -> dict[str, Any]:
    """Vote for one of these in a blind test of its own; what is told of it."""
    drawn = page.post("/blind", ids=ids)
    choice = None if wanted is None else drawn["order"].index(ids.index(wanted))
    sent = {"ids": ids, "seed": drawn["seed"], "keys": drawn["keys"], "match_db": {}}
    return page.post("/votes", **sent, choice=choice, start_s=0.0, end_s=6.0)


def test_votes_are_counted_by_what_was_heard(page: Page) -> None:
    page.room.session.propose([Move("vocals", 3.0)], "")
    ids = ["v0", "proposal"]
    assert preferred(page, ids, "proposal")["votes"] == {"proposal": 1}
    heard = page.room.session.events[-1]["heard"]["proposal"]
    assert heard["label"] == "proposed vocals +3.0 dB" and heard["key"]
    assert heard["moves"] == [{"stem": "vocals", "gain_db": 3.0}]
    drawn = page.post("/blind", ids=ids)
    page.room.session.propose([Move("vocals", -6.0)], "")
    sent = {"ids": ids, "seed": drawn["seed"], "choice": 0, "start_s": 0.0, "end_s": 6.0}
    late = page.client.post(
        f"{page.url}/votes", json=sent | {"match_db": {}, "keys": drawn["keys"]}
    )
    assert late.status_code == 409 and "sounds different by now" in late.json()["error"]
    assert preferred(page, ids, "v0")["votes"] == {"v0": 1}  # of +3 dB nothing is counted here
    move(page.room, "vocals", 3.0)  # the sound that was proposed at first
    assert preferred(page, ["v0", "v1"], None)["votes"] == {"v1": 1, "none": 1}


def test_stems_alone_are_not_compared_blind(page: Page) -> None:
    answer = page.client.post(f"{page.url}/blind", json={"ids": ["v0", "v0.s1"]})
    assert answer.status_code == 422 and "v0.s1 is stems alone" in answer.json()["error"]
