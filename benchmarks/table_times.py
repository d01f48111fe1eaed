"""Seconds and memory of the models of tables.py: python benchmarks/table_times.py WHEELS [--rows 1000] [--splits 3]

Every fit has a process of its own, one after the other, all models of a split in turn, so that other work on the
machine slows all of them alike. A first fit on a few rows pays for what is loaded or compiled once; the second is
timed. Memory is the most that the process took with its libraries, pandas and scikit-learn, which read and split the
table, among them. Two models are not in tables.py. "Equal epochs" is scikit-learn's network with byhand's sizes,
batches and epochs: it says what the arithmetic costs, the others what a user waits for. RealMLP-TD is pytabkit's whole
model with its defaults; RealMLP-TD-S, whose errors tables.py has, is its simple form.

Needs what tables.py needs; nothing else should run meanwhile. Some six minutes a split on two cores with all peers.
"""

import argparse
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline

from byhand.training.batch_size import batch_size_for
from machine import machine, parser_for, save_record
from table_sets import read_set
from tables import THREADS, filled_frame, models, plain_inputs, split

SETS = ("segment", "german", "splice", "concrete", "ames", "computers")  # numbers, words, both; classes and numbers
EQUAL_EPOCHS = "scikit-learn MLP, equal epochs"
REAL_MLP = "RealMLP-TD (pytabkit)"
FEW = 100  # rows of the first fit
TOLD = "figures "  # before the line that a process prints


def timed_models(is_regression: bool, seed: int, n: int) -> dict[str, Callable[[], Any]]:
    """Return the models of tables.py, RealMLP-TD, and scikit-learn's network with byhand's units, batches and epochs.

    n : training rows
    """
    net = MLPRegressor if is_regression else MLPClassifier
    found = models(is_regression, seed)
    own = found["byhand"]()
    same = {"hidden_layer_sizes": own.hidden_layer_sizes, "max_iter": own.max_iter, "batch_size": batch_size_for(n)}
    all_epochs = {"tol": 0.0, "n_iter_no_change": own.max_iter, "random_state": seed}
    if importlib.util.find_spec("pytabkit"):
        found[REAL_MLP] = partial(full_real_mlp, is_regression, seed)
    return {EQUAL_EPOCHS: lambda: make_pipeline(plain_inputs(scale=True), net(**same, **all_epochs)), **found}


def full_real_mlp(is_regression: bool, seed: int) -> Any:
    import pytabkit

    full = pytabkit.RealMLP_TD_Regressor if is_regression else pytabkit.RealMLP_TD_Classifier
    return make_pipeline(filled_frame(), full(random_state=seed, device="cpu", n_threads=THREADS))


def measure(name: str, model_name: str, seed: int, rows: int, wheels: Path) -> dict[str, float]:
    """Return seconds and megabytes of one fit in this process."""
    data = read_set(name, wheels)
    train, test = split(data, rows, seed)
    make = timed_models(data.is_regression, seed, len(train))[model_name]
    make().fit(data.X.iloc[train[:FEW]], data.y[train[:FEW]])
    model = make()
    started = time.perf_counter()
    model.fit(data.X.iloc[train], data.y[train])
    fitted = time.perf_counter()
    model.predict(data.X.iloc[test])
    predicted = time.perf_counter()
    return {
        "fit_seconds": fitted - started,
        "predict_seconds": predicted - fitted,
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measure_in_a_process(name: str, model_name: str, seed: int, options: Any) -> dict[str, float]:
    """Return what `measure` finds in a process of its own."""
    one = json.dumps([name, model_name, seed])
    command = [sys.executable, __file__, str(options.wheels), "--rows", str(options.rows), "--one", one]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = [line for line in done.stdout.splitlines() if line.startswith(TOLD)]
    if not told:
        sys.exit(f"{model_name} on {name}: {done.stderr[-400:]}")
    figures: dict[str, float] = json.loads(told[0].removeprefix(TOLD))
    return figures


def compare_times(name: str, options: Any) -> dict[str, dict[str, float]]:
    """Return the medians over the splits of one table, by model."""
    is_regression = read_set(name, options.wheels).is_regression
    found: dict[str, list[dict[str, float]]] = {}
    for seed in range(options.splits):
        for model_name in timed_models(is_regression, seed, options.rows):
            found.setdefault(model_name, []).append(measure_in_a_process(name, model_name, seed, options))
    return {
        model_name: {key: statistics.median(row[key] for row in rows) for key in rows[0]}
        for model_name, rows in found.items()
    }


def summary(tables: dict[str, dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Return for every model how many times as long as byhand it takes, the median over tables; and its megabytes."""
    return {
        model_name: {
            key: statistics.median(rows[model_name][key] / rows["byhand"][key] for rows in tables.values())
            for key in ("fit_seconds", "predict_seconds", "peak_megabytes")
        }
        for model_name in next(iter(tables.values()))
    }


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--one", type=json.loads, help=argparse.SUPPRESS)  # of measure_in_a_process
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of other libraries, about epochs that were too few
    if options.one:
        name, model_name, seed = options.one
        print(TOLD + json.dumps(measure(name, model_name, seed, options.rows, options.wheels)))
        return
    tables = {}
    for name in options.sets:
        tables[name] = compare_times(name, options)
        shown = "  ".join(f"{model} {row['fit_seconds']:.2f} s" for model, row in tables[name].items())
        print(f"{name:<12}{shown}", flush=True)
    found = summary(tables)
    for model_name, row in sorted(found.items(), key=lambda item: item[1]["fit_seconds"]):
        print(f"{model_name:<34} fit {row['fit_seconds']:.2f} times byhand's, memory {row['peak_megabytes']:.2f} times")
    record = {**machine(), "rows": options.rows, "splits": options.splits, "times_byhand": found, "tables": tables}
    save_record("table-times", record, wanted=options.record)


if __name__ == "__main__":
    main()
