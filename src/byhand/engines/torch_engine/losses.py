"""The losses on tensors: the formulas and equation numbers of `byhand.losses`, as sums over the rows of a shard.

A sum of sums over shards, divided once by the number of examples, is the mean of the whole batch.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import torch

from byhand.losses import BinaryCrossEntropy, Huber, Poisson, Quantile, SoftmaxCrossEntropy, SquaredError
from byhand.losses.base import Loss

Tensor: TypeAlias = Any  # torch.Tensor
# (output (…, n, k), targets (…, n, k), weight (…, n, 1) or 1, the loss) → (sum (…), its gradient (…, n, k))
LossFunction: TypeAlias = Callable[[Tensor, Tensor, Any, Any], tuple[Tensor, Tensor]]


def softmax_cross_entropy(z: Tensor, t: Tensor, w: Any, loss: SoftmaxCrossEntropy) -> tuple[Tensor, Tensor]:
    """Return the sum (…) and its gradient (…, n, k): see losses/softmax_cross_entropy.py."""
    if loss.label_smoothing:
        t = (1 - loss.label_smoothing) * t + loss.label_smoothing / t.shape[-1]  # (5)
    log_p = torch.log_softmax(z, -1)  # (3)
    return -(w * t * log_p).sum((-2, -1)), w * (log_p.exp() - t)  # (2), (4)


def binary_cross_entropy(z: Tensor, t: Tensor, w: Any, loss: BinaryCrossEntropy) -> tuple[Tensor, Tensor]:
    """Return the sum (…) and its gradient (…, n, k): see losses/binary_cross_entropy.py."""
    softplus = z.clamp(min=0) + torch.log1p(torch.exp(-z.abs()))  # (5)
    return (w * (softplus - t * z)).sum((-2, -1)), w * (torch.sigmoid(z) - t)  # (3), (4)


def squared_error(a: Tensor, t: Tensor, w: Any, loss: SquaredError) -> tuple[Tensor, Tensor]:
    """Return the sum (…) and its gradient (…, n, k): see losses/squared_error.py."""
    error = a - t
    weighted = w * error
    return (weighted * error).sum((-2, -1)), 2 * weighted  # (1), (2)


def huber(a: Tensor, t: Tensor, w: Any, loss: Huber) -> tuple[Tensor, Tensor]:
    """Return the sum (…) and its gradient (…, n, k): see losses/huber.py."""
    e = a - t  # (1)
    size = e.abs()
    h = torch.where(size <= loss.delta, e * e / 2, loss.delta * (size - loss.delta / 2))  # (2)
    return (w * h).sum((-2, -1)), w * e.clamp(-loss.delta, loss.delta)  # (3), (4)


def poisson(z: Tensor, t: Tensor, w: Any, loss: Poisson) -> tuple[Tensor, Tensor]:
    """Return the sum (…) and its gradient (…, n, k): see losses/poisson.py."""
    mu = torch.exp(z)  # (1)
    return (w * (mu - t * z)).sum((-2, -1)), w * (mu - t)  # (2), (3)


def quantile(a: Tensor, t: Tensor, w: Any, loss: Quantile) -> tuple[Tensor, Tensor]:
    """Return the sum (…) and its gradient (…, n, k): see losses/quantile.py."""
    e = t - a  # (1)
    rho = torch.where(e >= 0, loss.level * e, (loss.level - 1) * e)  # (2)
    slope = ((e < 0).to(e.dtype) - loss.level) * (e != 0)
    return (w * rho).sum((-2, -1)), w * slope  # (3), (4)


LOSS_FUNCTIONS: dict[type[Loss], LossFunction] = {
    SoftmaxCrossEntropy: softmax_cross_entropy,
    BinaryCrossEntropy: binary_cross_entropy,
    SquaredError: squared_error,
    Huber: huber,
    Poisson: poisson,
    Quantile: quantile,
}


def count_right(output: Tensor, labels: Tensor) -> Tensor:
    """Return how many rows get the right label, (…): the largest output; of one output, whether it is above 0."""
    right = (output[..., 0] > 0).to(labels.dtype) if output.shape[-1] == 1 else output.argmax(-1)
    return (right == labels).sum(-1)
