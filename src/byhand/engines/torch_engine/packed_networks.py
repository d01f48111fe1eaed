"""Networks and their optimizers on a device: every array of a kind in one flat tensor, weight matrices first.

One flat gradient is one all-reduce a step, and one flat parameter tensor makes an optimizer a few operations.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch

from byhand.arrays import Array, Params
from byhand.engines.torch_engine.layers import make_layers
from byhand.engines.torch_engine.optimizers import MOMENTS, FlatOptimizer, innermost
from byhand.network import Network
from byhand.optimizers.base import Optimizer
from byhand.optimizers.weight_decay import decays

Tensor: TypeAlias = Any  # torch.Tensor


class FlatLayout:
    """Where each array lies in a flat tensor. shapes : by name, in order"""

    def __init__(self, shapes: dict[str, tuple[int, ...]]) -> None:
        self._shapes, self.size = shapes, sum(map(math.prod, shapes.values()))

    def views(self, flat: Tensor) -> dict[str, Tensor]:
        """Return each array's part of a flat tensor (…, size), by name."""
        views, start = {}, 0
        for name, shape in self._shapes.items():
            stop = start + math.prod(shape)
            views[name] = flat[..., start:stop].unflatten(-1, shape)
            start = stop
        return views

    def pack(self, arrays: Params, dtype: Any) -> Array:
        """Return the arrays as one flat array; 0 for those that are not there."""
        flat = np.zeros(self.size, dtype=dtype)
        start = 0
        for name, shape in self._shapes.items():
            stop = start + math.prod(shape)
            flat[start:stop] = np.asarray(arrays[name]).reshape(-1) if name in arrays else 0
            start = stop
        return flat


class PackedNetworks:
    """Copies, so that an epoch that fails leaves the originals alone; `write_back` copies what was learned to them.

    stacked : a population: networks of the same layers, each with an optimizer of the same settings
    layers : on tensors, over `params`, `statistics` : flat tensors   optimizer : over them
    """

    def __init__(
        self, networks: Sequence[Network], optimizers: Sequence[Optimizer], device: Any, *, stacked: bool = False
    ) -> None:
        self._networks, self._optimizers, self._stacked = networks, [innermost(each) for each in optimizers], stacked
        self._device, self.dtype = device, networks[0].layers[0].dtype
        params, statistics = networks[0].params, networks[0].statistics
        ordered = sorted(params, key=lambda name: not decays(name))  # stable: weight matrices first
        self.layout = FlatLayout({name: params[name].shape for name in ordered})
        self._statistics_layout = FlatLayout({name: array.shape for name, array in statistics.items()})
        self.params = self._to_device(self.layout, [each.params for each in networks])
        self.statistics = self._to_device(self._statistics_layout, [each.statistics for each in networks])
        arrays = {**self.layout.views(self.params), **self._statistics_layout.views(self.statistics)}
        self.layers = make_layers(networks[0].layers, arrays)
        n_decayed = sum(array.size for name, array in params.items() if decays(name))
        self.optimizer = FlatOptimizer(optimizers[0], self._moments(), self._steps(), n_decayed, self.layout.views)

    @property
    def n_outputs(self) -> int:
        """How many outputs each network has."""
        return self._networks[0].widths[-1]

    def share(self, broadcast: Callable[[Tensor], None]) -> None:
        """Take rank 0's numbers for all of these."""
        steps = torch.tensor([self.optimizer.steps], dtype=torch.int64, device=self._device)
        for tensor in (self.params, self.statistics, *self.optimizer.moments.values(), steps):
            broadcast(tensor)
        self.optimizer.steps = int(steps)

    def write_back(self) -> None:
        """Copy what was learned to the networks' and the optimizers' own arrays."""
        for i, (network, optimizer) in enumerate(zip(self._networks, self._optimizers, strict=True)):
            for layout, flat, own in (
                (self.layout, self.params, network.params),
                (self._statistics_layout, self.statistics, network.statistics),
            ):
                for name, array in self._to_host(layout, flat, i).items():
                    own[name][...] = array
            for moment, flat in self.optimizer.moments.items():
                for name, array in self._to_host(self.layout, flat, i).items():
                    optimizer.state[f"{moment}/{name}"] = array.copy()
            if self.optimizer.moments:
                optimizer.state["step"] = np.array(self.optimizer.steps, dtype=np.int64)

    def _moments(self) -> dict[str, Tensor]:
        """Return the optimizers' moments as flat tensors, by name."""
        return {
            moment: self._to_device(self.layout, [_moment(each, moment) for each in self._optimizers])
            for moment in MOMENTS[type(self._optimizers[0])]
        }

    def _steps(self) -> int:
        return int(self._optimizers[0].state.get("step", 0))

    def _to_device(self, layout: FlatLayout, arrays: Sequence[Params]) -> Tensor:
        """Return one flat tensor of the networks' arrays: (size,), or (networks, size)."""
        flat = np.stack([layout.pack(each, self.dtype) for each in arrays])
        return torch.from_numpy(flat if self._stacked else flat[0]).to(self._device)

    def _to_host(self, layout: FlatLayout, flat: Tensor, network: int) -> dict[str, Array]:
        """Return one network's arrays of a flat tensor, by name."""
        own = (flat[network] if self._stacked else flat).cpu()
        return {name: view.numpy() for name, view in layout.views(own).items()}


def _moment(optimizer: Optimizer, moment: str) -> Params:
    """Return one moment of every parameter that has it, by the parameter's name."""
    prefix = f"{moment}/"
    return {name.removeprefix(prefix): a for name, a in optimizer.state.items() if name.startswith(prefix)}
