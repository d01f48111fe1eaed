"""Writing files whole or not at all: a reader sees the old file or the new one, whatever happens in between."""

import contextlib
import os
import threading
from pathlib import Path

from byhand.errors import EnvironmentFault

_PREFIX = ".byhand-"  # of temporary files; the process's and the thread's numbers follow


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
