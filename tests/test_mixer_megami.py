"""MEGAMI: equivariance, held settings, seeds, and takes that do what was asked and nothing else."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings, strategies

from mixer.console import INDEX, PARAMETERS, neutral_settings
from mixer.loudness import integrated_lufs
from mixer.megami.analysis import has_image
from mixer.megami.code import COORDINATES, Code
from mixer.megami.contents import join
from mixer.megami.facts import FACTS
from mixer.megami.generator import Generator, GeneratorConfig, WeightsError
from mixer.megami.mixer import WEIGHTS, Megami, TakeError, render_takes
from mixer.megami.rough import hold, share_room
from mixer.megami.sampling import integrate, sigma_steps, stem_noise
from mixer.megami.sections import keep_sections
from mixer.moves import MixState
from mixer.roles import ROLES
from mixer.song import Song, song_from_arrays
from tests.wild_megami import wild_generator

RATE = 44100
LOW = np.array([parameter.low for parameter in PARAMETERS])
HIGH = np.array([parameter.high for parameter in PARAMETERS])
few = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def megami() -> Megami:
    return Megami(wild_generator(3))


def contents(stems: int, seed: int = 0) -> np.ndarray:
    """Facts about those of music, a role where there is one, and a unit embedding: (stems, 164)."""
    rng = np.random.default_rng(seed)
    embedding = rng.standard_normal((stems, 128))
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    roles = [str(role) if rng.uniform() < 0.7 else None for role in rng.choice(ROLES, stems)]
    return join(embedding, rng.normal(0.0, 1.0, (stems, len(FACTS))), roles)


def small_song(stems: int = 4, seconds: float = 5.0, seed: int = 0) -> Song:
    """Mono stems of tones and noise bursts at different levels; the quiet first half is a verse."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(int(seconds * RATE)) / RATE
    section = np.where(time_s < seconds / 2, 0.6, 1.0)
    made = {}
    for stem in range(stems):
        pulse = 0.2 + 0.8 * (np.mod(time_s * (1.5 + 0.25 * stem), 1.0) < 0.5)
        tone = np.sin(2 * np.pi * 110.0 * (stem + 1) * time_s)
        audio = (tone + 0.3 * rng.standard_normal(time_s.size)) * pulse * section
        made[f"stem{stem}"] = (0.08 / (1 + 0.4 * stem) * audio).astype(np.float32)
    return song_from_arrays("small", made, RATE)


def test_network_is_permutation_equivariant_and_ignores_padding(megami: Megami) -> None:
    generator = megami.generator
    content = torch.from_numpy(contents(7)).unsqueeze(0)
    noisy, sigma = torch.randn(1, 7, COORDINATES), torch.tensor([0.7])
    held = torch.full_like(noisy, torch.nan)
    held[0, 2] = 0.3
    order = torch.randperm(7)
    plain = generator(noisy, sigma, content, held)
    turned = generator(noisy[:, order], sigma, content[:, order], held[:, order])
    assert (plain[:, order] - turned).abs().max() < 1e-5
    pad = torch.nn.functional.pad
    present = torch.arange(10).unsqueeze(0) < 7
    padded = generator(
        pad(noisy, (0, 0, 0, 3), value=5.0),
        sigma,
        pad(content, (0, 0, 0, 3), value=9.0),
        pad(held, (0, 0, 0, 3), value=torch.nan),
        present=present,
    )
    assert (padded[:, :7] - plain).abs().max() < 1e-5


def test_stems_of_a_song_hear_each_other(megami: Megami) -> None:
    content = torch.from_numpy(contents(3)).unsqueeze(0)
    noisy, sigma = torch.zeros(1, 3, COORDINATES), torch.tensor([1.0])
    held = torch.full_like(noisy, torch.nan)
    louder = noisy.clone()
    louder[0, 2] += 1.0
    change = megami.generator(louder, sigma, content, held) - megami.generator(
        noisy, sigma, content, held
    )
    assert change[0, 0].abs().max() > 1e-3


def test_order_of_stems_changes_no_bit(megami: Megami) -> None:
    embedding, order = contents(9), np.random.default_rng(1).permutation(9)
    held = np.full((9, COORDINATES), np.nan)
    held[:, INDEX["level_db"]] = np.linspace(-20, -5, 9)
    plain = megami.sample(embedding, seed=4, held=held)
    turned = megami.sample(embedding[order], seed=4, held=held[order])
    assert np.array_equal(plain[:, order], turned)


