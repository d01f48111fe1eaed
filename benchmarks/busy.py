"""An epoch on a quiet machine and beside one busy process a processor: python benchmarks/busy.py [--rounds 5]

byhand, byhand with one thread and, where it is installed, JAX: the same turns without and with the others. Needs MNIST;
some three minutes. Nothing else should run meanwhile.
"""

import multiprocessing
import statistics

from byhand.bench.interleaved import BYHAND_PEER, PEERS, Peer, run_interleaved
from byhand.bench.workload import work_named
from byhand.engines.available_cpus import available_cpus
from machine import machine, own_record, parser_for, save_record

WANTED = {
    "byhand": PEERS["byhand"],
    "byhand, 1 thread": Peer(BYHAND_PEER, "native", {"n_threads": 1}, is_whole_epoch=True),
    "jax scan": PEERS["jax scan"],
}


def keep_busy() -> None:
    while True:
        pass


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    work = work_named("sgd")
    quiet = run_interleaved(work, WANTED, options.rounds, None, print)
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=keep_busy, daemon=True) for _ in range(available_cpus())]
    for other in others:
        other.start()
    try:
        busy = run_interleaved(work, WANTED, options.rounds, None, print)
    finally:
        for other in others:
            other.kill()
            other.join()
    for name, times in busy.seconds.items():
        before, after = statistics.median(quiet.seconds[name]), statistics.median(times)
        print(f"{name:<20}{before:8.4f} s quiet {after:8.4f} s busy {after / before:6.2f} times")
    found = {"quiet": quiet.seconds, "busy": busy.seconds, "busy_processes": len(others)}
    save_record(own_record("busy"), {**machine(), **found}, wanted=options.record)


if __name__ == "__main__":
    main()
