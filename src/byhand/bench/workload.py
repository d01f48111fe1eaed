"""What is timed: an epoch of some network on MNIST, the same for every peer."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from byhand.arrays import Array
from byhand.data.mnist import mnist
from byhand.errors import lookup
from byhand.random import DATA, SHUFFLE, RandomStream


@dataclass(frozen=True)
class Work:
    """An epoch.

    sizes : inputs, hidden widths, outputs   activation : behind hidden layers; behind the last one too, with
    squared error   rate : the learning rate, constant   n : examples of an epoch
    thinned : peers that step from Python train one example in this many, and their time is multiplied
    background : False: every 0 of a picture is made a 1, so that nothing can be skipped
    """

    name: str
    sizes: tuple[int, ...]
    batch_size: int
    activation: str = "relu"
    loss: str = "softmax_cross_entropy"
    optimizer: str = "sgd"
    rate: float = 0.1
    n: int = 60_000
    subsample: int = 1
    background: bool = True

    @property
    def is_wide(self) -> bool:
        """Is some hidden layer at least 500 units wide?"""
        return max(self.sizes[1:-1]) >= 500

    @property
    def flops(self) -> int:
        """Floating-point operations of its matrix products: three per layer, two for the first."""
        products = [a * b for a, b in zip(self.sizes, self.sizes[1:], strict=False)]
        return 2 * self.n * (3 * sum(products) - products[0])


WORKS = {
    work.name: work
    for work in (
        Work("sgd", (784, 128, 10), 128),
        Work("no background", (784, 128, 10), 128, background=False),
        Work("adam", (784, 128, 10), 128, optimizer="adam", rate=1e-3),
        Work("deep adam", (784, 128, 64, 10), 128, optimizer="adam", rate=1e-3),
        Work("sigmoid", (784, 50, 10), 100, activation="sigmoid", loss="squared_error"),
        Work("batch 32", (784, 128, 10), 32),
        Work("batch 512", (784, 128, 10), 512),
        Work("batch 4096", (784, 128, 10), 4096),
        Work("wide", (784, 800, 10), 128),
        Work("five wide", (784, 2500, 2000, 1500, 1000, 500, 10), 128, rate=0.01, n=6_000),
        Work("tiny", (2, 16, 8, 2), 1, rate=0.01, n=200_000, subsample=50),
    )
}


def work_named(name: str) -> Work:
    """Return it; raise OptionError with a suggestion for an unknown name."""
    return lookup("workload", name, WORKS)


def examples_of(work: Work, data_dir: Path | None) -> tuple[Array, Array]:
    """Return stored inputs (n, n_in), bytes for MNIST, and labels (n,)."""
    if work.sizes[0] == 784:
        train = mnist(data_dir, validation=None).train
        raw = np.ascontiguousarray(train.raw[: work.n])
        return raw if work.background else raw | np.uint8(1), train.y[: work.n]
    x = RandomStream(0, DATA).normal(work.n, work.sizes[0]).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] > 0).astype(np.int64)


def orders(work: Work) -> Array:
    """Return the order of the examples, cut to whole batches: (steps, batch_size)."""
    steps = work.n // work.batch_size
    return RandomStream(1, SHUFFLE).order(work.n)[: steps * work.batch_size].reshape(steps, work.batch_size)
