"""A training session: one request, one or many seeds, each trained, saved and evaluated once.

`byhand train` and `run_recipe` are two ways in; everything that they do is here, and nothing here prints: what should
be known on the way goes to a SessionListener.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from byhand.data.examples import Dataset
from byhand.data.mnist import DatasetNotFoundError
from byhand.data.tables.report import ColumnReport, report_columns
from byhand.data.tables.warnings import table_warnings
from byhand.engines.available_cpus import available_cpus
from byhand.engines.base import Engine
from byhand.engines.native import NativeEngine
from byhand.engines.numpy_engine import NumpyEngine
from byhand.engines.selection import choose_engine
from byhand.engines.shuffle import permutation
from byhand.engines.torch_engine.launch import LostProcessError, check_engine, find_launch
from byhand.errors import ByhandError, DataError, OptionError, SystemResourceError
from byhand.persistence.model import save_model
from byhand.persistence.provenance import differences, environment
from byhand.random import SPLIT, RandomStream
from byhand.recipes.baselines import Baselines, compare_with_baselines
from byhand.recipes.build import adapt_to_regression
from byhand.recipes.datasets import Progress, load_data
from byhand.recipes.recipe import Recipe
from byhand.recipes.recipe_evaluation import evaluate_recipe, on_validation
from byhand.recipes.request import TrainRequest
from byhand.recipes.result import KeptEpoch, RecipeResult, SeedResult
from byhand.recipes.run import Run
from byhand.recipes.run_diagnosis import diagnose_run
from byhand.training.checkpoint import load_checkpoint, restore_state
from byhand.training.history import EpochRecord
from byhand.training.run_folder import RunFolder
from byhand.training.signals import StopRequest
from byhand.training.test_set_log import count_evaluation


class SessionListener:
    """Is called on what happens in a session; every method does nothing until it is overridden.

    on_train_begin, on_epoch_end, on_train_end : of a single seed   on_seed_end : of several, in their order
    """

    def info(self, text: str) -> None:
        """Take a sentence that may be of interest."""

    def warn(self, text: str) -> None:
        """Take a sentence on what still works but should be known."""

    def watch_download(self) -> AbstractContextManager[Progress | None]:
        """Return a context that gives the function to call with a download's progress."""
        return nullcontext()

    def on_train_begin(self, run: Run, engine: Engine) -> None:
        """Called before a seed's first epoch, or the next one of a resumed run."""

    def on_epoch_end(self, run: Run, record: EpochRecord) -> None:
        """Called after every epoch, with its record."""

    def on_train_end(self, run: Run) -> None:
        """Called after the last epoch, before the model is evaluated."""

    def on_seed_end(self, result: SeedResult) -> None:
        """Called when one of several seeds is trained and evaluated."""


SILENT = SessionListener()


