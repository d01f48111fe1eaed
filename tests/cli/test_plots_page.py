"""What docs/plots.md tells people to type works, and its Python runs."""

import re
import shlex
from pathlib import Path

import pytest
from cli_runner import byhand

PAGE = (Path(__file__).parents[2] / "docs" / "plots.md").read_text(encoding="utf-8")
COMMANDS = [shlex.split(line)[1:] for line in re.findall(r"^byhand .+$", PAGE, flags=re.MULTILINE)]
PLAIN = 3  # commands without matplotlib


def test_what_needs_no_matplotlib_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [byhand(*command).code for command in COMMANDS[:PLAIN]] == [0] * PLAIN
    assert (tmp_path / "network.svg").exists()


def test_the_pictures_and_the_python_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    monkeypatch.chdir(tmp_path)
    assert [byhand(*command).code for command in COMMANDS] == [0] * len(COMMANDS)
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    exec(block, {})  # noqa: S102  (the documentation's own)
    assert capsys.readouterr().out == "4 <svg\n"
