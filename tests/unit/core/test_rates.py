"""Schedules: every rate worked by hand, where they peak, where they end."""

import numpy as np
import pytest

from byhand.errors import OptionError
from byhand.schedules import (
    Constant,
    CosineDecay,
    Coslog4,
    FlatCosine,
    LinearDecay,
    LinearWarmup,
    OneCycle,
    Schedule,
    StepDecay,
    schedule_for,
)

ALL: list[Schedule] = [
    Constant(0.5),
    StepDecay(0.5),
    LinearDecay(0.5),
    CosineDecay(0.5),
    FlatCosine(0.5),
    LinearWarmup(Constant(0.5), 0.2),
    LinearWarmup(CosineDecay(0.5), 0.2),
    OneCycle(0.5),
]


def rates(schedule: Schedule, n_steps: int) -> list[float]:
    return [round(float(rate), 12) for rate in schedule(n_steps)]


def test_constant_by_hand() -> None:
    assert rates(Constant(0.1), 3) == [0.1, 0.1, 0.1]


def test_step_by_hand() -> None:
    assert rates(StepDecay(0.8, factor=0.5, n_stages=3), 6) == [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]
    assert rates(StepDecay(1.0, factor=0.1, n_stages=2), 3) == [1.0, 1.0, 0.1]  # the second half begins behind 1.5


def test_linear_by_hand() -> None:
    assert rates(LinearDecay(0.8), 4) == [0.8, 0.6, 0.4, 0.2]


def test_cosine_by_hand() -> None:
    # half a cosine at 0, 1/6, 2/6 … 5/6 of the way: 1/2 (1 + cos 60°) = 3/4 at a third
    assert rates(CosineDecay(1.0), 3) == [1, 0.75, 0.25]
    assert rates(CosineDecay(1.0), 2) == [1, 0.5]


def test_flat_cosine_by_hand() -> None:
    # at 0, 1/6 … 5/6: flat up to 1/2, then half a cosine at 0, 1/3 and 2/3 of its way
    assert rates(FlatCosine(1.0), 6) == [1, 1, 1, 1, 0.75, 0.25]


def test_coslog4_by_hand() -> None:
    # 1 + 15 t is 1, 2, 4, 8 and 16 where a cycle begins, and √2 times that in its middle: 0 at the one, 1 at the other
    t = np.array([0.0, 1 / 15, 3 / 15, 7 / 15])
    n = 15_000
    found = Coslog4(1.0)(n)
    assert found[(t * n).round().astype(int)] == pytest.approx(0, abs=1e-4)
    middles = (2**0.5 * (1 + 15 * t) - 1) / 15
    assert found[(middles * n).round().astype(int)] == pytest.approx(1, abs=1e-4)


def test_warm_up_by_hand() -> None:
    assert rates(LinearWarmup(Constant(0.9), 0.5), 6) == [0.3, 0.6, 0.9, 0.9, 0.9, 0.9]
    assert rates(LinearWarmup(LinearDecay(0.8), 0.2), 5) == [0.8, 0.8, 0.6, 0.4, 0.2]


def test_a_run_that_is_all_warm_up_still_reaches_the_rate() -> None:
    assert rates(LinearWarmup(Constant(0.9), 1.0), 3) == [0.45, 0.9, 0.9]
    assert rates(LinearWarmup(Constant(0.9), 0.7), 1) == [0.9]


def test_one_cycle_by_hand() -> None:
    # three of ten steps up to the peak, then seven from the peak to a seventh of it
    expected = [0.7 / 3, 1.4 / 3, 0.7, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    assert rates(OneCycle(0.7), 10) == [round(rate, 12) for rate in expected]


@pytest.mark.parametrize("schedule", ALL, ids=lambda schedule: type(schedule).__name__)
@pytest.mark.parametrize("n_steps", [1, 2, 7, 100])
def test_one_positive_rate_a_step_that_peaks_at_the_rate_that_was_asked_for(schedule: Schedule, n_steps: int) -> None:
    found = schedule(n_steps)
    assert found.shape == (n_steps,)
    assert found.dtype == np.float64
    assert (found > 0).all()
    assert found.max() == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(
    "schedule", [LinearDecay(0.5), CosineDecay(0.5), OneCycle(0.5)], ids=lambda each: type(each).__name__
)
def test_what_falls_to_zero_is_nearly_there_at_the_last_step_and_falls_all_the_way(schedule: Schedule) -> None:
    found = schedule(1000)
    assert 0 < found[-1] < 0.5 / 500
    falling = found[found.argmax() + 1 :]
    assert (np.diff(falling) < 0).all()


@pytest.mark.parametrize("schedule", ALL, ids=lambda schedule: type(schedule).__name__)
def test_a_run_of_no_steps_has_no_rates(schedule: Schedule) -> None:
    assert schedule(0).shape == (0,)


@pytest.mark.parametrize(
    ("name", "warm_up", "expected"),
    [
        ("constant", 0.0, Constant(0.3)),
        ("step", 0.0, StepDecay(0.3)),
        ("linear", 0.1, LinearWarmup(LinearDecay(0.3), 0.1)),
        ("cosine", 0.2, LinearWarmup(CosineDecay(0.3), 0.2)),
        ("one_cycle", 0.0, OneCycle(0.3, 0.3)),
        ("one_cycle", 0.4, OneCycle(0.3, 0.4)),
    ],
)
def test_by_name(name: str, warm_up: float, expected: Schedule) -> None:
    assert schedule_for(name, 0.3, warm_up) == expected


def test_an_unknown_schedule_is_answered_with_the_nearest() -> None:
    with pytest.raises(OptionError, match=r"unknown schedule 'cosin'\. Did you mean 'cosine'"):
        schedule_for("cosin", 0.1)
