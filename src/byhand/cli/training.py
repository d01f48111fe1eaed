"""What stands behind `byhand train`: one request, one or many seeds, each trained, saved and tested once."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from byhand.cli.common import Voice
from byhand.cli.downloading import progress_bar
from byhand.cli.interrupt import StopRequest
from byhand.cli.log import EpochLog
from byhand.cli.report import SeedResult, report_text, report_values
from byhand.data.examples import Dataset
from byhand.data.mnist import MnistNotFound
from byhand.engines.base import Engine
from byhand.errors import DataError
from byhand.persistence.model import save_model
from byhand.persistence.provenance import differences, environment
from byhand.recipes import recipe_named
from byhand.recipes.build import suited
from byhand.recipes.outcome import outcome_of
from byhand.recipes.recipe import Recipe
from byhand.recipes.run import Run
from byhand.recipes.sources import load_data
from byhand.summary import n_params, sizes_label
from byhand.training.checkpoint import load_checkpoint, restore_state
from byhand.training.engines import choose_engine
from byhand.training.run_folder import RunFolder

STOPPED = 130  # exit code


@dataclass(frozen=True)
class Request:
    """What was asked for. It stands in the run's record, so that a stopped run can be gone on with.

    may_fall_back : nobody named MNIST, so the bundled digits will do where it cannot be had
    loss_is_given : by a flag; otherwise a table of numbers to predict is trained with squared error
    folder : of the run to go on with, None for a new one
    """

    recipe: Recipe
    data_dir: Path | None = None
    n_seeds: int = 1
    engine: str | None = None
    runs: Path = Path("runs")
    may_fall_back: bool = False
    loss_is_given: bool = False
    folder: RunFolder | None = None

    def settings(self) -> dict[str, Any]:
        """Return what resuming needs, as plain data."""
        return {
            "recipe": asdict(self.recipe),
            "data_dir": self.data_dir and str(self.data_dir),
            "n_seeds": self.n_seeds,
            "engine": self.engine,
        }

    def seeds(self) -> list[int]:
        return [self.recipe.seed + i for i in range(self.n_seeds)]


def resumed(path: Path) -> Request:
    """Return the request of a run folder, to go on with it."""
    folder = RunFolder(path)
    record = folder.read_record()
    if record.get("status") == "finished":
        raise DataError(f"{path} is finished; there is nothing to resume. Its model: {folder.model_file}.")
    try:
        settings = record["settings"]
        given = settings["recipe"]
        recipe = Recipe(**{**given, "hidden": tuple(given["hidden"])})
        data_dir = settings["data_dir"] and Path(settings["data_dir"])
        return Request(recipe, data_dir, int(settings["n_seeds"]), settings["engine"], path.parent, folder=folder)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder.record_file} does not say how to go on: {error!r}. Train anew.") from error


def run_request(request: Request, voice: Voice) -> int:
    """Train every seed, save, test once, report; return the exit code."""
    request, dataset = _with_data(request, voice)
    if not request.loss_is_given:
        request = replace(request, recipe=suited(request.recipe, dataset))
    engine = choose_engine(request.engine)
    folder = request.folder or RunFolder.create(request.runs, request.recipe.name)
    if request.folder is None:
        folder.write_record(_record(request, dataset, engine, status="running"))
    else:
        _warn_of_other_bits(folder, voice)
    results: list[SeedResult] = []
    with StopRequest() as stop:
        for seed in request.seeds():
            recipe = replace(request.recipe, seed=seed)
            seed_folder = folder if request.n_seeds == 1 else folder.inside(f"seed-{seed}")
            if request.n_seeds > 1 and recipe.data not in ("mnist", "digits"):  # toy data are drawn anew for each seed
                dataset = load_data(recipe, request.data_dir)
            result = _one_seed(recipe, dataset, seed_folder, engine, stop, voice, many=request.n_seeds > 1)
            if result is None:
                return _stopped(request, folder, voice)
            results.append(result)
    values = report_values(request.recipe, dataset, engine.name, results, folder.path)
    folder.write_record({**_record(request, dataset, engine, status="finished"), **values, "test_evaluations": 1})
    voice.result(report_text(request.recipe, dataset, engine.name, results, folder.path), values)
    return 0


def _with_data(request: Request, voice: Voice) -> tuple[Request, Dataset]:
    """Return the request with its data; the bundled digits where nobody named MNIST and it cannot be had."""
    try:
        with progress_bar(voice) as progress:
            return request, load_data(request.recipe, request.data_dir, progress=progress)
    except MnistNotFound as error:
        if not request.may_fall_back:
            raise
        voice.warn(f"{error} Training on the bundled 8×8 digits instead.")
        digits = recipe_named("digits")
        return replace(request, recipe=digits, may_fall_back=False), load_data(digits, None)


def _one_seed(
    recipe: Recipe, dataset: Dataset, folder: RunFolder, engine: Engine, stop: StopRequest, voice: Voice, *, many: bool
) -> SeedResult | None:
    """Train, save and test one seed; None when it was stopped, with what it had saved."""
    run = Run.of(recipe, dataset)
    if folder.checkpoint_file.exists():
        restore_state(load_checkpoint(folder.checkpoint_file), run.state)
        voice.say(f"going on after epoch {run.state.epoch}")
    log = EpochLog(voice, recipe.epochs, validates=dataset.validation is not None)
    if not many:
        voice.say(_opening(run, engine))
        log.header()
    for record in run.epochs(engine, stop):
        if not many:
            log.row(record)
        folder.save_progress(run.state, asdict(recipe))
    if stop.asked:
        folder.save_progress(run.state, asdict(recipe), now=True)
        if run.state.epoch:
            save_model(run.model(engine), folder.model_file)
        return None
    save_model(run.model(engine), folder.model_file)
    outcome = outcome_of(recipe, dataset, run.state.network)
    folder.finish(run.state)
    result = SeedResult(recipe.seed, outcome, run.seconds, folder.model_file)
    if many:
        voice.say(result.line())
    return result


def _opening(run: Run, engine: Engine) -> str:
    """Return the line that says what begins."""
    network, train = run.state.network, run.dataset.train
    held_back = "" if run.dataset.validation is None else f", {len(run.dataset.validation):,} held back to validate"
    return (
        f"{run.recipe.name}: {sizes_label(network)}, {n_params(network):,} parameters, "
        f"{len(train):,} examples of {run.dataset.name}{held_back}, engine {engine.name}"
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


def _warn_of_other_bits(folder: RunFolder, voice: Voice) -> None:
    """Say what differs from where the run was begun: it will go on, but perhaps not to the same bits."""
    changes = differences(folder.read_record().get("environment", {}), environment())
    if changes:
        voice.warn(f"the last bits may differ from an unbroken run: {'; '.join(changes)}.")


def _stopped(request: Request, folder: RunFolder, voice: Voice) -> int:
    """Say what was kept and how to go on."""
    folder.write_record({**folder.read_record(), "status": "stopped"})
    voice.warn(f"stopped and saved. Go on with `byhand train --resume {folder.path}`.")
    return STOPPED
