"""Load the data set that a recipe names."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from byhand import data
from byhand.data.examples import Dataset
from byhand.data.foreground import border
from byhand.data.gaussian_pair import GAUSSIAN_PAIRS
from byhand.data.image_folder import is_image_folder, is_neither
from byhand.data.image_schema import PREPROCESSINGS, ImageSchema
from byhand.data.split import content_split, stratified_split
from byhand.data.tables.fingerprint import row_keys
from byhand.data.tables.options import TableOptions
from byhand.errors import DataError, OptionError, lookup
from byhand.recipes.images import IMAGES
from byhand.recipes.recipe import Recipe
from byhand.recipes.table import TABLE

VALIDATION_FRACTION = 1 / 6  # of a stratified split: as much as the balanced block is of MNIST's training set
MAX_LOOKED_AT = 60_000  # pictures, evenly from all: enough to know the background
SPLIT_SEED = 0  # the test rows of a table are the same for every seed of the training
Progress = Callable[[str, int, int], None]  # file, bytes done, bytes in all
TOYS: dict[str, Callable[..., Dataset]] = {
    "xor": data.xor,
    "circles": data.circles,
    "moons": data.moons,
    "spiral": data.spiral,
    "sine": data.sine,
}


def load_data(recipe: Recipe, data_dir: Path | None, *, progress: Progress | None = None) -> Dataset:
    """Return the recipe's data, preprocessed and split.

    data_dir : the folder of MNIST or a look-alike, for recipes on MNIST
    Raises OptionError for an unknown name, DataError for data that are missing or damaged.
    """
    if recipe.validation not in ("none", "balanced", "last-5000"):
        raise OptionError(f"unknown validation {recipe.validation!r}. Known: none, balanced, last-5000.")
    if data_dir is not None and recipe.data != "mnist":
        raise OptionError(f"data_dir is a folder of MNIST, and the data are {recipe.data!r}; leave one of them out.")
    if recipe.image_preprocessing not in ("auto", *PREPROCESSINGS):
        raise OptionError(f"unknown image preprocessing {recipe.image_preprocessing!r}. Known: auto, none, mnist.")
    if recipe.data != "mnist" and is_neither(Path(recipe.data)):
        raise DataError(
            f"{recipe.data} holds neither a folder of pictures for each class, as cat/1.png, nor the files of a data "
            f"set, as train-images-idx3-ubyte. Name another folder."
        )
    if recipe.data == "mnist" or (Path(recipe.data).is_dir() and not is_image_folder(Path(recipe.data))):
        folder = data_dir if recipe.data == "mnist" else Path(recipe.data)
        validation = None if recipe.validation == "none" else recipe.validation
        dataset = data.mnist(folder, preparation=recipe.scaling, validation=validation, progress=progress)
        return replace(dataset, image=_image_schema(recipe, dataset))
    if recipe.validation == "last-5000":
        raise OptionError("validation last-5000 is a part of MNIST; use balanced for other data.")
    dataset = _smaller_data(recipe)
    return dataset if recipe.validation == "none" else _with_validation(dataset, recipe.seed)


def is_table(data: str) -> bool:
    """Does this value of `data` name a file?"""
    return bool(Path(data).suffix) and not Path(data).is_dir()


def is_toy(data: str) -> bool:
    """Is this a generated set, whose size is the recipe's `examples`?"""
    return data in TOYS or data.startswith("gaussians")


def _image_schema(recipe: Recipe, dataset: Dataset) -> ImageSchema | None:
    """Return how picture files are read beside IDX files: not as MNIST's, where their background is light."""
    if recipe.image_preprocessing == "none":
        return ImageSchema()
    if recipe.image_preprocessing == "mnist" or dataset.image_shape is None:
        return None
    raw = dataset.train.raw
    some = raw[:: math.ceil(len(raw) / MAX_LOOKED_AT)]
    mean = some.mean(axis=0, dtype=np.float64).reshape(dataset.image_shape)
    return ImageSchema() if np.median(border(mean)) > 127 else None


def table_options(recipe: Recipe) -> TableOptions:
    """Return how a recipe wants a table read."""
    return TableOptions(
        target=recipe.target or None,
        drop=_words(recipe.drop),
        task=recipe.task,
        header=recipe.header,
        decimal=recipe.decimal,
        encoding=recipe.encoding,
        missing_values=_words(recipe.missing_values),
        missing=recipe.missing,
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _smaller_data(recipe: Recipe) -> Dataset:
    """Return a toy set, the bundled digits or a table."""
    if is_image_folder(Path(recipe.data)):
        return _image_folder(recipe)
    if recipe.data == IMAGES.data:
        raise OptionError("the recipe images needs your own pictures; name their folder as data.", argument="pictures")
    if recipe.data == TABLE.data and not Path(recipe.data).exists():
        raise OptionError("the recipe table needs your own table; name it as data.", argument="data")
    if is_table(recipe.data):
        options = table_options(recipe)
        return data.read_table(Path(recipe.data), preparation=recipe.scaling, options=options, seed=SPLIT_SEED)
    if Path(recipe.data).is_file():
        raise OptionError(f"{recipe.data} is a file without an ending; rename a table so that it ends in .csv or .tsv.")
    known: dict[str, Callable[[], Dataset]] = {
        "digits": lambda: data.digits(preparation=recipe.scaling),
        **{
            name: partial(data.gaussians, recipe.examples, seed=recipe.seed, name=name, preparation=recipe.scaling)
            for name in GAUSSIAN_PAIRS
        },
        **{
            name: partial(make, recipe.examples, noise=recipe.noise, seed=recipe.seed, preparation=recipe.scaling)
            for name, make in TOYS.items()
        },
    }
    return lookup("data", recipe.data, {"mnist": data.mnist, **known})()  # MNIST, for the nearest known name


def _image_folder(recipe: Recipe) -> Dataset:
    return data.read_image_folder(
        recipe.data,
        size=recipe.image_size,
        preprocessing="none" if recipe.image_preprocessing == "auto" else recipe.image_preprocessing,
        preparation=recipe.scaling,
        seed=SPLIT_SEED,
    )


def _with_validation(dataset: Dataset, seed: int) -> Dataset:
    """Return the set with a stratified part of its training examples for validation (any part of them, in regression).

    For your own tables and pictures it is chosen by content, like the test part: their order does not matter.
    """
    classes = dataset.train.y if dataset.train.is_classes else np.zeros(len(dataset.train), dtype=np.int64)
    if dataset.table or dataset.image:
        keys = row_keys(dataset.train.raw, dataset.train.y, dataset.class_names, seed)
        train, held_out = content_split(classes, keys, VALIDATION_FRACTION)
    else:
        train, held_out = stratified_split(classes, VALIDATION_FRACTION, seed)
    return replace(dataset, train=dataset.train.take(train), validation=dataset.train.take(held_out))
