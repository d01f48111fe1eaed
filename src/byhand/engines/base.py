"""The engine contract: an engine trains a network for one epoch, in place.

The NumPy engine is the specification and can train anything. Another engine replaces it for the networks it supports,
and gives a reason for all others. Every engine is tested against NumPy's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.errors import DivergedError
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers.base import Optimizer
from byhand.random import RandomStream


@dataclass(frozen=True, eq=False)
class EpochSpec:
    """Everything that one epoch needs besides network, loss and optimizer.

    epoch : 1, 2, …
    order : (n,) row numbers, each once
    learning_rates : (n_steps,) one for each minibatch
    rng : the stream of this epoch's dropout
    pixel_shifts : (n, 2) whole pixels (right, down) by which the picture at each place of the order is shifted, or None
    image_shape : (height, width), needed with `pixel_shifts`
    stop : called before every minibatch; True abandons the epoch
    """

    epoch: int
    examples: Examples
    order: Array
    batch_size: int
    learning_rates: Array
    rng: RandomStream
    pixel_shifts: Array | None = None
    image_shape: tuple[int, int] | None = None
    stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class EpochResult:
    """loss, accuracy : means over the epoch's examples, each measured before its own update; None: regression."""

    loss: float
    accuracy: float | None
    learning_rate: float  # of the last step


class Engine(Protocol):
    """name : identifies the engine in records; the bits of a result depend on nothing else of it."""

    name: str

    def unsupported_reason(self, network: Network, loss: Loss, optimizer: Optimizer) -> str | None:
        """Return one sentence on why this engine cannot train this, or None if it can."""

    def run_epoch(self, network: Network, loss: Loss, optimizer: Optimizer, spec: EpochSpec) -> EpochResult | None:
        """Train one epoch, changing network and optimizer; None when `spec.stop` ended it.

        Raises DivergedError at the first minibatch whose loss is not finite, and after the last one when a parameter
        is not.
        """


def check_finite(network: Network, spec: EpochSpec) -> None:
    """Raise DivergedError if a parameter is not finite, because the last update follows the last loss."""
    if not all(np.isfinite(array).all() for array in network.params.values()):
        raise DivergedError(spec.epoch, len(spec.learning_rates), float(spec.learning_rates[-1]))
