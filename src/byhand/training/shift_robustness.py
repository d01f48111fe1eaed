"""Accuracy under small translations."""

import statistics
from dataclasses import replace

import numpy as np

from byhand.data.augment import shift
from byhand.data.examples import Examples
from byhand.network import Network
from byhand.training.evaluate import evaluate


def accuracy_under_shift(network: Network, examples: Examples, image_shape: tuple[int, int], pixels: int) -> float:
    """Return the mean accuracy on the examples shifted left, right, up and down by the given number of pixels."""
    n = len(examples)
    accuracies = []
    for right, down in ((-pixels, 0), (pixels, 0), (0, -pixels), (0, pixels)):
        moved = shift(examples.raw, image_shape, np.full(n, right), np.full(n, down))
        accuracies.append(evaluate(network, replace(examples, raw=moved)).accuracy or 0.0)
    return statistics.fmean(accuracies)
