"""Digits with leading zeros are names: which columns have them, and how a model reads them afterwards."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.data.examples import Dataset
from byhand.data.tables.applying import apply_schema, read_new
from byhand.data.tables.options import TableOptions
from byhand.data.tables.reading import read_table
from byhand.data.tables.report import report_columns
from byhand.data.tables.schema import Column
from byhand.errors import DataError
from byhand.estimators import MLPClassifier
from byhand.estimators.errors import InputError
from byhand.network import Network
from byhand.persistence.model import Model
from byhand.persistence.output import Output

ZIPS = ["02134", "2134", "10001", "00501"]


def columns_of(tmp_path: Path, cells: list[str], **options: Any) -> tuple[Column, Dataset]:
    """Return what becomes of a column beside a number and a target, and the data set."""
    lines = (f"{cell},{i % 7}.5,{'ab'[i % 3 == 0]}" for i, cell in enumerate(cells))
    file = tmp_path / "own.csv"
    file.write_text("\n".join(["code,n,kind", *lines]))
    dataset = read_table(file, options=TableOptions(**options))
    assert dataset.table is not None
    return dataset.table.columns[0], dataset


def test_digits_with_leading_zeros_are_categories(tmp_path: Path) -> None:
    column, dataset = columns_of(tmp_path, ZIPS * 10)
    assert column.categories == ("00501", "02134", "10001", "2134")
    report = report_columns([column], dataset.train.preparation, missing="refuse")[0]
    assert report.became == "4 categories, one input each; codes: leading zeros count; unseen: 0 in all"
    gappy, _ = columns_of(tmp_path, ["", "0000", *ZIPS] * 10, missing="indicator", missing_values=("0000",))
    assert gappy.categories == column.categories
    spaced, _ = columns_of(tmp_path, [" 02134 ", "10001"] * 10)
    assert spaced.categories == ("02134", "10001")


@pytest.mark.parametrize(
    "cells",
    [
        ["01", "12", "07"],  # months
        ["007", "100"],
        ["0930", "1745", "0000", "2359"],  # times
        ["093015", "174501"],
        ["0", "0.5", "1000"],
        ["0500", "20", "300"],
        ["-0500", "0300"],
        ["1999", "2024"],
        ["0123.5", "0200.0"],
        ["٠١٢٣", "١٢٣٤"],  # digits, and none that codes are written in
    ],
)
def test_numbers_stay_numbers(tmp_path: Path, cells: list[str]) -> None:
    column, dataset = columns_of(tmp_path, cells * 12)
    assert column.categories == ()
    assert not any("leading zeros" in note for note in dataset.notes)


def test_codes_that_hardly_repeat_are_numbers_and_that_is_said(tmp_path: Path) -> None:
    column, dataset = columns_of(tmp_path, [f"{17 * i:05}" for i in range(200)])
    assert column.categories == ()
    assert "column 'code' is read as numbers, without its leading zeros: its codes hardly repeat" in dataset.notes
    often, _ = columns_of(tmp_path, [f"{17 * (i % 60):05}" for i in range(200)])
    assert often.has_other


def test_classes_keep_their_leading_zeros(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("n,zip\n" + "".join(f"{i},{ZIPS[i % 4]}\n" for i in range(40)))
    assert read_table(file).class_names == ("00501", "02134", "2134", "10001")
    assert read_table(file, options=TableOptions(task="regression")).class_names == ()
    file.write_text("n,amount\n" + "".join(f"{i},{17 * i:05}\n" for i in range(200)))
    assert read_table(file).class_names == (), "amounts of a file of fixed width"


def test_frames_and_files_have_the_same_codes(tmp_path: Path) -> None:
    column, dataset = columns_of(tmp_path, ZIPS * 10)
    kinds = ["ab"[i % 3 == 0] for i in range(40)]
    frame = read_table({"code": ZIPS * 10, "n": [i % 7 + 0.5 for i in range(40)], "kind": kinds})
    assert frame.table is not None
    assert frame.table.columns[0] == column
    assert np.array_equal(frame.train.raw, dataset.train.raw)
    words = np.array([ZIPS * 10, ["a"] * 40], dtype=object).T
    learned = MLPClassifier((4,), max_iter=1).fit(words, kinds).to_model().table
    assert learned is not None
    assert learned.columns[0].categories == column.categories


@pytest.mark.parametrize(
    "code", [[2134, 10001], [2134.0, float("nan")], np.array([2134, 10001]), [np.int32(2134), None]]
)
def test_numbers_where_a_model_learned_codes_are_refused_as_by_an_estimator(tmp_path: Path, code: Any) -> None:
    _, dataset = columns_of(tmp_path, ["02134", "10001", "00501"] * 10)
    network = Network.mlp([dataset.train.n_features, 2], seed=1)
    model = Model(network, dataset.train.preparation, Output.SOFTMAX_LOGITS, dataset.class_names, table=dataset.table)
    estimator = MLPClassifier((4,), max_iter=1).fit([["02134", 1.0], ["10001", 2.0]] * 9, ["a", "b"] * 9)
    said = "has numbers; expected words with their leading zeros, as '0.*' in training. Read it as text"
    with pytest.raises(DataError, match=f"column 'code' {said}"):
        model.predict({"n": [1, 2], "code": code})
    cells = np.array([list(code), [1, 2]], dtype=object).T
    with pytest.raises(DataError, match=f"column 'code' {said}"):
        model.predict(cells)
    with pytest.raises(InputError, match=f"column 'column 1' {said}"):
        estimator.predict(cells)


@pytest.mark.parametrize("code", [["02134", "1"], ["2134", None], [None, None], [2134, "10001"]])
def test_words_and_gaps_are_no_numbers_to_refuse(tmp_path: Path, code: list[Any]) -> None:
    _, dataset = columns_of(tmp_path, ["02134", "10001", "00501"] * 10, missing="indicator")
    assert dataset.table is not None
    new = apply_schema(dataset.table, read_new({"n": [1, 2], "code": code}, dataset.table))
    assert len(new.raw) == 2


def test_what_training_learned_decides_how_another_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("code,n\n02134,1\n2134,1\n10001,1\n1,1\n")
    _, codes = columns_of(tmp_path, ["02134", "10001", "00501"] * 10)
    assert codes.table is not None
    new = apply_schema(codes.table, read_new(tmp_path / "new.csv", codes.table))
    assert new.raw[:, :3].tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert "categories that training never saw in 2 cells, first in line 3, column 'code': '2134'" in new.notes[0]
    _, numbers = columns_of(tmp_path, ["2134", "10001", "501"] * 10)
    assert numbers.table is not None
    new = apply_schema(numbers.table, read_new(tmp_path / "new.csv", numbers.table))
    assert new.raw[:, 0].tolist() == [2134, 2134, 10001, 1]
