"""Where a model comes from: what its bits depend on, and how its training went.

The same seed gives the same bits on the same kind of machine with the same versions. Another number of BLAS threads or
another BLAS kernel changes the order of sums and so the last bits. These are recorded, so that a resumed run can report
what has changed.
"""

import os
import platform
from collections.abc import Sequence
from typing import Any

import numpy as np

from byhand._version import __version__
from byhand.persistence.schema import short_repr

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")  # in the order in which OpenBLAS reads them


def environment() -> dict[str, Any]:
    """Return what the bits of a computation on this machine depend on besides the engine, as plain data.

    blas_threads : as set for the BLAS library, else the number of processors it may use
    blas_kernel : as set for it, else "chosen by processor"
    cpu_features : the processor's features that NumPy uses
    """
    build: Any = np.show_config(mode="dicts")
    blas = build.get("Build Dependencies", {}).get("blas", {})
    return {
        "byhand": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', 'unknown')}",
        "blas_threads": _blas_threads(),
        "blas_kernel": os.environ.get("OPENBLAS_CORETYPE", "chosen by processor"),
        "cpu_features": list(build.get("SIMD Extensions", {}).get("found", [])),
    }


def _blas_threads() -> int:
    """Return how many threads BLAS uses, as far as the environment tells."""
    told = [os.environ[name] for name in THREAD_VARIABLES if os.environ.get(name, "").isdecimal()]
    if told:
        return int(told[0])
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the differences between two environments, a phrase each; empty when the bits should be equal.

    >>> differences({"numpy": "2.3.1", "blas_threads": 2}, {"numpy": "2.4.0", "blas_threads": 2})
    ["numpy was '2.3.1', is '2.4.0'"]
    """
    names = [*new, *(name for name in old if name not in new)]
    return [
        f"{name if name in new else short_repr(name)} was {short_repr(old.get(name))}, is {short_repr(new.get(name))}"
        for name in names
        if old.get(name) != new.get(name)
    ]


def training_summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the short form of a history that is saved with a model: {"epochs", "last", "best"}.

    rows : a plain object per epoch, from EpochRecord.to_saved
    "best" is the first row with the lowest validation loss, None without validation.
    Times are left out, so that equal runs make equal files. They are in the run's record.
    """
    rows = [{name: value for name, value in row.items() if name != "seconds"} for row in rows]
    validated = [row for row in rows if row["valid_loss"] is not None]
    return {
        "epochs": len(rows),
        "last": rows[-1] if rows else None,
        "best": min(validated, key=lambda row: row["valid_loss"], default=None),
    }
