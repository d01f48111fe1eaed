"""The most this machine could do, measured, not read from a data sheet."""

import threading
import time
from dataclasses import dataclass

from byhand.engines import bindings as c

ROUNDS = 20_000_000  # some 0.1 s
REPEATS = 5
LITTLE = 1.2  # times the peak of one thread, up to which the others bring little


@dataclass(frozen=True)
class Peak:
    """float32 operations a second, multiplications and additions alone: of one thread and of n_threads together."""

    one_thread: float
    all_threads: float
    n_threads: int

    @property
    def processors_share(self) -> bool:
        """Whether more threads bring little: virtual processors are often two faces of one core, or have a quota."""
        return self.n_threads > 1 and self.all_threads < LITTLE * self.one_thread

    def __str__(self) -> str:
        with_one = f" with {self.n_threads} threads, {self.one_thread / 1e9:.0f} with one" if self.n_threads > 1 else ""
        shared = ": the processors share one core's arithmetic, so more threads save little time"
        return (
            f"{self.all_threads / 1e9:.0f} GFLOP/s in float32, measured{with_one}"
            f"{shared if self.processors_share else ''}"
        )


def measure_peak(n_threads: int) -> Peak:
    """Measure one thread and all in turns, so that a busy moment spoils neither alone."""
    pairs = [(peak(1, repeats=1), peak(n_threads, repeats=1)) for _ in range(REPEATS)]
    return Peak(max(one for one, _ in pairs), max(together for _, together in pairs), n_threads)


def peak(n_threads: int, kernel: str = "best", repeats: int = REPEATS) -> float:
    """Return float32 operations a second of n_threads threads that do nothing but multiply and add."""
    return max(_once(n_threads, c.KERNELS.index(kernel)) for _ in range(repeats))


def _once(n_threads: int, kernel: int) -> float:
    library, done = c.load(), [0] * n_threads

    def work(i: int) -> None:
        done[i] = library.bh_peak_flops(kernel, ROUNDS)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(n_threads)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) * ROUNDS / (time.perf_counter() - started)
