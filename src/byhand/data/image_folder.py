"""Folders of pictures by class, folder/class/*.png, as a data set for training or as new data for a model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from byhand.arguments import check_number, check_path, check_whole
from byhand.arrays import Array
from byhand.data.examples import Dataset, Examples
from byhand.data.image_schema import PREPROCESSINGS, ImageSchema
from byhand.data.images import read_image
from byhand.data.mnist_files import ARRAY_FILES, FILES
from byhand.data.mnist_preprocess import SIDE
from byhand.data.split import content_split
from byhand.data.tables.cell_errors import CellErrors
from byhand.data.tables.fingerprint import row_keys, table_fingerprint
from byhand.errors import DataError, MissingDependencyError, OptionError, SystemResourceError
from byhand.preprocessing import fit_scaler

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".jp2", ".pgm", ".ppm")
MAX_IMAGES, MAX_CLASSES = 1_000_000, 1_000
MAX_SIZE = 512  # pixels a side of what a network gets: 262,144 inputs
MAX_BYTES = 1 << 30  # of all pictures together, a byte a pixel: MNIST has 55 MB


@dataclass(frozen=True, eq=False)
class ImageRows:
    """raw : (n, height · width) bytes   labels : (n,) numbers of `classes`   notes : what was done, for people"""

    raw: Array
    labels: Array
    classes: tuple[str, ...]
    shape: tuple[int, int]
    notes: tuple[str, ...]


def is_image_folder(path: Path) -> bool:
    """Is it a folder with subfolders and without MNIST's files?"""
    return path.is_dir() and any(entry.is_dir() for entry in _entries(path)) and not _has_arrays(path)


def is_neither(path: Path) -> bool:
    """Is it a folder with neither subfolders nor MNIST's files?"""
    return path.is_dir() and not any(entry.is_dir() for entry in _entries(path)) and not _has_arrays(path)


def _has_arrays(folder: Path) -> bool:
    """Does the folder hold one of MNIST's files, in one of their forms?"""
    names = {name for expected in FILES for name in (expected.name, f"{expected.name}.gz")} | set(ARRAY_FILES)
    return any(entry.name in names for entry in _entries(folder))


def read_image_folder(
    folder: Any,
    *,
    size: int = 0,
    preprocessing: str = "none",
    preparation: str = "standard",
    test_share: float = 0.2,
    seed: int = 0,
) -> Dataset:
    """Return the pictures in a folder's subfolders, one per class, as a data set with a training and a test part.

    size : pixels a side that all are resized to; 0: all must have the same size, which stays
    preprocessing : "none" or "mnist", see ImageSchema
    test_share : of each class, chosen by the pictures' contents and the seed
    Colour becomes luminance. Raises DataError naming the files that cannot be used.
    """
    path = check_path("read_image_folder", "folder", folder)
    side = check_whole("read_image_folder", "size", size, 0, MAX_SIZE)
    share = check_number("read_image_folder", "test_share", test_share, lambda part: 0 < part < 1, "0 < share < 1")
    seed = check_whole("read_image_folder", "seed", seed, 0, 2**64 - 1)
    if preprocessing not in PREPROCESSINGS:
        raise OptionError(f"pictures got preprocessing {preprocessing!r}; expected one of {', '.join(PREPROCESSINGS)}.")
    schema = ImageSchema(preprocessing, share, seed)
    rows = _read(path, find_images(path), schema, _shape_for(side, preprocessing))
    return _dataset(path, rows, schema, preparation)


def new_image_rows(
    folder: Path, schema: ImageSchema, shape: tuple[int, int], class_names: Sequence[str]
) -> tuple[ImageRows, Array | None]:
    """Return a folder read as the model reads pictures, and the test rows if the model was trained on this folder.

    Raises DataError where a folder's name is not one of the model's classes.
    """
    files = find_images(folder)
    unknown = [name for name in files if name not in class_names]
    if unknown:
        raise DataError(
            f"{folder.name} has the folder {unknown[0]!r}, which is not a class of the model; expected folders called "
            f"as its classes: {', '.join(class_names[:10])}."
        )
    rows = _read(folder, files, schema, shape)
    numbers = np.array([class_names.index(name) for name in rows.classes])
    rows = replace(rows, labels=numbers[rows.labels], classes=tuple(class_names))
    keys = _keys(rows, schema)
    if table_fingerprint(keys) != schema.fingerprint:
        return rows, None
    return rows, content_split(rows.labels, keys, schema.test_share)[1]


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise SystemResourceError(f"{folder} cannot be read: {error.strerror or error}.") from error


