"""Answers of a listening test: what is taken, when the key is opened, what a killed run leaves."""

import json
import threading
from http.client import HTTPConnection

import pytest

from assistant.listen_test.answers import AnswerBook, as_csv, collect, read_results
from assistant.listen_test.kit import TestOptions, make, read_key
from assistant.listen_test.serving import TestServer
from assistant.listen_test.sources import TestError, read_sources
from tests.test_assistant_listen_test import mixes


@pytest.fixture
def kit(tmp_path):
    songs = read_sources(mixes(tmp_path / "mixes"), "rate")
    options = TestOptions(listeners=2, seconds=0.8, reference="human")
    return make(songs, tmp_path / "test", options).folder


def answer(book, listener, place, mark=50, **changed):
    """One screen's answers as the page sends them."""
    shown = book.plan["orders"][listener - 1][place]
    return {
        "listener": listener,
        "screen": shown["screen"],
        "values": dict.fromkeys(shown["stimuli"], mark),
        "heard_s": dict.fromkeys(shown["stimuli"], 2.5),
        "screen_s": 31.0,
        "playback": "headphones",
        **changed,
    }


def answer_all(book, listener, mark_of=lambda stimulus: 50):
    for place, shown in enumerate(book.plan["orders"][listener - 1]):
        marks = {name: mark_of(name) for name in shown["stimuli"]}
        book.take(answer(book, listener, place, values=marks))


def test_the_key_opens_when_all_have_finished_and_names_every_answer(kit):
    book = AnswerBook(kit)
    key = read_key(kit, book.plan)
    marks = {"human": 95, "megami": 70, "raw sum": 20}
    with pytest.raises(TestError, match="has no answers yet"):
        collect(kit)
    answer_all(book, 1, lambda name: marks[key[name].system])
    with pytest.raises(TestError, match="1 of 2 listeners have finished, and the key is opened"):
        collect(kit)
    answer_all(book, 2, lambda name: marks[key[name].system])
    results = collect(kit)
    assert len(results) == 2 * 2 * 3
    assert {(r.system, r.value) for r in results} == set(marks.items())
    assert {r.role for r in results if r.system == "human"} == {"hidden reference"}
    with pytest.raises(TestError, match="has ended"):
        book.take(answer(book, 2, 0))
    file = kit / "results.csv"
    file.write_text(as_csv(results))
    assert read_results(file) == results


def test_a_test_that_was_ended_by_hand_takes_no_answer_any_more(kit):
    book = AnswerBook(kit)
    book.take(answer(book, 1, 0))
    assert len(collect(kit, end=True)) == 3
    with pytest.raises(TestError, match="has ended"):
        book.take(answer(book, 1, 1))


REFUSED = [
    ({"listener": 3}, "listeners 1 to 2"),
    ({"screen": "nowhere"}, "does not fit"),
    ({"values": {}}, "0 marks were given: 3 are needed"),
    ({"values": None}, "does not fit"),
    ({"heard_s": 7}, "does not fit"),
]


def test_what_does_not_fit_the_plan_is_not_taken(kit):
    book = AnswerBook(kit)
    for changed, said in REFUSED:
        with pytest.raises(TestError, match=said):
            book.take(answer(book, 1, 0) | changed)
    for mark in (101, -1, 50.5, float("nan")):
        with pytest.raises(TestError):
            book.take(answer(book, 1, 0, mark=mark))
    assert book.answered(1) == []


def test_the_first_answer_counts_and_a_torn_line_is_passed_by(kit):
    book = AnswerBook(kit)
    book.take(answer(book, 1, 0))
    with pytest.raises(TestError, match="the first answer counts"):
        book.take(answer(book, 1, 0, mark=99))
    with book.path(1).open("a") as file:
        file.write("half a li")
    assert book.answered(1) == [book.plan["orders"][0][0]["screen"]]


def test_the_server_serves_its_files_only_to_its_own_page(kit):
    with TestServer(kit, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]

        def ask(method, path, body=None, **headers):
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request(method, path, body, headers)
            answered = connection.getresponse()
            return answered.status, answered.read()

        assert ask("GET", "/")[0] == 200
        assert b"orders" in ask("GET", "/test.json")[1]
        for path in ("/../key.json", "/key.json", "/stimuli/", "/stimuli/../../key.json"):
            assert ask("GET", path)[0] == 404
        assert ask("GET", "/", Host="evil.example")[0] == 403
        sent = json.dumps(answer(server.book, 1, 0))
        kind = {"Content-Type": "application/json"}
        assert ask("POST", "/answers", sent, Origin="http://evil.example", **kind)[0] == 403
        assert ask("POST", "/answers", sent, **{"Content-Type": "text/plain"})[0] == 400
        assert ask("POST", "/answers", sent, **kind) == (200, b'{"taken": 3}')
        assert ask("POST", "/answers", sent, **kind)[0] == 409
        assert json.loads(ask("GET", "/answers?listener=1")[1])["answered"] == [
            json.loads(sent)["screen"]
        ]
        assert ask("GET", "/answers?listener=9")[0] == 404
        server.shutdown()
