"""The Learn panel's routes: lessons in numbers, drills by the chat's tools, and no answer told."""

import json
import re
from dataclasses import replace

import pytest
import soundfile

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.drills import KINDS, SAME, Drill
from assistant.drills_progress import read_progress
from assistant.tools_drills import asked as question_asked
from assistant.tools_drills import begin
from assistant.web.app import build_app
from assistant.web.chat_messages import shown_messages
from assistant.web.chat_turns import say
from tests.scripted import song_folder
from tests.web_requests import asked
from tests.web_rooms import room_with, some_rooms, wait_for

NAMES = ("bass", "kick", "pad", "vocals")


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    made = some_rooms(tmp_path_factory.mktemp("rooms"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def app(rooms):
    return build_app(rooms)


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    return song_folder(tmp_path_factory.mktemp("song"), NAMES)


@pytest.fixture
def room(rooms, song):
    return room_with(rooms, song)


@pytest.fixture
def learn(app, room):
    """Ask the room's routes: (path) or (path, step) -> (status, told)."""

    def ask(path="", step=None):
        how = {} if step is None else {"method": "POST", "body": json.dumps(step).encode()}
        where = f"/rooms/{room.token}/learn{path}"
        status, _, body = asked(app, where, content_type="application/json", **how)
        return status, json.loads(body)

    return ask


def right_answer(drill: Drill) -> dict:
    """The arguments that answer a drill right."""
    wanted_db = -drill.gain_db if drill.kind == "set_back" else drill.gain_db
    way = {"direction": "up" if wanted_db > 0 else "down", "gain_db": abs(wanted_db)}
    return {
        "hidden_change": {"stem": drill.stem, **way},
        "set_back": way,
        "loudness": way,
        "partner": {"stem": drill.stem},
    }.get(drill.kind, {"choice": drill.choice})


def test_a_lesson_is_found_by_words_and_told_in_this_songs_numbers(learn, room):
    status, lesson = learn("/lesson?words=the+guitars+swallow+the+voice")
    assert (status, lesson["name"]) == (200, "masking")
    status, lesson = learn("/lesson?name=relative-level")
    level = room.context.relative_now()[NAMES.index("vocals")]
    assert f"{abs(level):.1f} LU below bass" in lesson["try_it"] and lesson["sources"]
    related = [one["name"] for one in lesson["related"]]
    assert "anchor" in related and "relative-level" not in related
    status, told = learn("/lesson?words=how+do+I+tune+my+guitar")
    assert status == 404 and "there is no lesson on 'how do I tune my guitar'" in told["error"]
    assert learn("/lesson?name=../../etc/passwd")[0] == learn("/lesson")[0] == 404


@pytest.mark.parametrize("kind", KINDS)
def test_a_drill_is_begun_heard_and_answered_right(learn, app, room, kind):
    status, told = learn(step={"start": {"kind": kind, "difficulty": "easy"}})
    drill, hidden = told["drill"], room.session.drill
    assert status == 200 and drill["number"] == hidden.number and told["last"] is None
    assert ".wav" not in drill["question"]
    for file in drill["sounds"]["files"]:
        where = f"/rooms/{room.token}/learn/sounds/{drill['number']}/{file['label']}"
        status, headers, body = asked(app, where)
        assert status == 200 and headers["content-type"] == "audio/wav"
        assert body == (room.context.folder / hidden.files[file["label"]]).read_bytes()
        assert (
            soundfile.info(room.context.folder / hidden.files[file["label"]]).frames
            == (drill["sounds"]["samples"])
        )
    status, told = learn(step={"answer": right_answer(hidden)})
    assert status == 200 and told["drill"] is None and told["last"]["right"] is True
    assert (
        told["progress"]["answered"] == 1
        and "1 answer so far, 1 right." in told["progress"]["lines"]
    )
    assert told["last"]["hear"] in [one["label"] for one in told["last"]["sounds"]["files"]]
    assert ".wav" not in " ".join(told["last"]["told"])
    assert learn()[1]["last"] == told["last"], "a reload shows the verdict again"


def test_no_idea_skipping_and_stopping_tell_what_it_was(learn, room):
    learn(step={"start": {"kind": "hidden_change"}})
    hidden = room.session.drill
    _, told = learn(step={"answer": {"no_idea": True}})
    assert told["last"]["right"] is False and hidden.stem in told["last"]["told"][0]
    _, told = learn(step={"start": {"kind": "hidden_change"}})
    skipped = room.session.drill
    _, told = learn(step={"start": {}})
    assert told["last"]["how"] == "left" and skipped.stem in told["last"]["told"][0]
    assert told["drill"]["number"] == skipped.number + 1
    _, told = learn(step={"answer": {"stop": True}})
    assert told["drill"] is None and told["last"]["how"] == "stopped"
    assert told["progress"]["answered"] == 1


def test_a_part_of_an_answer_waits_for_the_rest(learn, room):
    learn(step={"start": {"kind": "hidden_change"}})
    _, told = learn(step={"answer": {"direction": "down"}})
    assert told["drill"]["said"] == {"direction": "down"} and told["progress"]["answered"] == 0
    _, told = learn(step={"answer": {"stem": "pad"}})
    assert told["drill"] is None and told["progress"]["answered"] == 1


def test_what_cannot_be_done_is_said(learn, room):
    assert learn(step={"answer": {"no_idea": True}})[1]["error"].startswith("no drill is open")
    for step in ({}, {"start": {}, "answer": {}}, {"start": {"kind": "x"}}, {"answer": {"x": 1}}):
        assert learn(step=step)[0] == 422
    for name in NAMES:
        room.session.change(room.session.state().with_mute(NAMES, name, True), "muted")
    status, told = learn(step={"start": {"kind": "hidden_change"}})
    assert status == 400 and "unmute" in told["error"]


def test_sounds_are_those_of_the_last_two_drills_and_nothing_else(learn, app, room):
    for _ in range(3):
        learn(step={"start": {"kind": "loudness"}})
    gone, last, now = [e for e in room.session.events if e["event"] == "drill"]
    left = [(room.context.folder / path).is_file() for path in gone["files"].values()]
    assert left == [False, False] and len(list(room.context.folder.rglob("drill*/*.wav"))) == 4

    def status(number, label):
        return asked(app, f"/rooms/{room.token}/learn/sounds/{number}/{label}")[0]

    assert [status(n["number"], "A") for n in (gone, last, now)] == [404, 200, 200]
    assert [status(now["number"], label) for label in ("C", "journal", "..%2fA", "x/A")] == [
        404
    ] * 4


def test_the_learners_file_is_theirs_to_take(learn, app, room):
    assert learn("/learner.jsonl")[1]["error"].startswith("nothing is answered yet")
    begin(room.context, "hidden_change", "easy", 0)
    learn(step={"answer": right_answer(room.session.drill)})
    status, headers, body = asked(app, f"/rooms/{room.token}/learn/learner.jsonl")
    assert status == 200 and "learner.jsonl" in headers["content-disposition"]
    assert body == (room.context.folder / "learner.jsonl").read_bytes()
    assert len(read_progress(room.context.folder / "learner.jsonl")) == 1


def test_the_picture_has_every_hidden_change_and_the_estimate_once_there_is_one(learn, room):
    for answer in (True, True, False, True, True, True):
        begin(room.context, "hidden_change", None, len(room.session.events))
        drill = room.session.drill
        learn(step={"answer": right_answer(drill) if answer else {"no_idea": True}})
    points = learn()[1]["progress"]["points"]
    assert [point["right"] for point in points] == [True, True, False, True, True, True]
    assert [point["threshold_db"] is None for point in points] == [True] * 4 + [False] * 2
    assert points[-1]["low_db"] < points[-1]["threshold_db"] < points[-1]["high_db"]


# ---- what a drill hides


def every_get(app) -> list[str]:
    """Every path under a room that answers GET, with its blanks filled in likely ways."""
    found = set()
    for path, methods in app.app.app.openapi()["paths"].items():
        filled = [path] if "get" in methods else []
        for blank, values in BLANKS.items():
            filled = [one.replace(blank, value) for one in filled for value in values]
        found.update(filled)
    return sorted(found)


BLANKS = {
    "{number}": ["1", "2"], "{label}": ["before", "after", "anchor", "A", "B", "C", "D"],
    "{name}": ["journal.jsonl", "drills/drill1/after.wav"], "{item}": ["v0"],
}  # fmt: skip


def twin(drill: Drill) -> Drill:
    """The same drill, as far as may be known, that hides something else."""
    other = next(name for name in NAMES if name not in (drill.stem, drill.anchor))
    hidden = {"gain_db": -drill.gain_db, "size_db": drill.size_db + 1.0, "seed": 99, "guess": 0.3}
    hidden["levels_lu"] = {name: -level for name, level in drill.levels_lu.items()}
    if drill.kind in ("hidden_change", "loudness", "bias"):
        hidden["stem"] = None if drill.stem is None else other
    if drill.kind == "partner":
        hidden["stem"] = next(name for name in drill.options.values() if name != drill.stem)
    if drill.choice not in (None, SAME):
        hidden["choice"] = "B" if drill.choice == "A" else "A"
    return replace(drill, **hidden)


@pytest.mark.parametrize("kind", KINDS)
def test_no_response_depends_on_what_an_open_drill_hides(app, room, kind):
    begin(room.context, kind, "medium", 3)
    drill = room.session.drill
    auditions = f"/rooms/{room.token}/auditions"  # rendered while they are asked for
    wait_for(lambda: b'"peaks"' in asked(app, auditions)[2], within_s=120.0)
    told = []
    for one in (drill, twin(drill)):
        room.session.begin_drill(one)
        responses = {}
        for path in every_get(app):
            where = path.replace("{token}", room.token)
            status, headers, body = asked(app, where)
            kept = {k: v for k, v in headers.items() if k != "date"}
            responses[path] = (status, kept, re.sub(rb'"revision":\d+', b"", body))
        responses["chat"] = shown_messages(room.session.events)
        responses["asked"] = question_asked(room.context, one)
        told.append(responses)
    assert told[0] == told[1]
    assert told[0]["/rooms/{token}/learn"][0] == 200 and len(told[0]) > 20
    sounds = [path for path in told[0] if "/sounds/1/" in path and told[0][path][0] == 200]
    assert len(sounds) == len(drill.files)


def test_a_drill_of_the_chat_is_the_panels_too(learn, room):
    begin(room.context, "hidden_change", "easy", 0)
    hidden = room.session.drill
    assert learn()[1]["drill"]["number"] == hidden.number
    way = "up" if hidden.gain_db > 0 else "down"
    list(say(room, f"{hidden.stem}, {way}"))
    _, told = learn()
    assert told["drill"] is None and told["last"]["right"] is True
