"""The public surface: which names there are, and what it costs to load them."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import byhand

ROOT = Path(__file__).parents[2]
NAMES = [
    "Adam", "AdamW", "BatchNorm", "BinaryCrossEntropy", "ByhandError", "ClipGradNorm", "Dense", "Dropout", "Examples",
    "Exp", "History", "Huber", "Identity", "LeakyReLU", "Mish", "Model", "Momentum", "Nesterov", "Network", "Output",
    "Plan", "Poisson", "Quantile", "RECIPES", "ReLU", "Recipe", "RecipeResult", "Residual", "SELU", "SGD", "Sigmoid",
    "Softmax", "SoftmaxCrossEntropy", "SquaredError", "Tanh", "TrainingState", "WeightDecay", "__version__", "compare",
    "data", "diagnose", "evaluate", "explain", "fit", "gradient_check", "initializers", "load_model", "metrics",
    "predictor", "preprocessing", "run_recipe", "save_model", "schedules", "sweep", "train",
]  # fmt: skip
OUTSIDERS = {"numpy", "safetensors", "click", "rich", "PIL"}


def loaded_by(statement: str) -> set[str]:
    """Return the top names of the modules that a fresh Python has loaded after a statement, its own start left out."""
    program = (
        f"import sys; before = set(sys.modules); {statement}; "
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    return set(done.stdout.split())


def test_the_public_names_are_these() -> None:
    assert sorted(byhand.__all__) == dir(byhand) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_loads(name: str) -> None:
    assert getattr(byhand, name) is not None


def test_what_type_checkers_see_is_what_there_is() -> None:
    tree = ast.parse((ROOT / "src" / "byhand" / "__init__.py").read_text(encoding="utf-8"))
    declared = {alias.asname for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    declared.discard(None)
    assert declared == set(NAMES) - {"__version__"}


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(AttributeError, match="SoftmaxCrossEntropy"):
        _ = byhand.CrossEntropy


def test_import_byhand_loads_nothing_but_the_standard_library() -> None:
    assert loaded_by("import byhand") - set(sys.stdlib_module_names) == {"byhand"}


@pytest.mark.parametrize("name", ["Network", "SoftmaxCrossEntropy", "SGD", "Dense"])
def test_the_heart_loads_numpy_and_no_one_else(name: str) -> None:
    assert loaded_by(f"from byhand import {name}") & OUTSIDERS == {"numpy"}


def test_data_load_no_pillow_and_no_network() -> None:
    loaded = loaded_by("import byhand; byhand.data.digits()")
    assert loaded & OUTSIDERS == {"numpy"}


def test_the_core_stands_on_four_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [requirement.split(">=")[0] for requirement in project["dependencies"]] == [
        "numpy", "click", "rich", "safetensors",
    ]  # fmt: skip


def test_the_version_is_told_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert byhand.__version__ == project["version"]
