"""Find the saved model that a command works on, and examples of the kind it was trained on.

What a model file says about its training is information only: no path in it is opened and no number in it is used
as a size. Only data sets that byhand bundles or generates are looked up by name, with byhand's own sizes.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from byhand.data.examples import Dataset, Examples
from byhand.data.gaussian_pair import GAUSSIAN_PAIRS
from byhand.data.image_folder import is_image_folder, new_image_rows
from byhand.data.image_schema import MNIST
from byhand.data.tables.applying import (
    NewRows,
    apply_schema,
    counted_schema,
    held_out_rows,
    read_answers,
    read_new,
)
from byhand.errors import DataError, OptionError
from byhand.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy, SquaredError
from byhand.persistence.model import Model, load_model
from byhand.persistence.output import Output
from byhand.recipes.datasets import is_table, load_data
from byhand.recipes.recipe import Recipe
from byhand.recipes.xor import XOR
from byhand.training.run_folder import RunFolder
from byhand.untrusted import UntrustedText

TABLES = (".csv", ".tsv", ".npz")
GENERATED = ("circles", "moons", "spiral", "sine", *GAUSSIAN_PAIRS)  # sets whose points are drawn
MOST_TOLD = 10  # rows that are left out
TEST_SEED = 1_000_000_007  # of generated sets: not the default seed of a training, so the points are new to the model


def find_model(path: Path | None, runs: Path, encoding: str | None = None) -> tuple[Model, Path]:
    """Return the model of a file or run folder, or of the newest run, and its path.

    encoding : of the tables that it reads; None: that of its training
    """
    if path is not None and path.suffix.lower() in TABLES:
        raise DataError(
            f"{path} is a table; expected a model file or a run folder. Name a table with --data, or with `byhand "
            f"predict`."
        )
    place = path or RunFolder.latest(runs).path
    model = load_model(place)
    if encoding is None:
        return model, place
    if model.table is None:
        raise OptionError(f"--encoding is for tables, and {place} was not trained on one. Leave it out.")
    return replace(model, table=replace(model.table, encoding=encoding)), place


def data_for(model: Model, data: str | None, data_dir: Path | None) -> Dataset:
    """Return data for a model, with its own preprocessing: what was named, else the built-in set of its training.

    Raises DataError if nothing was named and the model was trained on something that is not built in, or if the data
    have another width or another kind of target.
    """
    if data_dir is not None:
        dataset = load_data(_unprepared("mnist"), data_dir)
    elif data is not None and is_table(data):
        return new_table(model, data)
    elif data is not None and is_image_folder(Path(data)):
        return new_images(model, Path(data))
    elif data is not None:
        dataset = load_data(_unprepared(data), None)
    else:
        dataset = _built_in(model)
    if dataset.train.n_features != model.n_features:
        raise DataError(
            f"the model takes {model.n_features} numbers per example, and {dataset.name} has "
            f"{dataset.train.n_features}. Name other data with --data or --data-dir."
        )
    _check_answers(model, dataset)
    return replace(dataset, train=_prepare(dataset.train, model), test=dataset.test and _prepare(dataset.test, model))


def _check_answers(model: Model, dataset: Dataset) -> None:
    """Raise DataError unless the data's targets are of the kind that the model predicts."""
    has = f"{len(dataset.class_names)} classes" if dataset.train.is_classes else "regression targets"
    gives = "predicts numbers" if model.output is Output.REGRESSION else f"tells {model.n_classes} classes apart"
    same_kind = dataset.train.is_classes == (model.output is not Output.REGRESSION)
    if not same_kind or (dataset.train.is_classes and len(dataset.class_names) > model.n_classes):
        raise DataError(f"the model {gives}, and {dataset.name} has {has}. Name other data with --data or --data-dir.")
    if not dataset.train.is_classes and dataset.train.y.size != len(dataset.train) * model.network.widths[-1]:
        raise DataError(
            f"the model predicts {model.network.widths[-1]} numbers for each example, and {dataset.name} has "
            f"{dataset.train.y[0].size}. Name other data with --data or --data-dir."
        )


