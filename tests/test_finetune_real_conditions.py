"""Conditions of real songs on made-up measurements, judged by advisors whose answers are known."""

import io
from collections.abc import Sequence

import numpy as np
import pytest
from rich.console import Console

from assistant.weighing import QUESTION
from finetune.evaluate_real import condition_table, main_tables, splits
from finetune.flaws import Flaw
from finetune.observer import GRID, KEEP
from finetune.real_advisors import LISTENER, OBSERVER, ask, complaint, observe
from finetune.real_conditions import (
    CROWD,
    Condition,
    answers,
    every,
    in_window,
    join,
    of_songs,
    pooled,
    several,
    sparse,
    sub,
)
from finetune.real_mixes import RealMix, mix_of, pushed, under_anchors
from finetune.real_songs import RealSong
from mixer.balance import BalancePrior

ROLES = ("bass", "drums", "lead vocal", "piano")


def song(name: str = "one", roles: tuple[str, ...] = ROLES) -> RealSong:
    profile = np.zeros((len(roles), 14), np.float32)
    profile[:, 0] = -20.0 - np.arange(len(roles))
    profile[:, 3] = 1.0 - 0.3 * np.arange(len(roles))
    hidden = np.zeros((len(roles), 8, 256), np.float32)
    return RealSong(name, roles, roles, ("effects",) * len(roles), profile, hidden, 60.0)


@pytest.fixture(scope="module")
def prior() -> BalancePrior:
    return BalancePrior.load()


def knows(mixes: Sequence[RealMix]) -> list[np.ndarray]:
    """An advisor who was told every fault."""
    said = []
    for mix in mixes:
        posterior = np.zeros((len(mix.levels), len(GRID)))
        posterior[:, KEEP] = 1.0
        for flaw in mix.flaws:
            posterior[flaw.stem] = np.eye(len(GRID))[np.argmin(np.abs(GRID + flaw.gain_db))]
        said.append(posterior)
    return said


def test_a_push_is_in_the_levels_and_the_features_and_nowhere_else() -> None:
    fine, upset = mix_of(song()), mix_of(song(), [Flaw(2, -6.0)])
    assert (upset.levels - fine.levels).tolist() == [0.0, 0.0, -6.0, 0.0]
    off = upset.hearing.relative_profile - fine.hearing.relative_profile
    assert off[2, [0, 1, *range(4, 14)]] == pytest.approx([-0.6] * 12, abs=1e-5)
    assert off[2, 2:4].tolist() == [0.0, 0.0] and not off[[0, 1, 3]].any()
    assert fine.levels[0] == -20.0 and song().profile[0, 0] == -20.0


def test_the_steadiest_stems_are_anchors_and_all_others_are_pushed() -> None:
    turned = under_anchors(song())
    assert [one.names[0] for one in turned] == ["bass", "drums", "lead vocal"]
    assert turned[1].names == ("drums", "bass", "lead vocal", "piano")
    mixes = pushed(turned[0], (-3.0, 3.0))
    assert len(mixes) == 1 + 3 * 2 and mixes[0].flaws == ()
    assert {mix.flaws for mix in mixes[1:]} == {
        (Flaw(stem, gain),) for stem in (1, 2, 3) for gain in (-3.0, 3.0)
    }


def test_without_names_the_ear_says_what_a_stem_is() -> None:
    mix = mix_of(song(), names=["Audio 1_01", "Audio 1_02", "Audio 1_03", "Audio 1_04"])
    assert mix.hearing.roles == ("effects",) * 4 and mix.roles == ROLES


def test_guests_stand_where_the_prior_has_them(prior: BalancePrior) -> None:
    guests = [song("two").pick([stem]) for stem in (0, 2)]
    rng = np.random.default_rng(0)
    joined = [join(song(), guests, prior, rng) for _ in range(400)]
    assert joined[0].names == (*ROLES, "bass 2", "lead vocal 2")
    np.testing.assert_array_equal(joined[0].profile[:4], song().profile)
    levels = np.array([one.profile[:, 0] for one in joined])
    mean, _ = prior.moments((*ROLES, "bass", "lead vocal"))
    off = (levels[:, 4:] - levels[:, :4].mean(axis=1)[:, None]).mean(axis=0)
    assert off == pytest.approx(mean[4:] - mean[:4].mean(), abs=0.8)
    assert len(join(song(), [guests[0]] * 20, prior, rng).names) == CROWD


