"""Optuna's proposals by ask and tell: its study, in a journal file that several machines can share.

Only this file knows Optuna; it is asked for ROUND trials at a time and told all of them before the next ones.
"""

import logging
import math
from pathlib import Path
from typing import Any

from byhand.errors import MissingDependencyError
from byhand.sweeps.results import METRICS, TrialResult, collect_trials
from byhand.sweeps.rounds import ROUND, Build, Rounds, median_losses
from byhand.sweeps.run_task import FINISHED, PRUNED, Values
from byhand.sweeps.space import Dimension, Fields, Range, Space

STUDY = "byhand"


def propose_rounds(
    space: Space, n_trials: int, build: Build, *, seed: int, prune: bool, metric: str, journal: Path
) -> Rounds:
    """Yield rounds of tasks as Optuna proposes them; see search_rounds."""
    optuna = load_optuna()
    study = _open_study(optuna, journal, metric)
    distributions = {dimension.name: _distribution(optuna, dimension) for dimension in space.dimensions}
    done: list[Values] = []
    for first in range(0, n_trials, ROUND):
        study.sampler = optuna.samplers.TPESampler(seed=(seed + first) % 2**32, constant_liar=True)
        asked = [study.ask(distributions) for _ in range(min(ROUND, n_trials - first))]
        medians = median_losses(done) if prune else []
        numbered = enumerate((_chosen(space, trial.params) for trial in asked), start=first)
        lines = yield [task for number, fields in numbered for task in build(number, fields, medians)]
        for trial, result in zip(asked, collect_trials(lines), strict=True):
            _tell(optuna, study, trial, result, metric)
        done += lines


def load_optuna() -> Any:
    """Return the package, which speaks only when something is wrong."""
    try:
        import optuna
    except ImportError as error:
        raise MissingDependencyError('a search by Optuna needs it installed: pip install "byhand[sweep]".') from error
    optuna.logging.set_verbosity(logging.WARNING)
    return optuna


def _open_study(optuna: Any, journal: Path, metric: str) -> Any:
    """Return the study in the journal file, made if need be."""
    backend = optuna.storages.journal.JournalFileBackend(str(journal))
    return optuna.create_study(
        storage=optuna.storages.JournalStorage(backend),
        study_name=STUDY,
        direction="maximize" if METRICS[metric] > 0 else "minimize",
        load_if_exists=True,
    )


def _distribution(optuna: Any, dimension: Dimension) -> Any:
    """Return what Optuna draws a field from; of listed values it is given the places in the list."""
    given = dimension.choices
    if not isinstance(given, Range):
        return optuna.distributions.CategoricalDistribution(list(range(len(given))))
    if given.whole:
        return optuna.distributions.IntDistribution(math.ceil(given.low), math.floor(given.high), log=given.log)
    return optuna.distributions.FloatDistribution(given.low, given.high, log=given.log)


def _chosen(space: Space, params: dict[str, Any]) -> Fields:
    """Return the values that Optuna's parameters stand for."""
    return {
        dimension.name: params[dimension.name]
        if isinstance(dimension.choices, Range)
        else dimension.choices[params[dimension.name]]
        for dimension in space.dimensions
    }


def _tell(optuna: Any, study: Any, trial: Any, result: TrialResult, metric: str) -> None:
    """Report a trial's validation losses by epoch (of its first seed), and how it ended."""
    states = optuna.trial.TrialState
    for epoch, loss in enumerate(result.runs[0].get("valid_losses", []), start=1):
        if loss is not None:
            trial.report(loss, epoch)
    value = result.mean(metric) if result.status == FINISHED else None
    if value is not None:
        study.tell(trial, value)
    else:
        study.tell(trial, state=states.PRUNED if result.status == PRUNED else states.FAIL)
