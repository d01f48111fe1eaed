"""Periodic embedding: a number of a table becomes several, made of cosines whose frequencies are learned.

    u[i, j, k] = 2π w[j, k] x[i, j] + φ[j, k]     (1)    w, φ (d, f): f waves for each of d columns
    v = cos u                                     (2)
    e[i, j] = v[i, j] V[j] + c[j]                 (3)    V (d, f, m), c (d, m): m numbers for each column
    y = [x, e]                                    (4)    (n, n_in + d m): all columns as they are, then the new ones

With de, the part of dy that belongs to e, and the other part, which belongs to x:

    dV[j] = Σᵢ v[i, j]ᵀ de[i, j]                  (5)
    dc[j] = Σᵢ de[i, j]                           (6)
    du = −sin u ⊙ (de Vᵀ)                         (7)
    dφ = Σᵢ du                                    (8)
    dw = 2π Σᵢ x[i, j] du[i, j]                   (9)
    dx = dy[: n_in] + 2π Σₖ w[j, k] du[i, j, k]   (10)   the sum for embedded columns only

RealMLP's "PBLD" (periodic, bias, linear, dense): f = 16, m = 3, w from N(0, 0.1²), φ from U(−π, π), V and c from
U(−1/√f, 1/√f), all learned at a tenth of the rate (ParamGroups). Sources: Gorishniy, Rubachev & Babenko 2022;
Holzmüller, Grinsztajn & Steinwart 2024. The slow version: docs/derivations/periodic_embedding.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from byhand.arguments import MAX_WIDTH, check_items, check_number, check_whole
from byhand.arrays import Array, Params, check_input, check_same_shape
from byhand.errors import OptionError, ShapeError
from byhand.layers.base import Layer
from byhand.random import INIT, RandomStream

TURN = 2 * math.pi
MAX_FREQUENCIES, MAX_DIM = 1024, 1024


@dataclass(frozen=True, eq=False)
class Waves:
    """What a forward pass saves."""

    x: Array  # (d, n, 1) the embedded columns
    u: Array  # (d, n, f) angles
    v: Array  # (d, n, f) their cosines


class PeriodicEmbedding(Layer):
    """y = [x, cos(2π w x + φ) V + c] for some columns of x, each with waves of its own.

    n_in : width of the input   columns : which of its columns are embedded, rising, one or more
    n_frequencies : f, waves of a column   embedding_dim : m, numbers that a column gets beside its own
    frequency_std : of the frequencies at the start, in turns per unit of x
    rng : the random stream for all four arrays; None: seed 0
    """

    kind = "periodic_embedding"

    def __init__(
        self,
        n_in: int,
        columns: Sequence[int],
        *,
        n_frequencies: int = 16,
        embedding_dim: int = 3,
        frequency_std: float = 0.1,
        rng: RandomStream | None = None,
    ) -> None:
        super().__init__()
        who = "PeriodicEmbedding"
        self._n_in = check_whole(who, "n_in", n_in, 1, MAX_WIDTH)
        self.columns = checked_columns(who, columns, self._n_in)
        f = check_whole(who, "n_frequencies", n_frequencies, 1, MAX_FREQUENCIES)
        m = check_whole(who, "embedding_dim", embedding_dim, 1, MAX_DIM)
        std = check_number(who, "frequency_std", frequency_std, lambda s: s >= 0, "0 or more")
        rng, d = rng or RandomStream(0, INIT), len(self.columns)
        arrays = {
            "frequency": std * rng.normal(d, f),
            "phase": math.pi * _uniform(rng, d, f),
            "V": _uniform(rng, d, f, m) / math.sqrt(f),
            "c": _uniform(rng, d, m) / math.sqrt(f),
        }
        self.params = {name: array.astype(np.float32) for name, array in arrays.items()}

    @property
    def n_in(self) -> int:
        return self._n_in

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Waves]:
        """Return y (n, n_in + d m) and what backward needs. Raises ShapeError if x is not (n, n_in)."""
        check_input("PeriodicEmbedding", x, self._n_in)
        frequency, phase, c = (self.params[name][:, None] for name in ("frequency", "phase", "c"))
        columns = x.T[list(self.columns), :, None]
        u = TURN * frequency * columns + phase  # (1)
        v = np.cos(u)  # (2)
        e = v @ self.params["V"] + c  # (3)
        return np.concatenate([x, e.transpose(1, 0, 2).reshape(len(x), -1)], axis=1), Waves(columns, u, v)  # (4)

    def backward(self, dy: Array, saved: Waves, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dx (n, n_in) or None, and the gradients "frequency", "phase" (d, f), "V" (d, f, m), "c" (d, m)."""
        d, n, _ = saved.x.shape
        check_same_shape("PeriodicEmbedding", "dy", dy, (n, self.n_out(self._n_in)))
        de = dy[:, self._n_in :].reshape(n, d, -1).transpose(1, 0, 2)
        grads: dict[str, Any] = {"V": saved.v.transpose(0, 2, 1) @ de, "c": de.sum(axis=1)}  # (5), (6)
        du = -np.sin(saved.u) * (de @ self.params["V"].transpose(0, 2, 1))  # (7)
        grads |= {"phase": du.sum(axis=1), "frequency": TURN * (saved.x * du).sum(axis=1)}  # (8), (9)
        if not need_dx:
            return None, grads
        dx = dy[:, : self._n_in].copy()
        dx[:, list(self.columns)] += TURN * (self.params["frequency"][:, None] * du).sum(axis=2).T  # (10)
        return dx, grads

    def n_out(self, n_in: int) -> int:
        if n_in != self._n_in:
            raise ShapeError(f"PeriodicEmbedding of {self._n_in} inputs cannot follow a layer with {n_in} outputs.")
        return n_in + self.params["c"].size

    def input_of(self, unit: int) -> int:
        return unit if unit < self._n_in else self.columns[(unit - self._n_in) // self.params["c"].shape[1]]

    def spec(self) -> dict[str, Any]:
        _, f, m = self.params["V"].shape
        return {"n_in": self._n_in, "columns": list(self.columns), "n_frequencies": f, "embedding_dim": m}


def n_numbers(columns: Sequence[int], n_frequencies: int, embedding_dim: int) -> int:
    """Return how many parameters a layer of these sizes has."""
    return len(columns) * (2 * n_frequencies + (n_frequencies + 1) * embedding_dim)


def _uniform(rng: RandomStream, *shape: int) -> Array:
    """Return numbers from U(−1, 1)."""
    return 2.0 * rng.uniform(*shape) - 1.0


def checked_columns(who: str, columns: Sequence[int], n_in: int) -> tuple[int, ...]:
    """Return the columns as Python's own ints. Raises OptionError unless they are places of the input, rising."""
    items = check_items(who, "columns", columns, "places of columns like [0, 1, 4]")
    places = tuple(check_whole(who, "a column", column, 0, n_in - 1) for column in items)
    if not places or any(before >= after for before, after in pairwise(places)):
        raise OptionError(f"{who} got no columns, or not in rising order; expected some like [0, 1, 4].")
    return places
