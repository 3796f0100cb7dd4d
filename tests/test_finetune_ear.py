"""Training the ear: typos are refused, batches repeat, a cut run goes on as if not stopped."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from finetune.ear_clips import Shelf, add_powers, augment, draw_batch
from finetune.ear_recipe import EarRecipe, read_recipe
from finetune.ear_words import SYNONYMS, role_phrases, train_tokenizer
from finetune.encode import Encoding, items_of
from finetune.runners import here, run
from finetune.train_ear import Training, learning_rate
from mixer.ear import Ear
from mixer.roles import ROLES

SMALL = EarRecipe(
    steps=4,
    clips=4,
    warmup_steps=2,
    checkpoint_every=2,
    refresh_every=1,
    valid_songs=1,
    threads=1,
    depths=(1, 1),
    patch=16,
    audio_hidden=64,
    text_hidden=32,
    text_layers=1,
    projection=16,
)


def write_songs(folder: Path, songs: int, split: str = "train", first: int = 0) -> None:
    """Songs of noise in the layout of the cache; a stem's role is the band where it is loud."""
    folder.mkdir(exist_ok=True)
    for number in range(first, first + songs):
        rng = torch.Generator().manual_seed(number)
        role = torch.randint(len(ROLES), (3,), generator=rng)
        mel = -60 + 5 * torch.randn(3, 1001, 64, generator=rng)
        for stem, index in enumerate(role.tolist()):
            mel[stem, :, 3 * index : 3 * index + 4] += 40
        captions = json.dumps([f"the sound of {ROLES[index]}" for index in role.tolist()])
        facts = {
            "names": json.dumps(["a", "b", "c"]),
            "captions": captions,
            "genre": "pop",
            "split": split,
            "source": "test",
        }
        save_file(
            {"mel_dry": mel.half(), "mel_wet": (mel + 1).half(), "role": role},
            folder / f"{number:05d}.safetensors",
            facts,
        )


@pytest.fixture
def songs(tmp_path) -> Path:
    write_songs(tmp_path / "songs", 5)
    write_songs(tmp_path / "songs", 1, "valid", first=90)
    return tmp_path / "songs"


def test_unknown_keys_are_refused(tmp_path):
    (tmp_path / "typo.yaml").write_text("learning_rte: 0.1\n")
    with pytest.raises(ValueError, match="unknown keys learning_rte: known are .*learning_rate"):
        read_recipe(tmp_path / "typo.yaml")


def test_the_shipped_recipe_is_read():
    assert (
        read_recipe(Path(__file__).parents[1] / "finetune" / "train_ear.yaml").audio_hidden == 256
    )


def test_learning_rate_rises_stays_and_falls():
    recipe = EarRecipe(steps=100, warmup_steps=10, decay_share=0.2, learning_rate=1.0)
    assert learning_rate(recipe, 0) == pytest.approx(0.1)
    assert learning_rate(recipe, 50) == 1.0
    assert learning_rate(recipe, 90) == pytest.approx(0.5)
    assert learning_rate(recipe, 100) == 0.0


def test_a_shelf_finds_new_songs_of_its_split(songs):
    shelf = Shelf(songs, "train")
    assert shelf.refresh() == 5
    write_songs(songs, 2, first=20)
    write_songs(songs, 2, "test", first=30)
    assert shelf.refresh() == 7


def test_the_same_generator_draws_the_same_batch(songs):
    shelf = Shelf(songs, "train")
    shelf.refresh()
    first, second = (draw_batch([shelf], [1.0], 7, np.random.default_rng(3)) for _ in range(2))
    assert first.dry.shape == (7, 1001, 64) and len(first.captions) == 7
    assert torch.equal(first.dry, second.dry) and first.captions == second.captions
    assert first.captions[0] == f"the sound of {ROLES[int(first.role[0])]}"


def test_two_equal_sounds_are_three_decibels_louder():
    assert float(add_powers(torch.tensor(-20.0), torch.tensor(-20.0))) == pytest.approx(
        -16.9897, abs=1e-3
    )


def test_augmentation_repeats_and_stays_in_range():
    mel = -60 + 5 * torch.randn(6, 1001, 64, generator=torch.Generator().manual_seed(0))
    first, second = (augment(mel, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first, second) and first.shape == mel.shape
    assert float(first.min()) >= -100.0 and float(first.max()) < 0.0
    assert not torch.equal(first, augment(mel, torch.Generator().manual_seed(2)))


def test_every_role_has_a_phrase_and_the_tokenizer_spells_the_unknown():
    phrases = role_phrases(np.random.default_rng(0))
    assert len(phrases) == len(ROLES) and set(SYNONYMS) == set(ROLES)
    tokenizer = train_tokenizer(["a warm pad playing chords"], 300)
    ids = tokenizer("A Warm vuvuzela")["input_ids"]
    assert ids[0] == 0 and ids[-1] == 2 and tokenizer.pad_token_id == 1
    assert tokenizer.unk_token_id not in ids


def test_a_cut_run_goes_on_as_if_it_had_not_stopped(songs, tmp_path):
    words = [f"the sound of {role}" for role in ROLES]
    tokenizer = train_tokenizer(words, SMALL.vocabulary)  # ties in its merges are broken by chance
    for name in ("whole", "cut"):
        tokenizer.save_pretrained(tmp_path / name / "model")
    Training(SMALL, songs, tmp_path / "whole", None).run()
    cut = Training(SMALL, songs, tmp_path / "cut", None)
    for _ in range(2):
        cut.take_step()
    cut.save()
    resumed = Training(SMALL, songs, tmp_path / "cut", None)
    assert resumed.step == 2
    resumed.run()
    whole, mended = (
        load_file(tmp_path / name / "model" / "model.safetensors") for name in ("whole", "cut")
    )
    assert all(torch.equal(whole[name], mended[name]) for name in whole)
    assert len((tmp_path / "whole" / "curve.csv").read_text().splitlines()) == 3


def test_encoding_is_done_once_for_each_ear(songs, tmp_path):
    Training(SMALL, songs, tmp_path / "run", None).save()
    ear = tmp_path / "run" / "model"
    work = Encoding.by(ear, songs, tmp_path / "content")
    manifest = run(work, items_of(songs), 4, here)
    assert (manifest["items"], manifest["counts"], len(manifest["shards"])) == (6, {"stems": 18}, 2)
    written = (tmp_path / "content" / "00000.safetensors").stat()
    assert run(work, items_of(songs), 4, here) == manifest
    assert (tmp_path / "content" / "00000.safetensors").stat() == written
    content = load_file(tmp_path / "content" / "00000.safetensors")
    assert content["hidden"].shape == (3, 8, 64) and content["hidden"].dtype == torch.float16
    mel = load_file(songs / "00000.safetensors")["mel_dry"]
    assert torch.allclose(content["embedding"].float(), Ear.load(ear).embed(mel), atol=1e-3)
