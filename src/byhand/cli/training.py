"""What stands behind `byhand train`: one request, one or many seeds, each trained, saved and tested once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from byhand.cli.common import Reporter
from byhand.cli.diagnosis import diagnosed
from byhand.cli.live_publisher import LivePublisher, serve_lab
from byhand.cli.log import EpochLog
from byhand.cli.progress import progress_bar
from byhand.cli.report import KeptEpoch, SeedResult, report_text, report_values
from byhand.cli.signals import StopRequest
from byhand.cli.test_set_log import count_evaluation, evaluation_sentence
from byhand.data.examples import Dataset
from byhand.data.mnist import DatasetNotFoundError
from byhand.engines.available_cpus import available_cpus
from byhand.engines.base import Engine
from byhand.engines.bindings import FLOAT32
from byhand.engines.native import NativeEngine
from byhand.engines.selection import choose_engine
from byhand.errors import ByhandError, DataError, OptionError
from byhand.inspection.explain import smoothed_minimum
from byhand.persistence.model import save_model
from byhand.persistence.provenance import differences, environment
from byhand.random import SPLIT, RandomStream
from byhand.recipes.build import adapt_to_regression
from byhand.recipes.datasets import Progress, load_data
from byhand.recipes.recipe import Recipe
from byhand.recipes.recipe_evaluation import evaluate_recipe, on_validation
from byhand.recipes.run import Run
from byhand.summary import n_params, sizes_label
from byhand.training.checkpoint import load_checkpoint, restore_state
from byhand.training.history import EpochRecord
from byhand.training.run_folder import RunFolder

STOPPED = 130  # exit code


@dataclass(frozen=True)
class Request:
    """What was asked for. It stands in the run's record, so that a stopped run can be gone on with.

    fallback : nobody named MNIST, so this, on the bundled digits, will do where it cannot be had; None: it will not
    given : the recipe's fields that were set by flags; others are made to fit where the data are numbers to predict
    folder : of the run to resume, None for a new one
    test : evaluate on the test set in the end? Not when validating, unless asked
    name : of the run's folder; None: the recipe's
    n_train : train on this many of the training examples only; None: on all of them
    publisher : who is shown every epoch; None: nobody
    """

    recipe: Recipe
    data_dir: Path | None = None
    n_seeds: int = 1
    engine: str | None = None
    precision: str = FLOAT32
    runs: Path = Path("runs")
    fallback: Recipe | None = None
    given: tuple[str, ...] = ()
    folder: RunFolder | None = None
    publisher: LivePublisher | None = None
    test: bool = True
    name: str | None = None
    n_train: int | None = None

    def settings(self) -> dict[str, Any]:
        """Return what resuming needs, as plain data."""
        return {
            "recipe": asdict(self.recipe),
            "data_dir": self.data_dir and str(self.data_dir),
            "n_seeds": self.n_seeds,
            "engine": self.engine,
            "precision": self.precision,
            "test": self.test,
            "n_train": self.n_train,
        }

    def seeds(self) -> range:
        return range(self.recipe.seed, self.recipe.seed + self.n_seeds)


def run_with_lab(request: Request, reporter: Reporter) -> int:
    """Do as run_request, with the lab's page beside it."""
    if request.n_seeds > 1:
        raise OptionError(f"--lab shows one training, and these are {request.n_seeds} seeds; leave --seeds out.")
    with serve_lab(request.data_dir, reporter) as publisher:
        return run_request(replace(request, publisher=publisher), reporter)


def run_request(request: Request, reporter: Reporter) -> int:
    """Train every seed, save, test once, report; return the exit code."""
    request, dataset = _with_data(request, reporter)
    for note in dataset.notes:
        reporter.info(note)
    request = replace(request, recipe=adapt_to_regression(request.recipe, dataset, request.given))
    engine = _engine(request, dataset, reporter)
    folder = request.folder or RunFolder.create(request.runs, request.name or request.recipe.name)
    if request.folder is None:
        folder.write_record(_record(request, dataset, engine, status="running"))
    else:
        _warn_of_other_bits(folder, engine, reporter)
    try:
        with StopRequest() as stop:
            results = _all_seeds(request, dataset, folder, engine, stop, reporter)
    except KeyboardInterrupt:
        return _stopped(folder, reporter)
    except ByhandError as error:
        folder.write_record({**folder.read_record(), "status": "failed", "error": str(error)})
        raise
    _finish(request, dataset, folder, engine, results, reporter)
    return 0


