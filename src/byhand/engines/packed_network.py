"""A network and its optimizer in the C core's form: tables, and flat arrays laid out as the core asks for them."""

import ctypes
import operator
from collections.abc import Iterator

import numpy as np

from byhand.arrays import Array
from byhand.engines.bindings import ALIGNMENT, LayerOffsets, aligned_bytes, aligned_zeros, refusal
from byhand.engines.core_tables import moment_names, network_table, optimizer_table
from byhand.layers import InputCopies
from byhand.losses.base import Loss
from byhand.lowering import EngineForm, FusedDense
from byhand.mlp import Embedding
from byhand.optimizers import SGD
from byhand.optimizers.base import Optimizer

PADDING = ALIGNMENT // 4  # floats: what lies before the first layer is filled up to a multiple of it


class PackedNetwork:
    """Copies, so that an epoch which fails leaves the originals alone; `write_back` copies what was learned to them.

    layers, embedding, copies : what was packed   n_in : numbers of an example   n_heads : 0 without copies
    table, rule : the core's   offsets : where each layer's arrays begin, in floats
    params : flat   moments : the optimizer's, each flat, by name: "velocity", or "m" and "v"
    """

    def __init__(
        self,
        library: ctypes.CDLL,
        layers: list[FusedDense],
        loss: Loss,
        optimizer: Optimizer | None = None,
        *,
        embedding: Embedding | None = None,
        copies: InputCopies | None = None,
    ) -> None:
        self._loss = loss
        self._describe(layers, embedding, copies)
        self.n_in = embedding.n_in if embedding else layers[0].n_in
        self.offsets = (LayerOffsets * len(layers))()
        self._n_floats: int = library.bh_layout(ctypes.byref(self.table), self.offsets)
        if self._n_floats < 0:
            raise refusal("a network", self._n_floats)
        self.params = aligned_zeros(self._n_floats)
        self._own = _own_arrays(layers, embedding, copies)
        self._places = list(self._arrays(self.params))
        self._optimizer, self.rule = optimizer_table(optimizer or SGD(), layers)
        self.moments = {name: aligned_zeros(self._n_floats) for name in moment_names(self._optimizer)}
        self._moment_places = {name: list(self._learned(flat)) for name, flat in self.moments.items()}
        self._pack()

    @property
    def n_weights(self) -> int:
        """Multiplications that one example costs in the forward pass."""
        return sum(layer.n_in * layer.n_out for layer in self.layers) * max(self.n_heads, 1)

    def repack(self, form: EngineForm) -> None:
        """Take the numbers of other layers of the same kinds and shapes; the table is a new one."""
        self._describe(form.layers, form.embedding, form.copies)
        self._places = list(self._arrays(self.params))
        self._pack()

    def refresh(self, form: EngineForm, loss: Loss, optimizer: Optimizer) -> bool:
        """Take the numbers and settings that network, loss and optimizer have by now; False: they are others."""
        inner, rule = optimizer_table(optimizer, form.layers)
        own = _own_arrays(form.layers, form.embedding, form.copies)
        is_same = len(own) == len(self._own) and all(map(operator.is_, own, self._own))
        if not is_same or moment_names(inner) != tuple(self.moments):
            return False
        self._loss, self._optimizer, self.rule = loss, inner, rule
        self._describe(form.layers, form.embedding, form.copies)
        self._pack()
        return True

    def _describe(self, layers: list[FusedDense], embedding: Embedding | None, copies: InputCopies | None) -> None:
        self.layers, self.embedding, self.copies = layers, embedding, copies
        self.n_heads = len(copies.params["R"]) if copies else 0
        self.table = network_table(layers, self._loss, embedding, self.n_heads)

    def write_back(self, n_steps: int) -> None:
        """Copy what was learned in n_steps to the network's and the optimizer's own arrays."""
        for _, packed, own in self._places:
            own[...] = packed
        for moment, places in self._moment_places.items():
            for name, packed in places:
                key = f"{moment}/{name}"
                if key in self._optimizer.state:
                    self._optimizer.state[key][...] = packed
                else:
                    self._optimizer.state[key] = packed.copy()
        if self.moments:
            self._optimizer.state["step"] = np.array(self.rule.steps + n_steps, dtype=np.int64)

    def _pack(self) -> None:
        """Copy all numbers; a moment is 0 where the optimizer has none yet."""
        for _, packed, own in self._places:
            packed[...] = own
        for moment, places in self._moment_places.items():
            for name, packed in places:
                packed[...] = self._optimizer.state.get(f"{moment}/{name}", 0)

    def _learned(self, flat: Array) -> Iterator[tuple[str, Array]]:
        """Yield the name of every learned parameter and its part of a flat array."""
        return ((name, packed) for name, packed, _ in self._arrays(flat) if not name.endswith((".mean", ".variance")))

    def _arrays(self, flat: Array) -> Iterator[tuple[str, Array, Array]]:
        """Yield the name of every parameter and running average, its part of a flat array, and the network's array."""
        if self.embedding:
            yield from _embedding_arrays(self.embedding, flat[_n_scales(self.layers[0]) :])
        if self.copies:
            R = self.copies.params["R"]
            rows = flat[self.offsets[0].weights - len(R) * _padded(R.shape[1]) : self.offsets[0].weights]
            yield f"{int(bool(self.embedding))}.R", rows.reshape(len(R), -1)[:, : R.shape[1]], R
        for layer, at in zip(self.layers, self.offsets, strict=True):
            if layer.input_scale is not None:  # of the first layer alone
                yield f"{layer.name}.scale", flat[: layer.n_in], layer.input_scale
            rows = flat[at.weights :][: layer.b.size // layer.n_out * (layer.n_in + 1) * at.stride]
            rows = rows.reshape(*layer.b.shape[:-1], layer.n_in + 1, at.stride)[..., : layer.n_out]
            yield f"{layer.name}.W", rows[..., : layer.n_in, :], layer.W
            yield f"{layer.name}.b", rows[..., layer.n_in, :], layer.b
            if layer.alpha is not None:
                yield f"{layer.activation_name}.alpha", flat[at.alpha : at.alpha + layer.n_out], layer.alpha
            if layer.batch_norm:
                for name, own in {**layer.batch_norm.params, **layer.batch_norm.statistics}.items():
                    start = getattr(at, name)
                    yield f"{layer.batch_norm_name}.{name}", flat[start : start + layer.n_out], own


def _own_arrays(layers: list[FusedDense], embedding: Embedding | None, copies: InputCopies | None) -> list[object]:
    """Return all that must be the same objects for places in flat arrays to be those of this network."""
    fronts = [front for front in (embedding, copies) if front]
    own: list[object] = [*fronts, *(array for front in fronts for array in front.params.values())]
    for layer in layers:
        own += [layer.W, layer.b, layer.alpha, layer.input_scale, layer.batch_norm]
        if layer.batch_norm:
            own += [*layer.batch_norm.params.values(), *layer.batch_norm.statistics.values()]
    return own


def _n_scales(first: FusedDense) -> int:
    """Return how many floats the scales of the first layer's inputs take."""
    return 0 if first.input_scale is None else _padded(first.n_in)


def _embedding_arrays(layer: Embedding, flat: Array) -> Iterator[tuple[str, Array, Array]]:
    """Yield as _arrays. flat : from where the embedding begins; each column has a block, as byhand.h says."""
    V, c = layer.params["V"], layer.params["c"]
    waves = {name: layer.params[name] for name in ("frequency", "phase") if name in layer.params}
    d, n, m = V.shape
    start = sum(_padded(array.shape[1]) for array in waves.values())
    end = start + m * _padded(n)
    blocks = flat[: d * (end + _padded(m))].reshape(d, -1)
    for i, (name, array) in enumerate(waves.items()):
        at, f = i * _padded(array.shape[1]), array.shape[1]
        yield f"0.{name}", blocks[:, at : at + f], array
    yield "0.V", blocks[:, start:end].reshape(d, m, -1)[..., :n].swapaxes(1, 2), V
    yield "0.c", blocks[:, end : end + m], c


def _padded(n: int) -> int:
    return -(-n // PADDING) * PADDING


def allocate_workspace(library: ctypes.CDLL, packed: PackedNetwork, batch_size: int, n_threads: int) -> Array:
    """Return the memory that the core works in; nothing in it is read before it is written."""
    return aligned_bytes(library.bh_workspace(ctypes.byref(packed.table), batch_size, n_threads))
