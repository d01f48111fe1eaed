"""Adapters to what others keep runs in.

Never run against MLflow, W&B or Trackio themselves: the tests have a stand-in with their calls.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from byhand.errors import MissingDependencyError
from byhand.loggers.base import scalars
from byhand.training.history import EpochRecord


def _load_mlflow() -> Any:
    import mlflow

    return mlflow


def _load_wandb() -> Any:
    import wandb

    return wandb


def _load_trackio() -> Any:
    import trackio

    return trackio


PACKAGES: dict[str, Callable[[], Any]] = {"mlflow": _load_mlflow, "wandb": _load_wandb, "trackio": _load_trackio}


def load_package(name: str) -> Any:
    """Return the package; MissingDependencyError where it is not installed."""
    try:
        return PACKAGES[name]()
    except ImportError as error:
        raise MissingDependencyError(f"logging to {name} needs it installed: pip install {name}.") from error


class MlflowLogger:
    """A run of an MLflow experiment: parameters, a metric an epoch, the model's file as an artifact."""

    def __init__(self, experiment: str) -> None:
        self._mlflow, self._experiment = load_package("mlflow"), experiment

    def start(self, name: str, settings: dict[str, Any]) -> None:
        """Start a run and log the settings as its parameters."""
        if self._experiment:
            self._mlflow.set_experiment(self._experiment)
        self._mlflow.start_run(run_name=name)
        self._mlflow.log_params(settings)

    def epoch(self, record: EpochRecord) -> None:
        """Log an epoch's metrics; the step is the epoch's number."""
        self._mlflow.log_metrics(scalars(record), step=record.epoch)

    def end(self, summary: dict[str, float], files: list[Path]) -> None:
        """Log the final figures and the files as artifacts, and end the run."""
        self._mlflow.log_metrics({f"final/{name}": value for name, value in summary.items()})
        for file in files:
            self._mlflow.log_artifact(str(file))
        self._mlflow.end_run()


class WandbLogger:
    """A run of a W&B project, or of a Trackio one, which has the same calls."""

    def __init__(self, project: str, package: str = "wandb") -> None:
        self._package, self._project = load_package(package), project

    def start(self, name: str, settings: dict[str, Any]) -> None:
        """Start a run with the settings as its config."""
        self._package.init(project=self._project or "byhand", name=name, config=settings)

    def epoch(self, record: EpochRecord) -> None:
        """Log an epoch's metrics and its number."""
        self._package.log({"epoch": record.epoch, **scalars(record)})

    def end(self, summary: dict[str, float], files: list[Path]) -> None:
        """Log the final figures and finish the run; no file is uploaded."""
        if summary:
            self._package.log({f"final/{name}": value for name, value in summary.items()})
        self._package.finish()
