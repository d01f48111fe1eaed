"""`byhand train`: choose what to train, train it, save it, test it once, say what came out."""

import re
from pathlib import Path
from typing import Any

import click

from byhand.cli.common import Reporter, data_dir_option, output_options, runs_option
from byhand.cli.recipe_flags import changed, current_flag, is_toy, recipe_argument, recipe_flags
from byhand.recipes import recipe_named


@click.command(
    "train",
    epilog="Every flag from --data on is a field of the recipe: see `byhand recipes NAME`.",
    context_settings={"token_normalize_func": current_flag},
)
@recipe_argument("recipe")
@click.option("--seeds", type=click.IntRange(min=1), help="Train with N consecutive seeds and report the spread.")
@click.option(
    "--validate", is_flag=True, help="Hold out a validation set, report it each epoch, and leave the test set alone."
)
@click.option("--test", is_flag=True, help="With --validate: evaluate on the test set as well, at the end.")
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    help="Resume a stopped run (bit-exact); --epochs may be changed.",
)
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
@output_options
def command(
    recipe: str | None,
    seeds: int | None,
    validate: bool,
    test: bool,
    resume: Path | None,
    lab: bool,
    engine: str | None,
    precision: str,
    data_dir: Path | None,
    runs: Path,
    reporter: Reporter,
    **fields: Any,
) -> int:
    """Train a network and test it once; with --validate, for choosing settings, it is validated instead.

    Defaults to `vanilla` on MNIST, or the bundled digits when MNIST is unavailable; to `table` for a table, to `images`
    for a folder of pictures by class.

    Example: byhand train vanilla --epochs 10 --seeds 5
    """
    from byhand.cli.resume import check_flags, read_request
    from byhand.cli.training import Request, run_request, run_with_lab

    run = run_with_lab if lab else run_request
    if resume is not None:
        check_flags(click.get_current_context())
        return run(read_request(resume, fields["epochs"]), reporter)
    if validate:
        fields["validation"] = fields["validation"] or "balanced"
    chosen = changed(recipe_named(recipe or _default_recipe(fields["data"])), fields)
    if fields["loss"] and chosen.label_smoothing < recipe_named(chosen.name).label_smoothing:
        reporter.info(f"label smoothing goes with softmax_cross_entropy: --loss {chosen.loss} trains without it.")
    mnist_is_named = recipe is not None or data_dir is not None or fields["data"] is not None
    request = Request(
        recipe=chosen,
        data_dir=data_dir,
        n_seeds=seeds or 1,
        engine=engine,
        precision=precision,
        runs=runs,
        fallback=None if mnist_is_named else changed(recipe_named("digits"), fields),
        given=tuple(name for name, value in fields.items() if value is not None),
        test=test or fields["validation"] in (None, "none"),
        name=_name_of(fields["data"]) if recipe is None and fields["data"] else None,
        n_train=None if is_toy(chosen.data) else fields["examples"],
    )
    return run(request, reporter)


def _default_recipe(data: str | None) -> str:
    from byhand.data.image_folder import is_image_folder
    from byhand.recipes.datasets import is_table

    if data is None:
        return "vanilla"
    return "images" if is_image_folder(Path(data)) else "table" if is_table(data) else "vanilla"


def _name_of(data: str) -> str:
    """Return what a run on these data is called: the name of the set, or of the file, as a file's name can be."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", Path(data).stem)[:40].strip("-") or "table"
