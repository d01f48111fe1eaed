"""The checker must bite: a gradient wrong by one part in two thousand fails, and so do the classical mistakes."""

from typing import Any

import numpy as np
import pytest

from byhand.arrays import Array, Params
from byhand.errors import OptionError
from byhand.inspection.gradcheck import gradient_check
from byhand.layers import BatchNorm, Dense, Dropout, Layer, Tanh
from byhand.layers.batch_norm import Normalised
from byhand.losses import SquaredError
from byhand.network import Network
from byhand.random import INIT, RandomStream


def square(seed: int) -> Dense:
    return Dense(4, 4, rng=RandomStream(seed, INIT, 1))


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


class ConstantStatistics(BatchNorm):
    """Forgets that mean and variance depend on x as well."""

    def backward(self, dy: Array, saved: Normalised, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        _, grads = super().backward(dy, saved)
        return dy * self.params["gamma"] * saved.inverse_std, grads


class UnscaledMask(Dropout):
    """Silences the same units on the way back, but forgets that the others were made larger."""

    def backward(self, dy: Array, saved: Array | None, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        return (dy if saved is None else dy * (saved > 0)), {}


class Broken(Dense):
    """What goes wrong with the gradient of b is told by `how`."""

    how = "missing"

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        dx, grads = super().backward(dy, saved, need_dx=need_dx)
        db = grads.pop("b")
        broken = {
            "missing": {},
            "a row": {"b": db[None, :]},
            "not a number": {"b": db * np.nan},
            "inf": {"b": db + np.inf},
        }
        return dx, {**grads, **broken[self.how]}


class ForgottenMean(SquaredError):  # noqa: N818 — a loss, no exception
    """Prints the mean over the batch, but descends on the sum."""

    def backward(self, saved: Array) -> Array:
        return super().backward(saved) * len(saved)


class OtherScale(SquaredError):  # noqa: N818 — a loss, no exception
    """Prints the mean over outputs too, but descends on the sum."""

    def forward(self, output: Array, target: Array, weight: Array | None = None) -> tuple[Any, Array]:
        value, error = super().forward(output, target)
        return value / output.shape[1], error


def check(middle: Layer, loss: SquaredError, method: str) -> bool:
    network = Network([square(1), middle, square(2)])
    x, t = RandomStream(5, INIT).normal(6, 4), RandomStream(6, INIT).normal(6, 4)
    return gradient_check(network, loss, x, t, method=method).is_right


def as_kind(kind: type[Dense]) -> Dense:
    return kind(4, 4, rng=RandomStream(3, INIT, 1))


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
@pytest.mark.parametrize("loss", [OtherScale(), ForgottenMean()])
def test_a_loss_that_descends_on_another_is_caught(loss: SquaredError, method: str) -> None:
    assert not check(Tanh(), loss, method)


@pytest.mark.parametrize("method", ["complex", "central"])
def test_batch_norm_with_its_mean_and_variance_taken_for_constants_is_caught(method: str) -> None:
    assert check(BatchNorm(4), SquaredError(), method)
    assert not check(ConstantStatistics(4), SquaredError(), method)


@pytest.mark.parametrize("method", ["complex", "central"])
def test_a_dropout_mask_without_its_scale_is_caught(method: str) -> None:
    assert check(Dropout(0.3), SquaredError(), method)
    assert not check(UnscaledMask(0.3), SquaredError(), method)


@pytest.mark.parametrize("how", ["missing", "a row", "not a number", "inf"])
def test_a_gradient_that_is_no_gradient_is_infinitely_wrong(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Broken, "how", how)
    network = Network([square(1), as_kind(Broken), square(2)])
    found = gradient_check(
        network, SquaredError(), RandomStream(5, INIT).normal(6, 4), RandomStream(6, INIT).normal(6, 4)
    )
    assert found.errors["1.b"] == np.inf == found.worst
    assert not found.is_right


def test_in_a_deep_stack_the_report_names_the_array_that_is_wrong() -> None:
    kinds = [Dense, Dense, SlightlyWrong, Dense]
    network = Network([layer for kind in kinds for layer in (as_kind(kind), Tanh())])
    found = gradient_check(
        network, SquaredError(), RandomStream(5, INIT).normal(6, 4), RandomStream(6, INIT).normal(6, 4)
    )
    assert [name for name, error in found.errors.items() if error > found.tolerance] == ["4.W"]
    assert [line for line in str(found).splitlines() if line.endswith("WRONG")] == [
        f"4.W         {found.errors['4.W']:9.1e}  WRONG"
    ]


def test_an_unknown_method_is_answered_with_the_nearest() -> None:
    with pytest.raises(OptionError, match="'complex'"):
        gradient_check(Network([square(1)]), SquaredError(), np.ones((1, 4)), np.ones((1, 4)), method="complx")
