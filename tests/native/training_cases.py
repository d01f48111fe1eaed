"""What the tests of the C core share: the kernels at hand, small data, and one network trained two ways."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.data.minibatches import minibatches
from byhand.engines import packed_network
from byhand.engines.base import EpochSpec
from byhand.engines.bindings import BF16, FLOAT32, KERNELS, PRECISIONS, aligned_bytes, load, why_missing
from byhand.engines.native import NativeEngine
from byhand.initializers import he
from byhand.layers import (
    BatchNorm,
    Dense,
    Dropout,
    Layer,
    PeriodicEmbedding,
    PeriodicLinearEmbedding,
    PiecewiseLinearEmbedding,
    ReLU,
    Residual,
    Tanh,
)
from byhand.losses import SoftmaxCrossEntropy, SquaredError
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers import SGD, ParamGroups
from byhand.optimizers.base import Optimizer
from byhand.optimizers.param_groups import EMBEDDING
from byhand.preprocessing import InputScaler, fit_scaler
from byhand.random import DROPOUT, INIT, RandomStream
from byhand.step import train_step


def _runs(kernel: str) -> bool:
    return why_missing() is None and load().bh_choose_kernel(KERNELS.index(kernel)) > 0


AT_HAND = [name for name in PRECISIONS[FLOAT32].values() if _runs(name)]
WIDEST = next((name for name in reversed(AT_HAND) if name != "amx"), "")  # trains floats where nothing was measured
BF16_AT_HAND = [name for name in PRECISIONS[BF16].values() if _runs(name)]
EACH_KERNEL = [  # for parametrize: those that this processor lacks are skipped by name
    pytest.param(name, marks=pytest.mark.skipif(name not in AT_HAND, reason=f"this processor cannot run {name}"))
    for name in PRECISIONS[FLOAT32].values()
]


def byte_pictures(n: int, height: int, width: int, classes: int, seed: int = 0) -> Examples:
    """Return pictures of bytes with labels that depend on them."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n)
    means = rng.integers(0, 256, (classes, height * width))
    raw = np.clip(means[y] + rng.normal(0, 60, (n, height * width)), 0, 255).astype(np.uint8)
    return Examples(raw, y, fit_scaler("standard", raw, low=0, high=255))


def on_paper(preparation: str = "unit", n: int = 700, size: int = 63) -> Examples:
    """Return pictures that are mostly background, as digits are: some pixels never inked, some always, few per picture.

    preparation : one of prepare.py, or "far": shifted by much more than it is scaled
    size : pixels; the core reads pictures of a multiple of 16 where they are, others it copies
    """
    rng = np.random.default_rng(5)
    y = rng.integers(0, 5, n)
    pixels = rng.permutation(size)
    inked = rng.uniform(size=(n, size)) < np.linspace(0, 0.4, size)[pixels]
    inked[:, pixels[-3:]] = True
    inked[np.arange(n), pixels[30 + y]] = True  # what the classes are told by
    raw = np.where(inked, rng.integers(1, 256, (n, size)), 0).astype(np.uint8)
    raw[::9] = 0
    prepared = InputScaler("far", np.asarray(1 / 64), np.asarray(-20.0))
    return Examples(raw, y, prepared if preparation == "far" else fit_scaler(preparation, raw, low=0, high=255))


def float_rows(n: int, n_in: int, n_out: int, seed: int = 0) -> Examples:
    """Return rows of floats, each column with its own scale, with n_out numbers in 0 … 1 to predict."""
    rng = np.random.default_rng(seed)
    raw = (rng.normal(size=(n, n_in)) * rng.uniform(0.5, 2, n_in)).astype(np.float32)
    return Examples(raw, rng.uniform(size=(n, n_out)).astype(np.float32), per_column(raw))


def per_column(raw: Array) -> InputScaler:
    return fit_scaler("standard", raw, low=0, high=1, per_column=True)


