"""Recipe fields as flags: each field becomes a flag with its type, default and help sentence."""

from collections.abc import Callable
from typing import Any

import click

from byhand.cli.common import NonNegativeFloat
from byhand.recipes import RECIPES
from byhand.recipes.recipe import RENAMED, recipe_fields

WIDEST = 1_000_000  # units in one layer
MOST = 2**64 - 1  # the largest seed; no whole number needs to be larger


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
    """A whole number from 0 on, as large as a seed can be."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number.", param, ctx)
        if not 0 <= number <= MOST:
            self.fail(f"{value} is not a whole number from 0 to 2⁶⁴ − 1.", param, ctx)
        return number


# the type of a field's default → how its flag is read; no setting is below 0
KINDS = {tuple: Sizes(), float: NonNegativeFloat(), int: WholeNumber(), str: click.STRING}


def recipe_argument(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command an optional recipe, whose name the shell can complete."""

    def names(ctx: click.Context, param: click.Parameter, beginning: str) -> list[str]:
        return [known for known in RECIPES if known.startswith(beginning)]

    return click.argument(name, required=False, shell_complete=names)


def recipe_flags(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command one flag for every recipe field; those not given arrive as None."""
    for name, (default, meaning) in reversed(recipe_fields().items()):
        flag = f"--{name.replace('_', '-')}"
        if name == "header":
            option = click.option("--header/--no-header", default=None, callback=_yes_or_no, help=meaning)
        elif isinstance(default, bool):
            option = click.option(f"{flag}/--no-{name.replace('_', '-')}", default=None, help=meaning)
        else:
            option = click.option(flag, type=KINDS[type(default)], default=None, help=meaning)
        function = option(function)
    return function


def _yes_or_no(ctx: click.Context, param: click.Parameter, value: bool | None) -> str | None:
    """Return the value that a --flag/--no-flag pair gives a field that is detected by default."""
    return None if value is None else "yes" if value else "no"


def current_flag(name: str) -> str:
    """Return the flag that replaces an older one: max-shift for move."""
    return RENAMED.get(name, name).replace("_", "-")
