"""Recipe fields as flags: each field becomes a flag with its type, default and help sentence."""

from collections.abc import Callable, Collection
from typing import Any

import click

from byhand.cli.common import NonNegativeFloat
from byhand.recipes import RECIPES
from byhand.recipes.recipe import MAX_SEED, RENAMED, recipe_fields, whole_range

WIDEST = 1_000_000  # units in one layer


class Sizes(click.ParamType):  # type: ignore[type-arg]  # generic in newer clicks only
    """Widths like 128-64 or 128,64; "none" for no hidden layer."""

    name = "sizes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        if value == "none":
            return ()
        try:
            widths = tuple(int(part) for part in str(value).replace(",", "-").split("-"))
        except ValueError:
            self.fail(f"{value!r} is not a list of widths; expected something like 128-64.", param, ctx)
        if not 1 <= min(widths) <= max(widths) <= WIDEST:
            self.fail(f"{value!r} has a width that is not 1 … {WIDEST:,}.", param, ctx)
        return widths


class WholeNumber(click.ParamType):  # type: ignore[type-arg]  # generic in newer clicks only
    """A whole number from low to high; by default from 0 on, as large as a seed can be."""

    name = "integer"

    def __init__(self, low: int = 0, high: int = MAX_SEED) -> None:
        self._low, self._high = low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number.", param, ctx)
        if not self._low <= number <= self._high:
            high = "2⁶⁴ − 1" if self._high == MAX_SEED else f"{self._high:,}"
            self.fail(f"{value} is not a whole number from {self._low} to {high}.", param, ctx)
        return number


OF_TABLES = ("target", "drop", "task", "header", "decimal", "encoding", "missing_values", "missing")
LISTS = ("drop", "missing_values")  # fields that are lists, separated by commas
# the type of a field's default → how its flag is read; no setting is below 0
KINDS = {tuple: Sizes(), float: NonNegativeFloat(), str: click.STRING}


def recipe_argument(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command an optional recipe, whose name the shell can complete."""

    def names(ctx: click.Context, param: click.Parameter, beginning: str) -> list[str]:
        return [known for known in RECIPES if known.startswith(beginning)]

    return click.argument(name, required=False, shell_complete=names)


def recipe_flags(names: Collection[str] = ()) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command one flag for every recipe field, or for these; those not given arrive as None."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for name, (default, meaning) in reversed(recipe_fields().items()):
            if not names or name in names:
                function = _field_flag(name, default, meaning)(function)
        return function

    return decorate


def _field_flag(name: str, default: Any, meaning: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the flag of one recipe field."""
    flag = f"--{name.replace('_', '-')}"
    if name == "header":
        return click.option("--header/--no-header", default=None, callback=_yes_or_no, help=meaning)
    if name in LISTS:
        return click.option(flag, multiple=True, callback=_joined, help=f"{meaning}; may be repeated")
    if isinstance(default, bool):
        return click.option(f"{flag}/--no-{flag[2:]}", default=None, help=meaning)
    kind = WholeNumber(*whole_range(name)) if isinstance(default, int) else KINDS[type(default)]
    return click.option(flag, type=kind, default=None, help=meaning)


def _joined(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> str | None:
    """Return the values of a flag that may be repeated, separated by commas; None where it was not given."""
    return ",".join(values) if values else None


def _yes_or_no(ctx: click.Context, param: click.Parameter, value: bool | None) -> str | None:
    """Return the value that a --flag/--no-flag pair gives a field that is detected by default."""
    return None if value is None else "yes" if value else "no"


def current_flag(name: str) -> str:
    """Return the flag that replaces an older one: max-shift for move."""
    return RENAMED.get(name, name).replace("_", "-")
