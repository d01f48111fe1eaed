"""MNIST's own preprocessing, for pictures of one digit.

The digit is scaled to fit 20×20 pixels, keeping its proportions, with grey edges where a new pixel
is half covered; then moved by whole pixels until its centre of mass is in the middle of 28×28. Source: LeCun,
Cortes, Burges, "The MNIST database", yann.lecun.com/exdb/mnist. A network trained on MNIST needs the same
preprocessing of every input.

Measured in MNIST's own files: the longest side of the ink is 20 in all but 16 of 70,000 digits, the strongest pixel
254 or 255 in each, and the centre of mass within half a pixel of row and column 14, counted from 0, in each but a few.
"""

import math

import numpy as np

from byhand.arrays import Array
from byhand.data.foreground import segment_foreground
from byhand.errors import ShapeError

SIDE, INK_SIDE, MIDDLE = 28, 20, 14


def normalize_digit(grey: Array) -> Array:
    """Return (28, 28) bytes, ink 255 on paper 0, for a picture (h, w) of one digit, grey values 0 … 255.

    Raises ShapeError for any other array, EmptyImageError (a DataError) if it is the same grey all over.
    """
    if grey.ndim != 2 or not grey.size or not np.isfinite(grey).all():
        raise ShapeError(f"normalize_digit got an array of shape {grey.shape}; expected (h, w) finite grey values.")
    return normalize_foreground(segment_foreground(grey))


def normalize_foreground(ink: Array) -> Array:
    """Return (28, 28) bytes for the ink of one digit, (h, w) from 0 on, cut to its box."""
    scale = INK_SIDE / max(ink.shape)
    fitted = resize(ink, *(max(1, round(side * scale)) for side in ink.shape))
    return (255 * _centred(fitted / fitted.max())).round().astype(np.uint8)  # thin strokes too are black in MNIST


def resize(picture: Array, height: int, width: int) -> Array:
    """Return the picture at another size, keeping mean grey: anti-aliased where it shrinks, smooth where it grows."""
    return _weights(picture.shape[0], height) @ picture @ _weights(picture.shape[1], width).T


def _weights(n_old: int, n_new: int) -> Array:
    """Return (n_new, n_old): the share of each old pixel in each new one; rows sum to 1.

    A new pixel is the mean over the area it covers, or over one old pixel's width if that is more, which is linear
    interpolation. At the same size it is the old pixel.
    """
    step = n_old / n_new
    middle = (np.arange(n_new)[:, None] + 0.5) * step
    half, old = max(step, 1.0) / 2, np.arange(n_old)
    overlap = np.clip(np.minimum(middle + half, old + 1) - np.maximum(middle - half, old), 0, None)
    return overlap / overlap.sum(axis=1, keepdims=True)


def _centred(picture: Array) -> Array:
    """Return 28×28 with the centre of mass within half a pixel of row and column 14; no ink is lost at the edge."""
    frame = np.zeros((SIDE, SIDE))
    top, left = (_offset(picture.sum(axis=1 - axis)) for axis in (0, 1))
    frame[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return frame


def _offset(mass: Array) -> int:
    """Return the offset of the picture along an axis, given the ink at each position."""
    centre = float(mass @ np.arange(len(mass)) / mass.sum())
    return min(max(math.floor(MIDDLE - centre + 0.5), 0), SIDE - len(mass))
