"""The balance prior: spreads as fitted, families share power, anchors have a stated reason."""

import numpy as np
import pytest

from finetune.fit_balance import fit, read_passages
from mixer.balance import BalanceError, BalancePrior, choose_anchor, usual_range
from mixer.roles import FAMILY_OF_ROLE, GENRES

BAND = ("kick", "snare", "hats", "bass", "electric guitar", "lead vocal")
QUARTET = ("lead vocal", "drums", "bass", "piano")


@pytest.fixture(scope="module")
def prior() -> BalancePrior:
    return BalancePrior.load()


def difference_sd(covariance: np.ndarray, i: int, j: int) -> float:
    return float(np.sqrt(covariance[i, i] + covariance[j, j] - 2 * covariance[i, j]))


def test_family_differences_spread_as_in_real_songs(prior: BalancePrior) -> None:
    _, covariance = prior.moments(QUARTET)
    spreads = [difference_sd(covariance, i, j) for i in range(4) for j in range(i)]
    assert min(spreads) > 4.8 and max(spreads) < 5.8


def test_genres_mixed_evenly_give_the_fitted_moments(prior: BalancePrior) -> None:
    each = [prior.moments(BAND, genre) for genre in GENRES]
    means = np.stack([mean for mean, _ in each])
    mean, covariance = prior.moments(BAND)
    change = np.eye(6)[1:] - np.eye(6)[0]
    between = np.cov(means @ change.T, rowvar=False, ddof=0)
    np.testing.assert_allclose(means.mean(axis=0), mean, atol=1e-9)
    np.testing.assert_allclose(
        change @ each[0][1] @ change.T + between, change @ covariance @ change.T, atol=1e-9
    )


def test_genre_order_of_vocals(prior: BalancePrior) -> None:
    vocal = {}
    for genre in GENRES:
        bass_db, vocal_db = prior.moments(("bass", "lead vocal"), genre)[0]
        vocal[genre] = vocal_db - bass_db
    assert vocal["country"] > vocal["hip hop"] > vocal["pop"] > vocal["rock"] > vocal["metal"]
    assert vocal["country"] - vocal["rock"] == pytest.approx(3.0)


def test_two_equal_stems_share_the_power(prior: BalancePrior) -> None:
    one, _ = prior.moments(("bass", "piano"))
    two, covariance = prior.moments(("bass", "piano", "piano"))
    # Half the power each, less what deviations of 4 dB add to a sum of powers.
    assert one[1] - two[1] == pytest.approx(3.01 + np.log(10) / 20 * 4.0**2 / 2, abs=0.01)
    assert two[1] == two[2]
    assert difference_sd(covariance, 1, 2) == pytest.approx(4.0 * 2**0.5)


def test_stems_that_take_turns_share_no_power(prior: BalancePrior) -> None:
    roles = ("bass", "drums", "drums")
    alone = prior.moments(roles[:2])[0]
    apart = prior.moments(roles, plays=(1.0, 0.0, 0.0))[0]
    np.testing.assert_allclose(apart, [*alone, alone[1]])
    shares = [prior.moments(roles, plays=(1.0, 1.0, play))[0][1] for play in (0.0, 0.3, 0.7, 1.0)]
    assert np.all(np.diff(shares) < 0.0)
    together = prior.moments(roles)[0]
    np.testing.assert_array_equal(prior.moments(roles, plays=np.ones(3))[0], together)
    with pytest.raises(BalanceError, match="2 shares of the time for 3 stems"):
        prior.moments(roles, plays=(1.0, 0.5))


def test_the_sum_of_a_family_keeps_its_level(prior: BalancePrior) -> None:
    rng = np.random.default_rng(0)
    kit = prior.draw(("kick", "snare", "hats", "bass"), None, rng, 20000)
    whole, _ = prior.moments(("drums", "bass"))
    summed_db = 10 * np.log10((10 ** (kit[:, :3] / 10)).sum(axis=1))
    assert float((summed_db - kit[:, 3]).mean()) == pytest.approx(whole[0] - whole[1], abs=0.2)


