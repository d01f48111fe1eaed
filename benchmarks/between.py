"""What dropout, batch normalisation and ways around cost, in the core and in NumPy: python benchmarks/between.py

An epoch of MNIST in batches of 100 on one thread each, engine beside engine in one process, in processor time: the
fastest of five epochs of the core and of two of NumPy. Prints the table of docs/core.md. Needs MNIST; a minute.
"""

import os

from byhand.engines.base import Engine

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy comes in

import time
from typing import Any

import numpy as np

from byhand.data.mnist import mnist
from byhand.engines.base import EpochSpec
from byhand.engines.native import NativeEngine
from byhand.engines.numpy_engine import NumpyEngine
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.optimizers import SGD
from byhand.random import DROPOUT, RandomStream
from machine import machine, parser_for, save_record

SHALLOW, DEEP = [784, 128, 10], [784, *[50] * 6, 10]
BATCH, RATE = 100, 0.1
NETWORKS: dict[str, tuple[list[int], dict[str, Any]]] = {
    "784-128-10": (SHALLOW, {}),
    "with dropout": (SHALLOW, {"dropout": 0.2}),
    "with batch normalisation": (SHALLOW, {"batch_norm": True}),
    "784-50-50-50-50-50-50-10": (DEEP, {"activation": "sigmoid"}),
    "deep, with batch normalisation": (DEEP, {"activation": "sigmoid", "batch_norm": True}),
    "deep, with ways around": (DEEP, {"activation": "sigmoid", "residual": True}),
    "deep, with all three": (DEEP, {"activation": "sigmoid", "dropout": 0.2, "batch_norm": True, "residual": True}),
}
EPOCHS = {"core": 5, "numpy": 2}


def fastest(engine: Engine, epochs: int, sizes: list[int], options: dict[str, Any]) -> float:
    """Return the processor seconds of the fastest epoch."""
    examples = mnist(None, validation=None).train
    network, loss, optimizer = Network.mlp(sizes, seed=1, **options), SoftmaxCrossEntropy(), SGD()
    rates, seconds = np.full(len(examples) // BATCH, RATE), []
    for epoch in range(1, epochs + 1):
        order = np.random.default_rng(epoch).permutation(len(examples))
        started = time.process_time()
        engine.run_epoch(
            network, loss, optimizer, EpochSpec(epoch, examples, order, BATCH, rates, RandomStream(1, DROPOUT))
        )
        seconds.append(time.process_time() - started)
    return min(seconds)


def main() -> None:
    arguments = parser_for(__doc__).parse_args()
    engines: dict[str, Engine] = {"core": NativeEngine(n_threads=1), "numpy": NumpyEngine()}
    found = {}
    print("| network | core, ms | NumPy, ms | ratio |\n|---|--:|--:|--:|")
    for name, (sizes, options) in NETWORKS.items():
        seconds = {kind: fastest(engine, EPOCHS[kind], sizes, options) for kind, engine in engines.items()}
        found[name] = seconds
        core, numpy = 1000 * seconds["core"], 1000 * seconds["numpy"]
        print(f"| {name} | {core:.0f} | {numpy:.0f} | {numpy / core:.1f} |", flush=True)
    save_record("between", {**machine(), "processor_seconds": found}, wanted=arguments.record)


if __name__ == "__main__":
    main()
