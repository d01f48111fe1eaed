"""Targets are scaled for training, and the saved network says the numbers themselves."""

from dataclasses import replace

import numpy as np
import pytest

from byhand import data
from byhand.data.examples import Dataset, Examples
from byhand.engines.numpy_engine import NumpyEngine
from byhand.errors import ShapeError
from byhand.losses import Poisson
from byhand.network import Network
from byhand.recipes import RECIPES
from byhand.recipes.build import adapt_to_regression
from byhand.recipes.run import Run
from byhand.recipes.target_scale import TargetScale
from byhand.training.evaluate import evaluate


def prices(scale: float, shift: float) -> Dataset:
    """Return the sine with its targets made large and moved far from 0."""
    sine = data.sine(400, noise=0.1)
    return replace(sine, train=replace(sine.train, y=sine.train.y * scale + shift))


def r_squared_of(dataset: Dataset) -> float:
    recipe = replace(adapt_to_regression(RECIPES["vanilla"], dataset), epochs=30, batch_size=32)
    run = Run.of(recipe, dataset)
    for _ in run.epochs(NumpyEngine()):
        pass
    found = evaluate(run.network, dataset.train).r2_score
    assert found is not None
    return found


def test_the_unit_of_the_targets_changes_nothing() -> None:
    near_one, large = r_squared_of(prices(1, 0)), r_squared_of(prices(1e5, 3e5))
    assert near_one > 0.8  # a straight line has 0.6
    assert large == pytest.approx(near_one, abs=1e-3)


def test_the_scale_taken_in_is_the_scale_undone() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)), rng.normal([5, -2], [3, 0.1], (50, 2))
    examples = Examples(x, y, data.digits().train.preparation)
    network = Network.mlp([3, 4, 2], seed=1).astype(np.float64)
    scale = TargetScale.of(examples, network)
    assert scale is not None
    scaled = scale.apply(examples).y
    assert np.allclose(scaled.mean(axis=0), 0)
    assert np.allclose(scaled.std(axis=0), 1)
    before = network.predict(x)
    assert np.allclose(scale.fold_into(network).predict(x), before * y.std(axis=0) + y.mean(axis=0), rtol=1e-12)
    assert np.array_equal(network.predict(x), before), "the network that is still trained stays as it was"


def test_counts_are_divided_by_their_mean_and_multiplied_back() -> None:
    counts = Examples(np.zeros((3, 3)), np.array([[0.0], [2.0], [7.0]]), data.digits().train.preparation)
    network = Network.mlp([3, 4, 1], seed=1).astype(np.float64)
    scale = TargetScale.of(counts, network, Poisson())
    assert scale is not None
    assert scale.apply(counts).y[:, 0].tolist() == [0, 2 / 3, 7 / 3]
    x = np.random.default_rng(0).normal(size=(5, 3))
    assert scale.fold_into(network).predict(x) == pytest.approx(3 * np.exp(network.predict(x)), rel=1e-12)
    with pytest.raises(ShapeError, match="expected counts"):
        TargetScale.of(replace(counts, y=-counts.y), network, Poisson())


def test_a_constant_target_is_learned_at_once() -> None:
    sine = data.sine(50)
    constant = replace(sine.train, y=np.full((50, 1), 7.0))
    network = Network.mlp([1, 4, 1], seed=1)
    scale = TargetScale.of(constant, network)
    assert scale is not None
    assert np.array_equal(scale.apply(constant).y, np.zeros((50, 1)))


def test_classes_and_a_squashed_end_are_left_alone() -> None:
    assert TargetScale.of(data.moons(20).train, Network.mlp([2, 4, 2])) is None
    assert TargetScale.of(data.sine(20).train, Network.mlp([1, 4, 1], output="sigmoid")) is None
