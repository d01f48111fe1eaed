"""What docs/plots.md tells people to type works, and its Python runs."""

from pathlib import Path

import pytest
from cli_runner import byhand

from how_to import HowTo

PAGE = HowTo("plots")
PLAIN = 3  # commands without matplotlib


def test_what_needs_no_matplotlib_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [byhand(*command).code for command in PAGE.commands[:PLAIN]] == [0] * PLAIN
    assert (tmp_path / "network.svg").exists()


@pytest.mark.full
def test_the_pictures_and_the_python_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    monkeypatch.chdir(tmp_path)
    assert [byhand(*command).code for command in PAGE.commands] == [0] * len(PAGE.commands)
    assert len(PAGE.blocks) == 1
    PAGE.run_python()
    assert capsys.readouterr().out == "5 <svg\n"
