"""IDX, the file format of MNIST: a magic number of four bytes, the sizes, the numbers.

    bytes 0, 1: zero   byte 2: data type   byte 3: number of dimensions d
    then d sizes, 4 bytes each, big-endian; then the numbers, big-endian, last dimension fastest

Source: LeCun, Cortes, Burges, "The MNIST database", section "File formats". A header's claim is
checked against the file's length before anything is allocated.
"""

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from byhand.arrays import Array
from byhand.errors import DataError
from byhand.files import atomic_write, map_bytes, open_regular

KINDS = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MAX_BYTES = 1 << 30  # of numbers in one file that is read
MAX_MAPPED = 1 << 40  # of one that is mapped
MAX_DIMENSIONS = 4
MAX_HEADER = 4 + 4 * MAX_DIMENSIONS  # bytes
MAX_EXPANSION = 200  # MNIST unpacks to 5 times its size; a gzip bomb to 1,000
PIECE = 1 << 20  # bytes
GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: Path) -> Array:
    """Return the array in an IDX file, gzipped (known by its content, not its name) or not.

    Raises DataError when the file is missing, truncated, too long or not an IDX file; SystemResourceError when the
    machine cannot read it.
    """
    with open_regular(path, "an IDX file", MAX_BYTES + MAX_HEADER) as (file, size):
        head = file.read(MAX_HEADER)
        if head[:2] == GZIP_MAGIC:
            file.seek(0)
            return _parsed(path, _inflated(path, file, size))
        _check_length(path, size, _declared_bytes(path, head))
        return _parsed(path, head + file.read(size - len(head)))


def map_idx(path: Path) -> Array:
    """Return the bytes of an unpacked IDX file as an array that is read from disk when it is looked at.

    Raises DataError as read_idx does, and for numbers of more than one byte, which IDX holds in the wrong order.
    """
    with open_regular(path, "an IDX file", MAX_MAPPED + MAX_HEADER) as (file, size):
        head = file.read(MAX_HEADER)
        if head[:2] == GZIP_MAGIC:
            raise DataError(f"{path} is packed with gzip and cannot be mapped. Unpack it first: gunzip.")
        dtype, shape = _shape(path, head)
        if dtype != np.uint8:
            raise DataError(f"{path} holds {dtype.newbyteorder('=')}; expected bytes in an IDX file to be mapped.")
        _check_length(path, size, _declared_bytes(path, head, MAX_MAPPED))
        return np.frombuffer(map_bytes(path, file, size), dtype, offset=4 + 4 * len(shape)).reshape(shape)


def write_idx(path: Path, array: Array) -> None:
    """Write an array as an IDX file, whole or not at all. Raises DataError for a dtype or shape IDX cannot hold."""
    codes = {np.dtype(dtype): code for code, dtype in KINDS.items()}
    big_endian = array.dtype.newbyteorder(">")
    if big_endian not in codes or not 1 <= array.ndim <= MAX_DIMENSIONS:
        raise DataError(f"write_idx got {array.dtype} of shape {array.shape}; expected 1 to 4 dimensions of {KINDS}.")
    header = bytes([0, 0, codes[big_endian], array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    atomic_write(path, header + np.ascontiguousarray(array, dtype=big_endian).tobytes())


def _inflated(path: Path, packed: BinaryIO, size: int) -> bytes:
    """Return the inflated bytes of `size` packed ones, at most one more than the header inside declares."""
    limit = MAX_EXPANSION * size + PIECE
    try:
        with gzip.GzipFile(fileobj=packed) as file:
            pieces = [file.read(MAX_HEADER)]
            missing = _declared_bytes(path, pieces[0]) + 1 - len(pieces[0])
            if missing > limit:
                raise DataError(
                    f"{path} would grow more than {MAX_EXPANSION} times when unpacked, as no IDX file of pictures "
                    f"does. Take another copy."
                )
            while missing > 0 and (piece := file.read(min(missing, PIECE))):
                pieces.append(piece)
                missing -= len(piece)
        return b"".join(pieces)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is a damaged gzip file: {error}.") from error


def _shape(path: Path, content: bytes) -> tuple[np.dtype[np.generic], tuple[int, ...]]:
    """Return dtype and shape that the header declares."""
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in KINDS or not 1 <= content[3] <= MAX_DIMENSIONS:
        raise DataError(
            f"{path} is not an IDX file: it begins with {content[:4].hex(' ') or 'nothing'}; expected 00 00."
        )
    end = 4 + 4 * content[3]
    if len(content) < end:
        raise DataError(f"{path} is truncated: it ends within its header. Take another copy.")
    shape = tuple(int.from_bytes(content[i : i + 4], "big") for i in range(4, end, 4))
    return np.dtype(KINDS[content[2]]), shape


def _declared_bytes(path: Path, content: bytes, at_most: int = MAX_BYTES) -> int:
    """Return the length of the whole file as its header declares it."""
    dtype, shape = _shape(path, content)
    n_bytes = math.prod(shape) * dtype.itemsize
    if n_bytes > at_most or 0 in shape:
        raise DataError(f"{path} declares an array of shape {shape}; expected 1 to {at_most:,} bytes.")
    return 4 + 4 * len(shape) + n_bytes


def _check_length(path: Path, size: int, declared: int) -> None:
    """Raise DataError unless the file is as long as its header declares."""
    if size != declared:
        what = "is truncated" if size < declared else "has bytes left over"
        raise DataError(f"{path} {what}: it has {size:,} bytes and declares {declared:,}.")


def _parsed(path: Path, content: bytes) -> Array:
    """Return the array, in the machine's byte order, once every byte is accounted for."""
    _check_length(path, len(content), _declared_bytes(path, content))
    dtype, shape = _shape(path, content)
    array = np.frombuffer(content, dtype=dtype, offset=4 + 4 * len(shape)).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)