@dataclass(frozen=True, eq=False)
class TrainingSession:
    """A request with its data, engine and run folder, ready to run.

    stop : set by the first Ctrl-C or SIGTERM: the epoch is left, what was trained is saved
    """

    request: TrainRequest
    dataset: Dataset
    engine: Engine
    folder: RunFolder
    listener: SessionListener
    stop: StopRequest

    def run(self) -> RecipeResult:
        """Train every seed, save, evaluate once, and write the record.

        KeyboardInterrupt when it was stopped: then the folder holds what `load_request` resumes from.
        """
        try:
            with self.stop, self._record_failure():
                results = self._train_seeds()
        except KeyboardInterrupt:
            self.folder.write_record({**self.folder.read_record(), "status": "stopped"})
            raise
        return self._finish(results)

    @contextmanager
    def _record_failure(self) -> Iterator[None]:
        """Within this, the record says why training failed."""
        try:
            yield
        except ByhandError as error:
            # on a full disk this fails too, and the first error says more; a signal, as torchrun sends it to those that
            # are left when one process is gone, does not come before the sentence
            with self.stop.defer_signals(), suppress(SystemResourceError):
                self.folder.write_record({**self.folder.read_record(), "status": "failed", "error": str(error)})
            raise

    def _train_seeds(self) -> list[SeedResult]:
        """Train and test every seed: in C one single-threaded network a processor, in NumPy one after the other."""
        if self.request.n_seeds == 1:
            return [self._train_seed(self.request.recipe.seed)]
        if not isinstance(self.engine, NativeEngine):
            return self._report_each(map(self._train_seed, self.request.seeds()))
        with self.stop.defer_signals(), ThreadPoolExecutor(available_cpus()) as pool:
            waiting = [pool.submit(self._train_seed, seed) for seed in self.request.seeds()]
            try:
                return self._report_each(future.result() for future in waiting)
            finally:
                pool.shutdown(cancel_futures=True)  # after a seed that failed or was stopped, no other begins

    def _report_each(self, results: Iterable[SeedResult]) -> list[SeedResult]:
        """Return the results, each one reported as it comes."""
        done = []
        for result in results:
            self.listener.on_seed_end(result)
            done.append(result)
        return done

    def _train_seed(self, seed: int) -> SeedResult:
        """Train, save and test one seed; KeyboardInterrupt when it was stopped, with what it had saved."""
        run, folder = self._start(seed)
        listener = SILENT if self.request.n_seeds > 1 else self.listener
        with self.stop.defer_signals():
            listener.on_train_begin(run, self.engine)
            try:
                for record in run.epochs(self.engine, self.stop):
                    folder.save_progress(run.state, asdict(run.recipe))
                    try:
                        listener.on_epoch_end(run, record)
                    except BaseException:  # a listener that fails costs no training
                        self._save(run, folder)
                        raise
            except LostProcessError:  # nor does another process that is gone
                self._save(run, folder)
                raise
            listener.on_train_end(run)
            self._save(run, folder)  # before the test: one that is broken off costs no training
        if self.stop.asked:
            raise KeyboardInterrupt
        evaluate = evaluate_recipe if self.request.test else on_validation
        evaluation = evaluate(run.recipe, run.dataset, run.network)
        findings, kept = diagnose_run(run, evaluation), KeptEpoch.of(run.state)
        return SeedResult(seed, evaluation, run.state.history, folder.model_file, findings, kept)

    def _start(self, seed: int) -> tuple[Run, RunFolder]:
        """Return the run of one seed, at its start or where it was stopped, and its folder."""
        folder = self.folder if self.request.n_seeds == 1 else self.folder.subrun(f"seed-{seed}")
        run = run_for_seed(self.request, self.dataset, seed)
        if folder.checkpoint_file.exists():
            restore_state(load_checkpoint(folder.checkpoint_file), run.state)
            self.listener.info(f"resuming after epoch {run.state.epoch}")
        return run, folder

    def _save(self, run: Run, folder: RunFolder) -> None:
        """Save how far a run has come, and its model."""
        folder.save_progress(run.state, asdict(run.recipe), now=True)
        if run.state.epoch:
            save_model(run.model(self.engine), folder.model_file)

    def _finish(self, results: list[SeedResult]) -> RecipeResult:
        """Count the evaluation of the test set and write the record."""
        tested = self.dataset.test if self.request.test else None
        count = None if tested is None else count_evaluation(tested, self.listener.info)
        result = RecipeResult(
            self.request.recipe,
            self.dataset,
            self.engine.name,
            tuple(results),
            self.folder.path,
            count,
            baselines=self._baselines(results[0]),
        )
        record = first_record(self.request, self.dataset, self.engine)
        self.folder.write_record({**record, "status": "finished", **result.to_dict()})
        self.folder.finish()
        return result

    def _baselines(self, first: SeedResult) -> Baselines | None:
        """Return what a linear model and a constant reach on a table, beside the first seed's network."""
        if self.dataset.table is None:
            return None
        recipe, network = replace(self.request.recipe, seed=first.seed), first.model.network
        dataset = load_dataset(self.request, recipe) if self.request.n_seeds > 1 else self.dataset
        engine = NumpyEngine() if find_launch() else self.engine  # the other processes know the network alone
        return compare_with_baselines(recipe, dataset, network, engine, test=self.request.test)


def open_session(request: TrainRequest, listener: SessionListener = SILENT) -> TrainingSession:
    """Load the data, choose the engine, and create the run folder or reopen the one to resume."""
    request, dataset = prepare(request, listener)
    engine = _choose_engine(request, dataset, listener)
    folder = request.folder or RunFolder.create(request.runs, request.name or request.recipe.name)
    if request.folder is None:
        folder.write_record(first_record(request, dataset, engine))
    else:
        _warn_of_other_bits(folder, engine, listener)
    return TrainingSession(request, dataset, engine, folder, listener, StopRequest())


def prepare(request: TrainRequest, listener: SessionListener) -> tuple[TrainRequest, Dataset]:
    """Return the request, adapted to its data, and the data."""
    for note in request.notes:
        listener.info(note)
    request, dataset = _with_data(request, listener)
    for note in dataset.notes:
        listener.info(note)
    for warning in table_warnings(dataset):
        listener.warn(warning)
    return replace(request, recipe=adapt_to_regression(request.recipe, dataset, request.explicit)), dataset


