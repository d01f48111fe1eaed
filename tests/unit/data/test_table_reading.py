"""What is inferred of a table, what can be told, and what is refused with every place."""

from pathlib import Path

import numpy as np
import pytest

from byhand.data.tables.header import looks_like_header
from byhand.data.tables.options import TableOptions
from byhand.data.tables.reading import from_arrays, read_table
from byhand.errors import DataError, OptionError


def csv(folder: Path, text: str, name: str = "own.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["0", "1", "2", "3"], ["5.1", "3.5", "1.4", "0"], ["4.9", "3.0", "1.4", "1"]], True),
        ([["2019", "2020", "2021"], ["5", "7", "9"], ["5", "7", "8"]], True),
        ([["", "0", "1", "2"], ["0", "5.1", "3.5", "1"], ["1", "4.9", "3.0", "0"]], True),
        ([["size", "red"], ["1", "red"], ["2", "blue"]], True),
        ([["0", "1", "1"], ["1", "1", "0"]], False),
        ([["1", "2", "3"], ["2", "3", "4"], ["0", "1", "2"]], False),
        ([["colour", "yes"], ["blue", "yes"], ["red", "no"]], True),
        ([["red", "yes"], ["red", "yes"], ["red", "no"]], False),
        ([["na", "x"], ["1", "x"]], False),
    ],
    ids=["pandas", "years", "index", "word that is a value", "xor", "counting rows", "new word", "no new word", "gap"],
)
def test_the_rule_for_a_header(rows: list[list[str]], expected: bool) -> None:
    assert looks_like_header(rows, ("na",)) is expected


def test_the_header_is_said_and_can_be_told(tmp_path: Path) -> None:
    file = csv(tmp_path, "0,1,2\n" + "".join(f"{i}.5,{i * i},{i % 2}\n" for i in range(20)))
    dataset = read_table(file)
    assert dataset.notes == ("own: 20 rows of 3 columns, first line a header; target '2', 2 classes",)
    told = read_table(file, options=TableOptions(header="no", task="classes"))
    assert "21 rows of 3 columns, no header; target 'column 3', 3 classes" in told.notes[0]


def test_task_target_and_columns_can_be_told(tmp_path: Path) -> None:
    file = csv(tmp_path, "id,size,grade\n" + "".join(f"n{i},{i},{i % 30}\n" for i in range(60)))
    options = TableOptions(target="size", drop=("id",), task="regression")
    dataset = read_table(file, options=options)
    assert dataset.class_names == ()
    assert dataset.train.n_features == 1
    assert len(read_table(file, options=TableOptions(drop=("id",))).class_names) == 0, "two rows a value: numbers"
    assert len(read_table(file, options=TableOptions(drop=("id",), task="classes")).class_names) == 30


def test_every_wrong_cell_is_told_with_its_place(tmp_path: Path) -> None:
    lines = [f"{i},{i},{i % 2}" for i in range(20)]
    lines[3], lines[7] = "n.a.,3,1", "7,seven,1"
    with pytest.raises(DataError) as caught:
        read_table(csv(tmp_path, "a,b,k\n" + "\n".join(lines)))
    assert "line 5, column 'a': 'n.a.' is not a number; line 9, column 'b': 'seven' is not a number" in str(
        caught.value
    )
    many = "a,b\n" + "".join(f"{i if i % 3 else '?'},{i % 2}\n" for i in range(60))
    with pytest.raises(DataError, match=r"line 2, .*; and 10 more"):
        read_table(csv(tmp_path, many))


def test_decimal_commas_are_named_and_can_be_told(tmp_path: Path) -> None:
    file = csv(tmp_path, "a;b;k\n" + "".join(f"{i},5;{i},25;{i % 2}\n" for i in range(12)))
    with pytest.raises(DataError, match="column 'a' has decimal commas, first '0,5' in line 2"):
        read_table(file)
    raw = read_table(file, options=TableOptions(decimal=",")).train.raw
    assert set(raw[:, 0] % 1) == {0.5}
    assert set(raw[:, 1] % 1) == {0.25}


def test_the_codes_of_utf_16_are_known_by_their_first_bytes(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(("a,k\n" + "".join(f"{i},{i % 2}\n" for i in range(12))).encode("utf-16"))
    with pytest.raises(DataError, match="not text in utf-8: its first bytes are those of utf-16"):
        read_table(file)
    assert len(read_table(file, options=TableOptions(encoding="utf-16")).train) == 10


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"PK\x03\x04", "a spreadsheet or another zip file"),
        (b"\x1f\x8b", "a compressed file"),
        (b"PAR1", "a Parquet file"),
    ],
)
def test_files_that_are_no_text_are_known_by_how_they_begin(tmp_path: Path, start: bytes, kind: str) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(start + b"\xff" * 20)
    with pytest.raises(DataError, match=f"own.csv is {kind}; expected text, .* Save it as CSV") as caught:
        read_table(file)
    assert caught.value.argument is None, "no encoding reads it"


@pytest.mark.parametrize("target", ["k", None])
def test_the_target_cannot_be_dropped(tmp_path: Path, target: str | None) -> None:
    file = csv(tmp_path, "a,b,k\n" + "".join(f"{i},{i % 5},{i % 2}\n" for i in range(12)))
    with pytest.raises(DataError, match="column 'k' is the target and is to be dropped"):
        read_table(file, target=target, options=TableOptions(drop=("k",)))


