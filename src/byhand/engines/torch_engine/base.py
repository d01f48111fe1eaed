"""What a layer on tensors is.

A batch is a list of shards, tensors (n, width) that are computed one by one; only batch normalization looks across
them. A population of networks has one more dimension in front: (networks, n, width).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from byhand.engines.torch_engine.dropout_draws import DropoutDraws

Tensor: TypeAlias = Any  # torch.Tensor
Shards: TypeAlias = list[Tensor]
Arrays: TypeAlias = dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class Batch:
    """What layers must know of the batch that they see a part of.

    n : examples of the whole batch   rows : (start, stop) of each shard in it   add : adds over all shards, also those
    of other processes   draws : of dropout   multiply : the matrix product, (a, b, out) → a @ b
    """

    n: int
    rows: Sequence[tuple[int, int]]
    add: Callable[[Shards], Tensor]
    draws: DropoutDraws
    multiply: Callable[..., Tensor]


class TorchLayer:
    """One layer. params : name → tensor, views of the flat parameters   prefix : of their names, as "0."."""

    def __init__(self, layer: Any, prefix: str, arrays: Arrays) -> None:
        self.layer, self.prefix = layer, prefix
        self.params = {name: arrays[prefix + name] for name in layer.params}
        self.statistics = {name: arrays[prefix + name] for name in layer.statistics}

    def forward(self, xs: Shards, batch: Batch) -> tuple[Shards, Any]:
        """Return the outputs and what backward needs."""
        raise NotImplementedError

    def backward(self, dys: Shards, saved: Any, batch: Batch, grads: list[Arrays], *, need_dx: bool) -> Shards:
        """Return dx of each shard, and write the gradients of its sum of losses into its `grads`."""
        raise NotImplementedError

    def update_statistics(self, saved: Any, batch: Batch) -> None:
        """Update the running averages from this batch."""
