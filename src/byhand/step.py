"""One training step, in the five lines that everything else is about."""

from typing import Any

from byhand.arrays import Array
from byhand.losses.base import Loss
from byhand.network import Network, Trace
from byhand.optimizers.base import Optimizer
from byhand.random import RandomStream


def train_step(
    network: Network,
    loss: Loss,
    optimizer: Optimizer,
    rate: float,
    x: Array,
    y: Array,
    rng: RandomStream | None,
    weight: Array | None = None,
) -> tuple[Any, Trace]:
    """Learn from one minibatch: forward, loss, backward, update, statistics.

    x : (n, n_in)   y : (n,) labels or (n, k) targets   rng : for dropout   weight : (n,) of the examples
    Returns the loss before the update, and the trace.
    """
    trace = network.forward(x, training=True, rng=rng)
    value, saved = loss.forward(trace.output, y) if weight is None else loss.forward(trace.output, y, weight)
    grads = network.backward(loss.backward(saved), trace)
    optimizer.update(network.params, grads, rate)
    network.update_statistics(trace)
    return value, trace
