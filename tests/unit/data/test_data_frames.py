"""Real data frames, where pandas and polars are installed: numbers, words, categories, booleans, gaps."""

from typing import Any

import numpy as np
import pytest

from byhand.data import TableOptions, read_table

N = 40
COLUMNS: dict[str, list[Any]] = {
    "length": [None if i == 3 else i / 7 for i in range(N)],
    "color": [("red", "blue")[i % 2] for i in range(N)],
    "wild": [i % 3 == 0 for i in range(N)],
    "kind": [("cat", "dog")[i % 2] for i in range(N)],
}


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_is_read_as_its_columns(library: str) -> None:
    frames = pytest.importorskip(library)
    frame = frames.DataFrame(COLUMNS)
    if library == "pandas":
        frame["color"] = frame["color"].astype("category")
    options = TableOptions(missing="drop")
    found, expected = read_table(frame, options=options), read_table(COLUMNS, options=options)
    assert np.array_equal(found.train.raw, expected.train.raw)
    assert found.train.n_features == 1 + 1 + 1  # two categories are one input
    assert len(found.train) + len(found.test or []) == N - 1
