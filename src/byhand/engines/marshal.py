"""The examples of an epoch as the C core reads them: the pictures stay bytes, everything else becomes float32."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from byhand.arrays import Array, check_input, one_hot, to_targets
from byhand.data.examples import Examples
from byhand.engines.base import EpochSpec
from byhand.engines.bindings import EpochData, Rng
from byhand.errors import ShapeError
from byhand.losses import BinaryCrossEntropy
from byhand.losses.base import Loss


@dataclass(frozen=True, eq=False)
class Prepared:
    """table : the structure   arrays : what it points to, kept alive"""

    table: EpochData
    arrays: list[Array]


def prepared(job: EpochSpec, n_in: int, n_out: int, loss: Loss) -> Prepared:
    """Return the epoch's data. Raises ShapeError where the array engine would."""
    examples = job.examples
    check_input("Dense", examples.raw, n_in)
    inputs = _inputs(examples.raw)
    labels, targets = _answers(examples, n_out, loss)
    scale, shift = (
        _contiguous(np.broadcast_to(array, n_in), np.float32)
        for array in (examples.preparation.scale, examples.preparation.shift)
    )
    order, rates = _contiguous(job.order, np.int64), _contiguous(job.learning_rates, np.float64)
    moved = None if job.moved is None else _contiguous(job.moved, np.int32)
    height, width = job.image_shape or (0, 0)
    table = EpochData(
        inputs=inputs.ctypes.data,
        inputs_are_bytes=inputs.dtype == np.uint8,
        n_examples=len(inputs),
        scale=scale.ctypes.data,
        shift=shift.ctypes.data,
        labels=_address(labels),
        targets=_address(targets),
        indices=order.ctypes.data,
        n_indices=len(order),
        batch_size=min(job.batch_size, len(order)),
        learning_rates=rates.ctypes.data,
        pixel_shifts=_address(moved),
        height=height,
        width=width,
        dropout_rng=Rng(job.rng.seed, job.rng.stream, job.rng.epoch, job.rng.position),
    )
    kept = [inputs, labels, targets, scale, shift, order, rates, moved]
    return Prepared(table, [array for array in kept if array is not None])


def _inputs(raw: Array) -> Array:
    return _contiguous(raw, np.uint8 if raw.dtype == np.uint8 else np.float32)


def _answers(examples: Examples, n_out: int, loss: Loss) -> tuple[Array | None, Array | None]:
    """Return (labels, None) for class numbers, (None, targets (n, n_out)) for others."""
    y = examples.y
    if isinstance(loss, BinaryCrossEntropy) and (n_out == 1 or y.ndim == 2):
        low, high = y.min(), y.max()
        if not (low >= 0 and high <= 1):
            raise ShapeError(f"BinaryCrossEntropy got targets {low:g} … {high:g}; expected each 0 … 1.")
    if not examples.is_classes:
        fitting = to_targets(y, np.empty((len(y), n_out), dtype=np.float32))
        return None, _contiguous(fitting, np.float32)
    if n_out > 1 and (y.min() < 0 or y.max() >= n_out):
        one_hot(y, n_out)  # says which label is wrong
    return _contiguous(y, np.int32), None


def _contiguous(array: Array, dtype: npt.DTypeLike) -> Array:
    return np.ascontiguousarray(array, dtype=dtype)


def _address(array: Array | None) -> int | None:
    return None if array is None else array.ctypes.data
