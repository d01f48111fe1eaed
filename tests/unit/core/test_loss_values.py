"""Losses: numbers worked by hand, sizes that no computer may stumble over, and what does not fit."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from byhand.data.digits import digits
from byhand.errors import OptionError, ShapeError
from byhand.initializers import normal
from byhand.layers.softmax import softmax
from byhand.losses import (
    LOSSES,
    BinaryCrossEntropy,
    Huber,
    Loss,
    Poisson,
    Quantile,
    SoftmaxCrossEntropy,
    SquaredError,
)
from byhand.metrics import mean_squared_error
from byhand.network import Network


def value_and_gradient(loss: Loss, output: list[list[float]], target: object) -> tuple[float, list[list[float]]]:
    value, saved = loss.forward(np.array(output), np.asarray(target))
    return float(value), loss.backward(saved).tolist()


def test_squared_error_worked_by_hand() -> None:
    # (0.1, 0.2, 0.7) against (0, 1, 0): 0.01 + 0.64 + 0.49 = 1.14, and the mean over outputs, a metric, is 0.38
    value, gradient = value_and_gradient(SquaredError(), [[0.1, 0.2, 0.7]], [1])
    assert value == pytest.approx(1.14, rel=1e-14)
    np.testing.assert_allclose(gradient, [[0.2, -1.6, 1.4]], rtol=1e-14)
    assert mean_squared_error(np.array([[0.1, 0.2, 0.7]]), np.array([[0.0, 1.0, 0.0]])) == pytest.approx(0.38)


def test_squared_error_is_the_mean_over_examples() -> None:
    # errors (2, 0) and (0, 4): (4 + 16) / 2 = 10, gradients 2·error/2
    value, gradient = value_and_gradient(SquaredError(), [[3.0, 1.0], [5.0, 5.0]], [[1.0, 1.0], [5.0, 1.0]])
    assert value == 10
    assert gradient == [[2, 0], [0, 4]]


def test_huber_worked_by_hand() -> None:
    # δ = 1: an error of 0.5 costs 0.125 with slope 0.5, one of −3 costs 1 · (3 − 0.5) with slope −1
    value, gradient = value_and_gradient(Huber(), [[1.5, -2.0]], [[1.0, 1.0]])
    assert value == 0.125 + 2.5
    assert gradient == [[0.5, -1]]


def test_huber_with_a_large_delta_is_half_of_squared_error() -> None:
    z, t = np.array([[0.3, -1.0], [4.0, 0.5]]), np.array([[1.0, 1.0], [0.0, 0.0]])
    assert Huber(100).forward(z, t)[0] == pytest.approx(SquaredError().forward(z, t)[0] / 2, rel=1e-14)


def test_quantile_worked_by_hand() -> None:
    # q = 0.9: 2 too low costs 1.8 with slope −0.9, 2 too high costs 0.2 with slope 0.1, exactly right nothing
    value, gradient = value_and_gradient(Quantile(0.9), [[1.0, 5.0, 4.0]], [[3.0, 3.0, 4.0]])
    assert value == pytest.approx(2.0, rel=1e-14)
    np.testing.assert_allclose(gradient, [[-0.9, 0.1, 0]], rtol=1e-14)


@pytest.mark.parametrize(("level", "best"), [(0.5, 3.0), (0.9, 5.0), (0.1, 1.0)])
def test_the_best_constant_of_the_quantile_loss_is_the_quantile(level: float, best: float) -> None:
    t = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    answers = np.linspace(0, 6, 601)
    values = [float(Quantile(level).forward(np.full((5, 1), a), t)[0]) for a in answers]
    assert answers[int(np.argmin(values))] == pytest.approx(best, abs=1e-9)


def test_poisson_worked_by_hand() -> None:
    # z = ln 3, so the expected count is 3; of a target 2 it costs 3 − 2 ln 3, with slope 3 − 2
    value, gradient = value_and_gradient(Poisson(), [[math.log(3)]], [[2.0]])
    assert value == pytest.approx(3 - 2 * math.log(3), rel=1e-14)
    np.testing.assert_allclose(gradient, [[1]], rtol=1e-14)


def test_the_best_constant_of_the_poisson_loss_is_the_mean() -> None:
    t = np.array([[0.0], [1.0], [8.0]])
    _, saved = Poisson().forward(np.full((3, 1), math.log(3.0)), t)
    assert Poisson().backward(saved).sum() == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("target", [-1.0, math.nan])
def test_poisson_refuses_what_no_count_can_be(target: float) -> None:
    with pytest.raises(ShapeError, match=r"Poisson got a target of .*; expected counts, 0 or more"):
        Poisson().forward(np.zeros((2, 1)), np.array([1.0, target]))


@pytest.mark.parametrize(("make", "told"), [(Huber, "Huber got delta"), (Quantile, "Quantile got level")])
@pytest.mark.parametrize("value", [0.0, -1.0, math.nan])
def test_a_delta_or_level_out_of_range_is_refused(make: type[Huber | Quantile], told: str, value: float) -> None:
    with pytest.raises(OptionError, match=f"{told} {value}; expected"):
        make(value)


def test_cross_entropy_worked_by_hand() -> None:
    # e to the logits is (1, 2, 5), their sum 8: p = (1/8, 2/8, 5/8); for class 2: −log 5/8 = 0.470
    value, gradient = value_and_gradient(SoftmaxCrossEntropy(), [[0.0, math.log(2), math.log(5)]], [2])
    assert value == pytest.approx(math.log(8 / 5), rel=1e-14)
    np.testing.assert_allclose(gradient, [[0.125, 0.25, -0.375]], rtol=1e-14)


@pytest.mark.parametrize(("p", "cost"), [(0.82, 0.198), (0.01, 4.605), (0.5, 0.693)])
def test_what_a_true_class_of_probability_p_costs(p: float, cost: float) -> None:
    value, _ = value_and_gradient(SoftmaxCrossEntropy(), [[math.log(p), math.log(1 - p)]], [0])
    assert value == pytest.approx(cost, abs=5e-4)


def test_label_smoothing_worked_by_hand() -> None:
    # ε = 0.3, k = 3: the target (0, 0, 1) becomes (0.1, 0.1, 0.8); with p = (1/8, 2/8, 5/8)
    logits = [[0.0, math.log(2), math.log(5)]]
    value, gradient = value_and_gradient(SoftmaxCrossEntropy(0.3), logits, [2])
    assert value == pytest.approx(0.1 * math.log(8) + 0.1 * math.log(4) + 0.8 * math.log(8 / 5), rel=1e-14)
    np.testing.assert_allclose(gradient, [[0.025, 0.15, -0.175]], rtol=1e-13)


def test_with_smoothing_the_loss_is_least_at_the_smoothed_target_and_not_at_certainty() -> None:
    loss = SoftmaxCrossEntropy(0.3)
    least, gradient = value_and_gradient(loss, [[math.log(0.1), math.log(0.1), math.log(0.8)]], [2])
    np.testing.assert_allclose(gradient, 0, atol=1e-15)
    sure, _ = value_and_gradient(loss, [[0.0, 0.0, 50.0]], [2])
    assert sure > least + 5


def test_binary_cross_entropy_worked_by_hand() -> None:
    # z = ln 3 → p = 3/4; yes costs −log 3/4, no costs −log 1/4
    yes, slope_of_yes = value_and_gradient(BinaryCrossEntropy(), [[math.log(3)]], [1])
    no, slope_of_no = value_and_gradient(BinaryCrossEntropy(), [[math.log(3)]], [0])
    assert yes == pytest.approx(math.log(4 / 3), rel=1e-14)
    assert no == pytest.approx(math.log(4), rel=1e-14)
    np.testing.assert_allclose([*slope_of_yes, *slope_of_no], [[-0.25], [0.75]], rtol=1e-14)


def test_one_logit_and_two_say_the_same() -> None:
    # softmax of (0, z) is (1 − σ(z), σ(z))
    z, y = np.array([[0.7], [-2.0], [5.0]]), np.array([1, 0, 0])
    one, _ = BinaryCrossEntropy().forward(z, y)
    two, _ = SoftmaxCrossEntropy().forward(np.hstack([0 * z, z]), y)
    assert one == pytest.approx(two, rel=1e-14)


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), SoftmaxCrossEntropy(0.1), BinaryCrossEntropy()])
@pytest.mark.parametrize("y", [0, 1, 2])
def test_logits_of_ten_thousand_in_float32_give_a_finite_loss(loss: Loss, y: int) -> None:
    z = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4]], dtype=np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value, saved = loss.forward(z, np.full(3, y))
        gradient = loss.backward(saved)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert gradient.dtype == np.float32


def test_a_confident_error_costs_as_much_as_its_logits_are_apart() -> None:
    value, gradient = value_and_gradient(SoftmaxCrossEntropy(), [[1e4, -1e4]], [1])
    assert value == 2e4
    assert gradient == [[1, -1]]  # and not 0: where softmax is flat, its cross-entropy is not


def test_before_training_the_loss_is_that_of_guessing() -> None:
    data = digits().train
    small = Network.mlp([64, 32, 10], initializer=normal(0.01), seed=1)
    value, _ = SoftmaxCrossEntropy().forward(small.predict(data.x), data.y)
    assert value == pytest.approx(math.log(10), abs=1e-3)
    usual = Network.mlp([64, 32, 10], seed=1)
    value, _ = SoftmaxCrossEntropy().forward(usual.predict(data.x), data.y)
    assert abs(value - math.log(10)) < 0.6


def test_loss_and_accuracy_are_two_things() -> None:
    # both answers right in both cases; only the loss sees that the second network is surer
    unsure, _ = value_and_gradient(SoftmaxCrossEntropy(), [[0.1, 0.0], [0.0, 0.1]], [0, 1])
    sure, _ = value_and_gradient(SoftmaxCrossEntropy(), [[3.0, 0.0], [0.0, 3.0]], [0, 1])
    assert sure < unsure / 10


@pytest.mark.parametrize("name", LOSSES)
def test_class_numbers_are_one_hot_rows(name: str) -> None:
    z, y = np.array([[0.3, -1.0, 2.0], [0.0, 0.5, 0.1]]), np.array([2, 0])
    loss = LOSSES[name]()
    assert loss.forward(z, y)[0] == loss.forward(z, np.eye(3)[y])[0]


def test_soft_targets_are_taken_as_they_are() -> None:
    z, t = np.array([[0.3, -1.0, 2.0]]), np.array([[0.2, 0.3, 0.5]])
    value, gradient = value_and_gradient(SoftmaxCrossEntropy(), z.tolist(), t)
    assert value == pytest.approx(float(-(t * np.log(softmax(z))).sum()), rel=1e-14)
    np.testing.assert_allclose(gradient, softmax(z) - t, rtol=1e-14)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize(
    ("target", "told"),
    [
        (np.array([0, 1]), r"targets of shape \(2,\) for an output of shape \(3, 4\)"),
        (np.zeros((3, 5)), r"targets of shape \(3, 5\) for an output of shape \(3, 4\)"),
        (np.zeros((4, 3)), r"targets of shape \(4, 3\) for an output of shape \(3, 4\)"),
        (np.array([0, 1, 4]), r"a label 4; expected 0 … 3"),
        (np.array([0, -1, 2]), r"a label -1; expected 0 … 3"),
        (np.array([0.0, 1.0, 2.0]), r"dtype float64; expected integers of shape \(n,\)"),
    ],
    ids=["too few", "too wide", "transposed", "too large", "negative", "no integers"],
)
def test_targets_that_do_not_fit_are_refused(name: str, target: np.ndarray, told: str) -> None:
    with pytest.raises(ShapeError, match=told):
        LOSSES[name]().forward(np.zeros((3, 4)), target)


@pytest.mark.parametrize("target", [[0.0, 7.0], [-1.0, 1.0], [0.0, math.nan]])
def test_an_answer_that_is_neither_yes_nor_no_nor_between_is_refused(target: list[float]) -> None:
    with pytest.raises(ShapeError, match=r"BinaryCrossEntropy got targets .*; expected each 0 … 1"):
        BinaryCrossEntropy().forward(np.zeros((2, 1)), np.array(target))


def test_a_flat_target_does_not_broadcast_against_a_column() -> None:
    # (3, 1) − (3,) would be (3, 3), nine differences in place of three
    value, gradient = value_and_gradient(SquaredError(), [[1.0], [2.0], [3.0]], [1.0, 2.0, 6.0])
    assert value == 3
    assert gradient == [[0], [0], [-2]]


@pytest.mark.parametrize("smoothing", [-0.1, 1.0])
def test_smoothing_outside_0_to_1_is_refused(smoothing: float) -> None:
    with pytest.raises(OptionError, match=f"SoftmaxCrossEntropy got label_smoothing {smoothing}; expected 0 ≤ ε < 1"):
        SoftmaxCrossEntropy(smoothing)


@pytest.mark.parametrize("make", LOSSES.values())
def test_the_value_is_the_mean_over_examples(make: Callable[[], Loss]) -> None:
    z, y = np.array([[0.3, -1.0, 2.0], [0.0, 0.5, 0.1]]), np.array([2, 0])
    both, _ = make().forward(z, y)
    singles = [make().forward(z[i : i + 1], y[i : i + 1])[0] for i in range(2)]
    assert both == pytest.approx(sum(singles) / 2, rel=1e-14)
