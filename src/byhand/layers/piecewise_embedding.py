"""Piecewise linear embedding: a number of a table becomes several, each a curve with a bend at every edge of its bins.

    z[i, j, t] = (x[i, j] − b[j, t]) / (b[j, t + 1] − b[j, t]), kept within 0 … 1   (1)   b (d, T + 1): T bins a column
    e[i, j] = z[i, j] V[j] + c[j]                 (2)    V (d, T, m), c (d, m): m numbers for each of d columns
    y = [x, e]                                    (3)    (n, n_in + d m): all columns as they are, then the new ones

A bin below x has z = 1, a bin above it 0, and the bin that x is in has the share of the way through it. A bin without
width, of equal edges, has z = 0. With de, the part of dy that belongs to e:

    dV[j] = Σᵢ z[i, j]ᵀ de[i, j]                  (4)
    dc[j] = Σᵢ de[i, j]                           (5)
    dx = dy[: n_in] + (de Vᵀ)[t] / (b[t + 1] − b[t])   (6)    t: the bin that x is in; no term outside of all bins

The edges are not learned: they are quantiles of the training rows, so that every bin has as many. V and c begin in
U(−1/√T, 1/√T). Source: Gorishniy, Rubachev & Babenko 2022, "PLE" and "L", section 3.2; there e stands in the place of
the column. The slow version: docs/derivations/piecewise_embedding.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.arguments import MAX_WIDTH, check_whole
from byhand.arrays import Array, Params, check_input, check_same_shape
from byhand.errors import ShapeError
from byhand.layers.base import Layer
from byhand.layers.periodic_embedding import MAX_DIM, checked_columns
from byhand.random import INIT, RandomStream

MAX_BINS = 1024
REACH = 3.0  # the first edges are even over −3 … 3, where inputs are that were scaled as the estimators scale them


@dataclass(frozen=True, eq=False)
class Places:
    """What a forward pass saves."""

    z: Array  # (d, n, T)
    inside: Array  # (d, n, T) is x in this bin?


class PiecewiseLinearEmbedding(Layer):
    """y = [x, z V + c] for some columns of x, with z the place of a number among bins; "edges" (d, n_bins + 1).

    n_in : width of the input   columns : which of its columns are embedded, rising, one or more
    n_bins : T, bins of a column   embedding_dim : m, numbers that a column gets beside its own
    rng : the random stream for V and c; None: seed 0
    """

    kind = "piecewise_embedding"

    def __init__(
        self,
        n_in: int,
        columns: Sequence[int],
        *,
        n_bins: int = 48,
        embedding_dim: int = 16,
        rng: RandomStream | None = None,
    ) -> None:
        super().__init__()
        who = "PiecewiseLinearEmbedding"
        self._n_in = check_whole(who, "n_in", n_in, 1, MAX_WIDTH)
        self.columns = checked_columns(who, columns, self._n_in)
        bins = check_whole(who, "n_bins", n_bins, 1, MAX_BINS)
        m = check_whole(who, "embedding_dim", embedding_dim, 1, MAX_DIM)
        rng, d = rng or RandomStream(0, INIT), len(self.columns)
        arrays = {"V": 2 * rng.uniform(d, bins, m) - 1, "c": 2 * rng.uniform(d, m) - 1}
        self.params = {name: (array / math.sqrt(bins)).astype(np.float32) for name, array in arrays.items()}
        self.statistics = {"edges": np.tile(np.linspace(-REACH, REACH, bins + 1, dtype=np.float32), (d, 1))}

    @property
    def n_in(self) -> int:
        return self._n_in

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Places]:
        """Return y (n, n_in + d m) and what backward needs. Raises ShapeError if x is not (n, n_in)."""
        check_input("PiecewiseLinearEmbedding", x, self._n_in)
        low, width = self._bins()
        share = (x.T[list(self.columns), :, None] - low) / np.where(width > 0, width, 1)
        inside = (width > 0) & (share.real > 0) & (share.real < 1)
        z = np.where(inside, share, (width > 0) & (share.real >= 1))  # (1)
        e = z @ self.params["V"] + self.params["c"][:, None]  # (2)
        return np.concatenate([x, e.transpose(1, 0, 2).reshape(len(x), -1)], axis=1), Places(z, inside)  # (3)

    def backward(self, dy: Array, saved: Places, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dx (n, n_in) or None, and the gradients "V" (d, T, m) and "c" (d, m)."""
        d, n, _ = saved.z.shape
        check_same_shape("PiecewiseLinearEmbedding", "dy", dy, (n, self.n_out(self._n_in)))
        de = dy[:, self._n_in :].reshape(n, d, -1).transpose(1, 0, 2)
        grads: dict[str, Any] = {"V": saved.z.transpose(0, 2, 1) @ de, "c": de.sum(axis=1)}  # (4), (5)
        if not need_dx:
            return None, grads
        _, width = self._bins()
        dz = de @ self.params["V"].transpose(0, 2, 1)
        dx = dy[:, : self._n_in].copy()
        dx[:, list(self.columns)] += (saved.inside * dz / np.where(width > 0, width, 1)).sum(axis=2).T  # (6)
        return dx, grads

    def _bins(self) -> tuple[Array, Array]:
        """Return the lower edges and the widths of the bins, (d, 1, T) each."""
        edges = self.statistics["edges"].real[:, None]
        return edges[..., :-1], np.diff(edges)

    def n_out(self, n_in: int) -> int:
        if n_in != self._n_in:
            raise ShapeError(f"PiecewiseLinearEmbedding of {self._n_in} inputs cannot follow {n_in} outputs.")
        return n_in + self.params["c"].size

    def input_of(self, unit: int) -> int:
        return unit if unit < self._n_in else self.columns[(unit - self._n_in) // self.params["c"].shape[1]]

    def spec(self) -> dict[str, Any]:
        _, bins, m = self.params["V"].shape
        return {"n_in": self._n_in, "columns": list(self.columns), "n_bins": bins, "embedding_dim": m}


def n_numbers(columns: Sequence[int], n_bins: int, embedding_dim: int) -> int:
    """Return how many numbers the arrays of a layer of these sizes have, its edges included."""
    return len(columns) * (n_bins + 1 + (n_bins + 1) * embedding_dim)
