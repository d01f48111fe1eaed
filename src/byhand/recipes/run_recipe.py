"""`run_recipe`: all that `byhand train` does, from Python.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as runs:
    ...     result = run_recipe("xor", epochs=400, runs=runs)
    >>> result.evaluation.accuracy, len(result.history)
    (1.0, 400)

Equal settings give the same files as the command, bit for bit. Nothing is printed: what is to be known is in the
result's `notes`. Ctrl-C saves and ends with KeyboardInterrupt, which says how to resume; where `on_epoch` raises
something, that is saved too, and the exception reaches the caller.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from byhand.arguments import check_flag, check_items, check_kind, check_path, check_whole, format_value
from byhand.engines.bindings import FLOAT32
from byhand.errors import OptionError
from byhand.recipes.needs import check_needs
from byhand.recipes.recipe import Recipe, check_fields
from byhand.recipes.request import TrainRequest, load_request, make_request
from byhand.recipes.result import RecipeResult
from byhand.recipes.run import Run
from byhand.recipes.session import SessionListener, open_session
from byhand.recipes.tracking import TrackingListener
from byhand.training.history import EpochRecord

AnyPath = str | os.PathLike[str]
OnEpoch = Callable[[EpochRecord], object]
MAX_SEEDS = 1_000_000


def run_recipe(
    recipe: str | Recipe | None = None,
    *,
    seeds: int = 1,
    validate: bool = False,
    test: bool = False,
    resume: AnyPath | None = None,
    data_dir: AnyPath | None = None,
    runs: AnyPath = "runs",
    engine: str | None = None,
    precision: str = FLOAT32,
    on_epoch: OnEpoch | None = None,
    log_to: str | Sequence[str] = (),
    **fields: Any,
) -> RecipeResult:
    """Train a recipe, save it in a run folder, evaluate it once, and return what came out; see the top of this file.

    recipe : a name or a Recipe; None: "vanilla", or "table" and "images" for such data
    seeds : the number of consecutive seeds   validate, test : hold out a validation set; test all the same
    resume : the folder of a stopped run, which keeps its settings; only `epochs` may be changed
    data_dir : folder of MNIST or a look-alike   runs : where run folders lie
    engine : "native" or "numpy"; None: the fastest that can   precision : "float32" or "bf16"
    on_epoch : is called with every EpochRecord; for one seed
    log_to : "tensorboard:DIR" or others, one or a list; see byhand.loggers
    fields : any field of the recipe, as epochs=10, learning_rate=0.05, data="my.csv"
    Raises OptionError for what does not go together, DataError for data that cannot be used.
    """
    settings = {"seeds": seeds, "validate": validate, "test": test, "data_dir": data_dir, "engine": engine}
    if resume is None:
        request = _new_request(recipe, fields, runs=runs, precision=precision, **settings)
    else:
        given = {"recipe": recipe, **settings, "seeds": seeds != 1, "precision": precision != FLOAT32, **fields}
        request = _resume_request(resume, given)
    return _run(request, on_epoch, _check_targets(log_to))


def _check_targets(log_to: Any) -> list[str]:
    """Return the names of the loggers."""
    expected = "names of loggers, as tensorboard:logs"
    targets = [log_to] if isinstance(log_to, str) else check_items("run_recipe", "log_to", log_to, expected)
    return [check_kind("run_recipe", "log_to", target, str, expected) for target in targets]


def _new_request(
    recipe: Any,
    fields: dict[str, Any],
    *,
    seeds: Any,
    engine: Any,
    data_dir: Any,
    runs: Any,
    validate: Any,
    test: Any,
    **others: Any,
) -> TrainRequest:
    """Return the request for a new run, every argument checked."""
    who = "run_recipe"
    request = make_request(
        recipe if isinstance(recipe, Recipe | None) else check_kind(who, "recipe", recipe, str, "a name"),
        check_fields(who, fields),
        validate=check_flag(who, "validate", validate),
        test=check_flag(who, "test", test),
        data_dir=None if data_dir is None else check_path(who, "data_dir", data_dir),
        n_seeds=check_whole(who, "seeds", seeds, 1, MAX_SEEDS),
        engine=None if engine is None else check_kind(who, "engine", engine, str, "a name"),
        runs=check_path(who, "runs", runs),
        **others,
    )
    check_needs(who, request.recipe, request.explicit)
    return request


def _resume_request(path: Any, given: dict[str, Any]) -> TrainRequest:
    """Return the request of a stopped run; raise OptionError for settings that it would ignore."""
    epochs = given.pop("epochs", None)
    ignored = [name for name, value in given.items() if value not in (None, False)]
    if ignored:
        raise OptionError(
            f"run_recipe got resume and {', '.join(ignored)}; a resumed run keeps its settings, only epochs may be "
            f"changed. Leave it out, or start a new run."
        )
    folder = check_path("run_recipe", "resume", path)
    return load_request(folder, None if epochs is None else check_whole("run_recipe", "epochs", epochs, 0))


def _run(request: TrainRequest, on_epoch: OnEpoch | None, log_to: Sequence[str]) -> RecipeResult:
    """Run a session and return its result, or what Ctrl-C leaves to say."""
    if on_epoch is not None and (request.n_seeds > 1 or not callable(on_epoch)):
        raise OptionError(f"run_recipe got on_epoch {format_value(on_epoch)}; expected a function, and one seed.")
    listener = _Listener(on_epoch)
    tracking = TrackingListener(listener, log_to)
    session = open_session(request, tracking)
    try:
        result = session.run()
        tracking.on_session_end(result)
        return replace(result, notes=tuple(listener.notes))
    except KeyboardInterrupt:
        again = f"run_recipe(resume={str(session.folder.path)!r})"
        raise KeyboardInterrupt(f"stopped and saved; resume with {again}") from None


class _Listener(SessionListener):
    """Collects the notes, and hands on the epochs."""

    def __init__(self, on_epoch: OnEpoch | None) -> None:
        self.notes: list[str] = []
        self._on_epoch = on_epoch

    def info(self, text: str) -> None:
        self.notes.append(text)

    def warn(self, text: str) -> None:
        self.notes.append(text)

    def on_epoch_end(self, run: Run, record: EpochRecord) -> None:
        if self._on_epoch is not None:
            self._on_epoch(record)