def test_draws_have_the_stated_moments(prior: BalancePrior) -> None:
    mean, covariance = prior.moments(BAND, "rock")
    drawn = prior.draw(BAND, "rock", np.random.default_rng(1), 50000)
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.1)
    np.testing.assert_allclose(np.cov(drawn, rowvar=False), covariance, atol=0.6)
    first = prior.draw(BAND, "rock", np.random.default_rng(2))
    np.testing.assert_array_equal(first, prior.draw(list(BAND), "rock", np.random.default_rng(2)))


def test_stem_order_changes_nothing(prior: BalancePrior) -> None:
    mean, covariance = prior.moments(BAND, "pop")
    back, covariance_back = prior.moments(BAND[::-1], "pop")
    np.testing.assert_allclose(mean, back[::-1], atol=1e-12)
    np.testing.assert_allclose(covariance, covariance_back[::-1, ::-1], atol=1e-12)


def test_cached_moments_cannot_be_written(prior: BalancePrior) -> None:
    with pytest.raises(ValueError, match="read-only"):
        prior.moments(BAND)[0][0] = 0.0


def test_every_role_has_a_range() -> None:
    for role in FAMILY_OF_ROLE:
        low, high = usual_range(role, "kick")
        assert 9.0 < high - low < 18.0
    low, high = usual_range("lead vocal", "kick")
    back_low, back_high = usual_range("kick", "lead vocal")
    assert (back_low, back_high) == pytest.approx((-high, -low))
    same_low, same_high = usual_range("kick", "kick")
    assert same_low == pytest.approx(-same_high)


def test_a_wrong_role_or_genre_is_named(prior: BalancePrior) -> None:
    with pytest.raises(BalanceError, match="role 'kazoo' is not known"):
        prior.moments(("bass", "kazoo"))
    with pytest.raises(BalanceError, match="genre 'polka' is not known"):
        prior.moments(("bass", "kick"), "polka")


def test_the_anchor_is_a_steady_stem_that_plays() -> None:
    roles = ("lead vocal", "kick", "bass")
    shares, levels, names = (0.7, 0.9, 0.95), (-18.0, -20.0, -19.0), ("Vox", "BD", "Sub")
    index, reason = choose_anchor(roles, shares, levels, names)
    assert index == 1
    assert reason == "BD is the anchor: a steady kick part that plays 90 % of the song."
    index, _ = choose_anchor(roles, (0.7, 0.2, 0.95), (-18.0, -20.0, -19.0))
    assert index == 2
    index, _ = choose_anchor(roles, (0.7, 0.9, 0.95), (-18.0, None, -60.0))
    assert index == 0
    _, reason = choose_anchor((None, "piano"), (0.5, 0.8), (-20.0, -20.0), ("a", "b"))
    assert reason.startswith("b is the anchor: no steadier drum or bass part was found")
    assert reason.endswith("and it plays 80 % of the song.")
    with pytest.raises(BalanceError, match="no stem has a level"):
        choose_anchor(("kick",), (0.0,), (None,))


def test_fit_reads_gated_passages(tmp_path) -> None:
    lines = ["split,track,stem,start_sec,end_sec,rms_dbfs,active_frame_ratio"]
    for song in range(6):
        for start, quiet in ((0, 0.0), (10, -60.0)):
            levels = {"mixture": -18.0, "vocals": -24, "drums": -25 + song, "bass": -26}
            levels["other"] = -25 + quiet
            lines += [f"train,s{song},{stem},{start},,{db},1" for stem, db in levels.items()]
    table = tmp_path / "levels.csv"
    table.write_text("\n".join(lines))
    levels_db, songs = read_passages(table, "train")
    mean, covariance = fit(levels_db)
    assert levels_db.shape == (6, 4) and len(set(songs)) == 6
    assert mean[0] - mean[2] == pytest.approx(2.0)
    assert difference_sd(covariance, 0, 1) == pytest.approx(np.std(range(6), ddof=1))
    with pytest.raises(ValueError, match="0 songs of split 'test'"):
        read_passages(table, "test")
