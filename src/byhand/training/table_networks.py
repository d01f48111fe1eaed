"""What a network for tables has besides its layers: where weights start, which learn slower, where bins are.

Estimators and recipes share it. The factors of rates and the start are RealMLP's: Holzmüller, Grinsztajn & Steinwart
2024, table A.3.
"""

import numpy as np

from byhand.arrays import Array
from byhand.layers import (
    ParametricActivation,
    PeriodicEmbedding,
    PeriodicLinearEmbedding,
    PiecewiseLinearEmbedding,
    ScaledDense,
)
from byhand.network import Network
from byhand.optimizers import Adam, ClipGradNorm, Optimizer, ParamGroups, WeightDecay
from byhand.optimizers.param_groups import EMBEDDING
from byhand.preprocessing import weighted_quantiles
from byhand.random import INIT, RandomStream

NTK = "ntk"
PARAMETRIZATIONS = ("standard", NTK)
SCALE_RATE, SMALL_RATE = 6.0, 0.1  # factors for the scales of inputs, and for embeddings and shares
PERIODIC = (PeriodicEmbedding, PeriodicLinearEmbedding)
LECUN_SCALE = 0.5**0.5  # of he: variance 1/n_in in place of 2/n_in
LECUN_ACTIVATIONS = ("selu", "mish", "parametric_selu", "parametric_mish")  # hidden layers that start from it


def with_rates(optimizer: Optimizer, network: Network, bias_rate: float, parametrization: str) -> Optimizer:
    """Return the optimizer with the rates of a network's kinds of parameters; itself where all have the same.

    bias_rate : factor for biases   parametrization : one of PARAMETRIZATIONS
    """
    kinds = {type(layer) for layer in network.layers}
    factors = {"b": float(bias_rate)} | ({"scale": SCALE_RATE} if ScaledDense in kinds else {})
    factors |= {"alpha": SMALL_RATE} if ParametricActivation in kinds else {}
    factors |= dict.fromkeys(EMBEDDING, SMALL_RATE) if isinstance(network.layers[0], PERIODIC) else {}
    factors |= _ntk_rates(optimizer, network) if parametrization == NTK else {}
    return optimizer if factors == {"b": 1.0} else ParamGroups(optimizer, factors)


def _ntk_rates(optimizer: Optimizer, network: Network) -> dict[str, float]:
    """Return the factor of every W: what is trained is V = W √n_in, whose gradient is that of W divided by √n_in.

    Adam moves V by the rate whatever the gradient's size, so W by 1/√n_in of it; others move W by 1/n_in of theirs.
    """
    while isinstance(optimizer, ClipGradNorm | WeightDecay):
        optimizer = optimizer.inner
    power = -0.5 if isinstance(optimizer, Adam) else -1.0
    return {name: W.shape[-2] ** power for name, W in network.params.items() if name.endswith(".W")}


def start_ntk(network: Network, seed: int) -> None:
    """Draw the biases of the hidden layers from N(0, 1), and set the last layer's weights to 0.

    Their weights are N(0, 1/n_in) already (LECUN_SCALE). Without a hidden layer only the zeros are left.
    """
    params = network.params
    *hidden, last = (name.removesuffix(".W") for name in params if name.endswith(".W"))
    for i, layer in enumerate(hidden):
        b = params[f"{layer}.b"]
        b[...] = RandomStream(seed, INIT, len(network.layers) + i).normal(*b.shape)  # behind the layers' own streams
    params[f"{last}.W"][...] = 0


def place_bins(network: Network, x: Array, weight: Array | None = None) -> None:
    """Move the edges of a piecewise linear embedding's bins, where a network begins with one, to quantiles of rows.

    x : (n, n_in) inputs of the training rows   weight : (n,) how often each row counts; None: once
    Equal quantiles are one edge: a column of few values has fewer bins, and its last edge is repeated.
    """
    front = network.layers[0]
    if not isinstance(front, PiecewiseLinearEmbedding):
        return
    edges = front.statistics["edges"]
    shares = np.linspace(0, 1, edges.shape[1]).tolist()
    for row, column in zip(edges, front.columns, strict=True):
        found = np.unique(weighted_quantiles(x[:, column], shares, weight))
        row[: len(found)], row[len(found) :] = found, found[-1]
