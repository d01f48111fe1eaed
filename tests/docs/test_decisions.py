"""The list of decisions has each of them, in their order."""

import re
from pathlib import Path

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"


def test_the_list_has_every_decision_in_its_order() -> None:
    page = (DECISIONS / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\d{4})\]\((\d{4}-[\w-]+\.md)\) \| .+ \|$", page, re.MULTILINE)
    assert [name for _, name in listed] == sorted(path.name for path in DECISIONS.glob("0*.md"))
    assert [name for number, name in listed if not name.startswith(number)] == []
