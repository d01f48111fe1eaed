"""Arrays larger than memory: a file of bytes or float32 numbers, mapped, so that training reads the rows it is at."""

from pathlib import Path

from byhand.arguments import check_path
from byhand.arrays import Array
from byhand.data.idx import GZIP_MAGIC, map_idx, read_idx
from byhand.data.npy import MAGIC, MAX_MAPPED, map_npy, read_npy
from byhand.files import open_regular

MAP_FROM = 1 << 27  # bytes: a smaller file is read, so that nothing that happens to it later can matter


def map_array(path: Path | str) -> Array:
    """Return the array in an unpacked IDX file of bytes, or in a .npy file of bytes or float32, without reading it.

    It is read-only, its pages are read from disk when they are looked at, and its header has been checked against the
    file's length. The file must stay as it is while the array is in use: one that is cut short ends the process.
    Raises DataError when the file is missing, damaged, packed or holds other numbers; SystemResourceError when the
    machine cannot map it.
    """
    path = check_path("map_array", "path", path)
    return map_npy(path) if _start(path)[0] == MAGIC else map_idx(path)


def read_or_map(path: Path) -> Array:
    """Return the array in an IDX or .npy file: mapped where it is large and unpacked, else read."""
    start, size = _start(path)
    if size >= MAP_FROM and start[:2] != GZIP_MAGIC:
        return map_array(path)
    return read_array(path)


def read_array(path: Path) -> Array:
    """Return the array in an IDX or .npy file, read."""
    return read_npy(path) if _start(path)[0] == MAGIC else read_idx(path)


def _start(path: Path) -> tuple[bytes, int]:
    """Return the first bytes of a file, and its size."""
    with open_regular(path, "an IDX or .npy file", 2 * MAX_MAPPED) as (file, size):
        return file.read(len(MAGIC)), size
