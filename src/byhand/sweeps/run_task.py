"""One run of a sweep as a pure function: plain data in, plain data out, so that any process on any machine can do it.

The results hold no times and nothing of the machine: equal tasks give equal results, wherever they are done.
"""

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from byhand.data.examples import Dataset
from byhand.engines.base import Engine
from byhand.engines.selection import choose_engine
from byhand.errors import ByhandError, SystemResourceError
from byhand.recipes.build import adapt_to_regression
from byhand.recipes.recipe import Recipe, read_recipe
from byhand.recipes.recipe_evaluation import on_validation
from byhand.recipes.request import TrainRequest
from byhand.recipes.run import Run
from byhand.recipes.session import load_dataset

Task = dict[str, Any]
Values = dict[str, Any]
DATA_FIELDS = (
    "data", "examples", "noise", "scaling", "validation", "target", "drop", "task", "header", "decimal", "encoding",
    "missing_values", "missing", "image_size", "image_preprocessing", "seed",
)  # fmt: skip
FINISHED, PRUNED, FAILED, STOPPED = "finished", "pruned", "failed", "stopped"


def make_task(trial: int, fields: Values, request: TrainRequest, medians: Sequence[float] = ()) -> Task:
    """Return the task of one run.

    fields : what this trial varies   request : what is trained, with one seed
    medians : the run ends where its lowest validation loss so far is above the number of that epoch
    """
    return {
        "trial": trial,
        "seed": request.recipe.seed,
        "fields": fields,
        "recipe": asdict(request.recipe),
        "explicit": list(request.explicit),
        "data_dir": request.data_dir and str(request.data_dir),
        "n_train": request.n_train,
        "engine": request.engine,
        "precision": request.precision,
        "medians": list(medians),
    }


def run_task(task: Task, stop: Callable[[], bool] = lambda: False) -> Values:
    """Train one run and return its line of the results; what goes wrong is the line's "error".

    stop : asked before every minibatch; then the status is "stopped"
    """
    line: Values = {"trial": task["trial"], "seed": task["seed"], "fields": task["fields"]}
    try:
        return line | _train(task, stop)
    except ByhandError as error:
        return line | {"status": FAILED, "error": str(error)}
    except Exception as error:  # a run that fails is a line of the results, not the end of the others
        return line | {"status": FAILED, "error": f"{type(error).__name__}: {error}"}


def _train(task: Task, stop: Callable[[], bool]) -> Values:
    """Train to the end, or until it is pruned, and return what the validation examples show."""
    recipe, dataset = prepare_run(task)
    run = Run.of(recipe, dataset)
    for _ in run.epochs(_engine_for(task, run), stop):
        if is_hopeless(run.state.history.val_loss.tolist(), task["medians"]):
            return {"status": PRUNED, **_measure(run)}
    if stop():
        return {"status": STOPPED}
    return {"status": FINISHED, **_measure(run)}


def is_hopeless(losses: Sequence[float], medians: Sequence[float]) -> bool:
    """Is the lowest loss of a run so far above the median of the others at its last epoch?"""
    return 0 < len(losses) <= len(medians) and min(losses) > medians[len(losses) - 1]


def prepare_run(task: Task) -> tuple[Recipe, Dataset]:
    """Return the recipe as it is trained and its data, kept from the last task where they are the same."""
    recipe = read_recipe(task["recipe"])
    key = {name: getattr(recipe, name) for name in DATA_FIELDS}
    if recipe.data == "mnist" and task["n_train"] is None:
        key["seed"] = 0  # MNIST is divided in one way
    dataset = _load(Recipe(name="", title="", expects="", **key), task["data_dir"], task["n_train"])
    return adapt_to_regression(recipe, dataset, task["explicit"]), dataset


@functools.lru_cache(maxsize=2)
def _load(recipe: Recipe, data_dir: str | None, n_train: int | None) -> Dataset:
    folder = Path(data_dir) if data_dir else None
    return load_dataset(TrainRequest(recipe, folder, n_train=n_train), recipe)


def _engine_for(task: Task, run: Run) -> Engine:
    """Return what trains: one thread, for the processors are kept busy by several runs."""
    parts = run.state.network, run.plan.loss, run.state.optimizer
    return choose_engine(task["engine"], *parts, n_threads=1, precision=task["precision"]).engine


def _measure(run: Run) -> Values:
    """Return what the run's last epoch, or the one that early stopping kept, shows."""
    history, best = run.state.history, run.state.best
    found = on_validation(run.recipe, run.dataset, run.network)
    record = history[best.epoch - 1] if best else history[-1] if history else None
    return {
        "epochs": len(history),
        "train_loss": record and record.loss,
        "valid_loss": record and record.val_loss,
        "accuracy": found.accuracy,
        "r_squared": found.r2_score,
        "valid_losses": history.val_loss.tolist(),
    }


def seeds_of(request: TrainRequest) -> list[TrainRequest]:
    """Return the request once for each of its seeds."""
    return [replace(request, recipe=replace(request.recipe, seed=seed), n_seeds=1) for seed in request.seeds()]


def use_one_blas_thread() -> None:
    """Let NumPy's matrix products of processes started from now on have one thread: several runs share the machine."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def check_data(task: Task) -> None:
    """Load a task's data, so that what is wrong with them ends a sweep or a comparison before it begins."""
    try:
        prepare_run(task)
    except MemoryError as error:
        raise SystemResourceError(f"not enough memory for the data: {error}.") from error
