"""The C core as a shared library: loading it, and its structures for ctypes, as in core/include/byhand.h.

The library is built with the package where there is a C compiler. Nothing else in byhand loads machine code.
"""

import ctypes
import sys
from ctypes import POINTER, Structure, c_double, c_float, c_int32, c_int64, c_uint32, c_uint64, c_void_p
from functools import cache
from pathlib import Path

import numpy as np

from byhand.arrays import Array
from byhand.errors import SystemResourceError

VERSION = 10  # as in byhand.h; the library must have the same
ALIGNMENT = 64  # bytes
MAX_LAYERS, MAX_THREADS = 64, 64

# The enumerations of byhand.h, in its order.
ACTIVATIONS = ("identity", "relu", "leaky_relu", "sigmoid", "tanh", "softmax", "exp", "selu", "mish")
LOSSES = ("softmax_cross_entropy", "squared_error", "binary_cross_entropy", "huber", "poisson", "quantile")
EMBEDDINGS = ("periodic_embedding", "periodic_linear_embedding", "piecewise_embedding")
OPTIMIZERS = ("sgd", "momentum", "nesterov", "adam", "adamw")
KERNELS = ("best", "portable", "avx2", "avx512", "amx", "avx512_bf16", "amx_bf16")
FLOAT32, BF16 = "float32", "bf16"
PRECISIONS = {  # processor family, as BYHAND_KERNEL names it → kernel; the last that runs is the best
    FLOAT32: {"portable": "portable", "avx2": "avx2", "avx512": "avx512", "amx": "amx"},
    BF16: {"avx512": "avx512_bf16", "amx": "amx_bf16"},
}
# bh_status: success is 0 or more, an error negative.
OK, STOPPED, DIVERGED = range(3)
BAD_SIZE, BAD_POINTER, BAD_INDEX, EMPTY_INPUT, NO_KERNEL = range(-1, -6, -1)
REFUSALS = {
    BAD_SIZE: "a size out of range",
    BAD_POINTER: "a buffer missing or not aligned",
    BAD_INDEX: "an index out of range",
    EMPTY_INPUT: "an empty input",
    NO_KERNEL: "no such kernel",
}

NAME = {"darwin": "libbyhand.dylib", "win32": "byhand.dll"}.get(sys.platform, "libbyhand.so")


class Layer(Structure):
    """bh_layer: one fused dense layer, its activation, dropout, batch normalization and residual connection."""

    _fields_ = (
        ("n_in", c_int32),
        ("n_out", c_int32),
        ("activation", c_int32),
        ("slope", c_float),
        ("dropout", c_double),
        ("batch_norm", c_int32),
        ("momentum", c_float),
        ("epsilon", c_float),
        ("skip_span", c_int32),
        ("parametric", c_int32),
    )


class Embedding(Structure):
    """bh_embedding: an embedding before the first layer."""

    _fields_ = (
        ("kind", c_int32),
        ("n_in", c_int32),
        ("n_columns", c_int32),
        ("columns", POINTER(c_int32)),
        ("resolution", c_int32),
        ("n_out", c_int32),
        ("edges", POINTER(c_float)),
    )


class Net(Structure):
    """bh_network: the layers, the loss, what is done to inputs, and how many heads there are."""

    _fields_ = (
        ("n_layers", c_int32),
        ("layers", POINTER(Layer)),
        ("loss", c_int32),
        ("loss_parameter", c_float),
        ("scaled_inputs", c_int32),
        ("embedding", POINTER(Embedding)),
        ("n_heads", c_int32),
    )


class LayerOffsets(Structure):
    """bh_layer_offsets: where a layer's arrays begin in the flat parameters, in floats; -1: it has none."""

    _fields_ = (
        ("weights", c_int64),
        ("biases", c_int64),
        ("gamma", c_int64),
        ("beta", c_int64),
        ("mean", c_int64),
        ("variance", c_int64),
        ("stride", c_int32),
        ("alpha", c_int64),
    )


