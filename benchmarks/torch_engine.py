"""The engine `torch` on the CPU beside PyTorch itself and the C core: python benchmarks/torch_engine.py [--rounds 9]

The same epochs as `byhand bench`: `torch` is its peer, PyTorch's own layers, autograd and optimizers, written as fast
as they allow. Needs PyTorch (`pip install 'byhand[torch]'`) and MNIST (BYHAND_DATA or the cache). Some three minutes on
two cores; nothing else should run meanwhile.
"""

from importlib.metadata import version

from byhand.bench.interleaved import BYHAND_PEER, PEERS, Peer, run_interleaved
from byhand.bench.workload import work_named
from machine import machine, parser_for, save_record

ENGINE = "byhand, engine torch"
TIMED = {ENGINE: Peer(BYHAND_PEER, "torch_engine"), "torch": PEERS["torch"], "byhand": PEERS["byhand"]}
WORK_NAMES = ("sgd", "adam", "batch 4096", "wide")


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    works = {}
    for name in WORK_NAMES:
        timed = run_interleaved(work_named(name), TIMED, options.rounds, None, print, baseline=ENGINE)
        ratios, quartiles = timed.ratios(), timed.quartiles()
        works[name] = {
            peer: {"seconds": timed.medians()[peer], "ratio": ratios[peer][0], "quartiles": quartiles[peer]}
            for peer in ratios
        }
        print(f"{name}: PyTorch takes {ratios['torch'][0]:.2f} times as long as the engine torch")
    record = {**machine(), "torch": version("torch"), "rounds": options.rounds, "works": works}
    save_record("torch-engine", record, wanted=options.record)


if __name__ == "__main__":
    main()
