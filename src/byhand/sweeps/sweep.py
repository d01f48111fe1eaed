"""`sweep`: train a recipe with many values of its fields, and find the best by the validation examples.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as runs:
    ...     found = sweep("digits", learning_rate=[1e-6, 0.1], epochs=2, runs=runs, executor="serial")
    >>> found.best.fields
    {'learning_rate': 0.1}

The folder of a sweep holds record.json, what was asked for and what came out, and results.jsonl, a line a run in the
order of the search: the same bytes with any number of workers. Ctrl-C keeps the lines that are done.
"""

import contextlib
import os
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from byhand.arguments import check_flag, check_kind, check_path, check_whole
from byhand.errors import DataError, OptionError
from byhand.files import append_line, atomic_write
from byhand.recipes import find_recipe
from byhand.recipes.command_line import train_command
from byhand.recipes.recipe import Recipe
from byhand.recipes.result import RecipeResult
from byhand.recipes.session import open_session
from byhand.sweeps.executors import MAX_WORKERS, ExecutorFactory, TaskRunner, choose_executor
from byhand.sweeps.results import TrialResult, collect_trials, rank_trials, read_results, to_line
from byhand.sweeps.run_task import DATA_FIELDS, STOPPED, Values, check_data
from byhand.sweeps.search import search_rounds
from byhand.sweeps.settings import SweepSettings, make_settings, read_settings
from byhand.sweeps.space import MAX_RUNS
from byhand.sweeps.worker import work
from byhand.training.run_folder import RunFolder
from byhand.training.signals import StopRequest

AnyPath = str | os.PathLike[str]
OnResult = Callable[[Values], object]
RESULTS, JOURNAL = "results.jsonl", "optuna.journal"


@dataclass(frozen=True, eq=False, repr=False)
class SweepResult:
    """What a sweep found.

    trials : a TrialResult for each combination, in the order of the search   path : the sweep's folder
    tested : the best recipe, trained once more and tested, where that was asked for
    """

    settings: SweepSettings
    trials: tuple[TrialResult, ...]
    path: Path
    tested: RecipeResult | None = None

    @property
    def best(self) -> TrialResult | None:
        """The trial with the best mean on the validation examples; None where every one failed."""
        return next(iter(self.ranking), None)

    @property
    def ranking(self) -> list[TrialResult]:
        """The finished trials, the best first."""
        return rank_trials(self.trials, self.settings.metric)

    @property
    def recipe(self) -> Recipe:
        """The recipe with the best values; DataError where no trial finished."""
        if self.best is None:
            raise DataError(f"no trial of this sweep finished: {self.trials[0].error}")
        return self.settings.request(self.best.fields).recipe

    def train_command(self) -> str:
        """Return the command that trains the best recipe on all training examples and tests it."""
        chosen = {*self.settings.space.fixed, *(self.best.fields if self.best else ())}
        return train_command(self.recipe, {"validation": "none", "patience": "0"}, chosen=chosen)

    def to_dict(self) -> dict[str, Any]:
        """Return everything that was found, as plain data."""
        metric, best = self.settings.metric, self.best
        statuses = [trial.status for trial in self.trials]
        return {
            "recipe": self.settings.recipe.name,
            "search": self.settings.search,
            "metric": metric,
            "seeds": self.settings.n_seeds,
            "trials": len(self.trials),
            "statuses": {status: statuses.count(status) for status in dict.fromkeys(statuses)},
            "best": best and {"trial": best.number, "fields": best.fields, "values": best.values(metric)},
            "results": str(self.path / RESULTS),
            "test": self.tested and self.tested.to_dict(),
        }

    def __repr__(self) -> str:
        best = "none finished" if self.best is None else f"best {self.best.fields}"
        return f"<SweepResult of {len(self.trials)} trials: {best}, {self.path}>"


def sweep(
    recipe: str | Recipe | None = None,
    *,
    search: str = "grid",
    trials: int | None = None,
    seeds: int = 1,
    metric: str = "score",
    prune: bool = False,
    test: bool = False,
    executor: Executor | str | None = None,
    workers: int | None = None,
    resume: AnyPath | None = None,
    data_dir: AnyPath | None = None,
    runs: AnyPath = "runs",
    engine: str | None = None,
    on_result: OnResult | None = None,
    **fields: Any,
) -> SweepResult:
    """Train a recipe with many values of its fields and return all results; see the top of this file.

    recipe : a name or a Recipe   fields : of the recipe; a list, or a range as "0.001:1:12", is varied
    search : "grid", "random" or "optuna"   trials : how many, of the latter two   seeds : of each trial
    metric : "score", accuracy or R², or "loss": what the best is chosen by, on the validation examples
    prune : end runs that are worse than the median   test : train the best once more and test it, once
    executor : "processes", "serial", "dask://HOST:PORT" or any concurrent.futures.Executor   workers : processes
    resume : the folder of a stopped sweep, which keeps its settings   on_result : is called with every new line
    Raises OptionError for what does not go together, DataError for data that cannot be used.
    """
    open_executor = choose_executor(executor, _check_workers(workers))
    if resume is not None:
        if recipe is not None or fields:
            raise OptionError("sweep got resume and a recipe or fields; a resumed sweep keeps its settings.")
        return resume_sweep(check_path("sweep", "resume", resume), open_executor, on_result)
    options = {"search": search, "trials": trials, "seeds": seeds, "metric": metric, "prune": prune, "test": test}
    settings = _new_settings(recipe, fields, data_dir=data_dir, engine=engine, **options)
    return start_sweep(settings, check_path("sweep", "runs", runs), open_executor, on_result)