def test_a_last_bit_of_the_ear_changes_almost_nothing(megami: Megami) -> None:
    embedding = contents(6)
    nudged = embedding + 1e-7 * np.random.default_rng(2).standard_normal(embedding.shape)
    travel = HIGH - LOW
    change = np.abs(megami.sample(embedding) - megami.sample(nudged.astype(np.float32))) / travel
    assert change.max() < 1e-3


def test_twins_get_different_noise_and_others_keep_theirs() -> None:
    noise = stem_noise([b"a", b"b", b"a"], 5, 24)
    assert (noise[0] - noise[2]).abs().max() > 0.5
    assert torch.equal(noise[:2], stem_noise([b"a", b"b"], 5, 24))
    assert not torch.equal(noise[:2], stem_noise([b"a", b"b"], 6, 24))


def test_same_seed_same_bits_whatever_the_number_of_takes(megami: Megami) -> None:
    embedding = contents(5)
    three = megami.sample(embedding, takes=3, seed=11)
    assert np.array_equal(three, megami.sample(embedding, takes=3, seed=11))
    assert np.array_equal(three[2], megami.sample(embedding, takes=1, seed=13)[0])
    assert np.abs(three[0] - three[1]).max() > 0.1


@few
@given(stems=strategies.integers(1, 24), seed=strategies.integers(0, 1000))
def test_held_settings_are_exact_and_free_ones_in_range(
    megami: Megami, stems: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    held = rng.uniform(LOW, HIGH, (stems, COORDINATES)).astype(np.float32)
    held[rng.uniform(size=held.shape) < 0.6] = np.nan
    drawn = megami.sample(contents(stems, seed), takes=2, seed=seed, held=held, steps=4)
    given_here = ~np.isnan(held)
    assert all(np.array_equal(take[given_here], held[given_here]) for take in drawn)
    assert np.isfinite(drawn).all() and (drawn >= LOW - 1e-4).all() and (drawn <= HIGH + 1e-3).all()


@pytest.mark.parametrize("stems", [1, 2, 13, 24, 96])
def test_any_number_of_stems(megami: Megami, stems: int) -> None:
    assert megami.sample(contents(stems), steps=3).shape == (1, stems, COORDINATES)


def test_refusals_say_what_is_needed(megami: Megami, tmp_path: Path) -> None:
    with pytest.raises(TakeError, match=r"\(3, 64\).*needs \(stems, 164\)"):
        megami.sample(np.zeros((3, 64), np.float32))
    with pytest.raises(TakeError, match="1 out of range"):
        held = np.full((2, COORDINATES), np.nan)
        held[0, INDEX["pan"]] = 1.5
        megami.sample(contents(2), held=held)
    with pytest.raises(WeightsError, match="config.json"):
        Generator.load(tmp_path)
    with pytest.raises(TakeError, match="state is of 2 stems and the song has 3"):
        render_takes(small_song(3, 1.0), contents(3), MixState.untouched(2), megami=megami)


def test_sampler_solves_the_gaussian_case() -> None:
    """With a network that answers 0, D is the exact denoiser of N(0, sigma_data^2): so must be the
    draw."""
    generator = Generator(GeneratorConfig(width=16, depth=1, heads=1, sigma_data=0.7)).eval()
    noise = torch.randn(200, 10, COORDINATES, generator=torch.Generator().manual_seed(0))
    held = torch.full_like(noise, torch.nan)
    drawn = integrate(generator, torch.zeros(200, 10, 164), held, noise, steps=30)
    assert float(drawn.std()) == pytest.approx(0.7, rel=0.01)
    assert torch.corrcoef(torch.stack((drawn.flatten(), noise.flatten())))[0, 1] > 0.999
    steps = sigma_steps(generator, 30)
    assert (steps[0], len(steps), steps[-1]) == (pytest.approx(20.0), 31, 0.0)


def test_code_goes_there_and_back_and_switches_off() -> None:
    code = Code(torch.linspace(-0.3, 0.3, COORDINATES), torch.linspace(0.1, 0.6, COORDINATES))
    some = torch.from_numpy(np.random.default_rng(0).uniform(LOW, HIGH, (50, COORDINATES)))
    some[:, INDEX["send_db"]] = -20.0
    some[:, INDEX["threshold_db"]] = -3.0
    back = code.decode(code.encode(some.float()))
    assert ((back - some).abs() / torch.from_numpy(HIGH - LOW)).max() < 1e-5
    nearly_off = neutral_settings(1)
    nearly_off[0, INDEX["send_db"]], nearly_off[0, INDEX["threshold_db"]] = -57.0, 10.0
    nearly_off[0, INDEX["ratio"]] = 1.1
    off = code.decode(code.encode(nearly_off))[0]
    assert [float(off[INDEX[name]]) for name in ("send_db", "threshold_db", "ratio")] == [
        -60,
        12,
        1,
    ]


def test_nothing_set_and_no_effects_is_the_song_itself() -> None:
    song = small_song()
    take = render_takes(song, None, MixState.untouched(4), effects=False)[0]
    assert np.array_equal(take.stems, song.audio)
    residue = take.mix - song.audio.sum(axis=0)
    assert 20 * np.log10(np.abs(residue).max() + 1e-12) < -90


@few
@given(
    stem=strategies.integers(0, 3),
    gain_db=strategies.sampled_from([-9.0, 3.0]),
    seed=strategies.integers(0, 99),
)
@pytest.mark.parametrize("effects", [True, False])
def test_a_move_moves_that_stem_and_no_other(
    megami: Megami, effects: bool, stem: int, gain_db: float, seed: int
) -> None:
    song, embedding = small_song(), contents(4)
    gains = [0.0, -2.0, 1.5, 0.0]
    before = MixState(tuple(gains), (None,) * 4, (False,) * 4)
    gains[stem] += gain_db
    after = MixState(tuple(gains), (None,) * 4, (False,) * 4)
    one, other = (
        render_takes(song, embedding, state, effects=effects, seed=seed, megami=megami)[0]
        for state in (before, after)
    )
    for index in range(4):
        change = _lufs(other.stems[index]) - _lufs(one.stems[index])
        if index == stem:
            assert change == pytest.approx(gain_db, abs=0.1)
        else:
            assert np.array_equal(one.stems[index], other.stems[index])
        assert _lufs(one.stems[index]) - _lufs(song.audio[index]) == pytest.approx(
            before.gain_db[index], abs=0.1
        )


def test_pans_mutes_and_stereo_images_are_the_users(megami: Megami) -> None:
    mono = small_song(3, 2.0)
    wide = (
        np.random.default_rng(0).standard_normal((2, mono.audio.shape[2])).astype(np.float32) * 0.05
    )
    arrays = {name: mono.audio[index] for index, name in enumerate(mono.names)} | {"stem3": wide}
    song = song_from_arrays("mixed", arrays, RATE)
    assert [has_image(stem) for stem in song.audio] == [False, False, False, True]
    state = MixState((0.0,) * 4, (None, -0.4, None, None), (True, False, False, False))
    take = render_takes(song, contents(4), state, seed=2, megami=megami)[0]
    assert take.settings[1, INDEX["pan"]] == np.float32(-0.4)
    assert take.settings[3, [INDEX["pan"], INDEX["width"]]].tolist() == [0.0, 1.0]
    assert not take.stems[0].any() and take.gains_db[0] == -np.inf
    unmuted = MixState(state.gain_db, state.pan, (False,) * 4)
    back = render_takes(song, contents(4), unmuted, seed=2, megami=megami)[0]
    assert np.array_equal(back.stems[1:], take.stems[1:])
    assert np.abs(take.mix - take.stems.sum(axis=0)).max() < 1e-6


def test_the_image_of_a_stereo_stem_can_still_be_panned_by_hand() -> None:
    state = MixState((0.0,) * 2, (None, 0.5), (False,) * 2)
    held = hold((True, True), state, np.array([-60.0, -3.0]))
    assert held[:, INDEX["pan"]].tolist() == [0.0, 0.5]
    assert held[:, INDEX["level_db"]].tolist() == [-40.0, -3.0]
    assert np.isnan(held[:, INDEX["ratio"]]).all()


def test_free_levels_keep_the_mix_as_loud_and_the_moved_stem_where_it_was_put(
    megami: Megami,
) -> None:
    song, embedding = small_song(), contents(4)
    state = MixState((0.0, 4.0, 0.0, 0.0), (None,) * 4, (False,) * 4)
    rough = render_takes(song, embedding, state, effects=False)[0]
    take = render_takes(song, embedding, state, free_levels=True, seed=5, megami=megami)[0]
    assert _lufs(take.mix) == pytest.approx(_lufs(rough.mix), abs=0.1)
    changes = [_lufs(take.stems[index]) - _lufs(song.audio[index]) for index in range(4)]
    assert changes == pytest.approx(take.gains_db.tolist(), abs=0.1)
    assert changes[1] == pytest.approx(4.0, abs=0.1)
    assert max(changes) - min(changes) > 1.0


def test_shared_room_is_the_mean_weighted_by_send() -> None:
    knobs = neutral_settings(3).numpy()
    knobs[:2, INDEX["send_db"]] = -20.0
    knobs[:, INDEX["decay_s"]] = 1.0, 4.0, 0.2
    share_room(knobs)
    assert knobs[:, INDEX["decay_s"]] == pytest.approx([2.0, 2.0, 2.0])


def test_report_tells_in_units_what_was_done(megami: Megami) -> None:
    state = MixState((2.5, 0.0), (-0.25, None), (False, True))
    song = small_song(2, 1.0)
    plain = render_takes(song, None, state, effects=False)[0]
    assert plain.report(song.names) == (
        "stem0: +2.5 dB, pan -0.25, width 1.00",
        "stem1: muted",
    )
    line = render_takes(song, contents(2), state, seed=1, megami=megami)[0].report(song.names)[0]
    assert line.startswith("stem0: +2.5 dB, pan -0.25, width ") and " Hz" in line


def test_silent_stems_stay_silent_and_progress_is_told(megami: Megami) -> None:
    song = small_song(3, 2.0)
    song.audio[1] = 0.0
    seen: list[tuple[int, int, str]] = []
    takes = render_takes(
        song,
        contents(3),
        MixState.untouched(3),
        takes=2,
        megami=megami,
        on_progress=lambda *told: seen.append(told),
    )
    assert [take.seed for take in takes] == [0, 1]
    assert not takes[1].stems[1].any() and takes[1].stems[0].any()
    measured, rendered = seen[:3], seen[3:]
    assert measured == [(1, 3, "stem0"), (2, 3, "stem1"), (3, 3, "stem2")]
    assert rendered[0] == (1, 6, "stem0") and rendered[-1] == (6, 6, "stem2")


def test_sections_come_back_after_a_compressor_took_them() -> None:
    song = small_song(1, 20.0)
    stem, half = song.audio[0], song.audio.shape[2] // 2
    flat = stem.copy()
    flat[:, :half] *= np.float32(1 / 0.6)
    kept = keep_sections(stem, flat.copy(), RATE)
    contrast = [_lufs(one[:, half:]) - _lufs(one[:, :half]) for one in (stem, flat, kept)]
    assert contrast[0] == pytest.approx(4.44, abs=0.1) and contrast[1] == pytest.approx(0, abs=0.1)
    assert contrast[2] == pytest.approx(contrast[0], abs=0.6)
    silence = np.zeros_like(stem)
    assert np.array_equal(keep_sections(silence, silence, RATE), silence)


def _shipped() -> Megami:
    if not (WEIGHTS / "model.safetensors").is_file():
        pytest.skip("no trained generator in mixer/weights/megami")
    return Megami.load()


def test_section_dynamics_survive() -> None:
    """Verse and chorus 4.4 dB apart: the take keeps that within 1 LU."""
    megami = _shipped()
    song = small_song(6, 12.0)
    for seed in range(3):
        take = render_takes(
            song, contents(6, seed), MixState.untouched(6), seed=seed, megami=megami
        )[0]
        contrast = [
            _lufs(mix[:, mix.shape[1] // 2 :]) - _lufs(mix[:, : mix.shape[1] // 2])
            for mix in (song.audio.sum(axis=0), take.mix)
        ]
        assert contrast[1] == pytest.approx(contrast[0], abs=1.0)


def test_shipped_generator_is_small_enough() -> None:
    megami = _shipped()
    count = sum(parameter.numel() for parameter in megami.generator.parameters())
    assert 4e6 <= count <= 9e6
    assert (WEIGHTS / "model.safetensors").stat().st_size < 20e6


def _lufs(audio: np.ndarray) -> float:
    level = integrated_lufs(audio, RATE)
    assert level is not None
    return level
