"""A small problem that uses everything that could make two runs differ."""

from collections.abc import Callable

import numpy as np
import pytest

from byhand.data.examples import Examples
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.optimizers import Momentum, Optimizer
from byhand.preprocessing import fit_scaler
from byhand.random import DATA, RandomStream
from byhand.schedules import OneCycle
from byhand.training.plan import Plan
from byhand.training.state import TrainingState

SHAPE = (4, 4)


def pictures(n: int, seed: int) -> Examples:
    """Return n pictures of 4×4 bytes in three classes: where the light is."""
    rng = RandomStream(seed, DATA)
    y = rng.integers(0, 2, n)
    raw = rng.integers(0, 60, n, 16)
    raw[np.arange(n), 5 * y] = 200  # (0, 0), (1, 1) or (2, 2)
    raw = raw.astype(np.uint8)
    return Examples(raw, y, fit_scaler("unit", raw, low=0, high=255))


@pytest.fixture(scope="session")
def examples() -> Examples:
    return pictures(50, seed=1)


@pytest.fixture(scope="session")
def validation() -> Examples:
    return pictures(30, seed=2)


@pytest.fixture
def plan() -> Plan:
    """Seven minibatches an epoch, the last one short; pictures are moved, the rate rises and falls."""
    return Plan(SoftmaxCrossEntropy(), OneCycle(0.1), epochs=6, batch_size=8, seed=3, max_shift=1, image_shape=SHAPE)


@pytest.fixture
def fresh() -> Callable[..., TrainingState]:
    """Return a maker of states at their start: dropout, batch normalisation, a way around, momentum."""

    def make(optimizer: type[Optimizer] = Momentum, **options: object) -> TrainingState:
        all_of_it = {"batch_norm": True, "dropout": 0.2, "residual": True, "seed": 2, **options}
        return TrainingState(Network.mlp([16, 7, 7, 3], **all_of_it), optimizer())

    return make
