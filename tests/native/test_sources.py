"""The C sources: formatted, without warnings, in small functions, every export declared once."""

import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core"
SOURCES = sorted(path for path in CORE.rglob("*.[ch]"))
FORMATTER = shutil.which("clang-format")
FORMATTER_VERSION = "14"  # another version breaks lines in other places
MAX_LINES, MAX_MEDIAN, MAX_COLUMNS = 40, 8, 100


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield (name, lines of the body) of every function, which clang-format begins and ends in the first column."""
    for found in re.finditer(
        r"^[A-Za-z_][^\n;{}]*(?:\n {4,}[^\n;{}]*)*\) \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL
    ):
        name = re.search(r"(\w+)\(", found[0])
        yield (name[1] if name else "?"), found[1].count("\n")


def test_no_function_is_long() -> None:
    sizes = {f"{path.name}: {name}": lines for path in SOURCES for name, lines in functions(path.read_text("utf-8"))}
    assert len(sizes) > 150
    assert not {name: lines for name, lines in sizes.items() if lines > MAX_LINES}
    assert statistics.median(sizes.values()) <= MAX_MEDIAN


def test_what_prefetches_is_inlined() -> None:
    """GCC drops calls of functions that only prefetch: it takes them for calls without effect."""
    kinds = [
        (path.name, kind)
        for path in SOURCES
        for kind in re.findall(r"^(\w+).* prefetch_\w+\(", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert len(kinds) >= 6
    assert [name for name, kind in kinds if kind != "INLINE"] == []


def test_no_line_is_long() -> None:
    long = [
        f"{path.name}:{i}"
        for path in SOURCES
        for i, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > MAX_COLUMNS
    ]
    assert not long


def test_template_sources_are_named_so() -> None:
    """What depends on the processor family's parameters is compiled in templates alone."""
    plain = [path for path in SOURCES if "_template" not in path.name and path.name != "simd.h"]
    assert not [path.name for path in plain if re.search(r"\b(NR_VECTORS|LANES)\b(?!:)", code_of(path))]


def code_of(path: Path) -> str:
    """Return a source without its comments."""
    return re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.skipif(FORMATTER is None, reason="needs clang-format")
def test_the_sources_are_formatted() -> None:
    version = subprocess.run([str(FORMATTER), "--version"], capture_output=True, text=True, check=True).stdout
    if f"version {FORMATTER_VERSION}." not in version:
        pytest.skip(f"needs clang-format {FORMATTER_VERSION}, not {version.strip()}")
    programs = [
        ROOT / "tests" / "native" / name
        for name in ("fuzz.c", "fuzz_memory.h", "fuzz_scene.h", "fuzz_wrong.h", "team_stress.c", "predict_counted.c")
    ]
    check = [str(FORMATTER), "--dry-run", "-Werror", *map(str, [*SOURCES, *programs])]
    done = subprocess.run(check, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[:2000]


@pytest.mark.full
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_no_compiler_warns(compiler: str) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"needs {compiler}")
    command = [sys.executable, str(CORE / "build.py"), "--strict", "--cc", compiler]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
