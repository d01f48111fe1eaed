"""What the numbers mean that come out of a network: four ways, chosen by the loss it was trained with.

A network with one output that tells two classes apart answers for class 1; the columns here are always one a class.
"""

from enum import StrEnum

import numpy as np

from byhand.arrays import Array
from byhand.layers.sigmoid import sigmoid
from byhand.layers.softmax import softmax
from byhand.network import Network


class Output(StrEnum):
    """PROBABILITIES are the only ones whose rows sum to 1."""

    PROBABILITIES = "probabilities"  # logits; softmax makes probabilities of them, a single z standing for (0, z)
    YES_NO = "yes_no"  # logits, each the answer to a question of its own; sigmoid makes scores of them
    SCORES = "scores"  # already scores, as of a network that ends in sigmoid
    VALUES = "values"  # the numbers to predict: regression


def output_for(network: Network, loss_kind: str, *, is_classes: bool) -> Output:
    """Return how to read a network that was trained with the loss of this kind.

    is_classes : were the answers class numbers?
    """
    if loss_kind == "binary_cross_entropy":
        return Output.PROBABILITIES if network.widths[-1] == 1 else Output.YES_NO
    if loss_kind == "softmax_cross_entropy":
        return Output.PROBABILITIES
    return Output.SCORES if is_classes else Output.VALUES


def class_scores(output: Output, z: Array) -> Array:
    """Return what the network's numbers z (n, k) say of each class: (n, k), or (n, 2) for a single output."""
    single = z.shape[1] == 1
    if output is Output.PROBABILITIES:
        return softmax(np.hstack([np.zeros_like(z), z]) if single else z)  # σ(z) = eᶻ / (e⁰ + eᶻ)
    a = sigmoid(z) if output is Output.YES_NO else z
    return np.hstack([1 - a, a]) if single else a


def class_numbers(output: Output, z: Array) -> Array:
    """Return the class (n,) of each row of the network's numbers z (n, k): the largest, the first one of equals."""
    boundary = 0.5 if output is Output.SCORES else 0.0
    classes: Array = z.argmax(axis=1) if z.shape[1] > 1 else (z[:, 0] > boundary).astype(np.int64)
    return classes
