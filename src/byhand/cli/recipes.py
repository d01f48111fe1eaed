"""`byhand recipes`: list the recipes, or show one with all its settings."""

import textwrap
from dataclasses import asdict

import click

from byhand.cli.common import Reporter, escape_markup, output_options
from byhand.cli.recipe_flags import recipe_argument
from byhand.recipes import RECIPES, find_recipe
from byhand.recipes.command_line import as_flag_value
from byhand.recipes.recipe import Recipe, recipe_fields


@click.command("recipes")
@recipe_argument("name")
@output_options
def command(name: str | None, reporter: Reporter) -> None:
    """List the recipes, or show one with all its settings.

    Example: byhand recipes vanilla
    """
    if name is None:
        reporter.result(_list_of_all(reporter.width), {"recipes": [asdict(recipe) for recipe in RECIPES.values()]})
    else:
        recipe = find_recipe(name)
        reporter.result(_card(recipe, reporter.width), {"recipe": asdict(recipe)})


def _list_of_all(width: int) -> str:
    lines = []
    for recipe in RECIPES.values():
        first, *more = _wrapped(recipe.title, width, 17)
        lines += [f"[bold]{recipe.name:<16}[/bold] {first.lstrip()}", *more]
        lines += [f"[dim]{line}[/dim]" for line in _wrapped(recipe.expects, width, 17)]
    return "\n".join([*lines, "", "Train one with `byhand train NAME`; every setting is a flag."])


def _card(recipe: Recipe, width: int) -> str:
    about = _wrapped(recipe.title, width, 2) + _wrapped(f"must reach: {recipe.expects}", width, 2)
    lines = [f"[bold]{recipe.name}[/bold]", *about, ""]
    for name, (default, meaning) in recipe_fields().items():
        value = as_flag_value(getattr(recipe, name))
        changed = getattr(recipe, name) != default
        flag = f"--{name.replace('_', '-')}"
        head = f"{'*' if changed else ' '} {flag:<18} {value:<22} "
        lines.append(f"[bold]{head}[/bold]" if changed else head.rstrip())
        lines += [f"[dim]{line}[/dim]" for line in _wrapped(meaning, width, 4)]
    return "\n".join([*lines, "", "* set by this recipe; the others are the flags' defaults."])


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    """Return text in lines of at most `width` characters, indented, broken between words."""
    margin = " " * indent
    parts = textwrap.wrap(text, max(width - indent, 20), break_long_words=False, break_on_hyphens=False)
    return [margin + escape_markup(part) for part in parts]
