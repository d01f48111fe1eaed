"""`byhand recipes`: the named systems, as a list or one with all its settings."""

from dataclasses import asdict

import click

from byhand.cli.common import Reporter, escape_markup, output_options
from byhand.cli.recipe_flags import as_flag_value, recipe_argument
from byhand.recipes import RECIPES, recipe_named
from byhand.recipes.recipe import Recipe, described


@click.command("recipes")
@recipe_argument("name")
@output_options
def command(name: str | None, reporter: Reporter) -> None:
    """List the recipes, or show one with all its settings.

    Example: byhand recipes vanilla
    """
    if name is None:
        reporter.result(_list_of_all(), {"recipes": [asdict(recipe) for recipe in RECIPES.values()]})
    else:
        recipe = recipe_named(name)
        reporter.result(_card(recipe), {"recipe": asdict(recipe)})


def _list_of_all() -> str:
    lines = []
    for recipe in RECIPES.values():
        lines += [f"[bold]{recipe.name:<16}[/bold] {recipe.title}", f"{'':<16} [dim]{recipe.expects}[/dim]"]
    return "\n".join([*lines, "", "Train one with `byhand train NAME`; every setting is a flag of it."])


def _card(recipe: Recipe) -> str:
    lines = [f"[bold]{recipe.name}[/bold]  {recipe.title}", f"must reach: {recipe.expects}", ""]
    for name, (default, meaning) in described().items():
        value = as_flag_value(getattr(recipe, name))
        changed = getattr(recipe, name) != default
        flag = f"--{name.replace('_', '-')}"
        head = f"{'*' if changed else ' '} {flag:<18} {value:<22} "
        lines += [f"[bold]{head}[/bold]" if changed else head.rstrip(), f"[dim]    {escape_markup(meaning)}[/dim]"]
    return "\n".join([*lines, "", "* set by this recipe; the others are the flags' defaults."])
