"""Safetensors files whose bytes depend on nothing but what is in them.

One rule: the words in the header stand in the order of their keys; the library's own order is drawn
anew in every process, and a file's hash would be, too.
"""

import json
from collections.abc import Mapping

import numpy as np
from safetensors.numpy import save


def serialised(tensors: dict[str, np.ndarray], words: Mapping[str, str]) -> bytes:
    """A safetensors file of these tensors and words."""
    raw = save(tensors, dict(words))
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # tensors begin at a multiple of eight bytes
    return len(text).to_bytes(8, "little") + text + raw[start:]
