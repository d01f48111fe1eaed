"""What docs/sweeps.md tells people to type works, and its Python prints what it should."""

from pathlib import Path

import pytest
from cli_runner import byhand

from how_to import HowTo

PAGE = HowTo("sweeps")


def test_its_commands_run_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(PAGE.commands) == 8
    for command in PAGE.commands:
        is_sweep = command[0] != "train" and not any("safetensors" in word for word in command)
        done = byhand(*command, *(["--executor", "serial"] if is_sweep else []))
        assert done.code == 0, (command, done.err)
        assert done.out.strip(), command


def test_its_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(PAGE.blocks) == 2
    PAGE.run_python()
    printed = capsys.readouterr().out
    assert "{'learning_rate': 0.1} True" in printed
    assert "byhand train digits --learning-rate 0.1 --epochs 2" in printed
    assert "True 2 runs" in printed
