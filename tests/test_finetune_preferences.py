"""Pairs of proposals from real journals, and what training on them does to a tiny listener."""

import math

import numpy as np
import pytest
import torch

from assistant.by_hand import set_fader
from assistant.consent import consented, read_consent, write_consent
from assistant.hearing import GRID, ToolCall
from assistant.model.sentences import SentenceEncoder
from assistant.session import Session
from assistant.tools import run_tool
from assistant.turn import run_turn
from finetune import train_preferences
from finetune.judgements import JudgingCollator
from finetune.preference_batches import asked_of, batch_of, log_ratios, move_log_probs, read_pairs
from finetune.preferences import Pair, Walk, journals_under, main, pairs_of, read_events
from finetune.real_songs import RealSong
from finetune.train_preferences import PreferenceTrainer, Recipe, split
from mixer.roles import roles_from_names
from mixer.song import open_song
from tests.scripted import ScriptedListener, a_context, a_song, call, moves, say, song_folder
from tests.tiny_listener import tiny_listener


def talk(folder, *turns, song=None):
    """Run turns on a session; a turn is (words, steps of the listener) or a deed on the context."""
    context = a_context(folder, song=song)
    for turn in turns:
        if callable(turn):
            turn(context)
        else:
            words, *steps = turn
            run_turn(context.session, ScriptedListener(steps), context, words)
    context.session.close()
    return read_events(folder / "journal.jsonl")


def proposing(words="how is it?", **gains_db):
    return (words, call("propose_moves", moves=moves(**gains_db), reason="why"), say("Try it?"))


ACCEPT = ("yes, apply that", call("apply_moves"), say("Done."))


def deed(name, **arguments):
    return lambda context: run_tool(context, ToolCall(name, arguments))


def found(events):
    return [(p.kind, p.chosen, p.rejected) for p in pairs_of(events, "s")]


def test_what_was_played_out_is_better_than_what_was_proposed(tmp_path):
    def fader(context):
        set_fader(context, "vocals", 3.0)

    kept = talk(tmp_path / "kept", proposing(vocals=4.0), ACCEPT)
    assert found(kept) == [("kept", {"vocals": 4.0}, {})]
    corrected = talk(tmp_path / "corrected", proposing("vocals lost?", vocals=8.0), ACCEPT, fader)
    assert found(corrected) == [("corrected", {"vocals": 3.0}, {"vocals": 8.0})]
    (pair,) = pairs_of(corrected, "s")
    assert (pair.words, pair.anchor, pair.gains_db) == ("vocals lost?", "bass", {})
    undone = talk(tmp_path / "undone", proposing(kick=-5.0), ACCEPT, deed("undo"))
    assert found(undone) == [("undone", {}, {"kick": -5.0})]
    moved = talk(tmp_path / "moved", proposing(), fader)  # "leave it" was not left
    assert found(moved) == [("corrected", {"vocals": 3.0}, {})]


def test_a_hand_on_another_stem_is_no_word_against_the_advice(tmp_path):
    def fader(context):
        set_fader(context, "kick", -1.0)

    events = talk(tmp_path, proposing(vocals=4.0), fader, ACCEPT)
    assert found(events) == [("corrected", {"kick": -1.0, "vocals": 4.0}, {"vocals": 4.0})]


def test_a_proposal_that_replaced_another_is_set_against_it_in_its_own_words(tmp_path):
    events = talk(
        tmp_path, proposing("one", vocals=6.0), proposing("two", kick=-4.0), ACCEPT,
        proposing("three", vocals=2.0),
    )  # fmt: skip
    pairs = list(pairs_of(events, "s"))
    assert [(p.words, p.kind, p.chosen, p.rejected) for p in pairs] == [
        ("one", "corrected", {"kick": -4.0}, {"vocals": 6.0}),
        ("two", "kept", {"kick": -4.0}, {}),
    ]  # nothing became of the third


