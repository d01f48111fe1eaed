"""The page's JavaScript in pieces that a reader can hold: short functions, short lines, short files."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "byhand" / "lab" / "static"
SCRIPTS = [path for path in sorted(STATIC.rglob("*.js")) if "vendor" not in path.parts]
TESTS = sorted((ROOT / "tests").rglob("*.mjs"))
LONGEST_FUNCTION, LONGEST_LINE, LONGEST_FILE = 40, 120, 400
TEMPLATE = re.compile(r"`(?:\\.|[^`\\])*`")
OPENS = re.compile(  # a line on which a function's body begins, as prettier writes it
    r"(?:\bfunction\b.*|=>\s*[\[({]*|^\s*(?:static |async |get |set |\*)*#?"
    r"(?!if\b|for\b|while\b|switch\b|catch\b)[\w$]+\([^()]*(?:\([^()]*\)[^()]*)*\) \{)$"
)
ONE_STRING = re.compile(r"""^\s*(?:"?[\w ]+"?: |\? |: |return )?["`'].*["`'][,;]?$""")  # a text cannot be broken


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield every function's first line and its number of lines; template literals are masked first."""
    filler = "\n" + " " * 200
    lines = TEMPLATE.sub(lambda literal: "`" + filler * literal[0].count("\n") + "`", text).split("\n")
    for i, line in enumerate(lines):
        if OPENS.search(line) and not line.lstrip().startswith(("//", "*", "/*")):
            inside = lambda below: not below.strip() or indent(below) > indent(line)  # noqa: B023, E731
            end = next((j for j in range(i + 1, len(lines)) if not inside(lines[j])), len(lines))
            closes = end < len(lines) and lines[end].lstrip().startswith(("}", ")", "]"))
            yield line.strip(), end - i + closes


def name_of(line: str) -> str:
    """Return a function's name from its first line."""
    found = re.search(
        r"function\s+(\w+)|(?:const|let)\s+(\w+)|^(?:static |async |get )*(#?\w+)\(|^\"?([\w ]+)\"?:", line
    )
    return next(group for group in found.groups() if group) if found else line


def test_functions_are_short() -> None:
    sizes = {
        f"{path.relative_to(STATIC).as_posix()} {name_of(line)}": n
        for path in SCRIPTS
        for line, n in functions(path.read_text(encoding="utf-8"))
    }
    assert len(sizes) > 500
    assert {name: n for name, n in sizes.items() if n > LONGEST_FUNCTION} == {}


def test_lines_are_short() -> None:
    for path in [*SCRIPTS, *TESTS]:
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            assert len(line) <= LONGEST_LINE or ONE_STRING.match(line), f"{path}:{number} is {len(line)} wide"


def test_files_are_short() -> None:
    long = {path.relative_to(STATIC).as_posix() for path in SCRIPTS if path.read_bytes().count(b"\n") > LONGEST_FILE}
    assert long == set()


def test_a_long_function_would_be_found() -> None:
    text = "export function long(a) {\n" + "  a();\n" * 50 + "}\nconst short = (b) => {\n  b();\n};\n"
    assert [n for _, n in functions(text)] == [52, 3]
