"""What docs/large-data.md tells people to type works, and its Python prints what it should; its files are mapped."""

from pathlib import Path

import pytest
from cli_runner import byhand

from byhand.data import mapped
from how_to import HowTo

PAGE = HowTo("large-data")


@pytest.mark.full
def test_its_commands_and_its_python_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mapped, "MAP_FROM", 1 << 20)
    PAGE.run_python()
    assert capsys.readouterr().out == "True\n"
    assert len(PAGE.commands) == 3
    for command in PAGE.commands:
        assert byhand(*command).code == 0, command