def test_a_no_is_one_and_silence_is_none(tmp_path):
    no = ("no, leave it as it is", say("As you like."))
    refused = talk(tmp_path / "no", proposing(vocals=6.0), no)
    assert found(refused) == [("refused", {}, {"vocals": 6.0})]
    assert found(talk(tmp_path / "silence", proposing(vocals=6.0))) == []


def test_moves_against_two_anchors_or_of_the_anchor_are_no_pair(tmp_path):
    another = talk(
        tmp_path / "another", proposing(vocals=4.0), deed("set_anchor", stem="kick"),
        deed("apply_moves", moves=moves(vocals=2.0)),
    )  # fmt: skip
    assert found(another) == []
    own = talk(
        tmp_path / "own", proposing(vocals=4.0), lambda context: set_fader(context, "bass", 2.0)
    )
    assert found(own) == []


def test_a_blind_vote_counts(tmp_path):
    def vote(context):
        heard = {"proposal": {"key": "a", "moves": moves(vocals=4.0)}, "v0": {"key": "b"}}
        context.session.record("vote", ids=["v0", "proposal"], chosen="v0", heard=heard)

    assert found(talk(tmp_path, proposing(vocals=4.0), vote)) == [("voted", {}, {"vocals": 4.0})]


def test_the_walk_along_a_journal_is_the_sessions_own(tmp_path):
    def again(context):
        set_fader(context, "kick", -2.0)
        context.session.undo()
        context.session.undo()
        context.session.redo()
        run_tool(context, ToolCall("set_mute", {"stem": "kick", "muted": True}))
        context.session.restore(1)

    events = talk(tmp_path, proposing(vocals=4.0), ACCEPT, again)
    walk = Walk()
    for event in events:
        walk.take(event)
    with Session.open(a_song(), tmp_path) as session:
        state = session.state()
        gains = dict(zip(session.names, state.gain_db, strict=True))
    assert {name: gain for name, gain in gains.items() if gain} == walk.stand.gains_db
    assert walk.stand.gains_db == {"vocals": 4.0} and walk.stand.muted == ()


def test_without_a_yes_nothing_is_read_and_the_last_word_counts(tmp_path, gainsay, monkeypatch):
    folder = song_folder(tmp_path / "song")
    sessions = tmp_path / "sessions"
    events = talk(sessions / "a", proposing(vocals=4.0), ACCEPT, song=open_song(folder))
    assert not consented(events)
    out = tmp_path / "pairs.jsonl"

    def find_pairs():
        monkeypatch.setattr("sys.argv", ["preferences", str(sessions), "--out", str(out)])
        main()

    with pytest.raises(SystemExit, match="no pair was found"):
        find_pairs()
    code, told, _ = gainsay("consent", folder, "--session", sessions / "a", "--yes")
    assert code == 0 and "may be learned from" in told
    write_consent(sessions / "a", False)
    assert not read_consent(sessions / "a")
    write_consent(sessions / "a", True)
    find_pairs()
    pairs, songs = read_pairs(out)
    assert [(p.kind, p.chosen) for p in pairs] == [("kept", {"vocals": 4.0})]
    assert songs[str(folder)].hidden.shape == (3, 8, 256)
    assert journals_under([sessions]) == [sessions / "a" / "journal.jsonl"]
    assert gainsay("consent", folder, "--session", tmp_path / "none")[0] == 2


# ---- training

STEMS = ("bass", "kick", "vocals")


def made_up_song(seed):
    rng = np.random.default_rng(seed)
    profile = rng.normal(-30, 5, (3, 14)).astype(np.float32)
    hidden = rng.normal(size=(3, 8, 256)).astype(np.float32)
    return RealSong(f"song {seed}", STEMS, roles_from_names(STEMS), STEMS, profile, hidden, 60.0)


def made_up_pairs(count=24):
    """Users who think that the vocals are always proposed 6 dB too loud."""
    pairs, songs = [], {}
    for number in range(count):
        songs[f"song {number}"] = made_up_song(number)
        pairs.append(
            Pair(
                "corrected", f"session {number}", f"song {number}", STEMS, "bass", None, "",
                {}, (), {"vocals": -3.0}, {"vocals": 3.0},
            )
        )  # fmt: skip
    return pairs, songs


