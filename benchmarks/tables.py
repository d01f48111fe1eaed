"""Real tables: byhand's estimators beside other models. python benchmarks/tables.py WHEELS [--rows 3000] [--splits 3]

WHEELS is the folder with the two wheels of table_sets.py. Every model has its defaults; what cannot take words or gaps
gets them one-hot and filled with the mean. Error: the share of wrong classes, or the root of 1 − R². Each split holds
a fifth out, by its seed; models see the rest and choose on that alone. Tables with more rows than --rows are sampled.
Needs scikit-learn and pandas; LightGBM and CatBoost take part where they are installed.
"""

import importlib.util
import math
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier as SklearnClassifier
from sklearn.neural_network import MLPRegressor as SklearnRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from byhand.estimators import MLPClassifier, MLPRegressor
from machine import machine, parser_for, save_record
from table_sets import KEEL_SETS, R_SETS, TableSet, read_set

NUMBERS, WORDS = make_column_selector(dtype_include=np.number), make_column_selector(dtype_exclude=np.number)


def plain_inputs(*, scale: bool) -> Any:
    """Return what turns a frame into numbers without gaps."""
    numbers = [SimpleImputer(), StandardScaler()] if scale else [SimpleImputer()]
    words = OneHotEncoder(handle_unknown="ignore", max_categories=50, sparse_output=False)
    return make_column_transformer((make_pipeline(*numbers), NUMBERS), (words, WORDS))


def ordinal_inputs() -> Any:
    """Return what numbers the categories and leaves gaps: for trees."""
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    return make_column_transformer(("passthrough", NUMBERS), (ordinal, WORDS))


def models(is_regression: bool, seed: int) -> dict[str, Callable[[], Any]]:
    """Return every model by name, unfitted."""
    own = MLPRegressor if is_regression else MLPClassifier
    net = SklearnRegressor if is_regression else SklearnClassifier
    trees = HistGradientBoostingRegressor if is_regression else HistGradientBoostingClassifier
    linear = Ridge() if is_regression else LogisticRegression(max_iter=1000)
    found: dict[str, Callable[[], Any]] = {
        "byhand": lambda: own(random_state=seed),
        "scikit-learn MLP as it is": lambda: make_pipeline(plain_inputs(scale=False), net(random_state=seed)),
        "scikit-learn MLP, scaled": lambda: make_pipeline(
            plain_inputs(scale=True), net(random_state=seed, early_stopping=True)
        ),
        "linear": lambda: make_pipeline(plain_inputs(scale=True), linear),
        "HistGradientBoosting": lambda: make_pipeline(ordinal_inputs(), trees(random_state=seed)),
    }
    if importlib.util.find_spec("lightgbm"):
        import lightgbm

        boosted = lightgbm.LGBMRegressor if is_regression else lightgbm.LGBMClassifier
        found["LightGBM"] = lambda: make_pipeline(ordinal_inputs(), boosted(random_state=seed, verbose=-1, n_jobs=2))
    return found


def error(model: Any, data: TableSet, train: Any, test: Any) -> dict[str, float]:
    """Return a model's error on the held-out rows and its seconds."""
    started = time.perf_counter()
    model.fit(data.X.iloc[train], data.y[train])
    fitted = time.perf_counter()
    score = model.score(data.X.iloc[test], data.y[test])
    predicted = time.perf_counter()
    wrong = math.sqrt(max(1 - score, 0)) if data.is_regression else 1 - score
    return {"error": wrong, "fit_seconds": fitted - started, "predict_seconds": predicted - fitted}


def compare(data: TableSet, rows: int, splits: int) -> dict[str, list[dict[str, float]]]:
    """Return every model's figures on every split of one table."""
    found: dict[str, list[dict[str, float]]] = {}
    for seed in range(splits):
        chosen = np.random.default_rng(seed).permutation(len(data.y))[:rows]
        strata = None if data.is_regression else data.y[chosen]
        train, test = train_test_split(chosen, test_size=0.2, random_state=seed, stratify=strata)
        for name, make in models(data.is_regression, seed).items():
            found.setdefault(name, []).append(error(make(), data, train, test))
    return found


def summary(tables: dict[str, dict[str, list[dict[str, float]]]]) -> dict[str, dict[str, float]]:
    """Return for every model its mean rank and byhand's error as a share of its own (geometric mean over tables)."""
    means = {
        table: {name: statistics.fmean(row["error"] for row in found[name]) for name in found}
        for table, found in tables.items()
    }
    names = list(next(iter(means.values())))
    ranks = {name: [1 + sum(e < row[name] for e in row.values()) for row in means.values()] for name in names}
    tiny = 1e-4  # half a mistake in five thousand: so that no ratio is 0 / 0
    ratio = {
        name: math.exp(
            statistics.fmean(math.log(max(row["byhand"], tiny) / max(row[name], tiny)) for row in means.values())
        )
        for name in names
    }
    return {name: {"mean_rank": statistics.fmean(ranks[name]), "byhand_error_ratio": ratio[name]} for name in names}


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--sets", nargs="*", default=[*KEEL_SETS, *R_SETS])
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of other libraries, about epochs that were too few
    tables = {}
    for name in options.sets:
        tables[name] = compare(read_set(name, options.wheels), options.rows, options.splits)
        figures = {model: statistics.fmean(row["error"] for row in rows) for model, rows in tables[name].items()}
        print(f"{name:<14}" + "  ".join(f"{model} {value:.4f}" for model, value in figures.items()), flush=True)
    found = summary(tables)
    for model, row in sorted(found.items(), key=lambda item: item[1]["mean_rank"]):
        ratio = row["byhand_error_ratio"]
        print(f"{model:<28} mean rank {row['mean_rank']:.2f}   byhand's error is {ratio:.3f} of its own")
    record = {**machine(), "rows": options.rows, "splits": options.splits, "summary": found, "tables": tables}
    save_record("tables", record, wanted=options.record)


if __name__ == "__main__":
    main()
