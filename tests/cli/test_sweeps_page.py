"""What docs/sweeps.md tells people to type works, and its Python prints what it should."""

import re
import shlex
from pathlib import Path

import pytest
from cli_runner import byhand

PAGE = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text(encoding="utf-8")


def test_its_commands_run_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^byhand .+$", PAGE, flags=re.MULTILINE)
    assert len(commands) == 8
    for command in commands:
        extra = [] if command.startswith("byhand train") else ["--executor", "serial"]
        done = byhand(*shlex.split(command)[1:], *(extra if "safetensors" not in command else []))
        assert done.code == 0, (command, done.err)
        assert done.out.strip(), command


def test_its_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, names)  # noqa: S102  (the documentation's own)
    printed = capsys.readouterr().out
    assert "{'learning_rate': 0.1} True" in printed
    assert "byhand train digits --learning-rate 0.1 --epochs 2" in printed
    assert "True 2 runs" in printed
