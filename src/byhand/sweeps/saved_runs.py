"""What a finished run's record says of its seeds."""

import math
from dataclasses import dataclass
from pathlib import Path

from byhand.errors import DataError
from byhand.training.run_folder import RunFolder

FIGURES = {"test_accuracy": "test accuracy", "validation_accuracy": "validation accuracy", "r_squared": "R²"}
MAX_NAME = 200  # characters


@dataclass(frozen=True)
class SavedRun:
    """data : the name of its set   what : which figure   values : of each seed"""

    data: str
    what: str
    values: dict[int, float]


def read_run(path: Path) -> SavedRun:
    """Return the figures in a run folder; raise DataError where it is not finished or damaged."""
    folder = RunFolder(path)
    record = folder.read_record()
    if record.get("status") != "finished" or "seeds" not in record:
        raise DataError(f"{path} is not a finished training; resume it first, or name another run.")
    try:
        name = next(name for name in FIGURES if name in record)
        seeds, values = record["seeds"], record[name]["values"]
        if not all(type(seed) is int for seed in seeds) or not all(math.isfinite(value) for value in values):
            raise ValueError(name)
        how = record["tested"]  # "on 10,000 test examples": other examples cannot be compared
        data = f"{record['data']} {how}"[:MAX_NAME]
        return SavedRun(data, FIGURES[name], dict(zip(seeds, map(float, values), strict=True)))
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise DataError(
            f"{folder.record_file} does not say what the run reached: {error!r}. Train it again."
        ) from error
