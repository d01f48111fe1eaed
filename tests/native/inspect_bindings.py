"""The core's functions that look inside, called as the page calls them."""

import ctypes
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.engines import bindings as c
from byhand.engines.core_tables import network_table
from byhand.losses import SoftmaxCrossEntropy
from byhand.losses.base import Loss
from byhand.lowering import lower
from byhand.network import Network
from byhand.preprocessing import InputScaler


class Example(ctypes.Structure):
    _fields_ = (
        ("raw", ctypes.c_void_p),
        ("scale", ctypes.c_void_p),
        ("shift", ctypes.c_void_p),
        ("lowest", ctypes.c_double),
        ("highest", ctypes.c_double),
    )


def at(array: Array | None) -> ctypes.c_void_p:
    return ctypes.c_void_p(None if array is None else array.ctypes.data)


class Inside:
    """A float32 network laid out for the core, and its functions, called with arrays of exact size."""

    def __init__(self, network: Network, loss: Loss | None = None) -> None:
        library = c.load()
        self.layers = lower(network)
        self.table = network_table(self.layers, loss or SoftmaxCrossEntropy())
        self.offsets = (c.LayerOffsets * len(self.layers))()
        self.units = sum(layer.n_out for layer in self.layers)
        self.params = np.zeros(library.bh_layout(ctypes.byref(self.table), self.offsets), dtype=np.float32)
        for place, layer in zip(self.offsets, self.layers, strict=True):
            W, b = (network.params[f"{layer.name}.{name}"] for name in "Wb")
            self.weights(self.params, place, layer.n_in)[:, : layer.n_out] = W
            self.params[place.biases : place.biases + layer.n_out] = b
        library.bh_robustness_scratch.restype = ctypes.c_int64
        self.scratch = np.zeros(max(0, library.bh_robustness_scratch(ctypes.byref(self.table))))

    def weights(self, flat: Array, place: Any, n_in: int) -> Array:
        return flat[place.weights : place.weights + n_in * place.stride].reshape(n_in, place.stride)

    def call(self, name: str, *rest: Any) -> int:
        status: int = getattr(c.load(), name)(ctypes.byref(self.table), *rest)
        return status

    def trace(self, x: Array, target: Array) -> tuple[list[Array], list[Array], float]:
        """Return z, a, da, dz (units) each, dW and db of each layer, and the loss."""
        z, a, da, dz = (np.full(self.units + 1, 7.0) for _ in range(4))
        loss, grads = np.zeros(1), np.full(len(self.params), 7.0)
        assert self.call("bh_forward", at(self.params), at(x), at(z), at(a)) == 0
        assert self.call("bh_backward", at(self.params), at(target), at(z), at(a), at(da), at(dz), at(loss)) == 0
        assert self.call("bh_gradients", at(x), at(a), at(dz), at(grads)) == 0
        assert {array[-1] for array in (z, a, da, dz)} == {7.0}
        found = []
        for place, layer in zip(self.offsets, self.layers, strict=True):
            found.append(self.weights(grads, place, layer.n_in)[:, : layer.n_out])
            found.append(grads[place.biases : place.biases + layer.n_out])
        return [z[:-1], a[:-1], da[:-1], dz[:-1]], found, float(loss[0])

    def example(self, stored: Array, preparation: InputScaler, lowest: float = 0, highest: float = 255) -> Example:
        self.kept = [stored.astype(np.float64)]  # the structure holds addresses only
        for numbers in (preparation.scale, preparation.shift):
            self.kept.append(np.broadcast_to(numbers, stored.shape).astype(np.float32))
        return Example(*(array.ctypes.data for array in self.kept), lowest, highest)

    def contributions(self, example: Example, toward: int, against: int) -> tuple[Array, float] | int:
        shares, rest = np.zeros(self.layers[0].n_in), np.zeros(1)
        arguments = (ctypes.byref(example), toward, against, at(self.scratch), at(shares), at(rest))
        return self.call("bh_attributions", at(self.params), *arguments) or (shares, float(rest[0]))

    def radius(self, example: Example) -> float:
        found = np.zeros(1)
        assert (
            self.call("bh_certified_radius", at(self.params), ctypes.byref(example), at(self.scratch), at(found)) == 0
        )
        return float(found[0])

    def flip(self, example: Example) -> tuple[Array, float]:
        changed, found = np.zeros(self.layers[0].n_in), np.zeros(1)
        arguments = (ctypes.byref(example), at(self.scratch), at(changed), at(found))
        assert self.call("bh_adversarial_example", at(self.params), *arguments) == 0
        return changed, float(found[0])
