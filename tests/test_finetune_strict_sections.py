"""Every section prints: on a small bank, with a listener who is the observer when names tell."""

import io

import numpy as np
import pytest
from rich.console import Console

from assistant.sensitivity import FILE, operating_points
from finetune import (
    strict_ablation,
    strict_breakdowns,
    strict_invariance,
    strict_limit,
    strict_loop,
    strict_main,
    strict_points,
    strict_psychometric,
    strict_reliability,
)
from finetune.judged_mixes import rendered_mixes
from finetune.observer import GRID
from finetune.real_mixes import mix_of
from finetune.real_songs import RealSong
from finetune.scoring import Case, judge, score
from finetune.strict_probe import SENSES, Probe, features
from finetune.strict_reliability import coverage
from finetune.strict_study import LISTENER, OBSERVER, UNNAMED, Study
from tests.strict_bench import PRIOR, Knowing, bank, study


@pytest.fixture(scope="module")
def known() -> Study:
    """A study in which the listener knows all roles: its rows must be the observer's."""
    return study(Knowing(), songs=6, rounds=10)


@pytest.fixture
def console() -> Console:
    return Console(width=220, record=True, file=io.StringIO())


def cells(text: str, start: str) -> list[list[str]]:
    """The cells of every printed row that starts with these words."""
    rows = [line.strip("│ ").split("│") for line in text.splitlines()]
    return [[cell.strip() for cell in row] for row in rows if row[0].strip() == start]


def test_a_listener_who_knows_all_is_the_observer(known: Study, console: Console) -> None:
    strict_main.show(known, console)
    text = console.export_text()
    for kind in (LISTENER, UNNAMED):
        assert len(cells(text, kind)) == 5 and len(cells(text, OBSERVER)) == 4
        for mine, best in zip(
            *(known.panel.posteriors(one, known.mixes) for one in (kind, OBSERVER)), strict=True
        ):
            assert mine == pytest.approx(best, abs=1e-4)
    kept = cells(text, LISTENER)[-1]
    assert kept[1].startswith("100.0 [100, 100]") and kept[2].startswith("100.0 [100, 100]")
    assert cells(text, f"{LISTENER}, less the observer")[0][1] == "+0.0 [+0, +0]"


def test_an_advisor_is_asked_once_about_a_mix() -> None:
    listener = Knowing()
    bench = study(listener, songs=3, rounds=2)
    for _ in range(2):
        bench.panel.judged(LISTENER, bench.mixes + bench.mixes)
    assert listener.asked == 6


def test_an_observer_by_an_ear_that_tells_every_role_lacks_nothing(
    known: Study, console: Console
) -> None:
    few = Study(known.bank, PRIOR, known.panel, known.threshold, 1, 0, known.listener)
    strict_limit.show(few, console, bank(300, "train"))
    text = console.export_text()
    by_ear, listener = cells(text, strict_limit.BY_EAR)[0], cells(text, UNNAMED)[0]
    assert "the ear names 100% of the roles right" in text
    for row in (by_ear, listener):
        assert abs(float(row[8])) < 0.02 and float(row[10]) > 95.0  # AUROC, squared error


def test_direction_gets_surer_with_size(known: Study, console: Console) -> None:
    strict_psychometric.show(known, console)
    row = cells(console.export_text(), LISTENER)[0]
    shares = [int(cell.rstrip("%")) for cell in row[1:10]]
    assert shares[-1] >= 90 > shares[0]
    assert 0.5 < float(row[10].split()[0]) < 8.0


def test_invariances_of_the_observer_are_those_of_theory(known: Study, console: Console) -> None:
    strict_invariance.show(known, console)
    text = console.export_text()
    aimed, meant = (float(cells(text, LISTENER)[0][place].split()[0]) for place in (1, 4))
    assert aimed == pytest.approx(-1.0, abs=0.05) and -0.8 < meant < -0.2
    assert float(cells(text, "all stems +7.3 dB")[0][1]) < 1e-4
    assert float(cells(text, "6 orders of the stems")[0][1]) < 1e-9


def test_without_content_names_still_tell(known: Study, console: Console) -> None:
    train = bank(6, "train")
    strict_ablation.show(known, console, train, train_songs=6)
    text = console.export_text()
    for names in ("names tell", "no names"):
        for senses in tuple(strict_ablation.SAID_OF.values()):
            assert len(cells(text, f"Gainsay, {names}, {senses}")) == 1
    everything = cells(text, "Gainsay, no names, all")[0]
    assert cells(text, "Gainsay, names tell, all")[0][1:] == everything[1:]
    for deaf in (
        "silence for content",
        "content of other songs",
        strict_ablation.SAID_OF["level"],
        "content only",
    ):
        assert cells(text, f"Gainsay, no names, {deaf}")[0][1:] != everything[1:]
    silent = cells(text, "Gainsay, no names, silence for content")[0]
    assert (
        cells(text, f"Gainsay, no names, {strict_ablation.SAID_OF['level']}")[0][1:] == silent[1:]
    )
    assert cells(text, "ideal observer (true roles)")[0][1:] == everything[1:]


