"""NPZ archives: named arrays in a zip file, checked before they are unpacked; objects are refused."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from byhand.arrays import Array
from byhand.data.npy import parse_npy
from byhand.errors import DataError
from byhand.files import open_regular

MAX_BYTES = 1 << 30  # of a file, and of an array in it
MAX_EXPANSION = 100  # times an archive may grow when unpacked
DAMAGED = (  # what the standard library raises on damaged archives
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, OverflowError, struct.error,
    LookupError, TypeError,
)  # fmt: skip


def read_arrays(path: Path, names: Sequence[str]) -> list[Array]:
    """Return the arrays of these names.

    Raises DataError when the file is missing, damaged, holds objects, lacks a name or unpacks to more than 1 GiB or
    100 times its size; SystemResourceError when the machine cannot read it.
    """
    with open_regular(path, "an archive of arrays (.npz)", MAX_BYTES) as (file, _):
        try:
            with zipfile.ZipFile(file) as archive:
                members = [_member(archive, path, name, names) for name in names]
                return [_unpacked(archive, path, member) for member in members]
        except DAMAGED as error:
            why = _reason(error)
            raise DataError(
                f"{path} is not an archive of arrays, or a damaged one ({why}). Save it with numpy.savez."
            ) from error


def _member(archive: zipfile.ZipFile, path: Path, name: str, names: Sequence[str]) -> zipfile.ZipInfo:
    """Return an array's entry; refuse one that is missing, would grow too large or uses another compression."""
    member = {member.filename: member for member in archive.infolist()}.get(f"{name}.npy")
    if member is None:
        raise DataError(f"{path} holds no array {name!r}; expected {' and '.join(names)}.")
    size, packed = member.file_size, member.compress_size
    if size > MAX_BYTES or size > MAX_EXPANSION * packed + (1 << 16):
        raise DataError(f"{path}: {name} unpacks {packed:,} to {size:,} bytes, which is more than byhand reads.")
    if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DataError(f"{path}: {name} is packed in a way that byhand does not read; expected numpy.savez.")
    return member


def _unpacked(archive: zipfile.ZipFile, path: Path, member: zipfile.ZipInfo) -> Array:
    """Return one array of an archive, read to its end so that its checksum is verified."""
    with archive.open(member) as file:
        content = file.read(member.file_size + 1)
    return parse_npy(f"{path}, {member.filename}", io.BytesIO(content), len(content))


def _reason(error: Exception) -> str:
    """Return the library's error as one short line."""
    return " ".join(str(error).split())[:100] or type(error).__name__