def new_table(model: Model, path: str) -> Dataset:
    """Return a table as the model reads it: the rows it was not trained on, which are all of a new table."""
    schema = model.table or counted_schema(model.n_features)
    names = model.class_names or tuple(str(i) for i in range(model.n_classes))
    new = read_answers(apply_schema(schema, read_new(path, schema)), schema, names)
    held_out = held_out_rows(new, schema, names)
    if held_out is not None:  # so that the notes count these rows alone
        part = new.table.take([new.rows[i] for i in held_out])
        new = read_answers(apply_schema(schema, part), schema, names)
    if new.y is None or not len(new.y):
        raise DataError(f"{path} has no row that the model can use{_first_refused(new)}.")
    examples = Examples(new.raw, new.y, model.preparation)
    how = "all rows of a new table" if held_out is None else "the test rows of the table that the model was trained on"
    refused = [f"{new.where(i)} is left out: {why}" for i, why in new.refused[:MOST_TOLD]]
    more = [f"and {len(new.refused) - MOST_TOLD:,} more rows"] if len(new.refused) > MOST_TOLD else []
    notes = (*new.notes, *refused, *more)
    places = tuple(new.where(i) for i in new.rows)
    return Dataset(Path(path).stem, examples, None, examples, names, None, how, model.table, notes, places=places)


def new_images(model: Model, folder: Path) -> Dataset:
    """Return a folder of pictures by class as the model reads it: those it was not trained on."""
    if model.image_shape is None or not model.n_classes:
        raise DataError(
            f"{folder.name} is a folder of pictures, and the model does not tell classes of pictures apart. "
            f"Name a model that was trained on pictures."
        )
    names = model.class_names or tuple(str(i) for i in range(model.n_classes))
    rows, held_out = new_image_rows(folder, model.image or MNIST, model.image_shape, names)
    if rows.raw.shape[1] != model.n_features:
        raise DataError(
            f"the model takes {model.n_features} numbers per example, but pictures prepared as MNIST's have "
            f"{rows.raw.shape[1]}. Name a model that was trained on pictures."
        )
    chosen = np.arange(len(rows.raw)) if held_out is None else held_out
    examples = Examples(rows.raw[chosen], rows.labels[chosen], model.preparation)
    how = "all pictures of a new folder" if held_out is None else "the test pictures of the folder of its training"
    return Dataset(
        folder.name, examples, None, examples, names, model.image_shape, how, notes=rows.notes, image=model.image
    )


def _first_refused(new: NewRows) -> str:
    return f": {new.where(new.refused[0][0])}, {new.refused[0][1]}" if new.refused else ""


def built_in_sets() -> dict[str, Recipe]:
    """Return the sets that a model's file may name, each with byhand's own sizes."""
    made = {name: replace(_unprepared(name), seed=TEST_SEED) for name in GENERATED}
    return {"mnist": _unprepared("mnist"), "digits": _unprepared("digits"), "xor": XOR, **made}


def provenance_value(model: Model, *names: str) -> Any:
    """Return one leaf of what a model's file says of its training; None where it does not say."""
    value: Any = model.provenance
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def is_held_out(model: Model, dataset: Dataset) -> bool:
    """Was the model, as far as its file says, not trained on what it is evaluated on?"""
    return dataset.test is not None or bool(provenance_value(model, "recipe", "data") != dataset.name)


def loss_of(model: Model) -> Loss:
    """Return the loss a model was trained with, which its outputs tell; the label smoothing is what its file says."""
    if model.output is Output.SIGMOID_LOGITS or (
        model.output is Output.SOFTMAX_LOGITS and model.network.widths[-1] == 1
    ):
        return BinaryCrossEntropy()
    if model.output is not Output.SOFTMAX_LOGITS:
        return SquaredError()
    smoothing = provenance_value(model, "recipe", "label_smoothing")
    return SoftmaxCrossEntropy(smoothing if isinstance(smoothing, float) and 0 <= smoothing < 1 else 0.0)


def _built_in(model: Model) -> Dataset:
    """Return the built-in set that the model says it was trained on; points of clouds are drawn anew, for testing."""
    name, known = provenance_value(model, "recipe", "data"), built_in_sets()
    if not isinstance(name, UntrustedText) or name not in known:
        shown = name.for_terminal() if isinstance(name, UntrustedText) else "data that its file does not name"
        raise DataError(f"the model was trained on {shown}; name that, or new data of its kind, with --data.")
    recipe = known[name]  # type: ignore[index]  # it compares as its text does
    dataset = load_data(recipe, None)
    return replace(dataset, test=dataset.train) if recipe.data in GAUSSIAN_PAIRS else dataset


def _unprepared(data: str) -> Recipe:
    return Recipe(name="", title="", expects="", data=data, scaling="none")


def _prepare(examples: Examples, model: Model) -> Examples:
    return replace(examples, preparation=model.preparation)
