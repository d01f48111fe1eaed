"""Who runs the tasks: anything with the interface of concurrent.futures.Executor.

    processes, processes:4   a pool of processes on this machine, one run each (the default: one a processor)
    serial                   this process, one run after the other
    dask://HOST:PORT         a cluster, through Dask's own executor; needs `pip install "byhand[dask]"`

Results come in the order of the tasks, whoever is first: the same lines with any number of workers.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from typing import Any

from byhand.arguments import check_kind
from byhand.engines.available_cpus import available_cpus
from byhand.errors import MissingDependencyError, OptionError, SystemResourceError
from byhand.sweeps.run_task import FAILED, Task, Values, use_one_blas_thread

PROCESSES, SERIAL, DASK = "processes", "serial", "dask://"
MAX_WORKERS = 1024
Work = Callable[..., Values]  # (task, stop) → line
_stop: Any = None  # of a worker process: is set when the sweep is stopped


class SerialExecutor(Executor):
    """Runs each task in this process, when it is handed in."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class TaskRunner:
    """A context in which tasks are run; its executor stays open from one round to the next.

    A pool whose process died is opened once more for what it had not done; what breaks that one too is a failed line.
    """

    def __init__(self, work: Work, open_executor: "ExecutorFactory", stop: Callable[[], bool]) -> None:
        self._work, self._open_executor, self._stop = work, open_executor, stop
        self._executor: Executor | None = None
        self._closing = ExitStack()

    def __enter__(self) -> "TaskRunner":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def run(self, tasks: Sequence[Task]) -> Iterator[Values]:
        """Yield a line for each task, in their order."""
        done = 0
        for attempt in (1, 2):
            try:
                for line in self._run_once(tasks[done:]):
                    yield line
                    done += 1
                return
            except BrokenProcessPool:
                self._close()
                if attempt == 2:
                    yield from map(_lost, tasks[done:])

    def _run_once(self, tasks: Sequence[Task]) -> Iterator[Values]:
        if self._executor is None:
            self._executor = self._closing.enter_context(self._open_executor())
        if isinstance(self._executor, SerialExecutor):
            yield from (self._executor.submit(self._work, task, self._stop).result() for task in tasks)
            return
        waiting = [self._executor.submit(self._work, task) for task in tasks]
        try:
            for future in waiting:
                yield future.result()
                if self._stop():  # by a signal whose exception came where Python drops it
                    raise KeyboardInterrupt
        finally:
            for future in waiting:
                future.cancel()

    def _close(self) -> None:
        self._executor = None
        self._closing.close()


def _lost(task: Task) -> Values:
    """Return the line of a run whose process died twice."""
    return {
        "trial": task["trial"],
        "seed": task["seed"],
        "fields": task["fields"],
        "status": FAILED,
        "error": "the process that trained this run, or one beside it, was killed, perhaps for want of memory",
    }


ExecutorFactory = Callable[[], Any]  # → a context that gives the Executor


def choose_executor(given: Executor | str | None, workers: int | None) -> ExecutorFactory:
    """Return what opens the executor that was named; raise OptionError for one that there is none of.

    An Executor object is used as it is, and stays open.
    """
    if isinstance(given, Executor):
        return lambda: _keep_open(given)
    if given is not None:
        check_kind("the runs", "executor", given, str, "a name or an Executor")
    name, _, number = (PROCESSES if given is None else given).partition(":")
    if name == SERIAL and not number:
        return lambda: _keep_open(SerialExecutor())
    if given is not None and given.startswith(DASK):
        return lambda: _dask(given)
    if name != PROCESSES or (number and not number.isdecimal()):
        raise OptionError(f"unknown executor {given!r}. Known: processes, processes:4, serial, dask://HOST:PORT.")
    n_workers = int(number) if number else workers or available_cpus()
    if not 1 <= n_workers <= MAX_WORKERS:
        raise OptionError(f"the sweep got {n_workers:,} workers; expected 1 … {MAX_WORKERS:,}.")
    return lambda: _process_pool(n_workers)


@contextmanager
def _keep_open(executor: Executor) -> Iterator[Executor]:
    yield executor


@contextmanager
def _process_pool(n_workers: int) -> Iterator[Executor]:
    """Open a pool whose processes start afresh (spawn), the same on every system, and end when the sweep does."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with _one_blas_thread():
        pool = ProcessPoolExecutor(n_workers, mp_context=context, initializer=_start_worker, initargs=(stop,))
        try:
            yield pool
        finally:
            stop.set()  # a run that is still going on leaves its epoch
            pool.shutdown(cancel_futures=True)


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    before = dict(os.environ)
    use_one_blas_thread()
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]


def _start_worker(stop: Any) -> None:
    """Prepare a worker process: Ctrl-C is for the process that started it, which says so by `stop`."""
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def stop_of_worker() -> Callable[[], bool]:
    """Return what a worker process asks whether the sweep was stopped."""
    return (lambda: False) if _stop is None else _stop.is_set


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    """Connect to a Dask cluster."""
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingDependencyError(
            f'{address} needs Dask, which is not installed: pip install "byhand[dask]".'
        ) from error
    try:
        client = Client(address.replace(DASK, "tcp://", 1))
    except (OSError, ValueError) as error:
        raise SystemResourceError(f"no Dask scheduler answers at {address}: {error}.") from error
    with client:
        yield client.get_executor()
