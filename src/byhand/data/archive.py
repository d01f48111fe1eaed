"""NPZ archives: named arrays in a zip file, looked at before they are unpacked, and without any object in them."""

import io
import math
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from byhand.arrays import Array
from byhand.errors import DataError
from byhand.files import read_whole

MAX_BYTES = 1 << 30  # of a file, and of what an archive unpacks to
MAX_EXPANSION = 100  # times an archive may grow when unpacked
DAMAGED = (OSError, zipfile.BadZipFile, zlib.error, ValueError, EOFError, RuntimeError, SyntaxError)


def read_arrays(path: Path, names: Sequence[str]) -> list[Array]:
    """Return the arrays of these names.

    Raises DataError when the file is missing, damaged, holds objects, lacks a name or unpacks to more than 1 GiB or
    100 times its size; EnvironmentFault when the machine cannot read it.
    """
    content = io.BytesIO(read_whole(path, "an archive of arrays", MAX_BYTES))
    try:
        with zipfile.ZipFile(content) as archive:
            for name in names:
                _check_size(archive, path, name, names)
            return [_npy(archive, path, f"{name}.npy") for name in names]
    except DAMAGED as error:
        raise DataError(f"{path} is no archive of arrays: {error}.") from error


def _check_size(archive: zipfile.ZipFile, path: Path, name: str, names: Sequence[str]) -> None:
    """Refuse an array that is not there or would grow too far."""
    members = {member.filename: member for member in archive.infolist()}
    if f"{name}.npy" not in members:
        raise DataError(f"{path} holds no array {name!r}; expected {' and '.join(names)}.")
    size, packed = members[f"{name}.npy"].file_size, members[f"{name}.npy"].compress_size
    if size > MAX_BYTES or size > MAX_EXPANSION * packed + (1 << 16):
        raise DataError(f"{path}: {name} unpacks {packed:,} to {size:,} bytes; that is more than is read.")


def _npy(archive: zipfile.ZipFile, path: Path, name: str) -> Array:
    """Return one array of an archive, once its header agrees with its size."""
    with archive.open(name) as file:
        version = np.lib.format.read_magic(file)
        if version not in ((1, 0), (2, 0)):
            raise DataError(f"{path}: {name} has version {version}; expected 1.0 or 2.0.")
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read_header(file)
        if dtype.hasobject or math.prod(shape) * dtype.itemsize > archive.getinfo(name).file_size:
            raise DataError(f"{path}: {name} declares {dtype} of shape {shape}, which it does not hold.")
    with archive.open(name) as file:
        return np.lib.format.read_array(file, allow_pickle=False)
