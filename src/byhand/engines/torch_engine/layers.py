"""The layers on tensors: the formulas of `byhand.layers`, where each one is derived, and the same equation numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from byhand.engines.torch_engine.base import Arrays, Batch, Shards, Tensor, TorchLayer
from byhand.engines.torch_engine.embeddings import (
    TorchPeriodicEmbedding,
    TorchPeriodicLinearEmbedding,
    TorchPiecewiseLinearEmbedding,
)
from byhand.layers import (
    SELU,
    BatchNorm,
    Dense,
    Dropout,
    Exp,
    Identity,
    Layer,
    LeakyReLU,
    Mish,
    PeriodicEmbedding,
    PeriodicLinearEmbedding,
    PiecewiseLinearEmbedding,
    ReLU,
    Residual,
    ScaledDense,
    Sigmoid,
    Softmax,
    Tanh,
)
from byhand.layers.selu import ALPHA, SCALE


class TorchDense(TorchLayer):
    """See layers/dense.py."""

    def forward(self, xs: Shards, batch: Batch) -> tuple[Shards, Shards]:
        W, b = self.params["W"], self.params["b"].unsqueeze(-2)
        return [batch.multiply(x, W).add_(b) for x in xs], xs  # (1)

    def backward(self, dys: Shards, saved: Shards, batch: Batch, grads: list[Arrays], *, need_dx: bool) -> Shards:
        for x, dz, gradient in zip(saved, dys, grads, strict=True):
            batch.multiply(x.mT, dz, out=gradient[self.prefix + "W"])  # (2)
            torch.sum(dz, -2, out=gradient[self.prefix + "b"])  # (3)
        return [batch.multiply(dz, self.params["W"].mT) for dz in dys] if need_dx else dys  # (4)


class TorchScaledDense(TorchDense):
    """See layers/scaled_dense.py."""

    def forward(self, xs: Shards, batch: Batch) -> tuple[Shards, Shards]:
        scale = self.params["scale"].unsqueeze(-2)
        outputs, _ = super().forward([x * scale for x in xs], batch)  # (1)
        return outputs, xs

    def backward(self, dys: Shards, saved: Shards, batch: Batch, grads: list[Arrays], *, need_dx: bool) -> Shards:
        scale, W = self.params["scale"], self.params["W"]
        dxs = super().backward(dys, saved, batch, grads, need_dx=need_dx)  # (3); dW becomes xᵀ dz
        for gradient in grads:
            G = gradient[self.prefix + "W"]
            torch.sum(W * G, -1, out=gradient[self.prefix + "scale"])  # (4)
            G *= scale.unsqueeze(-1)  # (2)
        return [dx * scale.unsqueeze(-2) for dx in dxs] if need_dx else dys  # (5)


class TorchElementwise(TorchLayer):
    """A layer without parameters whose shards know nothing of one another: an activation."""

    def forward(self, xs: Shards, batch: Batch) -> tuple[Shards, Shards]:
        ys = [self.compute(x) for x in xs]
        return ys, ys

    def backward(self, dys: Shards, saved: Shards, batch: Batch, grads: list[Arrays], *, need_dx: bool) -> Shards:
        return [self.compute_dx(dy, y) for dy, y in zip(dys, saved, strict=True)]

    def compute(self, x: Tensor) -> Tensor:
        """Return y for x."""
        raise NotImplementedError

    def compute_dx(self, dy: Tensor, y: Tensor) -> Tensor:
        """Return dx for dy and the output y."""
        raise NotImplementedError


class TorchIdentity(TorchElementwise):
    """See layers/identity.py."""

    def compute(self, x: Tensor) -> Tensor:
        return x

    def compute_dx(self, dy: Tensor, y: Tensor) -> Tensor:
        return dy


class TorchReLU(TorchElementwise):
    """See layers/relu.py."""

    def compute(self, x: Tensor) -> Tensor:
        return x.clamp(min=0)

    def compute_dx(self, dy: Tensor, y: Tensor) -> Tensor:
        return dy * (y > 0)


class TorchLeakyReLU(TorchElementwise):
    """See layers/leaky_relu.py."""

    def compute(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, x, self.layer.slope * x)

    def compute_dx(self, dy: Tensor, y: Tensor) -> Tensor:
        return torch.where(y > 0, dy, self.layer.slope * dy)  # y and x have the same sign


class TorchSigmoid(TorchElementwise):
    """See layers/sigmoid.py."""

    def compute(self, x: Tensor) -> Tensor:
        return torch.sigmoid(x)

    def compute_dx(self, dy: Tensor, y: Tensor) -> Tensor:
        return dy * y * (1 - y)


class TorchTanh(TorchElementwise):
    """See layers/tanh.py."""

    def compute(self, x: Tensor) -> Tensor:
        return torch.tanh(x)

    def compute_dx(self, dy: Tensor, y: Tensor) -> Tensor:
        return dy * (1 - y * y)


class TorchExp(TorchElementwise):
    """See layers/exp.py."""

    def compute(self, x: Tensor) -> Tensor:
        return torch.exp(x)

    def compute_dx(self, dy: Tensor, y: Tensor) -> Tensor:
        return dy * y


class TorchSELU(TorchElementwise):
    """See layers/selu.py."""

    def compute(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, SCALE * x, SCALE * ALPHA * torch.expm1(x.clamp(max=0)))

    def compute_dx(self, dy: Tensor, y: Tensor) -> Tensor:
        return dy * torch.where(y > 0, SCALE, y + SCALE * ALPHA)  # y and x have the same sign


class TorchMish(TorchElementwise):
    """Saves x, from which alone its slope is known."""

    def forward(self, xs: Shards, batch: Batch) -> tuple[Shards, Shards]:
        return [x * tanh_softplus(x) for x in xs], xs  # (1)

    def compute_dx(self, dy: Tensor, y: Tensor) -> Tensor:
        x, t = y, tanh_softplus(y)
        return dy * (t + x * (1 - t * t) * torch.sigmoid(x))  # (2)


def tanh_softplus(z: Tensor) -> Tensor:
    """Return tanh(log(1 + eᶻ)), without overflow at any z."""
    e = torch.exp(-z.abs())
    above = torch.where(z < 0, e * (e + 2), 1 + 2 * e)
    return above / (above + torch.where(z < 0, 2, 2 * e * e))  # (3)


class TorchSoftmax(TorchElementwise):
    """See layers/softmax.py."""

    def compute(self, x: Tensor) -> Tensor:
        return torch.softmax(x, -1)

    def compute_dx(self, dy: Tensor, y: Tensor) -> Tensor:
        return y * (dy - (dy * y).sum(-1, keepdim=True))


class TorchDropout(TorchLayer):
    """See layers/dropout.py. The draw of a unit is that of its row in the whole batch, whatever process has the row."""

    def forward(self, xs: Shards, batch: Batch) -> tuple[Shards, Shards | None]:
        if self.layer.rate == 0:
            return xs, None
        width = xs[0].shape[-1]
        scale = 1 / (1 - self.layer.rate)
        masks = [
            batch.draws.kept(self.layer.rate, start, stop, width).to(x.dtype) * scale  # (1)
            for x, (start, stop) in zip(xs, batch.rows, strict=True)
        ]
        batch.draws.advance(batch.n * width)
        return [x * mask for x, mask in zip(xs, masks, strict=True)], masks  # (2)

    def backward(
        self, dys: Shards, saved: Shards | None, batch: Batch, grads: list[Arrays], *, need_dx: bool
    ) -> Shards:
        return dys if saved is None else [dy * mask for dy, mask in zip(dys, saved, strict=True)]  # (2)


@dataclass(frozen=True, eq=False)
class Normalised:
    """What a forward pass saves for backward and for the running averages."""

    x_hats: Shards
    inverse_std: Tensor
    mean: Tensor
    variance: Tensor


class TorchBatchNorm(TorchLayer):
    """See layers/batch_norm.py. Its sums go over the whole batch, the shards of all processes."""

    def forward(self, xs: Shards, batch: Batch) -> tuple[Shards, Normalised]:
        gamma, beta = self.params["gamma"].unsqueeze(-2), self.params["beta"].unsqueeze(-2)
        mean = batch.add([x.sum(-2) for x in xs]) / batch.n
        centered = [x - mean.unsqueeze(-2) for x in xs]
        variance = batch.add([(c * c).sum(-2) for c in centered]) / batch.n  # (1)
        inverse_std = 1 / torch.sqrt(variance + self.layer.epsilon)
        x_hats = [c * inverse_std.unsqueeze(-2) for c in centered]  # (2)
        return [gamma * x_hat + beta for x_hat in x_hats], Normalised(x_hats, inverse_std, mean, variance)  # (3)

    def backward(self, dys: Shards, saved: Normalised, batch: Batch, grads: list[Arrays], *, need_dx: bool) -> Shards:
        scale = (self.params["gamma"] * saved.inverse_std).unsqueeze(-2)
        for dy, x_hat, gradient in zip(dys, saved.x_hats, grads, strict=True):
            torch.sum(dy * x_hat, -2, out=gradient[self.prefix + "gamma"])  # (4)
            torch.sum(dy, -2, out=gradient[self.prefix + "beta"])
        names = ("gamma", "beta")
        parts = [torch.stack([gradient[self.prefix + name] for name in names]) for gradient in grads]
        dgamma, dbeta = batch.add(parts).unsqueeze(-2)
        return [
            scale / batch.n * (batch.n * dy - dbeta - x_hat * dgamma)  # (5)
            for dy, x_hat in zip(dys, saved.x_hats, strict=True)
        ]

    def update_statistics(self, saved: Normalised, batch: Batch) -> None:
        unbiased = saved.variance * (batch.n / (batch.n - 1))
        for name, new in (("mean", saved.mean), ("variance", unbiased)):
            self.statistics[name] += self.layer.momentum * (new - self.statistics[name])


class TorchResidual(TorchLayer):
    """See layers/residual.py."""

    def __init__(self, layer: Residual, prefix: str, arrays: Arrays) -> None:
        super().__init__(layer, prefix, arrays)
        self.inner = make_layers(layer.inner, arrays, prefix)

    def forward(self, xs: Shards, batch: Batch) -> tuple[Shards, list[Any]]:
        ys, saved = forward(self.inner, xs, batch)
        return [x + y for x, y in zip(xs, ys, strict=True)], saved  # (1)

    def backward(self, dys: Shards, saved: list[Any], batch: Batch, grads: list[Arrays], *, need_dx: bool) -> Shards:
        inner = backward(self.inner, dys, saved, batch, grads, need_dx=need_dx)
        return [dy + dx for dy, dx in zip(dys, inner, strict=True)] if need_dx else dys  # (2)

    def update_statistics(self, saved: list[Any], batch: Batch) -> None:
        for layer, kept in zip(self.inner, saved, strict=True):
            layer.update_statistics(kept, batch)


LAYERS: dict[type[Layer], type[TorchLayer]] = {
    Dense: TorchDense,
    ScaledDense: TorchScaledDense,
    PeriodicEmbedding: TorchPeriodicEmbedding,
    PeriodicLinearEmbedding: TorchPeriodicLinearEmbedding,
    PiecewiseLinearEmbedding: TorchPiecewiseLinearEmbedding,
    Identity: TorchIdentity,
    ReLU: TorchReLU,
    LeakyReLU: TorchLeakyReLU,
    Sigmoid: TorchSigmoid,
    Tanh: TorchTanh,
    Exp: TorchExp,
    SELU: TorchSELU,
    Mish: TorchMish,
    Softmax: TorchSoftmax,
    Dropout: TorchDropout,
    BatchNorm: TorchBatchNorm,
    Residual: TorchResidual,
}


def make_layers(layers: Sequence[Layer], arrays: Arrays, prefix: str = "") -> list[TorchLayer]:
    """Return the layers on tensors. arrays : parameters and running averages by their names in the network."""
    return [LAYERS[type(layer)](layer, f"{prefix}{i}.", arrays) for i, layer in enumerate(layers)]


def forward(layers: Sequence[TorchLayer], xs: Shards, batch: Batch) -> tuple[Shards, list[Any]]:
    """Walk the shards of a batch forwards; return the outputs and what each layer saved."""
    saved = []
    for layer in layers:
        xs, kept = layer.forward(xs, batch)
        saved.append(kept)
    return xs, saved


def backward(
    layers: Sequence[TorchLayer], dys: Shards, saved: list[Any], batch: Batch, grads: list[Arrays], *, need_dx: bool
) -> Shards:
    """Walk the gradients of the outputs back; return those of the inputs where they are needed."""
    for i in reversed(range(len(layers))):
        dys = layers[i].backward(dys, saved[i], batch, grads, need_dx=need_dx or i > 0)
    return dys
