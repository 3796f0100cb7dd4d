"""Songs to measure mixers on: rendered ones with engineers' mixes, real ones with their artists'.

One rule: a mixer is given the stems without their balance; what the reference did is hidden.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open

from finetune.engineer import mix as engineer_mix
from finetune.instruments import open_studio
from finetune.line_ups import tracked_in_mono
from finetune.multitracks import read_folder
from finetune.songs import RenderedSong, make_song
from finetune.taste import Taste
from mixer.console import INDEX, neutral_settings, render_stems
from mixer.ear import Ear, window
from mixer.fader import apply_gain, song_lufs
from mixer.knobs import EQ_BANDS
from mixer.megami.analysis import has_image
from mixer.megami.contents import contents_of
from mixer.megami.facts import stem_facts
from mixer.megami.rough import share_room
from mixer.song import Song, song_from_arrays

GAIN_SD_DB = 6.0  # of the random faders that a real song's stems are given
ROUGH_EQ_DB = 3.5  # sd of a band
FOLDED_SHARE = 0.5  # of the stereo stems of a rough song that are folded to mono
MOST_STEMS = 16
SECTION_S = 12.0


@dataclass(frozen=True)
class StudioPlaces:
    """Where finetune.songs took its instruments from, and its seed."""

    soundfonts: Path | None
    bank: Path | None
    one_shots: Path | None
    midi: Path | None
    seed: int = 0


@dataclass(frozen=True, eq=False)
class MixSong:
    """One song: stems as a mixer gets them, what it is told, and the mixes it is held against.

    contents (S, 164); stereo, lead (S,); references: (2, samples) each; oracle: settings (S, 24)
    and gains (S,) in dB that undo what was done, or are the reference's own.
    """

    song: Song
    told: tuple[str | None, ...]
    contents: np.ndarray
    stereo: np.ndarray
    lead: np.ndarray
    lufs: np.ndarray
    references: tuple[np.ndarray, ...]
    oracle: tuple[np.ndarray, np.ndarray]
    group: str  # songs of one group stay together in the bootstrap

    @property
    def stems(self) -> int:
        return len(self.lufs)


def render(song: Song, settings: np.ndarray, gains_db: np.ndarray) -> np.ndarray:
    """Stems (S, 2, samples) after the console at these settings (S, 24), gains_db louder."""
    shared = np.array(settings, np.float32)
    share_room(shared)
    return render_stems(song.audio, torch.from_numpy(shared), gains_db, song.sample_rate)


def rendered_songs(
    songs: Path, places: StudioPlaces, most: int, engineers: int, ear: Ear
) -> Iterator[MixSong]:
    """Test songs of the cache, played again, each mixed by several engineers."""
    studio = open_studio(places.soundfonts, places.bank, places.one_shots)
    midi = tuple(sorted(places.midi.rglob("*.mid"))) if places.midi else ()
    made = 0
    for file in sorted(songs.glob("*.safetensors")):
        with safe_open(file, framework="np") as opened:
            if opened.metadata()["split"] != "test":
                continue
        found = make_song(places.seed, int(file.stem), studio, midi)
        if len(found.roles) > MOST_STEMS:
            continue
        yield _rendered(found, file.stem, engineers, ear)
        made += 1
        if made == most:
            return


def _rendered(found: RenderedSong, name: str, engineers: int, ear: Ear) -> MixSong:
    rng = np.random.default_rng([int(name), 7])
    folded = tracked_in_mono(found.roles, rng)
    audio = found.audio.copy()
    audio[folded] = audio[folded].mean(axis=1, keepdims=True)
    measured = {at: stem_facts(stem, 44100) for at, stem in enumerate(audio)}
    known = {at: facts for at, facts in measured.items() if facts is not None}
    heard, rows = list(known), np.stack(list(known.values()))
    roles = [found.roles[at] for at in heard]
    # numbered names keep the order; the roles are told apart from them
    song = song_from_arrays(name, {f"{at:02d}": audio[at] for at in heard}, 44100)
    lufs = np.array([song_lufs(stem, song.sample_rate) for stem in song.audio], float)
    mixes, oracle = [], None
    for _ in range(engineers):
        settings = engineer_mix(roles, rows, found.genre, Taste.draw(rng, found.genre), rng)
        gains_db = settings[:, INDEX["level_db"]] - lufs - 20.0
        mixes.append(render(song, settings, gains_db).sum(axis=0))
        oracle = oracle or (settings, gains_db)
    assert oracle is not None
    told = tuple(None if rng.uniform() < 0.3 else role for role in roles)
    lead = np.array([role == "lead vocal" for role in roles])
    return _with_contents(song, told, lead, lufs, tuple(mixes), oracle, name, ear)


def _with_contents(
    song: Song, told, lead, lufs, references, oracle, group: str, ear: Ear
) -> MixSong:
    contents = contents_of(song, ear.hear(song), told)
    stereo = np.array([has_image(stem) for stem in song.audio])
    return MixSong(song, told, contents, stereo, lead, lufs, references, oracle, group)


def real_songs(
    folder: Path, rough: bool, sections: int, ear: Ear, only: tuple[str, ...] = ()
) -> Iterator[MixSong]:
    """Sections of real songs whose stems add up to the artist's mix, which is the reference.

    The stems' faders are drawn at random; rough: so is an equaliser a stem (undone exactly by its
    opposite), and half of the stereo stems are folded to mono.
    """
    for number, found in enumerate(read_folder(folder)):
        if only and found.song.name not in only:
            continue
        whole, length = found.song, int(SECTION_S * found.song.sample_rate)
        first = window(whole)
        spare = whole.audio.shape[2] - length
        starts = [first] if spare < length else [first, (first + spare // 2) % (spare + 1)]
        for section, start in enumerate(starts[:sections]):
            cut = whole.audio[:, :, max(0, min(start, spare)) :][:, :, :length]
            rng = np.random.default_rng([number, section, int(rough)])
            yield _roughened(whole, cut, found.roles, rough, rng, ear)


def _roughened(
    whole: Song, cut: np.ndarray, roles, rough: bool, rng: np.random.Generator, ear: Ear
) -> MixSong:
    rate = whole.sample_rate
    levels = [song_lufs(stem, rate) for stem in cut]
    keep = [at for at, lufs in enumerate(levels) if lufs is not None]
    before = np.array([levels[at] for at in keep], float)
    wanted = cut[keep]
    undo = neutral_settings(len(keep)).numpy()
    given = wanted
    if rough:
        spoilt = _random_equaliser(len(keep), rng)
        given = render_stems(wanted, torch.from_numpy(spoilt), np.zeros(len(keep)), rate)
        undo = _opposite(spoilt)
        for at, stem in enumerate(given):
            if has_image(stem) and rng.uniform() < FOLDED_SHARE:
                given[at] = stem.mean(axis=0, keepdims=True)
    gains_db = np.clip(GAIN_SD_DB * rng.normal(size=len(keep)), -15.0, 15.0)
    given = np.stack([apply_gain(s, float(g)) for s, g in zip(given, gains_db, strict=True)])
    named = {whole.names[at]: given[row] for row, at in enumerate(keep)}
    song = song_from_arrays(whole.name, named, rate)
    told = tuple(roles[at] for at in keep)
    lufs = np.array([song_lufs(stem, rate) for stem in song.audio], float)
    lead = np.array([role == "lead vocal" for role in told])
    oracle = (undo, before - lufs)
    return _with_contents(song, told, lead, lufs, (wanted.sum(axis=0),), oracle, whole.name, ear)


def _random_equaliser(stems: int, rng: np.random.Generator) -> np.ndarray:
    settings = neutral_settings(stems).numpy()
    for band in EQ_BANDS:
        gain_db = np.clip(ROUGH_EQ_DB * rng.normal(size=stems), -8.0, 8.0)
        settings[:, INDEX[f"{band}_db"]] = gain_db
    return settings


def _opposite(settings: np.ndarray) -> np.ndarray:
    """The equaliser that undoes one: a band's inverse is the same band with the opposite gain."""
    undone = settings.copy()
    for band in EQ_BANDS:
        undone[:, INDEX[f"{band}_db"]] *= -1.0
    return undone
