"""`gainsay chat` and `gainsay advise` asking a server: options, headers, honesty."""

import io
import json

import pytest
from rich.console import Console

from assistant import opening
from assistant.chat import greet, showing, take_turn
from assistant.serving import ServedListener, Server
from tests.scripted import moves, song_folder
from tests.scripted_server import ScriptedServer, calls, contents, status, words

READS = "reads the meters and does not hear"
ADVICE = ("propose_moves", {"moves": moves(vocals=2.8, kick=0.1), "reason": "vocals sit low"})


@pytest.fixture
def folder(tmp_path):
    return song_folder(tmp_path / "song")


@pytest.fixture
def gainsay(gainsay, monkeypatch):
    """Run the command line against a server: (*arguments) -> (exit code, output, errors)."""
    monkeypatch.setattr(opening, "load_listener", lambda on_progress=None: pytest.fail("embedded"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def run(*arguments, server=None, lines=()):
        if server is not None:
            place = ["--base-url", server.base_url, "--model", "big-9b"]
            arguments = (*arguments, "--listener", "openai", *place)
        return gainsay(*arguments, lines=lines)

    return run


def test_a_chat_in_lines(gainsay, folder, tmp_path):
    place = ("chat", folder, "--session", tmp_path / "s", "--anchor", "bass")
    with ScriptedServer(calls(ADVICE), words("vocals up 3.0 dB?")) as server:
        code, out, err = gainsay(*place, server=server, lines=["how is it?"])
    assert (code, out) == (0, "vocals up 3.0 dB?\n")
    assert err == f"big-9b at {server.base_url} {READS}.\n"


def test_a_chat_for_programs_begins_with_who_is_asked(gainsay, folder, tmp_path):
    place = ("chat", folder, "--session", tmp_path / "s", "--anchor", "bass", "--json")
    with ScriptedServer(words("Hello.")) as server:
        _, out, _ = gainsay(*place, server=server, lines=["hi"])
    first, *_, last = map(json.loads, out.splitlines())
    assert (first["event"], first["name"], first["hears"]) == ("listener", "big-9b", False)
    assert READS in first["text"] and last["text"] == "Hello."


@pytest.mark.parametrize(("hears", "told"), [(False, READS), (True, "is given the stems' audio")])
def test_the_header_stands_over_the_talk_and_every_reply(folder, tmp_path, hears, told):
    with ScriptedServer(words("Hello."), words("Hello again.")) as server:
        listener = ServedListener(Server(server.base_url, "big-9b"), hears)
        with opening.opened(folder, "bass", tmp_path / "s", True, listener) as here:
            console = Console(file=io.StringIO(), width=300)
            greet(here, console)
            greeted = console.file.getvalue()
            for text in ("hi", "hi again"):
                with showing(here, console) as show:
                    take_turn(here, text, show)
    shown = " ".join(console.file.getvalue().split())
    assert f"big-9b at {server.base_url} {told}" in greeted
    assert "%" not in greeted and "balanced" in greeted and "not measured" in greeted
    assert shown.count(told) == 3
    assert shown.index("Hello.") > shown.index(told)


def test_advice_has_no_range_no_share_and_no_rates(gainsay, folder):
    with ScriptedServer(calls(ADVICE), calls(ADVICE)) as server:
        code, out, _ = gainsay("advise", folder, "--anchor", "bass", "--json", server=server)
        told = json.loads(out)
        assert code == 0 and told["verdict"] == "change"
        assert told["moves"] == [
            {"stem": "vocals", "gain_db": 3.0, "low_db": None, "high_db": None, "confidence": None}
        ]
        assert told["p_fault"] is None and told["sensitivity"] == {"name": "balanced"}
        assert told["listener"]["hears"] is False
        names = [tool["function"]["name"] for tool in server.requests[0]["tools"]]
        assert names == ["propose_moves"]
        code, out, _ = gainsay("advise", folder, "--anchor", "bass", server=server)
    assert "vocals sit low" in out and "big-9b advises it; it measures -6.0 LU" in out
    assert READS in out and "%" not in out and "on your word" not in out


def test_advice_against_the_meters_says_so_and_false_reasons_are_left_out(gainsay, folder):
    wrong = {"moves": moves(vocals=-9.0), "reason": "vocals are 12.5 LU over the snare"}
    with ScriptedServer(words("Lower them."), calls(("propose_moves", wrong))) as server:
        code, out, _ = gainsay(
            "advise", folder, "--anchor", "bass", "--about", "the kick is odd", server=server
        )
    assert code == 0 and "12.5" not in out and "lower vocals" in out.casefold()
    assert contents(server.requests[0]["messages"], "user") == ["the kick is odd"]
    assert "call propose_moves" in contents(server.requests[1]["messages"], "user")[-1]


def test_advice_to_leave_it_and_none_at_all(gainsay, folder):
    nothing = ("propose_moves", {"moves": [], "reason": "all fine"})
    with ScriptedServer(calls(nothing), words("Hm."), words("Hm.")) as server:
        _, out, _ = gainsay("advise", folder, "--anchor", "bass", "--json", server=server)
        assert (json.loads(out)["verdict"], json.loads(out)["moves"]) == ("leave_it", [])
        code, out, err = gainsay("advise", folder, "--anchor", "bass", server=server)
    assert (code, out) == (2, "") and "big-9b gave no usable advice" in err
    with ScriptedServer(status(503, "{}")) as server:
        code, _, err = gainsay("advise", folder, "--anchor", "bass", server=server)
    assert code == 2 and "answered 503" in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--listener", "openai"], "needs --base-url and --model"),
        (["--listener", "openai", "--model", "big"], "needs --base-url:"),
        (["--listener", "openai", "--base-url", "http://localhost/v1"], "needs --model:"),
        (["--listener", "openai", "--base-url", "nowhere", "--model", "big"], "no address"),
        (["--listener", "gpt"], "use embedded, openai, or the folder"),
        (["--base-url", "http://localhost/v1"], "add --listener openai"),
        (["--audio"], "add --listener openai"),
        (
            ["--listener", "openai", "--base-url", "http://localhost/v1", "--model", "big",
             "--timeout", "-1"],
            "--timeout -1 was given",
        ),
        (
            ["--listener", "openai", "--base-url", "http://localhost/v1", "--model", "big",
             "--api-key-env", "NO_SUCH_KEY"],
            "NO_SUCH_KEY is not set",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["chat", "advise"])
def test_a_wrong_choice_is_one_sentence_and_exit_code_2(gainsay, folder, command, arguments, told):
    code, out, err = gainsay(command, folder, *arguments)
    assert (code, out) == (2, "") and told in err and err.count("\n") == 1


def test_a_key_from_the_environment_is_sent(gainsay, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("MY_KEY", "sk-77")
    place = ("chat", folder, "--session", tmp_path / "s", "--anchor", "bass")
    with ScriptedServer(words("Hello.")) as server:
        _, out, err = gainsay(
            *place, "--api-key-env", "MY_KEY", "--audio", server=server, lines=["hi"]
        )
    assert server.headers[0]["Authorization"] == "Bearer sk-77"
    assert "sk-77" not in out + err and "is given the stems' audio" in err
    parts = contents(server.requests[0]["messages"], "user")[0]
    assert [part["type"] for part in parts[:2]] == ["input_audio", "text"]
