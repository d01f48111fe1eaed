"""An exercise: functions to be written, how each is tried, and where to read when it is wrong."""

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from byhand.course.bug_hunt import BUGS, bug_hunt_text

SOLUTIONS = Path(__file__).parent / "solutions"
HOLE = '    raise NotImplementedError("your turn")'
BUG_HUNT = 10


@dataclass(frozen=True)
class Hole:
    """A function to be written.

    cases : what it is called with   read : where it is explained
    gradients : keys of its result → place of the argument that they are gradients of, for `loss` of the file
    """

    name: str
    read: str
    cases: tuple[tuple[Any, ...], ...]
    gradients: dict[str, int] = field(default_factory=dict)
    tolerance: float = 1e-6


def solution_text(number: int) -> str:
    """Return an exercise, solved."""
    if number == BUG_HUNT:
        return bug_hunt_text(solved=True)
    return (SOLUTIONS / f"exercise_{number:02}.py").read_text(encoding="utf-8")


def exercise_text(number: int, names: list[str]) -> str:
    """Return the file that a learner fills in: the solution with the bodies of these functions taken out."""
    if number == BUG_HUNT:
        return bug_hunt_text()
    source = solution_text(number)
    lines = source.splitlines()
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name in names]
    for node in reversed(functions):
        first = node.body[1] if len(node.body) > 1 else node.body[0]
        lines[first.lineno - 1 : node.end_lineno] = [HOLE]
    return "\n".join(lines) + "\n"


N_BUGS = len(BUGS)
