"""Run an experiment: every seed on its own, as many side by side as there are processors."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byhand.engines.available_cpus import available_cpus
from byhand.errors import OptionError
from byhand.experiments import ablation as removed
from byhand.experiments import gaussian_pair as clouds
from byhand.experiments import mnist_trials as digits
from byhand.experiments import out_of_distribution as nonsense
from byhand.experiments import restarts as starts
from byhand.experiments import translation as moved
from byhand.experiments.experiment_data import ExperimentData
from byhand.experiments.result import Result, Values
from byhand.experiments.table import Experiment


@dataclass(frozen=True)
class ExperimentKind:
    """How experiments of a kind are run.

    run_seed : (experiment, material, seed) → what was measured   on_digits : does it read data?
    needs_validation : is something chosen on validation digits?   marks : what is known without training
    """

    run_seed: Callable[[Experiment, Any, int], Values]
    on_digits: bool = True
    needs_validation: bool = False
    marks: Callable[[Experiment], dict[str, float]] = lambda experiment: {}


KINDS = {
    "digits": ExperimentKind(digits.run_seed),
    "starts": ExperimentKind(starts.run_seed, on_digits=False),
    "clouds": ExperimentKind(clouds.run_seed, on_digits=False, marks=clouds.marks),
    "moved": ExperimentKind(moved.run_seed),
    "nonsense": ExperimentKind(nonsense.run_seed, needs_validation=True),
    "removed": ExperimentKind(removed.run_seed, needs_validation=True),
}


def run_experiment(
    experiment: Experiment,
    n_seeds: int,
    *,
    data_dir: Path | None = None,
    on_seed_end: Callable[[int], None] = lambda done: None,
) -> Result:
    """Run an experiment with the seeds 1 … n_seeds; the same seeds give the same result, but for the seconds.

    data_dir : the folder of MNIST or a look-alike   on_seed_end : called with how many seeds are done
    """
    if n_seeds < 1:
        raise OptionError(f"an experiment got {n_seeds} seeds; expected 1 or more.")
    kind, seeds = KINDS[experiment.kind], tuple(range(1, n_seeds + 1))
    settings = [trial.settings for trial in experiment.trials]
    material = ExperimentData.read(data_dir, settings, validation=kind.needs_validation) if kind.on_digits else None
    values = []
    for done, one in enumerate(_side_by_side(lambda seed: kind.run_seed(experiment, material, seed), seeds)):
        values.append(one)
        on_seed_end(done + 1)
    data = material.dataset.name if material else "drawn by the seed"
    return Result(experiment, data, seeds, tuple(values), kind.marks(experiment))


def _side_by_side(work: Callable[[int], Values], seeds: tuple[int, ...]) -> Iterator[Values]:
    """Yield the work's results in the order of the seeds."""
    with ThreadPoolExecutor(available_cpus()) as pool:
        waiting = [pool.submit(work, seed) for seed in seeds]
        try:
            for one in waiting:
                yield one.result()
        finally:
            pool.shutdown(cancel_futures=True)
