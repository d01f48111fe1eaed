"""A model: a trained network with everything that is needed to use it on raw data, in one file.

It takes the stored numbers (pixels 0 … 255, columns of a table), prepares them as training did, and answers with
classes, probabilities or values.
"""

import math
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from byhand.arguments import MAX_WIDTH, check_items, check_kind, check_path, check_whole
from byhand.arrays import Array, Params, check_input, plain_array
from byhand.data.image_schema import ImageSchema
from byhand.data.tables.applying import apply_schema, read_new
from byhand.data.tables.frames import is_frame
from byhand.data.tables.schema import TableSchema
from byhand.errors import DataError, OptionError, ShapeError, lookup
from byhand.formatting import count_noun
from byhand.layers.base import most_copies
from byhand.network import Network
from byhand.novelty import NoveltyDetector
from byhand.persistence.container import Document, Format, read_document, write_document
from byhand.persistence.data_schemas import is_newer, plain_schema, read_image_schema, read_table_schema
from byhand.persistence.network_config import LayerConfig, build_network, describe_network, read_layers
from byhand.persistence.output import Output, class_scores, output_labels
from byhand.persistence.safetensors_io import error_context
from byhand.persistence.schema import (
    Reader,
    integer,
    label,
    list_of,
    object_of,
    one_of,
    optional,
    plain_object,
    real,
    short_repr,
    string,
)
from byhand.persistence.state_dict import check_same_arrays, load_state_dict, state_dict
from byhand.preprocessing import InputScaler
from byhand.summary import sizes_label
from byhand.untrusted import distrust, plain_data

CHUNK = 4096  # rows at a time: 13 MB of float32 for MNIST, whatever the size of the data
FILE_NAME = "model.safetensors"  # in a folder
SCALE, SHIFT = "preparation/scale", "preparation/shift"  # names of arrays, besides the network's own
NOVELTY = ("novelty/mean", "novelty/components")

LABELS = ("words", "whole numbers", "numbers", "flags")  # what class names stand for in Python
LARGEST = 3.5e38  # of a limit


def _range(name: str, value: Any) -> list[float]:
    """Read a pair of numbers, the lower one first."""
    pair = list_of(real(-LARGEST, LARGEST))(name, value)
    if len(pair) != 2 or pair[0] > pair[1]:
        raise ValueError(f"{name} is {short_repr(value)}; expected a pair of numbers, the lower one first")
    return pair


_FIELDS: dict[str, Reader] = {
    "layers": read_layers,
    "preparation": string,
    "output": one_of(*Output),
    "class_names": list_of(label),
    "image_shape": optional(list_of(integer(1, 1_000_000))),
    "provenance": plain_object,
    "history": plain_object,
}
_OPTIONAL: dict[str, Reader] = {
    "table": read_table_schema,
    "image": read_image_schema,
    "clip": real(1e-3, 1e3),
    "limits": list_of(_range),
    "labels": one_of(*LABELS),
    "novelty_threshold": real(0, LARGEST),
}


NEWEST = ("clip", "limits", "labels")  # fields new in version 4
NOVELTY_VERSION = 5  # the first with a novelty detector


def _body(name: str, value: Any) -> dict[str, Any]:
    """Read the description of a model: 2 may have a table, 3 a rule for pictures, 4 NEWEST, 5 a novelty detector."""
    given = plain_object(name, value)
    fields = {**_FIELDS, **{field: reader for field, reader in _OPTIONAL.items() if field in given}}
    body: dict[str, Any] = object_of(fields)(name, value)
    return body


FORMAT = Format("byhand model", NOVELTY_VERSION, _body)


