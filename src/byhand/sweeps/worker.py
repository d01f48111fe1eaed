"""What a worker runs: a task, until it is done or the sweep is stopped."""

from collections.abc import Callable

from byhand.sweeps.executors import stop_of_worker
from byhand.sweeps.run_task import Task, Values, run_task


def work(task: Task, stop: Callable[[], bool] | None = None) -> Values:
    """Return the line of a task. stop : None: in a worker process, which has its own"""
    return run_task(task, stop_of_worker() if stop is None else stop)
