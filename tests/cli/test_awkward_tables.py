"""Tables as people have them: odd names, rows without a target, a header alone, and what the verbs then say."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_runner import byhand

from byhand.cli.cells import cut, n_cells, pad
from byhand.cli.compare import report_text
from byhand.persistence.model import load_model
from byhand.sweeps.compare import compare_values

QUICK = ("--epochs", "2", "--hidden", "8", "-q")
CLASSES = ("café ☕", "数字", "no\nbreak")


def write(path: Path, n: int = 90, target: str = "classes") -> Path:
    """Write a table with names that need quotes, and three classes or a number to predict."""
    draw = np.random.default_rng(1)
    lines = ['"line\nbreak","=1+1",größe,"y, 😀"']
    for i in range(n):
        cells = [f"{draw.random() + i % 3:.3f}", f"{draw.random():.3f}", f"{draw.random():.3f}"]
        answer = f'"{CLASSES[i % 3]}"' if target == "classes" else f"{i % 3 + draw.random():.3f}"
        lines.append(",".join([*cells, answer]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run of a network that was trained on odd.csv, which lies beside it."""
    folder = tmp_path_factory.mktemp("odd")
    assert byhand("train", "--data", write(folder / "odd.csv"), "--runs", folder, *QUICK).code == 0
    return folder / "odd-1"


def test_influence_is_that_of_the_rows_of_the_training(run: Path) -> None:
    table = run.parent / "odd.csv"
    found = byhand("explain", run, "--data", table, "--influence", "90", "--json").json["influence"]
    assert found["n_train"] == 72
    lines = table.read_text(encoding="utf-8").splitlines()
    held_out = byhand("evaluate", run, "--data", table, "--json").json["n"]
    assert held_out == 18
    ranked = found["supporters"] + found["opponents"]
    assert len({one["place"] for one in ranked}) == len(ranked)
    for one in ranked:  # every name has a line of its own: those of the first two are broken in the file
        row = lines[int(one["place"].removeprefix("line ")) - 1]
        assert one["class"].split("\n")[0] in row


def test_an_explained_row_is_called_by_its_line(run: Path) -> None:
    table = run.parent / "odd.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    told = byhand("explain", run, "--data", table, "--index", "5", "--json").json["example"]
    found = re.fullmatch(r"example 5 of odd \(line (\d+)\), (.*)", told, re.DOTALL)
    assert found, told
    line, name = found.groups()
    learned = byhand("explain", run, "--data", table, "--influence", "90", "--json").json["influence"]
    assert name.split("\n")[0] in lines[int(line) - 1]
    assert f"line {line}" not in {one["place"] for one in learned["supporters"] + learned["opponents"]}


