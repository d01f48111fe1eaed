"""NPY, NumPy's file of one array: a magic number, a header with type and shape, the numbers.

    bytes 0 – 5: \\x93NUMPY   byte 6: version 1 or 2   byte 7: 0   then the header's length, 2 bytes (version 1) or 4
    the header: {'descr': '<f4', 'fortran_order': False, 'shape': (60, 784), }   then the numbers

The header is a Python expression. It is parsed by a pattern, never evaluated, and its claims are checked against
the file's length. Source: numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
"""

import math
import re
from pathlib import Path
from typing import BinaryIO

import numpy as np

from byhand.arrays import Array
from byhand.errors import DataError
from byhand.files import map_bytes, open_regular

MAGIC = b"\x93NUMPY"
MAX_BYTES = 1 << 30  # of an array that is read
MAX_MAPPED = 1 << 40  # of one that is mapped
MAX_HEADER = 1 << 16  # bytes
MAX_DIMENSIONS = 8
NUMBERS = {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"}
MAX_TEXT = 4096  # characters of fixed-width text
MAX_CODE_POINT = 0x10FFFF

_FIELD = re.compile(
    r"""\s*['"](descr|fortran_order|shape)['"]\s*:"""  # a name
    r"""\s*(?:['"]([^'"]*)['"]|(True|False)|\(([\d\s,]*)\))\s*"""  # text, a truth or a tuple of sizes
)
_DESCR = re.compile(r"[<>|=]([biufSU])(\d{1,4})")


def read_npy(path: Path) -> Array:
    """Return the array of numbers in a .npy file.

    Raises DataError when the file is missing, damaged, larger than 1 GiB or holds anything but numbers;
    SystemResourceError when the machine cannot read it.
    """
    with open_regular(path, "an array (.npy)", MAX_BYTES + MAX_HEADER) as (file, size):
        array = parse_npy(str(path), file, size)
    if array.dtype.kind not in "biuf":
        raise DataError(f"{path} holds text; expected an array of numbers.")
    return array


def map_npy(path: Path) -> Array:
    """Return the bytes or float32 numbers of a .npy file as an array that is read from disk when it is looked at.

    Raises DataError as read_npy does, and for numbers that would have to be converted, which takes a copy.
    """
    with open_regular(path, "an array (.npy)", MAX_MAPPED + MAX_HEADER) as (file, size):
        who = str(path)
        dtype, shape, used, fortran = _described(who, file, size, MAX_MAPPED)
        if dtype not in (np.uint8, np.float32) or not dtype.isnative or fortran or 0 in shape or not shape:
            raise DataError(
                f"{path} holds {dtype.str} of shape {shape}{' in Fortran order' * fortran}; expected uint8 or float32 "
                f"in C order, which can be mapped. Save it as numpy.ascontiguousarray(array, numpy.float32)."
            )
        return np.frombuffer(map_bytes(path, file, size), dtype, offset=used).reshape(shape)


def parse_npy(who: str, file: BinaryIO, size: int) -> Array:
    """Return the array, of numbers or of fixed-width text, in `size` bytes of NPY format.

    who : the file's name, for error messages
    Nothing is allocated before the header agrees with `size`. Raises DataError if it does not.
    """
    dtype, shape, used, fortran = _described(who, file, size, MAX_BYTES)
    numbers = np.frombuffer(bytearray(file.read(size - used)), dtype=dtype)
    if numbers.size != math.prod(shape):
        raise DataError(f"{who} changed while it was read. Try again.")
    if dtype.kind == "U" and numbers.size and numbers.view(f"{dtype.byteorder}u4").max() > MAX_CODE_POINT:
        raise DataError(f"{who} is a damaged array: it holds characters that do not exist.")
    if dtype.kind == "b":
        numbers = numbers.view(np.uint8) != 0
    array = numbers.reshape(shape, order="F" if fortran else "C")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _described(
    who: str, file: BinaryIO, size: int, at_most: int
) -> tuple["np.dtype[np.generic]", tuple[int, ...], int, bool]:
    """Return type, shape, where the numbers begin and whether they are in Fortran order, once `size` agrees."""
    header, used = _header(who, file)
    fields = _fields(who, header)
    dtype, shape = _dtype(who, fields["descr"]), _shape(who, fields["shape"], at_most)
    if size - used != dtype.itemsize * math.prod(shape):
        raise DataError(
            f"{who} is a damaged array: its header declares {dtype} of shape {shape}, and {size - used:,} bytes follow."
        )
    return dtype, shape, used, fields["fortran_order"] == "True"


def _header(who: str, file: BinaryIO) -> tuple[str, int]:
    """Return the header's text and the offset of the numbers in the file."""
    start = file.read(12)
    width = {b"\1\0": 2, b"\2\0": 4}.get(start[6:8])
    if start[:6] != MAGIC or width is None:
        raise DataError(f"{who} is not an array in NPY format, version 1 or 2. Save it with numpy.save.")
    length = int.from_bytes(start[8 : 8 + width], "little")
    if length > MAX_HEADER:
        raise DataError(f"{who} is a damaged array: its header has {length:,} bytes; expected {MAX_HEADER:,} at most.")
    header = start[8 + width :] + file.read(max(length - (4 - width), 0))
    return header[:length].decode("latin-1"), 8 + width + length


def _fields(who: str, header: str) -> dict[str, str]:
    """Return the header's three fields as text."""
    text = header.strip()
    rest, fields = text[1:-1] if text[:1] == "{" and text[-1:] == "}" else "?", {}
    while found := _FIELD.match(rest):
        name, *values = found.groups()
        fields[name] = next(value for value in values if value is not None)
        rest = rest[found.end() :]
        if not rest.startswith(","):
            break
        rest = rest[1:]
    if rest.strip() or len(fields) != 3 or fields["fortran_order"] not in ("True", "False"):
        raise DataError(f"{who} is a damaged array: its header does not name type, order and shape.")
    return fields


def _dtype(who: str, descr: str) -> "np.dtype[np.generic]":
    """Return the dtype; Python objects, dates and records are refused."""
    found = _DESCR.fullmatch(descr)
    kind, size = (found[1], int(found[2])) if found else ("", 0)
    if f"{kind}{size}" in NUMBERS or (kind in "SU" and kind and 0 < size <= MAX_TEXT):
        return np.dtype(descr)
    what = "Python objects" if descr[-1:] == "O" else "another type than numbers"
    raise DataError(f"{who} holds {what}; expected numbers. Save it anew, as array.astype(numpy.float32) or as text.")


def _shape(who: str, text: str, at_most: int) -> tuple[int, ...]:
    """Parse a shape, as "60, 784"."""
    sizes = [size.strip() for size in text.split(",") if size.strip()]
    shape = tuple(int(size) for size in sizes if len(size) < 12 and size.isdecimal())
    if len(shape) != len(sizes) or len(shape) > MAX_DIMENSIONS or math.prod(max(n, 1) for n in shape) > at_most:
        raise DataError(f"{who} is a damaged array: its header's shape, ({text[:60]}), cannot be true.")
    return shape
