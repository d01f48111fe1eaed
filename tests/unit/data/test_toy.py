"""Toy sets: their geometry without noise, their parts, and what the seed decides."""

from collections.abc import Callable

import numpy as np
import pytest

from byhand import data
from byhand.data.examples import Dataset
from byhand.errors import OptionError

SETS = {"circles": data.circles, "moons": data.moons, "spiral": data.spiral, "sine": data.sine}
every_set = pytest.mark.parametrize("make", SETS.values(), ids=SETS)


def test_the_corners_of_xor() -> None:
    four = data.xor(4).train
    assert four.raw.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert four.y.tolist() == [0, 1, 1, 0]


def test_circles_have_their_radii() -> None:
    examples = data.circles(100, noise=0).train
    radius = np.linalg.norm(examples.raw, axis=1)
    assert np.allclose(radius, np.where(examples.y == 0, 1, 0.5))


def test_moons_reach_into_each_other() -> None:
    examples = data.moons(100, noise=0).train
    upper, lower = (examples.raw[examples.y == label] for label in (0, 1))
    assert np.allclose(np.linalg.norm(upper, axis=1), 1)
    assert np.allclose(np.linalg.norm(lower - [1, 0.5], axis=1), 1)
    assert upper[:, 1].min() >= -1e-6
    assert lower[:, 1].max() <= 0.5 + 1e-6


@pytest.mark.parametrize("arms", [2, 3, 5])
def test_spiral_arms_are_turns_of_one_another(arms: int) -> None:
    examples = data.spiral(40 * arms, arms=arms, noise=0).train
    turn = 2 * np.pi / arms
    first, second = (examples.raw[examples.y == label] for label in (0, 1))
    turned = first @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    assert np.allclose(turned, second, atol=1e-5)


def test_the_sine_without_noise_is_a_sine() -> None:
    examples = data.sine(50, noise=0).train
    assert not examples.is_classes
    assert np.allclose(examples.y, np.sin(examples.raw), atol=1e-6)


@every_set
def test_the_test_part_is_the_same_places_with_fresh_noise(make: Callable[..., Dataset]) -> None:
    noisy, clean = make(400, noise=0.1, seed=5), make(400, noise=0, seed=5)
    assert noisy.test is not None
    for part in (noisy.train, noisy.test):
        strayed = (part.raw - clean.train.raw) if part.is_classes else part.y - clean.train.y
        assert 0.09 < strayed.std() < 0.11
    assert not np.array_equal(noisy.train.raw if noisy.train.is_classes else noisy.train.y,
                              noisy.test.raw if noisy.train.is_classes else noisy.test.y)  # fmt: skip


@every_set
def test_the_seed_decides(make: Callable[..., Dataset]) -> None:
    one, same, other = make(50, seed=1).train, make(50, seed=1).train, make(50, seed=2).train
    assert np.array_equal(one.raw, same.raw)
    assert np.array_equal(one.y, same.y)
    assert not (np.array_equal(one.raw, other.raw) and np.array_equal(one.y, other.y))


@pytest.mark.parametrize("make", [data.circles, data.moons, data.spiral, data.gaussians, data.xor])
def test_classes_are_balanced(make: Callable[..., Dataset]) -> None:
    for n in (100, 101):
        counts = np.bincount(make(n).train.y)
        assert counts.sum() == n
        assert counts.max() - counts.min() <= 1


@every_set
def test_too_few_points_and_negative_noise_are_refused(make: Callable[..., Dataset]) -> None:
    with pytest.raises(OptionError, match="n=1; expected 2 … 10,000,000"):
        make(1)
    with pytest.raises(OptionError, match="noise"):
        make(10, noise=-0.1)
