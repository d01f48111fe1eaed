"""A table of text is read in a small multiple of its size."""

import tracemalloc
from pathlib import Path

import numpy as np

from byhand.data import read_table
from byhand.data.tables.packed_rows import CHUNK, SEPARATOR, PackedRows


def test_reading_takes_eight_times_the_files_size_at_most(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).normal(size=(20_000, 18))
    lines = [",".join([*(f"{value:.5f}" for value in row), "red", "cat"[: 1 + i % 3]]) for i, row in enumerate(numbers)]
    file = tmp_path / "t.csv"
    file.write_text("\n".join([",".join(f"c{i}" for i in range(20)), *lines]), encoding="utf-8")
    size = file.stat().st_size
    assert size > 3_000_000
    tracemalloc.start()
    try:
        dataset = read_table(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(dataset.train) + len(dataset.test or []) == 20_000
    assert peak <= 8 * size, f"{peak / size:.1f} times"


def test_packed_rows_are_the_rows() -> None:
    rows = [[str(i), "a" * (i % 3), f"b{SEPARATOR}" if i == 5 else ""] for i in range(CHUNK + 7)]
    rows[3], rows[CHUNK + 1] = ["short"], ["too", "l", "o", "ng"]
    packed = PackedRows(3, iter(rows))
    assert len(packed) == len(rows)
    assert packed[:] == rows
    assert packed.misfits == {3: rows[3], CHUNK + 1: rows[CHUNK + 1]}
    assert packed.column(2)[4:7] == ["", f"b{SEPARATOR}", ""]
    assert list(PackedRows(2, [])) == []
