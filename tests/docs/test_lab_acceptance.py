"""docs/lab-acceptance.md: every line is numbered, and what holds it exists, or it is marked as missing."""

import re

import pytest
from test_obligations import DOCS, check

PAGE = (DOCS / "lab-acceptance.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", PAGE, flags=re.MULTILINE)
MISSING = "missing"


def test_the_lines_are_numbered_and_said_once() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, len(ROWS) + 1))
    assert len({what for _, what, _ in ROWS}) == len(ROWS) == PAGE.count("\n| ") - PAGE.count("\n| # |")


@pytest.mark.parametrize("held", [held for _, _, held in ROWS if held != MISSING])
def test_what_holds_a_line_exists(held: str) -> None:
    assert MISSING not in held
    check(held)
