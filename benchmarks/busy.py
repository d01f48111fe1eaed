"""An epoch beside no busy process, beside one, and beside one a processor: python benchmarks/busy.py [--rounds 5]

byhand, byhand with one thread, with all threads whatever happens and, where it is installed, JAX, in turns. It needs
MNIST and some five minutes. Nothing else should run meanwhile.
"""

import multiprocessing
import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from byhand.bench.interleaved import BYHAND_PEER, PEERS, Peer, run_interleaved
from byhand.bench.workload import work_named
from byhand.engines.available_cpus import available_cpus
from machine import machine, own_record, parser_for, save_record

WORK = work_named("sgd")
WANTED = {
    "byhand": PEERS["byhand"],
    "byhand, 1 thread": Peer(BYHAND_PEER, "native", {"n_threads": 1}, is_whole_epoch=True),
    "byhand, all threads": Peer(BYHAND_PEER, "native", {"n_threads": available_cpus()}, is_whole_epoch=True),
    "jax scan": PEERS["jax scan"],
}


def keep_busy() -> None:
    while True:
        pass


@contextmanager
def busy_processes(n: int) -> Iterator[None]:
    """Keep n processes busy within this context."""
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=keep_busy, daemon=True) for _ in range(n)]
    for other in others:
        other.start()
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.join()


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    found = {}
    for name, n in {"quiet": 0, "beside_one": 1, "busy": available_cpus()}.items():
        with busy_processes(n):
            found[name] = run_interleaved(WORK, WANTED, options.rounds, None, print).seconds
    for peer in found["quiet"]:
        quiet, one, busy = (statistics.median(found[name][peer]) for name in found)
        print(f"{peer:<20}{quiet:8.4f} s quiet {one / quiet:6.2f} times beside one, {busy / quiet:6.2f} beside all")
    save_record(own_record("busy"), {**machine(), **found, "busy_processes": available_cpus()}, wanted=options.record)


if __name__ == "__main__":
    main()
