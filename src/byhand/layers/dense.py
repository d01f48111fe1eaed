"""Dense layer: every input is connected with every output.

    z = x W + b                                   (1)    x (n, n_in), W (n_in, n_out), b (n_out,), z (n, n_out)

One entry is z[i, j] = Σₖ x[i, k] W[k, j] + b[j]. The loss L reaches W, b and x through z alone, so by the chain rule

    ∂L/∂W[k, j] = Σᵢ dz[i, j] x[i, k]      dW = xᵀ dz    (2)
    ∂L/∂b[j]    = Σᵢ dz[i, j]              db = Σᵢ dz    (3)
    ∂L/∂x[i, k] = Σⱼ dz[i, j] W[k, j]      dx = dz Wᵀ    (4)

The slow version with a worked example: docs/derivations/dense.md.
"""

from typing import Any

import numpy as np

from byhand.arguments import MAX_WIDTH, check_whole
from byhand.arrays import Array, Params, check_input, check_same_shape
from byhand.errors import ShapeError
from byhand.initializers import Initializer, he, initializer_for, zeros
from byhand.layers.base import Layer
from byhand.random import INIT, RandomStream


class Dense(Layer):
    """z = x W + b.

    n_in, n_out : widths
    initializer : draws W, a function or a name ("he", "glorot", "zeros"); he, the default, is meant for ReLU
    rng : the random stream for W; None: seed 0, so layers of one shape start with equal
        weights. Network.mlp gives each its own stream.
    """

    kind = "dense"

    def __init__(
        self, n_in: int, n_out: int, *, initializer: Initializer | str = he, rng: RandomStream | None = None
    ) -> None:
        super().__init__()
        n_in = check_whole("Dense", "n_in", n_in, 1, MAX_WIDTH)
        n_out = check_whole("Dense", "n_out", n_out, 1, MAX_WIDTH)
        draw = initializer_for("Dense", initializer)
        W = draw(rng or RandomStream(0, INIT), n_in, n_out).astype(np.float32)
        self.params = {"W": W, "b": np.zeros(n_out, dtype=np.float32)}

    @classmethod
    def zeros(cls, n_in: int, n_out: int) -> "Dense":
        """Return a layer whose weights are all zero, to be filled by a loader. Left at zero, it never learns."""
        return cls(n_in, n_out, initializer=zeros)

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Array]:
        """Return z (n, n_out) and x. Raises ShapeError if x is not (n, n_in)."""
        W, b = self.params["W"], self.params["b"]
        check_input("Dense", x, len(W))
        z = x @ W  # (1)
        z += b
        return z, x

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Send the gradient through z = x W + b.

        dy : (n, n_out)  gradient of the mean loss with respect to z
        saved : (n, n_in)  the input x
        Returns dx (n, n_in) or None, and {"W": (n_in, n_out), "b": (n_out,)}.
        """
        x, dz, W = saved, dy, self.params["W"]
        check_same_shape("Dense", "dz", dz, (len(x), W.shape[1]))
        grads = {"W": x.T @ dz, "b": dz.sum(axis=0)}  # (2), (3)
        return (dz @ W.T if need_dx else None), grads  # (4)

    def n_out(self, n_in: int) -> int:
        W = self.params["W"]
        if n_in != len(W):
            raise ShapeError(f"Dense with {len(W)} inputs cannot follow a layer with {n_in} outputs.")
        return int(W.shape[1])

    def spec(self) -> dict[str, Any]:
        n_in, n_out = self.params["W"].shape
        return {"n_in": n_in, "n_out": n_out}
