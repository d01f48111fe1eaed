"""A running average that decays must not come to rest among the denormal numbers, where processors crawl."""

import numpy as np
import pytest

from byhand.optimizers import Adam, AdamW, Momentum, Nesterov, Optimizer
from byhand.optimizers.base import FLUSH_EVERY, flush_denormals

SMALLEST_NORMAL = np.finfo(np.float32).tiny  # 1.2e-38
FIRST = np.array([10.0**-e for e in range(12)] + [-1e-3, -1e-6], dtype=np.float32)


def has_denormals(array: np.ndarray) -> bool:
    size = np.abs(array)
    return bool(((size > 0) & (size < SMALLEST_NORMAL)).any())


@pytest.mark.parametrize("optimizer", [Momentum(), Nesterov(), Adam(), AdamW()], ids=lambda optimizer: optimizer.kind)
def test_what_is_remembered_of_a_gradient_that_stays_zero_never_becomes_denormal(optimizer: Optimizer) -> None:
    params = {"0.W": np.ones(len(FIRST), dtype=np.float32)}
    gradient = FIRST
    for step in range(1, 4 * FLUSH_EVERY):
        optimizer.update(params, {"0.W": gradient}, 1e-3)
        gradient = np.zeros_like(FIRST)
        assert not any(has_denormals(array) for name, array in optimizer.state.items() if name != "step"), step
    first_moment = optimizer.state.get("velocity/0.W", optimizer.state.get("m/0.W"))
    assert first_moment is not None
    assert not first_moment.any()  # and ends as a true zero


def test_without_the_flush_it_would() -> None:
    v, steps = np.ones(1, dtype=np.float32), 0
    while not has_denormals(v):
        v *= np.float32(0.9)
        steps += 1
    assert 800 < steps < 900


def test_the_flush_comes_every_256th_step_and_takes_only_what_is_tiny() -> None:
    kept = np.array([1e-19, -1e-19, 1.0])
    for step in (1, 255, 257):
        array = np.array([1e-21, *kept])
        flush_denormals(array, step)
        assert array[0] == 1e-21
    for step in (256, 512):
        array = np.array([1e-21, -1e-21, *kept])
        flush_denormals(array, step)
        assert array.tolist() == [0, 0, *kept]


def test_between_two_flushes_nothing_falls_that_far() -> None:
    assert 1e-20 * 0.9**FLUSH_EVERY > SMALLEST_NORMAL
    assert 1e-30 * 0.999**FLUSH_EVERY > SMALLEST_NORMAL
