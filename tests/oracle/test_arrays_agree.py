"""The arrays against the lists: same seed, same network, same numbers, in float64, to twelve digits.

reference.py takes the examples one by one and sums in another order; nothing but rounding may differ.
"""

from typing import Any

import numpy as np
import pytest
from reference_parts import ACTIVATIONS
from reference_parts import LOSSES as PLAIN_LOSSES

from byhand import reference
from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.data.gaussian_pair import gaussian_pair_named
from byhand.data.toy import gaussians
from byhand.initializers import glorot, he, normal
from byhand.losses import Huber, Loss, Poisson, Quantile, SoftmaxCrossEntropy, SquaredError
from byhand.network import Network
from byhand.optimizers import SGD, Adam
from byhand.preprocessing import fit_scaler
from byhand.random import SPLIT, RandomStream
from byhand.schedules import LinearDecay
from byhand.step import train_step
from byhand.training.fit import fit

LOSSES: dict[str, Loss] = {
    "softmax_cross_entropy": SoftmaxCrossEntropy(),
    "squared_error": SquaredError(),
    "huber": Huber(),
    "quantile": Quantile(),
    "poisson": Poisson(),
}
OPTIMIZERS: dict[str, tuple[type[SGD | Adam], type[reference.SGD | reference.Adam], float]] = {
    "sgd": (SGD, reference.SGD, 0.02),
    "adam": (Adam, reference.Adam, 0.01),
}
INITIALIZERS = {
    "he": (he, reference.he),
    "glorot": (glorot, reference.glorot),
    "normal": (normal(0.3), reference.normal(0.3)),
}
GAUSSIAN_PAIRS = {
    "gaussians": (None, (0.5, 1.5)),  # those that reference.py makes unasked
    "gaussians-equal": ([[-1.0, -1.0], [1.0, 1.0]], (1.0, 1.0)),
}
SIZES = [(2, 4, 4, 2), (5, 7, 3)]

each_network = pytest.mark.parametrize("sizes", SIZES, ids=lambda sizes: "-".join(map(str, sizes)))
each_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
each_loss = pytest.mark.parametrize("loss", LOSSES)
each_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS)


def agree(plain: Any, arrays: Any) -> None:
    """Both to 1e-12, relative where numbers are large."""
    np.testing.assert_allclose(np.asarray(plain), np.asarray(arrays), rtol=1e-12, atol=1e-12, equal_nan=False)


def both_networks(
    sizes: tuple[int, ...], activation: str, output: str = "identity", seed: int = 3
) -> tuple[Network, reference.Network]:
    """Return the array network in float64, and the plain one with the very same weights and some biases that matter."""
    network = Network.mlp(sizes, activation=activation, output=output, seed=seed).astype(np.float64)
    plain = reference.mlp(list(sizes), ACTIVATIONS[activation], seed)
    if output != "identity":
        plain.append(ACTIVATIONS[output])
    for position, layer in enumerate(network.layers):
        plain_layer = plain[position]
        if isinstance(plain_layer, reference.Dense):
            bias = layer.params["b"]
            bias += RandomStream(seed, SPLIT, position).normal(len(bias)) / 10
            plain_layer.W, plain_layer.b = layer.params["W"].tolist(), bias.tolist()
    return network, plain


def some_examples(sizes: tuple[int, ...], n: int) -> tuple[Array, Array]:
    """Return x (n, n_in), exact in float32 so that both depths read the same numbers, and classes y (n,)."""
    stream = RandomStream(8, SPLIT, 100)
    x = stream.normal(n, sizes[0]).astype(np.float32)
    return x.astype(np.float64), stream.integers(0, sizes[-1] - 1, n)


def as_rows(network: Network, arrays: dict[str, Array]) -> list[list[float]]:
    """Return parameters, or their gradients, as reference.py lists them: the rows of W, then b, layer by layer."""
    return [
        row
        for position, layer in enumerate(network.layers)
        if layer.params
        for row in (*arrays[f"{position}.W"].tolist(), arrays[f"{position}.b"].tolist())
    ]


def all_agree(plain: reference.Rows, arrays: reference.Rows) -> None:
    """Row by row: rows have several lengths."""
    assert [len(row) for row in plain] == [len(row) for row in arrays]
    agree([number for row in plain for number in row], [number for row in arrays for number in row])


def one_hots(y: Array, k: int) -> reference.Rows:
    """Return the targets as the lists want them."""
    return [reference.one_hot(label, k) for label in y.tolist()]


@pytest.mark.parametrize("n", [2, 7, 1000])
@pytest.mark.parametrize("name", GAUSSIAN_PAIRS)
def test_the_clouds_are_the_same_points(n: int, name: str) -> None:
    clouds = gaussian_pair_named(name)
    points, y = clouds.sample(n, 6)
    centres, spreads = GAUSSIAN_PAIRS[name]
    xs, ys = reference.gaussians(n, 6, centres, spreads)
    assert ys == y.tolist()
    np.testing.assert_allclose(xs, points, rtol=2e-15, atol=2e-15)
    assert gaussians(n, seed=6, name=name).train.raw.tolist() == points.astype(np.float32).tolist()


def test_the_lesson_names_the_unavoidable_error() -> None:
    assert gaussian_pair_named("gaussians").bayes_error() == pytest.approx(0.118, abs=0.0005)


