"""Two clouds, whose truth is known: how near to it the recipes come."""

from dataclasses import replace

import numpy as np
import pytest

from byhand import data
from byhand.engines.numpy_engine import NumpyEngine
from byhand.recipes import RECIPES
from byhand.recipes.bayes_errors import integrate_errors
from byhand.recipes.recipe import Recipe
from byhand.recipes.recipe_evaluation import RecipeEvaluation, evaluate_recipe
from byhand.recipes.run import Run

RESOLUTION = 1e-4  # of the integral over the plane


def trained(recipe: Recipe) -> RecipeEvaluation:
    run = Run.of(recipe, data.gaussians(recipe.examples, seed=recipe.seed, name=recipe.data))
    list(run.epochs(NumpyEngine()))
    return evaluate_recipe(recipe, run.dataset, run.network)


def test_the_wide_network_comes_close_to_the_best_there_is() -> None:
    facts = trained(replace(RECIPES["gaussians-16-8"], epochs=15)).extra_metrics
    assert facts["bayes_error"] == pytest.approx(0.1178, abs=RESOLUTION)
    assert facts["best_line_error"] == pytest.approx(0.1978, abs=RESOLUTION)
    assert 0 < facts["excess_over_bayes"] < 0.006
    assert facts["share_of_failed_starts"] == 0


def test_the_narrow_network_beats_every_line() -> None:
    outcome = trained(replace(RECIPES["gaussians-4-4"], epochs=15))
    assert outcome.accuracy == 1 - outcome.extra_metrics["error"]
    assert outcome.extra_metrics["error"] < outcome.extra_metrics["best_line_error"] - 0.05


def test_where_a_line_is_best_no_network_beats_it() -> None:
    facts = trained(replace(RECIPES["gaussians-16-8"], epochs=5, data="gaussians-equal")).extra_metrics
    assert facts["best_line_error"] == pytest.approx(facts["bayes_error"], abs=RESOLUTION)
    assert facts["error"] > facts["best_line_error"] - RESOLUTION
    assert facts["error"] < facts["bayes_error"] + 0.01


def test_a_network_without_a_hidden_layer_is_a_line() -> None:
    facts = trained(replace(RECIPES["gaussians-16-8"], epochs=5, hidden=())).extra_metrics
    assert facts["error"] > facts["best_line_error"] - RESOLUTION


def test_a_network_that_always_says_the_same_is_wrong_half_the_time() -> None:
    dataset = data.gaussians(10)
    network = Run.of(RECIPES["gaussians-4-4"], dataset).state.network
    network.params["4.W"][:] = 0
    network.params["4.b"][:] = np.array([0, 1])
    facts = integrate_errors("gaussians", network, dataset.train.preparation)
    assert facts["error"] == pytest.approx(0.5, abs=RESOLUTION)
    assert facts["share_of_failed_starts"] == 1
