"""The order of a sweep: rounds of trials, each a generator that yields tasks and is sent their lines.

    grid     every combination                  random   n combinations drawn by the seed
    optuna   n combinations that Optuna proposes, ROUND at a time, from what earlier ones gave

A round depends on the lines of earlier rounds alone, never on which worker was faster; so the results are the same
with any number of workers, and a sweep is resumed by sending it the lines that there are.

Pruning: a run ends where its lowest validation loss so far is above the median of those that the finished runs of
earlier rounds had at the same epoch. Source of the rule: Golovin et al. 2017, section 3.2.2.
"""

import statistics
from collections.abc import Callable, Generator, Iterable, Sequence

from byhand.sweeps.run_task import FINISHED, Task, Values
from byhand.sweeps.space import Fields

ROUND = 8  # trials that are pruned, or proposed by Optuna, from the same knowledge
LEAST_FINISHED = 4  # runs before anything is pruned

Rounds = Generator[list[Task], list[Values], None]
Build = Callable[[int, Fields, Sequence[float]], list[Task]]  # number, values, medians → a task for each seed


def fixed_rounds(trials: Sequence[Fields], build: Build, *, prune: bool) -> Rounds:
    """Yield the tasks of trials that are known before: all at once, or in rounds where runs are pruned."""
    size = ROUND if prune else max(len(trials), 1)
    done: list[Values] = []
    for first in range(0, len(trials), size):
        medians = median_losses(done) if prune else []
        numbered = enumerate(trials[first : first + size], start=first)
        done += yield [task for number, fields in numbered for task in build(number, fields, medians)]


def median_losses(lines: Iterable[Values]) -> list[float]:
    """Return, for each epoch, the median of the finished runs' validation losses; empty with too few runs."""
    curves = [line["valid_losses"] for line in lines if line["status"] == FINISHED]
    medians: list[float] = []
    for epoch in range(max(map(len, curves), default=0)):
        losses = [curve[epoch] for curve in curves if epoch < len(curve) and curve[epoch] is not None]
        if len(losses) < LEAST_FINISHED:
            break
        medians.append(statistics.median(losses))
    return medians
