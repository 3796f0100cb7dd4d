"""The published networks: sizes to the unit, conformance, receptive field, and the fast form."""

import os
from pathlib import Path

import pytest
import torch
from torch import nn

from mixer.megami.published import conformance
from mixer.megami.published.adaptor import Adaptor
from mixer.megami.published.dit import Dit, DitConfig
from mixer.megami.published.sampler import Z_SIZE
from mixer.megami.published.tcn import Tcn, TcnConfig
from mixer.megami.published.tcn_fast import FastTcn, Transform
from tests.tiny_published import SIZES, stir, stirred_dit

VECTORS = Path(
    os.environ.get("GAINSAY_CONFORMANCE")
    or Path(__file__).parents[2] / "shared" / "data" / "conformance"
)


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def small_tcn(depth: int = 5, width: int = 8, seed: int = 0) -> Tcn:
    torch.manual_seed(seed)
    return stir(Tcn(TcnConfig(width=width, depth=depth, condition_size=20)))


def relative_error(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return float((ours - theirs).norm() / theirs.norm())


def test_published_sizes_to_the_unit():
    with torch.device("meta"):
        assert parameters(Dit(DitConfig())) == 76_620_928
        assert parameters(Tcn(TcnConfig())) == 12_610_434
        assert parameters(Adaptor()) == 525_312
    film = sum(2 * 128 * (2624 + 1) for _ in range(14))
    assert film == 9_408_000
    assert Z_SIZE == 2112 == DitConfig().latent * 33


@pytest.mark.skipif(
    not VECTORS.is_dir(), reason=f"no vectors in {VECTORS} (GAINSAY_CONFORMANCE names their folder)"
)
def test_conformance_with_vectors_of_the_originals():
    found = conformance.errors(VECTORS)
    assert len(found) == 7
    assert max(found.values()) < 1e-6 < conformance.LIMIT, found


def test_conformance_says_when_a_folder_has_no_vectors(tmp_path):
    with pytest.raises(FileNotFoundError, match="has none of adaptor.safetensors, dit.safetensors"):
        conformance.errors(tmp_path)


def test_receptive_field_is_as_published_and_as_an_impulse_shows():
    config = TcnConfig(width=1, depth=14, condition_size=1)
    assert config.receptive_field == TcnConfig().receptive_field == 229_363
    tcn = Tcn(config).eval().requires_grad_(False)
    for block in tcn.in_order():  # all taps alike and positive, nothing else adds: 0 in gives 0
        block.conv1.weight.fill_(0.2)
        block.film.film_fc.weight.zero_()
        block.film.film_fc.bias.copy_(torch.tensor([1.0, 0.0]))
    tcn.output.weight.fill_(1e-6)
    assert tcn.output.bias is not None
    tcn.output.bias.zero_()
    audio = torch.zeros(1, 1, config.receptive_field + 1001)
    middle = audio.shape[2] // 2
    audio[0, 0, middle] = 1.0
    heard = tcn(audio, torch.ones(1, 1))[0, 0].nonzero().squeeze(1)
    assert int(heard[0]) == middle - 114_681
    assert int(heard[-1]) == middle + 114_681


def test_a_tile_transform_is_a_correlation():
    transform = Transform.of(15)
    assert transform.there.shape == (44, 30)
    signal, kernel = torch.randn(30).double(), torch.randn(15).double()
    products = (transform.there.double() @ signal) * (transform.taps @ kernel)
    expected = torch.stack([signal[i : i + 15] @ kernel for i in range(16)])
    assert (transform.back.double() @ products - expected).abs().max() < 1e-5


@pytest.mark.parametrize("samples", [1, 7, 440, 16_383, 16_384, 50_001])
def test_the_fast_form_equals_the_plain_one_at_any_length(samples):
    tcn = small_tcn()
    audio, condition = 0.3 * torch.randn(samples), torch.randn(20)
    plain = tcn(audio[None, None], condition[None])[0]
    assert plain.abs().max() <= 1.0
    assert relative_error(FastTcn(tcn)(audio, condition), plain) < 1e-5


def test_chunks_leave_no_seam():
    tcn = small_tcn(seed=1)
    fast = FastTcn(tcn)
    audio, condition = 0.3 * torch.randn(6000), torch.randn(20)
    whole = fast(audio, condition)
    fast.chunk = 512  # two tiles of the last block: 13 chunks
    chunks = []
    cut = fast(audio, condition, lambda done, total: chunks.append((done, total)))
    assert (cut - whole).abs().max() < 1e-6
    assert chunks[-1] == (13, 13) and len(chunks) == 13


@pytest.mark.parametrize("width", [1, 2])
def test_all_fourteen_blocks_across_several_chunks(width):
    tcn = small_tcn(depth=14, width=width)
    audio, condition = 0.3 * torch.randn(150_000), torch.randn(20)
    plain = tcn(audio[None, None], condition[None])[0]
    assert relative_error(FastTcn(tcn)(audio, condition), plain) < 1e-5


def test_the_fast_form_gives_torch_its_threads_back():
    threads = torch.get_num_threads()
    FastTcn(small_tcn())(torch.zeros(100), torch.zeros(20))
    assert torch.get_num_threads() == threads


@pytest.mark.slow
def test_the_fast_form_is_twice_as_fast_at_published_size():
    from tests.benchmark_tcn import timed

    torch.manual_seed(0)
    tcn = stir(Tcn(TcnConfig()))
    fast = FastTcn(tcn)
    audio, condition = 0.1 * torch.randn(525_312), torch.randn(2624) / 51.0
    quick, _, quick_s = timed(lambda: fast(audio, condition))
    plain, _, plain_s = timed(lambda: tcn(audio[None, None], condition[None])[0])
    assert relative_error(quick, plain) < 1e-3
    assert plain_s / quick_s > 2.0


def tiny_dit(seed: int = 0) -> Dit:
    torch.manual_seed(seed)
    return stirred_dit(Dit(SIZES.generator))


def test_padding_changes_nothing_for_the_tracks_that_are_there():
    dit = tiny_dit()
    latent, content = torch.randn(1, 3, 64, 33), torch.randn(1, 3, 8, 64)
    time = torch.tensor([[-0.4]])
    alone = dit(latent, time, content)
    padded = dit(
        torch.cat((latent, 5 * torch.randn(1, 2, 64, 33)), dim=1),
        time,
        torch.cat((content, 5 * torch.randn(1, 2, 8, 64)), dim=1),
        torch.tensor([[True, True, True, False, False]]),
    )
    assert relative_error(padded[:, :3], alone) < 1e-5


def test_tracks_hear_each_other_and_know_their_own_content():
    dit = tiny_dit()
    latent, content = torch.randn(1, 3, 64, 33), torch.randn(1, 3, 8, 64)
    time = torch.tensor([[-0.4]])
    plain = dit(latent, time, content)
    other = latent.clone()
    other[0, 2] += 1.0
    assert relative_error(dit(other, time, content)[:, 0], plain[:, 0]) > 1e-4
    heard = content.clone()
    heard[0, 2] += 1.0
    assert relative_error(dit(latent, time, heard), plain) > 1e-4


def test_the_fifteenth_track_shares_the_number_of_the_first():
    placed = tiny_dit()._placed(torch.zeros(1, 16, 33, 64))
    assert placed.shape == (1, 16, 33, 64 + 50 + 14)
    assert torch.equal(placed[:, 14], placed[:, 0])
    assert not torch.equal(placed[:, 13], placed[:, 0])
    assert placed[0, 3, 5, 64 + 5] == 1.0 and placed[0, 3, 5, 64 + 50 + 3] == 1.0
    assert placed.sum() == 2 * 16 * 33


def test_adaptor_gives_unit_length():
    torch.manual_seed(0)
    made = Adaptor()(torch.randn(4, 512))
    assert torch.allclose(made.norm(dim=-1), torch.ones(4), atol=1e-6)