def _finish(
    request: Request, dataset: Dataset, folder: RunFolder, engine: Engine, results: list[SeedResult], reporter: Reporter
) -> None:
    """Write the record, count the evaluation of the test set, and report."""
    count = count_evaluation(dataset.test, reporter) if request.test and dataset.test is not None else None
    values = {**report_values(request.recipe, dataset, engine.name, results, folder.path), "test_evaluations": count}
    folder.write_record({**_record(request, dataset, engine, status="finished"), **values})
    folder.finish()
    text = report_text(request.recipe, dataset, engine.name, results, folder.path)
    again = ["", f"[dim]{evaluation_sentence(count)}[/dim]"] if count and count > 1 else []
    reporter.result("\n".join([text, *again]), values)


def _engine(request: Request, dataset: Dataset, reporter: Reporter) -> Engine:
    """Return what will train, and say so where it is not the fastest.

    Raises what training would raise at its start, before there is a folder: the run here stops before its first step.
    """
    run = Run.of(request.recipe, dataset)
    parts = run.state.network, run.plan.loss, run.state.optimizer
    n_threads = 1 if request.n_seeds > 1 else None
    choice = choose_engine(request.engine, *parts, n_threads=n_threads, precision=request.precision)
    next(run.epochs(choice.engine, stop=lambda: True), None)
    if choice.why is not None:
        reporter.info(choice.why)
    return choice.engine


def _with_data(request: Request, reporter: Reporter) -> tuple[Request, Dataset]:
    """Return the request with its data; the bundled digits where nobody named MNIST and it cannot be had."""
    try:
        with progress_bar(reporter) as progress:
            return request, _loaded(request, request.recipe, progress)
    except DatasetNotFoundError as error:
        if request.fallback is None:
            raise
        reporter.warn(f"{error} Training on the bundled 8×8 digits instead.")
        request = replace(request, recipe=request.fallback, fallback=None)
        return request, _loaded(request, request.recipe)


def _loaded(request: Request, recipe: Recipe, progress: Progress | None = None) -> Dataset:
    """Return the data of one seed's recipe, or as many of the training examples as were asked for."""
    dataset = load_data(recipe, request.data_dir, progress=progress)
    if dataset.validation is not None and not len(dataset.validation):
        raise DataError(
            f"{dataset.name} has {len(dataset.train):,} training examples, too few to hold a sixth of each class back "
            f"to validate. Leave --validate out, or bring more examples."
        )
    return dataset if request.n_train is None else _first_of(dataset, request.n_train, recipe.seed)


def _first_of(dataset: Dataset, n: int, seed: int) -> Dataset:
    """Return the data set with n of its training examples, drawn by the seed."""
    if n > len(dataset.train):
        raise OptionError(f"--examples {n:,} is more than the {len(dataset.train):,} training examples there are.")
    return replace(dataset, train=dataset.train.take(RandomStream(seed, SPLIT).order(len(dataset.train))[:n]))


def _all_seeds(
    request: Request, dataset: Dataset, folder: RunFolder, engine: Engine, stop: StopRequest, reporter: Reporter
) -> list[SeedResult]:
    """Train and test every seed: in C one single-threaded network a processor, in NumPy one after the other."""

    def one(seed: int) -> SeedResult:
        return _one_seed(request, seed, dataset, folder, engine, stop, reporter)

    if request.n_seeds == 1 or not isinstance(engine, NativeEngine):
        return [_said(one(seed), request, reporter) for seed in request.seeds()]
    with stop.defer_signals(), ThreadPoolExecutor(available_cpus()) as pool:
        waiting = [pool.submit(one, seed) for seed in request.seeds()]
        try:
            return [_said(result.result(), request, reporter) for result in waiting]
        finally:
            pool.shutdown(cancel_futures=True)  # after a seed that failed or was stopped, no other begins


def _said(result: SeedResult, request: Request, reporter: Reporter) -> SeedResult:
    """Return the result; of many seeds, say each one's."""
    if request.n_seeds > 1:
        reporter.info(result.line())
    return result


