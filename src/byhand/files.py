"""Reading files within limits, and writing them atomically: a reader sees the old file or the new one."""

import contextlib
import mmap
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from byhand.errors import DataError, SystemResourceError

_PREFIX = ".byhand-"  # of temporary files; the process's and the thread's numbers follow
MAX_DIGITS = 9  # of a process's number; a longer one is not from here, and no system call takes it


@contextlib.contextmanager
def open_regular(
    path: Path, what: str, at_most: int, unfit: type[DataError] = DataError
) -> Iterator[tuple[BinaryIO, int]]:
    """Open a regular file for reading, and return it with its size in bytes.

    what : "a picture", for the error message   at_most : bytes; a longer file is not read
    unfit : the error for a file that exists and is not regular or too long
    Every file from elsewhere is opened here. A pipe or a device has no size and might block for ever, so it is refused.
    Raises DataError when it is missing, `unfit` when it is not a regular file or too long, SystemResourceError when the
    machine cannot read it.
    """
    try:
        with _open_regular(path, what) as file:
            yield file, _regular_size(path, file, what, at_most, unfit)
    except (FileNotFoundError, NotADirectoryError):
        if _is_address(path):
            address = str(path).replace(":", ":/", 1)
            raise DataError(f"{address} is an address; expected {what} on this machine. Download it first.") from None
        raise DataError(f"{path} does not exist; expected {what}. Check the path.") from None
    except IsADirectoryError:
        raise unfit(f"{path} is a folder; expected {what}.") from None
    except OSError as error:
        raise SystemResourceError(f"{path} cannot be read: {error.strerror or error}.") from error


def _is_address(path: Path) -> bool:
    """Was the path an address, as https://…, of whose slashes a Path keeps one?"""
    return len(path.parts) > 1 and path.parts[0].lower() in ("http:", "https:", "ftp:", "s3:", "gs:")


def read_bytes_limited(path: Path, what: str, at_most: int) -> bytes:
    """Return a regular file's bytes; arguments and errors as open_regular."""
    with open_regular(path, what, at_most) as (file, size):
        data = file.read(size + 1)
    if len(data) != size:
        raise DataError(f"{path} changed while it was read; expected {what}. Try again.")
    return data


def map_bytes(path: Path, file: BinaryIO, size: int) -> mmap.mmap:
    """Return the bytes of an open regular file, mapped read-only: each page is read from disk when it is looked at.

    size : as open_regular found it   The mapping outlives the file. A file that is cut while it is mapped ends the
    process, so this is for files that are too large to be read.
    """
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if len(mapped) != size:
        raise DataError(f"{path} changed while it was opened. Try again.")
    return mapped


def _open_regular(path: Path, what: str) -> BinaryIO:
    try:
        return open(path, "rb", opener=_without_waiting)
    except ValueError:  # a null character, half a surrogate pair
        raise DataError(f"{str(path)!r} cannot be the name of a file; expected {what}.") from None


def _without_waiting(path: str, flags: int) -> int:
    """Open without blocking on a pipe; for a regular file this changes nothing."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _regular_size(path: Path, file: BinaryIO, what: str, at_most: int, unfit: type[DataError]) -> int:
    """Return the size of an open file, or raise `unfit` if it is not regular or too long."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise unfit(f"{path} is not a regular file; expected {what}.")
    if status.st_size > at_most:
        raise unfit(
            f"{path} is too large: it has {status.st_size:,} bytes; expected {what} of {at_most:,} bytes at most."
        )
    return status.st_size


def atomic_write(path: Path, data: bytes) -> None:
    """Write `data` to a temporary file next to `path`, flush it to disk, and rename it to `path`.

    Raises SystemResourceError naming the path if `path` is not a regular file or writing fails; the old file is
    then unchanged, or, if only the last flush of the folder failed, the new one is complete.
    """
    if not _is_replaceable(path):
        raise SystemResourceError(f"{path} cannot be written: it is a link, a device, a pipe or a folder. Name a file.")
    temporary = path.with_name(f"{_PREFIX}{os.getpid()}-{threading.get_ident()}-{path.name[-20:]}")
    try:
        try:
            with open(temporary, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _sync_folder(path.parent)
    except ValueError:  # a null character
        raise SystemResourceError(f"{str(path)!r} cannot be the name of a file. Choose another.") from None
    except OSError as error:
        raise SystemResourceError(f"{path} cannot be written: {error.strerror or error}.") from error


def append_line(path: Path, line: str) -> int:
    """Append a line to a regular file; see append_bytes."""
    return append_bytes(path, line.encode())


def append_bytes(path: Path, data: bytes) -> int:
    """Append to a regular file, made if need be, in one write; return the file's size in bytes after it.

    Raises SystemResourceError naming the path if `path` is not a regular file or writing fails.
    """
    try:
        with open(path, "ab", buffering=0, opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise SystemResourceError(f"{path} cannot be written: it is not a regular file. Name a file.")
            file.write(data)
            return file.tell()
    except OSError as error:
        raise SystemResourceError(f"{path} cannot be written: {error.strerror or error}.") from error


def _is_replaceable(path: Path) -> bool:
    """Is there a regular file, or nothing yet? Renaming over a link, or as root over a device, would replace it."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return True  # nothing there, or nothing that can be seen: then writing it says why


def remove_stale_tempfiles(folder: Path) -> None:
    """Remove temporary files that a process left in `folder` when it was killed; those of living ones stay."""
    for left_over in folder.glob(f"{_PREFIX}*"):
        process = left_over.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdecimal() and len(process) <= MAX_DIGITS and not _is_alive(int(process)):
            with contextlib.suppress(OSError):
                left_over.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the renaming itself survive a power cut, where possible (Windows cannot open a folder)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _is_alive(process: int) -> bool:
    """Does a process with this number exist? True if that cannot be determined."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
