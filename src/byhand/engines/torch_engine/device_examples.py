"""The examples of a training on a device: pictures stay bytes, and become network inputs one minibatch at a time.

What lies in a mapped file stays there: only the rows of a minibatch are read.
"""

from typing import Any, TypeAlias

import numpy as np
import torch

from byhand.arrays import Array, check_input, is_mapped
from byhand.data.examples import Examples
from byhand.engines.epoch_buffers import labels_or_targets
from byhand.losses.base import Loss

Tensor: TypeAlias = Any  # torch.Tensor


class DeviceExamples:
    """examples : what is on the device   device, dtype : of the network"""

    def __init__(self, examples: Examples, n_in: int, n_out: int, loss: Loss, device: Any, dtype: Any) -> None:
        check_input("Dense", examples.raw[:1], n_in)
        self.examples, self._n_out, self._device = examples, n_out, device
        self._dtype: Any = torch.from_numpy(np.empty(0, dtype)).dtype
        self._raw = None if is_mapped(examples.raw) else _tensor(examples.raw, device, dtype)
        labels, targets = labels_or_targets(examples, n_out, loss)
        self._labels = None if labels is None else torch.from_numpy(labels.astype(np.int64)).to(device)
        self._targets = None if targets is None else torch.from_numpy(targets.astype(dtype)).to(device)
        self._weight = None if examples.weight is None else _tensor(examples.weight.astype(dtype), device, dtype)
        scaler = examples.preparation
        self._scale = torch.from_numpy(np.asarray(scaler.scale.astype(dtype))).to(device)
        self._shift = None  # adding zeros would cost a pass over all inputs
        if scaler.shift.any():
            self._shift = torch.from_numpy(np.asarray(scaler.shift.astype(dtype))).to(device)

    def inputs(self, rows: Tensor, pixel_shifts: Tensor | None, image_shape: tuple[int, int] | None) -> Tensor:
        """Return the network inputs of rows (…, n): (…, n, features), as InputScaler.apply makes them."""
        raw = self._gather(rows)
        if pixel_shifts is not None and image_shape is not None:
            raw = shift(raw, image_shape, pixel_shifts)
        x = raw.to(self._dtype, copy=True).mul_(self._scale)
        x = x if self._shift is None else x.add_(self._shift)
        clip = self.examples.preparation.clip
        return x if clip is None else x / torch.sqrt(1 + torch.square(x / clip))

    def targets(self, rows: Tensor) -> Tensor:
        """Return the targets (…, n, k) of rows (…, n); labels become one-hot where there are several outputs."""
        if self._targets is not None:
            return _select(self._targets, rows)
        labels = _select(self._labels, rows)
        if self._n_out == 1:
            return labels.unsqueeze(-1).to(self._dtype)
        return torch.nn.functional.one_hot(labels, self._n_out).to(self._dtype)

    def labels(self, rows: Tensor) -> Tensor | None:
        """Return the labels (…, n) of rows, None where the targets are not classes."""
        return None if self._labels is None else _select(self._labels, rows)

    def weights(self, rows: Tensor) -> Any:
        """Return the weights (…, n, 1) of rows, 1 where there are none."""
        return 1 if self._weight is None else _select(self._weight, rows).unsqueeze(-1)

    def _gather(self, rows: Tensor) -> Tensor:
        """Return the stored numbers of rows, from the device or from the mapped file."""
        if self._raw is not None:
            return _select(self._raw, rows)
        raw = np.asarray(self.examples.raw[rows.cpu().numpy()])
        return torch.from_numpy(raw).to(self._device)


def shift(raw: Tensor, image_shape: tuple[int, int], pixel_shifts: Tensor) -> Tensor:
    """Return each picture (…, n, height · width) shifted by its (right, down) of (…, n, 2); see data/augment.py."""
    height, width = image_shape
    right, down = pixel_shifts[..., 0, None, None], pixel_shifts[..., 1, None, None]
    y = torch.arange(height, device=raw.device).unsqueeze(1) - down
    x = torch.arange(width, device=raw.device) - right
    inside = ((y >= 0) & (y < height) & (x >= 0) & (x < width)).flatten(-2)
    source = (y.clamp(0, height - 1) * width + x.clamp(0, width - 1)).flatten(-2)
    return torch.gather(raw, -1, source) * inside


def _select(array: Tensor, rows: Tensor) -> Tensor:
    """Return array[rows] for rows of any shape."""
    return array.index_select(0, rows.reshape(-1)).unflatten(0, rows.shape)


def _tensor(array: Array, device: Any, dtype: Any) -> Tensor:
    """Return an array on the device: bytes as bytes, other numbers in the network's dtype."""
    kept = array if array.dtype == np.uint8 else array.astype(dtype)
    return torch.from_numpy(np.array(kept, copy=True) if not kept.flags.writeable else kept).to(device)
