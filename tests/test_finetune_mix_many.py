"""Mixing every song under a folder: as the product does, one after another, failures named."""

import json
import re
import sys

import pytest
import soundfile

from assistant.mixing import MixOptions, mix
from assistant.opening import opened
from finetune import mix_many
from finetune.manifest import faults
from finetune.mix_many import MixMany, items_of
from finetune.runners import here, run
from tests.scripted import RATE, ScriptedListener, song_folder, stems


@pytest.fixture
def root(tmp_path):
    """Two songs, one of them deeper down, and a folder of files that are no audio."""
    song_folder(tmp_path / "songs" / "One")
    song_folder(tmp_path / "songs" / "Album" / "Two", ("vocals", "kick", "bass"))
    (tmp_path / "songs" / "Broken").mkdir()
    for name in ("bass", "kick"):
        (tmp_path / "songs" / "Broken" / f"{name}.wav").write_bytes(b"not audio")
    return tmp_path / "songs"


def test_every_song_is_mixed_as_gainsay_mix_does_and_the_broken_one_is_named(
    root, tmp_path, monkeypatch
):
    listener = ScriptedListener(needed={"vocals": 3.0})  # the real one takes long to load
    monkeypatch.setattr(mix_many, "load_listener", lambda: listener)
    work = MixMany(root, tmp_path / "out", effects=False, stems=True)
    items = items_of(root)
    assert items == ["Album/Two", "Broken", "One"]
    manifest = run(work, items, 2, here)
    assert (manifest["items"], manifest["failed"]) == (3, 1)
    assert manifest["counts"] == {"stems": 6, "takes": 2}
    assert list(manifest["why_failed"]) == ["Broken"]
    assert "bass" in manifest["why_failed"]["Broken"]

    alone = tmp_path / "alone.wav"
    with opened(root / "One", listener=listener) as song:
        expected = mix(song, MixOptions(alone, effects=False)).as_data()
    report = json.loads((tmp_path / "out" / "One" / "report.json").read_text())
    expected["takes"][0]["file"] = "mix.wav"
    assert report["mixed"] == expected
    assert report["mixed"]["moves"] == [{"stem": "vocals", "gain_db": 3.0}]
    assert (tmp_path / "out" / "One" / "mix.wav").read_bytes() == alone.read_bytes()
    assert report["files"] == ["mix.wav", "stems/bass.wav", "stems/kick.wav", "stems/vocals.wav"]
    assert sorted(report["stems"]) == ["bass.wav", "kick.wav", "vocals.wav"]
    assert faults(tmp_path / "out") == []

    song_folder(root / "Broken")  # mended; and another is changed, to the same length
    mixes = {name: tmp_path / "out" / name / "mix.wav" for name in ("One", "Album/Two")}
    before = {name: path.stat().st_mtime_ns for name, path in mixes.items()}
    louder = 2 * stems()["bass"]
    soundfile.write(root / "One" / "bass.wav", louder, RATE, subtype="FLOAT")
    assert run(work, items, 2, here)["failed"] == 0
    assert mixes["Album/Two"].stat().st_mtime_ns == before["Album/Two"]
    assert mixes["One"].stat().st_mtime_ns > before["One"]
    again = json.loads((tmp_path / "out" / "One" / "report.json").read_text())["mixed"]
    level = {take["stem"]: take["before_lufs"] for take in again["takes"][0]["stems"]}
    was = {take["stem"]: take["before_lufs"] for take in expected["takes"][0]["stems"]}
    assert level["bass"] - was["bass"] == pytest.approx(6.02, abs=0.02)

    def nobody(work, shards):
        raise AssertionError("nothing was to be done")

    assert run(work, items, 2, nobody)["failed"] == 0


def test_a_folder_that_is_a_song_is_mixed_by_its_own_name(root):
    assert items_of(root / "One") == ["One"]
    assert MixMany(root / "One", root / "out")._folder("One") == root / "One"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--out", "{root}/mixes"), "lies in .* give a folder outside it"),
        (("--out", "{root}/../out", "--takes", "0"), "--takes 0 was given: 1 or more"),
        (("--out", "{root}/../out", "--no-effects", "--style", "warm"), "needs them on"),
        (("--out", "{root}/../out", "--workers", "0"), "--workers 0 was given: 1 or more"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_mixed(
    root, monkeypatch, capsys, arguments, sentence
):
    typed = [str(root), *(word.format(root=root) for word in arguments)]
    monkeypatch.setattr(sys, "argv", ["mix_many", *typed])
    with pytest.raises(SystemExit) as end:
        mix_many.main()
    said = capsys.readouterr().err + str(end.value)
    assert re.search(sentence, said)
    assert not (root / "mixes").exists() and not (root.parent / "out").exists()
