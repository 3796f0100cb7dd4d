"""The manifest of a folder of multitracks, its parts as links, and the table of their levels."""

import json
from pathlib import Path

import numpy as np
import pytest

from finetune import collections, multitrack_levels
from finetune.level_rows import read_rows
from finetune.multitracks import open_multitrack, read_folder
from tests.real_collections import medleydb, moisesdb, musdb, write


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Four songs of three collections, of which two share an artist, and one that is broken."""
    root = tmp_path_factory.mktemp("collections")
    musdb(root / "musdb", "The Artist - First", "test")
    medleydb(root / "medley", root / "medley" / "Metadata", bleed="yes")
    moisesdb(root / "moises", bleeding="nothing")
    write(root / "own" / "Someone - Thing" / "bass.wav", 0.05)
    write(root / "own" / "Someone - Thing" / "Lead Vox.wav", 0.05, 1, seconds=1.5)
    (root / "own" / "gainsay.yaml").write_text("licence: CC0 1.0\n")
    (root / "own" / "broken.zip").write_bytes(b"half a download")
    return root


def test_the_manifest_says_of_every_song_what_is_known(root, tmp_path, capsys):
    out = tmp_path / "new" / "manifest.json"
    collections.main([str(root), "--out", str(out)])
    told = json.loads(out.read_text())
    songs = {song["name"]: song for song in told["songs"]}
    assert set(songs) == {"The Artist - First", "Artist_Song", "0a1b", "Someone - Thing"}
    medley, own = songs["Artist_Song"], songs["Someone - Thing"]
    assert (medley["layout"], medley["artist"], medley["bleed"]) == ("MedleyDB", "The Artist", True)
    assert (medley["licence"], medley["split"]) == ("CC BY-NC-SA 4.0 (MedleyDB)", None)
    assert medley["place"] == "medley/Audio/Artist_Song" and medley["seconds"] == 1.0
    assert [stem["role"] for stem in medley["stems"]] == [
        "bass", "drums", "lead vocal", "synth lead", "bass",
    ]  # fmt: skip
    assert (own["licence"], own["seconds"], own["sample_rates"]) == ("CC0 1.0", 1.5, [8000])
    assert own["stems"] == [
        {"name": "bass", "role": "bass", "bleed": None},
        {"name": "Lead Vox", "role": "lead vocal", "bleed": None},
    ]
    # MUSDB18 tests on this artist, so MedleyDB's song of theirs is a test too
    assert songs["The Artist - First"]["part"] == medley["part"] == "test"
    assert "no zip that can be read" in told["left_out"]["own/broken.zip"]
    printed = capsys.readouterr().out
    assert "left out: own/broken.zip" in printed and "CC0 1.0" in printed


def test_links_lead_to_the_songs_by_part_and_bleed_may_stay_out(root, tmp_path, capsys):
    out, parts = tmp_path / "manifest.json", tmp_path / "parts"
    run = [str(root), "--out", str(out), "--link", str(parts), "--shares", "1", "0", "0"]
    collections.main([*run, "--without-bleed"])
    assert f"{parts}: links to 2 train, 0 valid, 1 test" in capsys.readouterr().out
    train = {found.song.name: found for found in read_folder(parts / "train")}
    assert set(train) == {"0a1b", "Someone - Thing"}
    (test,) = read_folder(parts / "test")
    assert test.song.name == "The Artist - First" and test.facts.split == "test"
    with pytest.raises(SystemExit) as stopped:
        collections.main(run)
    assert stopped.value.code == 2 and "is not empty" in capsys.readouterr().err
    collections.main([*run[:4], str(tmp_path / "all"), *run[5:]])
    (link,) = (tmp_path / "all" / "test").glob("Artist_Song")
    assert open_multitrack(link).facts.artist == "The Artist"  # its metadata is found from afar


@pytest.mark.parametrize(
    ("shares", "words"), [(["0.5", "0.1", "0.1"], "adding up to 1"), (["1", "0", "0"], "no song")]
)
def test_what_cannot_be_listed_is_told(tmp_path, capsys, shares, words):
    if words != "no song":
        musdb(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        collections.main([str(tmp_path), "--out", str(tmp_path / "m.json"), "--shares", *shares])
    assert stopped.value.code == 2 and words in capsys.readouterr().err


def test_the_table_of_levels_is_what_trainings_read(tmp_path, capsys):
    levels = {"bass": 0.1, "drums": 0.2, "vocals": 0.05, "other": 0.1}
    for split, gain in (("train", 1.0), ("test", 0.5)):
        for seed, (stem, level) in enumerate(levels.items()):
            place = tmp_path / split / f"{split} artist - Song" / f"{stem}.wav"
            write(place, gain * level, seed, seconds=21.0)
    (tmp_path / "valid").mkdir()  # nothing was dealt into it
    out = tmp_path / "levels.csv"
    multitrack_levels.main([str(tmp_path), "--out", str(out)])
    assert "1 train songs, 1 test songs" in capsys.readouterr().out
    train, test = read_rows(out, "train"), read_rows(out, "test")
    assert list(train.songs) == ["train artist - Song"] * 2  # two whole stretches of 10 s
    # two channels of independent noise, summed to mono, lose 3.01 dB
    wanted = 20 * np.log10(list(levels[stem] for stem in ("bass", "drums", "vocals", "other")))
    np.testing.assert_allclose(train.levels, np.tile(wanted - 3.01, (2, 1)), atol=0.1)
    np.testing.assert_allclose(train.levels - test.levels, 6.02, atol=0.1)
    header, first = out.read_text().splitlines()[:2]
    assert header.startswith("split,track,stem,start_sec,end_sec,rms_dbfs,active_frame_ratio")
    assert first.split(",")[:5] == ["train", "train artist - Song", "bass", "0.000", "10.000"]
    assert first.split(",")[6] == "1.000000" and "academic use only" in first


def test_a_folder_without_parts_is_refused_with_the_cure(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        multitrack_levels.main([str(tmp_path), "--out", str(tmp_path / "levels.csv")])
    assert stopped.value.code == 2 and "finetune.collections" in capsys.readouterr().err
