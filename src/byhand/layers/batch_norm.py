"""Batch normalization: each feature is centred and scaled by its own minibatch, then given a learned scale and shift.

    μ = mean over the batch, v = mean of (x − μ)²           (1)
    x̂ = (x − μ) / √(v + ε)                                  (2)
    y = γ x̂ + β                                             (3)
    dγ = Σᵢ dy x̂        dβ = Σᵢ dy                          (4)
    dx = γ / (n √(v + ε)) · (n dy − dβ − x̂ dγ)              (5)

(5) is the chain rule through μ and v as well: both depend on every x of the column. Prediction uses running averages
of μ and v in place of the batch's own. Source: Ioffe & Szegedy 2015. The slow version: docs/derivations/batch_norm.md.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.arguments import MAX_WIDTH, check_number, check_whole
from byhand.arrays import Array, Params, check_input
from byhand.errors import ShapeError
from byhand.layers.base import Layer
from byhand.random import RandomStream

BATCH_OF_ONE = (
    "BatchNorm got a batch of one example; expected two or more. Use a batch_size that leaves no remainder of 1."
)


@dataclass(frozen=True)
class Normalised:
    """What a forward pass saves for backward and for the running averages; mean and variance only in training."""

    x_hat: Array  # (n, width)
    inverse_std: Array  # (width,) 1 / √(v + ε)
    mean: Array | None  # (width,) of this batch
    variance: Array | None  # (width,) of this batch


class BatchNorm(Layer):
    """y = γ (x − μ) / √(v + ε) + β.

    width : number of features
    momentum : weight of the new batch in the running averages, 0 … 1
    epsilon : ε ≥ 0, keeps a constant feature from dividing by zero
    """

    kind = "batch_norm"

    def __init__(self, width: int, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        super().__init__()
        width = check_whole("BatchNorm", "width", width, 1, MAX_WIDTH)
        self.momentum = check_number("BatchNorm", "momentum", momentum, lambda m: 0 <= m <= 1, "0 ≤ momentum ≤ 1")
        self.epsilon = check_number("BatchNorm", "epsilon", epsilon, lambda ε: ε >= 0, "ε ≥ 0")
        self.params = {"gamma": np.ones(width, dtype=np.float32), "beta": np.zeros(width, dtype=np.float32)}
        self.statistics = {"mean": np.zeros(width, dtype=np.float32), "variance": np.ones(width, dtype=np.float32)}

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Normalised]:
        """Return y (n, width); training needs at least two examples, one has no variance."""
        gamma, beta = self.params["gamma"], self.params["beta"]
        check_input("BatchNorm", x, len(gamma))
        if not training:
            inverse_std = 1 / np.sqrt(self.statistics["variance"] + self.epsilon)
            x_hat = (x - self.statistics["mean"]) * inverse_std
            return gamma * x_hat + beta, Normalised(x_hat, inverse_std, None, None)
        if len(x) < 2:
            raise ShapeError(BATCH_OF_ONE)
        mean = x.mean(axis=0)
        variance = ((x - mean) ** 2).mean(axis=0)  # (1); no abs: stays analytic for the complex step
        inverse_std = 1 / np.sqrt(variance + self.epsilon)
        x_hat = (x - mean) * inverse_std  # (2)
        return gamma * x_hat + beta, Normalised(x_hat, inverse_std, mean, variance)  # (3)

    def backward(self, dy: Array, saved: Normalised, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dx (n, width) and {"gamma": (width,), "beta": (width,)}."""
        x_hat, scale = saved.x_hat, self.params["gamma"] * saved.inverse_std
        dgamma, dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)  # (4)
        grads = {"gamma": dgamma, "beta": dbeta}
        if saved.mean is None:  # the running averages do not depend on x
            return dy * scale, grads
        n = len(dy)
        return scale / n * (n * dy - dbeta - x_hat * dgamma), grads  # (5)

    def update_statistics(self, saved: Normalised) -> None:
        """Move the running averages one step towards this batch's statistics (unbiased variance: n / (n − 1))."""
        if saved.mean is None or saved.variance is None:
            return
        n = len(saved.x_hat)
        for name, new in (("mean", saved.mean), ("variance", saved.variance * (n / (n - 1)))):
            self.statistics[name] += self.momentum * (new - self.statistics[name])

    def fold_into(self, W: Array, b: Array) -> tuple[Array, Array]:
        """Return W and b of the one dense layer that computes Dense(W, b) followed by this layer, at inference."""
        scale = self.params["gamma"] / np.sqrt(self.statistics["variance"].astype(W.dtype) + self.epsilon)
        return W * scale, (b - self.statistics["mean"]) * scale + self.params["beta"]

    def n_out(self, n_in: int) -> int:
        if n_in != len(self.params["gamma"]):
            raise ShapeError(f"BatchNorm of width {len(self.params['gamma'])} cannot follow {n_in} outputs.")
        return n_in

    def spec(self) -> dict[str, Any]:
        return {"width": len(self.params["gamma"]), "momentum": self.momentum, "epsilon": self.epsilon}
