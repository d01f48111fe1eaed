"""What lesson 8 says of the mistakes on the real MNIST: which pairs are frequent, and which of them is not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from byhand import data
from byhand.engines.selection import choose_engine
from byhand.recipes import RECIPES
from byhand.recipes.recipe_evaluation import evaluate_recipe
from byhand.recipes.run import Run


@pytest.mark.full
def test_nines_and_fours_are_confused_and_sevens_and_ones_seldom(mnist_folder: Path) -> None:
    dataset = data.mnist(mnist_folder, preparation="standardize", validation=None)
    counts = np.zeros((10, 10))
    for seed in range(5):
        run = Run.of(replace(RECIPES["vanilla"], seed=seed), dataset)
        list(run.epochs(choose_engine(None, run.state.network, run.plan.loss, run.state.optimizer).engine))
        counts += evaluate_recipe(run.recipe, dataset, run.network).confusion / 5
    np.fill_diagonal(counts, 0)
    nines_and_fours, sevens_and_ones = counts[9, 4] + counts[4, 9], counts[7, 1] + counts[1, 7]
    assert nines_and_fours > 2 * sevens_and_ones
    assert nines_and_fours / counts.sum() > 0.06
    assert counts.sum() == pytest.approx(165, abs=20)
    stated = {(4, 9): 10, (7, 2): 9, (5, 3): 7, (9, 4): 6, (7, 1): 5, (1, 7): 0}
    assert {pair: counts[pair] for pair in stated} == pytest.approx(stated, abs=3)  # other processors, other bits
