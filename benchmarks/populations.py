"""Twenty seeds of `fast` on one processor and on all: python benchmarks/populations.py [--seeds 20]

Each seed trains in one thread; as many at a time as there are processors. Printed and recorded: seconds of both ways in
turns, their ratio, and whether the networks are the same to the last bit. Needs MNIST; some two minutes.
"""

import hashlib
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from byhand.data.examples import Dataset
from byhand.engines.available_cpus import available_cpus
from byhand.engines.native import NativeEngine
from byhand.recipes import RECIPES
from byhand.recipes.datasets import load_data
from byhand.recipes.run import Run
from machine import machine, parser_for, save_record

ROUNDS = 3


def trained(seed: int, dataset: Dataset) -> str:
    """Train one network in one thread; return a digest of its parameters."""
    run = Run.of(replace(RECIPES["fast"], seed=seed), dataset)
    for _ in run.epochs(NativeEngine(n_threads=1)):
        pass
    return hashlib.sha256(b"".join(array.tobytes() for array in run.network.params.values())).hexdigest()


def population(workers: int, seeds: int, dataset: Dataset) -> tuple[float, list[str]]:
    """Train so many seeds, `workers` at a time; return the seconds and the digests."""
    started = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        digests = list(pool.map(lambda seed: trained(seed, dataset), range(seeds)))
    return time.perf_counter() - started, digests


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    dataset, cpus = load_data(RECIPES["fast"], None), available_cpus()
    seconds: dict[int, list[float]] = {1: [], cpus: []}
    digests: dict[int, list[str]] = {}
    for _ in range(ROUNDS):
        for workers in seconds:
            took, digests[workers] = population(workers, options.seeds, dataset)
            seconds[workers].append(took)
    gain = statistics.median(one / every for one, every in zip(seconds[1], seconds[cpus], strict=True))
    print(
        f"{options.seeds} seeds of fast: {statistics.median(seconds[1]):.2f} s on one processor, {gain:.2f} times the"
    )
    print(f"throughput on {cpus}; the networks are {'' if digests[1] == digests[cpus] else 'NOT '}the same")
    found = {"seeds": options.seeds, "seconds": seconds, "gain": gain, "same_bits": digests[1] == digests[cpus]}
    save_record("populations", {**machine(), **found}, wanted=options.record)


if __name__ == "__main__":
    main()
