"""A table's way through the verbs: train, predict, evaluate, explain, with what real files have in them."""

import csv
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_runner import byhand

from byhand.recipes.result import spread
from byhand.recipes.table import TABLE, fit_to_rows

HEADER = ["length", "colour", "kind"]


def rows(n: int = 60) -> list[list[str]]:
    dice = np.random.default_rng(0)
    kinds = [("cat", 1.0, "red"), ("dog", 5.0, "blue"), ("eel", 9.0, "blue")]
    return [[f"{dice.normal(mean, 0.4):.2f}", colour, kind] for kind, mean, colour in (kinds * n)[:n]]


def write(path: Path, *lines: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    table = write(folder / "pets.csv", HEADER, *rows())
    done = byhand("train", "--data", table, "--runs", folder, "--epochs", "60")
    assert done.code == 0
    assert "pets: 60 rows of 3 columns, first line a header; target 'kind', 3 classes" in done.err
    return folder


def test_new_data_are_numbered_by_the_models_classes_and_all_used(trained: Path, tmp_path: Path) -> None:
    new = write(
        tmp_path / "new.csv", ["id", *HEADER[::-1]], *(["7", *row[::-1]] for row in rows(90) if row[2] != "cat")
    )
    done = byhand("evaluate", trained / "pets-1", "--test-data", new, "--json")
    assert done.json["n"] == 60
    assert done.json["accuracy"] > 0.9
    assert "not used: 'id'" in done.err
    own = byhand("evaluate", trained / "pets-1", "--data", trained / "pets.csv", "--json").json
    assert own["n"] == 12, "of the table of the training, the test rows only"


def test_a_bad_row_and_a_bad_file_are_told_and_the_rest_is_answered(trained: Path, tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.csv", HEADER[:2], ["1.0", "red"], ["long", "red"], ["9.1", "mauve"], ["5"])
    done = byhand("predict", bad, tmp_path / "none.csv", "--model", trained / "pets-1", "--json")
    assert done.code == 3
    assert done.json["predictions"][0]["class"] == "cat"
    assert [p["index"] for p in done.json["predictions"]] == [0, 2]
    assert "line 3 is left out: column 'length': 'long' is not a finite number" in done.err
    assert "line 5 is left out: 1 field; expected 2" in done.err
    assert "categories that training never saw in 1 cell, first in line 4, column 'colour': 'mauve'" in done.err
    assert "none.csv does not exist" in done.err


def test_answers_are_written_beside_an_id(trained: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "new.csv", ["name", *HEADER[:2]], ["a", "1.1", "red"], ["b", "9.0", "blue"])
    out = tmp_path / "out.csv"
    assert byhand("predict", new, "--id", "name", "--output", out, "--model", trained / "pets-1").code == 0
    with out.open(encoding="utf-8", newline="") as file:
        answers = list(csv.DictReader(file))
    assert [(row["id"], row["prediction"]) for row in answers] == [("a", "cat"), ("b", "eel")]
    assert all(abs(sum(float(row[f"probabilities {k}"]) for k in ("cat", "dog", "eel")) - 1) < 1e-5 for row in answers)


def test_the_suffix_decides_what_is_written(trained: Path, tmp_path: Path) -> None:
    hostile = '=1+1,"\t\u2028\x1b[2J'
    new = write(tmp_path / "new.csv", ["name", *HEADER[:2]], [hostile, "1.1", "red"], ["b", "9.0", "blue"])
    command = ["predict", new, "--id", "name", "--model", trained / "pets-1"]
    expected = byhand(*command, "--json").json["predictions"]
    assert expected[0]["id"] == hostile
    for name in ("out.jsonl", "OUT.JSONL"):
        assert byhand(*command, "--output", tmp_path / name).code == 0
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        written = [json.loads(line) for line in lines]
        assert [{**row, "probabilities": None} for row in written] == [
            {**row, "probabilities": None} for row in expected
        ]
        assert set(written[0]["probabilities"]) == {"cat", "dog", "eel"}, "every class, whatever is shown"
        assert all(line.isprintable() for line in lines)
    tables = []
    for name, delimiter in (("out.csv", ","), ("out.tsv", "\t")):
        assert byhand(*command, "--output", tmp_path / name).code == 0
        with (tmp_path / name).open(encoding="utf-8", newline="") as file:
            tables.append(list(csv.reader(file, delimiter=delimiter)))
    assert tables[0] == tables[1]
    assert tables[0][1][1] == hostile


@pytest.mark.parametrize("name", ["out.parquet", "out.json", "out", ".csv"])
def test_a_file_of_another_kind_is_refused_before_anything_is_predicted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("byhand.cli.predict._batch", lambda *_, **__: pytest.fail("a file was read"))
    done = byhand("predict", tmp_path / "new.csv", "--model", tmp_path / "none", "--output", tmp_path / name)
    assert done.code == 2
    told = f"predictions are written to .csv, .tsv or .jsonl files, and {tmp_path / name} is none. Name another file."
    assert done.err == f"byhand: {told}\n"
    assert not (tmp_path / name).exists()


def test_a_table_separated_by_tabs_is_one(trained: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.tsv"
    new.write_text("length\tcolour\n1.1\tred\n9.0\tblue\n")
    found = byhand("predict", new, "--model", trained / "pets-1", "--json").json["predictions"]
    assert [answer["class"] for answer in found] == ["cat", "eel"]


def test_predictions_do_not_replace_what_they_are_made_from(trained: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "new.csv", HEADER[:2], ["1.0", "red"])
    before = new.read_bytes()
    done = byhand("predict", new, "--model", trained / "pets-1", "--output", tmp_path / "." / "new.csv")
    assert done.code == 2
    assert "new.csv is one of the files that are read, and would be replaced. Name another file" in done.err
    assert new.read_bytes() == before


@pytest.mark.parametrize("verb", [["predict", "pets.csv", "--output"], ["export", "python", "--data", "pets.csv"]])
@pytest.mark.parametrize("output", ["pets-1/model.safetensors", "pets.csv"])
def test_neither_model_nor_table_is_replaced(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: list[str], output: str
) -> None:
    shutil.copytree(trained, tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")
    before = Path(output).read_bytes()
    done = byhand(*verb, output, "--model", "pets-1")
    assert (done.code, Path(output).read_bytes() == before) == (2, True)
    assert re.search(f"{output} is (one of the files that are read|none. Name another file)", done.err)


def test_a_file_of_predictions_has_the_probability_of_every_class(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", ["x", "kind"], *([str(i), f"k{i % 5}"] for i in range(60)))
    assert byhand("train", "--data", table, "--runs", tmp_path, "--epochs", "2").code == 0
    done = byhand("predict", table, "--model", tmp_path / "t-1", "--output", tmp_path / "out.csv")
    assert done.code == 0
    with (tmp_path / "out.csv").open() as file:
        for row in csv.DictReader(file):
            assert sum(float(row[f"probabilities k{i}"]) for i in range(5)) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("way", [["--json"], ["--output", "out.csv"]])
def test_no_line_is_written_that_nobody_reads(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("byhand.cli.predict._line", lambda *_: pytest.fail("a line costs more than its prediction"))
    new = write(tmp_path / "new.csv", HEADER[:2], ["1.0", "red"])
    assert byhand("predict", new, "--model", trained / "pets-1", *way).code == 0


def test_small_numbers_of_rows_and_runs_are_reported_as_they_are(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", ["x", "kind"], ["1", "a"], ["2", "b"], ["3", "a"])
    done = byhand("train", "--data", table, "--runs", tmp_path, "--epochs", "2")
    assert "on 1 test example\n" in done.out
    assert "from counting 1 example\n" in done.out
    assert "as far as 1 row can tell" in done.out
    assert spread([0.2, 0.9])["mean_interval_95"] == [0, 1]


def test_a_row_far_from_the_training_is_told(trained: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "new.csv", HEADER[:2], ["900", "red"])
    assert "more than 10 interquartile ranges" in byhand("predict", new, "--model", trained / "pets-1").err


def test_explain_reads_what_train_read(trained: Path) -> None:
    done = byhand("explain", trained / "pets-1", "--data", trained / "pets.csv", "--index", "3")
    assert done.code == 0
    assert "example 3 of pets" in done.out


def test_equal_trainings_write_equal_files(trained: Path) -> None:
    byhand("train", "--data", trained / "pets.csv", "--runs", trained, "--epochs", "60")
    one, two = ((trained / f"pets-{i}" / "model.safetensors").read_bytes() for i in (1, 2))
    assert one == two


def test_a_class_that_is_never_recognised_is_told_beside_the_baseline(trained: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "new.csv", HEADER, *(["1.0", "red", "cat"] for _ in range(9)), ["1.0", "red", "dog"])
    done = byhand("evaluate", trained / "pets-1", "--data", new)
    assert "90.00 %" in done.out
    assert "baseline" in done.out
    assert "never recognised: dog" in done.out
    assert "balanced accuracy 50.00 %" in done.out


def test_numbers_have_errors_and_a_baseline(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", ["a", "y"], *([f"{i / 7:.3f}", f"{3 * i / 7 + 1:.3f}"] for i in range(100)))
    byhand("train", "--data", table, "--runs", tmp_path, "--epochs", "30")
    found = byhand("evaluate", tmp_path / "t-1", "--data", table, "--json").json
    assert found["root_mean_squared_error"] < found["baseline_root_mean_squared_error"]
    assert found["mean_absolute_error"] <= found["root_mean_squared_error"]


@pytest.mark.parametrize("loss", ["huber", "quantile", "poisson"])
def test_losses_for_numbers_are_a_flag(tmp_path: Path, loss: str) -> None:
    counts = [[f"{i / 50:.3f}", str(round(40 * 2 ** (i / 50)))] for i in range(200)]
    table = write(tmp_path / "t.csv", ["a", "y"], *counts)
    byhand("train", "--data", table, "--runs", tmp_path, "--epochs", "60", "--loss", loss, "--task", "regression")
    found = byhand("evaluate", tmp_path / "t-1", "--data", table, "--json").json
    assert found["root_mean_squared_error"] < found["baseline_root_mean_squared_error"] / 4
    new = write(tmp_path / "new.csv", ["a"], ["1.0"])
    answers = byhand("predict", new, "--model", tmp_path / "t-1", "--json").json["predictions"]
    assert answers[0]["values"] == pytest.approx([80], rel=0.25)


def test_a_loss_for_numbers_is_refused_for_classes(trained: Path, tmp_path: Path) -> None:
    done = byhand("train", "--data", trained / "pets.csv", "--runs", tmp_path, "--loss", "poisson")
    assert done.code == 2
    assert "pets has classes, and poisson is for numbers" in done.err


@pytest.mark.parametrize("verb", ["evaluate", "explain"])
def test_without_its_table_a_model_names_it_and_the_flag(verb: str, trained: Path) -> None:
    done = byhand(verb, trained / "pets-1")
    assert done.code == 3
    assert "pets.csv; name that, or new data of its kind, with --data." in done.err


def test_the_recipe_for_tables_asks_for_one(tmp_path: Path) -> None:
    done = byhand("train", "table", "--runs", tmp_path)
    assert done.code == 2
    assert "name it as data. On the command line: --data my.csv" in done.err


def test_the_recipe_for_tables_fits_its_epochs_to_the_rows() -> None:
    small, large = fit_to_rows(TABLE, 120), fit_to_rows(TABLE, 500_000)
    assert (small.epochs, small.batch_size) == (TABLE.epochs, 64)
    assert (large.epochs, large.batch_size) == (51, 1024)
    assert fit_to_rows(TABLE, 120, explicit=("epochs",)).epochs == TABLE.epochs


def test_no_interval_is_given_for_examples_that_were_trained_on(tmp_path: Path) -> None:
    done = byhand("train", "xor", "--epochs", "2", "--runs", tmp_path)
    assert "on its own training examples" in done.out
    assert "95 % interval" not in done.out
    assert "interval" not in byhand("train", "xor", "--epochs", "2", "--runs", tmp_path, "--json").json
    assert "95 %" not in byhand("evaluate", tmp_path / "xor-1").out


def test_the_order_of_rows_does_not_change_what_validates(tmp_path: Path) -> None:
    from byhand.recipes.datasets import load_data

    some = rows(60)
    parts = []
    for name, order in (("a", some), ("b", some[::-1])):
        table = write(tmp_path / f"{name}.csv", HEADER, *order)
        recipe = replace(TABLE, data=str(table), validation="balanced")
        held_out = load_data(recipe, None).validation
        assert held_out is not None
        parts.append(sorted(map(tuple, held_out.raw.tolist())))
    assert parts[0] == parts[1]


def test_a_table_is_trained_as_the_estimators_train() -> None:
    from byhand.estimators import MLPClassifier

    own = MLPClassifier()
    assert TABLE.hidden == own.hidden_layer_sizes
    for field, parameter in (
        ("schedule", "learning_rate"),
        ("learning_rate", "learning_rate_init"),
        ("beta2", "beta_2"),
    ):
        assert getattr(TABLE, field) == getattr(own, parameter), field
    assert (TABLE.epochs, TABLE.dropout, TABLE.weight_decay) == (own.max_iter, own.dropout, own.weight_decay)
    assert (TABLE.label_smoothing, TABLE.activation) == (own.label_smoothing, own.activation)


def test_train_says_what_became_of_each_column_and_warns(tmp_path: Path) -> None:
    lines = [[str(i), *row] for i, row in enumerate(rows(150))]
    lines[7][1] = ""
    table = write(tmp_path / "t.csv", ["row", *HEADER], *lines)
    done = byhand("train", "--data", table, "--runs", tmp_path, "--epochs", "3")
    assert "  length  number, (x − " in done.err
    assert "(1 missing)" in done.err
    assert "  colour  2 categories, 'blue' −1 and 'red' +1" in done.err
    assert "column 'row' has a new number in every row" in done.err
    record = json.loads((tmp_path / "t-1" / "record.json").read_text(encoding="utf-8"))
    assert [column["name"] for column in record["columns"]] == ["row", "length", "colour"]
    assert record["columns"][1]["n_missing"] == 1
    assert any("'row'" in warning for warning in record["warnings"])


def test_a_linear_model_stands_beside_the_network(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    cells = dice.normal(size=(400, 2))
    answers = np.where(cells[:, 0] * cells[:, 1] > 0, "same", "other")
    lines = [[*(f"{cell:.4f}" for cell in row), answer] for row, answer in zip(cells, answers, strict=True)]
    table = write(tmp_path / "xor.csv", ["a", "b", "sign"], *lines)
    done = byhand("train", "--data", table, "--runs", tmp_path, "--epochs", "60", "--json")
    found = done.json["baselines"]
    assert found["network"] < 0.15
    assert 0.3 < found["linear"] < 0.7
    assert found["is_better"] is True
    straight = [[f"{x:.4f}", f"{y:.4f}", f"{x + 2 * y:.4f}"] for x, y in cells]
    table = write(tmp_path / "line.csv", ["a", "b", "sum"], *straight)
    done = byhand("train", "--data", table, "--runs", tmp_path, "--epochs", "3")
    assert "worse than a linear model" in done.out  # three epochs are not enough to add two numbers


def test_the_columns_are_ranked_by_what_they_are_worth(trained: Path) -> None:
    done = byhand("explain", trained / "pets-1", "--data", trained / "pets.csv", "--importance", "5")
    assert done.code == 0
    assert "on 12 rows of pets" in done.out
    assert done.out.splitlines()[1].strip().startswith("length")
    found = byhand("explain", trained / "pets-1", "--data", trained / "pets.csv", "--importance", "5", "--json").json
    assert [one["name"] for one in found["columns"]] == ["length", "colour"]
    assert len(found["columns"][0]["drops"]) == 5


def test_importance_is_for_tables(tmp_path: Path) -> None:
    assert byhand("train", "xor", "--epochs", "2", "--runs", tmp_path).code == 0
    done = byhand("explain", tmp_path / "xor-1", "--importance", "5")
    assert done.code == 2
    assert "columns of a table" in done.err


def test_a_column_list_may_be_repeated(tmp_path: Path) -> None:
    cells = [[f"a{i}", f"b{i}", str(i % 9), f"k{i % 2}"] for i in range(60)]
    table = write(tmp_path / "t.csv", ["one", "two", "three", "kind"], *cells)
    done = byhand("train", "--data", table, "--drop", "one", "--drop", "two", "--epochs", "1", "--runs", tmp_path)
    assert done.code == 0, done.err
    assert "dropped: one, two" in done.err


def test_data_reads_a_table_as_train_does(tmp_path: Path) -> None:
    cells = [[f"n{i}", f"{i % 9},5" if i % 4 else "", f"k{i % 2}"] for i in range(200)]
    table = tmp_path / "t.csv"
    table.write_text("name;size;kind\n" + "".join(";".join(row) + "\n" for row in cells))
    done = byhand("data", table, "--decimal", ",", "--drop", "name")
    assert done.code == 0, done.err
    assert "size  number, (x − " in done.out
    assert "and an input that marks it (" in done.out
    assert "test rows have the same inputs as a training row" in done.err
    assert byhand("data", table).code == 3


def test_a_table_without_rows_is_told(trained: Path, tmp_path: Path) -> None:
    empty = write(tmp_path / "empty.csv", HEADER)
    done = byhand("predict", empty, "--model", trained / "pets-1")
    assert done.code == 0
    assert "empty.csv has no rows below its header" in done.err


def test_the_notes_of_an_evaluation_count_the_rows_it_uses(tmp_path: Path) -> None:
    cells = [["" if i % 2 else f"{i}", f"k{i % 2}"] for i in range(100)]
    table = write(tmp_path / "t.csv", ["a", "kind"], *cells)
    assert byhand("train", "--data", table, "--epochs", "1", "--runs", tmp_path).code == 0
    done = byhand("evaluate", tmp_path / "t-1", "--data", table)
    assert "20 test examples" in done.out
    assert "missing values in 10 rows" in done.err


def test_a_regression_is_explained_with_plain_numbers_and_a_rate_that_works(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", ["a", "price"], *([f"{i / 7:.3f}", f"{-3e6 * i + 7:.1f}"] for i in range(100)))
    assert byhand("train", "--data", table, "--epochs", "3", "--runs", tmp_path).code == 0
    done = byhand("explain", tmp_path / "t-1", "--data", table)
    assert re.match(r"example 0 of t \(line \d+\), −[\d.e+]+\n", done.out)
    assert re.search(r"the target is −[\d.e+]+ → L", done.out)
    assert re.search(r"At [\d.]+e-\d+ it falls to", " ".join(done.out.split()))
    other = write(tmp_path / "o.csv", ["a", "price"], *([f"{i / 7:.3f}", f"{3e6 * i:.1f}"] for i in range(100)))
    told = byhand("explain", tmp_path / "t-1", "--data", other, "--importance", "2").out
    assert re.match(r"IMPORTANCE of columns: R² −\d", told)
