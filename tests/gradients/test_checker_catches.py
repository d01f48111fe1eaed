"""The checker must bite: a gradient wrong by one part in two thousand fails, and so do the classical mistakes."""

from typing import Any

import numpy as np
import pytest

from byhand.arrays import Array, Params
from byhand.inspection.gradcheck import gradient_check
from byhand.layers import Dense, Layer, Tanh
from byhand.losses import SquaredError
from byhand.network import Network
from byhand.randomness import INIT, Stream


def square(seed: int) -> Dense:
    return Dense(4, 4, rng=Stream(seed, INIT, 1))


class SlightlyWrong(Dense):
    """One gradient of sixteen is 0.05 % too large."""

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        dx, grads = super().backward(dy, saved, need_dx=need_dx)
        largest = np.unravel_index(np.abs(grads["W"]).argmax(), grads["W"].shape)
        grads["W"][largest] *= 1.0005
        return dx, grads


class ForgottenTranspose(Dense):
    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        _, grads = super().backward(dy, saved)
        return dy @ self.params["W"], grads


class ForgottenBatch(Dense):
    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        dx, grads = super().backward(dy, saved, need_dx=need_dx)
        return dx, {**grads, "b": dy.mean(axis=0)}


class WrongSign(Tanh):
    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        return dy * (1 + saved * saved), {}


class OtherScale(SquaredError):  # noqa: N818 — a loss, no exception
    """Prints the mean over outputs too, but descends on the sum."""

    def forward(self, output: Array, target: Array) -> tuple[Any, Array]:
        value, error = super().forward(output, target)
        return value / output.shape[1], error


def check(middle: Layer, loss: SquaredError, method: str) -> bool:
    network = Network([square(1), middle, square(2)])
    x, t = Stream(5, INIT).normal(6, 4), Stream(6, INIT).normal(6, 4)
    return gradient_check(network, loss, x, t, method=method).is_right


def as_kind(kind: type[Dense]) -> Dense:
    return kind(4, 4, rng=Stream(3, INIT, 1))


@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("kind", [SlightlyWrong, ForgottenTranspose, ForgottenBatch])
def test_a_wrong_dense_layer_is_caught(kind: type[Dense], method: str) -> None:
    assert check(as_kind(Dense), SquaredError(), method)
    assert not check(as_kind(kind), SquaredError(), method)


@pytest.mark.parametrize("method", ["complex", "central"])
def test_a_wrong_derivative_is_caught(method: str) -> None:
    assert check(Tanh(), SquaredError(), method)
    assert not check(WrongSign(), SquaredError(), method)


@pytest.mark.parametrize("method", ["complex", "central"])
def test_a_loss_that_descends_on_another_is_caught(method: str) -> None:
    assert not check(Tanh(), OtherScale(), method)
