"""Parameters in one flat array, as the core wants them, and back into the network's own."""

import ctypes
from dataclasses import dataclass

from byhand.arrays import Array, Params
from byhand.engines.bindings import REFUSALS, LayerOffsets, Net, aligned
from byhand.engines.lowering import DenseLayer
from byhand.network import Network


@dataclass(frozen=True, eq=False)
class Layout:
    """Where each parameter lies. size : floats in the flat array"""

    layers: list[DenseLayer]
    offsets: list[LayerOffsets]
    size: int

    @classmethod
    def of(cls, library: ctypes.CDLL, layers: list[DenseLayer], table: Net) -> "Layout":
        """Ask the core for the layout."""
        offsets = (LayerOffsets * len(layers))()
        size = library.bh_layout(ctypes.byref(table), offsets)
        if size < 0:
            raise RuntimeError(f"the C core refused a network it should know : {REFUSALS[size]}")
        return cls(layers, list(offsets), size)

    def views(self, flat: Array) -> Params:
        """Return the part of the flat array of every parameter that is learned, under its name in the network."""
        found: Params = {}
        for layer, at in zip(self.layers, self.offsets, strict=True):
            rows = flat[at.weights : at.weights + layer.n_in * at.stride]
            found[f"{layer.name}.W"] = rows.reshape(layer.n_in, at.stride)[:, : layer.n_out]
            found[f"{layer.name}.b"] = flat[at.biases : at.biases + layer.n_out]
            if layer.norm:
                found[f"{layer.norm_name}.gamma"] = flat[at.gamma : at.gamma + layer.n_out]
                found[f"{layer.norm_name}.beta"] = flat[at.beta : at.beta + layer.n_out]
        return found

    def statistics(self, flat: Array) -> Params:
        """Return the part of the flat array of every running average, under its name in the network."""
        found: Params = {}
        for layer, at in zip(self.layers, self.offsets, strict=True):
            if layer.norm:
                found[f"{layer.norm_name}.mean"] = flat[at.mean : at.mean + layer.n_out]
                found[f"{layer.norm_name}.variance"] = flat[at.variance : at.variance + layer.n_out]
        return found

    def pack_network(self, network: Network) -> Array:
        """Return a new flat array with the network's parameters and running averages in it."""
        flat = self.packed(network.params)
        for name, view in self.statistics(flat).items():
            view[...] = network.statistics[name]
        return flat

    def unpack_network(self, flat: Array, into: Network) -> None:
        """Copy parameters and running averages to the network's own arrays."""
        self.unpack(flat, into.params)
        for name, view in self.statistics(flat).items():
            into.statistics[name][...] = view

    def packed(self, arrays: Params, prefix: str = "") -> Array:
        """Return a new flat array with these arrays in it; zeros for those that do not exist yet."""
        flat = aligned(self.size)
        for name, view in self.views(flat).items():
            if prefix + name in arrays:
                view[...] = arrays[prefix + name]
        return flat

    def unpack(self, flat: Array, into: Params, prefix: str = "") -> None:
        """Copy every part of the flat array to its own array, which is made where there is none."""
        for name, view in self.views(flat).items():
            if prefix + name in into:
                into[prefix + name][...] = view
            else:
                into[prefix + name] = view.copy()
