"""The core's numbers for the page: each of a step, why and how sure, beginnings, toy sets and counts, as the arrays."""

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from inspect_bindings import Inside, at

from byhand import data
from byhand.data.gaussian_pair import gaussian_pair_named
from byhand.engines import bindings as c
from byhand.engines.core_tables import network_table
from byhand.engines.numpy_engine import NumpyEngine
from byhand.engines.packed_network import PackedNetwork
from byhand.inspection.attribution import attribute
from byhand.inspection.robustness import certified_radius, find_adversarial, robustness_query
from byhand.layers import Dense, Dropout, Identity, Layer, LeakyReLU, ReLU, Residual, Sigmoid, Tanh
from byhand.layers.softmax import softmax
from byhand.losses import BinaryCrossEntropy, Huber, Poisson, Quantile, SoftmaxCrossEntropy, SquaredError
from byhand.losses.base import Loss
from byhand.lowering import lower
from byhand.metrics import confusion_matrix
from byhand.network import Network
from byhand.preprocessing import InputScaler
from byhand.random import DATA, INIT, RandomStream
from byhand.recipes import RECIPES
from byhand.recipes.run import Run

sys.path.insert(0, str(Path(__file__).parents[1] / "golden"))
from make_inside import cells_of, network_of, trace_of

BYTES = InputScaler("signed", np.asarray(1 / 128), np.asarray(-1.0))
SHAPES = [([12, 9, 4], "relu"), ([12, 20, 30, 4], "leaky_relu"), ([12, 7, 7, 7, 3], "relu"), ([12, 4], "relu")]

LOSSES: list[Loss] = [SoftmaxCrossEntropy(0.125), SquaredError(), BinaryCrossEntropy()]


def stored_of(n: int, seed: int) -> np.ndarray:
    return np.floor(RandomStream(seed, DATA).uniform(n) * 256)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "sigmoid", "tanh", "identity", "selu", "mish"])
@pytest.mark.parametrize(
    ("loss", "output"),
    [(SoftmaxCrossEntropy(0.125), "identity"), (SquaredError(), "sigmoid"), (SquaredError(), "softmax"),
     (BinaryCrossEntropy(), "identity"), (Huber(0.5), "identity"), (Poisson(), "identity"), (Quantile(0.25), "exp")],
)  # fmt: skip
def test_every_number_of_a_step_is_that_of_the_arrays(activation: str, loss: Loss, output: str) -> None:
    network = network_of([17, 40, 9, 3], {"activation": activation, "output": output})
    x, target = RandomStream(1, DATA).normal(17), np.array([0.0, 1.0, 0.0])
    wanted = trace_of(network, loss, x, target)
    numbers, gradients, value = Inside(network.astype(np.float32), loss).trace(x, target)
    for name, found in zip(("z", "a", "da", "dz"), numbers, strict=True):
        expected = np.concatenate([layer[name] for layer in wanted["layers"]])
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12, err_msg=name)
    for i, layer in enumerate(wanted["layers"]):
        np.testing.assert_allclose(gradients[2 * i].reshape(-1), layer["dW"], rtol=0, atol=1e-12)
        np.testing.assert_allclose(gradients[2 * i + 1], layer["db"], rtol=0, atol=1e-12)
    assert value == pytest.approx(wanted["loss"], abs=1e-12)


@pytest.mark.parametrize(
    "loss",
    [SoftmaxCrossEntropy(0.125), SquaredError(), BinaryCrossEntropy(), Huber(0.5), Poisson(), Quantile(0.25)],
    ids=lambda loss: loss.kind,
)
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "sigmoid", "tanh", "identity", "selu", "mish"])
def test_what_single_numbers_are_made_of_is_that_of_the_arrays(activation: str, loss: Loss) -> None:
    network, x, target = (
        network_of([12, 7, 5], {"activation": activation}),
        RandomStream(3, DATA).normal(12),
        np.eye(5)[2],
    )
    wanted, inside = cells_of(network, loss, x, target), Inside(network.astype(np.float32), loss)
    (z, a, _, _), _, value = inside.trace(x, target)
    slopes, learned, terms = np.zeros(12), np.zeros(5), np.zeros(5)
    assert inside.call("bh_activation_derivatives", at(z), at(a), at(slopes)) == 0
    assert inside.call("bh_loss_terms", at(a[-5:]), at(target), at(learned), at(terms)) == 0
    for name, found in {"slopes": slopes, "learned": learned, "terms": terms}.items():
        np.testing.assert_allclose(found, wanted[name], rtol=1e-12, atol=1e-13, err_msg=name)
    assert terms.sum() == pytest.approx(value, rel=1e-12)


