"""One epoch on tensors: the five lines of `byhand.step` for every minibatch, on the shards that this process has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch

from byhand.arrays import Array
from byhand.engines.base import EpochSpec
from byhand.engines.torch_engine.base import Batch
from byhand.engines.torch_engine.device_examples import DeviceExamples
from byhand.engines.torch_engine.dropout_draws import DropoutDraws
from byhand.engines.torch_engine.layers import backward, forward
from byhand.engines.torch_engine.losses import LOSS_FUNCTIONS, count_right
from byhand.engines.torch_engine.packed_networks import PackedNetworks
from byhand.engines.torch_engine.shards import Shards
from byhand.losses.base import Loss

Tensor: TypeAlias = Any  # torch.Tensor
N_TAIL = 3  # behind the gradient: the loss, how many were right, how many processes were asked to stop


@dataclass(frozen=True, eq=False)
class Team:
    """How the processes of a run work together.

    shards : this one's   add : sums over the shards of all   check : raises where the run must end
    """

    shards: Shards
    add: Callable[[list[Tensor]], Tensor]
    check: Callable[[], None] = lambda: None


def add_here(parts: list[Tensor]) -> Tensor:
    """Return the sum of the shards in this process, in their order; of one shard, that shard itself."""
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


@dataclass(frozen=True, eq=False)
class StepTotals:
    """Of every minibatch, (n_steps,) or (n_steps, networks): the sum of its losses, and how many it had right."""

    losses: Array
    n_right: Array


class TorchEpoch:
    """networks : on the device   specs : the epoch of each network, alike but for order, dropout, shifts and rates."""

    def __init__(
        self,
        networks: PackedNetworks,
        loss: Loss,
        examples: DeviceExamples,
        specs: Sequence[EpochSpec],
        *,
        device: Any,
        multiply: Callable[..., Tensor],
        team: Team,
        stacked: bool = False,
    ) -> None:
        self._networks, self._loss, self._examples, self._team = networks, loss, examples, team
        self._spec, self._device, self._multiply = specs[0], device, multiply
        self._draws = DropoutDraws([spec.rng for spec in specs], device, stacked=stacked)
        self._order = self._to_device([spec.order for spec in specs], stacked)
        shifts = None if self._spec.pixel_shifts is None else [spec.pixel_shifts for spec in specs]
        self._pixel_shifts = None if shifts is None else self._to_device(shifts, stacked)
        self._rates = np.stack([spec.learning_rates for spec in specs], axis=1)
        n_parts = len(team.shards.own_rows(0))
        shape = (*networks.params.shape[:-1], networks.layout.size + N_TAIL)
        self._flats = [torch.zeros(shape, dtype=networks.params.dtype, device=device) for _ in range(n_parts)]
        self._grads = [networks.layout.views(flat[..., :-N_TAIL]) for flat in self._flats]
        self._stacked = stacked

    def run(self) -> StepTotals | None:
        """Make every step of the epoch; None when one of the processes was asked to stop."""
        n, size = len(self._spec.order), self._spec.batch_size
        losses, n_right = [], []
        for step, start in enumerate(range(0, n, size)):
            stop = self._spec.stop()
            self._team.check()
            if stop and self._team.shards.n_ranks == 1:
                return None
            total = self._make_step(start, min(start + size, n), self._rate(step), stop)
            if total is None:
                return None
            losses.append(total[..., -3].clone())
            n_right.append(total[..., -2].clone())
        self._spec.rng.position = self._draws.position
        return StepTotals(*(torch.stack(each).cpu().numpy().astype(np.float64) for each in (losses, n_right)))

    def _make_step(self, start: int, stop: int, rate: Any, asked_to_stop: bool) -> Tensor | None:
        """Learn from the minibatch start … stop of the order; return the sums over it. None: all processes stop."""
        n = stop - start
        rows = self._team.shards.own_rows(n)
        batch = Batch(n, rows, self._team.add, self._draws, self._multiply)
        pieces = [slice(start + first, start + last) for first, last in rows]
        outputs, saved = forward(self._networks.layers, [self._inputs(piece) for piece in pieces], batch)
        dys = [self._measure(*each) for each in zip(outputs, pieces, self._flats, strict=True)]
        backward(self._networks.layers, dys, saved, batch, self._grads, need_dx=False)
        for flat in self._flats:
            flat[..., -1] = asked_to_stop
        total = self._team.add(self._flats)
        if self._team.shards.n_ranks > 1 and bool(total[..., -1].any()):
            return None
        gradient = total[..., :-N_TAIL].div_(n)  # the only division: sums are the same however they are divided
        self._networks.optimizer.update(self._networks.params, gradient, rate)
        for layer, kept in zip(self._networks.layers, saved, strict=True):
            layer.update_statistics(kept, batch)
        return total

    def _inputs(self, piece: slice) -> Tensor:
        shifts = None if self._pixel_shifts is None else self._pixel_shifts[..., piece, :]
        return self._examples.inputs(self._order[..., piece], shifts, self._spec.image_shape)

    def _measure(self, output: Tensor, piece: slice, flat: Tensor) -> Tensor:
        """Return the gradient of the loss at the output of a shard; write loss and count behind its gradient."""
        rows = self._order[..., piece]
        targets, weights, labels = (get(rows) for get in (
            self._examples.targets, self._examples.weights, self._examples.labels
        ))  # fmt: skip
        value, d_output = LOSS_FUNCTIONS[type(self._loss)](output, targets, weights, self._loss)
        flat[..., -3] = value
        flat[..., -2] = 0 if labels is None else count_right(output, labels)
        return d_output

    def _rate(self, step: int) -> Any:
        """Return the learning rate of a step: a number, or (networks, 1)."""
        if not self._stacked:
            return float(self._rates[step, 0])
        return torch.from_numpy(self._rates[step].astype(self._networks.dtype)).to(self._device).unsqueeze(1)

    def _to_device(self, arrays: Sequence[Any], stacked: bool) -> Tensor:
        whole = np.stack(arrays) if stacked else np.ascontiguousarray(arrays[0])
        return torch.from_numpy(whole.astype(np.int64)).to(self._device)
