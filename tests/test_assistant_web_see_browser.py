"""The desk's charts in a real browser, names that are markup, and axe-core on all of its parts."""

import re

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("playwright")

from playwright.sync_api import expect

from assistant.hearing import ToolCall
from assistant.tools import run_tool
from tests.scripted import moves

ODD = "<img src=x onerror=document.title='bad'>"
# What a chart's route tells once the mixes that it is read on are rendered.
RENDERED = """async (path) => {
  for (;;) {
    const told = await (await fetch(path)).json();
    if (!("waiting" in told)) return told;
    await new Promise((done) => setTimeout(done, 100));
  }
}"""


@pytest.mark.parametrize(
    ("tab", "chart"),
    [("Levels", "levels"), ("Spectrum", "spectrum?stem=kick"), ("Loudness", "loudness?stem=kick")],
)
def test_every_chart_is_drawn_and_told_in_the_same_numbers(desks, tab, chart):
    room = desks.room()
    run_tool(room.context, ToolCall("apply_moves", {"moves": moves(kick=-12.0)}))
    page = desks.show(room)
    page.get_by_role("tab", name="See").click()
    page.get_by_role("tab", name=tab).click()
    data = page.evaluate(RENDERED, f"/rooms/{room.token}/charts/{chart}")
    drawn = page.get_by_role("img").filter(has=page.locator("path, circle")).first
    said = r"\s".join(map(re.escape, data["text"][-60:].split()))
    expect(drawn).to_have_attribute("aria-label", re.compile(said))
    page.get_by_text("The same in numbers").click()
    rows = page.locator("tbody tr").all_inner_texts()
    plain = [row.replace("−", "-") for row in rows]
    if tab == "Levels":
        assert [f"{one['now_lu']:.1f}" in row for one, row in zip(data["rows"], plain, strict=True)]
        assert "-15.0 LU" in plain[1] and plain[1].startswith("kick")
    elif tab == "Spectrum":
        for band, row in zip(data["bands"], plain, strict=True):
            assert f"{band['stem_db']:.1f} dB" in row and f"{band['anchor_db']:.1f} dB" in row
            assert ("masked" in row) == band["masked"]
        assert page.locator("svg rect.masked").count() >= sum(b["masked"] for b in data["bands"])
    else:
        assert len(plain) == len(data["time_s"]) + 1 and len(data["series"]) == 3
        for place, row in enumerate(plain[1:]):
            for one in data["series"]:
                assert f"{one['short_term_lufs'][place]:.1f} LUFS" in row


def test_a_chart_follows_the_fader(desks):
    room = desks.room()
    page = desks.show(room)
    page.get_by_role("tab", name="See").click()
    expect(page.get_by_text("no level has changed")).to_be_visible()
    run_tool(room.context, ToolCall("apply_moves", {"moves": moves(kick=4.0)}))
    room.changed()
    expect(page.locator("p.sentence")).to_contain_text("kick from −3.0 LU to +1.0 LU")
    page.get_by_label("Before").select_option("v1")
    expect(page.locator("p.sentence")).to_contain_text("v1 to v1: no level has changed")
    run_tool(room.context, ToolCall("undo"))
    room.changed()
    expect(page.locator("p.sentence")).to_contain_text("v1 to v0: kick from +1.0 LU to −3.0 LU")


def test_html_in_a_stem_name_is_text(desks):
    page = desks.show(desks.room(("bass", "kick", ODD)))
    expect(page.get_by_role("slider", name=f"{ODD} fader")).to_be_visible()
    page.get_by_role("button", name=f"Mute {ODD}").click()
    for tab in ("Versions", "See"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_text(ODD).locator("visible=true").first).to_be_visible()
    assert (
        page.evaluate(
            "document.querySelector('gainsay-desk').shadowRoot.querySelectorAll('img').length"
        )
        == 0
        and page.title() == "Desk"
    )


@pytest.mark.parametrize(
    ("size", "look"), [("laptop", "light"), ("laptop", "dark"), ("phone", "light")]
)
def test_axe_finds_nothing_serious(desks, size, look):
    room = desks.room()
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    run_tool(room.context, ToolCall("apply_moves", {"moves": moves(kick=-12.0)}))
    run_tool(room.context, ToolCall("propose_moves", {"moves": moves(kick=6.0), "reason": ""}))
    page = desks.show(room, size, look)
    page.get_by_role("button", name="Mute vocals").click()
    page.get_by_role("button", name="Solo kick").click()
    for path in (
        ("Faders",),
        ("Versions",),
        ("See", "Levels"),
        ("See", "Spectrum"),
        ("See", "Loudness"),
    ):
        for tab in path:
            page.get_by_role("tab", name=tab).click()
        if path[0] == "See":
            page.get_by_text("The same in numbers").click()
        found = axe.run(page).response["violations"]
        bad = [
            (one["id"], node["target"], node["failureSummary"])
            for one in found
            if one["impact"] in ("serious", "critical", "moderate")
            for node in one["nodes"]
        ]
        assert bad == [], path
