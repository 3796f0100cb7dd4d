"""Sources of the seed's protocol, tiny and made up, and a listener that is asked about them."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from safetensors.numpy import save_file

from assistant.hearing import GRID, Hearing, Judgement
from assistant.judging import USUAL_SENSES
from assistant.weighing import QUESTION
from finetune import evaluate_seed, seed_models, seed_sources, seed_tables
from finetune.evaluate_seed import ListenerAdvisor
from finetune.level_rows import STEMS
from finetune.seed_protocol import enumerate_trials
from finetune.seed_sources import fit_rows, folder_source, levels_source, rendered_source, spread
from mixer.loudness import profile, relative_profile
from mixer.roles import ROLES, roles_from_names

RATE = 8000


class Ear:
    """Listens without content; judges that the stem farthest above the anchor needs -6 dB."""

    name, hears, threshold = "fake", True, 0.5

    def __init__(self) -> None:
        self.heard: list[tuple[Hearing, str]] = []

    def hear(self, song, state, anchor) -> Hearing:
        rows = np.stack([profile(stem, song.sample_rate) for stem in song.audio])
        hidden = np.zeros((len(rows), 8, 256), np.float32)
        roles = roles_from_names(song.names)
        return Hearing(song.names, 0, hidden, relative_profile(rows, 0), roles, rows)

    def judge_many(self, hearings, messages, senses) -> list[Judgement]:
        assert messages == [[{"role": "user", "content": QUESTION}]] * len(hearings)
        return [self._judge(hearing, senses) for hearing in hearings]

    def _judge(self, hearing: Hearing, senses: str) -> Judgement:
        self.heard.append((hearing, senses))
        probability = np.tile(np.eye(len(GRID))[24], (len(hearing.names), 1))
        top = int(np.argmax(hearing.relative_profile[:, 0]))
        probability[top] = np.eye(len(GRID))[12]
        return Judgement(hearing.names, hearing.anchor_index, probability)


def table(folder: Path, songs: int = 12) -> Path:
    """Stem levels as they are published: split, track, stem, start, RMS, activity."""
    rng = np.random.default_rng(0)
    lines = ["split,track,stem,start_sec,end_sec,rms_dbfs,active_frame_ratio"]
    for number in range(songs):
        split = "train" if number < songs - 3 else "test"
        for start in range(0, 60, 10):
            levels = -20 + 3 * rng.standard_normal(4)
            mixture = 10 * np.log10(np.sum(10 ** (levels / 10)))
            named = zip((*STEMS, "mixture"), (*levels, mixture), strict=True)
            lines += [f"{split},song {number},{stem},{start},{start + 10},{level:.3f},1.0"
                      for stem, level in named]  # fmt: skip
    file = folder / "levels.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def song(folder: Path, levels: dict[str, float], seconds: float = 25.0, rate: int = RATE) -> None:
    """A folder of stems of mono noise at these levels in dBFS."""
    folder.mkdir(parents=True)
    for seed, (name, level) in enumerate(levels.items()):
        noise = np.random.default_rng(seed).standard_normal(int(seconds * rate))
        soundfile.write(folder / f"{name}.wav", 10 ** (level / 20) * noise, rate, subtype="FLOAT")


@pytest.fixture(autouse=True)
def short_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed_models, "_STEPS", 20)
    monkeypatch.setattr(seed_sources, "_DRAWN_ROWS", 10)
    monkeypatch.setattr(seed_tables, "CURVE_DRAWS", 3)


def test_levels_only_asks_with_levels_and_nothing_else(tmp_path):
    source = levels_source(table(tmp_path), None)
    assert source.title == "levels only, test rows of levels.csv: 3 songs; 18 segments"
    assert source.rows is not None and len(source.rows.songs) == 54
    trials = enumerate_trials(source.segments, 0)
    assert len(trials) == 18 * 30
    ear = Ear()
    posterior = ListenerAdvisor(ear, source.segments, source.senses).posterior(trials)
    assert posterior.shape == (540, 4, len(GRID))
    assert len(ear.heard) == 18 * 27  # the untouched mix of an anchor is asked about once
    hearing, senses = ear.heard[0]
    assert senses == "level" and hearing.names == STEMS and not hearing.hidden.any()
    row = next(row for row in range(540) if trials.faulty[row] and trials.anchor[row] == 0)
    heard = next(
        one for one, _ in ear.heard
        if one.anchor_index == 0
        and np.allclose(one.profiles[:, 0], trials.levels[row], atol=1e-4)
    )  # fmt: skip
    relative = (trials.levels[row] - trials.levels[row, 0]) / 10.0
    np.testing.assert_allclose(heard.relative_profile[:, 0], relative, atol=1e-5)
    assert not heard.relative_profile[:, 2:].any()
    top = int(np.argmax(relative))
    assert posterior[row, top].argmax() == 12


def test_a_limit_is_spread_over_the_songs(tmp_path):
    limited = levels_source(table(tmp_path), 3)
    assert [segment.song for segment in limited.segments] == ["song 9", "song 10", "song 11"]
    assert spread([1, 2, 3], 5) == [1, 2, 3] and spread(list(range(10)), 2) == [2, 7]


def test_folders_give_gated_segments_of_families(tmp_path):
    song(tmp_path / "full", {"Kick": -20, "Snare": -20, "Bass": -22, "Vox": -18, "Gtr": -25})
    song(tmp_path / "instrumental", {"Drums": -20, "Bass": -22, "Piano": -30})
    song(tmp_path / "quiet", {"Drums": -20, "Bass": -50})
    song(tmp_path / "duo", {"Vox": -20, "Piano": -22})  # only one that may be wrong
    ear = Ear()
    source = folder_source(tmp_path, None, ear, None)
    assert source.title == (
        f"10 s segments of {tmp_path.name} (4 songs read): 2 songs, 1 without vocals; 4 segments"
    )
    assert source.rows is None and source.observer is None
    first, _, third, _ = source.segments
    drums = 10 * np.log10(2 * 10**-2.0)
    np.testing.assert_allclose(first.levels, [-22, drums, -18, -25], atol=0.1)
    assert np.isnan(third.levels[2])
    trials = enumerate_trials(source.segments, 0)
    assert np.bincount(trials.segment).tolist() == [30, 30, 10, 10]
    posterior = ListenerAdvisor(ear, source.segments, source.senses).posterior(trials)
    assert {senses for _, senses in ear.heard} == {USUAL_SENSES}
    loud = next(row for row in range(60) if trials.gain_db[row] > 8 and trials.target[row] == 1)
    assert posterior[loud, 1].argmax() == 12
    heard = [one for one, _ in ear.heard if one.names == ("bass", "drums", "other", "vocals")]
    levels = sorted({round(float(one.profiles[1, 0] - first.hearing.profiles[1, 0]), 3)
                     for one in heard})  # fmt: skip
    assert levels[0] < -6 and levels[-1] > 6  # the faults, put in by arithmetic


def test_baselines_of_a_folder_may_be_fitted_on_another(tmp_path):
    song(tmp_path / "fit" / "a", {"Drums": -20, "Bass": -22, "Vox": -18, "Piano": -25}, 45.0)
    song(tmp_path / "ask" / "b", {"Drums": -22, "Bass": -20, "Vox": -19, "Piano": -23})
    rows = fit_rows(tmp_path / "fit")
    assert rows.levels.shape == (4, 4) and set(rows.songs) == {"a"}
    assert len(fit_rows(table(tmp_path)).songs) == 54
    assert folder_source(tmp_path / "ask", tmp_path / "fit", None, None).observer is not None
    with pytest.raises(ValueError, match="none of 2 segments"):
        song(tmp_path / "bad" / "c", {"Drums": -22, "Bass": -20})
        fit_rows(tmp_path / "bad")


def cache(folder: Path, song_roles: dict[str, tuple[str, ...]]) -> tuple[Path, Path]:
    """A cache of rendered songs with their content."""
    songs, content = folder / "songs", folder / "content"
    for place in (songs, content):
        place.mkdir()
    for key, roles in song_roles.items():
        profiles = np.full((len(roles), 14), -23.0, np.float32)
        profiles[:, 2:4] = (2.0, 0.9)
        indices = np.array([ROLES.index(role) for role in roles])
        facts = {"split": "test", "genre": "pop", "names": json.dumps(list(roles))}
        save_file({"profile": profiles, "role": indices}, songs / f"{key}.safetensors", facts)
        hidden = np.arange(len(roles), dtype=np.float32)[:, None, None] * np.ones((1, 8, 256))
        save_file({"hidden": hidden.astype(np.float32)}, content / f"{key}.safetensors")
    return songs, content


def test_rendered_songs_have_one_stem_a_family_at_drawn_balances(tmp_path):
    places = cache(tmp_path, {
        "001": ("kick", "snare", "bass", "lead vocal", "piano", "organ"),
        "002": ("kick", "bass", "piano"),
        "003": ("lead vocal", "piano"),
    })  # fmt: skip
    source = rendered_source(*places, seed=0, limit=None)
    assert source.title == (
        "rendered, held out, whole songs: 2 songs, 1 without vocals; 4 segments"
    )
    first = source.segments[0]
    assert first.hearing is not None and first.stems == (0, 1, 2, 3)
    np.testing.assert_allclose(first.hearing.profiles[:, 0], first.levels, atol=1e-4)
    drums = first.hearing.hidden[1].mean()
    assert first.hearing.hidden[0].mean() == 2.0 and drums in (0.0, 1.0)
    levels = np.array([segment.levels for segment in source.segments])
    assert np.std(levels[:, 0] - levels[:, 1]) > 0.5  # drawn anew each time
    posterior = source.observer.posterior(enumerate_trials(source.segments, 0))
    np.testing.assert_allclose(posterior.sum(axis=2), 1.0, atol=1e-9)
    without = rendered_source(places[0], None, seed=0, limit=1)
    assert without.segments[0].hearing is None


def test_the_command_prints_every_source(tmp_path, capsys):
    file = table(tmp_path)
    song(tmp_path / "real" / "a", {"Drums": -20, "Bass": -22, "Vox": -18, "Piano": -25})
    songs, _ = cache(tmp_path, {"001": ("kick", "bass", "lead vocal", "piano")})
    evaluate_seed.main([
        "--levels", str(file), "--rendered", "--songs", str(songs), "--folder",
        str(tmp_path / "real"), "--no-listener", "--limit", "2",
    ])  # fmt: skip
    shown = capsys.readouterr().out
    for part in ("levels only, test rows", "rendered, held out", "10 s segments of real"):
        assert part in shown
    assert shown.count("logistic regression") >= 3 and "Gainsay" not in shown
    with pytest.raises(SystemExit):
        evaluate_seed.main(["--no-listener"])
    assert "name at least one of --levels" in capsys.readouterr().err
