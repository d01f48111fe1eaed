"""A model knows its table: saved, loaded, and used on frames, dicts, cells and numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.data.examples import Dataset
from byhand.data.tables.applying import apply_schema, held_out_rows, read_answers, read_new
from byhand.data.tables.options import TableOptions
from byhand.data.tables.reading import read_table
from byhand.errors import DataError
from byhand.network import Network
from byhand.persistence.container import read_document
from byhand.persistence.model import FORMAT, Model, load_model, save_model
from byhand.persistence.output import Output

COLUMNS: dict[str, list[Any]] = {
    "size": [float(i) for i in range(30)],
    "colour": ["red", "blue", "green"] * 10,
    "kind": ["cat", "dog", "eel"] * 9 + ["cat", "dog", "dog"],
}


def model_of(dataset: Dataset) -> Model:
    network = Network.mlp([dataset.train.n_features, 4, len(dataset.class_names)], seed=1)
    return Model(network, dataset.train.preparation, Output.SOFTMAX_LOGITS, dataset.class_names, table=dataset.table)


def test_saved_and_loaded_a_model_answers_whatever_the_order_of_the_columns(tmp_path: Path) -> None:
    model = model_of(read_table(COLUMNS))
    save_model(model, tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert loaded.table == model.table
    rows = {"extra": [0, 0], "colour": ["green", "red"], "size": [3, 4]}
    raw = np.array([[3, 0, 1, 0], [4, 0, 0, 1]], dtype=np.float32)  # size, blue, green, red
    assert np.array_equal(loaded.inputs(rows), raw)
    for data in (rows, raw, np.array([[3, "green"], [4, "red"]], dtype=object), [[3, "green"], [4, "red"]]):
        assert np.array_equal(loaded.predict_proba(data), model.predict_proba(raw))


def test_missing_columns_are_named_and_unseen_categories_are_none_of_the_known() -> None:
    model = model_of(read_table(COLUMNS))
    with pytest.raises(DataError, match="lacks 'colour' of the model's columns; it has 'size'"):
        model.predict({"size": [1]})
    with pytest.raises(DataError, match="1 row: row 1, column 'size' is missing"):
        model.predict({"size": [1, None], "colour": ["red", "red"]})
    assert model.inputs({"size": [1], "colour": ["mauve"]}).tolist() == [[1, 0, 0, 0]]


def test_numbers_find_the_categories_that_were_words() -> None:
    doors = ["2", "3", "two", "three", "four"] * 6
    model = model_of(read_table({"doors": doors, "kind": COLUMNS["kind"]}))
    known = np.eye(5)[[0, 1, 4, 4]] * [1, 1, 1, 1, 0]  # 2, 3, unknown, unknown
    for numbers in ([2.0, 3.0, 2.5, 7], np.array([2, 3, 4, -3]), [2.0, 3.0, float("inf"), 5]):
        assert np.array_equal(model.inputs({"doors": numbers}), known)
    words = model.inputs({"doors": ["2", "3", "2.0", "7"]})
    assert np.array_equal(words, known), "words are as they are"


def test_columns_of_other_names_are_not_taken_by_their_order(tmp_path: Path) -> None:
    model = model_of(read_table(COLUMNS))
    (tmp_path / "other.csv").write_text("weight,town\n3,Bern\n4,Basel\n")
    with pytest.raises(DataError, match="lacks 'size', 'colour' of the model's columns; it has 'weight', 'town'"):
        model.predict(tmp_path / "other.csv")
    (tmp_path / "bare.csv").write_text("3,green\n4,red\n")
    assert len(model.predict(tmp_path / "bare.csv")) == 2


def test_a_gap_becomes_what_training_learned() -> None:
    gappy = {**COLUMNS, "size": [None, *COLUMNS["size"][1:]]}
    model = model_of(read_table(gappy, options=TableOptions(missing="mean")))
    assert model.table is not None
    assert model.table.columns[0].means is not None
    (mean,) = model.table.columns[0].means
    assert model.inputs({"size": [None], "colour": ["red"]})[0, 0] == mean
    assert model.inputs(np.array([[np.nan, 0, 0, 1]]))[0, 0] == mean


def test_classes_are_numbered_by_the_models_names() -> None:
    """H: a file that lacks a class, or spells one in another way."""
    model = model_of(read_table(COLUMNS))
    assert model.table is not None
    new = {"size": [1, 2, 3], "colour": ["red"] * 3, "kind": ["eel", "dog", "Dog"]}
    rows = read_answers(apply_schema(model.table, read_new(new, model.table)), model.table, model.class_names)
    assert rows.y is not None
    assert rows.y.tolist() == [2, 1]
    assert rows.refused == [(2, "'Dog' is not a class of the model")]


def test_the_table_of_the_training_is_known_in_any_order() -> None:
    dataset = read_table(COLUMNS)
    schema = dataset.table
    assert schema is not None
    assert dataset.test is not None
    shuffled = {name: COLUMNS[name][::-1] for name in ("kind", "colour", "size")}
    rows = read_answers(apply_schema(schema, read_new(shuffled, schema)), schema, dataset.class_names)
    held_out = held_out_rows(rows, schema, dataset.class_names)
    assert held_out is not None
    assert sorted(rows.raw[held_out].tolist()) == sorted(dataset.test.raw.tolist())
    shorter = {name: cells[1:] for name, cells in COLUMNS.items()}
    rows = read_answers(apply_schema(schema, read_new(shorter, schema)), schema, dataset.class_names)
    assert held_out_rows(rows, schema, dataset.class_names) is None


def test_files_without_a_table_stay_readable_for_older_versions(tmp_path: Path) -> None:
    with_table = model_of(read_table(COLUMNS))
    plain = Model(with_table.network, with_table.preparation, Output.SOFTMAX_LOGITS)
    for model, version in ((with_table, b'\\"version\\": 2'), (plain, b'\\"version\\": 1')):
        save_model(model, tmp_path / "m")
        assert version in (tmp_path / "m").read_bytes()
        assert ("table" in read_document(tmp_path / "m", FORMAT).body) == (model.table is not None)


def test_what_the_output_means_may_be_a_word() -> None:
    dataset = read_table(COLUMNS)
    network = Network.mlp([dataset.train.n_features, 1], seed=1)
    model = Model(network, dataset.train.preparation, "values")  # type: ignore[arg-type]
    assert model.output is Output.REGRESSION
    assert model.predict(dataset.train.raw).dtype.kind == "f"
