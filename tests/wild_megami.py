"""A small generator whose weights are random everywhere, also where training starts from zero."""

import torch

from mixer.megami.code import COORDINATES
from mixer.megami.generator import Generator, GeneratorConfig


def wild_generator(seed: int) -> Generator:
    """Its settings are wilder than trained ones; the same seed gives the same weights."""
    torch.manual_seed(seed)
    config = GeneratorConfig(width=32, depth=2, heads=2, code_scale=[0.5] * COORDINATES)
    generator = Generator(config)
    for parameter in generator.parameters():
        torch.nn.init.normal_(parameter, std=0.15)
    return generator.eval()
