"""What a training run is asked to do, as one frozen value, checked before the first step."""

import math
from dataclasses import dataclass

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.engines.base import EpochJob
from byhand.engines.shuffle import order_of
from byhand.errors import OptionError
from byhand.layers import Sigmoid, Softmax
from byhand.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy
from byhand.network import Network
from byhand.randomness import AUGMENT, DROPOUT, SHUFFLE, Stream
from byhand.schedules import Schedule


@dataclass(frozen=True)
class Plan:
    """How to train.

    batch_size : examples a step; the last step of an epoch may have fewer
    seed : decides order, dropout and moves, all as functions of (seed, epoch)
    shuffle : draw a new order every epoch; False trains in file order (an experiment, not advice)
    move : pictures are moved by up to this many whole pixels in each direction, differently every epoch
    patience : stop after this many epochs without a lower validation loss and keep the best weights; None: never
    """

    loss: Loss
    schedule: Schedule
    epochs: int
    batch_size: int
    seed: int = 0
    shuffle: bool = True
    move: int = 0
    image_shape: tuple[int, int] | None = None
    patience: int | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise OptionError(f"training got {name}={getattr(self, name)}; expected 1 or more.")
        if self.patience is not None and self.patience < 1:
            raise OptionError(f"training got patience={self.patience}; expected 1 or more epochs.")
        if self.move and self.image_shape is None:
            raise OptionError("training got move, but the examples are no pictures; leave move at 0.")
        if self.image_shape and not 0 <= self.move < min(self.image_shape):
            raise OptionError(f"training got move={self.move}; expected 0 … {min(self.image_shape) - 1} pixels.")

    def n_steps(self, n: int) -> int:
        """Return how many minibatches n examples make."""
        return math.ceil(n / self.batch_size)

    def job(self, examples: Examples, epoch: int) -> EpochJob:
        """Return the work of epoch 1, 2, …: a function of this plan and the epoch alone."""
        n, steps = len(examples), self.n_steps(len(examples))
        rates = self.schedule(steps * self.epochs)[(epoch - 1) * steps : epoch * steps]
        return EpochJob(
            epoch=epoch,
            examples=examples,
            order=self.order(n, epoch),
            batch_size=self.batch_size,
            learning_rates=rates,
            rng=Stream(self.seed, DROPOUT, epoch),
            moved=Stream(self.seed, AUGMENT, epoch).integers(-self.move, self.move, n, 2) if self.move else None,
            image_shape=self.image_shape,
        )

    def order(self, n: int, epoch: int) -> Array:
        """Return the order of epoch 1, 2, …: (n,) row numbers, each once."""
        return order_of(Stream(self.seed, SHUFFLE, epoch), n) if self.shuffle else np.arange(n)


def check_pair(network: Network, loss: Loss) -> None:
    """Raise OptionError when the network's end and the loss do not go together."""
    last = network.layers[-1]
    if isinstance(loss, SoftmaxCrossEntropy) and network.widths[-1] == 1:
        raise OptionError(
            "SoftmaxCrossEntropy got a network with one output, whose softmax is always 1: nothing could be learned. "
            "Use BinaryCrossEntropy, or two outputs."
        )
    if isinstance(loss, SoftmaxCrossEntropy | BinaryCrossEntropy) and isinstance(last, Softmax | Sigmoid):
        raise OptionError(
            f"{type(loss).__name__} applies its own squashing to logits, and the network ends in "
            f"{type(last).__name__}: it would be squashed twice. Let the network end in its last Dense layer."
        )
