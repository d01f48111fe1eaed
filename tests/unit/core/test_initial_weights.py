"""Where weights begin: their mean and spread, and why they may not all be equal."""

import math

import numpy as np
import pytest

from byhand.data.toy import moons
from byhand.errors import OptionError
from byhand.initializers import INITIALIZERS, Initializer, glorot, he, normal, scaled, uniform, zeros
from byhand.layers import Dense, ReLU
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.random import INIT, RandomStream
from byhand.training.fit import fit

N_IN, N_OUT = 784, 128


@pytest.mark.parametrize(
    ("initializer", "std"),
    [
        (normal(0.05), 0.05),
        (uniform(0.3), 0.3 / math.sqrt(3)),
        (he, math.sqrt(2 / N_IN)),
        (glorot, math.sqrt(2 / (N_IN + N_OUT))),
        (scaled(0.1, he), 0.1 * math.sqrt(2 / N_IN)),
    ],
    ids=["normal", "uniform", "he", "glorot", "scaled he"],
)
def test_mean_and_spread(initializer: Initializer, std: float) -> None:
    W = initializer(RandomStream(1, INIT), N_IN, N_OUT)
    n = W.size
    assert W.shape == (N_IN, N_OUT)
    assert W.dtype == np.float64
    assert abs(W.mean()) < 4 * std / math.sqrt(n)
    assert W.std() == pytest.approx(std, rel=4 / math.sqrt(n))
    assert len(np.unique(W)) > 0.98 * n  # 100,352 draws, of which a few meet


def test_uniform_keeps_within_its_limit() -> None:
    W = uniform(0.3)(RandomStream(1, INIT), 100, 100)
    assert -0.3 <= W.min() < -0.299
    assert 0.299 < W.max() < 0.3


def test_zeros() -> None:
    assert not zeros(RandomStream(1, INIT), 3, 2).any()


def test_biases_begin_at_zero_whatever_the_initializer() -> None:
    network = Network.mlp([4, 5, 3], initializer=normal(1.0))
    assert not any(network.params[name].any() for name in ("0.b", "2.b"))


def test_he_keeps_the_size_of_signals_through_twenty_relu_layers_and_half_of_it_does_not() -> None:
    x = RandomStream(5, INIT).normal(50, 256)
    sizes = [256] * 20 + [256]
    kept = Network.mlp(sizes, seed=1).forward(x).steps[-2].y
    lost = Network.mlp(sizes, initializer=scaled(0.5, he), seed=1).forward(x).steps[-2].y
    assert 0.3 < (kept**2).mean() < 3
    assert (lost**2).mean() < 1e-9


def test_a_layer_starts_from_its_own_place_and_not_from_what_others_drew() -> None:
    narrow, wide = Network.mlp([4, 5, 3], seed=1), Network.mlp([40, 5, 3], seed=1)
    np.testing.assert_array_equal(narrow.params["2.W"], wide.params["2.W"])
    other = Network.mlp([4, 5, 3], seed=2)
    assert not np.array_equal(narrow.params["0.W"], other.params["0.W"])
    assert not np.array_equal(narrow.params["0.W"].ravel()[:15], narrow.params["2.W"].ravel())


def distinct_hidden_units(network: Network) -> int:
    """Count hidden units that differ: columns of what leads in, rows of what leads out; rounding does not count."""
    leading = np.vstack([network.params["0.W"], network.params["0.b"], network.params["2.W"].T]).astype(np.float64)
    return len(np.unique(np.round(leading, 4), axis=1).T)


def trained(initializer: Initializer) -> Network:
    network = Network.mlp([2, 6, 2], activation="tanh", initializer=initializer, seed=1)
    data = moons(200, seed=3).train
    fit(network, data, loss=SoftmaxCrossEntropy(), optimizer="sgd", learning_rate=0.3, epochs=20, batch_size=20, seed=2)
    return network


def test_hidden_units_that_begin_equal_stay_equal() -> None:
    network = trained(lambda rng, n_in, n_out: np.full((n_in, n_out), 0.3))
    assert np.abs(network.params["0.W"] - 0.3).max() > 0.1  # it did learn
    assert distinct_hidden_units(network) == 1


def test_hidden_units_that_begin_at_random_go_their_own_ways() -> None:
    assert distinct_hidden_units(trained(he)) == 6


def test_all_zero_learns_nothing_but_the_share_of_the_classes() -> None:
    network = trained(zeros)
    assert not network.params["0.W"].any()
    assert not network.params["2.W"].any()


def test_a_dense_layer_made_by_hand_can_learn() -> None:
    network = Network([Dense(2, 16), ReLU(), Dense(16, 2)])
    history = fit(
        network,
        moons(200).train,
        loss=SoftmaxCrossEntropy(),
        optimizer="sgd",
        learning_rate=0.5,
        epochs=30,
        batch_size=20,
    )
    assert history[-1].accuracy is not None
    assert history[-1].accuracy > 0.95


def test_zeros_makes_a_layer_for_loaders() -> None:
    assert not Dense.zeros(3, 4).params["W"].any()


@pytest.mark.parametrize("name", ["he", "glorot", "zeros"])
def test_an_initializer_by_name_draws_what_the_function_draws(name: str) -> None:
    function = INITIALIZERS[name]
    assert np.array_equal(Dense(5, 3, initializer=name).params["W"], Dense(5, 3, initializer=function).params["W"])
    by_name, given = (Network.mlp([5, 4, 3], initializer=one, seed=2) for one in (name, function))
    assert all(np.array_equal(by_name.params[key], given.params[key]) for key in given.params)


def test_an_unknown_initializer_is_answered_with_the_nearest() -> None:
    with pytest.raises(OptionError, match=r"unknown initializer 'glorott'\. Did you mean 'glorot'"):
        Dense(5, 3, initializer="glorott")
