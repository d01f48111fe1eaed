"""What docs/cards.md tells people to type works."""

from pathlib import Path

import pytest
from cli_runner import byhand

from how_to import HowTo


def test_its_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    trained, shown, shared = (byhand(*command) for command in HowTo("cards").commands)
    assert (trained.code, shown.code, shared.code) == (0, 0, 0)
    assert "byhand train digits --epochs 3" in shown.out
    assert (tmp_path / "digits-model" / "README.md").read_text() == shown.out
    assert byhand("card", "digits-model", "--json").json["card"].startswith("---")
    assert byhand("card", "nowhere").code == 3
