"""Arrows of the page point down only: which folder of its JavaScript may import which, and no file in a circle."""

import posixpath
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "src" / "byhand" / "lab" / "static"
SCRIPTS = {
    path.relative_to(STATIC).as_posix(): path.read_text(encoding="utf-8")
    for path in STATIC.rglob("*.js")
    if "vendor" not in path.parts
}
COMMENT = re.compile(r"^\s*(?:/\*\*.*?\*/|//[^\n]*)", flags=re.DOTALL | re.MULTILINE)
IMPORT = re.compile(r'(?:^import |^export |^\} |await import\()(?:[^"\n]*from )?"([^"]+)"', flags=re.MULTILINE)

# folder → folders that it may import, besides itself
PLAN: dict[str, set[str]] = {
    "shared": set(),
    "core": {"shared"},
    "worker": {"core", "shared"},
    "codegen": {"shared"},
    "export": set(),
    "ui": {"shared", "codegen", "export", "vendor"},
    "views": {"shared", "codegen", "ui"},
    "lessons": {"shared", "ui"},
    "embed": set(),
    "app": {"shared", "ui", "views", "lessons"},
}


def imported(name: str) -> list[str]:
    """Return the files that a script imports, by their names in the page's folder."""
    targets = IMPORT.findall(COMMENT.sub("", SCRIPTS[name]))
    return [posixpath.normpath(posixpath.join(posixpath.dirname(name), target)) for target in targets]


def folder_of(name: str) -> str:
    return name.partition("/")[0]


def test_every_script_is_in_a_folder_of_the_plan() -> None:
    assert {folder_of(name) for name in SCRIPTS} == set(PLAN)


@pytest.mark.parametrize("folder", sorted(PLAN))
def test_a_folder_imports_only_what_the_plan_allows(folder: str) -> None:
    scripts = [name for name in SCRIPTS if folder_of(name) == folder]
    arrows = [(name, target) for name in scripts for target in imported(name)]
    assert [arrow for arrow in arrows if folder_of(arrow[1]) not in PLAN[folder] | {folder}] == []
    assert [arrow for arrow in arrows if arrow[1] not in SCRIPTS and folder_of(arrow[1]) != "vendor"] == []


def test_the_plan_itself_has_no_circle() -> None:
    assert circles({folder: sorted(below - {"vendor"}) for folder, below in PLAN.items()}) == []


def test_no_file_is_in_a_circle_of_imports() -> None:
    arrows = {name: [target for target in imported(name) if target in SCRIPTS] for name in SCRIPTS}
    assert sum(map(len, arrows.values())) > 100
    assert circles(arrows) == []


def test_no_view_knows_another() -> None:
    for name in SCRIPTS:
        _, view, *rest = name.split("/")
        if folder_of(name) == "views" and rest:
            assert all(target.split("/")[1] == view for target in imported(name) if folder_of(target) == "views"), name


def circles(arrows: dict[str, list[str]]) -> list[str]:
    """Return what is left when, again and again, everything without an arrow to what is left is taken away."""
    left = set(arrows)
    while ends := {name for name in left if not left & set(arrows[name])}:
        left -= ends
    return sorted(left)


def test_a_circle_would_be_found() -> None:
    assert circles({"a": ["b"], "b": ["c"], "c": ["b"], "d": []}) == ["a", "b", "c"]
