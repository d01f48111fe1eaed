"""What a network's outputs mean: one of four readings, chosen by the loss it was trained with.

A network with one output gives the score of class 1 of two; the functions here always return a column per class.
"""

from enum import StrEnum

import numpy as np

from byhand.arrays import Array
from byhand.layers.sigmoid import sigmoid
from byhand.layers.softmax import softmax
from byhand.metrics import predict_labels
from byhand.network import Network


class Output(StrEnum):
    """How to read what a network computes. The values are those in model files."""

    SOFTMAX_LOGITS = "probabilities"  # softmax turns them into probabilities; a single logit z stands for (0, z)
    SIGMOID_LOGITS = "yes_no"  # multilabel: sigmoid turns each into a score
    SCORES = "scores"  # already scores, from a network that ends in sigmoid
    REGRESSION = "values"  # regression: the predicted values themselves


def output_for(network: Network, loss_kind: str, *, is_classes: bool) -> Output:
    """Return how to read a network that was trained with the loss of this kind.

    is_classes : were the targets class labels?
    """
    if loss_kind == "binary_cross_entropy":
        return Output.SOFTMAX_LOGITS if network.widths[-1] == 1 else Output.SIGMOID_LOGITS
    if loss_kind == "softmax_cross_entropy":
        return Output.SOFTMAX_LOGITS
    return Output.SCORES if is_classes else Output.REGRESSION


def class_scores(output: Output, z: Array) -> Array:
    """Return the score of each class for outputs z (n, k): (n, k), or (n, 2) for a single output."""
    single = z.shape[1] == 1
    if output is Output.SOFTMAX_LOGITS:
        return softmax(np.hstack([np.zeros_like(z), z]) if single else z)  # σ(z) = eᶻ / (e⁰ + eᶻ)
    a = sigmoid(z) if output is Output.SIGMOID_LOGITS else z
    return np.hstack([1 - a, a]) if single else a


def output_labels(output: Output, z: Array) -> Array:
    """Return the predicted label (n,) of each row of the network's outputs z (n, k)."""
    return predict_labels(z, threshold=0.5 if output is Output.SCORES else 0.0)
