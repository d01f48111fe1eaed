"""Two Gaussian classes in the plane, as a distribution: its errors are computed, not sampled.

A point belongs to class 0 or 1 with probability ½ and comes from N(m₀, S₀) or N(m₁, S₁). The best possible rule
predicts the class with the larger density; its error is the Bayes error

    ½ ∫ min(p₀, p₁)                                                                     (1)

and a rule that decides otherwise on some region loses |p₀ − p₁| / 2 there. Projected on the normal of a line w·x = c,
the classes are one-dimensional, so the error of a line needs no integral over the plane:

    ½ (1 − Φ((c − w·m₀) / s₀)) + ½ Φ((c − w·m₁) / s₁),   sᵢ² = wᵀ Sᵢ w                  (2)
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import erf

import numpy as np

from byhand.arrays import Array
from byhand.errors import lookup
from byhand.random import DATA, RandomStream

GRID = 600  # points a side; the Bayes errors below hold to 0.0001 points of a percent
GOLDEN = (5**0.5 - 1) / 2  # its multiples' fractions spread most evenly over 0 … 1
REACH = 6.0  # standard deviations that the grid covers around each mean: 2e-9 of the class is outside

_normal_cdf = np.vectorize(lambda x: 0.5 * (1 + erf(x / 2**0.5)))


@dataclass(frozen=True, eq=False)
class GaussianPair:
    """means : (2, 2), one row per class   covariances : (2, 2, 2)."""

    means: Array
    covariances: Array

    def density(self, points: Array) -> Array:
        """Return p₀ and p₁ at each point: (m, 2) for points (m, 2)."""
        columns = []
        for centre, covariance in zip(self.means, self.covariances, strict=True):
            away = points - centre
            distance = np.einsum("mi,ij,mj->m", away, np.linalg.inv(covariance), away)
            columns.append(np.exp(-distance / 2) / (2 * np.pi * np.sqrt(np.linalg.det(covariance))))
        return np.stack(columns, axis=1)

    def error_of(self, decide: Callable[[Array], Array]) -> float:
        """Return the probability that decide(points (m, 2)) -> classes (m,) is wrong, integrated over the plane."""
        points, area = self._grid()
        density = self.density(points)
        other = 1 - decide(points)
        return float(0.5 * density[np.arange(len(points)), other].sum() * area)

    def bayes_error(self) -> float:
        """Return the lowest error of any classifier, (1)."""
        return self.error_of(lambda points: self.density(points).argmax(axis=1))

    def best_linear_error(self) -> float:
        """Return the lowest error of any straight line: (2) minimised over direction and offset."""
        centre, angle, width = 0.0, 0.0, 8.0
        best = 0.5
        for zoom in range(6):  # each round looks ten times closer around the best line so far
            angles = angle + np.linspace(-1, 1, 181) * (np.pi if zoom == 0 else 3 * np.pi / 90 / 10 ** (zoom - 1))
            offsets = centre + np.linspace(-1, 1, 161) * width
            errors = self._line_errors(angles, offsets)
            i, j = np.unravel_index(errors.argmin(), errors.shape)
            best, angle, centre, width = float(errors[i, j]), float(angles[i]), float(offsets[j]), width / 10
        return best

    def sample(self, n: int, seed: int) -> tuple[Array, Array]:
        """Return points (n, 2) and classes (n,): example i has class i mod 2, its noise is normals 2i and 2i + 1."""
        y = np.arange(n) % 2
        roots = np.stack([np.linalg.cholesky(covariance) for covariance in self.covariances])
        noise = RandomStream(seed, DATA).normal(n, 2)
        return self.means[y] + np.einsum("nij,nj->ni", roots[y], noise), y

    def _grid(self) -> tuple[Array, float]:
        """Return a grid that covers both classes, (GRID², 2), and the area that each point stands for.

        Row i is moved along by the fraction of i · GOLDEN of a step: where a boundary cuts the rows, the errors of
        two rows cancel. If all rows began alike, their errors would have one sign.
        """
        reach = REACH * np.sqrt(np.stack([np.diag(covariance) for covariance in self.covariances]))
        low, high = (self.means - reach).min(axis=0), (self.means + reach).max(axis=0)
        step = (high - low) / GRID
        row, column = np.indices((GRID, GRID)).reshape(2, -1)
        place = np.stack([column + row * GOLDEN % 1, row + 0.5], axis=1)
        return low + step * place, float(step.prod())

    def _line_errors(self, angles: Array, offsets: Array) -> Array:
        """Return (2) for every direction and place: (angles, offsets)."""
        w = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        scaled = []
        for centre, covariance in zip(self.means, self.covariances, strict=True):
            spread = np.sqrt(np.einsum("ai,ij,aj->a", w, covariance, w))
            scaled.append((offsets[None, :] - (w @ centre)[:, None]) / spread[:, None])
        return 0.5 * (1 - _normal_cdf(scaled[0])) + 0.5 * _normal_cdf(scaled[1])


def _round(*spreads: float) -> Array:
    """Return round covariances with these standard deviations."""
    return np.stack([spread**2 * np.eye(2) for spread in spreads])


GAUSSIAN_PAIRS = {
    "gaussians": GaussianPair(np.array([[0.0, 0.0], [1.0, 1.0]]), _round(0.5, 1.5)),
    "gaussians-equal": GaussianPair(np.array([[-1.0, -1.0], [1.0, 1.0]]), _round(1.0, 1.0)),
}


def gaussian_pair_named(name: str) -> GaussianPair:
    """Return "gaussians" (unequal spread: a closed boundary) or "gaussians-equal" (where a line is best)."""
    return lookup("pair of clouds", name, GAUSSIAN_PAIRS)
