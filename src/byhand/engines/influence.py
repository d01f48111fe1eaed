"""Influence of training examples on an answer, through the C core; inspection/influence.py has the formula."""

import ctypes

import numpy as np
import numpy.typing as npt

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.engines import bindings as c
from byhand.engines.available_cpus import available_cpus
from byhand.engines.core_tables import unsupported_reason
from byhand.engines.epoch_buffers import core_inputs, labels_or_targets
from byhand.engines.native import chosen_kernel
from byhand.engines.packed_network import PackedNetwork, allocate_workspace
from byhand.losses.base import Loss
from byhand.lowering import fold, lower
from byhand.network import Network
from byhand.optimizers import SGD

CHUNK = 256  # rows that the workspace has room for


def native_influence(network: Network, loss: Loss, examples: Examples, query: Examples) -> Array | None:
    """Return each example's score (n,); None where there is no core or it does not support the network.

    query : one example   Raises UnsupportedError for an embedding, whose part of the gradient no formula here has.
    """
    if c.why_missing() or unsupported_reason(network, loss, SGD()):
        return None
    library = c.load()
    packed = PackedNetwork(library, fold(lower(network, inference=True)), loss)
    threads = min(available_cpus(), c.MAX_THREADS)
    workspace = allocate_workspace(library, packed, CHUNK, threads)
    memory = c.Memory(packed.params.ctypes.data, None, None, workspace.ctypes.data, workspace.nbytes)
    scores, kept = np.empty(len(examples), dtype=np.float32), list[Array]()
    tables = [_table(each, network.widths[-1], loss, kept) for each in (examples, query)]
    arguments = [*map(ctypes.byref, (packed.table, *tables, memory)), ctypes.c_void_p(scores.ctypes.data)]
    status = library.bh_influence(*arguments, chosen_kernel(library), threads)
    if status != c.OK:
        raise c.refusal("an influence", status)
    return scores


def _table(examples: Examples, n_out: int, loss: Loss, kept: list[Array]) -> c.EpochData:
    """Return the core's table of examples; their arrays are appended to kept and must outlive it."""

    def address(array: Array | None, dtype: npt.DTypeLike) -> int | None:
        if array is None:
            return None
        kept.append(np.ascontiguousarray(array, dtype=dtype))
        return int(kept[-1].ctypes.data)

    labels, targets = labels_or_targets(examples, n_out, loss)
    inputs, scaler = core_inputs(examples)
    are_bytes = inputs.dtype == np.uint8
    return c.EpochData(
        inputs=address(inputs, np.uint8 if are_bytes else np.float32),
        inputs_are_bytes=are_bytes,
        n_examples=len(examples),
        scale=address(np.broadcast_to(scaler.scale, examples.n_features), np.float32),
        shift=address(np.broadcast_to(scaler.shift, examples.n_features), np.float32),
        labels=address(labels, np.int32),
        targets=address(targets, np.float32),
    )
