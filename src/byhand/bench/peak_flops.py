"""The most this machine could do, measured, not read from a data sheet."""

import threading
import time

from byhand.engines import bindings as c

ROUNDS = 20_000_000  # some 0.1 s
REPEATS = 5


def peak(n_threads: int, kernel: str = "best") -> float:
    """Return float32 operations a second of n_threads threads that do nothing but multiply and add."""
    return max(_once(n_threads, c.KERNELS.index(kernel)) for _ in range(REPEATS))


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
