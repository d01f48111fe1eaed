"""MNIST for the page: the bytes of its four files without their headers, in the files' order."""

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.data.mnist import mnist
from byhand.errors import ByhandError, DataError
from byhand.lab.responses import Content

PARTS = ("train", "test")
KINDS = ("images", "labels")
IMAGE_SHAPE = (28, 28)  # of a picture that the page can show
PIXELS = 28 * 28
CACHE = "private, max-age=31536000"  # a year


@dataclass(frozen=True, eq=False)
class Pictures:
    """A name, how many pictures each part has, and the bytes by (part, kind)."""

    name: str
    counts: dict[str, int]
    contents: dict[tuple[str, str], Content]


class PictureSource:
    """Reads the pictures once, on first use; nothing is downloaded.

    folder : of the four files; None: where MNIST is usually found
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._found: Pictures | DataError | None = None

    def get(self) -> Pictures:
        """Return the pictures; raise DataError, the same one every time, when there are none."""
        with self._lock:
            if self._found is None:
                self._found = _pictures_or_reason(self._folder)
        if isinstance(self._found, DataError):
            raise self._found
        return self._found


def _pictures_or_reason(folder: Path | None) -> Pictures | DataError:
    """Return the pictures, or why there are none: missing, damaged, or not to be read by this user."""
    try:
        return _read(folder)
    except DataError as error:
        return error
    except (ByhandError, OSError) as error:
        return DataError(str(error))


def _read(folder: Path | None) -> Pictures:
    """Return the pictures of a folder."""
    dataset = mnist(folder, preparation="raw", validation=None, download=False)
    parts = {"train": dataset.train, "test": dataset.test or dataset.train.take(slice(0))}
    if dataset.train.n_features != PIXELS:
        raise DataError(
            f"{dataset.name} has pictures of {dataset.train.n_features} pixels; the lab shows those of 28×28."
        )
    arrays = {(part, kind): _bytes(examples, kind) for part, examples in parts.items() for kind in KINDS}
    contents = {key: Content(array.data, "application/octet-stream", CACHE) for key, array in arrays.items()}
    for content in contents.values():
        _ = content.etag  # computed here, not while other requests wait
    return Pictures(dataset.name, {part: len(examples) for part, examples in parts.items()}, contents)


def _bytes(examples: Examples, kind: str) -> Array:
    """Return pictures (n · 784,) or labels (n,) as bytes."""
    numbers = examples.raw if kind == "images" else examples.y
    if kind == "labels" and len(numbers) and not 0 <= numbers.min() <= numbers.max() <= 255:
        raise DataError(f"the labels go from {numbers.min()} to {numbers.max()}; the lab takes one byte each.")
    return np.ascontiguousarray(numbers, dtype=np.uint8).reshape(-1)
