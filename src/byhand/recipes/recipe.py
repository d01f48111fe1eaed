"""A recipe: a training configuration as one value. A training depends on these fields and on nothing else.

The fields are plain words and numbers, so a recipe can be printed, saved with the model, changed by a flag of the
command line (`--learning-rate 0.05`), and compared. `build.py` turns the words into objects.
"""

import operator
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from byhand.arguments import (
    MAX_BATCH,
    MAX_EPOCHS,
    MAX_WIDTH,
    check_flag,
    check_items,
    check_kind,
    check_number,
    check_whole,
)
from byhand.errors import lookup

MAX_SEED = 2**64 - 1
RANGES = {"epochs": (1, MAX_EPOCHS), "batch_size": (1, MAX_BATCH)}  # whole numbers; the others: see whole_range

# the names that older records, models and commands use for fields and scalings
RENAMED = {"preparation": "scaling", "move": "max_shift", "output": "output_activation"}
RENAMED_SCALING = {"raw": "none", "unit": "minmax", "signed": "minmax-signed", "standard": "standardize"}


def _option(default: Any, help: str) -> Any:
    """Return a field with its default and the sentence that the command line shows for it."""
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True, repr=False)
class Recipe:
    """A named training configuration.

    name, title, expects : its name, one line about it, and the figure it must reach
    floor : the test accuracy below which something is broken, a fraction; 0 where the figure is of another kind
    The other fields can be changed; `recipe_fields()` says what each means.
    """

    name: str
    title: str
    expects: str
    floor: float = 0.0
    data: str = _option(
        "mnist",
        "mnist, digits, gaussians, xor, circles, moons, spiral, sine; a table: .csv, .tsv, .npz; "
        "a folder: IDX, pictures",
    )
    examples: int = _option(
        1000, "points in a toy set; of other data, how many examples to train on, drawn by the seed (default: all)"
    )
    noise: float = _option(0.1, "standard deviation of the Gaussian noise added to toy data")
    scaling: str = _option(
        "standardize",
        "none, minmax ([0, 1]), minmax-signed ([−1, 1]), standardize (mean 0, standard deviation 1) or robust "
        "(median and quartiles, smoothly clipped)",
    )
    hidden: tuple[int, ...] = _option((128,), "widths of the hidden layers, like 128-64; none for a linear model")
    activation: str = _option(
        "relu",
        "after each hidden layer: relu, leaky_relu, selu, mish, sigmoid, tanh, identity; parametric_selu and the like: "
        "each unit learns its share of it",
    )
    output_activation: str = _option("identity", "after the last layer; identity gives logits, or values in regression")
    initializer: str = _option("he", "he, glorot, normal, uniform or zeros")
    init_scale: float = _option(1.0, "factor of he and glorot, deviation of normal, limit of uniform")
    dropout: float = _option(0.0, "fraction of hidden units dropped")
    batch_norm: bool = _option(False, "normalise before each hidden activation")
    residual: bool = _option(False, "skip connection around each hidden layer of equal width")
    scaled_inputs: bool = _option(False, "multiply each input by a factor that is learned, as RealMLP")
    numerical_embedding: str = _option(
        "none",
        "what numbers of a table become before the first layer: none, pbld or pl (periodic functions) or pwl (bins)",
    )
    n_heads: int = _option(1, "last layers, each with a copy of the input; the mean is the answer, as TabM-mini")
    loss: str = _option(
        "softmax_cross_entropy",
        "softmax_cross_entropy or binary_cross_entropy; for numbers: squared_error, huber, quantile, poisson (counts)",
    )
    huber_delta: float = _option(1.0, "for huber: from how many standard deviations on an error counts linearly")
    quantile: float = _option(0.5, "for quantile: the fraction of targets below the prediction")
    label_smoothing: float = _option(0.0, "fraction of each target that is spread over all classes")
    optimizer: str = _option("sgd", "sgd, momentum, nesterov, adam or adamw")
    momentum: float = _option(0.9, "for momentum and nesterov: the fraction of the last update that is kept")
    beta2: float = _option(0.999, "for adam and adamw: decay of the mean squared gradient")
    weight_decay: float = _option(0.0, "L2 weight decay")
    clip_norm: float = _option(0.0, "gradient-norm clipping threshold; 0 disables")
    schedule: str = _option("constant", "constant, step, linear, cosine, flat_cos, coslog4 or one_cycle")
    learning_rate: float = _option(0.1, "the learning rate, or the peak of its schedule")
    bias_rate: float = _option(1.0, "factor of the learning rate for biases; RealMLP has 0.1, with ntk")
    parametrization: str = _option(
        "standard",
        "standard, or ntk as RealMLP: the learning rate of weights is divided by the root of their layer's inputs (by "
        "their number for sgd, momentum and nesterov), "
        "biases start at random, and 0.04 to 0.2 is a usual learning rate of adam",
    )
    warm_up: float = _option(0.0, "fraction of the run in which the learning rate rises")
    epochs: int = _option(5, "passes through the data")
    batch_size: int = _option(100, "examples per step")
    shuffle: bool = _option(True, "a new order every epoch")
    max_shift: int = _option(0, "augmentation: shift pictures by up to this many pixels, differently every epoch")
    validation: str = _option("none", "none, balanced (stratified where the data are not MNIST) or last-5000")
    patience: int = _option(0, "stop after this many epochs without a lower validation loss; 0: never")
    target: str = _option(
        "", "for tables: the column to predict, by name or, without header, by number; default: the last"
    )
    drop: str = _option("", "for tables: columns to leave out, separated by commas")
    task: str = _option("auto", "for tables: classes or regression; auto decides by the values of the column")
    header: str = _option("auto", "for tables: the first line names the columns; auto detects whether it does")
    decimal: str = _option(".", "for tables: the decimal mark, . or ,")
    encoding: str = _option("utf-8", "for tables: utf-8, cp1252, latin-1, …")
    missing_values: str = _option(
        "na,n/a,nan,null,none,?", "for tables: words that mean a missing value, separated by commas"
    )
    missing: str = _option(
        "refuse",
        "for tables, what to do with a missing value: refuse, mean (of its column), drop (its row) or indicator (the "
        "median, and one more input that marks it)",
    )
    image_size: int = _option(
        0, "for a folder of pictures: resize them to this many pixels a side; 0: they all have the same size"
    )
    image_preprocessing: str = _option(
        "auto",
        "for pictures: none, or mnist (cropped, light on dark, centred); auto: none for a folder by class",
    )
    seed: int = _option(0, "seed of weights, order, dropout, shifts and toy data")

    def __repr__(self) -> str:
        return f"<Recipe {self.name}: {self.title}>"


