"""Activations at the places where they could go wrong: zero, and very far from it."""

import math

import numpy as np
import pytest

from byhand.errors import OptionError
from byhand.layers import ACTIVATIONS, SELU, Exp, Identity, Layer, LeakyReLU, Mish, ReLU, Sigmoid, Softmax, Tanh
from byhand.layers.sigmoid import sigmoid
from byhand.layers.softmax import softmax
from byhand.network import Network


def there_and_back(layer: Layer, z: list[float], da: list[float]) -> tuple[list[float], list[float]]:
    """Return a and dz of one row."""
    a, saved = layer.forward(np.array([z]))
    dz, grads = layer.backward(np.array([da]), saved)
    assert grads == {}
    assert dz is not None
    return a[0].tolist(), dz[0].tolist()


def test_relu_zeroes_negatives_and_its_slope_at_zero_is_zero() -> None:
    a, dz = there_and_back(ReLU(), [-2.0, 0.0, 3.0], [5.0, 5.0, 5.0])
    assert a == [0, 0, 3]
    assert dz == [0, 0, 5]


def test_leaky_relu_keeps_a_small_slope_below_and_at_zero() -> None:
    a, dz = there_and_back(LeakyReLU(0.25), [-2.0, 0.0, 3.0], [4.0, 4.0, 4.0])
    assert a == [-0.5, 0, 3]
    assert dz == [1, 1, 4]


@pytest.mark.parametrize("slope", [0.0, 1.0, -0.1, math.nan])
def test_leaky_relu_refuses_a_slope_outside_0_to_1(slope: float) -> None:
    with pytest.raises(OptionError, match=f"LeakyReLU got slope {slope}; expected"):
        LeakyReLU(slope)


def test_identity_changes_nothing_either_way() -> None:
    assert there_and_back(Identity(), [-2.0, 3.0], [0.5, -7.0]) == ([-2, 3], [0.5, -7])