def _new_settings(
    recipe: Any,
    fields: dict[str, Any],
    *,
    search: Any,
    trials: Any,
    seeds: Any,
    metric: Any,
    prune: Any,
    test: Any,
    data_dir: Any,
    engine: Any,
) -> SweepSettings:
    """Return the settings of a new sweep, every argument checked."""
    return make_settings(
        recipe if isinstance(recipe, Recipe) else find_recipe(check_kind("sweep", "recipe", recipe, str, "a name")),
        fields,
        search=check_kind("sweep", "search", search, str, "a name"),
        n_trials=None if trials is None else check_whole("sweep", "trials", trials, 1, MAX_RUNS),
        n_seeds=check_whole("sweep", "seeds", seeds, 1, MAX_RUNS),
        metric=check_kind("sweep", "metric", metric, str, "a name"),
        prune=check_flag("sweep", "prune", prune),
        test=check_flag("sweep", "test", test),
        data_dir=None if data_dir is None else check_path("sweep", "data_dir", data_dir),
        engine=None if engine is None else check_kind("sweep", "engine", engine, str, "a name"),
    )


def _check_workers(given: Any) -> int | None:
    return None if given is None else check_whole("sweep", "workers", given, 1, MAX_WORKERS)


def start_sweep(
    settings: SweepSettings, runs: Path, open_executor: ExecutorFactory, on_result: OnResult | None = None
) -> SweepResult:
    """Make the folder of a new sweep and run it."""
    if not {dimension.name for dimension in settings.space.dimensions} & set(DATA_FIELDS):
        check_data(settings.tasks(0, {}, [])[0])  # else a run whose data are wrong is a line of the results
    folder = RunFolder.create(runs, f"sweep-{settings.recipe.name}")
    folder.write_record({"kind": "sweep", "status": "running", "settings": settings.to_dict()})
    return _run(settings, folder, [], open_executor, on_result)


def resume_sweep(path: Path, open_executor: ExecutorFactory, on_result: OnResult | None = None) -> SweepResult:
    """Run what a stopped sweep has left to do."""
    folder = RunFolder(path)
    record = folder.read_record()
    if record.get("kind") != "sweep":
        raise DataError(f"{path} is not the folder of a sweep; resume a training by `byhand train --resume {path}`.")
    if record.get("status") == "finished":
        raise DataError(f"the sweep in {path} is finished; its results: {path / RESULTS}.")
    settings = read_settings(record.get("settings"), folder.record_file)
    lines = read_results(path / RESULTS)
    atomic_write(path / RESULTS, "".join(map(to_line, lines)).encode())  # without a line that was cut off
    (path / JOURNAL).unlink(missing_ok=True)  # every line is reported to it again
    return _run(settings, folder, lines, open_executor, on_result)


def _run(
    settings: SweepSettings,
    folder: RunFolder,
    done: list[Values],
    open_executor: ExecutorFactory,
    on_result: OnResult | None,
) -> SweepResult:
    """Run the rounds, choose, and test where that was asked for; KeyboardInterrupt says how to resume."""
    try:
        # SIGTERM is as good as Ctrl-C: no worker is left behind
        with StopRequest() as stop, TaskRunner(work, open_executor, stop) as runner:
            lines = _run_rounds(settings, folder.path, done, runner, on_result)
        result = SweepResult(settings, tuple(collect_trials(lines)), folder.path)
        if settings.test and result.best is not None:
            result = replace(result, tested=_test_best(settings, result, folder.path))
    except KeyboardInterrupt:
        folder.write_record({**folder.read_record(), "status": "stopped"})
        raise KeyboardInterrupt(f"stopped; resume with sweep(resume={str(folder.path)!r})") from None
    folder.write_record({**folder.read_record(), "status": "finished", **result.to_dict()})
    return result


def _run_rounds(
    settings: SweepSettings,
    folder: Path,
    done: list[Values],
    runner: TaskRunner,
    on_result: OnResult | None,
) -> list[Values]:
    """Return all lines: those that are done, and those of the rounds that are left."""
    rounds = search_rounds(
        settings.search, settings.space, settings.count_trials(), settings.tasks, seed=settings.recipe.seed,
        prune=settings.prune, metric=settings.metric, journal=folder / JOURNAL,
    )  # fmt: skip
    lines: list[Values] = []
    with contextlib.suppress(StopIteration):
        tasks = next(rounds)
        while True:
            known = done[len(lines) : len(lines) + len(tasks)]
            _check_same(known, tasks, folder)
            new = []
            for line in runner.run(tasks[len(known) :]):
                if line["status"] == STOPPED:
                    raise KeyboardInterrupt
                append_line(folder / RESULTS, to_line(line))
                new.append(line)
                if on_result is not None:
                    on_result(line)
            lines += [*known, *new]
            tasks = rounds.send([*known, *new])
    return lines


def _check_same(known: list[Values], tasks: list[dict[str, Any]], folder: Path) -> None:
    """Raise DataError unless these lines are the results of these tasks."""
    for line, task in zip(known, tasks, strict=False):
        if (line["trial"], line["seed"]) != (task["trial"], task["seed"]):
            place = f"trial {line['trial']}, seed {line['seed']}"
            raise DataError(f"{folder / RESULTS} holds what is not of this sweep: {place}. Start a new sweep.")


def _test_best(settings: SweepSettings, result: SweepResult, folder: Path) -> RecipeResult:
    """Train the best recipe once more and evaluate it on the test set, which is counted."""
    best = result.best
    request = settings.request({} if best is None else best.fields, test=True)
    return open_session(replace(request, runs=folder, name="best")).run()
