"""The dependency rules: which package may import which, and which third-party packages."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "byhand"

FOUNDATION = {"errors", "arguments", "files", "formatting", "arrays", "random", "untrusted"}
CORE = {
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
    "novelty",
    "step",
}

# package or module → (what it may import of byhand, third-party packages it may import)
RULES: dict[str, tuple[set[str], set[str]]] = {
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
    "network": (
        {"errors", "arguments", "arrays", "random", "initializers", "layers", "mlp", "summary", "network_svg"},
        {"numpy"},
    ),
    "mlp": ({"errors", "arguments", "random", "layers", "initializers"}, {"numpy"}),
    "summary": ({"layers"}, set()),
    "preprocessing": (FOUNDATION, {"numpy"}),
    "novelty": ({"errors", "arrays"}, {"numpy"}),
    "network_svg": ({"summary"}, set()),
    "lowering": ({"arrays", "layers", "mlp", "network", "preprocessing"}, {"numpy"}),
    "step": ({"arrays", "random", "network", "losses", "optimizers"}, set()),
    "data": (FOUNDATION | {"preprocessing"}, {"numpy", "PIL"}),
    "engines": (FOUNDATION | CORE | {"data"}, {"numpy", "torch"}),  # torch in engines/torch_engine alone, on demand
    "persistence": (
        FOUNDATION | {"network", "layers", "metrics", "preprocessing", "novelty", "summary", "data"},
        {"numpy", "safetensors"},
    ),
    "training": (FOUNDATION | CORE | {"data", "engines", "persistence"}, {"numpy"}),
    "estimators": (
        # inspection: prediction sets; network_svg: an estimator in a notebook
        FOUNDATION | CORE | {"data", "engines", "persistence", "training", "exports", "inspection", "network_svg"},
        {"numpy", "sklearn", "onnx"},
    ),
    "inspection": (FOUNDATION | CORE | {"data", "engines"}, {"numpy"}),  # engines: influence, 60,000 at a time
    "recipes": (FOUNDATION | CORE | {"data", "engines", "persistence", "training", "loggers"}, {"numpy"}),
    "loggers": (FOUNDATION | {"training"}, {"mlflow", "wandb", "trackio"}),
    "cards": (FOUNDATION | {"persistence", "training", "recipes", "summary"}, set()),
    "plots": (
        FOUNDATION | CORE | {"network_svg", "data", "persistence", "training"},
        {"numpy", "matplotlib"},
    ),
    "sweeps": (
        FOUNDATION | CORE | {"data", "engines", "persistence", "training", "recipes"},
        {"numpy", "optuna", "distributed"},
    ),
    "experiments": (FOUNDATION | CORE | {"data", "engines", "training", "recipes", "inspection"}, {"numpy"}),
    "bench": (FOUNDATION | CORE | {"data", "engines", "training"}, {"numpy", "torch", "jax", "sklearn", "keras"}),
    "exports": (
        FOUNDATION | {"layers", "lowering", "mlp", "network", "persistence", "preprocessing"},
        {"numpy", "onnx", "onnxruntime"},
    ),
    "course": (FOUNDATION | {"reference"}, {"numpy"}),
    "lab": (FOUNDATION | CORE | {"data", "persistence", "inspection"}, {"numpy", "starlette", "uvicorn"}),
    "cli": (
        FOUNDATION
        | CORE
        | {
            "data",
            "engines",
            "persistence",
            "training",
            "inspection",
            "recipes",
            "sweeps",
            "plots",
            "cards",
            "network_svg",
            "experiments",
            "bench",
            "lab",
            "exports",
            "course",
        },
        {"numpy", "click", "rich"},
    ),
    "__init__": (
        FOUNDATION | CORE | {"data", "engines", "persistence", "training", "inspection", "recipes", "sweeps"},
        set(),
    ),
    "__main__": ({"cli"}, set()),
}


def packages() -> list[str]:
    found = {path.stem for path in SOURCE.iterdir() if path.name[0] != "_" and path.suffix in ("", ".py")}
    return [*sorted(found), "__init__", "__main__", "_version"]


def files_of(package: str) -> list[Path]:
    single = SOURCE / f"{package}.py"
    return [single] if single.exists() else sorted((SOURCE / package).rglob("*.py"))


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


def test_every_package_has_a_rule() -> None:
    assert set(packages()) == set(RULES)


@pytest.mark.parametrize("package", sorted(RULES))
def test_a_package_imports_only_what_its_rule_allows(package: str) -> None:
    inside, outside = RULES[package]
    for path in files_of(package):
        for module, line in imported(path):
            top, _, rest = module.partition(".")
            where = f"{path.relative_to(SOURCE)}:{line} imports {module}"
            if top == "byhand":
                target = rest.partition(".")[0]
                assert target in inside | {package, "_version"}, where
            else:
                assert top in outside or top in sys.stdlib_module_names, where
