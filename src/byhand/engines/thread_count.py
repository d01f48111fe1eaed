"""How many threads train while other programs use the processors as well.

A team's threads wait for one another several times a step. Where another program takes turns with one of them on its
processor, all the others stand still for these turns: beside one busy program, two threads on two processors take
longer than one thread alone. So the engine watches how much processor time its threads get. Where that is little, it
tries fewer of them and keeps the number that is faster; later it tries all again. No bit of a result depends on it.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MIN_USE = 0.75  # of the time of all threads; with less, some stood still. A short wait is spinning, and counts
MIN_GAIN = 1.05  # of a number of threads over another, to change to it
MIN_SECONDS = 0.05  # a measurement takes: ten turns of a scheduler that gives each program some milliseconds
FIRST_PAUSE, LONGEST_PAUSE = 8, 64  # measurements before numbers are tried again; each time in vain twice as many


@dataclass(frozen=True)
class _Measurement:
    """work : in any unit   processor_seconds : that all threads together got"""

    work: float = 0.0
    seconds: float = 0.0
    processor_seconds: float = 0.0

    def __add__(self, other: "_Measurement") -> "_Measurement":
        return _Measurement(
            self.work + other.work,
            self.seconds + other.seconds,
            self.processor_seconds + other.processor_seconds,
        )

    @property
    def speed(self) -> float:
        """Work a second."""
        return self.work / self.seconds

    def stood_still(self, n_threads: int) -> bool:
        """Did some threads get too little of a processor? One alone is waited for by nobody."""
        return n_threads > 1 and self.processor_seconds < MIN_USE * self.seconds * n_threads


class ThreadCount:
    """The number of threads that trains fastest, found while training.

    most : threads that may train, and do so on a quiet machine   n : threads to train with next
    observed, reduced : epochs so far, and those with fewer threads than `most`
    """

    def __init__(self, most: int) -> None:
        """Begin with all threads."""
        self.most = self.n = most
        self.observed = self.reduced = 0
        self._measured = _Measurement()
        self._kept: tuple[int, float] | None = None  # during a trial: the number before it, and its speed
        self._pause, self._next_pause = 0, FIRST_PAUSE
        self._lock = threading.Lock()  # an engine may train in several threads of Python

    @contextmanager
    def observed_epoch(self, work: float) -> Iterator[None]:
        """Measure what happens within this context, an epoch on n threads; work : see observe."""
        began, processor_began = time.perf_counter(), time.process_time()
        yield
        with self._lock:
            self.observe(work, time.perf_counter() - began, time.process_time() - processor_began)

    def observe(self, work: float, seconds: float, processor_seconds: float) -> None:
        """Note how long n threads took for an epoch's work, and decide on n.

        work : in a unit that stays the same   processor_seconds : that all threads together got meanwhile
        """
        self.observed += 1
        self.reduced += self.n < self.most
        self._measured += _Measurement(work, seconds, processor_seconds)
        if self._measured.seconds < MIN_SECONDS:
            return
        measured, self._measured = self._measured, _Measurement()
        if self._kept:
            self._end_trial(*self._kept, measured)
        elif self._pause:
            self._pause -= 1
        elif measured.stood_still(self.n):
            self._try(self.n - 1, self.n, measured.speed)
        elif self.n < self.most:
            self._try(self.most, self.n, measured.speed)

    def _try(self, n: int, n_before: int, speed_before: float) -> None:
        self._kept, self.n = (n_before, speed_before), n

    def _end_trial(self, n_before: int, speed_before: float, measured: _Measurement) -> None:
        """Keep the number if it was faster; else try twice as many fewer, down to half, or go back for a while."""
        fewer = n_before - self.n
        self._kept = None
        if measured.speed > MIN_GAIN * speed_before:
            self._pause, self._next_pause = 0 if measured.stood_still(self.n) else FIRST_PAUSE, FIRST_PAUSE
        elif 0 < 2 * fewer <= n_before // 2:
            self._try(n_before - 2 * fewer, n_before, speed_before)
        else:
            self.n = n_before
            self._pause, self._next_pause = self._next_pause, min(2 * self._next_pause, LONGEST_PAUSE)
