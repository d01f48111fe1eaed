"""Residual connection: adds the input of some layers to their output, so signal and gradient pass unchanged.

    y = x + f(x)                                  (1)    f: the inner layers, one after the other
    dx = dy + (dy propagated back through f)      (2)

Source: He, Zhang, Ren, Sun 2015. The slow version: docs/derivations/residual.md.
"""

from typing import Any

import numpy as np

from byhand.arguments import check_kind
from byhand.arrays import Array, Params
from byhand.errors import ShapeError
from byhand.layers.base import Layer
from byhand.random import RandomStream


class Residual(Layer):
    """y = x + inner(x). Wraps any layers whose input and output widths are equal.

    inner : layers; the arrays of layer i appear here under the names "i.name"
    """

    kind = "residual"

    def __init__(self, *inner: Layer) -> None:
        super().__init__()
        self.inner = tuple(check_kind("Residual", "an inner layer", layer, Layer, "layers") for layer in inner)
        self._share_arrays()

    def _share_arrays(self) -> None:
        """Show the inner layers' own arrays under this layer's names: updating one is updating the other."""
        self.params = {f"{i}.{name}": a for i, layer in enumerate(self.inner) for name, a in layer.params.items()}
        self.statistics = {
            f"{i}.{name}": a for i, layer in enumerate(self.inner) for name, a in layer.statistics.items()
        }

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, list[Any]]:
        """Return y and what each inner layer saved."""
        y, saved = x, []
        for layer in self.inner:
            y, kept = layer.forward(y, training=training, rng=rng)
            saved.append(kept)
        return x + y, saved  # (1)

    def backward(self, dy: Array, saved: list[Any], *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return dx and the inner layers' gradients."""
        grads: Params = {}
        inner_dy = dy
        for i in reversed(range(len(self.inner))):
            dx, inner_grads = self.inner[i].backward(inner_dy, saved[i], need_dx=need_dx or i > 0)
            grads.update({f"{i}.{name}": gradient for name, gradient in inner_grads.items()})
            inner_dy = dy if dx is None else dx
        return (dy + inner_dy if need_dx else None), grads  # (2)

    def update_statistics(self, saved: list[Any]) -> None:
        for layer, kept in zip(self.inner, saved, strict=True):
            layer.update_statistics(kept)

    def n_out(self, n_in: int) -> int:
        width = n_in
        for layer in self.inner:
            width = layer.n_out(width)
        if width != n_in:
            raise ShapeError(f"Residual got inner layers from {n_in} to {width}; expected equal widths to add.")
        return n_in

    def copies_behind(self, copies: int) -> int:
        behind = copies
        for layer in self.inner:
            behind = layer.copies_behind(behind)
        if behind != copies:
            raise ShapeError(f"Residual got {behind} copies of each example behind it; expected {copies}, as before.")
        return copies

    def spec(self) -> dict[str, Any]:
        return {"inner": [{"kind": layer.kind, **layer.spec()} for layer in self.inner]}

    def astype(self, dtype: np.dtype[Any]) -> None:
        for layer in self.inner:
            layer.astype(dtype)
        self._share_arrays()
