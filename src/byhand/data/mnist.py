"""MNIST, and any data set in its four IDX files: found on this machine, or downloaded.

Searched in this order: the given folder, BYHAND_DATA, byhand's cache, the folders of Keras and torchvision, the
network. A download is stored unpacked, because unpacking takes longer than an epoch.

Files of a look-alike that are large and unpacked are mapped, not read (mapped.py), so they may be larger than memory.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from byhand.arguments import check_path
from byhand.arrays import Array, is_mapped
from byhand.data.examples import Dataset, Examples
from byhand.data.mapped import read_array, read_or_map
from byhand.data.mnist_files import ARRAY_FILES, ARRAYS, FILES, ProgressCallback
from byhand.data.npz import read_arrays
from byhand.data.split import balanced_block_split, range_split, stratified_split, tail_split
from byhand.errors import DataError, OptionError, SystemResourceError, lookup
from byhand.preprocessing import SCALINGS, fit_scaler

NAMES = tuple(expected.name for expected in FILES)
KERAS_FILE = "mnist.npz"  # all of them in one archive
VALIDATION_SHARE = 1 / 6
MAX_LABEL = 2**16 - 1


class DatasetNotFoundError(DataError):
    """MNIST is not on this machine and could not be downloaded."""

    exit_code = 4


def cache_folder() -> Path | None:
    """Return the folder for downloads: BYHAND_CACHE, else the system's cache folder; None without a home."""
    home = _home()
    if named := os.environ.get("BYHAND_CACHE"):
        return Path(named)
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "byhand" / "Cache"
    if sys.platform not in ("win32", "darwin") and (caches := os.environ.get("XDG_CACHE_HOME")):
        return Path(caches) / "byhand"
    usual = {"win32": Path("AppData", "Local", "byhand", "Cache"), "darwin": Path("Library", "Caches", "byhand")}
    return home and home / usual.get(sys.platform, Path(".cache", "byhand"))


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # neither HOME nor a user entry
        return None


def mnist(
    folder: Path | str | None = None,
    *,
    preparation: str = "unit",
    validation: str | None = "balanced",
    download: bool = True,
    progress: ProgressCallback | None = None,
) -> Dataset:
    """Return MNIST, or the look-alike in `folder` (four IDX files, gzipped or not, or four .npy files).

    preparation : raw, unit, signed or standard
    validation : "balanced" (10,000 digits as hard as the test set), "last-5000" (the book's, easier), or None
    progress : called after every chunk with (file, bytes done, bytes in all)
    Raises DataError if the given folder lacks it, DatasetNotFoundError if it is nowhere.
    """
    named = (os.environ.get("BYHAND_DATA") or None) if folder is None else folder
    place = check_path("mnist", "folder", named) if named is not None else _found_or_fetched(download, progress)
    train_images, train_labels, test_images, test_labels = _four_arrays(place)
    raw, y = _as_rows(place, train_images, train_labels)
    test_raw, test_y = _as_rows(place, test_images, test_labels)
    if train_images.shape[1:] != test_images.shape[1:]:
        raise DataError(
            f"{place} holds pictures of {train_images.shape[1:]} to train and of {test_images.shape[1:]} to test; "
            f"expected one size. Are the files of two sets mixed?"
        )
    train_rows, validation_rows = _split(y, validation, in_ranges=is_mapped(raw))
    train_raw = raw if validation_rows is None else raw[train_rows]
    _check_scaling(preparation, train_raw)
    prepared = fit_scaler(preparation, train_raw, low=0, high=255)
    n_classes = int(max(y.max(), test_y.max())) + 1
    official = raw.shape == (60_000, 784) and n_classes == 10
    return Dataset(
        name="mnist" if official else place.name,
        train=Examples(train_raw, y[train_rows], prepared),
        validation=None if validation_rows is None else Examples(raw[validation_rows], y[validation_rows], prepared),
        test=Examples(test_raw, test_y, prepared),
        class_names=tuple(str(label) for label in range(n_classes)),
        image_shape=(int(train_images.shape[1]), int(train_images.shape[2])),
        source=f"{len(raw):,} training and {len(test_raw):,} test pictures, the files of a folder {place.name!r}",
    )


