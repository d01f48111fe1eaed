"""Parameters in one flat array, as the core wants them, and back into the network's own."""

import ctypes
from dataclasses import dataclass

from byhand.arrays import Array, Params
from byhand.engines.described import DenseLayer
from byhand.engines.library import Net, Place, aligned


@dataclass(frozen=True, eq=False)
class Layout:
    """Where each parameter lies. size : floats in the flat array"""

    layers: list[DenseLayer]
    places: list[Place]
    size: int

    @classmethod
    def of(cls, library: ctypes.CDLL, layers: list[DenseLayer], table: Net) -> "Layout":
        """Ask the core for the layout."""
        places = (Place * len(layers))()
        size = library.bh_layout(ctypes.byref(table), places)
        if size < 0:
            raise RuntimeError(f"the C core refused a network it should know (status {-size})")
        return cls(layers, list(places), size)

    def views(self, flat: Array) -> Params:
        """Return every parameter's part of the flat array under its name in the network."""
        found: Params = {}
        for layer, place in zip(self.layers, self.places, strict=True):
            rows = flat[place.weights : place.weights + layer.n_in * place.stride]
            found[f"{layer.position}.W"] = rows.reshape(layer.n_in, place.stride)[:, : layer.n_out]
            found[f"{layer.position}.b"] = flat[place.biases : place.biases + layer.n_out]
        return found

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
