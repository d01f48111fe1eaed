"""Two hundred small networks at once are two hundred small networks; and what XOR teaches."""

import numpy as np
import pytest

from byhand import data
from byhand.engines.numpy_engine import NumpyEngine
from byhand.losses import BinaryCrossEntropy
from byhand.network import Network
from byhand.optimizers import SGD
from byhand.recipes import RECIPES
from byhand.recipes.random_restarts import success_rate, train_restarts
from byhand.recipes.recipe_evaluation import evaluate_recipe
from byhand.recipes.run import Run
from byhand.step import train_step

CORNERS = data.xor().train
STEPS, RATE = 200, 0.5


@pytest.mark.parametrize("hidden", [0, 2, 5])
def test_stacked_networks_are_ordinary_ones(hidden: int) -> None:
    x = CORNERS.x.astype(np.float64)
    stacked = train_restarts(x, CORNERS.y, hidden, n_starts=6, steps=STEPS, learning_rate=RATE)
    assert stacked.shape == (6, 4, 1)
    for seed in range(6):
        network = Network.mlp([2, hidden, 1] if hidden else [2, 1], seed=seed).astype(np.float64)
        for _ in range(STEPS):
            train_step(network, BinaryCrossEntropy(), SGD(), RATE, x, CORNERS.y, None)
        np.testing.assert_allclose(stacked[seed], network.predict(x), rtol=1e-9, atol=1e-9)  # sums of four, 200 times


def test_the_first_starts_do_not_depend_on_how_many_there_are() -> None:
    few, many = (train_restarts(CORNERS.x, CORNERS.y, 3, n_starts=n, steps=20, learning_rate=RATE) for n in (3, 9))
    np.testing.assert_allclose(few, many[:3], rtol=1e-12)


def shares(hidden: int) -> float:
    return success_rate(CORNERS.x, CORNERS.y, hidden, n_starts=200, steps=3000, learning_rate=0.5)


def test_no_line_separates_the_corners_and_a_hidden_layer_mostly_does() -> None:
    none, two, eight = shares(0), shares(2), shares(8)
    assert none == 0
    assert 0.2 <= two <= 0.3
    assert eight >= 0.9


def test_the_recipe_solves_xor_and_tells_the_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("byhand.recipes.recipe_evaluation.N_STARTS", 20)
    recipe = RECIPES["xor"]
    run = Run.of(recipe, data.xor(4, preparation="raw"))
    list(run.epochs(NumpyEngine()))
    outcome = evaluate_recipe(recipe, run.dataset, run.network)
    assert outcome.accuracy == 1
    assert outcome.method == "on its own training examples"
    assert list(outcome.extra_metrics) == [f"share_of_20_starts_with_{hidden}_hidden_units" for hidden in (0, 2, 4, 8)]
    assert outcome.extra_metrics["share_of_20_starts_with_0_hidden_units"] == 0
