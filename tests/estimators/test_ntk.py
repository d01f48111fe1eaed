"""The neural tangent parametrization: its rates are those of V = W √n_in, and its start is RealMLP-TD-S's."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from byhand import data
from byhand.engines.bindings import why_missing
from byhand.errors import OptionError
from byhand.estimators import MLPClassifier, MLPRegressor
from byhand.estimators.training_setup import build_network, build_optimizer
from byhand.network import Network
from byhand.optimizers import SGD, Adam, Nesterov, WeightDecay
from byhand.recipes import RECIPES
from byhand.recipes.build import build_initializer
from byhand.recipes.build import build_network as network_of_recipe
from byhand.recipes.recipe import Recipe

FASTEST = "numpy" if why_missing() else "native/"
WIDTHS = [9, 300, 200, 2]
RATE = 0.04
X = np.random.default_rng(0).normal(size=(300, 4))
Y = X[:, 0] * X[:, 1] > 0


def ntk(**changes: Any) -> MLPClassifier:
    settings: dict[str, Any] = {"parametrization": "ntk", "weight_decay": 0.0, "epsilon": 1e-30, "bias_rate": 0.1}
    return MLPClassifier(**{**settings, **changes})


def network(**changes: Any) -> Network:
    return build_network(ntk(**changes), WIDTHS, [], 3).astype(np.float64)


def test_every_weight_moves_as_if_its_multiple_by_the_root_of_its_inputs_were_trained() -> None:
    trained, rng = network(dtype="float64"), np.random.default_rng(1)
    params, optimizer = trained.params, build_optimizer(ntk(dtype="float64"), 64, trained)
    roots = {name: math.sqrt(len(W)) if name.endswith("W") else 1.0 for name, W in params.items()}
    V, plain = {name: array * roots[name] for name, array in params.items()}, Adam(0.9, 0.95, 1e-30)
    biases, slow = {name: V[name].copy() for name in V if name.endswith("b")}, Adam(0.9, 0.95, 1e-30)
    for _ in range(5):
        gradients = {name: rng.normal(size=array.shape) for name, array in params.items()}
        optimizer.update(params, gradients, RATE)
        plain.update(V, {name: gradient / roots[name] for name, gradient in gradients.items()}, RATE)
        slow.update(biases, {name: gradients[name] for name in biases}, RATE / 10)
    for name, array in params.items():
        expected = biases[name] if name in biases else V[name] / roots[name]
        assert np.allclose(array, expected, rtol=1e-12, atol=1e-15), name


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_with_sgd_it_is_the_gradient_of_the_multiple_that_decides(momentum: float) -> None:
    settings = {"solver": "sgd", "momentum": momentum, "alpha": 0.5, "dtype": "float64"}
    trained, rng = network(**settings), np.random.default_rng(1)
    W, optimizer = trained.params["3.W"], build_optimizer(ntk(**settings), 64, trained)
    V, plain = {"W": W * math.sqrt(300)}, WeightDecay(Nesterov(momentum) if momentum else SGD(), 0.5 / 64 / 300)
    for _ in range(5):
        gradients = {name: rng.normal(size=array.shape) for name, array in trained.params.items()}
        optimizer.update(trained.params, gradients, RATE)
        plain.update(V, {"W": gradients["3.W"] / math.sqrt(300)}, RATE)
    assert np.allclose(W, V["W"] / math.sqrt(300), rtol=1e-12, atol=1e-15)


def test_it_starts_as_real_mlp_does() -> None:
    params = network(activation="relu").params
    assert params["0.W"].std() * 3 == pytest.approx(1, abs=0.05)
    assert params["3.W"].std() * math.sqrt(300) == pytest.approx(1, abs=0.02)
    for name in ("0.b", "3.b"):
        assert params[name].mean() == pytest.approx(0, abs=0.2)
        assert params[name].std() == pytest.approx(1, abs=0.15)
    assert not np.isin(params["0.b"], params["3.b"]).any()
    assert not params["6.W"].any()
    assert not params["6.b"].any()


def test_a_network_without_hidden_layers_starts_at_zero() -> None:
    params = build_network(ntk(), [9, 2], [], 3).params
    assert not any(array.any() for array in params.values())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"activation": "parametric_selu", "scaled_inputs": True},
        {"numerical_embedding": "pbld"},
        {"n_heads": 3},
        {"batch_norm": True},
        {"hidden_layer_sizes": ()},
        {"solver": "sgd", "learning_rate_init": 1.0},
    ],
)
def test_it_is_trained_by_the_fastest_engine_and_learns(changes: dict[str, Any]) -> None:
    settings = {"hidden_layer_sizes": (32, 32), "max_iter": 40, "learning_rate_init": RATE, "random_state": 0}
    model = MLPClassifier(**{**settings, "parametrization": "ntk", **changes}).fit(X[:200], Y[:200])
    assert model.engine_.startswith(FASTEST)
    losses = [row["loss"] for row in model.history_]
    assert losses[-1] < 0.9 * losses[0] or changes.get("hidden_layer_sizes") == ()
    if "hidden_layer_sizes" not in changes:
        assert model.score(X[200:], Y[200:]) > 0.6


def test_numbers_are_learned_too_and_a_second_fit_goes_on() -> None:
    model = MLPRegressor((32,), parametrization="ntk", learning_rate_init=0.07, max_iter=40, random_state=0)
    model.fit(X, X[:, 0] * X[:, 1])
    assert model.score(X, X[:, 0] * X[:, 1]) > 0.8
    before = [layer.params["W"].copy() for layer in model.networks_[0].layers if "W" in layer.params]
    model.partial_fit(X, X[:, 0] * X[:, 1])
    after = [layer.params["W"] for layer in model.networks_[0].layers if "W" in layer.params]
    assert all((one != other).any() for one, other in zip(before, after, strict=True))


def test_another_word_is_refused() -> None:
    with pytest.raises(OptionError, match=r"unknown parametrization 'ntp'\. Did you mean 'ntk'"):
        MLPClassifier(parametrization="ntp").fit(X, Y)


def recipe(**changes: Any) -> Recipe:
    return replace(RECIPES["digits"], **{"parametrization": "ntk", **changes})


def test_a_recipe_takes_no_other_start() -> None:
    assert not network_of_recipe(recipe(), data.digits()).params["2.W"].any()
    for changes in ({"initializer": "glorot"}, {"init_scale": 2.0}):
        with pytest.raises(OptionError, match="leave out initializer and init_scale"):
            build_initializer(recipe(**changes))
    with pytest.raises(OptionError, match="unknown parametrization 'mup'"):
        network_of_recipe(recipe(parametrization="mup"), data.digits())
