"""Read a PyTorch checkpoint without PyTorch, and without running what a pickle may carry.

A ``.pt`` file is a zip archive: ``<root>/data.pkl`` describes the tensors, ``<root>/data/<key>``
holds their bytes. A pickle may name any function of any module, so the reader here knows exactly
the three kinds of names that a file of plain tensors needs and refuses every other.
"""

from __future__ import annotations

import collections
import io
import math
import pickle
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import MissingCapability

MAX_BYTES = 64 * 2**20  # a BeatNet file holds 1.6 MB

STORAGE_TYPES = {
    "HalfStorage": np.dtype("<f2"),
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "LongStorage": np.dtype("<i8"),
}


class UnsafeCheckpoint(MissingCapability):
    """The file is not a checkpoint of plain tensors."""

    code = "UNSAFE_CHECKPOINT"


def read_tensors(path: Path | str) -> dict[str, NDArray[Any]]:
    """Return the named tensors of a PyTorch zip checkpoint as arrays that own their memory.

    Raises ``UnsafeCheckpoint`` when the file is no such archive, is larger than ``MAX_BYTES``, names
    anything besides tensors and dictionaries, or describes a tensor outside its storage.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise UnsafeCheckpoint(
                    f"{path} is too large for a beat model. Install BeatNet anew."
                )
            content = _TensorUnpickler(archive).load()
    except (
        OSError,
        zipfile.BadZipFile,
        pickle.UnpicklingError,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        StopIteration,
    ) as error:
        raise UnsafeCheckpoint(
            f"{path} cannot be read as a file of plain tensors ({error}). Install BeatNet 1.1.3 anew."
        ) from error
    if not isinstance(content, dict):
        raise UnsafeCheckpoint(
            f"{path} holds no dictionary of tensors. Install BeatNet 1.1.3 anew."
        )
    return {name: value for name, value in content.items() if isinstance(value, np.ndarray)}


class _TensorUnpickler(pickle.Unpickler):
    """Builds arrays where PyTorch would build tensors; every other global is refused."""

    def __init__(self, archive: zipfile.ZipFile):
        pickled = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        self._archive = archive
        self._root = pickled.rsplit("/", 1)[0]
        super().__init__(io.BytesIO(archive.read(pickled)))

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in STORAGE_TYPES:
            return STORAGE_TYPES[name]
        raise pickle.UnpicklingError(f"refused to load {module}.{name}")

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        kind, dtype, key, _device, _count = pid
        if kind != "storage" or not isinstance(dtype, np.dtype):
            raise pickle.UnpicklingError("unexpected persistent id")
        return np.frombuffer(self._archive.read(f"{self._root}/data/{key}"), dtype)


def _tensor(
    storage: NDArray[Any], offset: int, shape: Sequence[int], strides: Sequence[int], *_rest: Any
) -> NDArray[Any]:
    """Copy one tensor (offset and strides in elements) out of its storage, inside its bounds."""
    numbers = (offset, *shape, *strides)
    if len(shape) != len(strides) or not all(isinstance(n, int) and n >= 0 for n in numbers):
        raise pickle.UnpicklingError("malformed tensor")
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    if math.prod(shape) == 0 or last >= len(storage):
        raise pickle.UnpicklingError("tensor outside its storage")
    byte_strides = tuple(step * storage.itemsize for step in strides)
    stride: Callable[..., NDArray[Any]] = np.lib.stride_tricks.as_strided
    return np.array(stride(storage[offset:], shape, byte_strides, writeable=False))
