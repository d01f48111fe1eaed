"""The results of a sweep: a JSON line a run, what is read back from them, and which trial is the best."""

import json
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byhand.errors import DataError, lookup
from byhand.files import read_bytes_limited
from byhand.sweeps.run_task import FINISHED, Values

MAX_RESULTS = 1 << 30  # bytes
METRICS = {"loss": -1, "score": 1}  # what is compared on the validation examples → 1: higher is better


@dataclass(frozen=True, repr=False)
class TrialResult:
    """One combination of values, with a line for each seed.

    number : from 0, in the order of the search   fields : what was varied, by name
    """

    number: int
    fields: Values
    runs: tuple[Values, ...]

    @property
    def status(self) -> str:
        """finished, or how its first run that did not finish ended."""
        return next((run["status"] for run in self.runs if run["status"] != FINISHED), FINISHED)

    @property
    def error(self) -> str | None:
        """Why its first failed run failed."""
        return next((run["error"] for run in self.runs if "error" in run), None)

    def values(self, metric: str) -> list[float]:
        """Return the metric of each seed, on the validation examples; empty unless all runs have one."""
        lookup("metric", metric, METRICS)
        found = [_metric_of(run, metric) for run in self.runs]
        return [value for value in found if value is not None] if None not in found else []

    def mean(self, metric: str) -> float | None:
        """Return the mean over the seeds; None where a run has none."""
        values = self.values(metric)
        return statistics.fmean(values) if values else None

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.fields.items())
        return f"<TrialResult {self.number}: {shown}; {self.status}>"


def _metric_of(run: Values, metric: str) -> float | None:
    """Return a run's validation loss, or its accuracy (R² in regression)."""
    if metric == "loss":
        value = run.get("valid_loss")
    else:
        value = run.get("r_squared") if run.get("accuracy") is None else run["accuracy"]
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def rank_trials(trials: Iterable[TrialResult], metric: str) -> list[TrialResult]:
    """Return the finished trials, the best first; of equal ones the one with the lower loss, then the earlier."""
    sign = METRICS[metric]

    def order(trial: TrialResult) -> tuple[float, float, int]:
        loss = trial.mean("loss")
        return -sign * (trial.mean(metric) or 0.0), math.inf if loss is None else loss, trial.number

    return sorted((one for one in trials if one.status == FINISHED and one.mean(metric) is not None), key=order)


def collect_trials(lines: Sequence[Values]) -> list[TrialResult]:
    """Return the trials of these lines; of a run that was trained in several parts the last line counts."""
    runs: dict[int, dict[int, Values]] = {}
    for line in lines:
        runs.setdefault(line["trial"], {})[line["seed"]] = line
    return [
        TrialResult(number, next(iter(by_seed.values()))["fields"], tuple(by_seed.values()))
        for number, by_seed in sorted(runs.items())
    ]


def to_line(values: Values) -> str:
    """Return a line of the results; null stands for what is not a finite number."""
    plain = {key: _plain(value) for key, value in values.items()}
    return json.dumps(plain, ensure_ascii=True, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def read_results(file: Path) -> list[Values]:
    """Return the lines of a results file; a last line that a kill cut off is left out.

    Raises DataError for a line that is not one of a sweep.
    """
    if not file.exists():
        return []
    text = read_bytes_limited(file, "the results of a sweep", MAX_RESULTS).decode("utf-8", "replace")
    whole = text[: text.rfind("\n") + 1]
    return [_read_line(file, number, line) for number, line in enumerate(whole.splitlines(), start=1)]


def _read_line(file: Path, number: int, line: str) -> Values:
    try:
        values = json.loads(line)
        if not isinstance(values["fields"], dict) or not isinstance(values["status"], str):
            raise TypeError
        for name in ("trial", "seed"):
            if type(values[name]) is not int:
                raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DataError(f"line {number} of {file} is not a result of a sweep: {line[:60]!r}.") from None
    return dict(values)
