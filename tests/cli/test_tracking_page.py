"""What docs/tracking.md tells people to type works, and its Python runs."""

from pathlib import Path

import pytest
from cli_runner import byhand

from how_to import HowTo

PAGE = HowTo("tracking")


def test_its_commands_and_its_python_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(PAGE.commands) == 2
    for command in PAGE.commands:
        assert byhand(*command).code == 0, command
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == ["digits", "seed-0", "seed-1"]
    PAGE.run_python()
    assert capsys.readouterr().out == "()\n1\n"