def _split(y: Array, validation: str | None, *, in_ranges: bool) -> tuple[Array | slice, Array | slice | None]:
    """Return the rows that train and the rows that validate. in_ranges : of a mapped file, whose rows stay there"""
    if validation is None:
        return slice(None), None
    n_held_out = lookup("validation", validation, {"balanced": round(VALIDATION_SHARE * len(y)), "last-5000": 5_000})
    if in_ranges:
        return range_split(y, n_held_out)
    if validation == "last-5000":
        return tail_split(len(y), n_held_out)
    return balanced_block_split(len(y)) if len(y) == 60_000 else stratified_split(y, VALIDATION_SHARE, seed=0)


def _check_scaling(preparation: str, raw: Array) -> None:
    """Raise OptionError for the scaling that needs all network inputs at once, where they do not fit into memory."""
    if is_mapped(raw) and SCALINGS.get(preparation, preparation) == "robust":
        raise OptionError(
            "the scaling robust makes all inputs at once, and these are larger than memory. Use standardize.",
            argument="scaling",
        )


def _found_or_fetched(download: bool, progress: ProgressCallback | None) -> Path:
    """Return a folder that holds MNIST."""
    home = cache_folder()
    cache = home and home / "mnist"
    for place in (*([cache] if cache else []), *_neighbours()):
        if all(_file(place, name) for name in NAMES) or (place / KERAS_FILE).is_file():
            return place
    if cache is None:
        raise DatasetNotFoundError(
            "MNIST is not on this machine, and there is no home folder to download it into. Name the folder of its "
            "four files with --data-dir or BYHAND_DATA, or one to download into with BYHAND_CACHE."
        )
    said = "downloading was not allowed"
    if download:
        from byhand.data.fetch import fetch_mnist  # here, because its imports take 15 ms

        try:
            fetch_mnist(cache, progress=progress)
            return cache
        except SystemResourceError as error:
            said = str(error)
    raise DatasetNotFoundError(
        f"MNIST is not on this machine: {said.rstrip('.')}. Name the folder of its four files by "
        f"BYHAND_DATA, or put them into {cache}.",
        argument="folder",
    )


def _neighbours() -> list[Path]:
    """Return the folders in which torchvision and Keras keep MNIST."""
    home = _home()
    at_home = () if home is None else (home / "data", home / ".data")
    keras = [] if home is None else [home / ".keras" / "datasets"]
    return [*(root / "MNIST" / "raw" for root in (Path("data"), Path("datasets"), *at_home)), *keras]


def _file(folder: Path, name: str) -> Path | None:
    """Return the file of this name in the folder, gzipped or not, or None."""
    candidates = [folder / name, folder / f"{name}.gz"]
    return next((path for path in candidates if path.is_file()), None)


def _four_arrays(folder: Path) -> list[Array]:
    """Return training images and labels, test images and labels."""
    files = {name: _file(folder, name) for name in NAMES}
    missing = [name for name, file in files.items() if file is None]
    if missing and (folder / KERAS_FILE).is_file():
        return read_arrays(folder / KERAS_FILE, ARRAYS)
    arrays = [folder / name for name in ARRAY_FILES]
    if missing and all(path.is_file() for path in arrays):
        return _in_turns(arrays)
    if missing:
        raise DataError(
            f"{folder} holds no {missing[0]} (gzipped or not). Name the folder with MNIST's four IDX files, or set "
            f"BYHAND_DATA.",
            argument="folder",
        )
    return _in_turns([file for file in files.values() if file is not None])


def _in_turns(files: Sequence[Path]) -> list[Array]:
    """Return images, labels, images, labels. Labels are few bytes and are converted: they are read in any case."""
    return [read_array(path) if i % 2 else read_or_map(path) for i, path in enumerate(files)]


def _as_rows(folder: Path, images: Array, labels: Array) -> tuple[Array, Array]:
    """Return pictures as rows (n, height · width) and labels as integers (n,), once they fit together."""
    fit = images.ndim == 3 and labels.ndim == 1 and len(images) == len(labels) > 0
    if not fit or images.dtype != np.uint8 or labels.dtype.kind not in "iu":
        raise DataError(
            f"{folder} holds images of shape {images.shape} ({images.dtype}) "
            f"and labels of shape {labels.shape} ({labels.dtype}); expected (n, height, width) bytes and (n,) whole "
            f"numbers."
        )
    if labels.min() < 0 or labels.max() > MAX_LABEL:
        raise DataError(f"{folder} holds labels {labels.min()} … {labels.max()}; expected 0 … {MAX_LABEL:,}.")
    kept = np.int32 if is_mapped(images) else np.int64  # the C core has 32 bits, and many labels are many bytes
    return images.reshape(len(images), -1), labels.astype(kept)
