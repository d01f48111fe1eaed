"""The site's reference pages document every public name and every command, from docstrings; no Sphinx is needed."""

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import click
import pytest

import byhand as bh
from byhand.cli.main import COMMANDS, cli

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from docstring_markup import as_restructured
from make_commands import page as page_of_commands

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "reference").glob("*.md"))
DIRECTIVE = re.compile(r"^\.\. auto(?:function|class|data|module):: (\S+)$", flags=re.MULTILINE)
DOCUMENTED = [name for page in PAGES for name in DIRECTIVE.findall(page.read_text(encoding="utf-8"))]
PACKAGES = ["data", "estimators", "experiments", "loggers", "plots", "cards", "course"]  # that have a public surface
WITHOUT_ROW = {
    "__version__",
    "data",
    "Examples",
}  # a number; a package in rows of its own; a second name of bh.Examples


def thing_named(name: str) -> Any:
    """Return what a directive documents: a module, or an attribute of one."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return getattr(importlib.import_module(module), attribute)


def test_every_public_name_is_documented_once() -> None:
    public = {f"byhand.{name}" for name in bh.__all__ if name not in WITHOUT_ROW}
    for package in PACKAGES:
        names = importlib.import_module(f"byhand.{package}").__all__
        public |= {f"byhand.{package}.{name}" for name in names if name not in WITHOUT_ROW}
    assert public - set(DOCUMENTED) == set()
    assert "byhand.Examples" in DOCUMENTED
    assert len(set(DOCUMENTED)) == len(DOCUMENTED)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_what_a_page_names_is_there_and_has_a_docstring(name: str) -> None:
    assert thing_named(name) is not None
    assert name == "byhand.RECIPES" or thing_named(name).__doc__


def test_every_page_and_lesson_is_in_the_contents() -> None:
    contents = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").splitlines()
    pages = [f"reference/{page.stem}" for page in PAGES]
    pages += [page.stem for page in (ROOT / "docs").glob("*.md") if page.stem != "index"]
    pages += [f"/lessons/{path.stem}" for path in (ROOT / "lessons").glob("*.py")]
    assert [page for page in pages if page not in contents] == []


def test_the_page_of_commands_has_every_command_and_flag() -> None:
    text = page_of_commands()
    for name in COMMANDS:
        section = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        command = cli.get_command(click.Context(cli), name)
        flags = [option.opts[0] for option in command.params if isinstance(option, click.Option) and not option.hidden]
        assert flags
        assert [flag for flag in flags if f"`{flag}`" not in section] == []


def test_fields_become_a_list_and_code_stays_code() -> None:
    found = as_restructured(["Train `network` in place.", "", "x, y   : inputs (n, k)", "    or a*b   loss : its name"])
    assert [line for line in found if line] == [
        "Train ``network`` in place.",
        r"- ``x, y``: inputs (n, k) or a\*b",
        "- ``loss``: its name",
    ]


def test_what_is_indented_or_an_example_is_shown_as_it_stands() -> None:
    found = as_restructured(["One entry is", "", "    z = x * W", "", ">>> 1 + 1", "2"])
    literal = [line for line in found if line.startswith("   ")]
    assert [line.strip() for line in literal] == ["z = x * W", ">>> 1 + 1", "2"]
