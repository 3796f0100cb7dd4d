"""The test of conversations, itself tested: by a listener who knows and one who does not."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from assistant.hearing import GRID, Judgement, Step, ToolCall
from finetune import evaluate_conversation as conversation
from finetune.evaluate_conversation import Asked, Talk, read_dialogues, read_messages, run, show
from finetune.stranger_songs import Pretending, content_of, noise_song
from mixer.roles import ROLES
from tests.strict_bench import Bank, bank

STEMS = {"kick": "kick", "bass": "bass", "vox": "lead vocal", "gtr": "electric guitar"}


def moves(**gains_db: float) -> ToolCall:
    listed = [{"stem": stem, "gain_db": gain_db} for stem, gain_db in gains_db.items()]
    return ToolCall("apply_moves", {"moves": listed})


JUDGED = Judgement(("kick",), 0, np.ones((1, len(GRID))) / len(GRID))


class Answers:
    """Gives one and the same step to whatever is said."""

    name, hears = "answers", True

    def __init__(self, step: Step):
        self.step = step

    def next_step(self, hearing, messages, on_token=None, wordings=()):
        return self.step


class Scripted:
    """Does for each message what a table says, and then speaks."""

    name, hears = "scripted", True

    def __init__(self, table: dict[str, list[ToolCall | str]]):
        self.table = table

    def next_step(self, hearing, messages, on_token=None, wordings=()):
        place = max(at for at, message in enumerate(messages) if message["role"] == "user")
        done = sum(bool(message.get("tool_calls")) for message in messages[place:])
        answers = self.table.get(messages[place]["content"], [])
        if done < len(answers):
            answer = answers[done]
            return (
                Step(text=answer) if isinstance(answer, str) else Step(tool=answer, certainty=1.0)
            )
        return Step(text=wordings[0] if wordings else "Hi. Ready when you are.")


TALKS = [
    Talk(STEMS, (
        Asked("vox up 3", (moves(vox=3.0),)),
        Asked("no, the gtr", (ToolCall("undo"), moves(gtr=3.0))),
        Asked("thanks", (), "thanks"),
    )),
    Talk(STEMS, (Asked("mute the bass, gtr left", (
        ToolCall("set_mute", {"stem": "bass", "muted": True}),
        ToolCall("set_pan", {"stem": "gtr", "pan": -0.5}),
    )),)),
]  # fmt: skip
RIGHT: dict = {asked.say: list(asked.calls) for talk in TALKS for asked in talk.turns}
RIGHT["thanks"] = ["You're welcome. Tell me when something bothers you."]


def outcome(table: dict, songs: Bank | None = None) -> conversation.Outcome:
    return run(Scripted(table), TALKS, songs or bank())  # pyright: ignore[reportArgumentType]


def thanks() -> str:
    import prompts

    return prompts.replies("thanks")[0]


def test_who_does_what_was_meant_is_right_in_all() -> None:
    found = outcome({**RIGHT, "thanks": [thanks()]})
    assert [[v.tools_right and v.all_right for v in talk] for talk in found.talks] == [
        [True, True, True], [True],
    ]  # fmt: skip
    assert not any(v.wrong_change or v.contrary or v.ungrounded for v in found.verdicts)


def test_the_order_of_deeds_does_not_matter() -> None:
    words = "mute the bass, gtr left"
    verdict = outcome({**RIGHT, words: RIGHT[words][::-1]}).talks[1][0]
    assert verdict.tools_right and verdict.all_right and not verdict.contrary


@pytest.mark.parametrize(
    ("said", "instead", "contrary"),
    [
        ("vox up 3", [moves(vox=2.0)], False),
        ("vox up 3", [moves(vox=-3.0)], True),
        ("vox up 3", [moves(vox=3.0, bass=-3.0)], False),
        ("thanks", [moves(vox=-3.0)], True),
        ("mute the bass, gtr left", [RIGHT["mute the bass, gtr left"][1]], False),
    ],
)
def test_what_was_not_meant_is_counted(said: str, instead: list, contrary: bool) -> None:
    found = {v.asked.say: v for v in outcome({**RIGHT, said: instead}).verdicts}[said]
    # The product itself asks back where the words bear no such call: then nothing is changed.
    assert not found.all_right
    assert found.contrary in (contrary, False)
    if found.wrong_change:
        assert found.contrary == contrary


def test_words_must_be_of_their_kind() -> None:
    wrong = outcome({**RIGHT, "thanks": ["The anchor is kick."]}).talks[0][2]
    assert wrong.tools_right and not wrong.all_right


def test_the_tables_print_every_kind_and_the_shares() -> None:
    out = io.StringIO()
    show("a test", outcome({**RIGHT, "thanks": [thanks()]}), Console(file=out, width=160), 5)
    text = out.getvalue()
    assert "several deeds" in text and "(thanks)" in text
    assert "whole talks right 100.0%" in text and "contrary changes 0" in text


def test_a_song_of_noise_sounds_as_its_roles_and_proposes_what_it_is_told() -> None:
    song = noise_song(tuple(STEMS))
    content = content_of(STEMS, bank(), np.random.default_rng(0))  # pyright: ignore
    assert content.shape == (4, 8, 256)
    heard = [ROLES[int(row.mean(axis=0)[: len(ROLES)].argmax())] for row in content]
    assert heard == list(STEMS.values())
    sure = Step(ToolCall("propose_moves", {"moves": []}), judgement=JUDGED)
    told = Pretending(Answers(sure), song, list(STEMS.values()), content)
    told.proposal = [{"stem": "vox", "gain_db": 1.0}]  # less than would be advised by itself
    from mixer.moves import MixState

    state = MixState.untouched(4)
    hearing = told.hear(song, state, "kick")
    step = told.next_step(hearing, [])
    assert step.tool == ToolCall("propose_moves", {"moves": told.proposal, "reason": ""})
    assert step.judgement is None  # nothing weighs it again
    told.proposal = None
    assert told.next_step(hearing, []) is sure
    louder = replace(state, gain_db=tuple(3.0 if n == "vox" else 0.0 for n in song.names))
    row = song.names.index("vox")
    off = told.hear(song, louder, "kick").relative_profile - hearing.relative_profile
    assert off[row, 0] == pytest.approx(0.3, abs=1e-5)


def test_the_strangers_tests_are_whole() -> None:
    messages, dialogues = read_messages("stranger"), read_dialogues("stranger")
    assert len(messages) > 400 and len(dialogues) == 70
    fresh = [*read_messages("fresh"), *read_dialogues("fresh")]
    assert len(fresh) == 350
    for talk in (*messages, *dialogues, *fresh):
        assert set(talk.stems.values()) <= set(ROLES)
        for asked in talk.turns:
            assert asked.calls or asked.kind in conversation.KINDS, asked
            assert asked.say.strip()
