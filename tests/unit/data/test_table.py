"""Tables: what is read from CSV, NPZ, data frames and arrays, and what becomes of words, classes and numbers."""

from pathlib import Path

import numpy as np
import pytest

from byhand import data
from byhand.data.examples import Dataset
from byhand.data.tables.options import TableOptions
from byhand.data.tables.reading import from_arrays, read_table
from byhand.errors import DataError


def csv(folder: Path, text: str, name: str = "own.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def together(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return all rows of both parts, sorted by their first column."""
    assert dataset.test is not None
    raw = np.concatenate([dataset.train.raw, dataset.test.raw])
    y = np.concatenate([dataset.train.y, dataset.test.y])
    order = np.argsort(raw[:, 0], kind="stable")
    return raw[order], y[order]


ROWS = [(i, 10 * i, "cat" if i % 3 else "dog") for i in range(12)]
BODY = "".join(f"{a},{b},{c}\n" for a, b, c in ROWS)


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "small,large,animal\n" + BODY,
        "\ufeffsmall,large,animal\r\n" + BODY.replace("\n", "\r\n"),
        "small;large;animal\n" + BODY.replace(",", ";"),
        "small\tlarge\tanimal\n" + BODY.replace(",", "\t"),
        '"small","large, really","animal"\n' + BODY.replace("cat", '"cat"'),
        "small,large,animal\n\n" + BODY + "\n\n",
    ],
    ids=["bare", "header", "windows", "semicolons", "tabs", "quoted", "blank lines"],
)
def test_every_way_to_write_it_reads_the_same(tmp_path: Path, text: str) -> None:
    dataset = read_table(csv(tmp_path, text))
    raw, y = together(dataset)
    assert raw.tolist() == [[a, b] for a, b, _ in ROWS]
    assert dataset.class_names == ("cat", "dog")
    assert [dataset.class_names[label] for label in y] == [c for _, _, c in ROWS]


def test_the_target_is_named_or_numbered(tmp_path: Path) -> None:
    file = csv(tmp_path, "animal,small\n" + "".join(f"{c},{a}\n" for a, _, c in ROWS))
    for target in ("animal", 0, -2):
        assert read_table(file, target=target).class_names == ("cat", "dog")
    with pytest.raises(DataError, match="no column 'beast'; its columns are animal, small"):
        read_table(file, target="beast")


def test_words_among_the_inputs_become_a_column_each(tmp_path: Path) -> None:
    colours = ("blue", "red", "green")
    file = csv(tmp_path, "n,colour,kind\n" + "".join(f"{i},{colours[i % 3]},{i % 2}\n" for i in range(12)))
    raw, _ = together(read_table(file))
    assert raw[:3].tolist() == [[0, 1, 0, 0], [1, 0, 0, 1], [2, 0, 1, 0]]  # number, blue, green, red


def test_two_words_become_one_column(tmp_path: Path) -> None:
    file = csv(tmp_path, "n,colour,kind\n" + "".join(f"{i},{'red' if i % 2 else 'blue'},{i % 3}\n" for i in range(12)))
    raw, _ = together(read_table(file))
    assert raw[:3].tolist() == [[0, -1], [1, 1], [2, -1]]  # number; blue −1, red +1


def test_rare_words_share_a_column(tmp_path: Path) -> None:
    words = [f"w{i:02}" for i in range(60) for _ in range(4 if i < 49 else 2)]
    file = csv(tmp_path, "word,kind\n" + "".join(f"{word},{i % 2}\n" for i, word in enumerate(words)))
    dataset = read_table(file)
    assert dataset.train.n_features == 50
    assert dataset.table is not None
    assert dataset.table.columns[0].input_names[-1] == "word=other"
    assert (dataset.train.raw.sum(axis=1) == 1).all()


def test_a_missing_number_becomes_the_median_and_an_input_that_says_so(tmp_path: Path) -> None:
    cells = ["1", "2", "", "40"] * 10
    file = csv(tmp_path, "n,kind\n" + "".join(f"{cell},{i % 2}\n" for i, cell in enumerate(cells)))
    raw, _ = together(read_table(file, options=TableOptions(missing="indicator")))
    assert {tuple(row) for row in raw.tolist()} == {(1, 0), (2, 0), (2, 1), (40, 0)}


