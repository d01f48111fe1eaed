"""A wrong shape is a wrong computation: the error says who got what, what was expected, and what to do."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from byhand.errors import OptionError, ShapeError, lookup
from byhand.layers import BatchNorm, Dense, Dropout, ReLU, Residual, Sigmoid
from byhand.losses import SoftmaxCrossEntropy
from byhand.metrics import accuracy, mean_interval
from byhand.mlp import MlpOptions, mlp_layers
from byhand.network import Network

NETWORK = Network.mlp([784, 5, 10])

CASES: dict[str, tuple[Callable[[], Any], str]] = {
    "too many features": (
        lambda: NETWORK.predict(np.zeros((2, 785))),
        "Dense got x of shape (2, 785); expected (n, 784).",
    ),
    "one example that is no row": (
        lambda: NETWORK.predict(np.zeros(784)),
        "Dense got x of shape (784,); expected (n, 784). One example must be a row: x.reshape(1, -1).",
    ),
    "one picture": (
        lambda: NETWORK.forward(np.zeros((28, 28))),
        "Dense got x of shape (28, 28); expected (n, 784). One example must be a row: x.reshape(1, -1).",
    ),
    "pictures that are no rows": (
        lambda: NETWORK.predict(np.zeros((100, 28, 28))),
        "Dense got x of shape (100, 28, 28); expected (n, 784). Examples must be rows: x.reshape(len(x), -1).",
    ),
    "examples in columns": (
        lambda: NETWORK.predict(np.zeros((784, 100))),
        "Dense got x of shape (784, 100); expected (n, 784). Examples are rows: x.T.",
    ),
    "a gradient of another width": (
        lambda: Dense(3, 2).backward(np.zeros((4, 3)), np.zeros((4, 3))),
        "Dense got dz of shape (4, 3); expected (4, 2).",
    ),
    "a gradient of another batch": (
        lambda: Dense(3, 2).backward(np.zeros((5, 2)), np.zeros((4, 3))),
        "Dense got dz of shape (5, 2); expected (4, 2).",
    ),
    "dense layers that do not meet": (
        lambda: Network([Dense(4, 6), ReLU(), Dense(5, 2)]),
        "Dense with 5 inputs cannot follow a layer with 6 outputs.",
    ),
    "batch norm of another width": (
        lambda: Network([Dense(4, 6), BatchNorm(5)]),
        "BatchNorm of width 5 cannot follow 6 outputs.",
    ),
    "batch norm and other features": (
        lambda: BatchNorm(5).forward(np.zeros((3, 4))),
        "BatchNorm got x of shape (3, 4); expected (n, 5).",
    ),
    "a way around that changes the width": (
        lambda: Network([Dense(4, 6), Residual(Dense(6, 5))]),
        "Residual got inner layers from 6 to 5; expected equal widths to add.",
    ),
    "a network that begins without weights": (
        lambda: Network([ReLU(), Dense(4, 2)]),
        "a network needs a Dense layer first: it decides how many numbers come in.",
    ),
    "a network of nothing": (
        lambda: Network([]),
        "a network needs a Dense layer first: it decides how many numbers come in.",
    ),
    "a single size": (
        lambda: Network.mlp([784]),
        "a network got sizes [784]; expected at least inputs and outputs, like 784-10.",
    ),
    "labels of other examples": (
        lambda: SoftmaxCrossEntropy().forward(np.zeros((6, 3)), np.zeros(5, dtype=int)),
        "the loss got targets of shape (5,) for an output of shape (6, 3); expected (6,) labels or (6, 3) numbers.",
    ),
    "no answers to count": (
        lambda: accuracy(np.zeros(0), np.zeros(0)),
        "accuracy got (0,) answers for (0,) labels; expected the same n ≥ 1.",
    ),
    "an interval of one run": (
        lambda: mean_interval([0.97]),
        "mean_interval got a list of 1; expected two values or more, one for each run.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_message_is_this(case: str) -> None:
    do, message = CASES[case]
    with pytest.raises(ShapeError) as caught:
        do()
    assert str(caught.value) == message


def test_a_shape_error_is_a_value_error_too() -> None:
    with pytest.raises(ValueError, match="expected"):
        NETWORK.predict(np.zeros((1, 3)))


@pytest.mark.parametrize("name", ["rleu", "sigmod", "tahn"])
def test_an_unknown_activation_is_answered_with_the_nearest(name: str) -> None:
    nearest = {"rleu": "relu", "sigmod": "sigmoid", "tahn": "tanh"}[name]
    with pytest.raises(OptionError, match=f"unknown activation '{name}'. Did you mean '{nearest}'"):
        Network.mlp([2, 3, 2], activation=name)


def test_layers_without_a_width_take_any() -> None:
    for layer in (ReLU(), Sigmoid(), Dropout(0.5)):
        assert Network([Dense(2, 7), layer, Dense(7, 3)]).widths == [2, 7, 7, 3]


def test_a_number_is_not_taken_for_a_misspelt_one() -> None:
    with pytest.raises(OptionError, match=r"unknown class '12'\. Known: 1, 2\."):
        lookup("class", "12", {"1": 1, "2": 2})


def test_the_options_of_mlp_are_those_of_its_typed_dict() -> None:
    keywords = [
        name for name, option in inspect.signature(mlp_layers).parameters.items() if option.kind is option.KEYWORD_ONLY
    ]
    assert keywords == list(MlpOptions.__annotations__)
