"""A network and its optimizer on the way into the C core and back."""

import ctypes
from dataclasses import dataclass

import numpy as np

from byhand.arrays import Array
from byhand.engines.bindings import Memory, Net, Rule, aligned
from byhand.engines.lowering import (
    lower_network,
    network_table,
    remembered_names,
    rule_table,
    unwrap,
)
from byhand.engines.param_layout import Layout
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers.base import Optimizer


@dataclass(frozen=True, eq=False)
class Task:
    """What is trained, as the core has it: copies, so that an epoch which fails leaves the originals alone.

    params : flat   remembered : what the optimizer remembers, by what it is: "velocity", or "m" and "v", each flat
    """

    network: Network
    optimizer: Optimizer  # without its wrappers
    table: Net
    rule: Rule
    layout: Layout
    params: Array
    remembered: dict[str, Array]

    @classmethod
    def of(cls, library: ctypes.CDLL, network: Network, loss: Loss, optimizer: Optimizer) -> "Task":
        """Pack everything; `described.unsupported_reason` has nothing against it."""
        layers, inner = lower_network(network), unwrap(optimizer)
        table = network_table(layers, loss)
        layout = Layout.of(library, layers, table)
        names, state = remembered_names(inner.optimizer), inner.optimizer.state
        return cls(
            network,
            inner.optimizer,
            table,
            rule_table(inner),
            layout,
            layout.pack_network(network),
            {name: layout.packed(state, f"{name}/") for name in names},
        )

    @property
    def n_weights(self) -> int:
        """Multiplications that one example costs forwards."""
        return sum(layer.n_in * layer.n_out for layer in self.layout.layers)

    def memory(self, workspace: Array) -> Memory:
        """Return where it all lies. The task must outlive what is returned."""
        moment1, moment2 = [*(flat.ctypes.data for flat in self.remembered.values()), None, None][:2]
        return Memory(self.params.ctypes.data, moment1, moment2, workspace.ctypes.data, workspace.nbytes)

    def workspace(self, library: ctypes.CDLL, batch_size: int, n_threads: int) -> Array:
        """Return a workspace for such an epoch."""
        return aligned(library.bh_workspace(ctypes.byref(self.table), batch_size, n_threads), np.uint8)

    def write_back(self, steps: int) -> None:
        """Copy what was learned in so many steps into the network and the optimizer."""
        self.layout.unpack_network(self.params, self.network)
        for name, flat in self.remembered.items():
            self.layout.unpack(flat, self.optimizer.state, f"{name}/")
        if self.remembered:
            self.optimizer.state["step"] = np.array(self.rule.steps + steps, dtype=np.int64)
