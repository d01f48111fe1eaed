"""Regression targets, scaled to mean 0 and deviation 1 for training; the last layer takes the scale afterwards.

Counts are divided by their mean, and the network says the logarithm: log μ = log μ′ + log mean, and e to the last.

A learning rate that suits targets near 1 blows up on house prices: the gradient of squared error grows with the
targets. Trained on t′ = (t − mean) / spread, the network says a′; what was asked for is

    a = spread · a′ + mean = h (W · spread) + (b · spread + mean)

so a last dense layer, or each head, takes the scale in, exactly, and the model that is saved is a plain network.
"""

from dataclasses import dataclass, replace

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.layers import Dense, Exp, Heads
from byhand.losses import Loss, Poisson
from byhand.losses.poisson import check_counts
from byhand.network import Network
from byhand.preprocessing import CONSTANT


@dataclass(frozen=True, eq=False)
class TargetScale:
    """mean, std : (k,), of each target over the training examples; the std of a constant counts as 1.

    is_log : the network says logarithms; then the mean is 0 and what stands in for the std is the mean
    """

    mean: Array
    std: Array
    is_log: bool = False

    @classmethod
    def of(cls, examples: Examples, network: Network, loss: Loss | None = None) -> "TargetScale | None":
        """Return the scale of these targets; None for classes, and where no last dense layer could take it in."""
        if examples.is_classes or not isinstance(network.layers[-1], Dense | Heads):
            return None
        targets = examples.y.reshape(len(examples), -1).astype(np.float64)
        mean, std = targets.mean(axis=0), targets.std(axis=0)
        if isinstance(loss, Poisson):
            check_counts(targets)
            return cls(np.zeros_like(mean), np.where(mean > 0, mean, 1.0), is_log=True)
        return cls(mean, np.where(std > CONSTANT * np.abs(mean), std, 1.0))

    def apply(self, examples: Examples) -> Examples:
        """Return the examples with targets (n, k) as the network is trained on them."""
        return replace(examples, y=(examples.y.reshape(len(examples), -1) - self.mean) / self.std)

    def fold_into(self, network: Network) -> Network:
        """Return a copy of a network trained on scaled targets that says the numbers themselves."""
        copy = network.astype(network.layers[0].dtype)
        last = copy.layers[-1].params
        if self.is_log:
            last["b"] += np.log(self.std)
            return Network([*copy.layers, Exp()])
        last["W"] *= self.std
        last["b"][:] = last["b"] * self.std + self.mean
        return copy
