"""Mixes pushed, judged against another anchor, mended in a closed loop: arithmetic to the LU."""

from dataclasses import replace

import numpy as np
import pytest

from finetune.flaws import Flaw
from finetune.judged_mixes import (
    Mix,
    drawn_mix,
    hearing_of,
    listen,
    pushed,
    reanchored,
    rendered_mixes,
    unnamed,
)
from finetune.observer import GRID, KEEP
from finetune.strict_invariance import anchor_pair, raised, swap_errors
from finetune.strict_loop import residuals, run, sized
from finetune.strict_study import LEVELS, NOTHING, OBSERVER, Panel, each
from mixer.roles import roles_from_names
from tests.strict_bench import PRIOR, Knowing, bank, study


@pytest.fixture
def mix() -> Mix:
    """Five stems, the second 6 dB too quiet."""
    record = bank(1).records[0]
    right = drawn_mix(record, PRIOR, np.random.default_rng(3), 0, nudged_share=0.0)
    return pushed(right, np.array([0.0, -6.0, 0.0, 0.0, 0.0]))


def advising(*moves_db: float) -> Panel:
    """A panel of one who always advises these moves, surely."""
    posterior = np.zeros((len(moves_db), len(GRID)))
    for stem, move_db in enumerate(moves_db):
        posterior[stem, KEEP + round(2 * move_db)] = 1.0
    return Panel({"one": each(lambda _: posterior)})


def test_mixes_are_as_they_are_drawn() -> None:
    mixes = rendered_mixes(bank(6), PRIOR, seed=0, rounds=30)
    counts = np.bincount([len(mix.flaws) for mix in mixes], minlength=4) / len(mixes)
    assert counts == pytest.approx([0.4, 0.4, 0.12, 0.08], abs=0.1)
    assert 0.15 < np.mean([bool(mix.nudges) for mix in mixes]) < 0.35
    for mix in mixes:
        assert all(abs(flaw.gain_db) >= 1.5 for flaw in mix.flaws)
        assert all(abs(flaw.gain_db) < 1.5 for flaw in mix.nudges)
        assert mix.needed_db[0] == 0.0 and mix.relative_db[0] == 0.0
        assert mix.relative_profile[:, 0] * 10 == pytest.approx(mix.relative_db, abs=1e-4)
    again = rendered_mixes(bank(6), PRIOR, seed=0, rounds=30)
    assert [mix.levels.tolist() for mix in again] == [mix.levels.tolist() for mix in mixes]


def test_a_push_moves_one_stem_and_what_it_needs(mix: Mix) -> None:
    assert mix.flaws == (Flaw(1, -6.0),) and mix.needed_db.tolist() == [0, 6, 0, 0, 0]
    louder = pushed(mix, np.array([0.0, 5.0, 2.0, 0.0, 0.0]))
    assert louder.flaws == (Flaw(2, 2.0),) and louder.nudges == (Flaw(1, -1.0),)
    change = louder.relative_profile - mix.relative_profile
    assert change[1, [0, 1, *range(4, 14)]] == pytest.approx(0.5, abs=1e-6)
    assert change[2, 0] == pytest.approx(0.2, abs=1e-6)
    assert change[:, [2, 3]].tolist() == np.zeros((5, 2)).tolist()
    with pytest.raises(ValueError, match="anchor"):
        pushed(mix, np.ones(5))


def test_another_anchor_is_another_zero(mix: Mix) -> None:
    other, order = reanchored(mix, 3)
    assert order == [3, 0, 1, 2, 4] and other.flaws == (Flaw(2, -6.0),)
    assert other.relative_profile[:, 0] * 10 == pytest.approx(other.relative_db, abs=1e-4)
    assert other.relative_db == pytest.approx((mix.levels - mix.levels[3])[order])
    with pytest.raises(ValueError, match="off itself"):
        reanchored(mix, 1)


def test_whoever_aims_at_the_same_moves_feels_no_anchor(mix: Mix) -> None:
    pair = anchor_pair(mix)
    assert pair is not None
    one, _, order = pair
    panel = study().panel
    before = panel.posteriors(OBSERVER, [one])[0]
    assert swap_errors(before, before[order], order) == pytest.approx([0.0, 0.0, 0.0])


