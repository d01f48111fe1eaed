"""The guard in front of the safetensors library: a file is believed only as far as its own size proves it.

A safetensors file is eight bytes that say how long the header is, the header (JSON: name → dtype, shape, place of the
bytes), and the bytes of all tensors. The library is memory-safe but lenient: it accepts duplicate names, and spends
seconds and gigabytes on a header of a million empty tensors. So the header's size is limited here, and every claim in
it is checked in exact integers before anything is allocated.
Format: github.com/huggingface/safetensors, section "Format".
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from byhand.arrays import Params
from byhand.errors import ByhandError, ModelFormatError, OptionError, SystemResourceError
from byhand.files import atomic_write, open_regular
from byhand.persistence.schema import (
    Reader,
    integer,
    list_of,
    object_of,
    one_of,
    parse_json,
    plain_object,
    short_repr,
    string,
)

MAX_FILE = 1 << 30  # bytes: 268 million float32 weights
MAX_HEADER = 1 << 20  # bytes
MAX_TENSORS = 10_000
MAX_DIMENSIONS = 8
ITEM_BYTES = {"F64": 8, "F32": 4, "I64": 8, "U8": 1}  # what byhand writes: numbers, step counts, text
DTYPES = {"float64", "float32", "int64", "uint8"}

_place: Reader = list_of(integer(0, MAX_FILE))
_tensor: Reader = object_of({"dtype": one_of(*ITEM_BYTES), "shape": _place, "data_offsets": _place})


@dataclass(frozen=True, eq=False)
class Contents:
    """arrays : name → array, not shared   metadata : name → text."""

    arrays: Params
    metadata: dict[str, str]


@contextmanager
def error_context(path: Path, done: str = "read", unfit: type[ByhandError] = ModelFormatError) -> Iterator[None]:
    """Convert exceptions raised inside to byhand's own, with the file's name.

    done : "read" or "written"
    unfit : the class that replaces a ValueError, which the checks raise
    An OSError becomes SystemResourceError.
    """
    try:
        yield
    except ValueError as error:
        raise unfit(f"{path} cannot be {done}: {error}.") from error
    except OSError as error:
        raise SystemResourceError(f"{path} cannot be {done}: {error.strerror or error}.") from error


def read_tensors(path: Path) -> Contents:
    """Return the arrays and the metadata of a safetensors file.

    Raises DataError if there is none, ModelFormatError if it is anything else or damaged, SystemResourceError if the
    file cannot be read.
    """
    with error_context(path):
        data, metadata = _read_checked(path)
        return Contents(_arrays(data), metadata)


def write_tensors(path: Path, arrays: Params, metadata: dict[str, str]) -> None:
    """Write arrays and metadata to a safetensors file, whole or not at all.

    Raises OptionError if read_tensors would not accept the file, SystemResourceError if it cannot be written.
    """
    with error_context(path, "written", OptionError):
        data = _bytes(arrays, metadata)
        _check_size(len(data))
        check_head(data[: 8 + MAX_HEADER], len(data))
        atomic_write(path, data)


def check_head(head: bytes, size: int) -> dict[str, str]:
    """Return the metadata of a file of `size` bytes; raise ValueError if any claim of its header is false.

    head : the file's first 8 + MAX_HEADER bytes, or all of them
    """
    if len(head) < 8:
        raise ValueError(f"it has {len(head)} bytes; expected a safetensors file")
    length = int.from_bytes(head[:8], "little")
    if length > min(MAX_HEADER, size - 8):
        raise ValueError(f"it is not a safetensors file, or its header of {length:,} bytes is too long")
    header = plain_object("the header", parse_json(head[8 : 8 + length].decode("utf-8")))
    metadata = plain_object("__metadata__", header.pop("__metadata__", {}))
    if len(header) > MAX_TENSORS:
        raise ValueError(f"it holds {len(header):,} arrays; expected at most {MAX_TENSORS:,}")
    _check_cover([_span(name, entry) for name, entry in header.items()], size - 8 - length)
    return {name: string(name, value) for name, value in metadata.items()}


def _span(name: str, entry: Any) -> tuple[int, int]:
    """Return the (begin, end) of a tensor's bytes; raise ValueError unless they are as many as its shape needs."""
    tensor = _tensor(f"the array {short_repr(name)}", entry)
    item, shape, offsets = ITEM_BYTES[tensor["dtype"]], tensor["shape"], tensor["data_offsets"]
    if len(shape) > MAX_DIMENSIONS or item * math.prod(max(n, 1) for n in shape) > MAX_FILE:  # 0 · 2³¹ · 2³¹ is not 0
        raise ValueError(f"the array {short_repr(name)} has the shape {short_repr(shape)}, which is too large")
    if len(offsets) != 2 or offsets[1] - offsets[0] != item * math.prod(shape):
        raise ValueError(
            f"the array {short_repr(name)} of shape {short_repr(shape)} does not fill bytes {short_repr(offsets)}"
        )
    return offsets[0], offsets[1]


def _check_cover(spans: list[tuple[int, int]], size: int) -> None:
    """Raise ValueError unless the spans, in order, cover 0 … size without hole or overlap."""
    reached = 0
    for begin, end in sorted(spans):
        if begin != reached:
            raise ValueError(f"its arrays leave a hole or overlap at byte {min(begin, reached):,} of their {size:,}")
        reached = end
    if reached != size:
        raise ValueError(f"its arrays need {reached:,} bytes and {size:,} are there")


def _check_size(size: int) -> None:
    if size > MAX_FILE:
        raise ValueError(f"it has {size:,} bytes; expected at most {MAX_FILE:,}")


def _read_checked(path: Path) -> tuple[bytes, dict[str, str]]:
    """Return all bytes of a file and its metadata; with a false header nothing behind it is read."""
    with open_regular(path, "a safetensors file", MAX_FILE, ModelFormatError) as (file, size):
        head = file.read(8 + MAX_HEADER)
        metadata = check_head(head, size)
        data = head + file.read(size - len(head)) if size > len(head) else head
    if len(data) != size:
        raise ValueError("it changed while it was read; try again")
    return data, metadata


def _arrays(data: bytes) -> Params:
    """Return the tensors of a file whose header was checked."""
    try:
        return safetensors.numpy.load(data)
    except SafetensorError as error:  # stricter than Python's JSON, as on lone surrogates
        raise ValueError(f"the safetensors library refuses it ({short_repr(str(error))})") from error


def _bytes(arrays: Params, metadata: dict[str, str]) -> bytes:
    """Return the file. The library writes memory as it is, so arrays are made C-contiguous first."""
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise ValueError(f"the array {name!r} is {array.dtype}; expected one of {', '.join(sorted(DTYPES))}")
    in_rows = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    return safetensors.numpy.save(in_rows, metadata)
