"""The mixers of the table and the songs they are measured on: what is undone, held and decided."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from finetune.line_ups import K_WEIGHTING_DB, SongFacts, equalised, told_roles, vary
from finetune.mix_songs import MixSong, real_songs, render
from finetune.mix_systems import Deciders, expert, systems
from mixer.console import INDEX, neutral_settings, render_stems
from mixer.ear import Ear
from mixer.fader import song_lufs
from mixer.megami.facts import FACTS, OCTAVES, stem_facts
from mixer.megami.generator import Generator, GeneratorConfig

RATE = 44100


def stem(seed: int, hz: float, seconds: float = 4.0) -> np.ndarray:
    """Noise in an octave about hz with a pulse, mono in both channels."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal(int(seconds * RATE)))
    bins = np.fft.rfftfreq(int(seconds * RATE), 1 / RATE)
    shaped = np.fft.irfft(spectrum * np.exp(-0.5 * np.log2((bins + 1) / hz) ** 2))
    pulse = 0.3 + 0.7 * (np.mod(np.arange(shaped.size) / RATE, 0.5) < 0.25)
    return np.tile((0.2 * pulse * shaped / np.abs(shaped).max()).astype(np.float32), (2, 1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One song of four stems on disk, as an artist would hand it on."""
    song = tmp_path_factory.mktemp("real") / "song"
    song.mkdir()
    for number, (name, hz) in enumerate(
        {"bass": 80.0, "vox": 900.0, "gtr": 1500.0, "pad": 3000.0}.items()
    ):
        soundfile.write(song / f"{name}.wav", stem(number, hz).T, RATE, subtype="FLOAT")
    return song.parent


@pytest.fixture(scope="module")
def spoilt(folder: Path) -> MixSong:
    return next(iter(real_songs(folder, True, 1, Ear.load())))


def tiny_generator() -> Generator:
    return Generator(GeneratorConfig(width=16, depth=1, heads=2)).eval()


def test_the_oracle_brings_back_what_the_artist_had(spoilt: MixSong) -> None:
    given = spoilt.song.audio.sum(axis=0)
    wanted = spoilt.references[0]
    undone = render(spoilt.song, *spoilt.oracle).sum(axis=0)

    def error_db(mix: np.ndarray) -> float:
        mix = mix * np.vdot(mix, wanted) / np.vdot(mix, mix)
        return 10.0 * np.log10(np.square(mix - wanted).sum() / np.square(wanted).sum())

    assert error_db(undone) < -25.0 < error_db(given) + 20.0
    levels = [song_lufs(one, RATE) for one in render(spoilt.song, *spoilt.oracle)]
    assert levels == pytest.approx(
        [spoilt.lufs[i] + spoilt.oracle[1][i] for i in range(4)], abs=0.05
    )


def test_a_song_is_told_by_its_names_and_the_lead_is_known(spoilt: MixSong) -> None:
    assert spoilt.told == ("bass", "electric guitar", "synth pad", "lead vocal")
    assert spoilt.lead.tolist() == [False, False, False, True]
    assert spoilt.contents.shape == (4, 164) and not spoilt.stereo.any()


def test_every_system_decides_for_every_stem(spoilt: MixSong) -> None:
    network = tiny_generator()
    table = systems(Deciders(network, network))
    assert len(table) == 8
    for name, system in table.items():
        drawn = system(spoilt, 2, 0)
        assert len(drawn) == (2 if name.startswith("MEGAMI") else 1), name
        for settings, gains_db in drawn:
            assert settings.shape == (4, 24) and gains_db.shape == (4,), name
            assert np.isfinite(settings).all() and np.isfinite(gains_db).all(), name


def test_equal_loudness_is_equal_and_raw_is_raw(spoilt: MixSong) -> None:
    table = systems(Deciders(tiny_generator(), None))
    equal = render(spoilt.song, *table["equal loudness"](spoilt, 1, 0)[0])
    levels = [song_lufs(one, RATE) for one in equal]
    assert max(levels) - min(levels) < 0.02
    raw = render(spoilt.song, *table["raw sum"](spoilt, 1, 0)[0])
    assert np.array_equal(raw, spoilt.song.audio)


def test_the_rules_keep_low_stems_and_the_lead_in_the_centre(spoilt: MixSong) -> None:
    settings, gains_db = expert(spoilt)
    pan = settings[:, INDEX["pan"]]
    assert pan[0] == 0.0 and pan[3] == 0.0 and pan[1] * pan[2] < 0.0
    over_db = (spoilt.lufs + gains_db)[3] - (spoilt.lufs + gains_db)[:3]
    assert over_db == pytest.approx([3.0] * 3, abs=0.01)


def test_facts_after_an_equaliser_are_as_measured() -> None:
    audio, settings = stem(3, 600.0), neutral_settings(1)
    settings[0, INDEX["high_shelf_db"]], settings[0, INDEX["low_shelf_db"]] = 6.0, -6.0
    before = stem_facts(audio, RATE)
    after = stem_facts(render_stems(audio[None], settings, np.zeros(1), RATE)[0], RATE)
    assert before is not None and after is not None
    octaves_db = np.array([-6.0, -5.5, -3.0, -0.5, 0.0, 0.0, 0.0, 0.5, 2.0, 5.5])
    foretold = equalised(before[None], octaves_db[None])[0]
    assert foretold[OCTAVES] == pytest.approx(after[OCTAVES], abs=1.5)
    assert K_WEIGHTING_DB.shape == (10,)


def facts_of(roles: tuple[str, ...]) -> SongFacts:
    rng = np.random.default_rng(0)
    facts = rng.normal(-20.0, 5.0, (len(roles), len(FACTS))).astype(np.float32)
    return SongFacts(roles, facts, facts + 1.0, rng.normal(size=(len(roles), 6)), "pop", "train")


def test_a_varied_song_keeps_what_belongs_together() -> None:
    song = facts_of(("bass", "piano", "lead vocal", "drums"))
    rows = {role: row for role, row in zip(song.roles, song.embedding, strict=True)}
    rng = np.random.default_rng(1)
    sizes, finished = set(), 0
    for _ in range(200):
        varied = vary(song, [song], rng)
        sizes.add(len(varied.roles))
        finished += varied.finished
        for role, row in zip(varied.roles, varied.embedding, strict=True):
            assert np.array_equal(row, rows[role])
        assert len(varied.facts) == len(varied.embedding) == len(varied.roles)
    assert sizes >= {1, 2, 3, 4, 5, 8} and 50 < finished < 110


def test_told_roles_are_all_some_or_none_of_them() -> None:
    rng = np.random.default_rng(2)
    roles = ["bass", "piano", "lead vocal"]
    told = [told_roles(roles, rng) for _ in range(500)]
    assert 0.25 < np.mean([row == [None] * 3 for row in told]) < 0.45
    named = [(a, b) for row in told for a, b in zip(row, roles, strict=True) if a is not None]
    assert 0.9 < np.mean([a == b for a, b in named]) < 1.0
