"""The analysis of a listening test: known effects are found, intervals hold what they promise."""

from dataclasses import replace

import numpy as np
import pytest

from assistant.listen_test.analysis import analyse, holm, observed
from assistant.listen_test.mixed_effects import AnalysisError, Observations, fit
from assistant.listen_test.report import report_lines, write_report
from assistant.listen_test.screening import screen_listeners
from finetune.listening_power import People, simulate, study_differences

WORTHS = (0.0, 8.0, 20.0)


def test_a_balanced_study_gives_the_textbook_numbers():
    """Rows of listeners by songs by systems have closed forms: an analysis of variance."""
    people = People(WORTHS, 8, 5, listener=25.0, song=25.0, listener_system=9.0, song_system=9.0)
    seen = observed(simulate(people, np.random.default_rng(3)))
    values = seen.value.reshape(8, 5, 3)
    found = fit(seen)
    means = values.mean(axis=(0, 1))
    assert found.mean_of("system 2").value == pytest.approx(means[2])
    difference = found.difference("system 2", "system 0")
    assert difference.value == pytest.approx(means[2] - means[0])
    # Mean squares of system x listener, system x song, and of what is left.
    centred = values - values.mean(axis=2, keepdims=True)
    centred -= centred.mean(axis=(0, 1))
    by_listener, by_song = centred.mean(axis=1), centred.mean(axis=0)
    left = centred - by_listener[:, None] - by_song[None]
    rows = values.mean(axis=2)
    rows = rows - rows.mean(axis=0) - rows.mean(axis=1, keepdims=True) + rows.mean()
    residual = np.square(left).sum() + 3 * np.square(rows).sum()
    squares = np.array(
        [
            5 * np.square(by_listener).sum() / (7 * 2),
            8 * np.square(by_song).sum() / (4 * 2),
            residual / (7 * 4 * 3),
        ]
    )
    assert min(found.sd.values()) > 0.0  # else there is no closed form
    expected = squares[0] + squares[1] - squares[2]
    assert difference.standard_error == pytest.approx((2 * expected / 40) ** 0.5, rel=1e-4)
    spread = np.square(squares) / [14, 8, 84]
    assert difference.df == pytest.approx(expected**2 / spread.sum(), rel=1e-2)
    assert found.sd["residual"] == pytest.approx(squares[2] ** 0.5, rel=1e-4)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rated = study_differences(People((6.0, 0.0, 0.0), 8, 5), studies=40, seed=0)
    assert 35 <= rated.covered * 40 <= 40


@pytest.mark.slow
@pytest.mark.parametrize("compared", [False, True])
@pytest.mark.parametrize("own", [0.0, 6.0])
def test_of_200_studies_95_in_100_intervals_hold_the_truth(compared, own):
    people = People(
        (6.0, 0.0, 3.0, 0.0), 10, 6, listener_system=own, song_system=own, compared=compared
    )
    found = study_differences(people, studies=200, seed=1)
    assert 0.915 <= found.covered <= 0.985  # 95 % plus and minus 2.3 standard errors


def test_comparisons_give_worths_that_sum_to_nothing_whatever_the_sides():
    people = People((1.0, 0.0, -1.0), 6, 4, 0, 0, 0.3, 0.3, 0.8, compared=True)
    results = simulate(people, np.random.default_rng(5))
    found = fit(observed(results))
    worths = [found.mean_of(name).value for name in found.systems]
    assert sum(worths) == pytest.approx(0.0, abs=1e-9)
    assert worths == pytest.approx([1.0, 0.0, -1.0], abs=0.5)
    turned = [
        replace(r, system=r.other, other=r.system, value=-r.value) if n % 2 else r
        for n, r in enumerate(results)
    ]
    other = fit(observed(turned)).difference("system 0", "system 2")
    assert other.value == pytest.approx(found.difference("system 0", "system 2").value)
    assert analyse(turned).counts == analyse(results).counts