@each_network
@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_weights_begin_equal(sizes: tuple[int, ...], initializer: str) -> None:
    for_arrays, for_lists = INITIALIZERS[initializer]
    network = Network.mlp(sizes, activation="tanh", initializer=for_arrays, seed=12)
    plain = reference.mlp(list(sizes), reference.TANH, 12, for_lists)
    assert len(plain) == len(network.layers)
    for position, layer in enumerate(plain):
        if isinstance(layer, reference.Dense):
            n_in, n_out = len(layer.W), len(layer.b)
            exact = for_arrays(RandomStream(12, reference.INIT, position), n_in, n_out)
            np.testing.assert_allclose(layer.W, exact, rtol=2e-15, atol=2e-15)
            stored = network.layers[position].params
            np.testing.assert_allclose(layer.W, stored["W"], rtol=2**-24)  # half a unit in the last place of float32
            assert layer.b == stored["b"].tolist()


@each_network
@each_activation
@each_loss
def test_forward_loss_and_gradients(sizes: tuple[int, ...], activation: str, loss: str) -> None:
    network, plain = both_networks(sizes, activation)
    array_loss, plain_loss, (x, y) = LOSSES[loss], PLAIN_LOSSES[loss], some_examples(sizes, 9)
    trace = network.forward(x)
    value, saved = array_loss.forward(trace.output, y)
    grads = network.backward(array_loss.backward(saved), trace)
    plain_value, plain_grads = reference.loss_and_gradients(plain, plain_loss, x.tolist(), one_hots(y, sizes[-1]))
    for position, step in enumerate(trace.steps):
        agree([reference.forward(plain, row)[position + 1] for row in x.tolist()], step.y)
    agree(plain_value, value)
    all_agree(plain_grads, as_rows(network, grads))
    assert max(abs(number) for row in plain_grads for number in row) > 0.01


@each_network
@pytest.mark.parametrize("output", ["sigmoid", "tanh", "relu"])
def test_squared_error_behind_an_output_activation(sizes: tuple[int, ...], output: str) -> None:
    network, plain = both_networks(sizes, "sigmoid", output)
    x, y = some_examples(sizes, 9)
    trace = network.forward(x)
    value, saved = SquaredError().forward(trace.output, y)
    grads = network.backward(SquaredError().backward(saved), trace)
    plain_value, plain_grads = reference.loss_and_gradients(
        plain, reference.squared_error, x.tolist(), one_hots(y, sizes[-1])
    )
    agree(plain_value, value)
    all_agree(plain_grads, as_rows(network, grads))


@each_network
@pytest.mark.parametrize("large", [30.0, 1000.0])
def test_saturated_numbers(sizes: tuple[int, ...], large: float) -> None:
    x, y = some_examples(sizes, 9)
    network, plain = both_networks(sizes, "sigmoid")
    value, (p, *_) = SoftmaxCrossEntropy().forward(large * x, y % sizes[0])
    answers = [
        reference.softmax_cross_entropy(row, t)[0]
        for row, t in zip((large * x).tolist(), one_hots(y % sizes[0], sizes[0]), strict=True)
    ]
    agree(np.mean(answers), value)
    agree([reference.softmax(row) for row in (large * x).tolist()], p)
    agree([reference.forward(plain, row)[-1] for row in (large * x).tolist()], network.predict(large * x))


@each_network
@each_activation
@each_loss
@each_optimizer
def test_twenty_steps(sizes: tuple[int, ...], activation: str, loss: str, optimizer: str) -> None:
    network, plain = both_networks(sizes, activation)
    array_loss, plain_loss, (x, y) = LOSSES[loss], PLAIN_LOSSES[loss], some_examples(sizes, 40)
    make, make_plain, rate = OPTIMIZERS[optimizer]
    stepper, plain_stepper, ts = make(), make_plain(), one_hots(y, sizes[-1])
    rate = rate / 10 if loss == "poisson" else rate  # whose gradient grows exponentially
    before = as_rows(network, network.params)
    for i in range(20):
        batch = slice(7 * i % 35, 7 * i % 35 + 5)
        value, _ = train_step(network, array_loss, stepper, rate, x[batch], y[batch], None)
        agree(reference.train_step(plain, plain_loss, plain_stepper, rate, x[batch].tolist(), ts[batch]), value)
        all_agree(reference.parameters(plain), as_rows(network, network.params))
    assert before != as_rows(network, network.params)


@each_network
@each_loss
@each_optimizer
@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_a_whole_training(sizes: tuple[int, ...], loss: str, optimizer: str, batch_size: int) -> None:
    """Three epochs of 22 examples: orders, the short last batch, a rate that falls to zero, the loss of each epoch."""
    network, plain = both_networks(sizes, "tanh")
    array_loss, plain_loss, (x, y) = LOSSES[loss], PLAIN_LOSSES[loss], some_examples(sizes, 22)
    make, make_plain, rate = OPTIMIZERS[optimizer]
    examples = Examples(x.astype(np.float32), y, fit_scaler("raw", x, low=0.0, high=1.0))
    history = fit(
        network,
        examples,
        loss=array_loss,
        optimizer=make(),
        learning_rate=LinearDecay(rate),
        epochs=3,
        batch_size=batch_size,
        seed=21,
    )
    losses = reference.train(
        plain,
        plain_loss,
        make_plain(),
        x.tolist(),
        one_hots(y, sizes[-1]),
        epochs=3,
        batch_size=batch_size,
        learning_rate=lambda done: rate * (1 - done),
        seed=21,
    )
    agree(list(losses), [record.loss for record in history])
    all_agree(reference.parameters(plain), as_rows(network, network.params))
