"""Trainings as they are launched: in two processes, killed and called again, on rendered songs."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from ast import literal_eval

import numpy as np
import pytest
import soundfile
import torch
import yaml
from safetensors.torch import load_file

from finetune.encode import encode
from finetune.instruments import Studio
from finetune.songs import make_song
from tests.tiny_hub import rendered_songs, tiny_base, tone_songs

pytestmark = pytest.mark.slow
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")

STAGE = {"batch_size": 8, "learning_rate": 2e-2, "talk_share": 0.5, "talk_batch_size": 8,
         "asked_only_share": 1.0, "heard_share": 0.5, "warmup_steps": 0}  # fmt: skip


def write_recipe(folder, songs, base, steps=(5, 4), **changes):
    """A yaml of two stages, and everything that it names."""
    encode(songs, folder / "content", base.audio_tower)
    stages = zip(("align", "tune"), ("projector", "lora"), steps, strict=True)
    recipe = {
        "seed": 3,
        "songs": str(songs),
        "content": str(folder / "content"),
        "base": {"language_model": base.language_model, "audio_tower": base.audio_tower},
        "lora": {"rank": 4, "alpha": 8},
        "average": 0,
        "log_every": 1,
        "checkpoint_every": 2,
        "stages": [{**STAGE, "name": n, "tune": tune, "steps": s} for n, tune, s in stages],
    } | changes
    file = folder / f"recipe{len(list(folder.glob('*.yaml')))}.yaml"
    file.write_text(yaml.safe_dump(recipe))
    return file


def command(recipe, out, *before):
    return [
        sys.executable,
        *before,
        "-m",
        "finetune.train_listener",
        str(recipe),
        "--out",
        str(out),
    ]


def curve(run):
    with open(run / "curve.csv") as file:
        return [(row[0], int(row[1]), literal_eval(row[4])) for row in csv.reader(file)]


def weights(run):
    return load_file(run / "model" / "model.safetensors")


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("launch")
    return folder, tone_songs(folder / "songs", 2), tiny_base(folder)


def test_two_processes_learn_what_one_does(parts):
    folder, songs, base = parts
    one = write_recipe(folder, songs, base)
    two = write_recipe(folder, songs, base, micro_batch_size=3, recompute=True)
    subprocess.run(command(one, folder / "one"), check=True)
    subprocess.run(command(two, folder / "two", *TORCHRUN), check=True)
    alone, together = curve(folder / "one"), curve(folder / "two")
    assert [line[:2] for line in alone] == [line[:2] for line in together]
    for (_, _, losses), (_, _, others) in zip(alone, together, strict=True):
        assert losses == pytest.approx(others, rel=5e-3, abs=5e-3)
    first, second = weights(folder / "one"), weights(folder / "two")
    for name in first:
        torch.testing.assert_close(second[name], first[name], rtol=0, atol=1e-3)


def test_sharded_over_two_processes_the_losses_and_weights_are_those_of_one(parts):
    folder, songs, base = parts
    encode(songs, folder / "content", base.audio_tower)
    torchrun = [sys.executable, *TORCHRUN, "-m", "tests.sharded_steps", str(folder)]
    said = subprocess.run(torchrun, check=True, capture_output=True, text=True).stdout
    *steps, off = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert len(steps) == 3
    for told in steps:
        for together, alone in told.values():
            assert together == pytest.approx(alone, rel=1e-3, abs=1e-3)
    assert max(off.values()) < 5e-3


def test_kill_9_loses_nothing_but_the_steps_since_the_checkpoint(parts):
    folder, songs, base = parts
    recipe = write_recipe(folder, songs, base)
    subprocess.run(command(recipe, folder / "whole"), check=True)
    out = folder / "killed"
    running = subprocess.Popen(command(recipe, out))
    while not (out / "checkpoint.pt").is_file():
        assert running.poll() is None
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL and not (out / "model").exists()
    subprocess.run(command(recipe, out), check=True)
    once, again = weights(folder / "whole"), weights(out)
    for name in once:
        torch.testing.assert_close(again[name], once[name], rtol=0, atol=0)


def test_a_base_tuned_on_rendered_songs_advises(tmp_path, gainsay):
    songs, base = rendered_songs(tmp_path / "songs", 3), tiny_base(tmp_path)
    recipe = write_recipe(tmp_path, songs, base, steps=(24, 40))
    subprocess.run(command(recipe, tmp_path / "run"), check=True)
    judged = [losses["judge"] for *_, losses in curve(tmp_path / "run") if "judge" in losses]
    text = [losses["text"] for *_, losses in curve(tmp_path / "run") if "text" in losses]
    assert np.mean(judged[-4:]) < 0.6 * np.mean(judged[:2])
    # Of a language model that knows nothing only adapters and a few rows learn here.
    assert np.mean(text[-4:]) < 0.98 * np.mean(text[:2])
    song = make_song(1, 0, Studio())
    (tmp_path / "song").mkdir()
    for name, audio in zip(song.names, song.audio, strict=True):
        soundfile.write(tmp_path / "song" / f"{name.replace('/', ' ')}.wav", audio.T, 44_100)
    listener = tmp_path / "run" / "model"
    code, out, _ = gainsay("advise", tmp_path / "song", "--listener", listener, "--json")
    assert code == 0
    told = json.loads(out)
    assert len(told["p_fault"]) == len(song.names) and told["verdict"] in ("change", "leave_it")
