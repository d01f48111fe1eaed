"""Any picture of one digit, made into what a network trained on MNIST expects.

MNIST was made so: the ink is cropped, scaled to fit 20×20 pixels keeping its proportions, and placed in 28×28 with
its centre of mass in the middle. Source: LeCun, Cortes, Burges, "The MNIST database". A network that never saw
anything else needs the same done to whatever it is shown.
"""

import math
import warnings
from pathlib import Path

import numpy as np

from byhand.arrays import Array
from byhand.errors import DataError, EnvironmentFault, MissingExtra

SIDE, INK_SIDE = 28, 20
MAX_PIXELS = 64_000_000
FAINT = 0.15  # of full ink: what is fainter is paper


def prepare_image(path: Path) -> Array:
    """Return the digit in a picture file as (28, 28) bytes, 255 for ink.

    Any format, size and mode that Pillow reads; dark on light or light on dark.
    Raises DataError when it is no picture, too large, or has no ink; MissingExtra without Pillow.
    """
    return as_mnist(_grey(path))


def _grey(path: Path) -> Array:
    """Return a picture file as grey values (h, w), 0 … 255, what is transparent as white."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise MissingExtra("reading pictures needs Pillow: pip install 'byhand[images]'.") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise DataError(
                        f"{path} has {picture.width}×{picture.height} pixels; expected {MAX_PIXELS:,} at most."
                    )
                upright = ImageOps.exif_transpose(picture)
                if upright.mode.startswith("I"):  # 16 bits a pixel
                    return np.asarray(upright, dtype=np.float64) / 257
                paper = Image.new("RGBA", upright.size, "white")
                flat = Image.alpha_composite(paper, upright.convert("RGBA"))
                return np.asarray(flat.convert("L"), dtype=np.float64)
    except FileNotFoundError:
        raise DataError(f"{path} does not exist.") from None
    except (DataError, MemoryError):
        raise
    except OSError as error:
        if error.errno is not None:
            raise EnvironmentFault(f"{path} cannot be read: {error.strerror}.") from error
        raise DataError(f"{path} is no picture that can be read: {error}.") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged files
        raise DataError(f"{path} is a damaged picture: {type(error).__name__}: {error}.") from error


def as_mnist(grey: Array) -> Array:
    """Return (28, 28) bytes, ink 255, for a picture (h, w) of one digit, grey values of any range.

    Raises DataError when there is no ink.
    """
    ink = _ink(grey.astype(np.float64))
    rows, columns = np.flatnonzero((ink > FAINT).any(axis=1)), np.flatnonzero((ink > FAINT).any(axis=0))
    if not len(rows):
        raise DataError("the picture has no ink: it is the same grey all over.")
    cropped = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = INK_SIDE / max(cropped.shape)
    fitted = _resized(cropped, *(max(1, round(side * scale)) for side in cropped.shape))
    return (255 * _centred(fitted)).round().astype(np.uint8)


def _ink(grey: Array) -> Array:
    """Return ink as 0 … 1: how far each pixel is from the paper, the border's usual grey."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = np.median(border)
    away = grey - paper if abs(grey.max() - paper) > abs(grey.min() - paper) else paper - grey
    strongest = away.max()
    return np.clip(away / strongest, 0, 1) if strongest > 0 else np.zeros_like(grey)


def _resized(picture: Array, height: int, width: int) -> Array:
    """Return the picture at another size; each new pixel is the mean of the area it covers, so thin lines survive."""
    return _area_weights(picture.shape[0], height) @ picture @ _area_weights(picture.shape[1], width).T


def _area_weights(n_old: int, n_new: int) -> Array:
    """Return (n_new, n_old): the share of each old pixel in each new one; rows sum to 1."""
    edges = np.linspace(0, n_old, n_new + 1)
    old = np.arange(n_old)
    low, high = np.maximum(edges[:-1, None], old), np.minimum(edges[1:, None], old + 1)
    overlap = np.clip(high - low, 0, None)
    return overlap / overlap.sum(axis=1, keepdims=True)


def _centred(picture: Array) -> Array:
    """Return 28×28 with the picture's centre of mass on row and column 14, to half a pixel, as in MNIST's own files."""
    frame = np.zeros((SIDE, SIDE))
    place = []
    for axis in (0, 1):
        mass = picture.sum(axis=1 - axis)
        centre = float((mass * np.arange(len(mass))).sum() / mass.sum())
        place.append(min(max(math.floor(SIDE / 2 - centre + 0.5), 0), SIDE - picture.shape[axis]))
    top, left = place
    frame[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return frame