@pytest.fixture(scope="module")
def parts():
    model, processor = tiny_listener()
    return model, JudgingCollator(processor, SentenceEncoder.load())


def a_trainer(lora_rank, **changed):
    model, processor = tiny_listener()
    pairs, songs = made_up_pairs()
    recipe = Recipe(**{"lora_rank": lora_rank, "learning_rate": 3e-3, "epochs": 3} | changed)
    learned, tested = split(pairs, recipe.held_out, 0)
    assert len(tested) == 6 and not {p.session for p in learned} & {p.session for p in tested}
    asked = [[asked_of(p, songs[p.song]) for p in some] for some in (learned, tested)]
    collate = JudgingCollator(processor, SentenceEncoder.load())
    return PreferenceTrainer(model, collate, recipe, *asked, asked[1])


@pytest.mark.parametrize("lora_rank", [4, 0])
def test_the_loss_begins_at_ln_2_and_preferences_are_learned(lora_rank, tmp_path):
    trainer = a_trainer(lora_rank, most_shift_db=100.0)
    for batch in trainer.batches:
        loss, margin = trainer.losses(batch)
        assert margin.tolist() == [0.0] * batch.count
        assert loss.tolist() == [pytest.approx(math.log(2), abs=1e-7)] * batch.count
    assert trainer.score([trainer.held_out]).accuracy == 0.5
    frozen = [p for n, p in trainer.model.named_parameters() if "language_model" not in n]
    before = [p.clone() for p in frozen]
    rows = train_preferences.train(trainer, tmp_path / "curve.csv")
    assert rows[-1]["margin"] > rows[0]["margin"] > 0.0
    assert rows[-1]["held_out_accuracy"] == 1.0  # of sessions that it has not met
    assert rows[-1]["loss"] < math.log(2) and rows[-1]["kl"] > 0.0
    assert all(torch.equal(a, b) for a, b in zip(frozen, before, strict=True))
    assert trainer.shift_db() > 0.0
    after = move_log_probs(trainer.model, trainer.scenes)
    merged = move_log_probs(trainer.merged(), trainer.scenes)
    torch.testing.assert_close(merged, after, atol=1e-5, rtol=1e-4)
    assert not [name for name in trainer.model.state_dict() if "lora" in name]


def test_training_stops_where_judging_has_moved_too_far(tmp_path):
    trainer = a_trainer(4, most_shift_db=1e-6)
    assert len(train_preferences.train(trainer, tmp_path / "curve.csv")) == 1


def test_a_proposals_probability_is_the_one_that_the_judge_gives(parts, tmp_path):
    """Both orders, muted stems left out, an unmoved stem left alone: as the product judges."""
    from assistant.judging import Judge

    model, collate = parts
    pairs, songs = made_up_pairs(1)
    pair = Pair(**{**pairs[0].__dict__, "words": "vocals?", "gains_db": {"vocals": 2.0}})
    asked = asked_of(pair, songs[pair.song])
    batch = batch_of([asked], collate)
    log_p = move_log_probs(model, batch)
    (judged,) = Judge(model, collate.tokenizer, collate.sentences).weigh(
        [asked.hearing], ["vocals?"]
    )
    mean = log_p.exp().reshape(2, 2, 49)  # orders, stems
    np.testing.assert_allclose(
        (mean[0, 1] + mean[1, 0]).detach() / 2, judged.probability[2], atol=1e-5
    )
    by_hand = log_p.reshape(2, 2, 49)[[0, 1], [1, 0]].detach().numpy()
    down, up = (int(np.flatnonzero(GRID == gain)[0]) for gain in (-3.0, 3.0))
    expected = (by_hand[:, down] - by_hand[:, up]).mean()
    assert log_ratios(log_p, batch).item() == pytest.approx(expected, abs=1e-5)
    muted = asked_of(Pair(**{**pair.__dict__, "muted": ("kick",)}), songs[pair.song])
    assert len(batch_of([muted], collate).pair) == 2  # the vocals alone, in two orders
