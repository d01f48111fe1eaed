"""A listener that wraps another one and also logs the session: to TensorBoard and others."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from byhand.engines.base import Engine
from byhand.loggers.base import Logger, SafeLogger
from byhand.loggers.registry import open_logger
from byhand.recipes.datasets import Progress
from byhand.recipes.result import RecipeResult, SeedResult
from byhand.recipes.run import Run
from byhand.recipes.session import SessionListener
from byhand.training.history import EpochRecord


class TrackingListener(SessionListener):
    """Hands everything on to `inner`, and a training's epochs to loggers; see byhand.loggers.

    targets : as "tensorboard:logs"; an unknown one is an error at once, one that fails later is a warning
    Several seeds are logged when each has ended, in their order.
    """

    def __init__(self, inner: SessionListener, targets: Sequence[str]) -> None:
        self._inner, self._targets = inner, targets
        self._loggers = self._open()
        self._is_started = False

    def _open(self) -> list[Logger]:
        return [SafeLogger(open_logger(target), target, self._inner.warn) for target in self._targets]

    def info(self, text: str) -> None:
        self._inner.info(text)

    def warn(self, text: str) -> None:
        self._inner.warn(text)

    def watch_download(self) -> AbstractContextManager[Progress | None]:
        return self._inner.watch_download()

    def on_train_begin(self, run: Run, engine: Engine) -> None:
        self._inner.on_train_begin(run, engine)

    def on_epoch_end(self, run: Run, record: EpochRecord) -> None:
        self._inner.on_epoch_end(run, record)
        if not self._is_started:
            self._start(run.recipe.name, asdict(run.recipe))
            self._log(run.state.history[:-1])  # what a resumed run had trained before
        self._log([record])

    def on_train_end(self, run: Run) -> None:
        self._inner.on_train_end(run)

    def on_seed_end(self, result: SeedResult) -> None:
        self._inner.on_seed_end(result)
        self._loggers = self._open()
        self._start(f"seed-{result.seed}", {"seed": result.seed})
        self._log(result.history)
        self._end(result)

    def on_session_end(self, result: RecipeResult) -> None:
        """Log the final figures of a single seed."""
        if self._is_started and len(result.seeds) == 1:
            self._end(result.seeds[0])

    def _start(self, name: str, settings: dict[str, Any]) -> None:
        self._is_started = True
        for logger in self._loggers:
            logger.start(name, settings)

    def _log(self, records: Iterable[EpochRecord]) -> None:
        for record in records:
            for logger in self._loggers:
                logger.epoch(record)

    def _end(self, result: SeedResult) -> None:
        for logger in self._loggers:
            logger.end(_summary(result), _files(result))
        self._is_started = False


def _summary(result: SeedResult) -> dict[str, float]:
    """Return the figures of a seed's evaluation by name."""
    found = result.evaluation
    if found.accuracy is None:
        return {"r_squared": found.r2_score or 0.0}
    return {f"{found.part}_accuracy": found.accuracy}


def _files(result: SeedResult) -> list[Path]:
    return [result.model_file] if result.model_file.exists() else []