@pytest.mark.slow
def test_statsmodels_finds_the_same_variances():
    pytest.importorskip("statsmodels")
    from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec

    results = simulate(People(WORTHS, 6, 4, listener_system=9.0), np.random.default_rng(2))
    seen = observed(results)
    found = fit(seen)

    def columns(*of):
        labels = ["/".join(parts) for parts in zip(*of, strict=True)]
        return np.array([[float(a == b) for b in sorted(set(labels))] for a in labels])

    effects = {
        "listener": columns(seen.listener),
        "song": columns(seen.song),
        "listener:system": columns(seen.listener, seen.system),
        "song:system": columns(seen.song, seen.system),
    }
    names = [[[str(i) for i in range(z.shape[1])]] for z in effects.values()]
    spec = VCSpec(list(effects), names, [[z] for z in effects.values()])
    model = MixedLM(seen.value, columns(seen.system), np.ones(len(results)), exog_vc=spec)
    model.k_re = model.k_re2 = 0  # no effect of the one group that holds everything
    theirs = model.fit(reml=True)
    ours = [found.sd[name] for name in effects]
    assert ours == pytest.approx(list(np.sqrt(theirs.vcomp)), abs=0.1)
    assert found.sd["residual"] == pytest.approx(theirs.scale**0.5, abs=0.05)
    assert found.mean_of("system 2").value == pytest.approx(theirs.fe_params[2], abs=1e-3)


def a_rating(missing_listener="L002"):
    """Six listeners; one marks the hidden reference below 90 on half of the screens."""
    results = simulate(People(WORTHS, 6, 4, residual=4.0), np.random.default_rng(4))
    best = [replace(r, role="hidden reference", value=95.0) if r.system == "system 2" else r
            for r in results]  # fmt: skip
    missed = [
        replace(r, value=60.0)
        if r.listener == missing_listener and r.role != "system" and r.song in ("song 0", "song 1")
        else r
        for r in best
    ]
    anchors = [
        replace(r, system="low anchor", role="low anchor", value=10.0)
        for r in results if r.system == "system 0"
    ]  # fmt: skip
    return [*missed, *anchors]


def test_who_misses_the_hidden_reference_is_left_out_and_named(tmp_path):
    results = a_rating()
    failed = [one for one in screen_listeners(results) if not one.passes]
    assert [(one.listener, one.reference_missed) for one in failed] == [("L002", 0.5)]
    found = analyse(results)
    assert (found.left_out, found.listeners) == (("L002",), 5)
    assert analyse(results, keep_all=True).listeners == 6
    assert "low anchor" not in [row.system for row in found.systems]
    assert sum(c.answers for c in found.counts if c.system == "low anchor") == 20
    text = "\n".join(report_lines(found))
    assert "L002: hidden reference below 90 on 50% of 4 screens" in text
    files = write_report(tmp_path / "report", found)
    rows = (tmp_path / "report" / "systems.csv").read_text().splitlines()
    assert len(rows) == 1 + 3
    best = rows[1].split(",")
    assert (best[1], float(best[2])) == ("system 2", pytest.approx(95.0))
    assert [file.name for file in files][:2] == ["report.txt", "systems.csv"]


def test_the_questionnaire_is_analysed_item_by_item_with_its_counts():
    rng = np.random.default_rng(0)
    results = [
        replace(r, item=item, value=float(np.clip(round(3 + r.value / 20), 1, 5)))
        for item, shift in (("effective", 0.0), ("clear", 20.0))
        for r in simulate(People((0.0, 20.0), 6, 4, 5, 2, 2, 2, 10), rng)
        for r in [replace(r, value=r.value - 60.0 + shift)]
    ]
    found = analyse(results)
    assert list(found.fits) == ["effective", "clear"]
    assert sum(c.answers for c in found.counts if c.item == "clear") == 6 * 4 * 2
    assert {c.value for c in found.counts} <= {"1", "2", "3", "4", "5"}
    better = next(row for row in found.pairs if row.item == "effective")
    assert better.estimate.high < 0.0  # system 0 - system 1


def test_holm_is_holm():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_what_cannot_be_analysed_says_what_is_needed():
    one = ("L1",) * 8
    songs = ("a", "b") * 4
    seen = Observations(np.arange(8.0), one, songs, ("x", "x", "y", "y") * 2)
    with pytest.raises(AnalysisError, match="1 listeners in 8 answers: two of each"):
        fit(seen)
    with pytest.raises(AnalysisError, match="that differ are needed"):
        fit(replace(seen, value=np.ones(8), listener=("L1", "L2") * 4))
