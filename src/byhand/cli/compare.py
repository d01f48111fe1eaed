"""`byhand compare`: two recipes, runs or models, and whether their difference is more than chance."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from byhand.cli.common import STOPPED, Reporter, data_dir_option, escape_markup, output_options, percent
from byhand.cli.recipe_flags import current_flag
from byhand.cli.sweep import field_flags
from byhand.errors import OptionError
from byhand.formatting import format_number
from byhand.recipes.recipe import recipe_fields

if TYPE_CHECKING:
    from byhand.sweeps.compare import Comparison


@click.command("compare", context_settings={"token_normalize_func": current_flag})
@click.argument("a")
@click.argument("b")
@click.option(
    "--seeds", type=click.IntRange(1, 1000), help="Train recipes with this many seeds, the same in both.  [default: 5]"
)
@click.option("--executor", help="processes, processes:4, serial or dask://HOST:PORT.  [default: processes]")
@click.option("--workers", type=click.IntRange(min=1), help="Number of processes; default: one per processor.")
@click.option("--engine", default=None, help="auto, native or numpy (else BYHAND_ENGINE, else auto).")
@data_dir_option
@field_flags("VALUE")
@output_options
def command(a: str, b: str, data_dir: Path | None, reporter: Reporter, **options: Any) -> int:
    """Compare A and B: the difference, its 95 % interval, and whether it is more than chance.

    A and B are two recipes, which are trained with the same seeds and validated (`digits`, or with changes:
    `digits:activation=tanh,epochs=5`; flags change both); two run folders; or two model files, with --data FILE.

    Example: byhand compare digits digits:activation=tanh --seeds 5
    """
    try:
        found, note = _compare(a, b, data_dir, options, reporter)
    except KeyboardInterrupt:
        reporter.warn("stopped; a comparison keeps nothing.")
        return STOPPED
    reporter.result("\n".join([report_text(found), *note]), found.to_dict())
    return 0


def _compare(
    a: str, b: str, data_dir: Path | None, options: dict[str, Any], reporter: Reporter
) -> "tuple[Comparison, list[str]]":
    """Compare what the two names stand for; return lines on the examples too, where it was done on examples."""
    from byhand.recipes import RECIPES
    from byhand.sweeps.compare import SEEDS, compare_recipes, compare_runs, parse_recipe

    fields = {name: options[name] for name in recipe_fields() if options[name] is not None}
    recipes = [one.partition(":")[0] in RECIPES for one in (a, b)]
    if all(recipes) or not all(Path(one).exists() for one in (a, b)):
        shared = {"n_seeds": options["seeds"] or SEEDS, "data_dir": data_dir, "engine": options["engine"]}
        requests = [parse_recipe("compare", one, fields, **shared) for one in (a, b)]
        return compare_recipes(a, b, *requests, executor=options["executor"], workers=options["workers"]), []
    unused = [name for name in fields if name != "data"] + ["seeds"] * (options["seeds"] is not None)
    if unused:
        raise OptionError(
            f"compare got {', '.join(unused)}, which are for recipes, and saved runs or models. Leave them out."
        )
    if "data" not in fields and data_dir is None and all(Path(one, "record.json").exists() for one in (a, b)):
        return compare_runs(Path(a), Path(b)), []
    return _compare_models(Path(a), Path(b), fields.get("data"), data_dir, reporter)


def _compare_models(
    a: Path, b: Path, data: str | None, data_dir: Path | None, reporter: Reporter
) -> "tuple[Comparison, list[str]]":
    """Compare two models on what was named, or on the built-in set that they are for; a use of its test set counts."""
    from byhand.cli.model_lookup import data_for, is_held_out
    from byhand.persistence.model import load_model
    from byhand.sweeps.compare import compare_models
    from byhand.training.test_set_log import count_evaluation, evaluation_sentence

    models = [load_model(path) for path in (a, b)]
    sets = [data_for(model, data, data_dir) for model in models]
    examples = [dataset.test or dataset.train for dataset in sets]
    if examples[0].raw.shape != examples[1].raw.shape or (examples[0].y != examples[1].y).any():
        raise OptionError(
            "compare got two models that read this data differently; expected two models of the same data."
        )
    found = compare_models(models[0], models[1], examples[0], (str(a), str(b)))
    trained = [name for name, model, dataset in zip("AB", models, sets, strict=True) if not is_held_out(model, dataset)]
    if trained:
        who = f"{' and '.join(trained)} {'were' if len(trained) > 1 else 'was'}"
        reporter.warn(
            f"{who} trained on these examples: this is how well they fit, not which does better on new examples. "
            f"Name new ones with --data, or compare runs that were validated."
        )
        return found, []
    count = count_evaluation(examples[0], reporter.info)
    return found, [] if count is None else ["", f"[dim]{evaluation_sentence(count)}[/dim]"]


def report_text(found: "Comparison") -> str:
    """Return the two, their pairs where there are few, and the sentence."""
    lines = [f"A  {escape_markup(found.a)}", f"B  {escape_markup(found.b)}", ""]
    if found.seeds:
        lines.append(f"[dim]{'seed':>6}{'A':>10}{'B':>10}{'B − A':>10}[/dim]")
        for seed, x, y in zip(found.seeds, found.values_a, found.values_b, strict=True):
            lines.append(f"{seed:>6}" + "".join(f"{_cell(value, found):>10}" for value in (x, y, y - x)))
        lines.append("")
    sentence = found.sentence()
    return "\n".join([*lines, f"[bold]{sentence[0].upper()}{sentence[1:]}.[/bold]"])


def _cell(value: float, found: "Comparison") -> str:
    return percent(value) if found.is_percentage else format_number(value, ".4f")
