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
