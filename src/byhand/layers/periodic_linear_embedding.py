"""Periodic linear embedding: a number of a table is replaced by several, made of cosines and sines it learns.

    u[i, j, k] = 2π w[j, k] x[i, j]               (1)    w (d, f): f frequencies for each of d columns
    v = [cos u, sin u]                            (2)    (2f,) for each column
    e[i, j] = v[i, j] V[j] + c[j]                 (3)    V (d, 2f, m), c (d, m): m numbers for each column
    y = [x of the other columns, e]               (4)    (n, n_in − d + d m)

With de, the part of dy that belongs to e, and A and B, the halves of V for cosines and sines:

    dV[j] = Σᵢ v[i, j]ᵀ de[i, j]                  (5)
    dc[j] = Σᵢ de[i, j]                           (6)
    du = −sin u ⊙ (de Aᵀ) + cos u ⊙ (de Bᵀ)       (7)
    dw = 2π Σᵢ x[i, j] du[i, j]                   (8)
    dx[j] = 2π Σₖ w[j, k] du[j, k]                (9)    of embedded columns; the others' is their part of dy

It is "PL" without the ReLU of "PLR" (Gorishniy, Rubachev & Babenko 2022, section 3.3). PeriodicEmbedding (PBLD) has a
phase for each cosine in the place of the sine, and keeps the column. f, m and the start are those of RealMLP's PBLD:
f = 16, m = 4, w from N(0, 0.1²), V and c from U(−1/√(2f), 1/√(2f)), all at a tenth of the rate. The slow version:
docs/derivations/periodic_linear_embedding.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.arguments import MAX_WIDTH, check_number, check_whole
from byhand.arrays import Array, Params, check_input, check_same_shape
from byhand.errors import ShapeError
from byhand.layers.base import Layer
from byhand.layers.periodic_embedding import MAX_DIM, MAX_FREQUENCIES, TURN, checked_columns
from byhand.random import INIT, RandomStream


@dataclass(frozen=True, eq=False)
class Turns:
    """What a forward pass saves."""

    x: Array  # (d, n, 1) the embedded columns
    v: Array  # (d, n, 2f) cosines, then sines


class PeriodicLinearEmbedding(Layer):
    """y = [x of the other columns, [cos 2π w x, sin 2π w x] V + c] for some columns of x.

    n_in : width of the input   columns : which of its columns are embedded, rising, one or more
    n_frequencies : f, frequencies of a column   embedding_dim : m, numbers that a column becomes
    frequency_std : of the frequencies at the start, in turns per unit of x
    rng : the random stream for all three arrays; None: seed 0
    """

    kind = "periodic_linear_embedding"

    def __init__(
        self,
        n_in: int,
        columns: Sequence[int],
        *,
        n_frequencies: int = 16,
        embedding_dim: int = 4,
        frequency_std: float = 0.1,
        rng: RandomStream | None = None,
    ) -> None:
        super().__init__()
        who = "PeriodicLinearEmbedding"
        self._n_in = check_whole(who, "n_in", n_in, 1, MAX_WIDTH)
        self.columns = checked_columns(who, columns, self._n_in)
        self.others = sorted(set(range(self._n_in)) - set(self.columns))
        f = check_whole(who, "n_frequencies", n_frequencies, 1, MAX_FREQUENCIES)
        m = check_whole(who, "embedding_dim", embedding_dim, 1, MAX_DIM)
        std = check_number(who, "frequency_std", frequency_std, lambda s: s >= 0, "0 or more")
        rng, d, limit = rng or RandomStream(0, INIT), len(self.columns), 1 / math.sqrt(2 * f)
        arrays = {
            "frequency": std * rng.normal(d, f),
            "V": limit * (2 * rng.uniform(d, 2 * f, m) - 1),
            "c": limit * (2 * rng.uniform(d, m) - 1),
        }
        self.params = {name: array.astype(np.float32) for name, array in arrays.items()}

    @property
    def n_in(self) -> int:
        return self._n_in

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Turns]:
        """Return y (n, n_in − d + d m) and what backward needs. Raises ShapeError if x is not (n, n_in)."""
        check_input("PeriodicLinearEmbedding", x, self._n_in)
        columns = x.T[list(self.columns), :, None]
        u = TURN * self.params["frequency"][:, None] * columns  # (1)
        v = np.concatenate([np.cos(u), np.sin(u)], axis=2)  # (2)
        e = v @ self.params["V"] + self.params["c"][:, None]  # (3)
        y = np.concatenate([x[:, self.others], e.transpose(1, 0, 2).reshape(len(x), -1)], axis=1)  # (4)
        return y, Turns(columns, v)

    def backward(self, dy: Array, saved: Turns, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dx (n, n_in) or None, and the gradients "frequency" (d, f), "V" (d, 2f, m), "c" (d, m)."""
        d, n, _ = saved.x.shape
        check_same_shape("PeriodicLinearEmbedding", "dy", dy, (n, self.n_out(self._n_in)))
        de = dy[:, len(self.others) :].reshape(n, d, -1).transpose(1, 0, 2)
        grads: dict[str, Any] = {"V": saved.v.transpose(0, 2, 1) @ de, "c": de.sum(axis=1)}  # (5), (6)
        of_cos, of_sin = np.split(de @ self.params["V"].transpose(0, 2, 1), 2, axis=2)
        cos, sin = np.split(saved.v, 2, axis=2)
        du = cos * of_sin - sin * of_cos  # (7)
        grads["frequency"] = TURN * (saved.x * du).sum(axis=1)  # (8)
        if not need_dx:
            return None, grads
        dx = np.empty((n, self._n_in), dtype=dy.dtype)
        dx[:, self.others] = dy[:, : len(self.others)]
        dx[:, list(self.columns)] = TURN * (self.params["frequency"][:, None] * du).sum(axis=2).T  # (9)
        return dx, grads

    def n_out(self, n_in: int) -> int:
        if n_in != self._n_in:
            raise ShapeError(f"PeriodicLinearEmbedding of {self._n_in} inputs cannot follow {n_in} outputs.")
        return len(self.others) + self.params["c"].size

    def input_of(self, unit: int) -> int:
        new = unit - len(self.others)
        return self.others[unit] if new < 0 else self.columns[new // self.params["c"].shape[1]]

    def spec(self) -> dict[str, Any]:
        d, f = self.params["frequency"].shape
        m = self.params["c"].size // d
        return {"n_in": self._n_in, "columns": list(self.columns), "n_frequencies": f, "embedding_dim": m}


def n_numbers(columns: Sequence[int], n_frequencies: int, embedding_dim: int) -> int:
    """Return how many parameters a layer of these sizes has."""
    return len(columns) * (n_frequencies + (2 * n_frequencies + 1) * embedding_dim)
