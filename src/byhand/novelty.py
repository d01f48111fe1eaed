"""Novelty detection: is an example unlike all that the network was trained on?

A network answers whatever it is shown, and softmax is sure of noise too. So the inputs themselves are compared.
Principal component analysis of the training inputs finds the k directions in which they vary most. An input x is
projected on these and rebuilt; what is lost is its reconstruction error

    e(x) = ‖c − V Vᵀ c‖,   c = x − mean                                                   (1)

with the directions as columns of V (features, k). An input of another kind lies off these directions and loses much.
Half of the training inputs make mean and V; the errors of the other half make the threshold, so that of new inputs of
the same kind at most a stated share is called novel by mistake.

Source: Jackson and Mudholkar 1979, "Control procedures for residuals associated with principal component analysis".
"""

import math
from dataclasses import dataclass

import numpy as np

from byhand.arrays import Array
from byhand.errors import ShapeError

FALSE_ALARMS = 0.01  # share of inputs like those of training that are called novel
MAX_COMPONENTS = 64
INPUTS_PER_COMPONENT = 8  # with more components nothing would be lost, whatever the input
MAX_FEATURES = 1024  # a covariance of 8 MB, decomposed in half a second
MAX_INPUTS = 20_000  # of the training inputs, evenly spaced
MIN_INPUTS = 400
ROWS_AT_ONCE = 2048
DECIMALS = 5  # of the directions: more would differ between linear algebra libraries


@dataclass(frozen=True, eq=False)
class NoveltyDetector:
    """What the training inputs have in common.

    mean : (features,)   components : V (features, k)   threshold : the largest error (1) that is not novel
    """

    mean: Array
    components: Array
    threshold: float

    def __post_init__(self) -> None:
        shapes = self.mean.shape, self.components.shape
        if self.mean.ndim != 1 or self.components.ndim != 2 or len(self.mean) != len(self.components):
            raise ShapeError(f"a novelty detector got shapes {shapes}; expected (features,) and (features, k)")
        if not all(array.dtype.kind == "f" and np.isfinite(array).all() for array in (self.mean, self.components)):
            raise ShapeError("a novelty detector got a mean or components that are not finite floats")

    def errors(self, raw: Array) -> Array:
        """Return the reconstruction error (1) of inputs raw (n, features) as stored: (n,)."""
        components = self.components.astype(np.float64)
        return np.concatenate([self._lost(part, components) for part in _parts(raw)] or [np.zeros(0)])

    def _lost(self, raw: Array, components: Array) -> Array:
        """Return (1) of some inputs."""
        centred = raw.astype(np.float64) - self.mean
        rebuilt = (centred @ components) @ components.T
        return np.sqrt(((centred - rebuilt) ** 2).sum(axis=1))

    def is_novel(self, raw: Array) -> Array:
        """Return which of inputs raw (n, features) are unlike those of training: (n,) of bool."""
        return self.errors(raw) > self.threshold


def fit_novelty_detector(raw: Array) -> NoveltyDetector | None:
    """Return the detector of training inputs raw (n, features) as stored; None for too few or too wide inputs."""
    if len(raw) < MIN_INPUTS or raw.shape[1] > MAX_FEATURES:
        return None
    sample = raw[:: math.ceil(len(raw) / MAX_INPUTS)]
    fitted, held_out = sample[::2], sample[1::2]
    mean = fitted.mean(axis=0, dtype=np.float64).astype(np.float32)
    n_components = max(1, min(MAX_COMPONENTS, min(fitted.shape) // INPUTS_PER_COMPONENT))
    unlimited = NoveltyDetector(mean, _principal_components(fitted, mean, n_components), math.inf)
    errors = np.sort(unlimited.errors(held_out))
    rank = min(math.ceil((len(errors) + 1) * (1 - FALSE_ALARMS)), len(errors))
    return NoveltyDetector(mean, unlimited.components, float(np.float32(errors[rank - 1])))  # rounded, as V is


def _parts(raw: Array) -> list[Array]:
    """Return the rows, a part at a time: as float64 all at once they would be 125 MB of MNIST."""
    return [raw[start : start + ROWS_AT_ONCE] for start in range(0, len(raw), ROWS_AT_ONCE)]


def _principal_components(raw: Array, mean: Array, k: int) -> Array:
    """Return the k directions of largest variance, (features, k), the largest entry of each positive."""
    scatter = np.zeros((raw.shape[1], raw.shape[1]))
    for part in _parts(raw):
        centred = part.astype(np.float64) - mean
        scatter += centred.T @ centred
    _, vectors = np.linalg.eigh(scatter)
    largest = vectors[:, : -k - 1 : -1]
    signs = np.sign(largest[np.abs(largest).argmax(axis=0), np.arange(k)])
    return (largest * signs).round(DECIMALS).astype(np.float32)
