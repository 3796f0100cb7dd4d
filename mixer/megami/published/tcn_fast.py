"""The effects processor on a CPU: what tcn.py computes, several times faster and in little memory.

One rule: the result is that of the plain network on the whole signal, whatever its length.

A convolution of dilation d is, for every remainder of time by d, a dense one. It is done on tiles
of 16 outputs in the frequency domain: a tile's 30 inputs become 44 real numbers a channel (2 real
bins, 14 complex ones by Gauss's three multiplications), so that 44 matrix products per 16 outputs
stand for 240, and all of it is matrix multiplication. Time runs in chunks: every block keeps the
inputs that its next outputs need, so that nothing is computed twice at a seam.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mixer.megami.published.tcn import LEAK, Tcn, TcnBlock

TILE = 16  # outputs a tile
TILES_AT_ONCE = 64  # a step's matrices stay near the core, and are large enough to multiply fast
STEPS_A_TURN = 8  # what a thread does before it takes more
SHORTEST_CHUNK = 16_384

OnChunk = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Transform:
    """A tile's bilinear form: outputs = back @ ((there @ inputs) * (taps @ kernel))."""

    there: Tensor  # (products, TILE + kernel - 1)
    taps: Tensor  # (products, kernel)
    back: Tensor  # (TILE, products)

    @classmethod
    def of(cls, kernel: int) -> "Transform":
        """For an odd kernel: the discrete Fourier transform of a tile's inputs, in real numbers."""
        size = TILE + kernel - 1
        turn = 2.0 * math.pi / size * torch.arange(size // 2 + 1, dtype=torch.float64).unsqueeze(1)
        over = turn * torch.arange(size, dtype=torch.float64)
        cosine, sine = over.cos(), over.sin()
        real, paired = [0, size // 2], slice(1, size // 2)
        there = (cosine[real], *(part[paired] for part in (cosine - sine, cosine, -sine)))
        # correlation, not convolution: the kernel's transform is conjugated
        taps = (cosine[real], *(part[paired] for part in (cosine, sine - cosine, cosine + sine)))
        back = (
            cosine[real] / size,
            *(2.0 / size * p[paired] for p in (cosine - sine, -sine, -cosine)),
        )
        return cls(
            torch.cat(there).float(),
            torch.cat(taps)[:, :kernel],
            torch.cat(back)[:, :TILE].T.float().contiguous(),
        )


class FastBlock:
    """One block for one conditioning at a time; channels last."""

    def __init__(self, block: TcnBlock, transform: Transform) -> None:
        self.dilation = block.dilation
        self.film = block.film
        self.transform = transform
        bn = block.bn
        assert bn.running_var is not None and bn.running_mean is not None
        gain = bn.weight.double() / (bn.running_var.double() + bn.eps).sqrt()
        weight = block.conv1.weight.detach().double() * gain.detach().view(-1, 1, 1)
        self.kernel = weight.shape[2]
        self.width = weight.shape[0]
        self.bias = (bn.bias.double() - bn.running_mean.double() * gain).detach().float()
        self.residual = block.res.weight.detach().view(-1).clone()
        self.channels_in = weight.shape[1]
        self.first = self.channels_in == 1 and self.dilation == 1
        if self.first:
            self.weight = weight[:, 0].T.float().contiguous()  # (kernel, out)
        else:
            products = torch.einsum("pk,oik->pio", transform.taps, weight)
            self.weight = products.float().contiguous()  # (products, in, out)

    @property
    def reach(self) -> int:
        """How many inputs more than outputs are needed."""
        return (self.kernel - 1) * self.dilation

    def run(
        self, inputs: Tensor, condition: Tensor, out: Tensor, wanted: slice, pool: Executor
    ) -> None:
        """inputs (frames + reach, channels) to out (frames, width); frames come in whole tiles.

        Tiles that hold none of the wanted frames are left as they are.
        """
        scale, shift = self.film.film_fc(condition).chunk(2)
        middle = inputs[self.reach // 2 : self.reach // 2 + out.shape[0]]
        if self.first:
            windows = inputs[:, 0].unfold(0, self.kernel, 1)[wanted]
            heard = torch.addmm(self.bias, windows, self.weight, out=out[wanted])
            functional.leaky_relu_(heard, LEAK).mul_(scale).add_(shift)
            heard.addcmul_(middle[wanted], self.residual)
            return
        by_tile = (-1, TILE, self.dilation, self.width)
        out_by_tile, middle_by_tile = out.view(by_tile), middle.view(by_tile)

        @torch.no_grad()
        def work(steps: Sequence[tuple[slice, slice]]) -> None:
            for tiles, phases in steps:
                heard = self._correlate(inputs, tiles, phases).add_(self.bias)
                heard = functional.leaky_relu_(heard, LEAK).transpose(0, 1)
                here = out_by_tile[tiles, :, phases]
                torch.addcmul(shift, middle_by_tile[tiles, :, phases], self.residual, out=here)
                here.addcmul_(heard, scale)

        tile = TILE * self.dilation
        steps = list(self._steps(range(wanted.start // tile, -(-wanted.stop // tile))))
        turns = [steps[at : at + STEPS_A_TURN] for at in range(0, len(steps), STEPS_A_TURN)]
        deque(pool.map(work, turns), maxlen=0)

    def _steps(self, tiles: range) -> Iterator[tuple[slice, slice]]:
        """Parts of (tiles, phases) with about TILES_AT_ONCE of them."""
        phases_at_once = min(self.dilation, TILES_AT_ONCE)
        tiles_at_once = TILES_AT_ONCE // phases_at_once
        for tile in tiles[::tiles_at_once]:
            for phase in range(0, self.dilation, phases_at_once):
                yield (
                    slice(tile, min(tile + tiles_at_once, tiles.stop)),
                    slice(phase, phase + phases_at_once),
                )

    def _correlate(self, inputs: Tensor, tiles: slice, phases: slice) -> Tensor:
        """Outputs of some tiles and phases, (TILE, tiles, phases, width)."""
        row, count = self.dilation * self.width, (tiles.stop - tiles.start)
        windows = inputs.as_strided(
            (TILE + self.kernel - 1, count, phases.stop - phases.start, self.width),
            (row, TILE * row, self.width, 1),
            inputs.storage_offset() + tiles.start * TILE * row + phases.start * self.width,
        )
        there, back = self.transform.there, self.transform.back
        bins = there @ windows.reshape(there.shape[1], -1)
        products = torch.bmm(bins.view(there.shape[0], -1, self.width), self.weight)
        return (back @ products.view(there.shape[0], -1)).view(TILE, *windows.shape[1:])


class FastTcn:
    """A Tcn's weights prepared once; call it with one track at a time."""

    def __init__(self, tcn: Tcn) -> None:
        self.config = tcn.config
        transform = Transform.of(tcn.config.kernel)
        with torch.no_grad():
            self.blocks = [FastBlock(block, transform) for block in tcn.in_order()]
        self.output = tcn.output
        self.chunk = max(TILE * 2 ** (tcn.config.depth - 1), SHORTEST_CHUNK)

    @property
    def delay(self) -> int:
        """Samples of input ahead that an output waits for."""
        return (self.config.receptive_field - 1) // 2

    @torch.no_grad()
    def __call__(self, audio: Tensor, condition: Tensor, on_chunk: OnChunk | None = None) -> Tensor:
        """Mono audio (samples,) and conditioning (size,) to (2, samples) within -1..1."""
        samples = audio.shape[0]
        chunks = -(-(samples + self.delay) // self.chunk) if samples else 0
        made = torch.empty(samples, self.config.channels_out)
        with _single_threads() as pool:
            stream = _Stream(self, condition, samples, pool)
            for index in range(chunks):
                start = index * self.chunk
                part = stream.chunk(audio[start : start + self.chunk], start)
                start -= self.delay
                here = slice(max(0, -start), min(self.chunk, samples - start))
                if here.start < here.stop:
                    heard = functional.linear(
                        part[here], self.output.weight[:, :, 0], self.output.bias
                    )
                    made[start + here.start : start + here.stop] = heard.clamp_(-1.0, 1.0)
                if on_chunk is not None:
                    on_chunk(index + 1, chunks)
        return made.T.contiguous()


class _Stream:
    """One track on its way through the blocks: what each block keeps of its inputs, and room."""

    def __init__(self, tcn: FastTcn, condition: Tensor, samples: int, pool: Executor) -> None:
        self.tcn, self.condition, self.samples, self.pool = tcn, condition, samples, pool
        self.kept = [torch.zeros(block.reach, block.channels_in) for block in tcn.blocks]
        longest = tcn.chunk + tcn.blocks[-1].reach
        self.room = [torch.empty(longest, tcn.config.width) for _ in "ab"]

    def chunk(self, audio: Tensor, start: int) -> Tensor:
        """Pass on the chunk that begins at start, to (chunk, width) that begins a delay earlier.

        Each block writes straight behind what the next one kept.
        """
        chunk, blocks = self.tcn.chunk, self.tcn.blocks
        padded = functional.pad(audio, (0, chunk - audio.shape[0])).unsqueeze(1)
        inputs = torch.cat((self.kept[0], padded))
        for number, block in enumerate(blocks):
            self.kept[number].copy_(inputs[chunk:])
            last = number + 1 == len(blocks)
            reach = 0 if last else blocks[number + 1].reach
            following = self.room[number % 2][: reach + chunk]
            if not last:
                following[:reach] = self.kept[number + 1]
            made = following[reach:]
            start -= block.reach // 2
            inside = slice(max(0, -start), max(0, min(chunk, self.samples - start)))
            if inside.start < inside.stop:
                block.run(inputs, self.condition, made, inside, self.pool)
            # what lies outside the signal is zero to every layer, as padding is
            made[: inside.start] = 0.0
            made[inside.stop :] = 0.0
            inputs = following
        return inputs


@contextmanager
def _single_threads() -> Iterator[Executor]:
    """A pool of as many threads as torch uses, each doing its own matrices alone.

    Matrices as small as ours lose more than they win when several threads share each of them, most
    of all on a busy machine.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(threads) as pool:
            yield pool
    finally:
        torch.set_num_threads(threads)
