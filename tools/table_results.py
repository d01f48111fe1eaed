"""The section on real tables of docs/results.md."""

import math
import statistics
from typing import Any

import numpy as np

from byhand.formatting import typeset_minus

REAL_MLP, AS_REAL_MLP = "RealMLP-TD-S (pytabkit)", "byhand, RealMLP-TD-S's settings"
RESAMPLES = 10_000  # of the tables, for intervals
TINY_ERROR = 1e-4  # as in benchmarks/tables.py: so that no ratio is 0 / 0


def tables_section(record: dict[str, Any]) -> list[str]:
    """Return the lines: every model's rank on the tables that no default was chosen on, then wins and losses."""
    held_out = {name: rows for name, rows in record["tables"].items() if name not in record["chosen_on"]}
    errors = {table: mean_errors(rows) for table, rows in held_out.items()}
    ranked = sorted(record["summary_of_held_out"].items(), key=lambda item: item[1]["mean_rank"])
    return [
        f"**Tables.** Every model without tuning on {len(held_out)} real tables, none of which was used to choose a "
        f"default of byhand: at most {record['rows']:,} rows of each, {record['splits']} splits, a fifth held out "
        f"(`benchmarks/tables.py`, {record['date']}, {record['processor']}). A ratio is byhand's error "
        "divided by the model's: below 1, byhand's is lower. One table with a very small error can move the geometric "
        "mean over the tables, but not the median. The interval is of a model's mean rank less byhand's, with the "
        f"tables drawn anew from these ({RESAMPLES:,} times): with 0 in it, the two are level as far as so many tables "
        "can tell.",
        "",
        "| model | mean rank | less byhand's, 95 % | median ratio | geometric mean | byhand's error is lower on |",
        "|---|--:|--:|--:|--:|--:|",
        *(table_row(name, row, errors) for name, row in ranked),
        "",
        wins_and_losses(errors),
        "",
        equal_settings(errors),
    ]


def table_row(name: str, row: dict[str, float], errors: dict[str, dict[str, float]]) -> str:
    """Return a model's row: rank, byhand's error divided by its own in two kinds of mean, tables where byhand wins."""
    ratio = statistics.median(
        max(found["byhand"], TINY_ERROR) / max(found[name], TINY_ERROR) for found in errors.values()
    )
    less = sum(found["byhand"] < found[name] for found in errors.values())
    counted = "–" if name == "byhand" else f"{less} of {len(errors)}"
    low, high = rank_interval(name, errors)
    interval = "–" if name == "byhand" else " … ".join(typeset_minus(f"{end:+.2f}") for end in (low, high))
    return (
        f"| {name} | {row['mean_rank']:.2f} | {interval} | {ratio:.2f} | {row['byhand_error_ratio']:.2f} | {counted} |"
    )


