"""How many processors this process may use: those that it may run on, and no more than its container's limit.

Linux limits a container's processor time by cgroups, in version 2 by `cpu.max`, in version 1 by `cpu.cfs_quota_us` and
`cpu.cfs_period_us`, in the process's own group and in all groups above it. os.cpu_count() knows nothing of this. A
fraction of a processor is left out: when the time of a period is used up, all threads stand still until the next one.
"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

MAX_CHARACTERS = 65536  # of any of these files; they have a line or a few


def available_cpus(root: Path = Path("/")) -> int:
    """Return how many processors this process may use, at least 1. root : the folder of proc and sys"""
    limit = cgroup_limit(root)
    return _affinity() if limit is None else max(1, min(_affinity(), int(limit)))


def _affinity() -> int:
    """Return the processors that the operating system lets this process run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache  # reading the files takes 0.3 ms, a third of an epoch of 64-32-10
def cgroup_limit(root: Path = Path("/")) -> float | None:
    """Return the smallest limit of this process's control groups in processors, 0.5 for half of one; None: no limit.

    The files are read once a process: a limit that changes later is not noticed.
    """
    limits = [limit for folder in _folders(root) if (limit := _limit_of(folder)) is not None]
    return min(limits, default=None)


def _folders(root: Path) -> Iterator[Path]:
    """Yield the folders of this process's groups and of those above, to the top that this process can see."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number != "0" and "cpu" not in controllers.split(","):
            continue
        top = root / "sys/fs/cgroup" / controllers
        parts = [part for part in path.split("/") if part not in ("", "..")]
        for n in range(len(parts), -1, -1):
            yield top.joinpath(*parts[:n])


def _limit_of(folder: Path) -> float | None:
    """Return the limit that one group sets in processors, or None."""
    quota, _, period = (_text(folder / "cpu.max") or _version_1(folder)).partition(" ")
    try:
        limit = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):  # "max": no limit; or no such file
        return None
    return limit if limit > 0 else None  # version 1 writes -1 for no limit


def _version_1(folder: Path) -> str:
    """Return what cpu.max would say."""
    return f"{_text(folder / 'cpu.cfs_quota_us')} {_text(folder / 'cpu.cfs_period_us')}"


def _text(path: Path) -> str:
    """Return the file's text; "" if it does not exist or may not be read."""
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            return file.read(MAX_CHARACTERS).strip()
    except OSError:
        return ""
