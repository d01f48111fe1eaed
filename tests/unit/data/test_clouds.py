"""Two clouds: what is integrated agrees with closed forms and with sampling."""

from math import erf, sqrt

import numpy as np
import pytest

from byhand.data.gaussian_pair import GAUSSIAN_PAIRS, GaussianPair, gaussian_pair_named
from byhand.errors import OptionError

every_pair = pytest.mark.parametrize("clouds", GAUSSIAN_PAIRS.values(), ids=GAUSSIAN_PAIRS)


def normal_cdf(x: float) -> float:
    return 0.5 * (1 + erf(x / sqrt(2)))


@pytest.mark.parametrize(("distance", "spread"), [(1.0, 1.0), (2.0, 0.5), (3.0, 2.0), (0.5, 1.0)])
def test_for_equal_spreads_the_errors_are_known(distance: float, spread: float) -> None:
    """The best rule is the line half-way, and its error Φ(−d / 2σ)."""
    centres = np.array([[0.3, -0.2], [0.3 + distance * 0.6, -0.2 + distance * 0.8]])
    clouds = GaussianPair(centres, np.stack([spread**2 * np.eye(2)] * 2))
    expected = normal_cdf(-distance / (2 * spread))
    assert clouds.bayes_error() == pytest.approx(expected, abs=1e-6)
    assert clouds.best_linear_error() == pytest.approx(expected, abs=1e-9)


@every_pair
def test_no_line_beats_the_best_rule(clouds: GaussianPair) -> None:
    assert clouds.best_linear_error() >= clouds.bayes_error() - 1e-7


@every_pair
def test_the_integrals_agree_with_counting(clouds: GaussianPair) -> None:
    n = 400_000
    points, y = clouds.sample(n, seed=1)
    counted = (clouds.density(points).argmax(axis=1) != y).mean()
    assert counted == pytest.approx(clouds.bayes_error(), abs=4 * sqrt(0.12 / n))

    def line(points: np.ndarray) -> np.ndarray:
        return (points @ [1.0, 0.5] > 0.7).astype(int)

    assert (line(points) != y).mean() == pytest.approx(clouds.error_of(line), abs=4 * sqrt(0.25 / n))


@every_pair
def test_densities_integrate_to_one(clouds: GaussianPair) -> None:
    points, area = clouds._grid()
    assert np.allclose(clouds.density(points).sum(axis=0) * area, 1, atol=1e-6)


@every_pair
def test_samples_have_the_centres_and_spreads(clouds: GaussianPair) -> None:
    points, y = clouds.sample(200_000, seed=3)
    for label in (0, 1):
        cloud = points[y == label]
        spread = sqrt(clouds.covariances[label].max())
        assert np.allclose(cloud.mean(axis=0), clouds.means[label], atol=5 * spread / sqrt(len(cloud)))
        assert np.allclose(np.cov(cloud.T), clouds.covariances[label], atol=0.03 * spread**2)


def test_a_tilted_cloud_too() -> None:
    tilted = np.array([[2.0, 1.2], [1.2, 1.0]])
    clouds = GaussianPair(np.array([[0.0, 0.0], [2.0, 0.0]]), np.stack([tilted, tilted]))
    distance = sqrt(np.array([2.0, 0.0]) @ np.linalg.inv(tilted) @ np.array([2.0, 0.0]))
    assert clouds.bayes_error() == pytest.approx(normal_cdf(-distance / 2), abs=1e-5)
    assert clouds.best_linear_error() == pytest.approx(normal_cdf(-distance / 2), abs=1e-7)


def test_an_unknown_pair() -> None:
    with pytest.raises(OptionError, match="gaussians"):
        gaussian_pair_named("gausians")
