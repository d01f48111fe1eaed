"""docs/obligations.md: 142 and 22 rows, none missing, and each place and each test that a row names exists."""

import ast
import json
import re
import shlex
from functools import cache
from pathlib import Path

import click
import pytest

from byhand.cli.main import COMMANDS, cli
from byhand.cli.plot import KINDS
from byhand.experiments import experiments
from byhand.recipes import RECIPES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "obligations.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", flags=re.MULTILINE)
MAIN, PLACES = (ROW.findall(part) for part in PAGE.split("## The 22 places"))
ROWS = [pytest.param(where, held, id=f"{kind}-{n}") for kind, rows in (("main", MAIN), ("articles", PLACES))
        for n, _, where, held in rows]  # fmt: skip
LINK = re.compile(r"\[[^\]]+\]\(([^)#]+)(?:#([^)]+))?\)(?: “([^”]+)”)?")


def anchor(heading: str) -> str:
    """Return a heading's anchor as GitHub and the site make it."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.strip().lower()))


@cache
def words_of(path: Path) -> str:
    """Return a lesson's text without comment signs and line breaks."""
    lines = (re.sub(r"^#( >)? ?", "", line) for line in path.read_text(encoding="utf-8").splitlines())
    return " ".join(" ".join(lines).split())


def check_link(target: str, heading: str, quoted: str) -> None:
    path = (DOCS / target).resolve()
    assert path.is_file(), target
    assert path.is_relative_to(ROOT)
    if heading:
        headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert heading in map(anchor, headings)
    assert quoted in words_of(path)


def check_command(line: str) -> None:
    """Check a command's verb, its flags, and the names of experiments, recipes and kinds of plots."""
    program, verb, *words = shlex.split(line)
    if program == "make":
        assert re.search(rf"^{verb}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
        return
    assert program == "byhand"
    assert verb in COMMANDS
    command = cli.get_command(click.Context(cli), verb)
    flags = {flag for option in command.params for flag in option.opts}
    assert {word for word in words if word.startswith("--")} <= flags
    first = words[0] if words else ""
    assert verb != "experiment" or first in experiments()
    assert verb not in ("train", "sweep") or not first or first.startswith("--") or first in RECIPES
    if "--kind" in words:
        assert words[words.index("--kind") + 1] in KINDS


def check_views(names: str) -> None:
    static = ROOT / "src" / "byhand" / "lab" / "static"
    views = json.loads((static / "export" / "parts.json").read_text(encoding="utf-8"))["views"]
    assert {name.lower() for name in re.findall(r"\*\*(\w+)\*\*", names)} <= set(views)


def check_test(name: str) -> None:
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def check(cell: str) -> None:
    for entry in cell.split(" · "):
        if entry.startswith("lab: "):
            check_views(entry)
        elif link := LINK.fullmatch(entry):
            check_link(*(group or "" for group in link.groups()))
        else:
            assert entry.startswith("`"), entry
            assert entry.endswith("`"), entry
            text = entry.strip("`")
            (check_test if text.startswith("tests/") else check_command)(text)


def test_all_are_there_once_and_in_order() -> None:
    assert [int(row[0]) for row in MAIN] == list(range(1, 143))
    assert [int(row[0]) for row in PLACES] == list(range(1, 23))
    assert "missing" not in PAGE


@pytest.mark.parametrize(("where", "held"), ROWS)
def test_each_place_exists_and_so_does_what_holds_it(where: str, held: str) -> None:
    check(where)
    check(held)


@pytest.mark.parametrize("entry", ["`byhand nonsense`", "`byhand train --no-such-flag`", "lab: **Nowhere**",
                                   "[x](articles.md#no-such-place)", "`tests/docs/test_obligations.py::test_none`",
                                   "[lesson](../lessons/01_one_neuron.py) “words that are not there”"])  # fmt: skip
def test_what_does_not_exist_is_noticed(entry: str) -> None:
    with pytest.raises(AssertionError):
        check(entry)
