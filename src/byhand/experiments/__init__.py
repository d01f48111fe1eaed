"""Experiments: every warning of the textbooks as runs side by side, over several seeds, with what would hide it."""

from byhand.experiments.result import Result
from byhand.experiments.runner import run_experiment
from byhand.experiments.table import Experiment, experiment_named, experiments

__all__ = ["Experiment", "Result", "experiment_named", "experiments", "run_experiment"]