def recipe_fields() -> dict[str, tuple[Any, str]]:
    """Return the fields that can be changed: name → (default, help sentence)."""
    return {f.name: (f.default, f.metadata["help"]) for f in fields(Recipe) if "help" in f.metadata}


def whole_range(name: str) -> tuple[int, int]:
    """Return the smallest and the largest value of a field that is a whole number."""
    return RANGES.get(name, (0, MAX_SEED))


def current_names(given: dict[str, Any]) -> dict[str, Any]:
    """Return a recipe's fields, as plain data, by the names that they have now; TypeError if they are not a dict."""
    if not isinstance(given, dict):
        raise TypeError(f"a recipe is {type(given).__name__}; expected its fields by name")
    fields = {RENAMED.get(name, name): value for name, value in given.items()}
    scaling = fields.get("scaling")
    if isinstance(scaling, str):
        fields["scaling"] = RENAMED_SCALING.get(scaling, scaling)
    return fields


def read_recipe(given: Any) -> Recipe:
    """Return the recipe stored as plain data; raise KeyError, TypeError or ValueError if it is not a recipe."""
    recipe = Recipe(**{**current_names(given), "hidden": tuple(map(operator.index, given["hidden"]))})
    for name, sample in asdict(Recipe(name="", title="", expects="")).items():
        if not isinstance(getattr(recipe, name), int | float if isinstance(sample, float) else type(sample)):
            raise ValueError(f"{name} is {getattr(recipe, name)!r}")
    return recipe


def check_fields(caller: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a recipe's fields by their current names, each of the type that it has in a recipe.

    Raises OptionError for an unknown field, a value of another type or a negative number.

    >>> check_fields("run_recipe", {"hidden": [64, 32], "learning_rate": 1})
    {'hidden': (64, 32), 'learning_rate': 1.0}
    """
    known = recipe_fields()
    fields = {RENAMED.get(name, name): value for name, value in given.items()}
    checked = {
        name: _check_field(caller, name, lookup("setting", name, known)[0], value) for name, value in fields.items()
    }
    return current_names(checked)


def _check_field(caller: str, name: str, default: Any, value: Any) -> Any:
    """Return a value as the type of the field's default; raise OptionError where it is of another kind."""
    if isinstance(default, bool):
        return check_flag(caller, name, value)
    if isinstance(default, tuple):
        widths = check_items(caller, name, value, "a list of widths, as [128, 64]")
        return tuple(check_whole(caller, f"{name}: a width", width, 1, MAX_WIDTH) for width in widths)
    if isinstance(default, int):
        return check_whole(caller, name, value, *whole_range(name))
    if isinstance(default, float):
        return check_number(caller, name, value, lambda number: number >= 0, "a finite number, 0 or more")
    if name == "header" and isinstance(value, bool):
        return "yes" if value else "no"
    return check_kind(caller, name, os.fspath(value) if isinstance(value, os.PathLike) else value, str, "a word")
