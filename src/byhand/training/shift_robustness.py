"""Accuracy under small translations."""

from dataclasses import replace

import numpy as np

from byhand.data.augment import shift
from byhand.data.examples import Examples
from byhand.network import Network
from byhand.training.evaluate import CHUNK, evaluate


def accuracy_under_shift(network: Network, examples: Examples, image_shape: tuple[int, int], pixels: int) -> float:
    """Return the mean accuracy on the examples shifted left, right, up and down by the given number of pixels."""
    parts = [examples.take(slice(start, start + CHUNK)) for start in range(0, len(examples), CHUNK)]
    n_right = 0.0
    for right, down in ((-pixels, 0), (pixels, 0), (0, -pixels), (0, pixels)):
        for part in parts:
            moved = shift(part.raw, image_shape, np.full(len(part), right), np.full(len(part), down))
            n_right += (evaluate(network, replace(part, raw=moved)).accuracy or 0.0) * len(part)
    return n_right / (4 * len(examples))
