"""What a layer is, in five laws. Every file in this folder keeps them; the tests hold each file to them.

1. `forward(x)` returns the output and `saved`: exactly what `backward` needs, and nothing is kept in the layer.
2. `backward(dy, saved)` returns dx and the gradients, named and shaped like `params`.
3. Neither writes to the layer. The running averages of batch normalization, which are learned from the
   data without gradients, are written by `update_statistics`, which belongs to the update phase.
4. `params` and `statistics` are plain dicts of arrays; the network prefixes their names with the layer's position.
5. Every layer passes the gradient check, and docs/derivations has a page of the same name.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from byhand.arrays import Array, Params
from byhand.errors import ShapeError
from byhand.random import RandomStream


class Layer:
    """Base class. A layer without parameters overrides only forward and backward.

    kind : the layer's name in saved models
    params : name → array, changed by the optimizer only
    statistics : name → array, changed by update_statistics only
    """

    kind: ClassVar[str]
    params: Params
    statistics: Params

    def __init__(self) -> None:
        self.params, self.statistics = {}, {}

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> tuple[Array, Any]:
        """Return (y, saved). Only dropout and batch normalization use `training` and `rng`."""
        raise NotImplementedError

    def backward(self, dy: Array, saved: Any, *, need_dx: bool = True) -> tuple[Array | None, Params]:
        """Return (dx, gradients). `need_dx` is False for the first layer: the gradient of the data is not needed."""
        raise NotImplementedError

    def update_statistics(self, saved: Any) -> None:
        """Update the running averages from this minibatch. Most layers have none."""

    @property
    def n_in(self) -> int:
        """The width of the input, of a layer that a network may begin with; 0: it takes any."""
        return len(self.params.get("W", ()))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of its parameters; a layer without any has no such attribute."""
        if not self.params:
            raise AttributeError(f"{type(self).__name__} has no parameters and so no dtype")
        return next(iter(self.params.values())).dtype

    def n_out(self, n_in: int) -> int:
        """Return the width of the output for an input of width n_in; raise ShapeError if it does not fit."""
        return n_in

    def copies_behind(self, copies: int) -> int:
        """Return how many rows an example has behind this layer, of as many before it; raise ShapeError if wrong."""
        return copies

    def input_of(self, unit: int) -> int | None:
        """Return the only input that an output unit is computed from; None: all of them, or of its number."""
        return None

    def spec(self) -> dict[str, Any]:
        """Return what the constructor needs to make this layer again, as plain numbers and strings."""
        return {}

    def astype(self, dtype: np.dtype[Any]) -> None:
        """Make every array of this layer a copy of the given dtype."""
        self.params = {name: array.astype(dtype) for name, array in self.params.items()}
        self.statistics = {name: array.astype(dtype) for name, array in self.statistics.items()}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.spec().items())})"


def check_chain(layers: Sequence[Layer]) -> list[int]:
    """Return the width of a network's input, then that behind each layer.

    Raises ShapeError where a layer does not fit the one before, or copies of the examples are not joined again.
    """
    widths, copies = [layers[0].n_in], 1
    for layer in layers:
        widths.append(layer.n_out(widths[-1]))
        copies = layer.copies_behind(copies)
    if copies != 1:
        raise ShapeError(f"a network got {copies} copies of each example and no Heads that join them.")
    return widths


def most_copies(layers: Sequence[Layer]) -> int:
    """Return how many rows an example has at most on its way through these layers: 1 where none copies it."""
    copies = most = 1
    for layer in layers:
        copies = layer.copies_behind(copies)
        most = max(most, copies)
    return most
