"""Dropout: off in prediction, right on average in training, and the same mask on both walks."""

import numpy as np
import pytest

from byhand.errors import OptionError
from byhand.layers import Dropout
from byhand.random import DROPOUT, RandomStream


def test_dropout_off_in_prediction() -> None:
    x = np.ones((3, 4))
    y, saved = Dropout(0.9).forward(x)
    assert y is x
    assert saved is None
    assert Dropout(0.9).backward(x, saved) == (x, {})


def test_a_unit_is_silent_or_made_larger_by_what_the_silent_ones_lack() -> None:
    y, _ = Dropout(0.75).forward(np.ones((50, 40)), training=True, rng=RandomStream(1, DROPOUT))
    assert set(np.unique(y)) == {0, 4}  # 1 / (1 − 0.75)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_expectation_is_kept(rate: float) -> None:
    n = 200_000
    y, _ = Dropout(rate).forward(np.ones((n, 1)), training=True, rng=RandomStream(2, DROPOUT))
    std_of_mean = np.sqrt(rate / (1 - rate) / n)
    assert abs(y.mean() - 1) < 4 * std_of_mean
    assert (y == 0).mean() == pytest.approx(rate, abs=0.005)


def test_the_gradient_passes_the_mask_that_the_signal_passed() -> None:
    layer = Dropout(0.5)
    y, mask = layer.forward(np.full((20, 30), 3.0), training=True, rng=RandomStream(3, DROPOUT))
    dx, _ = layer.backward(np.full((20, 30), 7.0), mask)
    assert dx is not None
    np.testing.assert_array_equal(dx * 3, y * 7)


def test_the_mask_is_a_function_of_seed_epoch_and_place() -> None:
    def mask(rng: RandomStream) -> list[float]:
        y, _ = Dropout(0.5).forward(np.ones((4, 16)), training=True, rng=rng)
        return y.ravel().tolist()

    assert mask(RandomStream(1, DROPOUT, 2)) == mask(RandomStream(1, DROPOUT, 2))
    assert mask(RandomStream(1, DROPOUT, 2)) != mask(RandomStream(1, DROPOUT, 3))
    assert mask(RandomStream(1, DROPOUT, 2)) != mask(RandomStream(2, DROPOUT, 2))
    rng = RandomStream(1, DROPOUT, 2)
    assert mask(rng) != mask(rng)  # the second layer, or the second batch, draws on from there


def test_rate_zero_draws_nothing() -> None:
    rng = RandomStream(1, DROPOUT)
    Dropout(0.0).forward(np.ones((4, 4)), training=True, rng=rng)
    assert rng.position == 0


def test_float32_stays_float32() -> None:
    y, mask = Dropout(0.5).forward(np.ones((4, 4), dtype=np.float32), training=True, rng=RandomStream(1, DROPOUT))
    assert mask is not None
    assert y.dtype == mask.dtype == np.float32


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5])
def test_a_rate_outside_0_to_1_is_refused(rate: float) -> None:
    with pytest.raises(OptionError, match=f"Dropout got rate {rate}; expected 0 ≤ rate < 1"):
        Dropout(rate)


def test_training_without_a_stream_is_refused() -> None:
    with pytest.raises(OptionError, match=r"expected forward\(x, training=True, rng=Stream"):
        Dropout(0.5).forward(np.ones((2, 2)), training=True)
