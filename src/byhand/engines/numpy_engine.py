"""The array engine: an epoch is train_step for every minibatch.

It can train anything; the other engines are measured by it.
"""

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
        """There is nothing it cannot train."""

    def run_epoch(self, network: Network, loss: Loss, optimizer: Optimizer, job: EpochSpec) -> EpochResult | None:
        """Train one epoch; see Engine.run_epoch."""
        total, right = 0.0, 0
        dtype = network.layers[0].params["W"].dtype
        batches = minibatches(
            job.examples, job.order, job.batch_size, moved=job.moved, image_shape=job.image_shape, dtype=dtype
        )
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # divergence is looked for by its loss
            for batch, (x, y) in enumerate(batches):
                if job.stop():
                    return None
                learning_rate = float(job.learning_rates[batch])
                weight = _batch_weights(job, batch)
                value, trace = train_step(network, loss, optimizer, learning_rate, x, y, job.rng, weight)
                if not math.isfinite(value):
                    raise DivergedError(job.epoch, batch + 1, learning_rate)
                total += float(value) * len(x)
                if job.examples.is_classes:
                    right += int((predict_labels(trace.output) == y).sum())
        check_finite(network, job)
        n = len(job.order)
        share = right / n if job.examples.is_classes else None
        return EpochResult(total / n, share, float(job.learning_rates[-1]))


def _batch_weights(job: EpochSpec, batch: int) -> Array | None:
    """Return the weights of the examples in a minibatch, or None where they have none."""
    if job.examples.weight is None:
        return None
    return job.examples.weight[job.order[batch * job.batch_size : (batch + 1) * job.batch_size]]
