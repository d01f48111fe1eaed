"""The arrays of one epoch as the C core reads them: bytes that go into a dense layer as such, the rest as float32."""

import ctypes

import numpy as np
import numpy.typing as npt

from byhand.arrays import Array, check_input, one_hot, to_targets
from byhand.data.examples import Examples
from byhand.engines.base import EpochSpec
from byhand.engines.bindings import EpochData, Memory, Rng
from byhand.engines.packed_network import PackedNetwork, allocate_workspace
from byhand.errors import ShapeError
from byhand.losses import BinaryCrossEntropy, Poisson
from byhand.losses.base import Loss
from byhand.losses.poisson import check_counts
from byhand.preprocessing import UNSCALED, InputScaler


class EpochBuffers:
    """data, memory : the core's tables of addresses; the arrays behind them live as long as this object."""

    def __init__(
        self, library: ctypes.CDLL, packed: PackedNetwork, spec: EpochSpec, loss: Loss, *, n_threads: int
    ) -> None:
        """Raises ShapeError where NumPy's engine would."""
        self._kept: list[Array] = []
        self.data = self._data(spec, packed, loss)
        workspace = allocate_workspace(library, packed, self.data.batch_size, n_threads)
        moment1, moment2, *_ = [self._address(flat) for flat in packed.moments.values()] + [None, None]
        self.memory = Memory(self._address(packed.params), moment1, moment2, self._address(workspace), workspace.nbytes)

    def _data(self, spec: EpochSpec, packed: PackedNetwork, loss: Loss) -> EpochData:
        """Return the core's table of the examples, their order and the learning rates."""
        examples, n_in = spec.examples, packed.n_in
        front = packed.embedding or packed.copies
        check_input(type(front).__name__ if front else "Dense", examples.raw, n_in)
        labels, targets = labels_or_targets(examples, packed.layers[-1].n_out, loss)
        inputs, scaler = core_inputs(examples)
        are_bytes = inputs.dtype == np.uint8 and front is None
        height, width = spec.image_shape or (0, 0)
        return EpochData(
            inputs=self._address(inputs, np.uint8 if are_bytes else np.float32),
            inputs_are_bytes=are_bytes,
            n_examples=len(inputs),
            scale=self._address(np.broadcast_to(scaler.scale, n_in), np.float32),
            shift=self._address(np.broadcast_to(scaler.shift, n_in), np.float32),
            labels=self._address(labels, np.int32),
            targets=self._address(targets, np.float32),
            indices=self._address(spec.order, np.int64),
            n_indices=len(spec.order),
            batch_size=min(spec.batch_size, len(spec.order)),
            learning_rates=self._address(spec.learning_rates, np.float64),
            pixel_shifts=self._address(spec.pixel_shifts, np.int32),
            height=height,
            width=width,
            weights=self._address(examples.weight, np.float32),
            dropout_rng=Rng(spec.rng.seed, spec.rng.stream, spec.rng.epoch, spec.rng.position),
        )

    def _address(self, array: Array | None, dtype: npt.DTypeLike | None = None) -> int | None:
        """Return where the array lies, contiguous and of this dtype, and keep it alive; None for None."""
        if array is None:
            return None
        self._kept.append(np.ascontiguousarray(array, dtype=dtype))
        return self._kept[-1].ctypes.data


def core_inputs(examples: Examples) -> tuple[Array, InputScaler]:
    """Return inputs and the scaler for the core, which does not clip: where inputs are clipped, they are ready."""
    clips = examples.preparation.clip is not None
    return (examples.x, UNSCALED) if clips else (examples.raw, examples.preparation)


def labels_or_targets(examples: Examples, n_out: int, loss: Loss) -> tuple[Array | None, Array | None]:
    """Return (labels, None) for classes, (None, targets (n, n_out)) for other targets."""
    y = examples.y
    if isinstance(loss, BinaryCrossEntropy) and (n_out == 1 or y.ndim == 2):
        low, high = y.min(), y.max()
        if not (low >= 0 and high <= 1):
            raise ShapeError(f"BinaryCrossEntropy got targets {low:g} … {high:g}; expected each 0 … 1.")
    if isinstance(loss, Poisson) and not examples.is_classes:
        check_counts(y)
    if not examples.is_classes:
        return None, to_targets(y, np.empty((len(y), n_out), dtype=np.float32))
    if n_out > 1 and (y.min() < 0 or y.max() >= n_out):
        one_hot(y, n_out)  # says which label is wrong
    return y, None
