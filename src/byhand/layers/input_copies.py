"""Input copies: k copies of every example, each times numbers of its own, so that one network can answer in k ways.

    y[j n + i] = x[i] ⊙ R[j]                      (1)    R (k, d); (n, d) → (k n, d): copy 0 of all rows, then copy 1 …
    dR[j] = Σᵢ dy[j n + i] ⊙ x[i]                 (2)
    dx[i] = Σⱼ dy[j n + i] ⊙ R[j]                 (3)

The layers behind see k n examples and do not know it: their weights are shared by all copies. Heads (heads.py) puts
what belongs to one example together again, and a network with one of them needs the other. R begins as random signs,
so that no two copies are alike. It is TabM-mini's way to train k networks for little more than the cost of one. Source:
Gorishniy, Kotelnikov & Babenko 2025, "TabM". The slow version: docs/derivations/input_copies.md.
"""

from typing import Any

import numpy as np

from byhand.arguments import MAX_WIDTH, check_whole
from byhand.arrays import Array, Params, check_input, check_same_shape
from byhand.errors import ShapeError
from byhand.layers.base import Layer
from byhand.random import INIT, RandomStream

MAX_COPIES = 1024


class InputCopies(Layer):
    """k copies of x, each times its row of R (n_copies, n_in).

    n_copies : k   n_in : width of the input   rng : the random stream for the signs; None: seed 0
    """

    kind = "input_copies"

    def __init__(self, n_copies: int, n_in: int, *, rng: RandomStream | None = None) -> None:
        super().__init__()
        k = check_whole("InputCopies", "n_copies", n_copies, 1, MAX_COPIES)
        n_in = check_whole("InputCopies", "n_in", n_in, 1, MAX_WIDTH)
        heads_or_tails = (rng or RandomStream(0, INIT)).uniform(k, n_in) < 0.5
        self.params = {"R": np.where(heads_or_tails, -1, 1).astype(np.float32)}

    @property
    def n_in(self) -> int:
        return int(self.params["R"].shape[1])

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Array]:
        """Return y (k n, n_in) and x. Raises ShapeError if x is not (n, n_in)."""
        check_input("InputCopies", x, self.n_in)
        return (x * self.params["R"][:, None]).reshape(-1, self.n_in), x  # (1)

    def backward(self, dy: Array, saved: Array, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dx (n, n_in) or None, and the gradient "R" (k, n_in)."""
        x, R = saved, self.params["R"]
        check_same_shape("InputCopies", "dy", dy, (len(R) * len(x), self.n_in))
        dy = dy.reshape(len(R), *x.shape)
        grads: Params = {"R": (dy * x).sum(axis=1)}  # (2)
        return ((dy * R[:, None]).sum(axis=0) if need_dx else None), grads  # (3)

    def n_out(self, n_in: int) -> int:
        if n_in != self.n_in:
            raise ShapeError(f"InputCopies of {self.n_in} inputs cannot follow a layer with {n_in} outputs.")
        return n_in

    def copies_behind(self, copies: int) -> int:
        if copies != 1:
            raise ShapeError(f"InputCopies got {copies} copies of each example; expected the examples themselves.")
        return len(self.params["R"])

    def spec(self) -> dict[str, Any]:
        n_copies, n_in = self.params["R"].shape
        return {"n_copies": n_copies, "n_in": n_in}
