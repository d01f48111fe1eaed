"""Real tables: byhand's estimators beside other models. python benchmarks/tables.py WHEELS [--rows 1000] [--splits 2]

WHEELS is the folder with the two wheels of table_sets.py. Every model has its defaults; what cannot take words or
gaps gets them one-hot and filled with the mean; "well prepared" is scaled, with early stopping and a scaled target.
Error: the share of wrong classes, or the root of 1 − R². Each split holds a fifth out, by its seed; models see the rest
and choose on that alone. Tables with more rows than --rows are sampled. Each table is in the record as soon as it is
measured, and what is there of the same rows is not measured again: --splits 5 after --splits 3 measures two. --again
names the models that changed since: they are measured anew.

byhand's defaults were not chosen here: many are RealMLP's (Holzmüller, Grinsztajn & Steinwart 2024). Tables on which
these were chosen are CHOSEN_ON; figures of the others stand apart. AS_REAL_MLP has all of RealMLP-TD-S's settings: its
errors say whether byhand computes what pytabkit does.

Needs scikit-learn and pandas; LightGBM, CatBoost and pytabkit take part where they are installed. Seconds and memory:
table_times.py.
"""

import importlib.util
import math
import os
import statistics
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from sklearn.compose import TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier as SklearnClassifier
from sklearn.neural_network import MLPRegressor as SklearnRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from byhand.estimators import MLPClassifier, MLPRegressor
from machine import RECORDS, machine, parser_for, read_record, save_record
from real_mlp import AS_REAL_MLP, settings_of_real_mlp
from table_sets import CHOSEN_ON, KEEL_SETS, R_SETS, TableSet, read_set

THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))  # of those that ask
Figures: TypeAlias = dict[str, list[dict[str, float]]]  # model → split → its error
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

    def well_prepared() -> Any:
        model = make_pipeline(plain_inputs(scale=True), net(random_state=seed, early_stopping=True))
        return TransformedTargetRegressor(model, transformer=StandardScaler()) if is_regression else model

    return {
        "byhand": lambda: own(random_state=seed),
        "byhand, embeddings": lambda: own(random_state=seed, numerical_embedding="pbld"),
        AS_REAL_MLP: lambda: own(random_state=seed, **settings_of_real_mlp(is_regression=is_regression)),
        "scikit-learn MLP as it is": lambda: make_pipeline(plain_inputs(scale=False), net(random_state=seed)),
        "scikit-learn MLP, well prepared": well_prepared,
        "linear": lambda: make_pipeline(plain_inputs(scale=True), linear),
        "HistGradientBoosting": lambda: make_pipeline(ordinal_inputs(), trees(random_state=seed)),
        **peers(is_regression, seed),
    }


def peers(is_regression: bool, seed: int) -> dict[str, Callable[[], Any]]:
    """Return the models of other packages that are installed; a package is loaded when its model is made."""
    found = {"LightGBM": ("lightgbm", light_gbm), "CatBoost": ("catboost", cat_boost)}
    found["RealMLP-TD-S (pytabkit)"] = ("pytabkit", real_mlp)
    return {
        name: partial(make, is_regression, seed)
        for name, (package, make) in found.items()
        if importlib.util.find_spec(package)
    }


def light_gbm(is_regression: bool, seed: int) -> Any:
    import lightgbm

    boosted = lightgbm.LGBMRegressor if is_regression else lightgbm.LGBMClassifier
    return make_pipeline(ordinal_inputs(), boosted(random_state=seed, verbose=-1, n_jobs=THREADS))


def cat_boost(is_regression: bool, seed: int) -> Any:
    import catboost

    boosted = catboost.CatBoostRegressor if is_regression else catboost.CatBoostClassifier
    quiet = {"random_seed": seed, "verbose": False, "allow_writing_files": False, "thread_count": THREADS}
    return make_pipeline(ordinal_inputs(), boosted(**quiet))


def real_mlp(is_regression: bool, seed: int) -> Any:
    import pytabkit

    short = pytabkit.RealMLP_TD_S_Regressor if is_regression else pytabkit.RealMLP_TD_S_Classifier
    return make_pipeline(filled_frame(), short(random_state=seed, device="cpu", n_threads=THREADS))


def filled_frame() -> Any:
    """Return what fills gaps of numbers with the mean and leaves words as they are, in a frame."""
    filled = make_column_transformer(
        (SimpleImputer(), NUMBERS), ("passthrough", WORDS), verbose_feature_names_out=False
    )
    return filled.set_output(transform="pandas")


