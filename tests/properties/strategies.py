"""What the property tests share: how many cases, and how to draw a network and a batch."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from byhand.arrays import Array
from byhand.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy, SquaredError
from byhand.network import Network
from byhand.random import DROPOUT, INIT, RandomStream

law = settings(max_examples=60, deadline=None, derandomize=True)  # the same cases on every machine
few = settings(law, max_examples=25)

LOSSES: list[Loss] = [SoftmaxCrossEntropy(), SoftmaxCrossEntropy(0.2), SquaredError(), BinaryCrossEntropy()]

losses = st.sampled_from(LOSSES)
seeds = st.integers(0, 2**64 - 1)
widths = st.integers(1, 6)
activations = st.sampled_from(["relu", "leaky_relu", "sigmoid", "tanh", "identity", "softmax"])


def rows(size: float, dtype: Any = np.float64, *, min_width: int = 1) -> st.SearchStrategy[Array]:
    """Return a strategy for (n, k) numbers from −size to size."""
    shapes = arrays.array_shapes(min_dims=2, max_dims=2, min_side=min_width, max_side=8)
    width: Literal[32, 64] = 32 if dtype == np.float32 else 64
    return arrays.arrays(dtype, shapes, elements=st.floats(-size, size, width=width))


@dataclass(frozen=True)
class Problem:
    """A network in float64, a batch it can be given, and a loss for its output."""

    network: Network
    loss: Loss
    x: Array  # (n, n_in)
    y: Array  # (n,) labels
    seed: int

    def dropout(self) -> RandomStream:
        return RandomStream(self.seed, DROPOUT)


@st.composite
def problems(draw: st.DrawFn, *, batch_norm: bool | None = None, dropout: bool = True, min_n: int = 2) -> Problem:
    """Draw a problem: one to four dense layers, two classes or more.

    batch_norm : None lets it be drawn
    """
    sizes = [draw(widths), *draw(st.lists(widths, max_size=3)), draw(st.integers(2, 5))]
    options: dict[str, Any] = {
        "activation": draw(activations),
        "batch_norm": draw(st.booleans()) if batch_norm is None else batch_norm,
        "dropout": draw(st.sampled_from([0.0, 0.3])) if dropout else 0.0,
        "residual": draw(st.booleans()),
    }
    seed, n = draw(seeds), draw(st.integers(min_n, 7))
    network = Network.mlp(sizes, seed=seed, **options).astype(np.float64)
    for i, (name, array) in enumerate(network.params.items()):
        if name.endswith("b"):  # away from the kink: see tests/gradients/test_stacks.py
            array += 0.1 * RandomStream(seed, INIT, 100 + i).normal(*array.shape)
    x, y = RandomStream(seed, INIT, 80).normal(n, sizes[0]), RandomStream(seed, INIT, 81).integers(0, sizes[-1] - 1, n)
    return Problem(network, draw(losses), x, y, seed)


def loss_and_gradients(
    problem: Problem, x: Array, y: Array, *, training: bool = False
) -> tuple[float, dict[str, Array]]:
    """Return the loss of a batch, and the gradient of every parameter."""
    trace = problem.network.forward(x, training=training, rng=problem.dropout())
    value, saved = problem.loss.forward(trace.output, y)
    return float(value), problem.network.backward(problem.loss.backward(saved), trace)