def two_ways_around() -> Network:
    """Return a network with a block of two dense layers, another block in it, and one from where they end."""
    rng = RandomStream(3, INIT)

    def dense(n_in: int, n_out: int) -> Dense:
        return Dense(n_in, n_out, rng=rng)

    inside = Residual(dense(20, 20), BatchNorm(20), Tanh(), Dropout(0.1))
    long = Residual(dense(20, 20), ReLU(), inside, dense(20, 20), Dropout(0.2))
    return Network([dense(63, 20), ReLU(), long, Residual(dense(20, 20)), dense(20, 5)])


def with_many_waves(kind: type[PeriodicEmbedding | PeriodicLinearEmbedding], *, width: int) -> Network:
    """Return a network with an embedding of sizes that are no multiples of a vector."""
    rng = RandomStream(3, INIT)
    front = kind(63, range(1, 63), n_frequencies=21, embedding_dim=5, rng=rng)
    return Network([front, Dense(front.n_out(63), width, rng=rng), ReLU(), Dense(width, 5, rng=rng)])


def with_many_bins(*, width: int) -> Network:
    """Return a network with as many bins; every third column has only twelve, and others without width."""
    rng = RandomStream(3, INIT)
    front = PiecewiseLinearEmbedding(63, range(1, 63), n_bins=21, embedding_dim=5, rng=rng)
    edges = front.statistics["edges"]
    edges[::3, 13:] = edges[::3, 12:13]
    return Network([front, Dense(front.n_out(63), width, rng=rng), ReLU(), Dense(width, 5, rng=rng)])


def slow(optimizer: Optimizer) -> Optimizer:
    """Return the optimizer with an embedding at a tenth of the rate, as estimators have it."""
    return ParamGroups(optimizer, dict.fromkeys(EMBEDDING, 0.1))


