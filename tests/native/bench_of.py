"""What the tests of the C core share: the kernels at hand, small data, and one network trained two ways."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.data.minibatches import minibatches
from byhand.data.prepare import Preparation, preparation_for
from byhand.engines.base import EpochJob
from byhand.engines.library import KERNELS, load, why_missing
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers.base import Optimizer
from byhand.randomness import DROPOUT, Stream
from byhand.training.step import train_step

AT_HAND = [k for k in KERNELS[1:] if why_missing() is None and load().bh_choose_kernel(KERNELS.index(k)) > 0]


def byte_pictures(n: int, height: int, width: int, classes: int, seed: int = 0) -> Examples:
    """Return pictures of bytes with class numbers that depend on them."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n)
    means = rng.integers(0, 256, (classes, height * width))
    raw = np.clip(means[y] + rng.normal(0, 60, (n, height * width)), 0, 255).astype(np.uint8)
    return Examples(raw, y, preparation_for("standard", raw, low=0, high=255))


def float_rows(n: int, n_in: int, n_out: int, seed: int = 0) -> Examples:
    """Return rows of floats, each column with its own scale, with n_out numbers in 0 … 1 to predict."""
    rng = np.random.default_rng(seed)
    raw = (rng.normal(size=(n, n_in)) * rng.uniform(0.5, 2, n_in)).astype(np.float32)
    return Examples(raw, rng.uniform(size=(n, n_out)).astype(np.float32), per_column(raw))


def per_column(raw: Array) -> Preparation:
    return preparation_for("standard", raw, low=0, high=1, per_column=True)


@dataclass(frozen=True)
class Setting:
    """One thing to train; everything is made anew at every call, so two engines begin alike."""

    examples: Callable[[], Examples]
    network: Callable[[], Network]
    loss: Loss
    optimizer: Callable[[], Optimizer]
    batch_size: int = 16
    rate: float = 0.05
    moves: tuple[int, int] | None = None  # height and width of the pictures

    def job(self, epoch: int = 1) -> EpochJob:
        examples = self.examples()
        n = len(examples)
        rng = np.random.default_rng(epoch)
        steps = -(-n // self.batch_size)
        moved = None if self.moves is None else rng.integers(-2, 3, (n, 2))
        rates = self.rate * np.linspace(1, 0.5, steps)
        return EpochJob(
            epoch, examples, rng.permutation(n), self.batch_size, rates, Stream(0, DROPOUT), moved, self.moves
        )


def in_float64(setting: Setting, jobs: list[EpochJob]) -> tuple[Network, float]:
    """Train with the array depth in float64; return the network and the mean loss of the last epoch."""
    network, optimizer = setting.network().astype(np.float64), setting.optimizer()
    for job in jobs:
        total = 0.0
        pieces = minibatches(
            job.examples, job.order, job.batch_size, moved=job.moved, image_shape=job.image_shape, dtype=np.float64
        )
        for (x, y), rate in zip(pieces, job.learning_rates, strict=True):
            value, _ = train_step(network, setting.loss, optimizer, rate, x, y, None)
            total += float(value) * len(x)
    return network, total / len(job.order)


def farthest(one: Network, other: Network) -> float:
    """Return the largest difference of two networks' weights, as a share of the largest weight of each array."""
    pairs = zip(one.params.values(), other.params.values(), strict=True)
    return max(float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-3)) for a, b in pairs)


__all__ = ["AT_HAND", "Setting", "byte_pictures", "farthest", "float_rows", "in_float64"]
