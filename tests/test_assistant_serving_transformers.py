"""The served listener against a real `transformers serve` process with small models made here.

Runs (-m slow) where its packages are installed: pip install "transformers[serving]" requests.
"""

import os
import socket
import subprocess
import sys
import time

import pytest

from assistant.serving import ServedListener, Server
from assistant.turn import run_turn
from tests.chain_model import save_chain_model
from tests.scripted import NAMES, a_context

pytestmark = pytest.mark.slow
MEASURE = '\n{"name": "measure_levels", "arguments": {}}\n'
ADVISE = (
    '\n{"name": "propose_moves", "arguments": {"moves": [{"stem": "vocals", "gain_db": 3.0}],'
    ' "reason": "too low"}}\n'
)
BROKEN = '\n{"name": "apply_moves", "arguments": {"moves": [{"stem": "vocals", "gain_db": 99}]}}\n'


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The base URL of a `transformers serve` process, and folders of models to ask it for."""
    for package in ("fastapi", "uvicorn", "openai", "requests"):
        pytest.importorskip(package, reason='needs pip install "transformers[serving]" requests')
    folder = tmp_path_factory.mktemp("models")
    models = {
        name: save_chain_model(folder / name, said, seed)
        for name, said, seed in (
            ("measures", ["<tool_call>", MEASURE, "</tool_call>"], None),
            ("advises", ["<tool_call>", ADVISE, "</tool_call>"], None),
            ("breaks", ["<tool_call>", BROKEN, "</tool_call>"], None),
            ("says", ["Hello", " there", "."], None),
            ("random", [], 3),
        )
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = "from transformers.cli.transformers import main; main()"
    arguments = ["serve", "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1", models
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def talk(served, tmp_path):
    """A function (text, model) -> (reply, events, context)."""
    base_url, models = served
    context = a_context(tmp_path / "session")

    def go(text, model, timeout_s=120.0, hears=False):
        server = Server(base_url, str(models.get(model, model)), timeout_s)
        happened = []
        listener = ServedListener(server, hears)
        reply = run_turn(context.session, listener, context, text, happened.append)
        return reply, happened, context

    with context.session:
        yield go


def called(happened):
    return [event["name"] for event in happened if event["event"] == "tool_call"]


def test_a_tool_is_called_and_its_result_told(talk):
    reply, happened, _ = talk("how loud is everything?", "measures")
    assert called(happened) == ["measure_levels"]
    assert all(name in reply.text for name in NAMES) and "LU" in reply.text


def test_advice_is_proposed_and_nothing_changed(talk):
    reply, _, context = talk("what would you change?", "advises")
    assert [str(move) for move in reply.moves] == ["vocals +3.0 dB"]
    assert "3.0 dB" in reply.text and context.session.version.number == 0


def test_words_are_streamed(talk):
    reply, happened, _ = talk("hi", "says")
    assert reply.text == "Hello there."
    assert len([event for event in happened if event["event"] == "token"]) > 1


@pytest.mark.parametrize("model", ["breaks", "random"])
def test_a_model_that_makes_no_sense_changes_nothing(talk, model):
    reply, happened, context = talk("vocals up 2 dB", model)
    assert reply.rewritten and reply.text.strip() and called(happened) == []
    assert context.session.version.number == 0


def test_faults_are_clear_sentences_and_the_session_goes_on(talk):
    reply, *_ = talk("hi", "no-such-model-here")
    assert "answered" in reply.text or "no-such-model" in reply.text
    reply, *_ = talk("hi", "random", timeout_s=0.05)
    assert "was silent for 0.05 s" in reply.text
    assert talk("hi", "says")[0].text == "Hello there."


def test_audio_for_a_model_that_takes_none(talk):
    reply, _, context = talk("hi", "says", hears=True)
    assert reply.text.strip() and context.session.version.number == 0
