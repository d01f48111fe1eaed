"""byhand itself: the native engine in both precisions, NumPy's, and the same formulas on PyTorch's tensors."""

from collections.abc import Callable

import numpy as np

from byhand.arrays import Array
from byhand.bench.workload import Work, orders
from byhand.data.examples import Examples
from byhand.engines.base import Engine, EpochSpec
from byhand.engines.bindings import FLOAT32
from byhand.engines.native import NativeEngine
from byhand.engines.numpy_engine import NumpyEngine
from byhand.losses import Loss, SoftmaxCrossEntropy, SquaredError
from byhand.network import Network
from byhand.optimizers import SGD, Adam
from byhand.optimizers.base import Optimizer
from byhand.preprocessing import fit_scaler
from byhand.random import DROPOUT, RandomStream


def native(
    work: Work, x: Array, y: Array, *, n_threads: int | None = None, precision: str = FLOAT32, kernel: str = ""
) -> Callable[[], None]:
    """Return a function that trains one epoch with the C core, on all processors unless n_threads is given."""
    return _epoch(NativeEngine(n_threads, precision, work.sizes, kernel), work, x, y)


def numpy(work: Work, x: Array, y: Array) -> Callable[[], None]:
    """Return a function that trains one epoch with NumPy."""
    return _epoch(NumpyEngine(), work, x, y)


def torch_engine(work: Work, x: Array, y: Array) -> Callable[[], None]:
    """Return a function that trains one epoch with the engine `torch` on the CPU. ImportError without PyTorch"""
    from byhand.engines.torch_engine.engine import TorchEngine

    return _epoch(TorchEngine(), work, x, y)


def _epoch(engine: Engine, work: Work, x: Array, y: Array) -> Callable[[], None]:
    squared = work.loss == "squared_error"
    loss: Loss = SquaredError() if squared else SoftmaxCrossEntropy()
    optimizer: Optimizer = Adam() if work.optimizer == "adam" else SGD()
    output = work.activation if squared else "identity"
    network = Network.mlp(list(work.sizes), activation=work.activation, output=output, seed=1)
    preparation = fit_scaler("unit" if x.dtype == np.uint8 else "raw", x, low=0, high=255)
    order = orders(work)
    rates = np.full(len(order), work.rate)
    spec = EpochSpec(
        1, Examples(x, y, preparation), order.reshape(-1), work.batch_size, rates, RandomStream(0, DROPOUT)
    )

    def epoch() -> None:
        engine.run_epoch(network, loss, optimizer, spec)

    return epoch
