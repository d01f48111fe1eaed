"""Influence: which training examples pushed an answer most, for it and against it.

One step of gradient descent on example i changes the loss of the query q, to first order, by −η times the dot product
of their gradients with respect to all weights and biases. The gradient of a dense layer's W is the outer product of its
input x and of dz, and that of b is dz, so the dot product factorizes and no gradient is formed:

    score = Σ over layers (x · x_q + 1) (dz · dz_q)                                      (1)

Positive: learning i lowers the loss of q, i speaks for the query's class; negative: against it. Batch normalization is
folded into W and b first. First order, at the weights as they are: what training without an example would have given is
another question. Source: Pruthi, Liu, Kale, Sundararajan 2020, "Estimating training data influence by tracing gradient
descent" (TracIn), with one checkpoint.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from byhand.arguments import check_kind
from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.engines.influence import native_influence
from byhand.errors import DataError, OptionError
from byhand.layers import ACTIVATIONS, LeakyReLU
from byhand.losses import SoftmaxCrossEntropy
from byhand.losses.base import Loss
from byhand.lowering import FusedDense, UnsupportedError, fold, lower
from byhand.metrics import predict_labels
from byhand.network import Network

CHUNK = 1024  # examples that NumPy takes at once


@dataclass(frozen=True, eq=False)
class Influence:
    """scores : (n,), one for each training example   label : the class that they speak for or against"""

    scores: Array
    label: int

    def supporters(self, n: int = 10) -> Array:
        """Return the numbers of the n examples that speak most for the class, the strongest first."""
        best = np.argsort(-self.scores, kind="stable")[:n]
        return best[self.scores[best] > 0]

    def opponents(self, n: int = 10) -> Array:
        """Return the numbers of the n examples that speak most against the class, the strongest first."""
        worst = np.argsort(self.scores, kind="stable")[:n]
        return worst[self.scores[worst] < 0]


def influence(
    network: Network, examples: Examples, raw: Array, label: int | None = None, loss: Loss | None = None
) -> Influence:
    """Return how much each training example pushed the answer for raw (features,), as stored.

    label : the class that is asked about; None: the predicted one
    loss : the one it was trained with; None: softmax cross-entropy
    Raises DataError for examples without classes, OptionError for a network that cannot be lowered.
    """
    check_kind("influence", "network", network, Network, "a Network; of a model, its .network")
    check_kind("influence", "examples", examples, Examples, "Examples, as data.train")
    if not examples.is_classes or not len(examples):
        raise DataError("influence got examples without classes; expected training examples with labels.")
    row = np.asarray(raw)
    if row.shape != (examples.n_features,):
        raise DataError(f"influence got one example of shape {row.shape}; expected ({examples.n_features},).")
    query = replace(examples, raw=row[None], y=np.array([0 if label is None else label]), weight=None)
    try:
        layers = fold(lower(network, inference=True))
    except UnsupportedError as error:
        raise OptionError(
            f"influence is for dense layers, and this network has {error}. For what a column is worth, use importance."
        ) from error
    if label is None:
        output = _forward(layers, query.preparation.apply(query.raw))[0][-1]
        query = replace(query, y=predict_labels(output))
    loss = loss or SoftmaxCrossEntropy()
    scores = native_influence(network, loss, examples, query)
    if scores is None:
        scores = numpy_influence(layers, loss, examples, query)
    return Influence(scores, int(query.y[0]))


def numpy_influence(layers: list[FusedDense], loss: Loss, examples: Examples, query: Examples) -> Array:
    """Return (1) for each example (n,)."""
    xs, dzs = _gradient_factors(layers, loss, query)
    scores = np.zeros(len(examples))
    for start in range(0, len(examples), CHUNK):
        rows = slice(start, start + CHUNK)
        chunk = Examples(examples.raw[rows], examples.y[rows], examples.preparation)
        for x, dz, x_q, dz_q in zip(*_gradient_factors(layers, loss, chunk), xs, dzs, strict=True):
            scores[rows] += (x @ x_q[0] + 1) * (dz @ dz_q[0])  # (1)
    return scores


def _activation(layer: FusedDense) -> Any:
    """Return the layer object that computes the activation."""
    if layer.activation == LeakyReLU.kind:
        return LeakyReLU(layer.negative_slope)
    return ACTIVATIONS[layer.activation]()


def _forward(layers: list[FusedDense], x: Array) -> tuple[list[Array], list[Any]]:
    """Return the input of every layer and the output behind the last, and what the activations saved."""
    xs, kept = [x], []
    for i, layer in enumerate(layers):
        y, saved = _activation(layer).forward(xs[-1] @ layer.W + layer.b, training=False, rng=None)
        kept.append(saved)
        xs.append(y + xs[i + 1 - layer.skip_span] if layer.skip_span else y)
    return xs, kept


def _gradient_factors(layers: list[FusedDense], loss: Loss, examples: Examples) -> tuple[list[Array], list[Array]]:
    """Return x and dz of every layer, (n, n_in) and (n, n_out), of each example's own loss."""
    xs, kept = _forward(layers, examples.preparation.apply(examples.raw).astype(np.float64))
    _, saved = loss.forward(xs[-1], examples.y)
    dys: list[Any] = [0.0] * len(layers) + [loss.backward(saved) * len(examples)]
    dzs = []
    for i, layer in reversed(list(enumerate(layers))):
        dy = dys[i + 1]
        if layer.skip_span:
            dys[i + 1 - layer.skip_span] = dys[i + 1 - layer.skip_span] + dy
        dz, _ = _activation(layer).backward(dy, kept[i], need_dx=True)
        dys[i] = dys[i] + dz @ layer.W.T
        dzs.append(dz)
    return xs[:-1], dzs[::-1]
