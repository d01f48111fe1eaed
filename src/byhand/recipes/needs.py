"""What a setting needs to do anything: a momentum an optimizer that has one, a target column a table.

A setting that would change nothing is refused where somebody chose it: the training would be another than was meant.
A recipe's own settings are not asked: `table` with --optimizer sgd has a beta2 that nobody chose.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from byhand.arguments import format_value
from byhand.data.image_folder import is_image_folder
from byhand.errors import OptionError
from byhand.losses import Huber, Quantile
from byhand.recipes.datasets import TOYS, is_table, is_toy
from byhand.recipes.recipe import Recipe


@dataclass(frozen=True)
class Need:
    """field : of the recipe, which decides   fits : does its value use the setting?   users : the values that do"""

    field: str
    fits: Callable[[str], bool]
    users: str


def _one_of(field: str, *values: str) -> Need:
    """Return the need of one of these values of a field."""
    return Need(field, lambda value: value in values, f"the {field} {' or '.join(values)}")


def _is_text_table(data: str) -> bool:
    return is_table(data) and Path(data).suffix.lower() != ".npz"


def _is_picture_folder(data: str) -> bool:
    return is_image_folder(Path(data))


def _has_pictures(data: str) -> bool:
    """Can these data be pictures of somebody's own, or MNIST's?"""
    return data == "mnist" or _is_picture_folder(data) or Path(data).is_dir()


def _exists(data: str) -> bool:
    """Are there such data? Where not, that is what is to be said."""
    return data in ("mnist", "digits") or is_toy(data) or Path(data).exists()


TEXT_TABLE = Need("data", _is_text_table, "tables of text (.csv, .tsv)")
NEEDS = {
    "quantile": _one_of("loss", Quantile.kind),
    "huber_delta": _one_of("loss", Huber.kind),
    "momentum": _one_of("optimizer", "momentum", "nesterov"),
    "beta2": _one_of("optimizer", "adam", "adamw"),
    "noise": Need("data", TOYS.__contains__, f"the data {', '.join(TOYS)}"),
    "image_size": Need("data", _is_picture_folder, "folders of pictures by class"),
    "image_preprocessing": Need("data", _has_pictures, "folders of pictures"),
    **dict.fromkeys(("target", "drop", "header", "decimal", "encoding", "missing_values"), TEXT_TABLE),
    **dict.fromkeys(("task", "missing"), Need("data", is_table, "tables (.csv, .tsv, .npz)")),
}


def check_needs(who: str, recipe: Recipe, chosen: Collection[str], *, varied: Collection[str] = ()) -> None:
    """Raise OptionError for the first setting that somebody chose and that would change nothing.

    chosen : the recipe's fields that somebody chose
    varied : fields that take several values, so that this recipe's own decides nothing
    """
    for name, need in NEEDS.items():
        current = getattr(recipe, need.field)
        is_decided = need.field not in varied and (need.field != "data" or _exists(current))
        if name in chosen and is_decided and not need.fits(current):
            shown = name if name in varied else f"{name}={format_value(getattr(recipe, name))}"
            other = "other data" if need.field == "data" else f"that {need.field}"
            raise OptionError(
                f"{who} got {shown}, which would change nothing: it is for {need.users}. Choose {other}, or "
                f"leave {name} out.",
                argument=name if need.field == "loss" else None,
            )
