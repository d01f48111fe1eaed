"""`byhand card`: one page on a model, and the folder in which it can be shared."""

from pathlib import Path

import click

from byhand.cli.common import Reporter, escape_markup, model_argument, output_options, runs_option


@click.command("card")
@model_argument
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for README.md, model.safetensors and config.json.",
)
@runs_option
@output_options
def command(model: Path | None, output: Path | None, runs: Path, reporter: Reporter) -> None:
    """Print a model's card: its network, data, figures with intervals, how to load it, and how to make it again.

    MODEL is a model file or a run folder; without it the newest run is taken.

    Example: byhand card runs/digits-1 --output digits-model
    """
    from byhand.cards.card import card_text, read_facts, rerun_command, write_model_folder
    from byhand.training.run_folder import RunFolder

    facts = read_facts(model or RunFolder.latest(runs).path)
    values = {"card": card_text(facts), "command": rerun_command(facts) or None}
    if output is None:
        reporter.result(escape_markup_lines(values["card"] or ""), values, wraps=False)
        return
    files = [str(file) for file in write_model_folder(facts, output)]
    reporter.result("\n".join(map(escape_markup, files)), {**values, "files": files})


def escape_markup_lines(text: str) -> str:
    """Return text of several lines as it is shown: square brackets are markup there."""
    return "\n".join(escape_markup(line) for line in text.splitlines())
