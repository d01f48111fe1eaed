"""What docs/tracking.md tells people to type works, and its Python runs."""

import re
import shlex
from pathlib import Path

import pytest
from cli_runner import byhand

PAGE = (Path(__file__).parents[2] / "docs" / "tracking.md").read_text(encoding="utf-8")


def test_its_commands_and_its_python_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^byhand .+$", PAGE, flags=re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        assert byhand(*shlex.split(command)[1:]).code == 0, command
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == ["digits", "seed-0", "seed-1"]
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
        exec(block, names)  # noqa: S102  (the documentation's own)
    assert capsys.readouterr().out == "()\n1\n"