def test_encodings_and_words_for_missing_values_can_be_told(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(("größe,NA\n" + "".join(f"{i},{'NA' if i % 2 else 'EU'}\n" for i in range(12))).encode("cp1252"))
    with pytest.raises(DataError, match=r"not text in utf-8.*cp1252"):
        read_table(file)
    dataset = read_table(file, options=TableOptions(encoding="cp1252", missing_values=("-",), header="yes"))
    assert dataset.class_names == ("EU", "NA")
    with pytest.raises(OptionError, match="encoding 'hex'"):
        TableOptions(encoding="hex")


def test_missing_inputs_become_the_mean_of_the_training_rows_or_go(tmp_path: Path) -> None:
    rows = [f"{i if i % 5 else ''},{i % 2}" for i in range(50)]
    file = csv(tmp_path, "a,k\n" + "\n".join(rows))
    dropped = read_table(file, options=TableOptions(missing="drop"))
    assert dropped.test is not None
    assert len(dropped.train) + len(dropped.test) == 40
    filled = read_table(file, options=TableOptions(missing="mean"))
    assert filled.table is not None
    assert filled.table.columns[0].means is not None
    (mean,) = filled.table.columns[0].means
    known = [value for value in filled.train.raw[:, 0].tolist() if value == int(value) and int(value) % 5]
    assert np.isclose(mean, np.mean(known))
    with pytest.raises(DataError, match="line 2, column 'a': '' is missing"):
        read_table(file)


def test_a_missing_answer_is_no_class(tmp_path: Path) -> None:
    file = csv(tmp_path, "a,k\n" + "".join(f"{i},{'yes' if i % 2 else 'no' if i % 3 else ''}\n" for i in range(30)))
    with pytest.raises(DataError, match="line 2, column 'k': '' is missing"):
        read_table(file)
    assert read_table(file, options=TableOptions(missing="drop")).class_names == ("no", "yes")
    with pytest.raises(DataError, match="target in row 1 is missing"):
        from_arrays(np.zeros((4, 1)), np.array(["a", None, "b", "a"], dtype=object))


def test_arrays_and_tables_agree_on_whole_numbers_written_as_floats(tmp_path: Path) -> None:
    x, y = np.arange(24.0).reshape(12, 2), np.array([1.0, 2.0] * 6)
    file = csv(tmp_path, "".join(f"{a},{b},{k}\n" for (a, b), k in zip(x, y, strict=True)))
    assert from_arrays(x, y).class_names == read_table(file).class_names == ("1", "2")


def test_many_labels_an_example_are_not_taken_for_numbers() -> None:
    with pytest.raises(DataError, match="all 0 or 1; expected one class per example"):
        from_arrays(np.zeros((10, 2)), np.eye(2)[np.arange(10) % 2])


def test_the_order_of_the_rows_moves_none_between_training_and_test(tmp_path: Path) -> None:
    lines = [f"{i},{i * i % 17},{i % 3}\n" for i in range(90)]
    one = read_table(csv(tmp_path, "".join(lines)))
    other = read_table(csv(tmp_path, "".join(reversed(lines))))
    assert one.test is not None
    assert other.test is not None
    assert one.table is not None
    assert other.table is not None
    assert sorted(one.test.raw.tolist()) == sorted(other.test.raw.tolist())
    assert one.table.fingerprint == other.table.fingerprint
    longer = read_table(csv(tmp_path, "".join([*lines, *(f"{i},1,{i % 3}\n" for i in range(90, 99))])))
    assert longer.test is not None
    was, now = ({tuple(row) for row in part.raw.tolist()} for part in (one.test, longer.test))
    assert len(was - now) <= 3, "one a class at most: new rows with small keys take the place"


def test_a_data_set_is_shown_in_a_line() -> None:
    dataset = from_arrays(np.zeros((10, 2)), np.arange(10) % 2)
    assert repr(dataset) == "<Dataset arrays: train 8, test 2 examples of 2 numbers, 2 classes>"
    assert repr(dataset.train) == "<Examples: 8 of 2 numbers (float32), answers are classes>"


def test_a_number_can_stand_for_a_missing_value(tmp_path: Path) -> None:
    rows = [f"{i},{-999 if i == 3 else i / 2},{'ab'[i % 2]}" for i in range(20)]
    (tmp_path / "t.csv").write_text("\n".join(["i,x,y", *rows]), encoding="utf-8")
    options = TableOptions(missing_values=("-999",), missing="drop")
    dataset = read_table(tmp_path / "t.csv", options=options)
    assert "1 row with a missing value is left out" in dataset.notes


@pytest.mark.parametrize("date", ["2021-{:02}-07", "{:02}.7.2021", "7/{:02}/21", "2021-{:02}-07T08:00:00Z"])
def test_dates_are_refused_by_name_however_often_they_come(tmp_path: Path, date: str) -> None:
    rows = "".join(f"{date.format(1 + i % 12)},{i},k{i % 2}\n" for i in range(60))
    with pytest.raises(DataError, match=r"column 'Since' has dates, first '.*' in line 2; expected the numbers"):
        read_table(csv(tmp_path, f"Since,a,k\n{rows}"))


def test_versions_are_no_dates(tmp_path: Path) -> None:
    rows = "".join(f"1.{2 + i % 2}.10,{i},k{i % 2}\n" for i in range(60))
    table = read_table(csv(tmp_path, f"Release,a,k\n{rows}")).table
    assert table is not None
    assert table.columns[0].categories == ("1.2.10", "1.3.10")


def test_a_number_beyond_float32_is_not_said_to_be_infinite(tmp_path: Path) -> None:
    rows = "".join(f"{i},k{i % 2}\n" for i in range(30))
    file = csv(tmp_path, f"a,k\n{rows}1e300,k0\ninf,k1\n{'9' * 60},k1\n")
    with pytest.raises(DataError) as caught:
        read_table(file)
    assert "'1e300' is beyond ±3.4e38; " in str(caught.value)
    assert "'inf' is not a finite number; " in str(caught.value)
    assert f"'{'9' * 39}…' is beyond ±3.4e38." in str(caught.value)
