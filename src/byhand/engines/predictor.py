"""Fast inference on raw inputs, through the C core where it supports the network.

Input scaling and batch normalization are folded into the weights, so bytes are used as they are stored, and inputs that
are 0 (most of a digit's picture) cost nothing. An embedding and copies take scaled inputs, which the core makes of
floats. The mean of heads is NumPy's.
"""

import ctypes
from dataclasses import replace
from typing import Protocol

import numpy as np

from byhand.arguments import check_kind
from byhand.arrays import Array, check_input, check_numbers
from byhand.engines import bindings as c
from byhand.engines.available_cpus import available_cpus
from byhand.engines.core_tables import why_not_predicted
from byhand.engines.native import chosen_kernel
from byhand.engines.packed_network import PackedNetwork, allocate_workspace
from byhand.errors import ShapeError
from byhand.layers import HeadMean
from byhand.layers.base import most_copies
from byhand.losses import SquaredError
from byhand.lowering import EngineForm, fold, lower_for_engine
from byhand.network import Network
from byhand.preprocessing import UNSCALED, InputScaler

ROWS_OF_COPIES = 16384  # at a time: with 256 units 16 MB a layer, in float32
CHUNK = 256  # rows that the workspace has room for
MIN_PARALLEL_MACS = 2e7  # weights · rows; below, starting threads would take longer than they save


class Predictor(Protocol):
    """Computes a network's output for raw inputs."""

    def __call__(self, raw: Array) -> Array:
        """Return the network's output (n, k) for raw (n, features). Raises ShapeError for another width."""

    def one(self, raw: Array) -> Array:
        """Return the output (k,) for a single example raw (features,), with the least overhead."""

    def update(self, network: Network) -> None:
        """Copy the parameters of a network whose layers are those of the one before."""


def predictor(network: Network, preparation: InputScaler = UNSCALED) -> Predictor:
    """Return the fastest predictor available. It copies the network: later training changes it only by `update`.

    preparation : with it, the predictor takes raw inputs; without it, scaled ones
    A predictor reuses its buffers, so only one thread at a time may use it.
    """
    check_kind("predictor", "network", network, Network, "a Network; of a model, its .network")
    check_kind("predictor", "preparation", preparation, InputScaler, "an InputScaler, as data.train.preparation")
    if preparation.scale.shape not in ((), (network.widths[0],)):
        raise ShapeError(
            f"predictor got a preparation of {len(preparation.scale)} features for a network of "
            f"{network.widths[0]}; expected one number for all features, or one each."
        )
    if c.why_missing() or why_not_predicted(_split_mean(network)[0]):
        return NumpyPredictor(network, preparation)
    return NativePredictor(network, preparation)


def _split_mean(network: Network) -> tuple[Network, HeadMean | None]:
    """Return the network without the mean of heads at its end, and this mean, or None."""
    last = network.layers[-1]
    return (Network(network.layers[:-1]), last) if isinstance(last, HeadMean) and len(network) > 1 else (network, None)


def _needs_fold(form: EngineForm, scaler: InputScaler) -> bool:
    """Is there anything to fold into the weights?"""
    is_scaled = any(layer.batch_norm or layer.input_scale is not None for layer in form.layers)
    return is_scaled or not ((scaler.scale == 1).all() and (scaler.shift == 0).all())


