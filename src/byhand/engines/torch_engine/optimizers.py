"""The optimizers on one flat tensor of all parameters: the formulas and equation numbers of `byhand.optimizers`.

Weight matrices stand first, so that weight decay is one slice. A population has one more dimension in front.
"""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import torch

from byhand.optimizers import SGD, Adam, AdamW, ClipGradNorm, Momentum, Nesterov, ParamGroups, WeightDecay
from byhand.optimizers.base import FLUSH_EVERY, Optimizer

Tensor: TypeAlias = Any  # torch.Tensor
Rate: TypeAlias = Any  # a number, or a tensor (networks, 1)
Views: TypeAlias = Callable[[Tensor], dict[str, Tensor]]
Update: TypeAlias = Callable[[Tensor, Tensor, Rate], None]  # (parameters, gradient, rate), in place

MOMENTS: dict[type[Optimizer], tuple[str, ...]] = {
    SGD: (),
    Momentum: ("velocity",),
    Nesterov: ("velocity",),
    Adam: ("m", "v"),
    AdamW: ("m", "v"),
}


def innermost(optimizer: Optimizer) -> Optimizer:
    """Return the optimizer inside groups, clipping and weight decay."""
    while isinstance(optimizer, ParamGroups | ClipGradNorm | WeightDecay):
        optimizer = optimizer.inner
    return optimizer


class FlatOptimizer:
    """An optimizer with its moments as flat tensors.

    moments : name → tensor like the parameters   steps : taken so far   n_decayed : how many parameters decay
    views : returns each array's part of a flat tensor, by name
    """

    def __init__(
        self, optimizer: Optimizer, moments: dict[str, Tensor], steps: int, n_decayed: int, views: Views
    ) -> None:
        self.moments, self.steps, self._n_decayed, self._views = moments, steps, n_decayed, views
        self.update = self._make_update(optimizer)

    def _make_update(self, optimizer: Any) -> Update:
        """Return the function that makes a step."""
        if type(optimizer) is ParamGroups:
            return self._regroup(self._make_update(optimizer.inner), optimizer)
        if type(optimizer) is ClipGradNorm:
            return self._clip(self._make_update(optimizer.inner), optimizer.max_norm)
        if type(optimizer) is WeightDecay:
            return self._decay(self._make_update(optimizer.inner), optimizer.decay)
        makers: dict[type[Optimizer], Callable[[Any], Update]] = {
            SGD: lambda _: _sgd,
            Momentum: self._momentum,
            Nesterov: self._momentum,
            Adam: self._adam,
            AdamW: self._adamw,
        }
        return makers[type(optimizer)](optimizer)

    def _regroup(self, inner: Update, groups: ParamGroups) -> Update:
        def update(params: Tensor, grads: Tensor, rate: Rate) -> None:
            own = {name: view for name, view in self._views(params).items() if groups.factor(name) != 1}
            before = {name: view.clone() for name, view in own.items()}
            inner(params, grads, rate)
            for name, view in own.items():
                view.sub_(before[name]).mul_(groups.factor(name)).add_(before[name])  # (1)

        return update

    def _clip(self, inner: Update, max_norm: float) -> Update:
        def update(params: Tensor, grads: Tensor, rate: Rate) -> None:
            norm = torch.linalg.vector_norm(grads, dim=-1, keepdim=True)  # (1)
            inner(params, grads * (max_norm / norm).clamp(max=1), rate)  # (2)

        return update

    def _decay(self, inner: Update, decay: float) -> Update:
        def update(params: Tensor, grads: Tensor, rate: Rate) -> None:
            pulled = grads.clone()
            pulled[..., : self._n_decayed] += decay * params[..., : self._n_decayed]  # (1)
            inner(params, pulled, rate)

        return update

    def _momentum(self, optimizer: Momentum) -> Update:
        def update(params: Tensor, grads: Tensor, rate: Rate) -> None:
            self.steps += 1
            v = self.moments["velocity"]
            v.mul_(optimizer.momentum).add_(grads)  # (1)
            self._flush(v)
            params -= rate * (grads + optimizer.momentum * v if type(optimizer) is Nesterov else v)  # (2)

        return update

    def _adam(self, optimizer: Adam) -> Update:
        def update(params: Tensor, grads: Tensor, rate: Rate) -> None:
            self.steps += 1
            m, v = self.moments["m"], self.moments["v"]
            root = math.sqrt(1 - optimizer.beta2**self.steps)
            m.lerp_(grads, 1 - optimizer.beta1)  # (1)
            v.mul_(optimizer.beta2).addcmul_(grads, grads, value=1 - optimizer.beta2)  # (2)
            self._flush(m)
            self._flush(v, below=1e-30)
            step = m / v.sqrt().add_(optimizer.epsilon * root)
            params -= step.mul_(rate * (root / (1 - optimizer.beta1**self.steps)))  # (3)

        return update

    def _adamw(self, optimizer: AdamW) -> Update:
        adam = self._adam(optimizer)

        def update(params: Tensor, grads: Tensor, rate: Rate) -> None:
            params[..., : self._n_decayed] *= 1 - rate * optimizer.decay  # (1)
            adam(params, grads, rate)

        return update

    def _flush(self, array: Tensor, below: float = 1e-20) -> None:
        """Set what has decayed to nearly nothing to 0, as flush_denormals does."""
        if self.steps % FLUSH_EVERY == 0:
            array.masked_fill_(array.abs() < below, 0)


def _sgd(params: Tensor, grads: Tensor, rate: Rate) -> None:
    if isinstance(rate, float):
        params.sub_(grads, alpha=rate)  # (1), without an array in between
    else:
        params.addcmul_(rate, grads, value=-1)
