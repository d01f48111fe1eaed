"""The NumPy engine: train_step for every minibatch. It can train anything, and other engines are tested against it."""

import math

import numpy as np

from byhand.arrays import Array
from byhand.data.minibatches import minibatches
from byhand.engines.base import EpochResult, EpochSpec, check_finite
from byhand.errors import DivergedError
from byhand.losses.base import Loss
from byhand.metrics import predict_labels
from byhand.network import Network
from byhand.optimizers.base import Optimizer
from byhand.step import train_step


class NumpyEngine:
    """NumPy, the specification."""

    name = "numpy"

    def unsupported_reason(self, network: Network, loss: Loss, optimizer: Optimizer) -> None:
        """Return None: it can train anything."""

    def run_epoch(self, network: Network, loss: Loss, optimizer: Optimizer, spec: EpochSpec) -> EpochResult | None:
        """Train one epoch; see Engine.run_epoch."""
        total, right = 0.0, 0
        dtype = network.layers[0].dtype
        batches = minibatches(
            spec.examples,
            spec.order,
            spec.batch_size,
            pixel_shifts=spec.pixel_shifts,
            image_shape=spec.image_shape,
            dtype=dtype,
        )
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # divergence is detected by the loss
            for batch, (x, y) in enumerate(batches):
                if spec.stop():
                    return None
                learning_rate = float(spec.learning_rates[batch])
                weight = _batch_weights(spec, batch)
                value, trace = train_step(network, loss, optimizer, learning_rate, x, y, spec.rng, weight)
                if not math.isfinite(value):
                    raise DivergedError(spec.epoch, batch + 1, learning_rate)
                total += float(value) * len(x)
                if spec.examples.is_classes:
                    right += int((predict_labels(loss.answer(trace.output)) == y).sum())
        check_finite(network, spec)
        n = len(spec.order)
        share = right / n if spec.examples.is_classes else None
        return EpochResult(total / n, share, float(spec.learning_rates[-1]))


def _batch_weights(spec: EpochSpec, batch: int) -> Array | None:
    """Return the weights of the examples in a minibatch, or None where they have none."""
    if spec.examples.weight is None:
        return None
    return spec.examples.weight[spec.order[batch * spec.batch_size : (batch + 1) * spec.batch_size]]
