"""Songs packed with tower features: what is read is what was written, and only when it is asked."""

import numpy as np
import pytest

from finetune.encode import encode
from finetune.judgements import Judgements
from finetune.packed import Stored, pack
from finetune.scenes import SongBank
from mixer.balance import BalancePrior
from tests.tiny_hub import ROLES_HEARD, TOWER_WIDTH, tiny_clap, tone_songs


@pytest.fixture(scope="module")
def banks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    songs, tower = tone_songs(folder / "songs", 3), tiny_clap(folder / "clap")
    encode(songs, folder / "content", tower)
    assert pack(songs, folder / "content", folder / "packed") == 3 * len(ROLES_HEARD)
    assert sorted(path.name for path in folder.iterdir()) == ["clap", "content", "packed", "songs"]
    return SongBank(songs, folder / "content", "train"), SongBank(songs, folder / "packed", "train")


def test_the_songs_are_the_same_and_their_content_stays_on_disk(banks):
    loose, packed = banks
    assert len(packed) == len(loose) == 3
    for one, other in zip(loose.records, packed.records, strict=True):
        assert (one.key, one.roles, one.names, one.genre) == (
            other.key, other.roles, other.names, other.genre,
        )  # fmt: skip
        np.testing.assert_array_equal(one.profile, other.profile)
        assert isinstance(other.hidden, Stored) and len(other.hidden) == 4
        assert other.hidden[[2, 0]].shape == (2, 8, TOWER_WIDTH)
        np.testing.assert_array_equal(other.hidden[[2, 0]], one.hidden[[2, 0]])
        np.testing.assert_array_equal(other.hidden[3], one.hidden[3])
        np.testing.assert_array_equal(list(other.hidden), one.hidden)  # its own stems, no more


def test_the_same_mixes_are_drawn_of_them(banks):
    prior = BalancePrior.load()
    for seed in range(12):  # single songs, and songs put together of many
        one, other = (Judgements(bank, prior).draw(np.random.default_rng(seed)) for bank in banks)
        assert one.names == other.names and one.senses == other.senses
        if one.content is None:
            assert other.content is None
        else:
            np.testing.assert_array_equal(one.content, other.content)


def test_another_split_is_left_out(banks):
    with pytest.raises(ValueError, match="no 'valid' song"):
        SongBank(banks[1].songs, banks[1].content, "valid")
