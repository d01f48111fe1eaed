"""Reading files within limits, and writing them whole or not at all: a reader sees the old file or the new one."""

import contextlib
import os
import threading
from pathlib import Path

from byhand.errors import DataError, EnvironmentFault

_PREFIX = ".byhand-"  # of temporary files; the process's and the thread's numbers follow
PIECE = 1 << 20  # bytes


def read_whole(path: Path, what: str, at_most: int) -> bytes:
    """Return a file's bytes.

    what : "a picture", for the sentence when it is none   at_most : bytes; a longer file is not read to its end
    Raises DataError when it is missing, a folder or too long, EnvironmentFault when the machine cannot read it.
    """
    try:
        with open(path, "rb") as file:
            pieces, room = [], at_most + 1
            at_once = max(PIECE, os.fstat(file.fileno()).st_size)  # read(n) reserves n bytes, whatever there is
            while room > 0 and (piece := file.read(min(at_once, room))):
                pieces.append(piece)
                room -= len(piece)
    except FileNotFoundError:
        raise DataError(f"{path} does not exist.") from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder; expected {what}.") from None
    except OSError as error:
        raise EnvironmentFault(f"{path} cannot be read: {error.strerror or error}.") from error
    if room == 0:
        raise DataError(f"{path} is too large; expected {what} of {at_most:,} bytes at most.")
    return b"".join(pieces)


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` into the file `path`: written beside it, flushed to the disk, then renamed over it.

    Raises EnvironmentFault naming the path when the machine says no; the old file is then as it was, or, where only
    the last flush of the folder failed, the new one is there whole.
    """
    temporary = path.with_name(f"{_PREFIX}{os.getpid()}-{threading.get_ident()}-{path.name}")
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
    except OSError as error:
        raise EnvironmentFault(f"{path} cannot be written: {error.strerror or error}.") from error


def sweep_temporaries(folder: Path) -> None:
    """Remove temporary files that a process left in `folder` when it was killed; those of living ones stay."""
    for left_over in folder.glob(f"{_PREFIX}*"):
        process = left_over.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdecimal() and not _is_alive(int(process)):
            with contextlib.suppress(OSError):
                left_over.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the renaming itself survive a power cut, where the system can (Windows cannot open a folder)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _is_alive(process: int) -> bool:
    """Does a process of this number exist? Where it cannot be told, say yes."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
