"""Arrows point down only: which room may import which, and what of the outside. The table is the house plan."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "byhand"

GROUND = {"errors", "arguments", "files", "formatting", "arrays", "random", "untrusted"}
HEART = {
    "layers",
    "losses",
    "optimizers",
    "initializers",
    "schedules",
    "metrics",
    "network",
    "lowering",
    "mlp",
    "summary",
    "preprocessing",
    "step",
}

# room → (rooms it may import, third-party packages it may import)
PLAN: dict[str, tuple[set[str], set[str]]] = {
    "errors": (set(), set()),
    "arguments": ({"errors"}, set()),
    "files": ({"errors"}, set()),
    "untrusted": (set(), set()),
    "formatting": (set(), set()),
    "arrays": ({"errors"}, {"numpy"}),
    "random": ({"errors", "arguments", "arrays"}, {"numpy"}),
    "_version": (set(), set()),
    "reference": (set(), set()),
    "initializers": ({"errors", "arguments", "arrays", "random"}, {"numpy"}),
    "layers": ({"errors", "arguments", "arrays", "random", "initializers"}, {"numpy"}),
    "losses": ({"errors", "arguments", "arrays", "layers"}, {"numpy"}),
    "optimizers": ({"errors", "arguments", "arrays"}, {"numpy"}),
    "schedules": ({"errors", "arguments", "arrays"}, {"numpy"}),
    "metrics": ({"errors", "arrays"}, {"numpy"}),
    "network": ({"errors", "arguments", "arrays", "random", "initializers", "layers", "mlp", "summary"}, {"numpy"}),
    "mlp": ({"errors", "arguments", "random", "layers", "initializers"}, {"numpy"}),
    "summary": ({"layers"}, set()),
    "preprocessing": (GROUND, {"numpy"}),
    "lowering": ({"arrays", "layers", "network", "preprocessing"}, {"numpy"}),
    "step": ({"arrays", "random", "network", "losses", "optimizers"}, set()),
    "data": (GROUND | {"preprocessing"}, {"numpy", "PIL"}),
    "engines": (GROUND | HEART | {"data"}, {"numpy"}),
    "persistence": (
        GROUND | {"network", "layers", "metrics", "preprocessing", "summary", "data"},
        {"numpy", "safetensors"},
    ),
    "training": (GROUND | HEART | {"data", "engines", "persistence"}, {"numpy"}),
    "estimators": (GROUND | HEART | {"data", "engines", "persistence", "training"}, {"numpy", "sklearn", "onnx"}),
    "inspection": (GROUND | HEART | {"data"}, {"numpy"}),
    "recipes": (GROUND | HEART | {"data", "engines", "persistence", "training"}, {"numpy"}),
    "experiments": (GROUND | HEART | {"data", "engines", "training", "recipes", "inspection"}, {"numpy"}),
    "bench": (GROUND | HEART | {"data", "engines", "training"}, {"numpy", "torch", "jax", "sklearn", "keras"}),
    "exports": (GROUND | {"lowering", "persistence"}, {"numpy", "onnx", "onnxruntime"}),
    "lab": (GROUND | HEART | {"data", "persistence", "inspection"}, {"numpy", "starlette", "uvicorn"}),
    "cli": (
        GROUND
        | HEART
        | {
            "data",
            "engines",
            "persistence",
            "training",
            "inspection",
            "recipes",
            "experiments",
            "bench",
            "lab",
            "exports",
        },
        {"numpy", "click", "rich"},
    ),
    "__init__": (GROUND | HEART | {"data", "engines", "persistence", "training", "inspection", "recipes"}, set()),
    "__main__": ({"cli"}, set()),
}


def rooms() -> list[str]:
    found = {path.stem for path in SOURCE.iterdir() if path.name[0] != "_" and path.suffix in ("", ".py")}
    return [*sorted(found), "__init__", "__main__", "_version"]


def files_of(room: str) -> list[Path]:
    single = SOURCE / f"{room}.py"
    return [single] if single.exists() else sorted((SOURCE / room).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every module named in an import statement, with its line, wherever in the file it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            if node.module == "byhand":
                yield from ((f"byhand.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield node.module or "", node.lineno


def test_every_room_is_in_the_plan() -> None:
    assert set(rooms()) == set(PLAN)


@pytest.mark.parametrize("room", sorted(PLAN))
def test_a_room_imports_only_what_the_plan_allows(room: str) -> None:
    inside, outside = PLAN[room]
    for path in files_of(room):
        for module, line in imported(path):
            top, _, rest = module.partition(".")
            where = f"{path.relative_to(SOURCE)}:{line} imports {module}"
            if top == "byhand":
                target = rest.partition(".")[0]
                assert target in inside | {room, "_version"}, where
            else:
                assert top in outside or top in sys.stdlib_module_names, where
