"""Embeddings on tensors, as in layers.py. Columns stand before the examples, (…, d, n, f); products round nothing."""

from typing import Any

import torch

from byhand.engines.torch_engine.base import Arrays, Batch, Shards, Tensor, TorchLayer
from byhand.layers.periodic_embedding import TURN


class TorchEmbedding(TorchLayer):
    """What embeddings have in common: e = v V + c for numbers v of each column, behind the inputs that pass."""

    def columns_of(self, x: Tensor) -> Tensor:
        """Return the columns that are embedded, (…, d, n, 1)."""
        return x.mT[..., list(self.layer.columns), :].unsqueeze(-1)

    def join(self, passed: Tensor, v: Tensor) -> Tensor:
        """Return the layer's output."""
        e = v @ self.params["V"] + self.params["c"].unsqueeze(-2)
        return torch.cat([passed, e.transpose(-3, -2).flatten(-2)], -1)

    def split_backward(self, dy: Tensor, v: Tensor, gradient: Arrays) -> tuple[Tensor, Tensor]:
        """Write the gradients of V and c; return those of the inputs that pass and of v."""
        V, c = self.params["V"], self.params["c"]
        n_passed = dy.shape[-1] - c.shape[-2] * c.shape[-1]
        de = dy[..., n_passed:].unflatten(-1, c.shape[-2:]).transpose(-3, -2)
        gradient[self.prefix + "V"].copy_(v.mT @ de)
        torch.sum(de, -2, out=gradient[self.prefix + "c"])
        return dy[..., :n_passed], de @ V.mT

    def add_columns(self, dx: Tensor, of_columns: Tensor) -> Tensor:
        """Return dx plus the gradient (…, d, n) of the columns that are embedded."""
        dx = dx.clone()
        dx.mT[..., list(self.layer.columns), :] += of_columns
        return dx


class TorchPeriodicEmbedding(TorchEmbedding):
    """See layers/periodic_embedding.py."""

    def forward(self, xs: Shards, batch: Batch) -> tuple[Shards, list[tuple[Tensor, Tensor]]]:
        frequency, phase = self.params["frequency"].unsqueeze(-2), self.params["phase"].unsqueeze(-2)
        columns = [self.columns_of(x) for x in xs]
        us = [TURN * frequency * column + phase for column in columns]  # (1)
        ys = [self.join(x, torch.cos(u)) for x, u in zip(xs, us, strict=True)]  # (2), (3), (4)
        return ys, list(zip(columns, us, strict=True))

    def backward(
        self, dys: Shards, saved: list[tuple[Tensor, Tensor]], batch: Batch, grads: list[Arrays], *, need_dx: bool
    ) -> Shards:
        dxs = []
        for dy, (x, u), gradient in zip(dys, saved, grads, strict=True):
            dx, dv = self.split_backward(dy, torch.cos(u), gradient)  # (5), (6)
            du = -torch.sin(u) * dv  # (7)
            torch.sum(du, -2, out=gradient[self.prefix + "phase"])  # (8)
            torch.sum(TURN * x * du, -2, out=gradient[self.prefix + "frequency"])  # (9)
            turns = self.params["frequency"].unsqueeze(-2) * du
            dxs.append(self.add_columns(dx, TURN * turns.sum(-1)) if need_dx else dy)  # (10)
        return dxs


class TorchPeriodicLinearEmbedding(TorchEmbedding):
    """See layers/periodic_linear_embedding.py."""

    def forward(self, xs: Shards, batch: Batch) -> tuple[Shards, list[tuple[Tensor, Tensor]]]:
        columns = [self.columns_of(x) for x in xs]
        us = [TURN * self.params["frequency"].unsqueeze(-2) * column for column in columns]  # (1)
        vs = [torch.cat([torch.cos(u), torch.sin(u)], -1) for u in us]  # (2)
        ys = [self.join(x[..., self.layer.others], v) for x, v in zip(xs, vs, strict=True)]  # (3), (4)
        return ys, list(zip(columns, vs, strict=True))

    def backward(
        self, dys: Shards, saved: list[tuple[Tensor, Tensor]], batch: Batch, grads: list[Arrays], *, need_dx: bool
    ) -> Shards:
        dxs = []
        for dy, (x, v), gradient in zip(dys, saved, grads, strict=True):
            of_others, dv = self.split_backward(dy, v, gradient)  # (5), (6)
            (cos, sin), (of_cos, of_sin) = v.chunk(2, -1), dv.chunk(2, -1)
            du = cos * of_sin - sin * of_cos  # (7)
            torch.sum(TURN * x * du, -2, out=gradient[self.prefix + "frequency"])  # (8)
            dxs.append(self._dx(of_others, du) if need_dx else dy)
        return dxs

    def _dx(self, of_others: Tensor, du: Tensor) -> Tensor:
        dx = of_others.new_zeros((*of_others.shape[:-1], self.layer.n_in))
        dx[..., self.layer.others] = of_others
        return self.add_columns(dx, TURN * (self.params["frequency"].unsqueeze(-2) * du).sum(-1))  # (9)


class TorchPiecewiseLinearEmbedding(TorchEmbedding):
    """See layers/piecewise_embedding.py."""

    def forward(self, xs: Shards, batch: Batch) -> tuple[Shards, list[tuple[Tensor, Tensor]]]:
        edges = self.statistics["edges"].unsqueeze(-2)
        has_width, width = self._widths()
        ys, saved = [], []
        for x in xs:
            share = (self.columns_of(x) - edges[..., :-1]) / width
            inside = has_width & (share > 0) & (share < 1)
            z = torch.where(inside, share, (has_width & (share >= 1)).to(share.dtype))  # (1)
            ys.append(self.join(x, z))  # (2), (3)
            saved.append((z, inside))
        return ys, saved

    def backward(
        self, dys: Shards, saved: list[tuple[Tensor, Tensor]], batch: Batch, grads: list[Arrays], *, need_dx: bool
    ) -> Shards:
        _, width = self._widths()
        dxs = []
        for dy, (z, inside), gradient in zip(dys, saved, grads, strict=True):
            dx, dz = self.split_backward(dy, z, gradient)  # (4), (5)
            dxs.append(self.add_columns(dx, (inside * dz / width).sum(-1)) if need_dx else dy)  # (6)
        return dxs

    def _widths(self) -> tuple[Any, Tensor]:
        """Return which bins have a width, and the widths, 1 for the others, (…, d, 1, T) each."""
        width = self.statistics["edges"].diff().unsqueeze(-2)
        return width > 0, torch.where(width > 0, width, 1)
