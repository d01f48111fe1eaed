"""What is learned with dropout, batch normalisation and ways around is as good in the core as in the arrays."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand import data
from byhand.engines.base import Engine
from byhand.engines.native import NativeEngine
from byhand.engines.numpy_engine import NumpyEngine
from byhand.metrics import mean_interval
from byhand.recipes import RECIPES
from byhand.recipes.recipe import Recipe
from byhand.recipes.run import Run

SEEDS = 5
CHANGES: dict[str, dict[str, Any]] = {
    "dropout": {"dropout": 0.2},
    "batch normalisation": {"batch_norm": True},
    "ways around": {"residual": True, "learning_rate": 0.1},
    "all three": {"dropout": 0.1, "batch_norm": True, "residual": True},
}


def accuracy(recipe: Recipe, folder: Path, engine: Engine) -> float:
    run = Run.of(recipe, data.mnist(folder, preparation=recipe.scaling, validation=None))
    list(run.epochs(engine))
    test = run.dataset.test
    assert test is not None
    network = run.state.network
    return float((network.predict(test.preparation.apply(test.raw)).argmax(axis=1) == test.y).mean())


@pytest.mark.full
@pytest.mark.parametrize("name", CHANGES)
def test_five_seeds_are_as_good(name: str, mnist_folder: Path) -> None:
    recipe = replace(RECIPES["fast"], epochs=2, hidden=(50, 50, 50), **CHANGES[name])
    pairs = np.array(
        [
            [accuracy(replace(recipe, seed=seed), mnist_folder, engine) for engine in (NativeEngine(), NumpyEngine())]
            for seed in range(SEEDS)
        ]
    )
    low, high = mean_interval((pairs[:, 0] - pairs[:, 1]).tolist())
    assert pairs.min() > 0.95
    assert low - 5e-4 < 0 < high + 5e-4, pairs
    assert abs(pairs[:, 0].mean() - pairs[:, 1].mean()) < 2e-3
    print(f"{name}: {100 * pairs.mean(axis=0)}")
