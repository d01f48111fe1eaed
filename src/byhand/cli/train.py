"""`byhand train`: choose what to train, train it, save it, test it once, say what came out."""

from pathlib import Path
from typing import Any

import click

from byhand.cli.common import Voice, data_dir_option, runs_option, voice_options
from byhand.cli.recipe_flags import changed, recipe_argument, recipe_flags
from byhand.recipes import recipe_named


@click.command("train", epilog="Every flag from --data on is a field of the recipe: see `byhand recipes NAME`.")
@recipe_argument("recipe")
@click.option("--seeds", type=click.IntRange(min=1), help="Repeat with so many consecutive seeds; report the spread.")
@click.option("--validate", is_flag=True, help="Hold a validation block back and show it each epoch.")
@click.option("--resume", type=click.Path(path_type=Path), help="Go on with a stopped run, to the same bits.")
@click.option("--lab", is_flag=True, help="Serve the lab beside it: a page that shows the training, while it lasts.")
@click.option("--engine", default=None, help="auto, native or numpy (else BYHAND_ENGINE, else auto).")
@click.option(
    "--precision",
    default="float32",
    show_default=True,
    help="Of matrix products: float32, or bf16, faster and less exact in wide networks.",
)
@data_dir_option
@runs_option
@recipe_flags
@voice_options
def command(
    recipe: str | None,
    seeds: int | None,
    validate: bool,
    resume: Path | None,
    lab: bool,
    engine: str | None,
    precision: str,
    data_dir: Path | None,
    runs: Path,
    voice: Voice,
    **fields: Any,
) -> int:
    """Train a network and test it once.

    Without a recipe: vanilla on MNIST, or, where MNIST cannot be had, the bundled digits; table on a table.

    Example: byhand train vanilla --epochs 10 --seeds 5
    """
    from byhand.cli.training import Request, resumed, run_request, run_shown

    run = run_shown if lab else run_request
    if resume is not None:
        return run(resumed(resume), voice)
    if validate:
        fields["validation"] = fields["validation"] or "balanced"
    chosen = changed(recipe_named(recipe or _default_recipe(fields["data"])), fields)
    mnist_is_named = recipe is not None or data_dir is not None or fields["data"] is not None
    fallback = None if mnist_is_named else changed(recipe_named("digits"), fields)
    given = tuple(name for name, value in fields.items() if value is not None)
    request = Request(chosen, data_dir, seeds or 1, engine, precision, runs, fallback, given)
    return run(request, voice)


def _default_recipe(data: str | None) -> str:
    from byhand.recipes.sources import is_table

    return "table" if data is not None and is_table(data) else "vanilla"
