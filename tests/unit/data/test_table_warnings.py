"""What a table's warnings say: each of a table made to have that one fault, and nothing of a sound one."""

from typing import Any

import numpy as np
import pytest

from byhand.data.tables.options import TableOptions
from byhand.data.tables.reading import read_table
from byhand.data.tables.report import report_columns
from byhand.data.tables.warnings import explained_by_one, table_warnings

N = 400


def sound() -> dict[str, Any]:
    rng = np.random.default_rng(3)
    size, color = rng.normal(size=N), rng.choice(["red", "green", "blue"], N)
    answer = np.where(size + (color == "red") + rng.normal(size=N) > 0.3, "yes", "no")
    return {"size": size, "weight": rng.normal(size=N), "color": color, "answer": answer}


def warnings_of(columns: dict[str, Any]) -> list[str]:
    columns = {**{name: column for name, column in columns.items() if name != "answer"}, "answer": columns["answer"]}
    dataset = read_table(columns, preparation="robust", options=TableOptions(missing="indicator"))
    return table_warnings(dataset)


def test_a_sound_table_has_none() -> None:
    assert warnings_of(sound()) == []


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"row": np.arange(N)}, "column 'row' has a new number in every row, like an id"),
    ({"patientID": 7919 * np.arange(N)}, "column 'patientID' has a new number in every row"),
    ({"unit": np.full(N, 5.0)}, "column 'unit' has one value in all training rows"),
    (
        {"seconds": 1_700_000_000 + 7 * (np.arange(N) % 389)},
        "column 'seconds' is kept to seven digits, near 1.7e+09 in steps of 128: subtract a constant",
    ),
    ({"size again": sound()["size"]}, "'size again' has the same values as 'size' in every training row"),
    (
        {"outcome": np.where(sound()["answer"] == "yes", 1.5, 0.5)},
        "'outcome' gives the answer away: is it known",
    ),
    ({"verdict": np.where(sound()["answer"] == "yes", "good", "bad")}, "'verdict' gives the answer away"),
]


@pytest.mark.parametrize(("columns", "words"), FAULTS)
def test_a_column_with_a_fault_is_named(columns: dict[str, Any], words: str) -> None:
    found = warnings_of({**sound(), **columns})
    assert len(found) == 1
    assert words in found[0]


def test_a_leak_of_numbers_is_found_however_long_their_tail() -> None:
    rng = np.random.default_rng(0)
    price = np.exp(3 * rng.normal(size=N))
    found = warnings_of({"rooms": rng.normal(size=N), "euros": 0.9 * price, "answer": price})
    assert [warning for warning in found if "'euros' gives the answer away" in warning]


def test_targets_and_ids_beyond_seven_digits_are_told() -> None:
    columns = {**sound(), "answer": 1.7e9 + np.arange(N) / 7, "id": 9_007_199_254 + np.arange(N)}
    found = warnings_of(columns)
    assert ": drop it if it is an id, or subtract a constant from it first" in found[0]
    assert ": subtract a constant from it first" in found[1]
    assert [warning.partition(":")[0] for warning in found] == [
        "column 'id' is kept to seven digits, near 9.01e+09 in steps of 1.02e+03",
        "the target 'answer' is kept to seven digits, near 1.7e+09 in steps of 128",
    ]


def test_a_few_large_numbers_are_not_taken_for_numbers_that_lie_close_together() -> None:
    sizes = sound()["size"].astype(float)
    sizes[:3] = 3e5
    assert not any("seven digits" in warning for warning in warnings_of({**sound(), "size": sizes}))


def test_a_rare_class_and_few_rows_are_told() -> None:
    columns = sound()
    columns["answer"] = np.where(np.arange(N) % 40 == 0, "fraud", "fair")
    assert (
        "class 'fraud' has 8 of 320 training rows; always predicting 'fair' is right in 97.5 %"
        in warnings_of(columns)[0]
    )
    few = {name: column[:60] for name, column in sound().items()}
    assert "48 training rows are few" in warnings_of(few)[0]


def test_test_rows_that_training_has_are_counted() -> None:
    columns = {"color": sound()["color"], "size": np.round(sound()["size"]), "answer": sound()["answer"]}
    assert "test rows have the same inputs as a training row" in warnings_of(columns)[0]


def test_what_one_column_explains_is_measured_on_other_rows() -> None:
    noise = np.random.default_rng(1).normal(size=(N, 2))
    assert explained_by_one(noise[:, :1], noise[:, 1:]) < 0.1
    assert explained_by_one(noise[:, :1], noise[:, :1] ** 2) > 0.75


def test_missing_and_rare_cells_are_counted_in_the_report() -> None:
    columns = sound()
    columns["size"] = np.where(np.arange(N) % 4 == 0, np.nan, columns["size"])
    columns["color"][:40] = ""
    columns = {**{name: column for name, column in columns.items() if name != "answer"}, "answer": columns["answer"]}
    dataset = read_table(columns, preparation="robust", options=TableOptions(missing="indicator"))
    assert dataset.table is not None
    reports = report_columns(dataset.table.columns, dataset.train.preparation, dataset.train.raw)
    by_name = {report.name: report for report in reports}
    gaps = sum(row[1] > 0 for row in dataset.train.raw)
    assert by_name["size"].n_missing == gaps
    assert by_name["size"].sentence().endswith(f"an input that marks it ({gaps} missing)")
    assert by_name["weight"].sentence().startswith("number, (x − ")
    assert by_name["color"].n_missing is not None
    assert by_name["color"].n_missing > 20


def test_what_differs_beyond_seven_digits_is_reported_as_constant_to_seven() -> None:
    columns = {"size": np.arange(float(N)), "id": 10**12 + np.arange(float(N)), "answer": np.arange(float(N)) % 7}
    dataset = read_table(columns, preparation="robust")
    assert dataset.table is not None
    size, number = report_columns(dataset.table.columns, dataset.train.preparation)
    assert size.became.startswith("number, (x − ")
    assert number.became == "number, constant to seven digits: of no use"


def test_targets_far_from_the_others_are_told_with_their_size() -> None:
    rng = np.random.default_rng(0)
    columns = {"size": rng.normal(size=N), "answer": 500 + 20 * rng.normal(size=N)}
    assert warnings_of(columns) == []
    columns["answer"][::40] = 1e6
    (found,) = warnings_of(columns)
    assert "targets of 320 in training are far from the others, up to 1e+06 where half are from 48" in found
    assert "huber" in found


def test_a_negative_median_is_added() -> None:
    columns = sound() | {"size": sound()["size"] - 50}
    columns = {**{name: column for name, column in columns.items() if name != "answer"}, "answer": columns["answer"]}
    dataset = read_table(columns, preparation="robust")
    assert dataset.table is not None
    sentence = report_columns(dataset.table.columns, dataset.train.preparation)[0].sentence()
    assert sentence.startswith(("number, (x + 49.", "number, (x + 50."))
