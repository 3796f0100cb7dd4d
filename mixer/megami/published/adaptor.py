"""The domain adaptor: takes a content embedding to that of the dry sound, whatever was done to it.

One rule: key names and shapes are those of the published checkpoint.
"""

from torch import Tensor, nn
from torch.nn import functional

CONTENT_SIZE = 512


class Adaptor(nn.Module):
    """Two linear layers; unit length out. 525,312 parameters at 512."""

    def __init__(self, size: int = CONTENT_SIZE) -> None:
        super().__init__()
        self.model = nn.Sequential(nn.Linear(size, size), nn.ReLU(), nn.Linear(size, size))

    def forward(self, embedding: Tensor) -> Tensor:
        """Embeddings (..., size) to unit embeddings (..., size)."""
        return functional.normalize(self.model(embedding), dim=-1)
