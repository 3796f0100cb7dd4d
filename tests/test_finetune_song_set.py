"""Sets of songs on disk: the very songs of their seed, counted, and not made again."""

import json

import numpy as np
from safetensors import safe_open

from finetune.instruments import Studio
from finetune.runners import here, run
from finetune.song_set import SongSet, items_of
from finetune.songs import make_song, song_record, split_of
from mixer.roles import ROLES
from mixer.workers import one_torch_thread

SHORT = 49  # a song of two parts, soon made


def test_a_songs_file_holds_the_song_of_its_seed_and_number(tmp_path):
    work = SongSet(tmp_path / "songs", 0)
    manifest = run(work, [f"{SHORT:05d}"], 16, here)
    with one_torch_thread():  # as the set makes it: sums depend on how they are parted
        song = make_song(0, SHORT, Studio())
        made = song_record(song, np.random.default_rng([0, SHORT, 1]))
    assert made is not None
    path = tmp_path / "songs" / f"{SHORT:05d}.safetensors"
    with safe_open(path, "np") as file:
        words = file.metadata()
        assert all(np.array_equal(file.get_tensor(key), made[0][key]) for key in made[0])
    assert (words["genre"], words["split"]) == (song.genre, split_of(0, SHORT))
    assert json.loads(words["names"]) == list(made[1]["names"])
    counts = manifest["counts"]
    assert counts["stems"] == len(made[0]["role"])
    assert counts[f"split: {split_of(0, SHORT)}"] == counts[f"genre: {song.genre}"] == 1
    roles = {ROLES[role] for role in made[0]["role"]}
    assert {key for key in counts if key.startswith("role: ")} == {f"role: {r}" for r in roles}
    written = path.stat()
    assert run(work, [f"{SHORT:05d}"], 16, here) == manifest
    assert path.stat() == written


def test_other_sounds_are_another_set(tmp_path):
    (tmp_path / "midi").mkdir()
    (tmp_path / "midi" / "piece.mid").write_bytes(b"MThd")
    plain = SongSet(tmp_path / "songs", 0)
    with_midi = SongSet(tmp_path / "songs", 0, midi=tmp_path / "midi")
    assert plain.options() != with_midi.options()
    before = with_midi.options()
    (tmp_path / "midi" / "piece.mid").write_bytes(b"MThd.")
    assert with_midi.options() != before
    assert str(tmp_path) not in json.dumps(with_midi.options())


def test_songs_are_numbered_from_nought():
    assert items_of(3) == ["00000", "00001", "00002"]


def test_a_split_is_a_part_of_the_songs_and_they_are_the_same():
    parts = [items_of(200, 4, split) for split in ("train", "valid", "test")]
    assert sorted(sum(parts, [])) == items_of(200)
    assert all(split_of(4, int(item)) == "test" for item in parts[2]) and len(parts[2]) > 5