def error(model: Any, data: TableSet, train: Any, test: Any) -> float:
    """Return a model's error on the held-out rows."""
    model.fit(data.X.iloc[train], data.y[train])
    said = np.asarray(model.predict(data.X.iloc[test])).reshape(len(test))
    truth = data.y[test]
    if data.is_regression:
        return math.sqrt(float(((truth - said) ** 2).mean()) / max(float(truth.var()), 1e-300))
    return float((said.astype(str) != truth.astype(str)).mean())


def split(data: TableSet, rows: int, seed: int) -> tuple[Any, Any]:
    """Return which rows are for training, and which, a fifth, are held out."""
    chosen = np.random.default_rng(seed).permutation(len(data.y))[:rows]
    strata = None if data.is_regression else data.y[chosen]
    train, test = train_test_split(chosen, test_size=0.2, random_state=seed, stratify=strata)
    return train, test


def compare(data: TableSet, rows: int, splits: int, measured: Figures) -> Figures:
    """Return every model's errors on every split of one table. measured : those that need not be measured again"""
    found = {name: list(errors) for name, errors in measured.items()}
    for seed in range(splits):
        train, test = split(data, rows, seed)
        for name, make in models(data.is_regression, seed).items():
            errors = found.setdefault(name, [])
            if len(errors) == seed:
                errors.append({"error": error(make(), data, train, test)})
    return found


def is_measured(found: Figures, splits: int) -> bool:
    """Return whether every model was on that many splits of a table."""
    return all(len(found.get(name, [])) >= splits for name in models(is_regression=False, seed=0))


def summary(tables: dict[str, Figures]) -> dict[str, dict[str, float]]:
    """Return for every model its mean rank and byhand's error as a share of its own (geometric mean over tables)."""
    means = {
        table: {name: statistics.fmean(row["error"] for row in found[name]) for name in found}
        for table, found in tables.items()
    }
    names = [name for name in next(iter(means.values())) if all(name in row for row in means.values())]
    ranks = {name: [1 + sum(row[other] < row[name] for other in names) for row in means.values()] for name in names}
    tiny = 1e-4  # half a mistake in five thousand: so that no ratio is 0 / 0
    ratio = {
        name: math.exp(
            statistics.fmean(math.log(max(row["byhand"], tiny) / max(row[name], tiny)) for row in means.values())
        )
        for name in names
    }
    return {name: {"mean_rank": statistics.fmean(ranks[name]), "byhand_error_ratio": ratio[name]} for name in names}


def known(rows: int) -> dict[str, Figures]:
    """Return the tables in the record that were measured with as many rows."""
    if not (RECORDS / "tables.json").exists():
        return {}
    record = read_record("tables")
    tables: dict[str, Figures] = record["tables"]
    return tables if record["rows"] == rows else {}


def record_of(tables: dict[str, Figures], options: Any) -> dict[str, Any]:
    """Return the record of the tables measured so far."""
    others = {name: found for name, found in tables.items() if name not in CHOSEN_ON}
    return {
        **machine(),
        "rows": options.rows,
        "splits": min(len(errors) for found in tables.values() for errors in found.values()),
        "chosen_on": [name for name in tables if name in CHOSEN_ON],
        "summary": summary(tables),
        "summary_of_held_out": summary(others) if others else {},
        "tables": tables,
    }


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--splits", type=int, default=2)
    parser.add_argument("--sets", nargs="*", default=[*KEEL_SETS, *R_SETS])
    parser.add_argument("--again", nargs="*", default=[], metavar="MODEL", help="measure these models anew")
    parser.add_argument("--most-seconds", type=float, default=math.inf, help="begin no table after so long")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of other libraries, about epochs that were too few
    tables, started = known(options.rows), time.perf_counter()
    for name in options.sets:
        measured = {model: rows for model, rows in tables.get(name, {}).items() if model not in options.again}
        if is_measured(measured, options.splits) or time.perf_counter() - started > options.most_seconds:
            continue
        data = read_set(name, options.wheels)
        tables[name] = compare(data, options.rows, options.splits, measured)
        figures = {model: statistics.fmean(row["error"] for row in rows) for model, rows in tables[name].items()}
        print(f"{name:<14}" + "  ".join(f"{model} {value:.4f}" for model, value in figures.items()), flush=True)
        save_record("tables", record_of(tables, options), wanted=options.record)
    for what, found in (("all", summary(tables)), ("held out", record_of(tables, options)["summary_of_held_out"])):
        for model, row in sorted(found.items(), key=lambda item: item[1]["mean_rank"]):
            ratio = row["byhand_error_ratio"]
            print(f"{what:<9} {model:<32} mean rank {row['mean_rank']:.2f}   byhand's error is {ratio:.3f} of its own")


if __name__ == "__main__":
    main()
