"""Heads: a dense layer for each of k copies of the examples; an example's k answers come out side by side.

    z[i, j] = x[j n + i] W[j] + b[j]              (1)    W (k, n_in, c), b (k, c); (k n, n_in) → (n, k c)
    dW[j] = Σᵢ x[j n + i]ᵀ dz[i, j]               (2)
    db[j] = Σᵢ dz[i, j]                           (3)
    dx[j n + i] = dz[i, j] W[j]ᵀ                  (4)

z[i, j] are the c outputs of head j, columns j c to j c + c − 1 of row i. It ends what InputCopies begins. MeanOfHeads
is the loss for it, and HeadMean makes one answer of k. The slow version: docs/derivations/heads.md.
"""

from typing import Any

import numpy as np

from byhand.arguments import MAX_WIDTH, check_whole
from byhand.arrays import Array, Params, check_input, check_same_shape
from byhand.errors import ShapeError
from byhand.initializers import Initializer, he, initializer_for, zeros
from byhand.layers.base import Layer
from byhand.layers.input_copies import MAX_COPIES
from byhand.random import INIT, RandomStream


class Heads(Layer):
    """z[i, j] = x[j n + i] W[j] + b[j] for k heads j.

    n_heads : k, as many as InputCopies has copies   n_in, n_out : widths of one head, n_out being c
    initializer : draws each head's W, as in Dense   rng : the random stream for W; None: seed 0
    """

    kind = "heads"

    def __init__(
        self,
        n_heads: int,
        n_in: int,
        n_out: int,
        *,
        initializer: Initializer | str = he,
        rng: RandomStream | None = None,
    ) -> None:
        super().__init__()
        k = check_whole("Heads", "n_heads", n_heads, 1, MAX_COPIES)
        n_in = check_whole("Heads", "n_in", n_in, 1, MAX_WIDTH)
        n_out = check_whole("Heads", "n_out", n_out, 1, MAX_WIDTH)
        draw, rng = initializer_for("Heads", initializer), rng or RandomStream(0, INIT)
        W = np.stack([draw(rng, n_in, n_out) for _ in range(k)]).astype(np.float32)
        self.params = {"W": W, "b": np.zeros((k, n_out), dtype=np.float32)}

    @classmethod
    def zeros(cls, n_heads: int, n_in: int, n_out: int) -> "Heads":
        """Return a layer whose weights are all zero, to be filled by a loader."""
        return cls(n_heads, n_in, n_out, initializer=zeros)

    @property
    def n_in(self) -> int:
        return int(self.params["W"].shape[1])

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Array]:
        """Return z (n, k c), and x as (k, n, n_in). Raises ShapeError if x is not (k n, n_in)."""
        W, b = self.params["W"], self.params["b"]
        check_input("Heads", x, self.n_in)
        if len(x) % len(W):
            raise ShapeError(f"Heads got {len(x)} rows; expected {len(W)} copies of as many examples.")
        x = x.reshape(len(W), -1, self.n_in)
        z = x @ W + b[:, None]  # (1)
        return _side_by_side(z), x

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dx (k n, n_in) or None, and the gradients "W" (k, n_in, c) and "b" (k, c)."""
        x, W = saved, self.params["W"]
        k, n, n_in = x.shape
        check_same_shape("Heads", "dz", dy, (n, k * W.shape[2]))
        dz = dy.reshape(n, k, -1).transpose(1, 0, 2)
        grads: Params = {"W": x.transpose(0, 2, 1) @ dz, "b": dz.sum(axis=1)}  # (2), (3)
        return ((dz @ W.transpose(0, 2, 1)).reshape(k * n, n_in) if need_dx else None), grads  # (4)

    def n_out(self, n_in: int) -> int:
        k, width, c = self.params["W"].shape
        if n_in != width:
            raise ShapeError(f"Heads with {width} inputs cannot follow a layer with {n_in} outputs.")
        return int(k * c)

    def copies_behind(self, copies: int) -> int:
        k = len(self.params["W"])
        if copies != k:
            raise ShapeError(f"{k} Heads got {copies} copies of each example; expected as many, made by InputCopies.")
        return 1

    def spec(self) -> dict[str, Any]:
        n_heads, n_in, n_out = self.params["W"].shape
        return {"n_heads": n_heads, "n_in": n_in, "n_out": n_out}


def _side_by_side(z: Array) -> Array:
    """Return outputs (k, n, c) as (n, k c)."""
    rows: Array = z.transpose(1, 0, 2).reshape(z.shape[1], -1)
    return rows
