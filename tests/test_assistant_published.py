"""`gainsay mix --mixer megami-published`: what it writes and says, and what it refuses."""

import json

import numpy as np
import pytest
import soundfile

from tests.scripted import song_folder
from tests.tiny_published import tiny_folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return tiny_folder(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def mix(tmp_path, gainsay):
    """Mix a small song with more arguments: (exit code, standard output, standard error)."""
    song = song_folder(tmp_path / "song")

    def run(name, *arguments):
        return gainsay("mix", song, "-o", tmp_path / name, *arguments)

    return run


def test_a_move_comes_on_top_of_megamis_levels(mix, weights, tmp_path):
    published = ("--mixer", "megami-published", "--weights", weights, "--anchor", "bass")
    code, out, error = mix("plain.wav", *published, "--report", tmp_path / "plain.json")
    assert code == 0, error
    assert "levels were left to MEGAMI" in out
    assert "vocals: loudest 0.4 s at" in out
    more = ("--move", "vocals=+3", "--report", tmp_path / "moved.json")
    assert mix("moved.wav", *published, *more)[0] == 0
    plain, moved = (
        {
            stem["stem"]: stem["after_lufs"]
            for stem in json.loads(path.read_text())["takes"][0]["stems"]
        }
        for path in (tmp_path / "plain.json", tmp_path / "moved.json")
    )
    assert moved["vocals"] - plain["vocals"] == pytest.approx(3.0, abs=0.02)
    assert moved["kick"] == plain["kick"]
    audio, rate = soundfile.read(tmp_path / "moved.wav")
    assert audio.shape[1] == 2 and rate == 44100 and np.abs(audio).max() <= 10 ** (-1 / 20) + 1e-3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--mixer", "other"], "megami or megami-published is needed"),
        (["--mixer", "megami-published"], "needs --weights DIR"),
        (["--weights", "x"], "add --mixer megami-published to use them"),
        (["--mixer", "megami-published", "--weights", "x"], "x has no config.json"),
        (["--mixer", "megami-published", "--weights", "x", "--no-effects"], "leave one of both"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_read(mix, arguments, sentence):
    code, out, error = mix("refused.wav", *arguments)
    assert code == 2 and out == ""
    assert sentence in error and error.count("\n") == 1
