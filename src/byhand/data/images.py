"""Picture files of any common kind, read as grey values and converted to a network's inputs."""

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from byhand.arrays import Array
from byhand.data.foreground import EmptyImageError, border
from byhand.data.mnist_preprocess import normalize_digit, resize
from byhand.errors import DataError, MissingDependencyError
from byhand.files import read_bytes_limited

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "JPEG2000", "PPM")  # Pillow reads EPS by starting Ghostscript
MAX_PIXELS = 64_000_000
MAX_SIDE = 65_535  # pixels, as in JPEG: the width of a picture that is one pixel high is its whole size
MAX_BYTES = 4 * MAX_PIXELS  # of the largest picture in RGBA, uncompressed
MAX_SIDE_READ = 4096  # pixels; a larger picture is reduced before it becomes floats, four times as many bytes


@dataclass(frozen=True, eq=False)
class GreyImage:
    """pixels : (h, w) grey values, 0 … 255   is_color : was it in colour, and is this its luminance?"""

    pixels: Array
    is_color: bool


def read_image(path: Path, preprocessing: str, shape: tuple[int, int] | None) -> GreyImage:
    """Return a picture file as bytes (h, w), prepared as a model's training examples were (see ImageSchema).

    shape : (height, width) to resize to; None: as it is
    Errors as prepare_image; an empty picture is an error with preprocessing "mnist" only.
    """
    grey = _grey(path)
    if preprocessing == "mnist":
        return GreyImage(_digit(path, grey.pixels), grey.is_color)
    pixels = grey.pixels if shape in (None, grey.pixels.shape) else resize(grey.pixels.astype(np.float64), *shape)
    return GreyImage(np.clip(np.round(pixels), 0, 255).astype(np.uint8), grey.is_color)


def prepare_image(path: Path) -> Array:
    """Return the digit in a picture file as (28, 28) bytes, 255 for ink, as in MNIST.

    Any size and mode; dark on light or light on dark; transparent or not; rotated as its EXIF says.
    Raises DataError if it is missing, not a picture, damaged, too large or empty; SystemResourceError when the
    machine cannot read it; MissingDependencyError without Pillow.
    """
    return _digit(path, _grey(path).pixels)


def _digit(path: Path, grey: Array) -> Array:
    try:
        return normalize_digit(grey)
    except EmptyImageError as error:
        raise EmptyImageError(f"{path}: {error}") from None


def _grey(path: Path) -> GreyImage:
    """Return a picture file as grey values."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as error:
        raise MissingDependencyError('reading pictures needs Pillow: pip install "byhand[images]".') from error
    content = io.BytesIO(
        read_bytes_limited(path, "a picture", MAX_BYTES)
    )  # first, so that any later OSError is about the picture
    try:
        with _strict_pillow(), Image.open(content, formats=FORMATS) as picture:
            if max(picture.size) > MAX_SIDE:
                raise Image.DecompressionBombError
            ImageOps.exif_transpose(picture, in_place=True)
            smaller = _smaller(picture)
            return GreyImage(_flat(smaller), _is_color(smaller))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        most = f"{MAX_PIXELS:,}, and {MAX_SIDE:,} a side, at most"
        raise DataError(f"{path} declares too many pixels; expected {most}.") from None
    except UnidentifiedImageError:
        raise DataError(f"{path} is not a picture that byhand reads; expected one of {', '.join(FORMATS)}.") from None
    except MemoryError:
        raise
    except Exception as error:  # Pillow's decoders raise almost any exception on damaged content
        raise DataError(f"{path} is a damaged picture: {error or type(error).__name__}.") from error


@contextmanager
def _strict_pillow() -> Iterator[None]:
    """Make Pillow refuse more than MAX_PIXELS pixels, and silence its other warnings."""
    from PIL import Image

    before = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        Image.MAX_IMAGE_PIXELS = MAX_PIXELS
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _smaller(picture: "Image.Image") -> "Image.Image":
    """Return the picture with k×k pixels averaged into one, so that no side exceeds MAX_SIDE_READ."""
    k = math.ceil(max(picture.size) / MAX_SIDE_READ)
    if k == 1:
        return picture
    if picture.mode in ("1", "P", "PA"):  # modes that cannot be averaged
        picture = picture.convert("RGBA" if picture.has_transparency_data else "L")
    sixteen_bits = picture.mode.startswith("I;16")
    reduced = (picture.convert("I") if sixteen_bits else picture).reduce(k)
    return reduced.convert("I;16") if sixteen_bits else reduced


def _is_color(picture: "Image.Image") -> bool:
    """Is any pixel not grey? Grey pictures are often saved as colour."""
    if picture.mode in ("1", "L", "LA", "La", "I", "F") or picture.mode.startswith("I;16"):
        return False
    channels = np.asarray(picture.convert("RGB"))
    return bool((channels.max(axis=2) != channels.min(axis=2)).any())


def _flat(picture: "Image.Image") -> Array:
    """Return grey values, 0 … 255, with paper where the picture is transparent."""
    if picture.mode.startswith("I;16"):
        return np.asarray(picture, dtype=np.float32) / 257  # 65535 / 255
    if picture.mode in ("I", "F"):  # 32-bit values have no fixed range
        return _stretched(np.asarray(picture, dtype=np.float32))
    if not picture.has_transparency_data:
        return np.asarray(picture.convert("L"))
    clear = picture.convert("RGBA")
    return _on_paper(np.asarray(clear.convert("L")), np.asarray(clear.getchannel("A")))


def _stretched(grey: Array) -> Array:
    """Return values of any range as 0 … 255."""
    low, high = float(grey.min()), float(grey.max())
    return (grey - low) * (255 / (high - low)) if high > low else np.zeros_like(grey)


def _on_paper(grey: Array, alpha: Array) -> Array:
    """Return a transparent picture (h, w) composited on paper, both 0 … 255.

    A mostly opaque border is paper, and transparent pixels get its grey. Otherwise the paper is white, or black if
    nothing would be visible on white (a light pen).
    """
    opaque = border(alpha) > 127
    if 2 * opaque.sum() > opaque.size:
        return _laid(grey, alpha, float(np.median(border(grey)[opaque])))
    on_white = _laid(grey, alpha, 255.0)
    return on_white if on_white.min() < 128 else _laid(grey, alpha, 0.0)


def _laid(grey: Array, alpha: Array, paper: float) -> Array:
    """Return the picture over paper of one grey."""
    share = alpha.astype(np.float32) / 255
    return paper + share * (grey - np.float32(paper))