def test_the_probe_learns_from_levels_and_more_from_content() -> None:
    lessons = rendered_mixes(bank(6, "train"), PRIOR, 1, 60)
    exam = rendered_mixes(bank(6), PRIOR, 2, 60)
    joint, error = {}, {}
    for senses in SENSES:
        probe = Probe(senses, lessons)
        said = [probe.posterior(mix) for mix in exam]
        assert all(one.sum(axis=1) == pytest.approx(1.0) for one in said)
        judged = judge([Case(s, 0, m.flaws, m.song) for s, m in zip(said, exam, strict=True)])
        joint[senses] = score(judged, -1.0).joint
        off_db = [one @ GRID - mix.needed_db for one, mix in zip(said, exam, strict=True)]
        error[senses] = float(np.mean(np.square(np.concatenate(off_db))))
    assert min(joint["all"], joint["level"], joint["text"]) > joint["content"] + 0.1
    assert error["all"] < error["text"] < error["content"]
    assert features(exam[0], "text").shape == (len(exam[0].names) - 1, 3)
    with pytest.raises(ValueError, match="use one of content, level, text, all"):
        features(exam[0], "sight")
    with pytest.raises(ValueError, match="no fault of either kind"):
        Probe("text", [mix for mix in lessons if not mix.flaws])


def test_the_loop_and_the_groups_print(known: Study, console: Console) -> None:
    strict_loop.show(known, console)
    text = console.export_text()
    nothing = cells(text, "do nothing")
    assert all(row[2:5] == ["0% [0, 0]", "100%", "0%"] for row in nothing) and len(nothing) >= 4
    mine, best = cells(text, LISTENER)[0], cells(text, OBSERVER)[0]
    assert float(mine[6]) == pytest.approx(float(best[6]), abs=0.05)
    assert float(mine[6]) < float(mine[5])


def test_groups_hold_what_they_say(known: Study) -> None:
    groups = dict(strict_breakdowns.split(known.mixes))
    assert len(groups["pop"]) + len(groups["rock"]) == len(known.mixes) == 60
    assert len(groups["no vocals"]) == 20 and len(groups["vocals"]) == 40
    sparse = groups["fault in a sparse stem"]
    assert sparse and all(mix.activity[mix.flaws[0].stem] < 0.3 for mix in sparse)
    for count in (2, 12):
        mixes = strict_breakdowns.mixes_of(known, count)
        assert len(mixes) == 12 and {len(mix.names) for mix in mixes} == {count}
        assert [len(mix.flaws) for mix in mixes] == [0, 1] * 6


def test_groups_print_with_the_observer_beside(
    known: Study, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_breakdowns, "STEM_COUNTS", (2,))
    strict_breakdowns.show(known, console)
    text = console.export_text()
    assert cells(text, "pop")[0][1:3] == ["30", "3"]
    for group in ("all", "rock", "2 stems", "no vocals", "fault in a sparse stem"):
        _, _, _, _, mine, unnamed, best, *alarms = cells(text, group)[0]
        assert mine == unnamed == best and alarms[1] == alarms[2] == alarms[3]
    assert cells(text, "fault in a sparse stem")[0][-1] == "-"  # none of these is untouched


def test_the_observer_is_as_sure_as_it_says() -> None:
    bench = study(songs=6, rounds=60)
    said = bench.panel.posteriors(OBSERVER, bench.mixes)
    assert strict_reliability.of_stems(said, bench.mixes).error < 0.04
    found = coverage(said, bench.mixes)
    # The bins at both ends of a range of 7 dB count whole: 0.8 and up to two bins' mass.
    assert 0.78 < found.held < 0.9 and found.count > 200
    assert 4.0 < found.width_db < 8.4
    assert np.isnan(coverage(said, bench.mixes, threshold=1.0).held)


def test_plots_and_points_are_written(known: Study, console: Console, tmp_path) -> None:
    strict_reliability.show(known, console, tmp_path / "plots")
    assert {file.name for file in (tmp_path / "plots").iterdir()} == {
        "reliability.png",
        "curve.png",
    }
    strict_points.show(known, console, [], tmp_path / FILE)
    written = operating_points(tmp_path)  # as the product reads them
    assert written.measured_on.startswith("6 rendered songs") and written.mixes == 60
    hits = [point.hit for point in written.points]
    assert hits == sorted(hits)


def test_no_group_of_fine_mixes_has_more_false_alarms_than_a_point_says() -> None:
    rng = np.random.default_rng(0)
    calm, wild = rng.beta(1.0, 6.0, 400), rng.beta(2.0, 3.0, 60)
    faulty, right = rng.beta(3.0, 2.0, 300), rng.random(300) < 0.7
    points = strict_points.operating_points([calm, wild], faulty, right)
    for point, rate in zip(points, strict_points.FALSE_ALARMS.values(), strict=True):
        alarms = [float((group > point.threshold).mean()) for group in (calm, wild)]
        assert max(alarms) <= rate + 1e-9 and point.false_alarm == pytest.approx(
            max(alarms), abs=1e-4
        )
    alone = strict_points.operating_points([calm], faulty, right)
    assert all(a.threshold < b.threshold for a, b in zip(alone, points, strict=True))
    with pytest.raises(ValueError, match="points need both"):
        strict_points.operating_points([calm, np.zeros(0)], faulty, right)


def test_points_hold_for_real_songs_too(known: Study, console: Console, tmp_path) -> None:
    record = known.bank.records[0]
    hidden = np.asarray(record.hidden)
    song = RealSong("real", record.names, record.roles, record.roles, record.profile, hidden, 60.0)
    strict_points.show(known, console, [mix_of(song)], tmp_path / FILE)
    written = operating_points(tmp_path)
    assert written.measured_on.endswith("and 1 real songs as they are") and written.mixes == 61
