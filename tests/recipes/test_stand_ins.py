"""The recipes for MNIST on the bundled digits, a few epochs each, tested on digits they did not see."""

from dataclasses import replace
from typing import Any

import pytest

from byhand import data
from byhand.engines.numpy_engine import NumpyEngine
from byhand.recipes import RECIPES
from byhand.recipes.recipe_evaluation import evaluate_recipe
from byhand.recipes.run import Run

# smaller batches and more epochs than on MNIST: there are 40 times fewer digits
CASES: list[tuple[str, dict[str, Any], float]] = [
    ("first", {"epochs": 30, "learning_rate": 0.3, "batch_size": 20}, 0.93),
    ("vanilla", {"epochs": 10}, 0.96),
    ("deep-dive", {"epochs": 10}, 0.95),
    ("fast", {"epochs": 10}, 0.96),
    ("draw", {"epochs": 15, "max_shift": 1}, 0.94),
    ("digits", {"epochs": 10}, 0.96),
]


@pytest.mark.parametrize(("name", "changes", "floor"), CASES, ids=[case[0] for case in CASES])
def test_a_recipe_learns_the_bundled_digits(name: str, changes: dict[str, Any], floor: float) -> None:
    recipe = replace(RECIPES[name], data="digits", validation="none", **{"batch_size": 32, **changes})
    digits = data.digits(preparation=recipe.scaling, validation=0.2)
    run = Run.of(recipe, replace(digits, validation=None, test=digits.validation))
    losses = [record.loss for record in run.epochs(NumpyEngine())]
    assert losses[-1] < losses[0] / 2 or recipe.label_smoothing
    outcome = evaluate_recipe(recipe, run.dataset, run.network)
    assert outcome.accuracy >= floor
    assert outcome.method == "on 359 test examples"
    assert outcome.n == outcome.confusion.sum() == 359
    assert outcome.interval[0] < outcome.accuracy < outcome.interval[1]
    assert ("accuracy_moved_by_1" in outcome.extra_metrics) == (name == "draw")


def test_a_network_that_has_seen_moved_digits_minds_less_when_they_move() -> None:
    moved = {}
    for shift in (0, 1):
        recipe = replace(RECIPES["draw"], data="digits", epochs=15, batch_size=32, max_shift=shift)
        digits = data.digits(preparation="standard", validation=0.2)
        run = Run.of(recipe, replace(digits, validation=None, test=digits.validation))
        list(run.epochs(NumpyEngine()))
        outcome = evaluate_recipe(replace(recipe, max_shift=1), run.dataset, run.network)
        moved[shift] = outcome.extra_metrics["accuracy_moved_by_1"]
    assert moved[1] > moved[0] + 0.2
