"""Read the authors' pickled files without running anything that is in them.

One rule: a name in a pickle is looked up in a short list and nowhere else. Tensors and arrays are
rebuilt, configuration objects become inert placeholders, and any other name is refused.
"""

import collections
import pickle
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from numpy.lib import format as npy
from torch import _utils as torch_utils

_INERT_MODULES = ("omegaconf", "antlr4")
_INERT_NAMES = {
    *(("builtins", name) for name in "bool bytes complex dict float frozenset int list".split()),
    *(("builtins", name) for name in "long object range set slice str tuple unicode".split()),
    *(("typing", "Any"), ("typing", "Union"), ("collections", "defaultdict")),
    ("copyreg", "_reconstructor"),
    ("pathlib", "PosixPath"),
}
_OLD_NAMES = {
    "__builtin__": "builtins",
    "copy_reg": "copyreg",
}  # as protocol 2 writes it, which torch uses
_INERT_OF_NUMPY = ("scalar", "dtype", "ndarray", "_reconstruct")
_TENSOR_PARTS: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): torch_utils._rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): torch_utils._rebuild_parameter,
    ("torch", "Size"): torch.Size,
    ("torch", "device"): torch.device,
}
_DTYPES = {("torch", str(kind).removeprefix("torch.")): kind for kind in (
    torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int32, torch.int64,
    torch.uint8, torch.bool,
)}  # fmt: skip


class CheckpointError(ValueError):
    """A checkpoint that cannot be read: got, need and cure."""


class Placeholder:
    """Stands for an object that is not needed: takes whatever a pickle does to it, does nothing."""

    def __new__(cls, *args: Any, **kwargs: Any) -> "Placeholder":
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __setstate__(self, state: Any) -> None: ...

    def __setitem__(self, key: Any, value: Any) -> None: ...

    def append(self, item: Any) -> None: ...

    def extend(self, items: Any) -> None: ...

    def add(self, item: Any) -> None: ...


def _latin_bytes(text: str, encoding: str = "latin1") -> bytes:
    """What protocol 2 pickles call to make bytes."""
    if encoding != "latin1":
        raise CheckpointError(f"bytes encoded as {encoding!r} in a pickle: latin1 is usual")
    return text.encode("latin1")


class TensorUnpickler(pickle.Unpickler):
    """Knows tensors; torch.load derives from it and adds the storages."""

    def find_class(self, module: str, name: str) -> Any:
        where = (_OLD_NAMES.get(module, module), name)
        if where in _TENSOR_PARTS:
            return _TENSOR_PARTS[where]
        if where in _DTYPES:
            return _DTYPES[where]
        if where == ("_codecs", "encode"):
            return _latin_bytes
        if module.split(".")[0] in _INERT_MODULES or where in _INERT_NAMES:
            return Placeholder
        if module.split(".")[0] == "numpy" and name in _INERT_OF_NUMPY:
            return Placeholder
        raise CheckpointError(
            f"the checkpoint names {module}.{name}, which is neither a tensor nor a configuration: "
            "nothing of it was run (take the file from where the authors publish it, or save its "
            "state dict anew with safetensors)"
        )


def _refuse(*args: Any, **kwargs: Any) -> Any:
    raise CheckpointError("the checkpoint is of a form that torch has not written since 2020")


_RESTRICTED = ModuleType("restricted_pickle")
_RESTRICTED.Unpickler = TensorUnpickler  # type: ignore[attr-defined]
_RESTRICTED.load = _RESTRICTED.loads = _refuse  # type: ignore[attr-defined]


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The dictionary in a .pt file; tensors are mapped from disk, other objects are inert."""
    _check_archive(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except pickle.UnpicklingError:  # it holds more than tensors
        found = torch.load(
            path, map_location="cpu", weights_only=False, mmap=True, pickle_module=_RESTRICTED
        )
    if not isinstance(found, dict):
        raise CheckpointError(f"{path.name} holds a {type(found).__name__}: a dictionary is needed")
    return found


def _check_archive(path: Path) -> None:
    """Only torch's zip form is read: its other forms unpickle more than once, or hold programs."""
    if not path.is_file():
        raise CheckpointError(f"there is no {path}: name the folder with the authors' checkpoints")
    if not zipfile.is_zipfile(path):
        raise CheckpointError(
            f"{path.name} is not a zip archive as torch.save writes since 1.6: it is damaged, "
            "half downloaded or very old (download it again)"
        )
    with zipfile.ZipFile(path) as archive:
        if any(name.endswith("constants.pkl") for name in archive.namelist()):
            raise CheckpointError(f"{path.name} is a TorchScript program: a state dict is needed")


_ARRAY_MODULES = {"numpy.core.multiarray", "numpy._core.multiarray"}
_ARRAY_MAKERS = {  # numpy keeps them in another place from one version to the next
    "_reconstruct": np.empty(0).__reduce__()[0],
    "scalar": np.float64(0.0).__reduce__()[0],
}


class ArrayUnpickler(pickle.Unpickler):
    """Knows arrays and scalars of numbers, and strings in bytes; no class of anyone's."""

    def find_class(self, module: str, name: str) -> Any:
        if module in _ARRAY_MODULES and name in _ARRAY_MAKERS:
            return _ARRAY_MAKERS[name]
        if (module, name) in {("numpy", "ndarray"), ("numpy", "dtype")}:
            return getattr(np, name)
        if (module, name) == ("_codecs", "encode"):
            return _latin_bytes
        raise CheckpointError(
            f"the array file names {module}.{name}: only arrays of numbers are read, nothing of it "
            "was run (take features.npy from the authors' repository)"
        )


def read_features(path: Path) -> dict[str, Any]:
    """The dictionary in features.npy: per kind of feature, per class of instrument, numbers."""
    if not path.is_file():
        raise CheckpointError(
            f"there is no {path}: the effects processor was trained on its target curve "
            "(copy features.npy from the authors' repository beside the checkpoints)"
        )
    with path.open("rb") as file:
        try:
            version = npy.read_magic(file)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            read(file)
            found = ArrayUnpickler(file).load()
        except (ValueError, pickle.UnpicklingError, EOFError) as error:
            if isinstance(error, CheckpointError):
                raise
            raise CheckpointError(f"{path.name} cannot be read ({error}): copy it anew") from error
    features = found.item() if isinstance(found, np.ndarray) and found.ndim == 0 else found
    if not isinstance(features, dict):
        raise CheckpointError(f"{path.name} holds no dictionary: the authors' features.npy does")
    return features
