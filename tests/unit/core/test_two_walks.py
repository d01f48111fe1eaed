"""The network: the walk there, the walk back, and what lies beside them."""

import numpy as np
import pytest

from byhand.arrays import Array, Params
from byhand.layers import BatchNorm, Dense, Dropout, ReLU, Residual, Tanh
from byhand.losses import SoftmaxCrossEntropy, SquaredError
from byhand.network import Network
from byhand.optimizers import SGD
from byhand.random import DROPOUT, INIT, RandomStream
from byhand.step import train_step


class Spy(Dense):
    """A dense layer that remembers whether it was asked for the gradient of its input."""

    def __init__(self, n_in: int, n_out: int, position: int) -> None:
        super().__init__(n_in, n_out, rng=RandomStream(1, INIT, position))
        self.asked: list[bool] = []

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        self.asked.append(need_dx)
        return super().backward(dy, saved, need_dx=need_dx)


def batch(seed: int = 3, n: int = 8) -> tuple[Array, Array]:
    return RandomStream(seed, INIT).normal(n, 4), RandomStream(seed + 1, INIT).integers(0, 2, n)


def test_the_first_layer_never_computes_the_gradient_of_the_data() -> None:
    layers = [Spy(4, 6, 0), ReLU(), Spy(6, 5, 2), ReLU(), Spy(5, 3, 4)]
    network, (x, y) = Network(layers), batch()
    for _ in range(3):
        train_step(network, SoftmaxCrossEntropy(), SGD(), 0.1, x, y, None)
    assert [layer.asked for layer in layers if isinstance(layer, Spy)] == [[False] * 3, [True] * 3, [True] * 3]


def test_a_training_step_is_forward_loss_backward_update_by_hand() -> None:
    # one weight: z = 3·2 + 1 = 7 against t = 5: L = 4, dz = 2·2, dW = 3·4 = 12, db = 4; rate 0.1: W = 0.8, b = 0.6
    network = Network([Dense(1, 1)]).astype(np.float64)
    network.params["0.W"][:], network.params["0.b"][:] = 2, 1
    value, trace = train_step(network, SquaredError(), SGD(), 0.1, np.array([[3.0]]), np.array([5.0]), None)
    assert value == 4
    assert trace.output.tolist() == [[7]]
    np.testing.assert_allclose([network.params["0.W"][0, 0], network.params["0.b"][0]], [0.8, 0.6], rtol=1e-15)


def test_params_are_the_arrays_themselves_by_position_and_name() -> None:
    network = Network.mlp([4, 6, 6, 3], batch_norm=True, residual=True)
    assert list(network.params) == [
        "0.W", "0.b", "1.gamma", "1.beta", "3.0.W", "3.0.b", "3.1.gamma", "3.1.beta", "4.W", "4.b",
    ]  # fmt: skip
    assert list(network.statistics) == ["1.mean", "1.variance", "3.1.mean", "3.1.variance"]
    assert network.params["0.W"] is network.layers[0].params["W"]


def test_predict_is_forward_without_the_trace() -> None:
    network, (x, _) = Network.mlp([4, 6, 6, 3], batch_norm=True, dropout=0.5, residual=True), batch()
    np.testing.assert_array_equal(network.predict(x), network.forward(x).output)


def test_the_trace_is_what_happened_in_order() -> None:
    network, (x, y) = Network.mlp([4, 6, 3], seed=1), batch()
    trace = network.forward(x)
    assert [step.layer for step in trace.steps] == network.layers
    assert trace.steps[0].x is x
    assert all(one.y is next_one.x for one, next_one in zip(trace.steps, trace.steps[1:], strict=False))
    assert [step.dy for step in trace.steps] == [None] * 3
    value, saved = SoftmaxCrossEntropy().forward(trace.output, y)
    network.backward(SoftmaxCrossEntropy().backward(saved), trace)
    assert [step.dy.shape for step in trace.steps if step.dy is not None] == [(8, 6), (8, 6), (8, 3)]
    assert np.isfinite(value)


def gradients(network: Network, *, look_between: bool) -> Params:
    x, y = batch()
    loss = SoftmaxCrossEntropy()
    trace = network.forward(x, training=True, rng=RandomStream(1, DROPOUT))
    if look_between:
        network.predict(x[::-1] * 3)
        network.forward(x * 7)
    _, saved = loss.forward(trace.output, y)
    if look_between:
        loss.forward(network.predict(x), y[::-1])
    return network.backward(loss.backward(saved), trace)


