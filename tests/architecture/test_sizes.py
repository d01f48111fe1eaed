"""Sizes of functions, lines and files, in Python and in C. The page's JavaScript has its own test beside its tools."""

import ast
import re
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "core", "tests", "tools", "benchmarks")
MAX_FUNCTION, MAX_LINE, MAX_MEDIAN, MAX_FILE = 40, 120, 8, 400
LANGUAGES = {"Python": (".py",), "C": (".c", ".h")}

# Longer than they should be. An entry that is no longer needed fails, so this list only gets shorter.
LONG_FUNCTIONS = {
    "src/byhand/bench/peers/jax_peer.py:scan",
    "src/byhand/cli/predict.py:command",
    "src/byhand/cli/train.py:command",
}

# The same for files: one that must run when copied alone.
LONG_FILES = {"src/byhand/reference.py"}


class Function(NamedTuple):
    name: str
    n_lines: int


def python_functions(text: str) -> Iterator[Function]:
    """Yield every function, nested ones too; its lines are those of its body, as in C."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(node.name, (node.end_lineno or node.lineno) - node.body[0].lineno + 1)


def c_functions(text: str) -> Iterator[Function]:
    """Yield every function of a file in the style of .clang-format; its lines are those between the outer braces."""
    pattern = r"^(?!typedef|struct|enum|union)\w[^;{}=]*?\b(\w+)\([^;{}]*\) \{\n(.*?)^\}$"
    for match in re.finditer(pattern, text, flags=re.MULTILINE | re.DOTALL):
        yield Function(match[1], match[2].count("\n"))


@cache
def sources(language: str) -> list[Path]:
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    return sorted(path for path in paths if path.suffix in LANGUAGES[language] and "node_modules" not in path.parts)


@cache
def functions(language: str) -> dict[str, int]:
    """Return the lines of every function, by "file:name"; of two with one name in a file, the longer one."""
    find = python_functions if language == "Python" else c_functions
    lengths: dict[str, int] = {}
    for path in sources(language):
        for name, n_lines in find(path.read_text(encoding="utf-8")):
            key = f"{path.relative_to(ROOT).as_posix()}:{name}"
            lengths[key] = max(n_lines, lengths.get(key, 0))
    return lengths


def test_no_function_is_longer_than_a_screen_and_the_list_of_exceptions_shrinks() -> None:
    found = {name for language in LANGUAGES for name, n in functions(language).items() if n > MAX_FUNCTION}
    assert found - LONG_FUNCTIONS == set(), f"over {MAX_FUNCTION} lines: split them"
    assert LONG_FUNCTIONS - found == set(), "no longer needed: remove them from LONG_FUNCTIONS"


def test_no_file_is_longer_than_400_lines_and_the_list_of_exceptions_shrinks() -> None:
    paths = [path for language in LANGUAGES for path in sources(language)]
    long = {path for path in paths if path.read_text(encoding="utf-8").count("\n") > MAX_FILE}
    found = {path.relative_to(ROOT).as_posix() for path in long}
    assert found - LONG_FILES == set(), f"over {MAX_FILE} lines: split them"
    assert LONG_FILES - found == set(), "no longer needed: remove them from LONG_FILES"


@pytest.mark.parametrize("language", LANGUAGES)
def test_half_of_all_functions_have_at_most_eight_lines(language: str) -> None:
    lengths = functions(language).values()
    assert len(lengths) > 100
    assert statistics.median(lengths) <= MAX_MEDIAN


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_longer_than_120_characters(language: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(language)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > MAX_LINE
    ]
    assert found == []


def test_functions_are_measured() -> None:
    assert list(python_functions("x = 1\ndef f(\n    a,\n):\n    def g(): ...\n    return g\n")) == [
        Function("f", 2),
        Function("g", 1),
    ]
    code = "typedef struct {\n    int a;\n} s;\n\nstatic int f(int a,\n             int b) {\n    return a;\n}\n"
    assert list(c_functions(code)) == [Function("f", 1)]
