"""What an engine is: something that trains whole epochs, same parameters in and out.

The array depth is the specification and can train anything; another engine replaces it for the networks it knows, and
says of the others why not. Agreement with the array depth is tested per engine.
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
    """Everything one epoch needs beside network, loss and optimizer.

    epoch : 1, 2, …
    order : (n,) row numbers, each once
    learning_rates : (n_steps,) one for each minibatch
    rng : the stream of this epoch's dropout
    pixel_shifts : (n, 2) whole pixels (right, down) by which the picture at each place of the order is shifted, or None
    image_shape : (height, width), needed with `pixel_shifts`
    stop : asked before every minibatch; True ends the epoch unfinished
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
    """name : what the records call it; all that the bits of a result depend on, of the engine."""

    name: str

    def unsupported_reason(self, network: Network, loss: Loss, optimizer: Optimizer) -> str | None:
        """Return one sentence why this engine cannot train this, or None when it can."""

    def run_epoch(self, network: Network, loss: Loss, optimizer: Optimizer, spec: EpochSpec) -> EpochResult | None:
        """Train one epoch, changing network and optimizer; None when `spec.stop` ended it.

        Raises DivergedError at the first minibatch whose loss is not finite, and after the last one when a parameter
        is not.
        """


def check_finite(network: Network, spec: EpochSpec) -> None:
    """Raise DivergedError when a parameter is not finite: the last update's doing, which no loss has seen yet."""
    if not all(np.isfinite(array).all() for array in network.params.values()):
        raise DivergedError(spec.epoch, len(spec.learning_rates), float(spec.learning_rates[-1]))
