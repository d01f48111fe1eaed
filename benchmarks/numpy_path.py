"""The NumPy engine beside other libraries, in turns in one run: python benchmarks/numpy_path.py [--rounds 7]

Two comparisons, both with the `vanilla` recipe (60,000 digits, 784-128-10, batch 192, Nesterov momentum, weight
decay, label smoothing):

- a whole epoch as byhand trains it (order drawn, bytes gathered and converted batch by batch, loss and accuracy
  counted) and as PyTorch does with the pixels in memory as floats (order drawn, rows gathered);
- the training steps of an epoch alone, on the same prepared batches: train_step, and a flat NumPy script with the
  same formulas and no functions.

Needs PyTorch (`pip install 'byhand[bench]'`) and MNIST (BYHAND_DATA or the cache).

Threads: run once with OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 and once with 2. The peers never run at the same time.
"""

import os
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

import byhand as bh
from byhand.arrays import Array
from byhand.data.minibatches import minibatches
from byhand.engines.numpy_engine import NumpyEngine
from byhand.random import SHUFFLE, RandomStream
from byhand.recipes import RECIPES
from byhand.recipes.build import build_plan
from byhand.recipes.run import Run
from byhand.step import train_step
from machine import machine, parser_for, save_record

Batches = list[tuple[Array, Array]]
RECIPE = RECIPES["vanilla"]
RATE, MOMENTUM, DECAY, SMOOTHING, BATCH = 0.01, 0.9, RECIPE.weight_decay, RECIPE.label_smoothing, RECIPE.batch_size


def byhand_epoch(dataset: bh.data.Dataset) -> Callable[[], None]:
    """Return a function that trains one epoch with byhand's NumPy engine."""
    run = Run.of(RECIPE, dataset)
    plan, engine = build_plan(RECIPE, dataset), NumpyEngine()

    def epoch() -> None:
        spec = plan.spec(dataset.train, 1, plan.learning_rates(len(dataset.train)))
        engine.run_epoch(run.state.network, plan.loss, run.state.optimizer, spec)

    return epoch


def byhand_steps(dataset: bh.data.Dataset, batches: Batches) -> Callable[[], None]:
    """Return a function that takes every training step of an epoch."""
    run = Run.of(RECIPE, dataset)
    network, loss, optimizer = run.state.network, run.plan.loss, run.state.optimizer

    def steps() -> None:
        for x, y in batches:
            train_step(network, loss, optimizer, RATE, x, y, None)

    return steps


def flat_steps(batches: Batches) -> Callable[[], None]:
    """Return a function that takes the same steps in plain lines of NumPy."""
    rng = np.random.default_rng(0)
    W1 = (rng.normal(size=(784, 128)) * 0.025).astype(np.float32)
    W2 = (rng.normal(size=(128, 10)) * 0.06).astype(np.float32)
    b1, b2 = np.zeros(128, np.float32), np.zeros(10, np.float32)
    vW1, vb1, vW2, vb2 = (np.zeros_like(array) for array in (W1, b1, W2, b2))
    eye = ((1 - SMOOTHING) * np.eye(10) + SMOOTHING / 10).astype(np.float32)

    def steps() -> None:
        for x, y in batches:
            z1 = x @ W1
            z1 += b1
            a1 = np.maximum(z1, 0)
            z2 = a1 @ W2
            z2 += b2
            z2 -= z2.max(axis=1, keepdims=True)
            e = np.exp(z2)
            total = e.sum(axis=1, keepdims=True)
            t = eye[y]
            loss = -(t * (z2 - np.log(total))).sum() / len(x)
            if not np.isfinite(loss):
                raise FloatingPointError(loss)
            dz2 = (e / total - t) / len(x)
            dW2, db2 = a1.T @ dz2, dz2.sum(axis=0)
            dz1 = (dz2 @ W2.T) * (a1 > 0)
            dW1, db1 = x.T @ dz1, dz1.sum(axis=0)
            dW1 += DECAY * W1
            dW2 += DECAY * W2
            for W, v, dW in ((W1, vW1, dW1), (b1, vb1, db1), (W2, vW2, dW2), (b2, vb2, db2)):
                v *= MOMENTUM
                v += dW
                ahead = MOMENTUM * v
                ahead += dW
                ahead *= RATE
                W -= ahead

    return steps


def torch_epoch(dataset: bh.data.Dataset) -> Callable[[], None]:
    """Return a function that trains one epoch with PyTorch, its tensors in memory."""
    x, y = torch.from_numpy(dataset.train.x), torch.from_numpy(dataset.train.y)
    model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    loss = torch.nn.CrossEntropyLoss(label_smoothing=SMOOTHING)
    optimizer = torch.optim.SGD(model.parameters(), RATE, momentum=MOMENTUM, nesterov=True, weight_decay=DECAY)

    def epoch() -> None:
        order = torch.randperm(len(x))
        for start in range(0, len(x), BATCH):
            rows = order[start : start + BATCH]
            optimizer.zero_grad(set_to_none=True)
            loss(model(x[rows]), y[rows]).backward()
            optimizer.step()

    return epoch


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    rounds = arguments.rounds
    threads = int(os.environ.get("OPENBLAS_NUM_THREADS", os.cpu_count() or 1))
    torch.set_num_threads(threads)
    dataset = bh.data.mnist(preparation=RECIPE.scaling, validation=None)
    order = RandomStream(0, SHUFFLE, 1).order(len(dataset.train))
    batches = list(minibatches(dataset.train, order, BATCH))
    peers = {
        "byhand epoch": byhand_epoch(dataset),
        "torch epoch": torch_epoch(dataset),
        "byhand steps": byhand_steps(dataset, batches),
        "flat steps": flat_steps(batches),
    }
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    for turn in range(rounds + 1):
        for name, epoch in peers.items():
            started = time.perf_counter()
            epoch()
            if turn:  # the first round warms up
                seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    pairs = (("byhand epoch", "torch epoch"), ("byhand steps", "flat steps"))
    ratios = {
        f"{ours} / {peer}": statistics.median(a / b for a, b in zip(seconds[ours], seconds[peer], strict=True))
        for ours, peer in pairs
    }
    for name, values in seconds.items():
        print(f"{name:<14}{medians[name]:.3f} s ({min(values):.3f} – {max(values):.3f})")
    print("\n".join(f"{name}: {ratio:.2f}" for name, ratio in ratios.items()))
    record = {"what": "seconds an epoch of vanilla", **machine(), "torch": torch.__version__, "threads": threads}
    save_record(
        f"numpy-path-{threads}-threads",
        {**record, "seconds": seconds, "medians": medians, "ratios": ratios},
        wanted=arguments.record,
    )


if __name__ == "__main__":
    main()