def test_the_observers_aims_hardly_feel_the_anchor() -> None:
    """They do a little: which other stems may be at fault as well depends on the anchor."""
    bench = study(songs=6, rounds=5)
    errors = []
    for one, other, order in filter(None, map(anchor_pair, bench.mixes)):
        before, after = (bench.panel.posteriors(OBSERVER, [mix])[0] for mix in (one, other))
        errors.append(swap_errors(before, after, order))
    off = np.abs(np.concatenate(errors))
    assert len(off) > 60 and 0.0 < np.median(off) < 0.6


def test_names_that_tell_and_names_that_do_not(mix: Mix) -> None:
    told = roles_from_names(mix.names)
    assert sum(role is not None for role in told) >= 4
    nameless = unnamed(mix)
    assert roles_from_names(nameless.names) == (None,) * 5
    assert len(set(nameless.names)) == 5 and nameless.names == unnamed(mix).names
    assert hearing_of(nameless).roles == (None,) * 5
    assert hearing_of(mix).genre is None and hearing_of(mix, genre_told=True).genre == "pop"


def test_a_common_gain_is_not_in_the_features(mix: Mix) -> None:
    louder = raised(mix)
    assert louder.levels - mix.levels == pytest.approx(7.3)
    assert np.abs(louder.relative_profile - mix.relative_profile).max() < 1e-5


def test_the_words_reach_the_listener(mix: Mix) -> None:
    class Plain(Knowing):
        def judge_many(self, hearings, messages, senses="all"):
            assert messages == [[{"role": "user", "content": "the bass is lost"}]]
            return super().judge_many(hearings, messages, senses)

    assert listen(Plain(), mix, "the bass is lost") == pytest.approx(listen(Knowing(), mix))


def test_advice_is_carried_out_and_what_is_left_is_counted(mix: Mix) -> None:
    bench = study()
    bench.panel = advising(3.0, 4.0, 0.0, 0.0, 0.0)  # the anchor is not moved, whatever is said
    loop = run(bench, "one", [mix], turns=2)
    # 6 dB short on one of four stems; 2 dB short; 2 dB too much
    assert loop.residual_db[0] == pytest.approx([1.5, 0.5, 0.5])
    assert loop.advised.tolist() == [[True, True]]
    assert loop.outcome(1) == (1.0, 0.0, 0.0) and loop.outcome(2) == (1.0, 0.0, 0.0)


def test_harm_to_a_stem_that_was_right_counts(mix: Mix) -> None:
    bench = study()
    bench.panel = advising(0.0, 2.0, 0.0, -3.0, 0.0)
    loop = run(bench, "one", [mix], turns=1)
    assert loop.residual_db[0] == pytest.approx([1.5, (4 + 3) / 4])
    assert loop.outcome() == (0.0, 0.0, 1.0)


def test_doing_nothing_changes_nothing(mix: Mix) -> None:
    loop = run(study(), NOTHING, [mix, mix])
    assert loop.outcome() == (0.0, 1.0, 0.0) and not loop.advised.any()
    assert np.ptp(loop.residual_db) == 0.0


def test_the_observer_mends_more_than_levels_alone() -> None:
    bench = study(songs=6, rounds=25)
    faulty = [mix for mix in bench.mixes if mix.flaws]
    by_roles, by_levels = (run(bench, name, faulty, 1) for name in (OBSERVER, LEVELS))
    assert by_roles.residual_db[:, 1].mean() < by_levels.residual_db[:, 1].mean()
    assert by_roles.residual_db[:, 1].mean() < residuals(faulty).mean() - 0.1


def test_sizes_hold_their_lower_edge(mix: Mix) -> None:
    twelve = pushed(mix, np.array([0.0, -6.0, 0.0, 0.0, 0.0]))
    assert sized([mix, twelve], 3.0, 6.0).tolist() == [False, False]
    assert sized([mix, twelve], 6.0, 12.0).tolist() == [True, True]
    two = replace(mix, flaws=(Flaw(1, 4.0), Flaw(2, 4.0)))
    assert not sized([two], 3.0, 6.0).any()
