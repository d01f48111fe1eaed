"""Laws of softmax, sigmoid and the losses, for any logits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import law, losses, rows

from byhand.arrays import Array, one_hot
from byhand.layers.sigmoid import sigmoid
from byhand.layers.softmax import softmax
from byhand.losses import Loss, SoftmaxCrossEntropy


@law
@given(rows(1e4, np.float32))
def test_softmax_rows_are_positive_and_sum_to_1(z: Array) -> None:
    a = softmax(z)
    assert a.shape == z.shape
    assert a.dtype == np.float32
    assert (a >= 0).all()
    assert np.abs(a.sum(axis=1) - 1).max() <= 1e-6


@law
@given(rows(1e4), st.floats(-1e4, 1e4))
def test_a_shift_of_all_logits_changes_no_probability(z: Array, shift: float) -> None:
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-10, atol=1e-12)


@law
@given(rows(50))
def test_softmax_keeps_the_order_of_the_logits(z: Array) -> None:
    a, order = softmax(z), np.argsort(z, axis=1, kind="stable")
    assert (np.diff(np.take_along_axis(a, order, axis=1), axis=1) >= 0).all()


@law
@given(rows(1e4))
def test_sigmoid_stays_in_0_to_1_is_symmetric_and_rises(z: Array) -> None:
    a = sigmoid(z)
    assert ((a >= 0) & (a <= 1)).all()
    np.testing.assert_allclose(a + sigmoid(-z), 1, rtol=1e-15)
    assert (np.diff(sigmoid(np.sort(z, axis=1)), axis=1) >= 0).all()


@law
@given(rows(1e4, np.float32, min_width=2), losses, st.data())
def test_every_loss_of_any_logits_is_finite_and_not_negative(z: Array, loss: Loss, data: st.DataObject) -> None:
    y = np.array(data.draw(st.lists(st.integers(0, z.shape[1] - 1), min_size=len(z), max_size=len(z))))
    value, saved = loss.forward(z, y)
    gradient = loss.backward(saved)
    assert np.isfinite(value)
    assert value >= 0
    assert np.isfinite(gradient).all()
    assert gradient.shape == z.shape


@law
@given(rows(100, min_width=2), st.floats(0, 0.9))
def test_the_gradient_of_cross_entropy_moves_logits_against_each_other_and_is_never_large(
    z: Array, smoothing: float
) -> None:
    loss = SoftmaxCrossEntropy(smoothing)
    _, saved = loss.forward(z, np.zeros(len(z), dtype=int))
    gradient = loss.backward(saved)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-14)  # a common shift changes nothing
    assert np.abs(gradient).max() <= 1 / len(z)


@law
@given(st.lists(st.integers(0, 9), min_size=1, max_size=20))
def test_one_hot_and_argmax_are_inverse(labels: list[int]) -> None:
    t = one_hot(np.array(labels), 10)
    assert t.sum() == len(labels)
    assert t.argmax(axis=1).tolist() == labels


@law
@given(rows(2.0**100, np.float32))
def test_softmax_of_logits_beyond_all_reason(z: Array) -> None:
    assert np.abs(softmax(z).sum(axis=1) - 1).max() <= 1e-6
