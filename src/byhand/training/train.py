"""Training as an iterator: pausing is not pulling, stopping is `break`, resuming is calling it again with the state."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from byhand.arguments import check_kind
from byhand.data.examples import Examples
from byhand.engines.base import Engine, EpochResult, EpochSpec
from byhand.engines.selection import choose_engine
from byhand.errors import DataError, OptionError
from byhand.training.early_stopping import patience_exceeded, restore_best, update_best
from byhand.training.evaluate import evaluate
from byhand.training.history import EpochRecord
from byhand.training.plan import Plan, check_pair
from byhand.training.state import TrainingState


def train(
    state: TrainingState,
    examples: Examples,
    plan: Plan,
    *,
    validation: Examples | None = None,
    engine: Engine | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[EpochRecord]:
    """Train `state.network` until the plan is done, yielding a record after every epoch.

    Between two records `state` is whole: it can be saved, and another call with it continues to the same bits.
    An epoch that ends otherwise (`stop` said True, the loss diverged, an exception) leaves it as before that epoch.
    validation : measured after each epoch, never trained on   engine : None: the fastest that can train this
    Raises DivergedError when a loss is not finite, OptionError when network and loss do not go together.
    """
    check_kind("train", "state", state, TrainingState, "a TrainingState")
    check_kind("train", "plan", plan, Plan, "a Plan")
    check_pair(state.network, plan.loss)
    _check_examples(plan, examples, validation)
    rates = plan.learning_rates(len(examples))
    engine = engine or choose_engine(None, state.network, plan.loss, state.optimizer).engine
    while state.epoch < plan.epochs and not (plan.patience and patience_exceeded(state, plan.patience)):
        started = time.perf_counter()
        result = _one_epoch(state, plan.spec(examples, state.epoch + 1, rates), plan, engine, stop)
        if result is None:
            return
        record = _record(state, plan, result, validation, started)
        state.epoch = record.epoch
        state.history.append(record)
        if plan.patience:
            update_best(state, record)
        yield record
    if plan.patience:
        restore_best(state)


def _check_examples(plan: Plan, examples: Examples, validation: Examples | None) -> None:
    """Raise DataError or OptionError where there is nothing to train on, or nothing to watch."""
    check_kind("training", "examples", examples, Examples, "Examples, as data.train")
    if not len(examples):
        raise DataError("training got no examples; expected one or more.")
    if validation is not None:
        check_kind("training", "validation", validation, Examples, "Examples, as data.validation")
        if not len(validation):
            raise DataError("training got no validation examples; expected one or more.")
    elif plan.patience is not None:
        raise OptionError(
            "early stopping got no validation examples; expected some to watch, as validation=data.validation.",
            argument="validation",
        )


def _one_epoch(
    state: TrainingState, spec: EpochSpec, plan: Plan, engine: Engine, stop: Callable[[], bool]
) -> EpochResult | None:
    """Train the next epoch whole, or leave the state as it was."""
    before = state.snapshot()
    result = None
    try:
        result = engine.run_epoch(state.network, plan.loss, state.optimizer, replace(spec, stop=stop))
    finally:
        if result is None:
            state.restore(before)
    return result


def _record(
    state: TrainingState, plan: Plan, result: EpochResult, validation: Examples | None, started: float
) -> EpochRecord:
    """Return the row of the epoch that has just been trained."""
    seen = None if validation is None else evaluate(state.network, validation, loss=plan.loss)
    return EpochRecord(
        epoch=state.epoch + 1,
        loss=result.loss,
        accuracy=result.accuracy,
        val_loss=None if seen is None else seen.loss,
        val_accuracy=None if seen is None else seen.accuracy,
        learning_rate=result.learning_rate,
        seconds=time.perf_counter() - started,
    )