def _one_seed(
    request: Request,
    seed: int,
    dataset: Dataset,
    folder: RunFolder,
    engine: Engine,
    stop: StopRequest,
    reporter: Reporter,
) -> SeedResult:
    """Train, save and test one seed; KeyboardInterrupt when it was stopped, with what it had saved."""
    recipe, many = replace(request.recipe, seed=seed), request.n_seeds > 1
    if many:
        folder = folder.inside(f"seed-{seed}")
    if many and (recipe.data != "mnist" or request.n_train):  # these are drawn or divided by the seed
        dataset = _loaded(request, recipe)
    run = Run.of(recipe, dataset)
    if folder.checkpoint_file.exists():
        restore_state(load_checkpoint(folder.checkpoint_file), run.state)
        reporter.info(f"resuming after epoch {run.state.epoch}")
    with stop.defer_signals():
        _train(_looked_at(run, engine, stop, request.publisher), run, folder, engine, reporter, quietly=many)
    if stop.asked:
        raise KeyboardInterrupt
    outcome = evaluate_recipe(recipe, dataset, run.network) if request.test else on_validation(dataset, run.network)
    return SeedResult(seed, outcome, run.seconds, folder.model_file, diagnosed(run, outcome), KeptEpoch.of(run.state))


def _looked_at(run: Run, engine: Engine, stop: StopRequest, publisher: LivePublisher | None) -> Iterator[EpochRecord]:
    """Yield the run's epochs, and show its beginning, its epochs and its end to whoever looks on."""
    if publisher is None:
        yield from run.epochs(engine, stop)
        return
    publisher.look(run, now=True)
    for record in run.epochs(engine, stop):
        publisher.look(run)
        yield record
    publisher.look(run, now=True)


def _train(
    epochs: Iterator[EpochRecord], run: Run, folder: RunFolder, engine: Engine, reporter: Reporter, *, quietly: bool
) -> None:
    """Train to the end or to the stop, and save what there is then: a test that is broken off costs no training."""
    validates, classes = run.dataset.validation is not None, run.dataset.train.is_classes
    log = EpochLog(reporter, run.recipe.epochs, validates=validates, classes=classes)
    if not quietly:
        reporter.info(_opening(run, engine))
        if least := smoothed_minimum(run.recipe.label_smoothing, run.state.network.widths[-1]):
            reporter.info(f"label smoothing {run.recipe.label_smoothing:g}: the loss cannot fall below {least:.4f}")
        log.header()
    for record in epochs:
        if not quietly:
            log.row(record)
        folder.save_progress(run.state, asdict(run.recipe))
    folder.save_progress(run.state, asdict(run.recipe), now=True)
    if run.state.epoch:
        save_model(run.model(engine), folder.model_file)


def _opening(run: Run, engine: Engine) -> str:
    """Return the line that says what begins."""
    network, train = run.state.network, run.dataset.train
    validation = "" if run.dataset.validation is None else f", {len(run.dataset.validation):,} for validation"
    return (
        f"{run.recipe.name}: {sizes_label(network)}, {n_params(network):,} parameters, "
        f"{len(train):,} examples of {run.dataset.name}{validation}, engine {engine.name}"
    )


def _record(request: Request, dataset: Dataset, engine: Engine, *, status: str) -> dict[str, Any]:
    """Return the run's record as far as it is known before the test."""
    return {
        "status": status,
        "settings": request.settings(),
        "mode": "all training examples" if dataset.validation is None else f"validated: {request.recipe.validation}",
        "data_source": dataset.source,
        "engine": engine.name,
        "environment": environment(),
        "test_evaluations": 0,
    }


def _warn_of_other_bits(folder: RunFolder, engine: Engine, reporter: Reporter) -> None:
    """Say what differs from where the run was begun: it will go on, but perhaps not to the same bits."""
    record = folder.read_record()
    before = record.get("environment")
    then = {**(before if isinstance(before, dict) else {}), "engine": record.get("engine")}
    changes = differences(then, {**environment(), "engine": engine.name})
    if changes:
        reporter.warn(f"the last bits may differ from an unbroken run: {'; '.join(changes)}.")


def _stopped(folder: RunFolder, reporter: Reporter) -> int:
    """Say what was kept and how to go on."""
    folder.write_record({**folder.read_record(), "status": "stopped"})
    reporter.warn(f"stopped and saved. Resume with `byhand train --resume {folder.path}`.")
    return STOPPED