def _format_for(body: dict[str, Any]) -> Format:
    """Return the oldest version that can hold the body, so that older readers can open the file."""
    if "novelty_threshold" in body:
        return FORMAT
    has_newer_table = "table" in body and is_newer(read_table_schema("table", body["table"]))
    if has_newer_table or any(name in body for name in NEWEST):
        return replace(FORMAT, version=4)
    return replace(FORMAT, version=3 if "image" in body else 2 if "table" in body else 1)


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A network and how to use it.

    preparation : turns stored numbers into network inputs
    output : what the network's numbers mean
    class_names : by label; empty if unnamed, and for regression
    image_shape : (height, width) when a row of raw data is a picture
    table : how to read a table for it, when it was trained on one
    limits : in regression (lowest, highest) of each value, within which answers are kept; empty: anywhere
    labels : one of LABELS: what the class names are in Python; an estimator answers with these
    image : how to read a picture file for it; None: as MNIST's digits were preprocessed
    novelty : tells which inputs are unlike those of training; None: it cannot tell
    provenance : plain data: recipe and its fields, seed, source of the data, environment (see provenance.py)
    history : plain data: see provenance.training_summary
    All strings in these two are UntrustedText, even in a model made here: they are shown, and nothing acts on them.
    Raises ShapeError when the parts do not fit together.
    """

    network: Network
    preparation: InputScaler
    output: Output
    class_names: tuple[str, ...] = ()
    image_shape: tuple[int, int] | None = None
    provenance: dict[str, Any] = field(default_factory=dict)
    history: dict[str, Any] = field(default_factory=dict)
    table: TableSchema | None = None
    image: ImageSchema | None = None
    limits: tuple[tuple[float, float], ...] = ()
    labels: str = LABELS[0]
    novelty: NoveltyDetector | None = None

    def __post_init__(self) -> None:
        self._check_kinds()
        for name in ("provenance", "history"):
            object.__setattr__(self, name, distrust(getattr(self, name)))
        scale, shift = self.preparation.scale, self.preparation.shift
        if scale.shape != shift.shape or scale.shape not in ((), (self.n_features,)):
            raise ShapeError(
                f"a model of {self.n_features} features got a preparation of shapes {scale.shape} and {shift.shape}; "
                f"expected one number for all or one a feature"
            )
        if self.class_names and len(self.class_names) != self.n_classes:
            raise ShapeError(
                f"a model of {self.n_classes} classes got {len(self.class_names)} class names; expected one each"
            )
        if self.image_shape and (len(self.image_shape) != 2 or math.prod(self.image_shape) != self.n_features):
            raise ShapeError(
                f"a model of {self.n_features} features got pictures of shape {self.image_shape}; expected "
                f"(height, width) with as many pixels"
            )
        if self.table is not None and self.table.n_features != self.n_features:
            raise ShapeError(
                f"a model of {self.n_features} features got a table whose columns are {self.table.n_features} inputs; "
                f"expected as many"
            )
        if self.limits and (self.output is not Output.REGRESSION or len(self.limits) != self.network.widths[-1]):
            raise ShapeError(
                f"a model of {self.network.widths[-1]} values got {len(self.limits)} limits; expected a pair each"
            )
        if self.novelty is not None and len(self.novelty.mean) != self.n_features:
            raise ShapeError(f"a model got a detector of {len(self.novelty.mean)} features; expected {self.n_features}")
        if self.image is not None and self.image_shape is None:
            raise ShapeError("a model got how to read pictures, and no image_shape; expected (height, width)")
        if not all(array.dtype.kind == "f" and np.isfinite(array).all() for array in (scale, shift)):
            raise ShapeError("a model got a preparation with whole or infinite numbers; expected finite floats")

    def __repr__(self) -> str:
        what = f"{self.n_classes} classes" if self.n_classes else "regression"
        return f"<Model {sizes_label(self.network)}: {what}, output {self.output}>"

    def _check_kinds(self) -> None:
        """Raise OptionError for a part of the wrong type; convert the name of an Output to the Output."""
        check_kind("a model", "network", self.network, Network, "a Network")
        check_kind("a model", "preparation", self.preparation, InputScaler, "an InputScaler")
        object.__setattr__(self, "output", lookup("output", self.output, {str(output): output for output in Output}))
        names = check_items("a model", "class_names", self.class_names, "a list of words")
        words = tuple(check_kind("a model", "a class name", name, str, "words") for name in names)
        object.__setattr__(self, "class_names", words)
        if self.image_shape is not None:
            sides = check_items("a model", "image_shape", self.image_shape, "(height, width)")
            whole_sides = tuple(check_whole("a model", "a side", side, 1, MAX_WIDTH) for side in sides)
            object.__setattr__(self, "image_shape", whole_sides)

    @property
    def n_features(self) -> int:
        """How many stored numbers an example has."""
        return self.network.widths[0]

    @property
    def n_classes(self) -> int:
        """How many classes it tells apart; 0 in regression."""
        return 0 if self.output is Output.REGRESSION else max(self.network.widths[-1], 2)

    def predict(self, raw: Any) -> Array:
        """Return labels (n,) for stored numbers raw (n, n_features), or values (n, k) in regression.

        raw : an array; for a model of a table also a data frame, a dict of columns, or rows of its columns' cells
        Raises ShapeError if raw has another width, DataError if it or the answer holds anything but finite numbers.
        """
        z = self.network_output(raw)
        return self.limited(z) if self.output is Output.REGRESSION else output_labels(self.output, z)

    def limited(self, values: Array) -> Array:
        """Return values (n, k) kept within the limits, where there are any."""
        if not self.limits:
            return values
        low, high = np.array(self.limits, dtype=values.dtype).T
        return np.clip(values, low, high)

    def scores(self, raw: Any) -> Array:
        """Return a score per class, (n, n_classes): probabilities where the model has them.

        Errors as predict; OptionError in regression.
        """
        if self.output is Output.REGRESSION:
            raise OptionError("scores got a regression model; expected one that tells classes apart. Use predict.")
        return class_scores(self.output, self.network_output(raw))

    def predict_proba(self, raw: Any) -> Array:
        """Return probabilities (n, n_classes), each row summing to 1.

        Errors as predict; OptionError if the outputs are not probabilities.
        """
        if self.output is not Output.SOFTMAX_LOGITS:
            raise OptionError(
                f"predict_proba got a model whose outputs are {self.output.replace('_', '-')}; expected probabilities. "
                f"Use {'predict' if self.output is Output.REGRESSION else 'scores'}."
            )
        return self.scores(raw)

    def is_novel(self, raw: Array) -> Array | None:
        """Return which of stored numbers raw (n, n_features) are unlike the training inputs; None if it cannot tell."""
        return None if self.novelty is None else self.novelty.is_novel(raw)

    def inputs(self, data: Any) -> Array:
        """Return stored numbers (n, n_features) for what `predict` takes."""
        if self.table is None:
            if is_frame(data):
                raise DataError("the model got named columns and knows none; expected an array (n, n_features).")
            return plain_array("the model", "data", data)
        if not is_frame(data) and _is_numbers(data, self.n_features):
            return self.table.fill(np.ma.filled(np.ma.asarray(data, dtype=np.float64), np.nan))
        new = apply_schema(self.table, read_new(data, self.table))
        if new.refused:
            i, why = new.refused[0]
            raise DataError(f"the model cannot use {count_noun(len(new.refused), 'row')}: {new.where(i)}, {why}.")
        return new.raw

    def network_output(self, raw: Any) -> Array:
        """Return the network's own numbers (n, k), as for predict."""
        raw = plain_array("the model", "data", self.inputs(raw))
        if raw.dtype.kind not in "biuf":
            raise DataError(f"the model got {raw.dtype} data; expected numbers.")
        check_input("the model", raw, self.n_features)
        rows = max(CHUNK // most_copies(self.network.layers), 1)
        starts = range(0, max(len(raw), 1), rows)  # no rows: one empty chunk
        with np.errstate(over="ignore", invalid="ignore"):  # check_outputs reports it
            z = np.concatenate([self.network.predict(self._prepare(raw, start, rows)) for start in starts])
        check_outputs(z)
        return z

    def _prepare(self, raw: Array, start: int, rows: int) -> Array:
        """Return the network input of one chunk of rows."""
        dtype = self.network.layers[0].dtype
        with np.errstate(over="ignore", invalid="ignore"):  # an overflow is reported below
            x = self.preparation.apply(raw[start : start + rows], dtype)
        if not np.isfinite(x).all():
            row, column = np.argwhere(~np.isfinite(x))[0] + (start, 0)
            raise DataError(
                f"the model got {raw[row, column]} in row {row}, column {column}; expected finite {dtype} numbers."
            )
        return x


def check_outputs(z: Array) -> None:
    """Raise DataError unless a network's outputs z (n, k) are finite: no class can be read from others."""
    if not np.isfinite(z).all():
        row, column = np.argwhere(~np.isfinite(z))[0]
        raise DataError(
            f"the model answers {z[row, column]} for row {row}: its weights are too large, or are not numbers. "
            f"Train it again with a smaller learning rate."
        )


def _is_numbers(data: Any, n_features: int) -> bool:
    """Is it an array of stored numbers, not cells of a table?"""
    array = np.ma.asarray(data)
    return array.dtype.kind in "biuf" and (array.ndim != 2 or array.shape[1] == n_features)


def save_model(model: Model, path: str | os.PathLike[str]) -> None:
    """Write a model to a file, whole or not at all; load_model gives it back to the bit.

    path : a file, or a folder to hold model.safetensors
    Raises OptionError if it holds what cannot be saved (a layer of your own, provenance that is not plain data),
    SystemResourceError if it cannot be written.
    """
    check_kind("save_model", "model", model, Model, "a Model")
    body = {
        "layers": describe_network(model.network),
        "preparation": model.preparation.name,
        "output": model.output,
        "class_names": list(model.class_names),
        "image_shape": model.image_shape and list(model.image_shape),
        "provenance": plain_data(model.provenance),
        "history": plain_data(model.history),
    }
    if model.table is not None:
        body["table"] = plain_schema(model.table)
    if model.image is not None:
        body["image"] = plain_schema(model.image)
    if model.preparation.clip is not None:
        body["clip"] = model.preparation.clip
    if model.limits:
        body["limits"] = [list(pair) for pair in model.limits]
    if model.labels != LABELS[0]:
        body["labels"] = model.labels
    arrays = {SCALE: model.preparation.scale, SHIFT: model.preparation.shift, **state_dict(model.network)}
    if model.novelty is not None:
        body["novelty_threshold"] = model.novelty.threshold
        arrays |= dict(zip(NOVELTY, (model.novelty.mean, model.novelty.components), strict=True))
    write_document(_file(path), _format_for(body), Document(body, arrays))


def load_model(path: str | os.PathLike[str]) -> Model:
    """Return the model in a file, or in the file model.safetensors of a folder.

    Raises DataError if there is none, ModelFormatError if it is another, damaged or newer file, SystemResourceError if
    it cannot be read.
    """
    file = _file(path)
    document = read_document(file, FORMAT)
    with error_context(file):
        return _model(document.body, dict(document.arrays))


def _file(path: str | os.PathLike[str]) -> Path:
    """Return the path of the model file, given a file or a folder."""
    path = check_path("a model", "the file", path)
    with error_context(path):
        return path / FILE_NAME if path.is_dir() else path


def _model(body: dict[str, Any], arrays: Params) -> Model:
    """Return the model that a document holds, or raise ValueError."""
    for name in (SCALE, SHIFT):
        if name not in arrays:
            raise ValueError(f"the array {name!r} is missing")
    preparation = InputScaler(body["preparation"], arrays.pop(SCALE), arrays.pop(SHIFT), body.get("clip"))
    novelty = _novelty(body.get("novelty_threshold"), arrays)
    return Model(
        _network(body["layers"], arrays),
        preparation,
        Output(body["output"]),
        tuple(body["class_names"]),
        body["image_shape"] and tuple(body["image_shape"]),
        body["provenance"],
        body["history"],
        body.get("table"),
        body.get("image"),
        tuple((low, high) for low, high in body.get("limits", ())),
        body.get("labels", LABELS[0]),
        novelty,
    )


def _novelty(threshold: float | None, arrays: Params) -> NoveltyDetector | None:
    """Take the novelty detector's arrays out of the file's; raise ValueError if one is missing."""
    if threshold is None:
        return None
    for name in NOVELTY:
        if name not in arrays:
            raise ValueError(f"the array {name!r} is missing")
    mean, components = (arrays.pop(name) for name in NOVELTY)
    return NoveltyDetector(mean, components, threshold)


def _network(layers: list[LayerConfig], arrays: Params) -> Network:
    """Return the network described, filled with the arrays, in their dtype."""
    network = build_network(layers, sum(array.size for array in arrays.values()))
    dtype = next((array.dtype for name, array in arrays.items() if name.startswith("params/")), np.dtype(np.float32))
    if dtype == np.float64:
        network = network.astype(dtype)
    check_same_arrays(arrays, state_dict(network))
    load_state_dict(network, arrays)
    return network