def rank_interval(name: str, errors: dict[str, dict[str, float]]) -> tuple[float, float]:
    """Return the 95 % interval of a model's mean rank less byhand's, by drawing the tables with replacement."""
    ranks = {
        model: [1 + sum(error < row[model] for error in row.values()) for row in errors.values()]
        for model in (name, "byhand")
    }
    differences = np.subtract(ranks[name], ranks["byhand"])
    drawn = np.random.default_rng(0).integers(len(differences), size=(RESAMPLES, len(differences)))
    low, high = np.quantile(differences[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def mean_errors(rows: dict[str, list[dict[str, float]]]) -> dict[str, float]:
    """Return each model's mean error over the splits of a table."""
    return {model: statistics.fmean(row["error"] for row in found) for model, found in rows.items()}


def wins_and_losses(errors: dict[str, dict[str, float]]) -> str:
    """Return the sentences that name the tables where no error is lower than byhand's, and what is lower elsewhere."""
    best = {table: min(found, key=lambda name: (found[name], name != "byhand")) for table, found in errors.items()}
    won = [table for table, name in best.items() if name == "byhand"]
    lost = {table: errors[table]["byhand"] / errors[table][name] for table, name in best.items() if name != "byhand"}
    worst_first = sorted(lost, key=lambda table: -lost[table])
    named = ", ".join(f"{table} ({best[table]}, {lost[table]:.2f})" for table in worst_first)
    tables = f"{len(won)} of {len(errors)} tables ({', '.join(won)})" if won else "no table"
    return (
        f"On {tables} byhand's error is as low as any. Elsewhere a model's is lower; in brackets the best model, and "
        f"byhand's error divided by its: {named}."
    )


def equal_settings(errors: dict[str, dict[str, float]]) -> str:
    """Return the sentence that compares byhand with RealMLP-TD-S, both with its settings."""
    own, theirs = ([max(row[name], TINY_ERROR) for row in errors.values()] for name in (AS_REAL_MLP, REAL_MLP))
    logs = np.log(own) - np.log(theirs)
    drawn = np.random.default_rng(0).integers(len(logs), size=(RESAMPLES, len(logs)))
    low, high = np.exp(np.quantile(logs[drawn].mean(axis=1), [0.025, 0.975]))
    return (
        f"With all of RealMLP-TD-S's settings (`benchmarks/real_mlp.py`) byhand's error is "
        f"{math.exp(logs.mean()):.3f} times pytabkit's, the geometric mean over the tables (95 % interval {low:.3f} to "
        f"{high:.3f}, the tables drawn anew); the median is {math.exp(np.median(logs)):.3f}, and byhand's is lower on "
        f"{(logs < 0).sum()} of {len(logs)}. What still differs: their random numbers, and that "
        "pytabkit leaves out the last, incomplete batch of an epoch."
    )


def times_section(record: dict[str, Any]) -> list[str]:
    """Return the lines: how long every model's fit and prediction take beside byhand's, and its memory."""
    rows = sorted(record["times_byhand"].items(), key=lambda item: item[1]["fit_seconds"])
    fits = [found["byhand"]["fit_seconds"] for found in record["tables"].values()]
    return [
        f"Time and memory of these models on {len(fits)} of the tables, relative to byhand, whose fit takes "
        f"{min(fits):.2f} to {max(fits):.2f} s (`benchmarks/table_times.py`, a process for each fit, "
        f"splits: {record['splits']}, then the median over tables, {record['date']}, {record['processor']}). "
        "“Equal epochs” has byhand's layers, batches and epochs:",
        "",
        "| model | fit | prediction | peak memory |",
        "|---|--:|--:|--:|",
        *(
            f"| {name} | {row['fit_seconds']:.2f} | {row['predict_seconds']:.2f} | {row['peak_megabytes']:.2f} |"
            for name, row in rows
        ),
    ]


def dates_of(record: dict[str, Any]) -> str:
    """Return when the options were measured: the record's date, or the first and the last of its parts' dates."""
    measured = {
        (table, name): date for table, dates in record.get("measured", {}).items() for name, date in dates.items()
    }
    dates = sorted(set(measured.values()))
    if not dates:
        return str(record["date"])
    if len(measured) < sum(map(len, record["tables"].values())):  # older parts, whose dates nobody kept
        return f"in parts, the last on {dates[-1]}"
    return dates[0] if len(dates) == 1 else f"in parts, {dates[0]} to {dates[-1]}"


def options_section(record: dict[str, Any]) -> list[str]:
    """Return the lines: each option's error as a share of the defaults'."""
    rows = sorted(record["summary"].items(), key=lambda item: item[1]["ratio"])
    return [
        f"What options of the estimators are worth, each alone, on {len(record['tables'])} tables that are none of "
        f"those above: at most {record['rows']:,} rows of each, "
        f"{record['splits']} splits, a quarter held out (`benchmarks/table_options.py`, {dates_of(record)}, "
        f"{record['processor']}). A ratio "
        "is the option's error divided by the defaults', the geometric mean, with its 95 % interval over tables. Only "
        f"numbers are embedded, and heads were measured on tables of at most {record['most_rows_for_heads']:,} rows:",
        "",
        "| option | ratio | interval | error is lower on |",
        "|---|--:|--:|--:|",
        *(
            f"| {name} | {row['ratio']:.3f} | {row['interval'][0]:.3f} – {row['interval'][1]:.3f} "
            f"| {row['less']} of {row['of']} |"
            for name, row in rows
        ),
    ]


def defaults_section(record: dict[str, Any]) -> list[str]:
    """Return the lines: what the error would be with other defaults."""
    n_tables = sum(len(rows) for rows in record["tables"].values())
    return [
        f"What other defaults would have done, each alone, on the same {n_tables} tables: at most "
        f"{record['rows']:,} rows of each, {record['seeds']} splits, a quarter held out "
        f"(`benchmarks/table_defaults.py`, {record['date']}, {record['processor']}). A ratio is the error with the "
        "other default divided by that with today's, the geometric mean, with its 95 % interval over tables:",
        "",
        "| other default | ratio | interval |",
        "|---|--:|--:|",
        *(
            f"| {name} | {row['ratio']:.3f} | {row['interval'][0]:.3f} – {row['interval'][1]:.3f} |"
            for name, row in record["summary"]["both"].items()
        ),
    ]
