"""Segmentation of a handwritten digit: strokes are separated from unevenly lit paper, camera noise and specks of dirt.

Limits: ruled or squared paper, the edge of the table and a frame around the digit count as ink, and two digits count as
one.
"""

import math

import numpy as np

from byhand.arrays import Array
from byhand.errors import DataError

MAX_SIDE = 1024  # pixels a side: a digit has 20, and averaging pixels lowers the noise
MIN_CAMERA_SIDE = 40  # pixels a side: a smaller picture comes from a program, its paper is one grey and has no noise
MAX_CELLS = 64  # a side, for finding specks
MIN_CONTRAST = 8.0  # of 255 grey levels: a smaller difference cannot be seen
MIN_PAPER_FRACTION = 0.4  # of all pixels: at least this fraction is paper
NOISE_FACTOR = 7.6  # · the deviation that 0.4 of the paper stays under (0.524 σ, were it normal) = 4 σ
WEAK_THRESHOLD = 0.2  # of full ink: fainter pixels are ink only next to ink
EDGE_THRESHOLD = 0.1  # of full ink: where the digit ends; the rings that JPEG draws around strokes stay below it
SPECK_FRACTION = 0.02  # of the largest stroke's ink: smaller ones are dirt


class EmptyImageError(DataError):
    """The picture is empty."""


def segment_foreground(grey: Array) -> Array:
    """Return the strokes' ink as 0 … 1, paper 0, cut to the ink, for grey values (h, w), 0 … 255.

    A picture with more than MAX_SIDE pixels a side is made smaller first. Raises EmptyImageError when it is the same
    grey all over.
    """
    ink = _despeckle(_ink(_smaller(grey)))
    inside = ink > EDGE_THRESHOLD
    return ink[_span(np.any(inside, axis=1)), _span(np.any(inside, axis=0))]


def border(picture: Array) -> Array:
    """Return the outermost pixels of all four sides, flat."""
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def _smaller(grey: Array) -> Array:
    """Return the means of k×k pixels, k such that at most MAX_SIDE are left a side; a rest at the edge is left out."""
    k = math.ceil(max(grey.shape) / MAX_SIDE)
    k = min(k, *grey.shape)
    height, width = (side // k for side in grey.shape)
    blocks = grey[: height * k, : width * k].reshape(height, k, width, k)
    return blocks.mean(axis=(1, 3), dtype=np.float32).astype(np.float64)


def _ink(grey: Array) -> Array:
    """Return ink as 0 … 1: how far each pixel is from the paper, less the paper's noise."""
    if max(grey.shape) < MIN_CAMERA_SIDE:
        from_paper, noise = grey - np.median(border(grey)), 0.0
    else:
        from_paper = grey - _background(grey)
        noise = NOISE_FACTOR * float(np.quantile(np.abs(from_paper), MIN_PAPER_FRACTION))
    least = max(noise, 0.5)  # half a grey level
    light, dark = (np.maximum(side - least, 0) for side in (from_paper, -from_paper))
    ink = light if (light**2).sum() > (dark**2).sum() else dark
    full = np.quantile(ink[ink > 0], 0.9) if ink.any() else 0.0  # a quantile: one black speck is not the pen
    if full < max(MIN_CONTRAST, noise):
        raise EmptyImageError("the picture has no ink: it is the same grey all over.")
    return np.minimum(ink / full, 1)


def _background(grey: Array) -> Array:
    """Return the grey that each pixel would have without ink: a second-degree surface, for unevenly lit paper.

    Least trimmed squares: fit all, keep the fraction MIN_PAPER_FRACTION of the pixels nearest to the fit, fit those,
    and repeat. Where the paper is one grey the surface is that grey. It starts twice, from all pixels and from the
    border's median grey, and the closer fit wins.
    Source: Rousseeuw & Van Driessen 2006, "Computing LTS regression for large data sets".
    """
    terms = _second_degree(*grey.shape)  # (h, w, 6)
    step = math.ceil(max(grey.shape) / (2 * MAX_CELLS))
    some, values = terms[::step, ::step].reshape(-1, 6), grey[::step, ::step].ravel()
    flat = np.array([np.median(border(grey)), 0, 0, 0, 0, 0])
    fits = [_trimmed_fit(some, values, start) for start in (flat, _least_squares(some, values))]
    _, surface = min(fits, key=lambda fit: fit[0])
    return terms @ surface


def _second_degree(height: int, width: int) -> Array:
    """Return 1, x, y, x², xy, y² at every pixel, (h, w, 6); x and y run from −1 to 1."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=2)


def _trimmed_fit(terms: Array, values: Array, surface: Array) -> tuple[float, Array]:
    """Return the mean error over the kept pixels, and the surface."""
    n_kept = math.ceil(MIN_PAPER_FRACTION * len(values))
    for _ in range(10):  # each round lowers the error; few change anything
        error = np.abs(values - terms @ surface)
        kept = np.argsort(error, kind="stable")[:n_kept]
        surface = _least_squares(terms[kept], values[kept])
    return float(np.sort(np.abs(values - terms @ surface))[:n_kept].mean()), surface


def _least_squares(terms: Array, values: Array) -> Array:
    return np.linalg.lstsq(terms, values, rcond=None)[0]


def _despeckle(ink: Array) -> Array:
    """Return the ink of the strokes and of the cells next to them; 0 elsewhere.

    A stroke is a set of neighbouring cells, k×k pixels each, with strong ink in them.
    """
    k = math.ceil(max(ink.shape) / MAX_CELLS)
    cells = _cells(ink, k)
    label = _components(np.any(cells > WEAK_THRESHOLD, axis=(1, 3)))
    mass = np.bincount(label.ravel(), weights=cells.sum(axis=(1, 3)).ravel())
    mass[0] = 0  # no stroke
    stroke = (mass >= SPECK_FRACTION * mass.max())[label] & (label > 0)
    near = _neighbourhood_max(stroke).repeat(k, axis=0).repeat(k, axis=1)
    return np.where(near[: ink.shape[0], : ink.shape[1]], ink, 0)


def _cells(ink: Array, k: int) -> Array:
    """Return the picture cut into cells of k×k pixels, (rows, k, columns, k), with 0 where it ends within a cell."""
    rows, columns = (math.ceil(side / k) for side in ink.shape)
    padded = np.zeros((rows * k, columns * k))
    padded[: ink.shape[0], : ink.shape[1]] = ink
    return padded.reshape(rows, k, columns, k)


def _components(inked: Array) -> Array:
    """Return the connected components: a positive number per component of cells with ink, 0 elsewhere."""
    label = np.arange(1, inked.size + 1).reshape(inked.shape) * inked
    while True:  # the largest number of each component spreads to all of it, a cell a round
        spread = _neighbourhood_max(label) * inked
        if (spread == label).all():
            return label
        label = spread


def _neighbourhood_max(cells: Array) -> Array:
    """Return the largest of each cell and its eight neighbours."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(cells, 1), (3, 3))
    return windows.max(axis=(2, 3))


def _span(inked: Array) -> slice:
    """Return the range from the first to the last position with ink."""
    places = np.flatnonzero(inked)
    return slice(places[0], places[-1] + 1)
