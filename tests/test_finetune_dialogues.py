"""Training talk is the product's talk: the same calls, the same results, grounded replies."""

import re

import numpy as np
import pytest

from assistant.context import ToolContext
from assistant.grounding import check
from assistant.hearing import Judgement, ToolCall
from assistant.model.sentences import SentenceEncoder
from assistant.session import Session
from assistant.tools import TOOLS, run_tool
from finetune.batches import IGNORED, Collator, Example
from finetune.desk import Desk
from finetune.dialogues import Dialogues
from finetune.scenes import SongRecord, draw_scene, teacher_posterior
from finetune.stem_names import names_for
from finetune.talk import lean, split_phrasings
from finetune.talk_moves import order, undo
from mixer.balance import BalancePrior
from mixer.song import song_from_arrays
from tests.tiny_listener import tiny_listener

ROLES = ("drums", "bass", "piano", "electric guitar", "lead vocal", "synth pad")


@pytest.fixture(scope="module")
def prior():
    return BalancePrior.load()


@pytest.fixture(scope="module")
def record():
    rng = np.random.default_rng(0)
    profile = rng.normal(-30, 5, (len(ROLES), 14)).astype(np.float32)
    hidden = rng.normal(size=(len(ROLES), 8, 256)).astype(np.float16)
    names = names_for(ROLES, rng)
    return SongRecord("0", ROLES, names, "pop", "train", profile, hidden)


@pytest.fixture(scope="module")
def examples(prior, record):
    dialogues = Dialogues(prior)
    return [dialogues.draw(record, np.random.default_rng(seed)) for seed in range(150)]


def test_scene_levels_are_arithmetic(prior, record):
    plain = draw_scene(record, prior, np.random.default_rng(5), 0, all_stems=True)
    flawed = draw_scene(record, prior, np.random.default_rng(5), 1, all_stems=True)
    assert plain.flaws == () and len(flawed.flaws) == 1
    flaw = flawed.flaws[0]
    assert flaw.stem != 0 and 1.5 <= abs(flaw.gain_db) <= 12
    assert flawed.needed_db[flaw.stem] == pytest.approx(-flaw.gain_db)
    np.testing.assert_allclose(
        flawed.relative_profile[:, 0] * 10, flawed.levels - flawed.levels[0], atol=1e-4
    )


def test_every_call_fits_its_tool(examples):
    for example in examples:
        for message in example.messages:
            for call in message.get("tool_calls", []):
                TOOLS[call["name"]].model.model_validate(call["arguments"])


def test_every_reply_is_grounded_in_its_turn(examples):
    """What the model is taught to say would pass the check that it will meet."""
    for example in examples:
        said, results = "", []
        for message in example.messages:
            if message["role"] == "user":
                said, results = message["content"], []
            elif message["role"] == "tool":
                results.append(message["content"])
            elif not message.get("tool_calls"):
                numbers = re.findall(r"\d+(?:\.\d+)?", message["content"])
                known = " ".join([said, *results, *example.scene.names])
                loose = [n for n in numbers if n not in known and f"{float(n):.1f}" not in known]
                assert not loose, (message["content"], known)
    assert callable(check)


def test_results_read_as_the_tools_write_them(tmp_path):
    """Real tools on a real (synthetic) song against the patterns that training shows."""
    rng = np.random.default_rng(1)
    audio = {
        name: rng.normal(0, 0.05, 44100 * 2).astype(np.float32) for name in ("kick", "bass", "vox")
    }
    song = song_from_arrays("s", audio, 44100)
    with Session.open(song, tmp_path / "session") as session:
        context = ToolContext(song, session)
        context.session.set_anchor("kick")
        moves = {"moves": [{"stem": "vox", "gain_db": 3.0}]}
        told = run_tool(context, ToolCall("propose_moves", {**moves, "reason": "x"})).text
        assert re.fullmatch(
            r"proposed: vox \+3\.0 dB \([+-]\d\.\d LU to [+-]\d\.\d LU\), against kick", told
        )
        told = run_tool(context, ToolCall("apply_moves", {})).text
        assert re.fullmatch(
            r"applied as v1: vox \+3\.0 dB \([+-]\d\.\d LU to [+-]\d\.\d LU\)", told
        )
        told = run_tool(context, ToolCall("measure_levels", {})).text
        assert re.match(
            r"anchor kick\nbass -\d\d\.\d LUFS, [+-]\d\.\d LU, peak -\d+\.\d dBTP, crest", told
        )
        assert run_tool(context, ToolCall("undo", {})).text == "back at v0: as opened"
        told = run_tool(context, ToolCall("undo", {})).text
        assert told.startswith("undo: ") and "v0" in told
        told = run_tool(context, ToolCall("set_pan", {"stem": "vox", "pan": -0.5})).text
        assert told == "v2: vox panned to -0.50 (-1 left, 1 right)"


def test_taught_results_match_those_patterns(prior, record):
    rng = np.random.default_rng(3)
    scene = draw_scene(record, prior, rng, 0, all_stems=True)
    desk = Desk(scene, rng)
    result = order(desk, False).messages[2]["content"]
    assert re.match(r"applied as v1: .+ [+-]\d+\.\d dB", result)
    assert undo(desk, False).messages[2]["content"] == "back at v0: as opened"


def test_a_complaint_leans_the_posterior_its_way(prior, record):
    scene = draw_scene(record, prior, np.random.default_rng(2), 0, all_stems=True)
    posterior = teacher_posterior(scene, prior)
    up, down = lean(posterior, 2, True)[2], lean(posterior, 2, False)[2]
    assert up[25:].sum() > posterior[2][25:].sum() > down[25:].sum()
    assert up.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(lean(posterior, 2, True)[3], posterior[3])


def test_only_what_the_model_decides_is_trained(prior, record):
    _, processor = tiny_listener()
    collate = Collator(processor, SentenceEncoder.load())
    scene = draw_scene(record, prior, np.random.default_rng(4), 1, all_stems=True)
    call = {
        "name": "propose_moves",
        "arguments": {"moves": [{"stem": "x", "gain_db": 3.0}], "reason": "too low"},
    }
    messages = (
        {"role": "user", "content": "how is it"},
        {"role": "assistant", "content": "", "tool_calls": [call], "heard": True},
        {"role": "tool", "content": "proposed"},
        {"role": "assistant", "content": "Done."},
    )
    ids, labels, weights = collate.encode(Example(scene, messages))
    learned = processor.tokenizer.decode(
        [i for i, label in zip(ids, labels, strict=True) if label != IGNORED]
    )
    assert learned == '<|hear|>too low"}}Done.<|im_end|>'
    kept = [weight for weight, label in zip(weights, labels, strict=True) if label != IGNORED]
    assert kept[0] == 4.0 and kept[1] == 2.0 and kept[-1] == 0.5
    assert kept.count(4.0) == 2  # the choice to listen, the choice to speak


def test_held_out_phrasings_never_meet_training():
    for intent in ("ask_advice", "complain_quiet", "undo"):
        assert not set(split_phrasings(intent, True)) & set(split_phrasings(intent, False))
        assert split_phrasings(intent, True)


def test_moves_taught_follow_from_the_judgement(prior, record):
    scene = draw_scene(record, prior, np.random.default_rng(9), 1, all_stems=True)
    judgement = Judgement(scene.names, 0, teacher_posterior(scene, prior))
    assert all(move.stem != scene.names[0] and move.gain_db != 0 for move in judgement.moves())
