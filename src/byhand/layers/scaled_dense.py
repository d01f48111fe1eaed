"""Scaled dense layer: a dense layer whose inputs are first multiplied by a number each, which is learned.

    z = (x ⊙ s) W + b                             (1)    s (n_in,), 1 at first
    dW = (x ⊙ s)ᵀ dz                              (2)
    db = Σᵢ dz                                    (3)
    ds[k] = Σᵢ x[i, k] (dz Wᵀ)[i, k]              (4)
    dx = (dz Wᵀ) ⊙ s                              (5)

It has the functions of a dense layer, s ⊙ W in the place of W; what differs is the way there. With a large rate of
its own (ParamGroups) a column's scale grows or shrinks as a whole, which is a soft selection of columns: RealMLP's
"scaling layer". Source: Holzmüller, Grinsztajn & Steinwart 2024. The slow version: docs/derivations/scaled_dense.md.
"""

from typing import Any

import numpy as np

from byhand.arrays import Array, Params, check_input, check_same_shape
from byhand.initializers import Initializer, he, zeros
from byhand.layers.dense import Dense
from byhand.random import RandomStream


class ScaledDense(Dense):
    """z = (x ⊙ s) W + b; the parameter s is called "scale". Arguments: see Dense."""

    kind = "scaled_dense"

    def __init__(
        self, n_in: int, n_out: int, *, initializer: Initializer | str = he, rng: RandomStream | None = None
    ) -> None:
        super().__init__(n_in, n_out, initializer=initializer, rng=rng)
        self.params = {"scale": np.ones(len(self.params["W"]), dtype=np.float32), **self.params}

    @classmethod
    def zeros(cls, n_in: int, n_out: int) -> "ScaledDense":
        """Return a layer whose weights are all zero, to be filled by a loader."""
        return cls(n_in, n_out, initializer=zeros)

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Array]:
        """Return z (n, n_out) and x. Raises ShapeError if x is not (n, n_in)."""
        check_input("ScaledDense", x, len(self.params["W"]))
        return (x * self.params["scale"]) @ self.params["W"] + self.params["b"], x  # (1)

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dx (n, n_in) or None, and the gradients "scale" (n_in,), "W" (n_in, n_out), "b" (n_out,)."""
        x, dz, W, scale = saved, dy, self.params["W"], self.params["scale"]
        check_same_shape("ScaledDense", "dz", dz, (len(x), W.shape[1]))
        G = x.T @ dz
        grads: dict[str, Any] = {"W": scale[:, None] * G, "b": dz.sum(axis=0)}  # (2), (3)
        grads["scale"] = (W * G).sum(axis=1)  # (4): the sums over i and over the columns of W change places
        return (dz @ W.T * scale if need_dx else None), grads  # (5)

    def fold(self) -> Dense:
        """Return the dense layer that computes the same."""
        dense = Dense(*self.params["W"].shape)
        dense.params = {"W": self.params["scale"][:, None] * self.params["W"], "b": self.params["b"].copy()}
        return dense
