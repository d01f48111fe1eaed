"""Augmentation: shifted copies of a picture. New pixels at the edge are background, 0."""

import numpy as np

from byhand.arrays import Array


def shift(images: Array, image_shape: tuple[int, int], dx: Array, dy: Array) -> Array:
    """Return each picture shifted by whole pixels, dx to the right and dy down.

    images : (n, height · width)   dx, dy : (n,) integers, of either sign
    """
    height, width = image_shape
    n, margin = len(images), int(max(np.abs(dx).max(initial=0), np.abs(dy).max(initial=0)))
    padded = np.zeros((n, height + 2 * margin, width + 2 * margin), dtype=images.dtype)
    padded[:, margin : margin + height, margin : margin + width] = images.reshape(n, height, width)
    windows = np.lib.stride_tricks.sliding_window_view(padded, image_shape, axis=(1, 2))  # every place a picture can be
    return windows[np.arange(n), margin - dy, margin - dx].reshape(n, height * width)
