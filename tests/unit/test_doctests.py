"""Every example in a docstring is run, so that none of them can go stale."""

import doctest
import importlib
from pathlib import Path

import pytest

import byhand

SOURCE = Path(byhand.__file__).parent


def modules_with_examples() -> list[str]:
    """Return the name of every module of the package with at least one example."""
    files = [path for path in sorted(SOURCE.rglob("*.py")) if "    >>> " in path.read_text(encoding="utf-8")]
    return [".".join(("byhand", *path.relative_to(SOURCE).with_suffix("").parts)) for path in files]


def test_there_are_examples_to_run() -> None:
    assert len(modules_with_examples()) >= 5


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_print_what_they_say(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted
    assert not outcome.failed