def run_for_seed(request: TrainRequest, dataset: Dataset, seed: int) -> Run:
    """Return the run of one seed, at its start. dataset : of the request's own seed"""
    recipe = replace(request.recipe, seed=seed)
    if request.n_seeds > 1 and (recipe.data != "mnist" or request.n_train):  # these are drawn or divided by the seed
        dataset = load_dataset(request, recipe)
    return Run.of(recipe, dataset)


def _with_data(request: TrainRequest, listener: SessionListener) -> tuple[TrainRequest, Dataset]:
    """Return the request with its data; the bundled digits where nobody named MNIST and it cannot be had."""
    try:
        with listener.watch_download() as progress:
            return request, load_dataset(request, request.recipe, progress)
    except DatasetNotFoundError as error:
        if request.fallback is None:
            advice = f"{error} The recipe 'digits' needs no download."
            raise DatasetNotFoundError(advice, argument=error.argument) from None
        listener.warn(f"{error} Training on the bundled 8×8 digits instead.")
        request = replace(request, recipe=request.fallback, name=request.fallback.name, fallback=None)
        return request, load_dataset(request, request.recipe)


def load_dataset(request: TrainRequest, recipe: Recipe, progress: Progress | None = None) -> Dataset:
    """Return the data of one seed's recipe, or as many of the training examples as were asked for."""
    dataset = load_data(recipe, request.data_dir, progress=progress)
    if dataset.validation is not None and not len(dataset.validation):
        raise DataError(
            f"{dataset.name} has {len(dataset.train):,} training examples, too few to set aside a sixth of each "
            f"class for validation. Train without a validation set, or add examples."
        )
    return dataset if request.n_train is None else _subsample(dataset, request.n_train, recipe.seed)


def _subsample(dataset: Dataset, n: int, seed: int) -> Dataset:
    """Return the data set with n of its training examples, drawn by the seed."""
    if n > len(dataset.train):
        raise OptionError(
            f"{n:,} training examples were asked for, and {dataset.name} has {len(dataset.train):,}. Ask for fewer."
        )
    return replace(dataset, train=dataset.train.take(permutation(RandomStream(seed, SPLIT), len(dataset.train))[:n]))


def _choose_engine(request: TrainRequest, dataset: Dataset, listener: SessionListener) -> Engine:
    """Return the engine that will train, and tell the listener where it is not the fastest.

    Raises what training would raise at its start, before there is a folder: the run here stops before its first step.
    """
    run = Run.of(request.recipe, dataset)
    parts = run.state.network, run.plan.loss, run.state.optimizer
    n_threads = 1 if request.n_seeds > 1 else None
    launch = find_launch()
    check_engine(launch, request.engine)
    choice = choose_engine(
        request.engine,
        *parts,
        n_threads=n_threads,
        precision=request.precision,
        device=request.device,
        n_shards=request.n_shards,
        launch=launch,
    )
    next(run.epochs(choice.engine, stop=lambda: True), None)
    if choice.fallback_reason is not None:
        listener.info(choice.fallback_reason)
    return choice.engine


def first_record(request: TrainRequest, dataset: Dataset, engine: Engine) -> dict[str, Any]:
    """Return a run's record as far as it is known before the test."""
    return {
        "status": "running",
        "settings": request.settings(),
        "mode": "all training examples" if dataset.validation is None else f"validated: {request.recipe.validation}",
        "data_source": dataset.source,
        **_about_table(dataset),
        "engine": engine.name,
        "environment": environment(),
        "test_evaluations": 0,
    }


def _about_table(dataset: Dataset) -> dict[str, Any]:
    """Return what was done to a table's columns, and its warnings; nothing for other data."""
    if dataset.table is None:
        return {}
    return {"columns": [asdict(one) for one in columns_of(dataset)], "warnings": table_warnings(dataset)}


def columns_of(dataset: Dataset) -> list[ColumnReport]:
    """Return what was done to each column of a table; nothing for other data."""
    if dataset.table is None:
        return []
    return report_columns(dataset.table.columns, dataset.train.preparation, dataset.train.raw, dataset.table.missing)


def _warn_of_other_bits(folder: RunFolder, engine: Engine, listener: SessionListener) -> None:
    """Warn of a different environment: the run resumes, but perhaps not to the same bits."""
    record = folder.read_record()
    before = record.get("environment")
    then = {**(before if isinstance(before, dict) else {}), "engine": record.get("engine")}
    changes = differences(then, {**environment(), "engine": engine.name})
    if changes:
        listener.warn(f"the last bits may differ from an unbroken run: {'; '.join(changes)}.")
