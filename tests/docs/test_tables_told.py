"""What docs/results.md tells of tables and of speed: one table must not speak for all, and one processor neither."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_one_table_with_a_tiny_error_moves_the_geometric_mean_but_not_the_median() -> None:
    script = runpy.run_path(str(ROOT / "tools" / "table_results.py"))
    errors = {  # ratios 0.1, 1.1, 1.1: the geometric mean is their product's cube root, 0.4946
        "easy": {"byhand": 0.01, "trees": 0.1},
        "first": {"byhand": 0.22, "trees": 0.2},
        "second": {"byhand": 0.33, "trees": 0.3},
    }
    row = script["table_row"]("trees", {"mean_rank": 1.25, "byhand_error_ratio": 0.4946}, errors)
    assert row == "| trees | 1.25 | −1.00 … +1.00 | 1.10 | 0.49 | 1 of 3 |"  # ranks differ by 1, -1, -1


def test_errors_of_zero_on_both_sides_are_equal_and_not_fewer() -> None:
    script = runpy.run_path(str(ROOT / "tools" / "table_results.py"))
    errors = {"easy": {"byhand": 0.0, "trees": 0.0}}
    row = script["table_row"]("trees", {"mean_rank": 1.0, "byhand_error_ratio": 1.0}, errors)
    assert row == "| trees | 1.00 | +0.00 … +0.00 | 1.00 | 1.00 | 0 of 1 |"


def test_parts_measured_on_several_days_are_told_with_the_first_and_the_last() -> None:
    dates_of = runpy.run_path(str(ROOT / "tools" / "table_results.py"))["dates_of"]
    tables = {"a": {"defaults": [0.1], "8 heads": [0.1]}, "b": {"defaults": [0.2]}}
    record = {"date": "2026-12-04", "tables": tables}
    assert dates_of(record) == "2026-12-04"
    first = {"defaults": "2026-12-01", "8 heads": "2026-12-02"}
    assert dates_of({**record, "measured": {"a": first}}) == "in parts, the last on 2026-12-02"
    assert dates_of({**record, "measured": {"a": first, "b": {"defaults": "2026-12-03"}}}) == (
        "in parts, 2026-12-01 to 2026-12-03"
    )
    same = {table: dict.fromkeys(options, "2026-12-01") for table, options in tables.items()}
    assert dates_of({**record, "measured": same}) == "2026-12-01"


def test_where_others_are_faster_is_told_processor_by_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    slower_works = runpy.run_path(str(ROOT / "tools" / "speed_results.py"))["slower_works"]
    ratios = {"torch bf16": 0.7, "keras": 0.94, "jax scan": 0.997, "torch": 1.2, "byhand bf16": 0.5}
    works = {"wide": {"times_as_long_as_byhand": {name: {"median": value} for name, value in ratios.items()}}}
    told = slower_works([{"processor": "A", "works": works}, {"processor": "B", "works": {}}])
    assert told == "Workloads in which byhand is slower: wide on A (PyTorch in bf16 0.70, Keras 0.94)."
    assert slower_works([]) == "Workloads in which byhand is slower: none of those measured."
