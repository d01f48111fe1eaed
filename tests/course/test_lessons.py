"""The twelve lessons run, have their parts in order, and print or hold every figure of their prose."""

import contextlib
import io
import re
import runpy
from pathlib import Path

import pytest

from byhand.course.titles import TITLES

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "lessons").glob("[0-9][0-9]_*.py"))
HEADINGS = [
    "Question",
    "Mental model",
    "Numbers by hand",
    "Code",
    "See it move",
    "Traps",
    "Check yourself",
    "Exercise",
]
FIGURE = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.,])\d+\.\d+")
QUOTED = {"0.001", "0.999", "0.9", "0.1"}  # β₁, β₂ and their complements, in Adam's formula
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells(path: Path) -> list[tuple[str, str]]:
    """Return the cells of a percent-format file: ("markdown" or "code", text)."""
    parts = re.split(r"^# %%(.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [
        ("markdown" if "[markdown]" in head else "code", text)
        for head, text in zip(parts[::2], parts[1::2], strict=True)
    ]


def prose(path: Path) -> str:
    """Return the markdown of a lesson without its code spans."""
    text = "\n".join(text for kind, text in cells(path) if kind == "markdown")
    return re.sub(r"^# ?", "", text, flags=re.MULTILINE)


def test_there_are_twelve_under_their_titles() -> None:
    titles = [re.search(r"^# Lesson (\d+): (.+)$", prose(path), flags=re.MULTILINE) for path in LESSONS]
    assert {int(title[1]): title[2] for title in titles if title} == TITLES
    assert [int(path.name[:2]) for path in LESSONS] == list(TITLES)


@each_lesson
def test_the_parts_are_in_order(path: Path) -> None:
    assert re.findall(r"^## (.+)$", prose(path), flags=re.MULTILINE) == HEADINGS


@each_lesson
def test_it_says_things_plainly_and_exactly(path: Path) -> None:
    labels = re.findall(r"^> \*\*(\w+)\.\*\*", prose(path), flags=re.MULTILINE)
    assert labels == ["Plain", "Exact"] * (len(labels) // 2)
    assert len(labels) >= 4, "the mental model, and one more idea"


@each_lesson
def test_a_markdown_cell_is_comments_alone(path: Path) -> None:
    for kind, text in cells(path):
        if kind == "markdown":
            assert all(line.startswith("#") for line in text.strip().splitlines())


def figures(text: str) -> set[float]:
    """Return every number of a text, without thousands separators."""
    plain = re.sub(r"(?<=\d)[_,](?=\d{3})", "", text)
    return {float(number) for number in re.findall(r"\d+(?:\.\d+)?", plain)}


def check_lesson(path: Path) -> None:
    """Run a lesson (its asserts hold) and compare the figures of its prose with what it prints and computes."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(str(path))
    code = "\n".join(text for kind, text in cells(path) if kind == "code")
    known = figures(printed.getvalue()) | figures(code)
    stated = {figure for figure in FIGURE.findall(prose(path)) if figure not in QUOTED}
    assert {figure for figure in stated if not figures(figure) <= known} == set(), "neither printed nor held"


QUICK = ("01", "02", "03", "05")


@pytest.mark.parametrize("path", [p for p in LESSONS if p.name[:2] in QUICK], ids=lambda path: path.stem)
def test_a_quick_lesson_runs_and_its_figures_are_its_own(path: Path) -> None:
    check_lesson(path)


@pytest.mark.full
@pytest.mark.parametrize("path", [p for p in LESSONS if p.name[:2] not in QUICK], ids=lambda path: path.stem)
def test_a_lesson_runs_and_its_figures_are_its_own(path: Path) -> None:
    check_lesson(path)
