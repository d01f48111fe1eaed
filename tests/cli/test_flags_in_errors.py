"""An error of Python's functions names the argument that helps; the command line adds the flag that sets it."""

from pathlib import Path

import pytest
from cli_runner import byhand

import byhand as bh
from byhand.engines.selection import choose_engine
from byhand.errors import OptionError


def test_the_flag_is_added_on_the_command_line_alone(tmp_path: Path) -> None:
    unknown = [bh.Dense(4, 3), bh.Dropout(0.1), bh.Dropout(0.1)]
    parts = bh.Network(unknown), bh.SquaredError(), bh.SGD()
    with pytest.raises(OptionError, match="the native engine cannot train this") as caught:
        choose_engine("native", *parts)
    assert "--" not in str(caught.value)
    assert caught.value.argument == "engine"
    (tmp_path / "file").write_bytes(b"")
    done = byhand("train", "xor", "--runs", tmp_path / "file" / "runs", "--epochs", "1")
    assert done.code == 4
    assert done.err.endswith("Name another place. On the command line: --runs DIR.\n")


def test_a_missing_cell_names_the_flag_that_fills_it(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,kind\n" + "".join(f"{i},1,k{i % 2}\n" for i in range(20)) + ",1,k0\n")
    done = byhand("train", "--data", tmp_path / "t.csv", "--missing", "refuse", "--runs", tmp_path / "runs")
    assert done.code == 3
    assert done.err.endswith("On the command line: --missing indicator, --missing mean or --missing drop.\n")


def test_a_column_that_cannot_be_read_names_the_flags_that_read_or_drop_it(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;b;kind\n" + "".join(f"{i},5;1;k{i % 2}\n" for i in range(20)))
    done = byhand("train", "--data", tmp_path / "t.csv", "--runs", tmp_path / "runs")
    assert done.code == 3
    assert "column 'a' has decimal commas, first '0,5' in line 2" in done.err
    assert done.err.endswith("On the command line: --decimal ',' (byhand train, byhand data).\n")
    (tmp_path / "t.csv").write_text("a;b;kind\n" + "".join(f"2020-01-{1 + i};1;k{i % 2}\n" for i in range(20)))
    done = byhand("train", "--data", tmp_path / "t.csv", "--runs", tmp_path / "runs")
    assert done.code == 3
    assert done.err.endswith("On the command line: byhand train --drop COLUMN or --missing-values WORDS.\n")


def test_a_table_in_a_models_place_names_where_it_belongs(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    done = byhand("evaluate", tmp_path / "t.csv")
    assert done.code == 3
    assert "t.csv is a table; expected a model file or a run folder. Name a table with --data" in done.err


def test_a_missing_argument_is_one_line_without_escapes() -> None:
    done = byhand("export")
    assert done.code == 2
    assert done.err.endswith("Choose from: page, c, js, python, onnx. See `byhand export --help`.\n")
    assert "\\" not in done.err


def test_what_to_do_next_names_the_table_that_a_model_does_not_open_by_itself(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,b,kind\n" + "".join(f"{i},{i % 5},k{i % 2}\n" for i in range(40)))
    done = byhand("train", "--data", table, "--runs", tmp_path / "runs")
    (command,) = [line.partition("Next: byhand ")[2] for line in done.out.splitlines() if "byhand evaluate" in line]
    assert command == f"evaluate {tmp_path / 'runs' / 't-1'} --data {table}"
    assert byhand(*command.split()).code == 0


def test_a_file_in_another_encoding_names_the_flag_and_the_verbs_that_take_it(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'größe'[i % 5]},k{i % 2}\n" for i in range(40))
    for encoding in ("utf-8", "cp1252"):
        (tmp_path / f"{encoding}.csv").write_bytes(f"a,b,kind\n{rows}".encode(encoding))
    assert byhand("train", "--data", tmp_path / "utf-8.csv", "--epochs", "2", "--runs", tmp_path / "runs").code == 0
    model = ["--model", tmp_path / "runs" / "utf-8-1"]
    done = byhand("predict", tmp_path / "cp1252.csv", *model)
    assert done.code == 3
    flag = "On the command line: --encoding NAME, of byhand train, sweep, compare, data, predict, evaluate and explain."
    assert flag in done.err
    same = byhand("predict", tmp_path / "utf-8.csv", *model, "--json").json["predictions"]
    read = byhand("predict", tmp_path / "cp1252.csv", *model, "--encoding", "cp1252", "--json").json["predictions"]
    assert [one["probabilities"] for one in read] == [one["probabilities"] for one in same]
    assert byhand("data", tmp_path / "cp1252.csv", "--encoding", "cp1252").code == 0
    recipes = ("table", "table:epochs=2", "--seeds", "2", "--data", tmp_path / "cp1252.csv")
    for verb in (("sweep", "table", "--data", tmp_path / "cp1252.csv", "--epochs", "1,2"), ("compare", *recipes)):
        done = byhand(*verb)
        assert done.code == 3
        assert done.err.startswith(f"byhand: {tmp_path / 'cp1252.csv'} is not text in utf-8")
        assert flag in done.err
    assert byhand("compare", *recipes, "--encoding", "cp1252").code == 0


def test_a_model_of_a_table_in_one_encoding_reads_it_in_another(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i % 7},k{i % 2}\n" for i in range(40))
    for encoding in ("utf-8", "latin-1"):
        (tmp_path / f"{encoding}.csv").write_bytes(f"größe,b,kind\n{rows}".encode(encoding))
    trained = ("train", "--data", tmp_path / "latin-1.csv", "--encoding", "latin-1", "--epochs", "2")
    assert byhand(*trained, "--runs", tmp_path / "runs").code == 0
    model = tmp_path / "runs" / "latin-1-1"
    for verb in (("evaluate", model), ("explain", model)):
        wrong = byhand(*verb, "--data", tmp_path / "utf-8.csv")
        assert wrong.code == 3
        assert "It was read as latin-1; if its letters look wrong, name its encoding." in wrong.err
        assert "predict, evaluate and explain" in wrong.err
        one, other = (
            byhand(*verb, "--data", tmp_path / f"{name}.csv", "--encoding", name, "--json").json
            for name in ("utf-8", "latin-1")
        )
        for differs in ("example", "data", "test_evaluations"):
            one.pop(differs, None), other.pop(differs, None)
        assert one == other
    done = byhand("predict", tmp_path / "utf-8.csv", "--model", model)
    assert done.code == 3
    assert "name its encoding" in done.err


def test_an_encoding_is_for_models_of_tables(trained: Path) -> None:
    done = byhand("evaluate", trained, "--encoding", "utf-8")
    assert done.code == 2
    assert "--encoding is for tables" in done.err