class Rule(Structure):
    """bh_optimizer: the update rule and its settings."""

    _fields_ = (
        ("kind", c_int32),
        ("momentum", c_float),
        ("beta1", c_float),
        ("beta2", c_float),
        ("epsilon", c_float),
        ("weight_decay", c_float),
        ("clip_norm", c_float),
        ("bias_rate", c_float),
        ("scale_rate", c_float),
        ("embedding_rate", c_float),
        ("steps", c_int64),
        ("alpha_rate", c_float),
        ("weight_rates", POINTER(c_float)),
    )


class Rng(Structure):
    """bh_rng: a random stream and how many numbers were drawn from it."""

    _fields_ = (("seed", c_uint64), ("stream", c_uint32), ("epoch", c_uint32), ("counter", c_uint64))


class EpochData(Structure):
    """bh_epoch_data: the examples, their targets, the order of training and the learning rates."""

    _fields_ = (
        ("inputs", c_void_p),
        ("inputs_are_bytes", c_int32),
        ("n_examples", c_int64),
        ("scale", c_void_p),
        ("shift", c_void_p),
        ("labels", c_void_p),
        ("targets", c_void_p),
        ("indices", c_void_p),
        ("n_indices", c_int64),
        ("batch_size", c_int32),
        ("learning_rates", c_void_p),
        ("pixel_shifts", c_void_p),
        ("height", c_int32),
        ("width", c_int32),
        ("weights", c_void_p),
        ("dropout_rng", Rng),
    )


class Memory(Structure):
    """bh_memory: the parameters, the optimizer's moments and the workspace, all owned by the caller."""

    _fields_ = (
        ("params", c_void_p),
        ("moment1", c_void_p),
        ("moment2", c_void_p),
        ("workspace", c_void_p),
        ("workspace_bytes", c_int64),
    )


class Result(Structure):
    """bh_result: what an epoch reports: steps, the sum of losses, correct predictions, random numbers drawn."""

    _fields_ = (("steps_done", c_int64), ("loss", c_double), ("n_correct", c_int64), ("n_draws", c_int64))


def refusal(what: str, status: int) -> RuntimeError:
    """Return the error for what the core refused after Python had checked it. status : negative, a bh_status"""
    reason = REFUSALS[status]
    return RuntimeError(f"the C core refused {what} that Python had checked: {reason}. byhand is at fault; report it.")


def aligned_bytes(n: int) -> Array:
    """Return n bytes that begin at a multiple of 64, as the core requires of its buffers; not cleared."""
    block = np.empty(n + ALIGNMENT, dtype=np.uint8)
    start = -block.ctypes.data % ALIGNMENT
    return block[start : start + n]


def aligned_zeros(n: int) -> Array:
    """Return n zeros of float32 that begin at a multiple of 64 bytes."""
    zeros = aligned_bytes(n * np.dtype(np.float32).itemsize).view(np.float32)
    zeros.fill(0)
    return zeros


PATH = Path(__file__).with_name(NAME)


def load() -> ctypes.CDLL:
    """Return the library. Raises SystemResourceError if it is missing or of another version."""
    found = _load(PATH)
    if isinstance(found, str):
        raise SystemResourceError(f"{found}. Use the engine numpy, or install a C compiler and then byhand again.")
    return found


def why_missing() -> str | None:
    """Return why there is no library, as a clause, or None."""
    found = _load(PATH)
    return found if isinstance(found, str) else None


@cache
def _load(path: Path) -> ctypes.CDLL | str:
    if not path.exists():
        return "the C core is not here, because byhand was installed without a C compiler"
    try:
        library = ctypes.CDLL(str(path))
        version = library.bh_version()
    except (OSError, AttributeError) as error:
        return f"the C core cannot be loaded ({error})"
    if version != VERSION:
        return f"the C core is of version {version} where {VERSION} is needed"
    for name in ("bh_layout", "bh_workspace", "bh_peak_flops"):
        getattr(library, name).restype = c_int64
    library.bh_peak_flops.argtypes = (c_int32, c_int64)
    return library