def predict_in_parts(network: Network, x: Array) -> Array:
    """Return a network's output (n, k) for inputs x (n, n_in), some rows at a time where it makes copies of each."""
    copies = most_copies(network.layers)
    rows = max(ROWS_OF_COPIES // copies, 1) if copies > 1 else max(len(x), 1)
    return np.concatenate([network.predict(x[i : i + rows]) for i in range(0, max(len(x), 1), rows)])


class NumpyPredictor:
    """NumPy: any network."""

    def __init__(self, network: Network, preparation: InputScaler) -> None:
        self._preparation = preparation
        self.update(network)

    def update(self, network: Network) -> None:
        """Copy the parameters of a network."""
        self._network = network.astype(np.float32)

    def __repr__(self) -> str:
        return f"<NumpyPredictor {self._network.widths[0]} → {self._network.widths[-1]}>"

    def __call__(self, raw: Array) -> Array:
        check_input("the predictor", raw, self._network.widths[0])
        return predict_in_parts(self._network, self._preparation.apply(raw))

    def one(self, raw: Array) -> Array:
        """Return the output (k,) for one example (n_in,)."""
        check_numbers("the predictor", "one example", raw)
        answer: Array = self(raw[None])[0]
        return answer


class NativePredictor:
    """The C core. Raises lowering.UnsupportedError for a network that the core does not support."""

    def __init__(self, network: Network, preparation: InputScaler, n_threads: int | None = None) -> None:
        self._library = c.load()
        self._kernel = chosen_kernel(self._library)
        self._n_threads = min(n_threads or available_cpus(), c.MAX_THREADS)
        self._clipped = None if preparation.clip is None else preparation  # it cannot be folded into weights
        self._scaler = UNSCALED if self._clipped else preparation  # of inputs, before the first layer
        form, self._mean = self._lower(network)
        self._packed = PackedNetwork(
            self._library, form.layers, SquaredError(), embedding=form.embedding, copies=form.copies
        )  # any loss would do
        self._n_in, self._n_out = self._packed.n_in, form.layers[-1].b.size
        has_front = form.embedding or form.copies
        self._takes_bytes = not has_front and self._clipped is None
        self._scale, self._shift = (
            np.full(self._n_in, numbers, dtype=np.float32)
            for numbers in ((self._scaler.scale, self._scaler.shift) if has_front else (1, 0))
        )
        self._workspace = self._allocate(1)
        self._answer = np.empty(self._n_out, dtype=np.float32)
        kinds = "Bf" if self._takes_bytes else "f"  # uint8 and float32, as NumPy's chars
        self._examples = {kind: np.zeros(self._n_in, dtype=kind) for kind in kinds}
        self._calls = self._calls_for_one()
        self._shape = (self._n_in,)
        self._predict = self._library.bh_predict

    def __repr__(self) -> str:
        return f"<NativePredictor {self._n_in} → {self._mean.n_out(self._n_out) if self._mean else self._n_out}>"

    def _lower(self, network: Network) -> tuple[EngineForm, HeadMean | None]:
        """Return the network for the core, all folded into its layers that can be, and the mean of heads at its end."""
        network, mean = _split_mean(network)
        form = lower_for_engine(network, inference=True)
        scaler = UNSCALED if form.embedding or form.copies else self._scaler
        return replace(form, layers=fold(form.layers, scaler)) if _needs_fold(form, scaler) else form, mean

    def update(self, network: Network) -> None:
        """Copy the parameters of a network whose layers are those of the one before."""
        form, self._mean = self._lower(network)
        self._packed.repack(form)
        self._calls = self._calls_for_one()

    def __call__(self, raw: Array) -> Array:
        check_input("the predictor", raw, self._n_in)
        rows = max(ROWS_OF_COPIES // self._mean.n_heads, 1) if self._mean else len(raw)
        if len(raw) > rows:  # all heads of all rows may take more memory than the answers
            return np.concatenate([self(raw[i : i + rows]) for i in range(0, len(raw), rows)])
        raw = raw if self._clipped is None else self._clipped.apply(raw)
        are_bytes = raw.dtype == np.uint8 and self._takes_bytes
        inputs = np.ascontiguousarray(raw, dtype=np.uint8 if are_bytes else np.float32)
        output = np.empty((len(raw), self._n_out), dtype=np.float32)
        threads = self._n_threads if self._packed.n_weights * len(raw) > MIN_PARALLEL_MACS else 1
        workspace = self._workspace if threads == 1 else self._allocate(threads)
        if len(raw):
            self._check_status(self._predict(*self._arguments(inputs, output, workspace, threads)))
        return self._joined(output)

    def one(self, raw: Array) -> Array:
        """Return the output (k,) for one example (n_in,). Raises ShapeError for another shape."""
        is_plain = type(raw) is np.ndarray and raw.shape == self._shape
        example, arguments = (is_plain and self._calls.get(raw.dtype.char)) or self._call_for_any(raw)
        example[:] = raw if self._clipped is None else self._clipped.apply(raw)
        status = self._predict(*arguments)
        if status:
            self._check_status(status)
        return self._joined(self._answer[None])[0] if self._mean else self._answer.copy()

    def _joined(self, output: Array) -> Array:
        """Return the mean of the heads, if the network ends with one."""
        return self._mean.forward(output)[0] if self._mean else output

    def _calls_for_one(self) -> dict[str, tuple[Array, tuple[object, ...]]]:
        """Return, for each kind of numbers, where one example is put, and the arguments of bh_predict."""
        return {
            kind: (example, self._arguments(example[None], self._answer, self._workspace, 1))
            for kind, example in self._examples.items()
        }

    def _call_for_any(self, raw: Array) -> tuple[Array, tuple[object, ...]]:
        """Return the call for numbers of other kinds, which become floats; raise ShapeError for what is no example."""
        check_numbers("the predictor", "one example", raw)
        if raw.shape != self._shape:
            raise ShapeError(f"the predictor got one example of shape {raw.shape}; expected {self._shape}.")
        return self._calls["f"]

    def _arguments(self, inputs: Array, output: Array, workspace: Array, n_threads: int) -> tuple[object, ...]:
        """Return the arguments of bh_predict; the arrays must outlive them."""
        data = c.EpochData(
            inputs=inputs.ctypes.data,
            inputs_are_bytes=inputs.dtype == np.uint8,
            n_examples=len(inputs),
            scale=self._scale.ctypes.data,
            shift=self._shift.ctypes.data,
        )
        memory = c.Memory(self._packed.params.ctypes.data, None, None, workspace.ctypes.data, workspace.nbytes)
        tables = (ctypes.byref(self._packed.table), ctypes.byref(data), ctypes.byref(memory))
        return *tables, ctypes.c_void_p(output.ctypes.data), self._kernel, n_threads

    def _allocate(self, n_threads: int) -> Array:
        return allocate_workspace(self._library, self._packed, CHUNK, n_threads)

    def _check_status(self, status: int) -> None:
        if status != c.OK:
            raise c.refusal("a prediction", status)
