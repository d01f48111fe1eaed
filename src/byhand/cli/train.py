"""`byhand train`: train a network, save it, test it once, report."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from byhand.cli.common import STOPPED, Reporter, data_dir_option, output_options, runs_option
from byhand.cli.recipe_flags import current_flag, recipe_argument, recipe_flags
from byhand.errors import OptionError

if TYPE_CHECKING:
    from byhand.engines.torch_engine.launch import Launch
    from byhand.recipes.request import TrainRequest

WITH_RESUME = {
    "resume",
    "epochs",
    "lab",
    "log_to",
    "runs",
    "as_json",
    "quiet",
    "no_color",
}  # they change nothing trained


@click.command(
    "train",
    epilog="Every flag from --data to --seed is a field of the recipe: see `byhand recipes NAME`.",
    context_settings={"token_normalize_func": current_flag},
)
@recipe_argument("recipe")
@click.option(
    "--seeds",
    "n_seeds",
    type=click.IntRange(min=1),
    default=1,
    help="Train with this many consecutive seeds and report the spread.",
)
@click.option(
    "--validate", is_flag=True, help="Hold out a validation set, report it each epoch, and leave the test set alone."
)
@click.option(
    "--test",
    is_flag=True,
    help="With --validate, or a recipe such as first, which validates: evaluate on the test set as well, at the end.",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    help="Resume a stopped run (bit-exact); --epochs may be changed.",
)
@click.option(
    "--as-article", is_flag=True, help="Print an article's rows for this network below each epoch; implies --validate."
)
@click.option("--lab", is_flag=True, help="Meanwhile serve the lab, a page that shows the training live.")
@click.option(
    "--log-to",
    multiple=True,
    metavar="LOGGER",
    help="Also log epochs to tensorboard:DIR, mlflow:EXPERIMENT, wandb:PROJECT or trackio:PROJECT; may be repeated.",
)
@click.option("--engine", default=None, help="auto, native, numpy or torch; default: BYHAND_ENGINE, else auto.")
@click.option(
    "--precision",
    default="float32",
    show_default=True,
    help="Precision of matrix products: float32, or bf16, which is faster and less precise in wide networks; with the "
    "engine torch on an NVIDIA GPU tf32 too.",
)
@click.option("--device", default=None, help="For the engine torch: cpu, cuda, cuda:1 or mps.  [default: cpu]")
@click.option(
    "--shards",
    "n_shards",
    type=click.IntRange(min=1),
    default=None,
    help="For the engine torch: compute every batch in this many parts, to the same bits for any number of processes.",
)
@data_dir_option
@runs_option
@recipe_flags()
@output_options
def command(
    recipe: str | None,
    n_seeds: int,
    validate: bool,
    test: bool,
    resume: Path | None,
    as_article: bool,
    lab: bool,
    log_to: tuple[str, ...],
    engine: str | None,
    precision: str,
    device: str | None,
    n_shards: int | None,
    data_dir: Path | None,
    runs: Path,
    reporter: Reporter,
    **fields: Any,
) -> int:
    """Train a network and evaluate it on the test set, once; with --validate, to choose settings, on a validation set.

    Defaults to `vanilla` on MNIST, or the bundled digits when MNIST is unavailable; to `table` for a table, to `images`
    for a folder of pictures by class.

    Example: byhand train vanilla --epochs 10 --seeds 5
    """
    from byhand.cli.article import article_recipe
    from byhand.cli.train_report import TrainReport, attach_lab
    from byhand.engines.torch_engine.launch import LostProcessError, find_launch
    from byhand.recipes.needs import check_needs
    from byhand.recipes.request import load_request, make_request
    from byhand.recipes.session import open_session
    from byhand.recipes.tracking import TrackingListener

    if as_article:
        recipe, validate = article_recipe(recipe, fields), True
    if resume is not None:
        _check_flags(click.get_current_context())
        request = load_request(resume, fields["epochs"])
    else:
        request = make_request(
            recipe,
            {name: value for name, value in fields.items() if value is not None},
            validate=validate,
            test=test,
            data_dir=data_dir,
            n_seeds=n_seeds,
            engine=engine,
            precision=precision,
            device=device,
            n_shards=n_shards,
            runs=runs,
        )
        check_needs("training", request.recipe, request.explicit)
    launch = find_launch()
    if launch is not None and launch.rank > 0:
        return _serve(request, launch)
    with attach_lab(request, reporter, wanted=lab) as publisher:
        report = TrainReport(reporter, publisher, as_article=as_article)
        listener = TrackingListener(report, log_to)
        session = open_session(request, listener)
        try:
            result = session.run()
            listener.on_session_end(result)
            report.result(result)
        except KeyboardInterrupt:
            reporter.warn(f"stopped and saved. Resume with `byhand train --resume {session.folder.path}`.")
            return STOPPED
        except LostProcessError as error:
            _ignore_sigterm()
            if error.is_told:
                return error.exit_code
            raise
    return 0


def _serve(request: "TrainRequest", launch: "Launch") -> int:
    """Be one of the processes that help the first; what is wrong with the command, that one says."""
    from byhand.engines.torch_engine.launch import LostProcessError, check_engine
    from byhand.recipes.worker import serve_rank

    try:
        check_engine(launch, request.engine)
    except OptionError as error:
        return error.exit_code
    try:
        serve_rank(request, launch)
    except LostProcessError as error:
        _ignore_sigterm()
        if error.is_told:
            return error.exit_code
        raise
    return 0


def _ignore_sigterm() -> None:
    """Let the sentence be printed: torchrun sends SIGTERM to those that are left as soon as one process is gone."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _check_flags(context: click.Context) -> None:
    """Raise OptionError for a flag that a resumed run would ignore, since it keeps its own settings."""
    for parameter in context.command.params:
        name = parameter.name or ""
        if name not in WITH_RESUME and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            shown = parameter.opts[0] if isinstance(parameter, click.Option) else f"the recipe {context.params[name]!r}"
            raise OptionError(
                f"--resume keeps the run's own settings, and {shown} was given too. Leave it out, or start a new run."
            )
