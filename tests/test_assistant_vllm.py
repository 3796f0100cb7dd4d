"""One checkpoint, two engines: what transformers says of stems, vLLM says too.

Runs with `make test-vllm`, which brings vLLM for the CPU in an environment of its own.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import httpx2 as httpx
import pytest

from assistant.serving import ServedListener, Server
from assistant.turn import run_turn
from tests.scripted import a_context
from tests.served_listener import answer, gainsay_serve, messages, save_listeners, stems

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.timeout(3000),
    pytest.mark.skipif(find_spec("vllm") is None, reason="needs vLLM: make test-vllm"),
]
NEAR = 1e-3  # log-probabilities, in nats
TOOL = {
    "type": "function",
    "function": {
        "name": "move_stem",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {
                "stem": {"enum": ["stem 0", "stem 1"]},
                "gain_db": {"enum": [-3.0, 3.0]},
            },
            "required": ["stem", "gain_db"],
            "additionalProperties": False,
        },
    },
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("listeners")
    return folder, save_listeners(folder)


@pytest.fixture(scope="module")
def base_url(saved):
    """A server of the base with its adapter."""
    folder, _ = saved
    lora = f"tuned={folder / 'adapter'}"
    model = str(folder / "base")
    with gainsay_serve("--model", model, "--lora", lora, log=folder / "log") as url:
        yield url


def ask(base_url, model, chat, **wishes):
    """One chat completion."""
    body = {"model": model, "messages": chat, "temperature": 0.0} | wishes
    response = httpx.post(f"{base_url}/chat/completions", json=body, timeout=1200.0)
    assert response.status_code == 200, response.text[:2000]
    return response.json()["choices"][0]


def said(base_url, model, chat, tokens=12):
    """Ids and log-probabilities of what vLLM says, greedily."""
    choice = ask(
        base_url, model, chat, max_tokens=tokens, logprobs=True, return_tokens_as_token_ids=True
    )
    told = choice["logprobs"]["content"]
    return [int(one["token"].split(":")[1]) for one in told], [one["logprob"] for one in told]


def assert_same(vllm, transformers):
    """The same tokens, each as likely within NEAR."""
    assert vllm[0] == transformers[0]
    worst = max(abs(a - b) for a, b in zip(vllm[1], transformers[1], strict=True))
    print(f"{len(vllm[0])} tokens, largest difference of log-probabilities {worst:.1e}")
    assert worst <= NEAR


@pytest.mark.parametrize("count", [3, 16])
def test_transformers_and_vllm_say_the_same_of_stems(saved, base_url, count):
    _, made = saved
    chat = messages(stems(count), "how is it?")
    assert_same(said(base_url, "base", chat), answer(made["base"], made["processor"], chat))


def test_six_decibels_reach_both_and_no_cache_hides_them(saved, base_url):
    _, made = saved
    before, after = (messages(stems(3, raised), "how is it?") for raised in (None, 1))
    first, louder, again = (said(base_url, "base", chat) for chat in (before, after, before))
    assert_same(louder, answer(made["base"], made["processor"], after))
    assert_same(again, first)
    assert max(abs(a - b) for a, b in zip(first[1], louder[1], strict=False)) > 10 * NEAR


def test_an_adapter_at_run_time_is_what_peft_runs(saved, base_url):
    _, made = saved
    chat = messages(stems(3), "how is it?")
    tuned = said(base_url, "tuned", chat)
    assert_same(tuned, answer(made["adapter"], made["processor"], chat))
    assert tuned != said(base_url, "base", chat)


def test_a_required_call_fits_its_schema(base_url):
    choice = ask(
        base_url, "base", messages(stems(2), "louder"), tools=[TOOL], tool_choice="required",
        max_tokens=200,
    )  # fmt: skip
    (call,) = choice["message"]["tool_calls"][:1]
    assert call["function"]["name"] == "move_stem"
    arguments = json.loads(call["function"]["arguments"])
    assert arguments["stem"] in ("stem 0", "stem 1") and arguments["gain_db"] in (-3.0, 3.0)


def test_eight_conversations_at_once_do_not_mix(saved, base_url):
    _, made = saved
    chats = [messages(stems(3, seed=seed), f"song {seed}?") for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda chat: said(base_url, "base", chat), chats))
    for one, chat in zip(told, chats, strict=True):
        assert_same(one, answer(made["base"], made["processor"], chat))
    assert len({tuple(round(one, 2) for one in likely) for _, likely in told}) == 8


def test_a_whole_turn_with_audio_and_all_tools(base_url, tmp_path):
    with (context := a_context(tmp_path / "session")).session:
        listener = ServedListener(Server(base_url, "base", 300.0), hears=True)
        reply = run_turn(context.session, listener, context, "how is it?")
        assert reply.text.strip() and context.session.version.number == 0
        assert "answered 4" not in reply.text and "answered 5" not in reply.text


def test_a_merged_checkpoint_says_what_its_adapter_says(saved):
    folder, made = saved
    chat = messages(stems(3), "how is it?")
    merged = answer(made["merged"], made["processor"], chat)
    assert_same(merged, answer(made["adapter"], made["processor"], chat))
    with gainsay_serve("--model", str(folder / "merged"), log=folder / "merged.log") as url:
        assert_same(said(url, "merged", chat), merged)
