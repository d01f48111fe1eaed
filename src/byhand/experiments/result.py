"""The result of an experiment: a number for every seed, trial and measure; and whether it is what was expected."""

import statistics
from dataclasses import dataclass
from typing import Any

from byhand.experiments.table import Expectation, Experiment

SCHEMA = 1  # of the frame
Values = dict[str, dict[str, float]]  # trial → measure → number, of one seed


@dataclass(frozen=True)
class Finding:
    """An expectation held against the means.

    found : the difference of the means, or the mean, that the expectation is about
    """

    expectation: Expectation
    found: float
    holds: bool


@dataclass(frozen=True)
class Result:
    """seeds : 1, 2, …, in their order   marks : what is known without training, by name"""

    experiment: Experiment
    data: str
    seeds: tuple[int, ...]
    values: tuple[Values, ...]
    marks: dict[str, float]

    def of(self, trial: str, measure: str) -> list[float]:
        """Return a number for every seed."""
        return [values[trial][measure] for values in self.values]

    def mean(self, trial: str, measure: str) -> float:
        """Return the mean over the seeds; of labels, which have none, the most frequent."""
        is_class = any(one.name == measure and one.shown_as == "class" for one in self.experiment.aside)
        return (statistics.mode if is_class else statistics.fmean)(self.of(trial, measure))

    def spread(self, trial: str, measure: str) -> float:
        """Return the standard deviation over the seeds; 0 for a single one."""
        numbers = self.of(trial, measure)
        return statistics.stdev(numbers) if len(numbers) > 1 else 0.0

    def findings(self) -> list[Finding]:
        """Return every expectation with what was found."""
        return [self._find(one) for one in self.experiment.expects]

    @property
    def is_conclusive(self) -> bool:
        """Are there as many seeds as its margins were chosen for? With fewer, chance alone can exceed them."""
        return len(self.seeds) >= self.experiment.seeds

    @property
    def is_as_expected(self) -> bool:
        """Did all come out as expected, over enough seeds to say so?"""
        return self.is_conclusive and all(finding.holds for finding in self.findings())

    @property
    def conclusion(self) -> str:
        """Return "yes", "no", or "not judged" with the number of seeds that it takes."""
        if not self.is_conclusive:
            return f"not judged: {len(self.seeds)} of {self.experiment.seeds} seeds"
        return "yes" if self.is_as_expected else "no"

    def frame(self) -> dict[str, Any]:
        """Return everything as plain data: the frame "experiment" of the page's shared/frames.json."""
        return {
            "schema": SCHEMA,
            "kind": "experiment",
            "experiment": self.experiment.name,
            "data": self.data,
            "seeds": list(self.seeds),
            "runs": [
                {
                    "name": trial.name,
                    "verdict": trial.rating,
                    "measures": {
                        one.name: {"values": self.of(trial.name, one.name), "mean": self.mean(trial.name, one.name)}
                        for one in (*self.experiment.scale, *self.experiment.aside)
                    },
                }
                for trial in self.experiment.trials
            ],
            "marks": [{"name": name, "value": value} for name, value in self.marks.items()],
            "findings": [{"found": one.found, "holds": one.holds} for one in self.findings()],
            "as_expected": self.conclusion,
        }

    def _find(self, one: Expectation) -> Finding:
        mean = self.mean(one.of, one.measure)
        if one.over is not None:
            ahead = mean - self.mean(one.over, one.measure)
            holds = ahead >= one.by if one.by is not None else abs(ahead) <= (one.within or 0.0)
            return Finding(one, ahead, holds)
        least, most = (one.least, one.most)
        return Finding(one, mean, (least is None or mean >= least) and (most is None or mean <= most))