def test_whole_numbers_are_classes_others_are_predicted(tmp_path: Path) -> None:
    classes = read_table(csv(tmp_path, "".join(f"{i},{i % 4 + 5}\n" for i in range(40))))
    assert classes.class_names == ("5", "6", "7", "8")
    numbers = read_table(csv(tmp_path, "".join(f"{i},{i / 7}\n" for i in range(40))))
    assert numbers.class_names == ()
    raw, y = together(numbers)
    assert np.allclose(y[:, 0], raw[:, 0] / 7)
    many = read_table(csv(tmp_path, "".join(f"{i},{i * 3}\n" for i in range(200))))
    assert many.class_names == (), "two hundred different whole numbers are no classes"


def test_archives_and_arrays_and_frames_give_the_same(tmp_path: Path) -> None:
    x, y = np.arange(40.0).reshape(20, 2), np.array(["no", "yes"] * 10)
    np.savez(tmp_path / "own.npz", x=x, y=y)

    class Frame:
        """As much of a data frame as is used: named columns, and rows as an array."""

        columns = ("a", "b", "kind")

        def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
            return np.column_stack([x.astype(object), y])

    sets = [read_table(tmp_path / "own.npz"), from_arrays(x, y), read_table(Frame()), data.from_arrays(x, y)]
    for dataset in sets:
        assert dataset.class_names == ("no", "yes")
        assert np.array_equal(dataset.train.raw, sets[0].train.raw)
        assert np.array_equal(dataset.train.y, sets[0].train.y)


def test_the_parts_are_stratified_and_prepared_by_the_training_part_alone() -> None:
    x = np.column_stack([np.arange(100.0), np.full(100, 7.0)])
    dataset = from_arrays(x, np.arange(100) % 4, test_share=0.2, seed=3)
    assert dataset.test is not None
    assert (len(dataset.train), len(dataset.test)) == (80, 20)
    assert np.bincount(dataset.test.y).tolist() == [5, 5, 5, 5]
    assert np.allclose(dataset.train.x.mean(axis=0), 0, atol=1e-6)
    assert np.isclose(dataset.train.x[:, 0].std(), 1, atol=1e-6)
    assert np.all(dataset.train.x[:, 1] == 0), "a column that never changes is only centred"
    other = from_arrays(x, np.arange(100) % 4, test_share=0.2, seed=4)
    assert not np.array_equal(dataset.train.raw, other.train.raw)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("\n\n\n", "is empty"),
        ("a,b\n", "one line, of words, and no row below it"),
        ("1\n2\n3\n", "two or more columns"),
        ("a|b\n1|x\n2|y\n", "1 column .* separated by commas, semicolons or tabs"),
        ("1,2,a\n1,2\n", "line 2: 2 fields; expected 3"),
        ("x,y,k\n1,2,a\n1,,b\n", "line 3, column 'y': '' is missing"),
        ("x,y,k\n1,NaN,a\n1,3,b\n", "line 2, column 'y'"),
        ("1,a\n2,a\n3,a\n", "every target is 'a'; expected two classes"),
        ("1,a\n2,b\n", "too few"),
        ("".join(f"{i},2.5\n" for i in range(30)), "every target is 2.5; expected different numbers"),
        ("".join(f'"1,{i:03}.50",{i % 2}\n' for i in range(60)), "thousands separators, first '1,000.50' in line 1"),
        ("".join(f"${i}.50,{i % 2}\n" for i in range(60)), "expected numbers alone, without units, currencies"),
        ("".join(f"{i} kg,{i % 2}\n" for i in range(60)), "expected numbers alone, without units"),
        ("".join(f"word{i},{i % 2}\n" for i in range(60)), "60 different texts"),
        ("".join(f"{i},word{i}\n" for i in range(120)), "targets are 120 different words"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read_table(csv(tmp_path, text))


@pytest.mark.parametrize(
    ("x", "y", "told"),
    [
        (np.zeros(3), np.zeros(3, int), "expected \\(n, features\\) numbers"),
        (np.zeros((3, 2)), np.zeros(2, int), "3, 2"),
        (np.zeros((1, 2)), np.zeros(1, int), "two or more"),
        (np.array([["a", "b"]] * 3), np.zeros(3, int), "numbers"),
        (np.full((30, 2), np.inf), np.arange(30) % 2, "inf in row 0, column 0"),
        (np.full((30, 2), 1e300), np.arange(30) % 2, "1e\\+300 in row 0, column 0"),
        (np.zeros((30, 2)), np.full(30, np.nan), "not a finite number"),
        (np.zeros((30, 2)), np.zeros((30, 2, 2)), "targets"),
    ],
)
def test_arrays_that_do_not_fit(x: np.ndarray, y: np.ndarray, told: str) -> None:
    with pytest.raises(DataError, match=told):
        from_arrays(x, y)
