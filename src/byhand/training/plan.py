"""What a training run is asked to do, as one frozen value, checked before the first step."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.arguments import MAX_BATCH, MAX_EPOCHS, check_flag, check_kind, check_whole, format_value
from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.engines.base import EpochSpec
from byhand.engines.shuffle import permutation
from byhand.errors import OptionError
from byhand.layers import Sigmoid, Softmax
from byhand.losses import BinaryCrossEntropy, Loss, MeanOfHeads, SoftmaxCrossEntropy
from byhand.network import Network
from byhand.random import AUGMENT, DROPOUT, SHUFFLE, RandomStream
from byhand.schedules import Schedule, check_rates


@dataclass(frozen=True)
class Plan:
    """How to train.

    batch_size : examples per step; the last step of an epoch may have fewer
    seed : decides order, dropout and shifts, all as functions of (seed, epoch)
    shuffle : draw a new order every epoch; False trains in file order (an experiment, not advice)
    max_shift : pictures are shifted by up to this many whole pixels in each direction, differently every epoch
    patience : stop after this many epochs without a lower validation loss and keep the best weights; None: never
    """

    loss: Loss
    schedule: Schedule
    epochs: int
    batch_size: int
    seed: int = 0
    shuffle: bool = True
    max_shift: int = 0
    image_shape: tuple[int, int] | None = None
    patience: int | None = None

    def __post_init__(self) -> None:
        check_kind("training", "loss", self.loss, Loss, "a loss, as SoftmaxCrossEntropy()")
        if not callable(self.schedule):
            raise OptionError(
                f"training got learning_rate {format_value(self.schedule)}; expected a number or a schedule."
            )
        check_flag("training", "shuffle", self.shuffle)
        self._make_whole("epochs", 1, MAX_EPOCHS)
        self._make_whole("batch_size", 1, MAX_BATCH)
        self._make_whole("seed", 0, 2**64 - 1)
        self._make_whole("max_shift", 0)
        if self.patience is not None:
            self._make_whole("patience", 1)
        if self.image_shape is not None:
            object.__setattr__(self, "image_shape", _image_shape(self.image_shape))
        if self.max_shift and self.image_shape is None:
            raise OptionError("training got max_shift, but the examples are not pictures; leave max_shift at 0.")
        if self.image_shape and self.max_shift >= min(self.image_shape):
            raise OptionError(
                f"training got max_shift={self.max_shift}; expected 0 … {min(self.image_shape) - 1} pixels."
            )

    def _make_whole(self, name: str, low: int, high: int | None = None) -> None:
        """Replace a field by Python's own int of the same value; raise OptionError where it is none."""
        object.__setattr__(self, name, check_whole("training", name, getattr(self, name), low, high))

    def n_steps(self, n: int) -> int:
        """Return how many minibatches n examples make."""
        return math.ceil(n / self.batch_size)

    def learning_rates(self, n: int) -> Array:
        """Return the rate of every step of the whole run over n examples, (n_steps,) float64."""
        n_steps = self.n_steps(n) * self.epochs
        return check_rates(self.schedule(n_steps), n_steps)

    def spec(self, examples: Examples, epoch: int, rates: Array) -> EpochSpec:
        """Return the work of epoch 1, 2, …: a function of this plan and the epoch alone.

        rates : self.learning_rates(len(examples)), made once for all epochs
        """
        n, steps = len(examples), self.n_steps(len(examples))
        return EpochSpec(
            epoch=epoch,
            examples=examples,
            order=self.order(n, epoch),
            batch_size=self.batch_size,
            learning_rates=rates[(epoch - 1) * steps : epoch * steps],
            rng=RandomStream(self.seed, DROPOUT, epoch),
            pixel_shifts=self._shifts(n, epoch),
            image_shape=self.image_shape,
        )

    def _shifts(self, n: int, epoch: int) -> Array | None:
        """Return how far each example's picture is shifted in an epoch, (n, 2) rows and columns; None: not at all."""
        most = self.max_shift
        return RandomStream(self.seed, AUGMENT, epoch).integers(-most, most, n, 2) if most else None

    def order(self, n: int, epoch: int) -> Array:
        """Return the order of epoch 1, 2, …: (n,) row numbers, each once."""
        return permutation(RandomStream(self.seed, SHUFFLE, epoch), n) if self.shuffle else np.arange(n)


def _image_shape(shape: Any) -> tuple[int, int]:
    """Return (height, width) as two of Python's own ints."""
    if not isinstance(shape, Sequence) or isinstance(shape, str) or len(shape) != 2:
        raise OptionError(f"training got image_shape {format_value(shape)}; expected (height, width).")
    height, width = (check_whole("training", "image_shape", side, 1) for side in shape)
    return height, width


def check_pair(network: Network, loss: Loss) -> None:
    """Raise OptionError when the network's end and the loss do not go together."""
    last, n_out = network.layers[-1], network.widths[-1]
    if isinstance(loss, MeanOfHeads):
        n_out, loss = n_out // loss.n_heads, loss.inner
    if isinstance(loss, SoftmaxCrossEntropy) and n_out == 1:
        raise OptionError(
            "SoftmaxCrossEntropy got a network with one output, whose softmax is always 1: nothing could be learned. "
            "Use BinaryCrossEntropy, or two outputs."
        )
    if isinstance(loss, SoftmaxCrossEntropy | BinaryCrossEntropy) and isinstance(last, Softmax | Sigmoid):
        raise OptionError(
            f"{type(loss).__name__} applies its own squashing to logits, and the network ends in "
            f"{type(last).__name__}: it would be squashed twice. Let the network end in its last Dense layer."
        )