@dataclass(frozen=True)
class Setting:
    """One thing to train; everything is made anew at every call, so two engines begin alike."""

    examples: Callable[[], Examples]
    network: Callable[[], Network]
    loss: Loss
    optimizer: Callable[[], Optimizer]
    batch_size: int = 16
    rate: float = 0.05
    moves: tuple[int, int] | None = None  # height and width of the pictures
    weights: tuple[float, ...] = ()  # of the examples, repeated

    def spec(self, epoch: int = 1) -> EpochSpec:
        examples = self.examples()
        if self.weights:
            examples = replace(examples, weight=np.resize(np.array(self.weights, dtype=np.float32), len(examples)))
        n = len(examples)
        rng = np.random.default_rng(epoch)
        steps = -(-n // self.batch_size)
        pixel_shifts = None if self.moves is None else rng.integers(-2, 3, (n, 2))
        rates = self.rate * np.linspace(1, 0.5, steps)
        return EpochSpec(
            epoch,
            examples,
            rng.permutation(n),
            self.batch_size,
            rates,
            RandomStream(2**33 + 1, DROPOUT, epoch),
            pixel_shifts,
            self.moves,
        )


def pictures() -> Examples:
    return byte_pictures(330, 9, 7, 5)


def numbers() -> Examples:
    return float_rows(330, 13, 3)


def network_on(sizes: list[int], **options: Any) -> Network:
    network = Network.mlp(sizes, seed=3, **options)
    for i, (name, array) in enumerate(network.params.items()):
        if name.endswith(".b"):
            array[:] = (
                he(RandomStream(5, INIT, i), 1, array.size).reshape(array.shape) / 5
            )  # biases that are not all zero
        if name.endswith(".alpha"):
            array[:] = np.linspace(-0.4, 1.3, len(array))  # shares below 0 and above 1 too
    return network


WEIGHTS = (0.5, 2.0, 0.0, 1.0, 1.5)
OPTIONS = (
    "activation",
    "output",
    "dropout",
    "batch_norm",
    "residual",
    "scaled_inputs",
    "embedded_columns",
    "embedding",
    "n_heads",
)


def classes(sizes: list[int] | None = None, **changes: Any) -> Setting:
    sizes = sizes or [63, 20, 5]
    options = {k: changes.pop(k) for k in OPTIONS if k in changes}
    values: dict = {
        "examples": pictures,
        "network": lambda: network_on(sizes, **options),
        "loss": SoftmaxCrossEntropy(),
        "optimizer": SGD,
        **changes,
    }
    return Setting(**values)


def regression(**changes: Any) -> Setting:
    options = {k: changes.pop(k) for k in OPTIONS if k in changes}
    values: dict = {
        "examples": numbers,
        "network": lambda: network_on([13, 18, 3], **options),
        "loss": SquaredError(),
        "optimizer": SGD,
        **changes,
    }
    return Setting(**values)


def in_float64(setting: Setting, jobs: list[EpochSpec]) -> tuple[Network, float]:
    """Train with NumPy in float64; return the network and the mean loss of the last epoch."""
    network, optimizer = setting.network().astype(np.float64), setting.optimizer()
    for spec in jobs:
        total, rng = 0.0, replace(spec.rng)
        pieces = minibatches(
            spec.examples,
            spec.order,
            spec.batch_size,
            pixel_shifts=spec.pixel_shifts,
            image_shape=spec.image_shape,
            dtype=np.float64,
        )
        for step, ((x, y), rate) in enumerate(zip(pieces, spec.learning_rates, strict=True)):
            weight = spec.examples.weight
            if weight is not None:
                weight = weight[spec.order[step * spec.batch_size :][: len(x)]].astype(np.float64)
            value, _ = train_step(network, setting.loss, optimizer, rate, x, y, rng, weight)
            total += float(value) * len(x)
    return network, total / len(spec.order)


def farthest(one: Network, other: Network, without: Collection[str] = ()) -> float:
    """Return the largest difference of two networks' arrays, each as a share of the largest number in it."""
    arrays, others = ({**network.params, **network.statistics} for network in (one, other))
    counted = arrays.keys() - set(without)
    return max(
        float(np.abs(arrays[name] - others[name]).max() / max(np.abs(others[name]).max(), 1e-3)) for name in counted
    )


def of_no_effect(layers: Sequence[Layer], prefix: str = "") -> set[str]:
    """Return the names of the biases right before a batch normalisation, and of the means that take them away again.

    Their gradient is rounding, and Adam makes steps of its sign.
    """
    found: set[str] = set()
    for i, layer in enumerate(layers):
        if isinstance(layer, BatchNorm):
            found |= {f"{prefix}{i - 1}.b", f"{prefix}{i}.mean"}
        if isinstance(layer, Residual):
            found |= of_no_effect(layer.inner, f"{prefix}{i}.")
    return found


__all__ = [
    "AT_HAND",
    "BF16_AT_HAND",
    "EACH_KERNEL",
    "WEIGHTS",
    "WIDEST",
    "Setting",
    "byte_pictures",
    "classes",
    "farthest",
    "float_rows",
    "in_float64",
    "network_on",
    "numbers",
    "of_no_effect",
    "on_paper",
    "pictures",
    "regression",
    "slow",
    "two_ways_around",
    "with_many_bins",
    "with_many_waves",
]


def fill_workspaces(monkeypatch: pytest.MonkeyPatch, byte: int) -> None:
    """Let all further workspaces begin with this byte everywhere."""

    def filled(n: int) -> Array:
        workspace = aligned_bytes(n)
        workspace.fill(byte)
        return workspace

    monkeypatch.setattr(packed_network, "aligned_bytes", filled)


def trained(made: Setting, n_threads: int, epochs: int = 2) -> list[Array]:
    """Return what the core learned in some epochs: parameters, running averages and the optimizer's moments."""
    network, optimizer, engine = made.network(), made.optimizer(), NativeEngine(n_threads)
    for epoch in range(1, epochs + 1):
        assert engine.run_epoch(network, made.loss, optimizer, made.spec(epoch))
    return [*network.params.values(), *network.statistics.values(), *optimizer.state.values()]