def test_line_ups_sparse_stems_and_several_faults() -> None:
    rng = np.random.default_rng(0)
    assert [len(one.names) for one in sub(song(), 3, rng)] == [3, 3, 3]
    assert sub(song(), 4, rng)[0].names == ROLES
    rare = sparse(every([song()]))
    pushed_names = {mix.hearing.names[flaw.stem] for mix in rare for flaw in mix.flaws}
    assert pushed_names == {"lead vocal", "piano"}  # these play 40 % and 10 % of the time
    assert sum(not mix.flaws for mix in rare) == 3
    many = several([song(), song("two", ROLES[:3])], 3, rng)
    assert {mix.song for mix in many} == {"one"}
    assert {len({flaw.stem for flaw in mix.flaws}) for mix in many} == {0, 3}


def test_a_window_has_what_sounds_in_it() -> None:
    mix = mix_of(song(), [Flaw(2, 6.0)])
    seen = in_window(mix, song().pick([3, 2, 0]))
    assert seen is not None and seen.hearing.names == ("bass", "lead vocal", "piano")
    assert seen.flaws == (Flaw(1, 6.0),)
    without = in_window(mix, song().pick([0, 3]))
    assert without is not None and without.flaws == ()
    assert in_window(mix, song().pick([1, 2])) is None  # the anchor is silent


def test_windows_are_averaged_stem_by_stem() -> None:
    first, second = np.zeros((2, 49)), np.zeros((2, 49))
    first[:, KEEP], second[0, KEEP], second[1, 0] = 1.0, 1.0, 1.0
    mean = pooled(("a", "b", "c"), [("a", "b"), ("a", "b")], [first, second])
    assert mean[1, [0, KEEP]].tolist() == [0.5, 0.5] and mean[2, KEEP] == 1.0
    mix = mix_of(song(), [Flaw(1, 6.0)])
    views = [one for one in [in_window(mix, song()), in_window(mix, song().pick([0, 2]))] if one]
    said = answers(Condition("windows", [mix, mix], [views, []]), knows)
    assert said[0][1, 12] == 1.0 and said[1][1, 12] == 1.0  # -6 dB, wherever it was heard


def test_every_condition_makes_a_line_of_the_table(prior: BalancePrior) -> None:
    songs = [song(), song("two", ("drums", "bass", "synth pad"))]
    conditions = list(of_songs(songs, prior))
    asked = {LISTENER: knows, OBSERVER: lambda mixes: [observe(prior, mix) for mix in mixes]}
    table = condition_table(conditions, asked, 0.3)
    names = [str(cell) for cell in table.columns[0].cells]
    assert names[:2] == ["all stems, whole songs", "2 stems"] and names[-1] == "3 faults at once"
    assert "9 stems" not in names and "songs without vocals" in names
    # Who knows every fault finds each at any false-alarm rate and mends all.
    assert set(table.columns[3].cells) == {"100.0%"} and set(table.columns[5].cells) == {"0.0%"}
    assert set(table.columns[7].cells) == {"100% / 0%"}


def test_splits_tell_what_was_held_out() -> None:
    mixes = [mix_of(song(name)) for name in ("a", "b", "c")]
    assert splits(mixes, ("b", "z")) == {
        "all songs": {"a", "b", "c"},
        "tuned on": {"a", "c"},
        "held out": {"b"},
    }
    assert splits(mixes, ()) == {"all songs": {"a", "b", "c"}}


def test_the_tables_of_an_advisor_who_knows() -> None:
    mixes = [mix for name in ("a", "b") for mix in pushed(song(name))]
    out = Console(file=io.StringIO(), width=200)
    main_tables(mixes, {"knows": knows(mixes)}, ("b",), 0.3, out)
    text = out.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
    assert "real songs, held out: 1 songs, 31 mixes" in text
    assert "-1.00 [-1.00, -1.00]" in text  # the mean move follows the push dB by dB
    assert text.count("100.0%") > 20 and "nan" not in text


def test_a_complaint_names_the_stem_and_the_way() -> None:
    assert complaint(mix_of(song(), [Flaw(2, -6.0)])) == "the lead vocal is too quiet"
    assert complaint(mix_of(song(), [Flaw(3, 4.5)])) == "the piano is too loud"
    assert complaint(mix_of(song())) == QUESTION


def test_the_listener_is_asked_in_one_batch() -> None:
    class Many:
        def judge_many(self, hearings, messages, senses):
            assert senses == "all"
            assert messages == [[{"role": "user", "content": QUESTION}]] * 2
            return [type("J", (), {"probability": np.ones((4, 49), np.float32)})()] * len(hearings)

    said = ask(Many(), [mix_of(song()).hearing] * 2)
    assert len(said) == 2 and said[0].dtype == np.float64