def test_products_steps_and_odds_are_those_of_the_arrays() -> None:
    left, right = RandomStream(1, DATA).normal(33), RandomStream(2, DATA).normal(33)
    found, total = np.zeros(33), np.zeros(1)
    core = c.load()
    assert core.bh_multiply_accumulate(at(left), at(right), ctypes.c_int64(33), at(found), at(total)) == 0
    np.testing.assert_array_equal(found, left * right)
    assert total[0] == pytest.approx((left * right).sum(), rel=1e-13)
    assert core.bh_sgd_step(at(left), at(right), ctypes.c_int64(33), ctypes.c_double(0.1), at(found)) == 0
    np.testing.assert_allclose(found, left - 0.1 * right, rtol=1e-14)
    assert core.bh_softmax_numerators(at(left), ctypes.c_int64(33), at(found), at(total)) == 0
    np.testing.assert_allclose(found / found.sum(), softmax(left[None])[0], rtol=1e-13)
    assert core.bh_softmax_numerators(at(left), ctypes.c_int64(0), at(found), at(total)) != 0


@pytest.mark.parametrize("bend", [ReLU, lambda: LeakyReLU(1 / 128), Sigmoid, Tanh, Identity])
def test_every_number_of_a_step_with_ways_around_is_that_of_the_arrays(bend: Callable[[], Layer]) -> None:
    """The gradients and the loss by the arrays, with blocks in blocks, and of z, a and da some."""
    rng = RandomStream(3, INIT)
    block = Residual(Dense(9, 9, rng=rng), bend(), Residual(Dense(9, 9, rng=rng), bend(), Dropout(0.2)), Dense(9, 9))
    network = Network([Dense(17, 9, rng=rng), bend(), block, Residual(Dense(9, 9, rng=rng)), Dense(9, 3, rng=rng)])
    network = network.astype(np.float64)
    x, target, loss = RandomStream(1, DATA).normal(17), np.array([0.0, 1.0, 0.0]), SoftmaxCrossEntropy()
    trace = network.forward(x[None])
    value, saved = loss.forward(trace.output, target[None])
    wanted = network.backward(loss.backward(saved), trace)
    core = Inside(network.astype(np.float32), loss)
    (z, a, da, _), gradients, found = core.trace(x, target)
    for i, layer in enumerate(core.layers):
        for at_, name in enumerate("Wb"):
            expected = wanted[f"{layer.name}.{name}"]
            np.testing.assert_allclose(gradients[2 * i + at_].reshape(expected.shape), expected, rtol=0, atol=1e-12)
    assert found == pytest.approx(float(value), abs=1e-12)
    np.testing.assert_allclose(a[-3:], trace.output[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(a[9 * 3 : 9 * 4], trace.steps[2].y[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(z[:9], trace.steps[0].y[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(da[9 * 3 : 9 * 4], trace.steps[2].dy[0], rtol=0, atol=1e-12)
    assert core.contributions(core.example(stored_of(17, 0), BYTES), 0, -1) == c.BAD_SIZE


def test_what_it_does_not_know_it_refuses() -> None:
    core = Inside(Network.mlp([12, 5, 3]))
    core.table = network_table(lower(Network.mlp([12, 5, 3], batch_norm=True)), SoftmaxCrossEntropy())
    room = np.zeros(100)
    assert core.call("bh_forward", at(core.params), at(room), at(room), at(room)) == c.BAD_SIZE
    assert core.call("bh_gradients", at(room), at(room), at(room), at(room)) == c.BAD_SIZE


@pytest.mark.parametrize(("sizes", "activation"), SHAPES, ids=str)
@pytest.mark.parametrize("seed", range(5))
def test_why_and_how_sure_are_those_of_the_arrays(sizes: list[int], activation: str, seed: int) -> None:
    network, stored = network_of(sizes, {"activation": activation}), stored_of(12, seed)
    core = Inside(network.astype(np.float32))
    example = core.example(stored, BYTES)
    for toward, against in ((0, None), (2, 1)):
        reasons = attribute(network, stored, BYTES, toward, against)
        found = core.contributions(example, toward, -1 if against is None else against)
        assert isinstance(found, tuple)
        np.testing.assert_allclose(found[0], reasons.attributions, rtol=0, atol=1e-12)
        assert found[1] == pytest.approx(reasons.bias_term, abs=1e-12)
    asked = robustness_query(network, stored, BYTES)
    assert core.radius(example) == certified_radius(asked)
    changed, least = core.flip(example)
    wanted = find_adversarial(asked)
    assert wanted is not None
    assert least == wanted.radius
    assert (changed == wanted.raw).all()


def test_an_answer_that_nothing_changes_has_no_flip() -> None:
    network = network_of([12, 3], {})
    network.params["0.W"][:] = 0
    core = Inside(network.astype(np.float32))
    assert core.flip(core.example(stored_of(12, 0), BYTES))[1] == -1


@pytest.mark.full
def test_on_real_digits_what_is_proved_is_less_than_what_is_found(mnist_folder: Path) -> None:
    recipe = RECIPES["fast"]
    run = Run.of(recipe, data.mnist(mnist_folder, preparation=recipe.scaling, validation=None))
    list(run.epochs(NumpyEngine()))
    network, test = run.state.network, run.dataset.test
    assert test is not None
    core, sides = Inside(network), []
    for stored in test.raw[:100].astype(np.float64):
        example = core.example(stored, test.preparation)
        changed, least = core.flip(example)
        sides.append((core.radius(example), least))
        answers = network.predict(test.preparation.apply(np.stack([stored, changed]))).argmax(axis=1)
        assert answers[0] != answers[1]
    proved, found = np.array(sides).T
    assert (proved < found).all()
    assert np.median(proved) > 3  # grey levels: the two sides are not far apart
    assert np.median(found) < 20


def test_a_network_that_is_not_made_of_lines_is_refused() -> None:
    core = Inside(network_of([12, 5, 3], {"activation": "tanh"}).astype(np.float32))
    assert core.contributions(core.example(stored_of(12, 0), BYTES), 0, -1) == c.BAD_SIZE
    straight = Inside(network_of([12, 5, 3], {}).astype(np.float32))
    assert straight.contributions(straight.example(stored_of(12, 0), BYTES), 3, -1) == c.BAD_INDEX
    assert straight.contributions(straight.example(stored_of(12, 0), BYTES, 0, 10), 0, -1) == c.BAD_SIZE
    assert straight.call("bh_certified_radius", at(straight.params), None, at(straight.scratch), None) == c.BAD_POINTER
    one = Inside(network_of([12, 5, 1], {}).astype(np.float32), BinaryCrossEntropy())
    example = one.example(stored_of(12, 0), BYTES)
    room = np.zeros(12)
    assert (
        one.call("bh_certified_radius", at(one.params), ctypes.byref(example), at(one.scratch), at(room)) == c.BAD_SIZE
    )


@pytest.mark.parametrize(
    "options", [{}, {"dropout": 0.1}, {"batch_norm": True, "dropout": 0.1, "residual": True}], ids=str
)
@pytest.mark.parametrize("sizes", [[784, 128, 10], [5, 1001, 3], [2, 1], [7, 9, 9, 9, 5, 3]], ids=str)
def test_weights_begin_as_in_the_arrays(sizes: list[int], options: dict[str, Any]) -> None:
    network = Network.mlp(sizes, seed=2**40 + 5, output="sigmoid", **options)
    core = Inside(network, SquaredError())
    wanted = PackedNetwork(c.load(), core.layers, SquaredError()).params
    core.params[:] = np.nan
    assert core.call("bh_initialize", 3, ctypes.c_double(1), ctypes.c_uint64(2**40 + 5), at(core.params)) == 0
    np.testing.assert_allclose(core.params, wanted, rtol=1e-6, atol=1e-9)
    assert core.call("bh_initialize", 9, ctypes.c_double(1), ctypes.c_uint64(0), at(core.params)) == c.BAD_SIZE


def test_what_the_network_sees_and_sums_are_those_of_the_arrays() -> None:
    core, stored, x = Inside(network_of([12, 3], {}).astype(np.float32)), stored_of(12, 0), np.zeros(12)
    example = core.example(stored, BYTES)
    assert c.load().bh_preprocess_example(ctypes.byref(example), 12, at(x)) == 0
    assert (x == BYTES.apply(stored, np.float64)).all()
    above, below = np.zeros(1), np.zeros(1)
    assert c.load().bh_signed_sums(at(x), 12, at(above), at(below)) == 0
    assert above[0] == pytest.approx(x[x > 0].sum(), abs=1e-12)
    assert below[0] == pytest.approx(x[x < 0].sum(), abs=1e-12)
    assert c.load().bh_preprocess_example(ctypes.byref(example), 0, at(x)) == c.BAD_SIZE
    assert c.load().bh_signed_sums(None, 12, at(above), at(below)) == c.BAD_POINTER


def test_confusion_counts_are_those_of_the_arrays() -> None:
    output, y = RandomStream(0, DATA).normal(500, 4).astype(np.float32), RandomStream(1, DATA).integers(0, 3, 500)
    labels, counts = y.astype(np.int32), np.zeros((4, 4), dtype=np.int64)
    arguments = (at(output), at(labels), ctypes.c_int64(500), 4, at(counts))
    assert c.load().bh_confusion(*arguments) == 0
    assert (counts == confusion_matrix(output.argmax(axis=1), y, 4)).all()
    labels[3] = 4
    assert c.load().bh_confusion(*arguments) == c.BAD_INDEX


def test_the_likelier_cloud_and_the_least_error_are_those_of_the_arrays() -> None:
    clouds = gaussian_pair_named("gaussians")
    table = np.array([[0, 0, 0.5, 0.5], [1, 1, 1.5, 1.5]])
    side = np.linspace(-9, 10, 500)
    points = np.stack(np.meshgrid(side, side), axis=2).reshape(-1, 2).astype(np.float32)
    classes, error, area = np.zeros(len(points), dtype=np.int32), np.zeros(1), (side[1] - side[0]) ** 2
    arguments = (ctypes.c_int64(len(points)), at(points), ctypes.c_double(area), at(classes), at(error))
    assert c.load().bh_bayes_error(at(table), *arguments) == 0
    assert (classes == clouds.density(points.astype(np.float64)).argmax(axis=1)).mean() > 0.9999  # ties by rounding
    assert error[0] == pytest.approx(clouds.bayes_error(), abs=2e-4)
    table[1, 3] = 0
    assert c.load().bh_bayes_error(at(table), *arguments) == c.BAD_SIZE


def test_a_toy_set_out_of_range_is_refused() -> None:
    room = np.zeros(64)
    wrong = ((6, 8, 0, 1), (1, 1, 0, 1), (1, 2**40, 0, 1), (2, 8, -1, 1), (2, 8, np.nan, 1), (4, 8, 0, 0))
    for toy, n, noise, arms in wrong:
        options = (toy, ctypes.c_int64(n), ctypes.c_double(noise), arms, at(room), ctypes.c_uint64(0), 0)
        assert c.load().bh_toy_dataset(*options, at(room), at(room), at(room)) == c.BAD_SIZE
    options = (0, ctypes.c_int64(8), ctypes.c_double(0), 1, None, ctypes.c_uint64(0), 0)
    assert c.load().bh_toy_dataset(*options, at(room), at(room), at(room)) == c.BAD_POINTER