def test_a_prediction_during_training_does_not_disturb_the_gradient() -> None:
    network = Network.mlp([4, 6, 6, 3], batch_norm=True, dropout=0.3, residual=True)
    undisturbed, disturbed = (gradients(network, look_between=look) for look in (False, True))
    for name, gradient in undisturbed.items():
        np.testing.assert_array_equal(disturbed[name], gradient)


def test_two_traces_at_once_do_not_meet() -> None:
    network, loss = Network.mlp([4, 6, 3], dropout=0.5, seed=1), SoftmaxCrossEntropy()
    alone, together = [], []
    traces = [network.forward(batch(seed)[0], training=True, rng=RandomStream(seed, DROPOUT)) for seed in (1, 2)]
    for seed, trace in zip((1, 2), traces, strict=True):
        _, saved = loss.forward(trace.output, batch(seed)[1])
        together.append(network.backward(loss.backward(saved), trace))
    for seed in (1, 2):
        trace = network.forward(batch(seed)[0], training=True, rng=RandomStream(seed, DROPOUT))
        _, saved = loss.forward(trace.output, batch(seed)[1])
        alone.append(network.backward(loss.backward(saved), trace))
    for one, other in zip(alone, together, strict=True):
        assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_batch_gradient_is_the_mean_of_the_gradients_of_its_examples() -> None:
    network, (x, y), loss = Network.mlp([4, 6, 3], seed=1).astype(np.float64), batch(), SoftmaxCrossEntropy()

    def gradient(rows: slice) -> Params:
        trace = network.forward(x[rows])
        _, saved = loss.forward(trace.output, y[rows])
        return network.backward(loss.backward(saved), trace)

    singles = [gradient(slice(i, i + 1)) for i in range(8)]
    for name, whole in gradient(slice(None)).items():
        np.testing.assert_allclose(whole, np.mean([single[name] for single in singles], axis=0), rtol=1e-12, atol=1e-15)


def test_backward_is_linear_in_what_it_is_given() -> None:
    network, (x, _) = Network.mlp([4, 6, 3], seed=1).astype(np.float64), batch()
    trace = network.forward(x)
    one, other = RandomStream(7, INIT).normal(8, 3), RandomStream(8, INIT).normal(8, 3)
    parts, whole = [network.backward(d, trace) for d in (one, other)], network.backward(2 * one - 3 * other, trace)
    for name, gradient in whole.items():
        np.testing.assert_allclose(gradient, 2 * parts[0][name] - 3 * parts[1][name], rtol=1e-10, atol=1e-12)


def test_update_statistics_belongs_to_training_alone() -> None:
    network, (x, _) = Network.mlp([4, 6, 3], batch_norm=True), batch()
    before = {name: array.copy() for name, array in network.statistics.items()}
    network.forward(x, training=True)
    network.predict(x)
    assert all(np.array_equal(before[name], array) for name, array in network.statistics.items())
    network.update_statistics(network.forward(x, training=True))
    assert not any(np.array_equal(before[name], array) for name, array in network.statistics.items())


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_a_network_has_one_dtype(dtype: type[np.number]) -> None:
    network = Network.mlp([4, 6, 6, 3], batch_norm=True, dropout=0.2, residual=True).astype(dtype)
    x, y = batch()
    trace = network.forward(x.astype(dtype), training=True, rng=RandomStream(1, DROPOUT))
    _, saved = SoftmaxCrossEntropy().forward(trace.output, y)
    grads = network.backward(SoftmaxCrossEntropy().backward(saved), trace)
    arrays = [*network.params.values(), *network.statistics.values(), *grads.values(), trace.output]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


def test_astype_is_a_copy() -> None:
    network = Network.mlp([4, 6, 3])
    copy = network.astype(np.float32)
    copy.params["0.W"][:] = 0
    assert network.params["0.W"].all()


def test_integers_and_bytes_may_come_in() -> None:
    network = Network.mlp([4, 6, 3], seed=1)
    x = np.array([[0, 255, 7, 1]], dtype=np.uint8)
    np.testing.assert_allclose(network.predict(x), network.predict(x.astype(np.float32)), rtol=1e-5)


def test_repr_says_what_it_is_made_of() -> None:
    network = Network([Dense(2, 3), BatchNorm(3), Dropout(0.5), Residual(Dense(3, 3)), Tanh()])
    assert repr(network).startswith("Network([Dense(n_in=2, n_out=3), BatchNorm(width=3, momentum=0.1, epsilon=1e-05)")
    assert "Dropout(rate=0.5)" in repr(network)
    assert repr(network).endswith("Tanh()])")
