"""Find the examples that a saved model was trained on, and what a person would call each of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from byhand.cli.model_lookup import GENERATED, data_for, provenance_value
from byhand.data.examples import Examples
from byhand.data.image_folder import find_images, is_image_folder, new_image_rows
from byhand.data.image_schema import MNIST
from byhand.data.tables.applying import apply_schema, held_out_rows, read_answers, read_new
from byhand.errors import OptionError
from byhand.persistence.model import Model
from byhand.recipes.datasets import is_table


def training_examples(model: Model, data: str | None, data_dir: Path | None) -> tuple[Examples, Sequence[str]]:
    """Return the n examples of the training as the model reads them, and what each is called: its line, file or number.

    data, data_dir : as for `data_for`
    Raises OptionError if the data are others than those of the training, or were generated for it.
    """
    if data is not None and data_dir is None and is_table(data):
        return _rows(model, data)
    if data is not None and data_dir is None and is_image_folder(Path(data)):
        return _pictures(model, Path(data))
    told = provenance_value(model, "recipe", "data") if data is None and data_dir is None else data
    for name in GENERATED:
        if told == name:
            raise OptionError(
                f"the points of {name} were drawn for the training and are not kept. Name a model of other data."
            )
    train = data_for(model, data, data_dir).train
    return train, [f"example {i}" for i in range(len(train))]


def _rows(model: Model, path: str) -> tuple[Examples, Sequence[str]]:
    """Return the rows of a table that were not kept for the test."""
    if model.table is None:
        raise OptionError("the model was not trained on a table. Leave --data out, or name the data of its training.")
    names = model.class_names or tuple(str(i) for i in range(model.n_classes))
    new = read_answers(apply_schema(model.table, read_new(path, model.table)), model.table, names)
    held_out = held_out_rows(new, model.table, names)
    if held_out is None or new.y is None:
        raise OptionError(f"{path} is not the table that the model was trained on. Name that with --data.")
    trained = np.setdiff1d(np.arange(len(new.y)), held_out)
    return Examples(new.raw[trained], new.y[trained], model.preparation), [new.where(new.rows[i]) for i in trained]


def _pictures(model: Model, folder: Path) -> tuple[Examples, Sequence[str]]:
    """Return the pictures of a folder that were not kept for the test."""
    if model.image_shape is None:
        raise OptionError("the model was not trained on pictures. Leave --data out, or name the data of its training.")
    rows, held_out = new_image_rows(folder, model.image or MNIST, model.image_shape, model.class_names)
    if held_out is None:
        raise OptionError(f"{folder} is not the folder that the model was trained on. Name that with --data.")
    files = [f"{name}/{file.name}" for name, group in find_images(folder).items() for file in group]
    trained = np.setdiff1d(np.arange(len(rows.raw)), held_out)
    return Examples(rows.raw[trained], rows.labels[trained], model.preparation), [files[i] for i in trained]
