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


def test_what_to_do_next_names_the_table_that_a_model_does_not_open_by_itself(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,b,kind\n" + "".join(f"{i},{i % 5},k{i % 2}\n" for i in range(40)))
    done = byhand("train", "--data", table, "--runs", tmp_path / "runs")
    (command,) = [line.partition("Next: byhand ")[2] for line in done.out.splitlines() if "byhand evaluate" in line]
    assert command == f"evaluate {tmp_path / 'runs' / 't-1'} --data {table}"
    assert byhand(*command.split()).code == 0
