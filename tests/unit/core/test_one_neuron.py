"""The dense layer, with numbers small enough to follow in the head."""

import numpy as np
import pytest

from byhand.errors import OptionError
from byhand.layers import Dense
from byhand.random import INIT, RandomStream


def dense(W: list[list[float]], b: list[float]) -> Dense:
    layer = Dense(len(W), len(b))
    layer.params = {"W": np.array(W), "b": np.array(b)}
    return layer


def test_one_neuron_worked_by_hand() -> None:
    # x = (1, 2), W = (3, 4)ᵀ, b = 5 → z = 1·3 + 2·4 + 5 = 16; L = z² → dz = 32, dW = (32, 64)ᵀ, db = 32, dx = (96, 128)
    neuron = dense([[3.0], [4.0]], [5.0])
    z, saved = neuron.forward(np.array([[1.0, 2.0]]))
    dx, grads = neuron.backward(2 * z, saved)
    assert z.tolist() == [[16]]
    assert grads["W"].tolist() == [[32], [64]]
    assert grads["b"].tolist() == [32]
    assert dx is not None
    assert dx.tolist() == [[96, 128]]


def test_two_neurons_and_two_examples_worked_by_hand() -> None:
    # unit 0: 1·3 + 2·4 + 5 = 16 and −1·3 + 0·4 + 5 = 2;  unit 1: 1·(−1) + 2·0.5 + 1 = 1 and 1 + 0 + 1 = 2
    layer = dense([[3.0, -1.0], [4.0, 0.5]], [5.0, 1.0])
    z, saved = layer.forward(np.array([[1.0, 2.0], [-1.0, 0.0]]))
    assert z.tolist() == [[16, 1], [2, 2]]
    # dz = (2, −1) and (1, 3); dW[0, 0] = 2·1 + 1·(−1) = 1, dW[0, 1] = −1·1 + 3·(−1) = −4, dW[1] = 2·(2, −1) + 0
    dx, grads = layer.backward(np.array([[2.0, -1.0], [1.0, 3.0]]), saved)
    assert grads["W"].tolist() == [[1, -4], [4, -2]]
    assert grads["b"].tolist() == [3, 2]
    # dx of the first: (2·3 + (−1)(−1), 2·4 + (−1)·0.5); of the second: (1·3 + 3·(−1), 1·4 + 3·0.5)
    assert dx is not None
    assert dx.tolist() == [[7, 7.5], [0, 5.5]]


def test_the_gradient_of_a_batch_is_the_sum_of_its_examples_each_with_its_share_of_the_mean() -> None:
    layer = Dense(5, 4, rng=RandomStream(1, INIT))
    x, dz = RandomStream(2, INIT).normal(10, 5), RandomStream(3, INIT).normal(10, 4)
    _, whole = layer.backward(dz, x)
    singles = [layer.backward(dz[i : i + 1], x[i : i + 1])[1] for i in range(10)]
    for name in ("W", "b"):
        np.testing.assert_allclose(whole[name], sum(single[name] for single in singles), rtol=1e-13, atol=1e-14)


def test_weights_begin_as_those_of_seed_0_and_biases_at_zero() -> None:
    started = Dense(3, 2)
    np.testing.assert_array_equal(started.params["W"], Dense(3, 2, rng=RandomStream(0, INIT)).params["W"])
    assert started.params["W"].all()
    assert not started.params["b"].any()
    assert {array.dtype for array in started.params.values()} == {np.dtype(np.float32)}


def test_need_dx_false_saves_the_work() -> None:
    layer = Dense(3, 2, rng=RandomStream(0, INIT))
    dx, grads = layer.backward(np.ones((4, 2)), np.ones((4, 3)), need_dx=False)
    assert dx is None
    assert grads["W"].shape == (3, 2)


def test_float32_stays_float32() -> None:
    layer = Dense(3, 2, rng=RandomStream(0, INIT))
    x = np.ones((4, 3), dtype=np.float32)
    z, saved = layer.forward(x)
    dx, grads = layer.backward(z, saved)
    assert {array.dtype for array in (z, dx, *grads.values()) if array is not None} == {np.dtype(np.float32)}


@pytest.mark.parametrize(("n_in", "n_out"), [(0, 3), (3, 0), (-1, 2)])
def test_a_layer_has_at_least_one_input_and_one_output(n_in: int, n_out: int) -> None:
    with pytest.raises(OptionError, match=r"Dense got n_(in|out)=-?[01]; expected 1 …"):
        Dense(n_in, n_out)