def test_sigmoid_worked_by_hand() -> None:
    # σ(0) = 1/2 with slope 1/4; σ(ln 3) = 1 / (1 + 1/3) = 3/4 with slope 3/16
    a, dz = there_and_back(Sigmoid(), [0.0, math.log(3.0)], [8.0, 16.0])
    np.testing.assert_allclose(a, [0.5, 0.75], rtol=1e-15)
    np.testing.assert_allclose(dz, [2.0, 3.0], rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_does_not_overflow_and_ends_at_0_and_1(dtype: type[np.floating]) -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        a = sigmoid(np.array([-1000.0, -50.0, 0.0, 50.0, 1000.0], dtype=dtype))
    assert a.dtype == dtype
    assert a[[0, 2, 4]].tolist() == [0, 0.5, 1]
    assert a[1] == pytest.approx(math.exp(-50), rel=1e-6)  # small, and not rounded away
    assert (np.diff(a[:4]) > 0).all()


def test_sigmoid_is_as_exact_on_the_left_as_on_the_right() -> None:
    z = np.array([-700.0, -40.0, -1.0, -1e-9])
    np.testing.assert_allclose(sigmoid(z), np.exp(z) / (1 + np.exp(z)), rtol=4e-16)
    np.testing.assert_allclose(sigmoid(z) + sigmoid(-z), 1, rtol=1e-15)


def test_tanh_worked_by_hand() -> None:
    # tanh(ln 2) = (2 − 1/2) / (2 + 1/2) = 3/5 with slope 1 − 9/25 = 16/25
    a, dz = there_and_back(Tanh(), [0.0, math.log(2.0), -1000.0], [1.0, 25.0, 1.0])
    np.testing.assert_allclose(a, [0, 0.6, -1], rtol=1e-15)
    np.testing.assert_allclose(dz, [1, 16, 0], rtol=1e-14)


def test_exp_worked_by_hand() -> None:
    a, dz = there_and_back(Exp(), [0.0, math.log(3.0)], [2.0, 5.0])
    np.testing.assert_allclose(a, [1, 3], rtol=1e-15)
    np.testing.assert_allclose(dz, [2, 15], rtol=1e-15)


def test_selu_worked_by_hand() -> None:
    # below 0: λα (e^−ln 2 − 1) = −λα/2, with slope λα/2; far below: −λα = −1.758, with slope 0
    a, dz = there_and_back(SELU(), [2.0, -math.log(2.0), -1000.0], [1.0, 1.0, 1.0])
    np.testing.assert_allclose(a, [2.1014019747, -0.8790496704, -1.7580993409], rtol=1e-9)
    np.testing.assert_allclose(dz, [1.0507009874, 0.8790496704, 0], rtol=1e-9)


def test_selu_keeps_mean_0_and_variance_1_of_normal_numbers() -> None:
    z = np.linspace(-8, 8, 40_001)
    density = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    a, _ = SELU().forward(z[None])
    assert (a[0] * density).sum() == pytest.approx(0, abs=1e-6)
    assert (a[0] ** 2 * density).sum() == pytest.approx(1, abs=1e-6)


def test_mish_worked_by_hand() -> None:
    # at 0: tanh(log 2) = 3/5, a = 0 with slope 3/5; at ln 3: tanh(log 4) = 15/17, 1 − t² = 64/289, σ = 3/4
    a, dz = there_and_back(Mish(), [0.0, math.log(3.0), -1000.0, 1000.0], [5.0, 1.0, 1.0, 1.0])
    np.testing.assert_allclose(a, [0, 15 / 17 * math.log(3), 0, 1000], rtol=1e-15)
    np.testing.assert_allclose(dz, [3, 15 / 17 + math.log(3) * 64 / 289 * 3 / 4, 0, 1], rtol=1e-14)


@pytest.mark.parametrize("layer", [SELU(), Mish()])
def test_neither_selu_nor_mish_overflows(layer: Layer) -> None:
    z = np.array([[-1e4, -90.0, 90.0, 1e4]], dtype=np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        a, saved = layer.forward(z)
        dz, _ = layer.backward(np.ones_like(z), saved)
    assert np.isfinite(a).all()
    assert np.isfinite(dz).all()


def test_softmax_worked_by_hand() -> None:
    # e to the (ln 1, ln 2, ln 5) sums to 8; with da = (8, 0, 0): Σ da·a = 1, dz = a (da − 1) = (7/8, −2/8, −5/8)
    a, dz = there_and_back(Softmax(), [0.0, math.log(2.0), math.log(5.0)], [8.0, 0.0, 0.0])
    np.testing.assert_allclose(a, [0.125, 0.25, 0.625], rtol=1e-15)
    np.testing.assert_allclose(dz, [0.875, -0.25, -0.625], rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("far", [0.0, 1e4, -1e4])
def test_softmax_rows_sum_to_1_however_far_the_logits_lie(far: float, dtype: type[np.floating]) -> None:
    z = (np.array([[0.0, 1.0, 2.0], [1e4, -1e4, 0.0]]) + far).astype(dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        a = softmax(z)
    assert a.dtype == dtype
    assert np.abs(a.sum(axis=1) - 1).max() <= 1e-6
    np.testing.assert_allclose(a[0], softmax(np.array([[0.0, 1.0, 2.0]]))[0], rtol=1e-6)  # a shift changes nothing
    assert a[1].tolist() == [1, 0, 0]


def test_sigmoid_scores_are_no_probabilities() -> None:
    z = np.array([[2.0, 1.0, -1.0]])
    assert softmax(z).sum() == pytest.approx(1, abs=1e-15)
    assert sigmoid(z).sum() > 1.8


def test_without_an_activation_two_layers_are_one_linear_map() -> None:
    network = Network.mlp([6, 9, 4], activation="identity", seed=3).astype(np.float64)
    W1, W2, b1, b2 = (network.params[name] for name in ("0.W", "2.W", "0.b", "2.b"))
    b1 += 0.3
    x = np.linspace(-1, 1, 30).reshape(5, 6)
    np.testing.assert_allclose(network.predict(x), x @ (W1 @ W2) + (b1 @ W2 + b2), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_stays_float32_there_and_back(name: str) -> None:
    layer, z = ACTIVATIONS[name](), np.array([[-1.0, 0.5, 2.0]], dtype=np.float32)
    a, saved = layer.forward(z)
    dz, _ = layer.backward(z, saved)
    assert dz is not None
    assert a.dtype == dz.dtype == np.float32
