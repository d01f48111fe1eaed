"""The recipes on the real MNIST, one seed each: none may fall below its floor."""

from pathlib import Path

import pytest

from byhand import data
from byhand.engines.numpy_engine import NumpyEngine
from byhand.recipes import RECIPES
from byhand.recipes.recipe_evaluation import evaluate_recipe
from byhand.recipes.run import Run
from byhand.training.shift_robustness import accuracy_under_shift

ON_MNIST = [name for name, recipe in RECIPES.items() if recipe.data == "mnist"]


@pytest.mark.full
@pytest.mark.parametrize("name", ON_MNIST)
def test_a_recipe_reaches_its_floor(name: str, mnist_folder: Path) -> None:
    recipe = RECIPES[name]
    validation = None if recipe.validation == "none" else recipe.validation
    run = Run.of(recipe, data.mnist(mnist_folder, preparation=recipe.scaling, validation=validation))
    records = list(run.epochs(NumpyEngine()))
    assert len(records) == recipe.epochs
    outcome = evaluate_recipe(recipe, run.dataset, run.network)
    assert outcome.n == 10_000
    assert outcome.accuracy >= recipe.floor > 0.94
    if recipe.max_shift:
        assert outcome.extra_metrics["accuracy_moved_by_3"] >= 0.96


@pytest.mark.full
def test_a_network_of_centred_digits_reads_moved_ones_badly(mnist_folder: Path) -> None:
    recipe = RECIPES["fast"]
    run = Run.of(recipe, data.mnist(mnist_folder, preparation=recipe.scaling, validation=None))
    list(run.epochs(NumpyEngine()))
    assert 0.5 < accuracy_under_shift(run.state.network, run.dataset.test, (28, 28), 3) < 0.75
