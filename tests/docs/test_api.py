"""docs/api.md names every public name, no other, and its examples run."""

import doctest
import re
from pathlib import Path

import pytest

import byhand as bh

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_every_public_name_has_one_row() -> None:
    rows = re.findall(r"^\| `bh\.(\w+)` \| .+ \|$", TEXT, flags=re.MULTILINE)
    assert sorted(rows) == sorted(bh.__all__)


@pytest.mark.parametrize("name", sorted(set(bh.__all__) - {"__version__", "RECIPES"}))
def test_every_public_name_has_a_docstring_of_its_own(name: str) -> None:
    thing = getattr(bh, name)
    assert thing.__doc__
    assert not thing.__doc__.startswith(f"{name}(")  # what a dataclass writes where nobody did


@pytest.mark.parametrize("module", ["initializers", "metrics", "schedules", "preprocessing"])
def test_what_the_page_says_is_in_a_module_is_in_it(module: str) -> None:
    row = re.search(rf"^\| `bh\.{module}` \| (.+) \|$", TEXT, flags=re.MULTILINE)
    assert row is not None
    names = re.findall(r"`(\w+)[`(]", row[1])
    assert all(hasattr(getattr(bh, module), name) for name in names)


def test_the_examples_print_what_they_say() -> None:
    outcome = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert outcome.attempted > 5
    assert not outcome.failed