def test_influence_of_examples_that_were_not_learned_is_refused(run: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.csv", n=60)
    done = byhand("explain", run, "--data", other, "--influence", "3")
    assert (done.code, "is not the table that the model was trained on" in " ".join(done.err.split())) == (2, True)
    numbers = write(tmp_path / "numbers.csv", target="numbers")
    assert byhand("train", "--data", numbers, "--runs", tmp_path, *QUICK).code == 0
    done = byhand("explain", tmp_path / "numbers-1", "--data", numbers, "--influence", "3")
    assert (done.code, "this model predicts numbers" in " ".join(done.err.split())) == (2, True)
    assert byhand("train", "vanilla", "--data", "moons", "--runs", tmp_path, *QUICK).code == 0
    done = byhand("explain", tmp_path / "vanilla-1", "--influence", "3")
    assert (done.code, "were drawn for the training and are not kept" in " ".join(done.err.split())) == (2, True)


def test_the_columns_of_a_report_are_aligned_whatever_the_names(run: Path) -> None:
    table = run.parent / "odd.csv"
    shown = byhand("explain", run, "--data", table, "--importance", "2").out.splitlines()[1:]
    assert {n_cells(row.partition("%")[0]) for row in shown} == {n_cells(shown[0].partition("%")[0])}
    assert [row for row in shown if row.startswith("  line break  ")]
    report = byhand("evaluate", run, "--data", table).out.splitlines()
    head = 1 + next(i for i, row in enumerate(report) if row.startswith("true ↓"))
    assert {n_cells(row) for row in report[head : head + 4]} == {n_cells(report[head])}
    assert load_model(run).class_names[2] == "数字"


def test_cells_are_counted_as_a_terminal_does() -> None:
    assert (n_cells("数字"), n_cells("😀a")) == (4, 3)
    assert (pad("数字", 5), pad("a", 3, right=True)) == ("数字 ", "  a")
    assert (cut("数字数字", 6), cut("abcdef", 4)) == ("数字…", "abc…")
    assert n_cells(pad("数字数字", 6)) == 6


def test_accuracies_are_percentages_in_the_tables_of_sweeps_and_comparisons(run: Path, tmp_path: Path) -> None:
    table = ("--data", run.parent / "odd.csv", "--hidden", "8", "--epochs", "1", "--executor", "serial")
    ranking = byhand("sweep", *table, "--learning-rate", "0.01,0.1", "--runs", tmp_path).out
    assert "validation accuracy" in ranking
    assert len([row for row in ranking.splitlines() if row.endswith(" %") and row.strip()[0] in "01"]) == 2
    rows = byhand("compare", "table", "table:activation=tanh", *table, "--seeds", "2").out.splitlines()
    assert [row.count(" %") for row in rows if row.strip()[:1] in ("0", "1")] == [3, 3]


def test_scores_below_zero_have_a_minus_sign() -> None:
    found = compare_values("A", "B", [-0.1, 0.2], [-0.3, -0.4], what="validation R²")
    rows = report_text(replace(found, seeds=(0, 1))).splitlines()
    assert [row.split() for row in rows if row.strip()[:1] in ("0", "1")] == [
        ["0", "−0.1000", "−0.3000", "−0.2000"],
        ["1", "0.2000", "−0.4000", "−0.6000"],
    ]


def test_one_row_is_one_row(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv")
    table.write_text(table.read_text(encoding="utf-8") + "0.1,0.2,0.3,\n", encoding="utf-8")
    done = byhand("train", "--data", table, "--runs", tmp_path, "--epochs", "1", "--hidden", "8")
    assert "1 row without a target is left out" in done.err


def test_a_header_without_rows_is_told(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("age,size,colour\n", encoding="utf-8")
    done = byhand("train", "--data", table, "--runs", tmp_path)
    assert (done.code, "t has one line, of words, and no row below it" in done.err) == (3, True)


def test_the_error_of_huge_numbers_is_a_number(tmp_path: Path) -> None:
    rng, table = np.random.default_rng(0), tmp_path / "huge.csv"
    rows = rng.uniform(size=(60, 2)) * 1e30
    table.write_text("a,y\n" + "".join(f"{a:.3e},{y:.3e}\n" for a, y in rows), encoding="utf-8")
    told = byhand("train", "--data", table, "--runs", tmp_path, *QUICK).out
    assert "RMSE" in told
    assert "inf" not in told


def test_a_table_in_the_place_of_a_model_is_told_whatever_separates_its_cells(tmp_path: Path) -> None:
    table = tmp_path / "t.tsv"
    table.write_text("a\ty\n1\tu\n", encoding="utf-8")
    done = byhand("evaluate", table)
    assert (done.code, "t.tsv is a table; expected a model file" in " ".join(done.err.split())) == (3, True)


def test_the_two_baselines_of_numbers_are_told_apart(tmp_path: Path) -> None:
    table = write(tmp_path / "numbers.csv", target="numbers")
    assert byhand("train", "--data", table, "--runs", tmp_path, *QUICK).code == 0
    assert "by the mean of these targets" in byhand("evaluate", tmp_path / "numbers-1", "--data", table).out


def test_a_comparison_takes_one_value_of_a_setting_and_says_so() -> None:
    assert "--epochs VALUE " in byhand("compare", "--help").out
    assert "--epochs VALUES " in byhand("sweep", "--help").out
    done = byhand("compare", "digits", "digits", "--epochs", "1,2")
    assert (done.code, "expected one" in " ".join(done.err.split())) == (2, True)