def find_images(folder: Path) -> dict[str, list[Path]]:
    """Return the picture files of each class, in the order of their names."""
    classes = [entry for entry in _entries(folder) if entry.is_dir() and not entry.name.startswith(".")]
    if len(classes) > MAX_CLASSES:
        raise DataError(f"{folder} holds {len(classes):,} folders; expected {MAX_CLASSES:,} classes at most.")
    found = {entry.name: [file for file in _entries(entry) if _is_image(file)] for entry in classes}
    found = {name: files for name, files in found.items() if files}
    if not found:
        raise DataError(f"{folder} holds no folder with pictures; expected a folder per class, as cat/1.png.")
    if sum(map(len, found.values())) > MAX_IMAGES:
        raise DataError(f"{folder.name} holds too many pictures; expected {MAX_IMAGES:,} at most.")
    return found


def _is_image(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES and not file.name.startswith(".")


def _shape_for(side: int, preprocessing: str) -> tuple[int, int] | None:
    """Return the shape to resize all pictures to; None: they must already have one shape."""
    if preprocessing == "mnist" and side not in (0, SIDE):
        raise OptionError(f"pictures got image size {side} with MNIST's preprocessing; expected {SIDE}. Leave it out.")
    side = SIDE if preprocessing == "mnist" else side
    return (side, side) if side else None


def _read(folder: Path, files: dict[str, list[Path]], schema: ImageSchema, shape: tuple[int, int] | None) -> ImageRows:
    """Return all pictures as rows of bytes; raise one DataError that names all unusable files."""
    paths = [(number, path) for number, group in enumerate(files.values()) for path in group]
    errors, unequal, n_colour, raw, first = CellErrors(folder.name), CellErrors(folder.name), 0, None, (0, 0)
    for i, (_, path) in enumerate(paths):
        try:
            image = read_image(path, schema.preprocessing, shape)
        except MissingDependencyError:
            raise
        except DataError as error:
            errors.add(str(error).rstrip("."))
            continue
        height, width = image.pixels.shape
        if raw is None:
            first, raw = (height, width), _room(folder, len(paths), (height, width))
        if (height, width) != first:
            size, expected = f"{width}×{height}", f"{first[1]}×{first[0]}"
            unequal.add(f"{path} has {size} pixels, and the first picture {expected}")
            continue
        raw[i], n_colour = image.pixels.ravel(), n_colour + image.is_color
    errors.refuse("Correct or remove these files.")
    unequal.refuse("Correct or remove these files, or choose one size for all.", argument="image_size")
    if raw is None:
        raise DataError(f"{folder.name} holds no picture that can be read; expected one of {', '.join(SUFFIXES)}.")
    notes = (f"{n_colour:,} of {len(paths):,} pictures are in colour: their luminance is taken",) if n_colour else ()
    return ImageRows(raw, np.array([number for number, _ in paths]), tuple(files), first, notes)


def _room(folder: Path, n: int, shape: tuple[int, int]) -> Array:
    """Return an array for n pictures; raise DataError if it would be too large."""
    if max(shape) > MAX_SIZE or n * shape[0] * shape[1] > MAX_BYTES:
        raise DataError(
            f"{folder.name} has {n:,} pictures of {shape[1]}×{shape[0]} pixels; expected {MAX_SIZE} a side and "
            f"{MAX_BYTES:,} pixels in all, at most. Choose a smaller size.",
            argument="image_size",
        )
    return np.empty((n, shape[0] * shape[1]), dtype=np.uint8)


def _keys(rows: ImageRows, schema: ImageSchema) -> Array:
    return row_keys(rows.raw, rows.labels, rows.classes, schema.seed)


def _dataset(folder: Path, rows: ImageRows, schema: ImageSchema, preparation: str) -> Dataset:
    """Return pictures as a data set, split by their contents."""
    if len(rows.classes) < 2:
        raise DataError(f"{folder.name} has pictures of one class, {rows.classes[0]!r}; expected two folders or more.")
    keys = _keys(rows, schema)
    train, test = content_split(rows.labels, keys, schema.test_share)
    if not len(test) or not len(train):
        raise DataError(f"{folder.name} has {len(rows.raw)} pictures: too few to hold out a test set. Add pictures.")
    schema = replace(schema, fingerprint=table_fingerprint(keys))
    prepared = fit_scaler(preparation, rows.raw[train], low=0, high=255)
    size = f"{rows.shape[1]}×{rows.shape[0]} pixels"
    told = f"{folder.name}: {len(rows.raw):,} pictures in {len(rows.classes)} folders, one per class, read as {size}"
    return Dataset(
        name=folder.name,
        train=Examples(rows.raw[train], rows.labels[train], prepared),
        validation=None,
        test=Examples(rows.raw[test], rows.labels[test], prepared),
        class_names=rows.classes,
        image_shape=rows.shape,
        source=f"{len(rows.raw):,} pictures of {size} in the folders of {folder.name!r}, {schema.test_share:g} of them "
        f"for the test, fingerprint {schema.fingerprint}",
        image=schema,
        notes=(told, *rows.notes),
    )
