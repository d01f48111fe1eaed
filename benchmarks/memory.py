"""The most memory that a process takes to train 784-128-10 for an epoch, each peer in its own.

Run: python benchmarks/memory.py

All of it: the interpreter, the library, MNIST as the peer wants it, the training. Needs the peers
(`pip install 'byhand[bench]'`) and MNIST; those that are not there are left out.
"""

import subprocess
import sys

from machine import machine, parser_for, save_record

PEERS = ("byhand", "byhand numpy", "jax scan", "torch", "keras", "scikit-learn")
PROGRAM = """
import resource, sys
from byhand.bench.interleaved import PEERS, prepare_epoch
from byhand.bench.workload import work_named
prepare_epoch(PEERS[sys.argv[1]], work_named("sgd"), None)()
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def peak_of(peer: str) -> float | None:
    """Return a peer's peak in megabytes, or None where it cannot run."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, peer], capture_output=True, text=True, check=False)
    told = [line for line in done.stdout.splitlines() if line.startswith("peak ")]
    return float(told[0].split()[1]) if told and done.returncode == 0 else None


def main() -> None:
    arguments = parser_for(__doc__).parse_args()
    found = {peer: peak for peer in PEERS if (peak := peak_of(peer)) is not None}
    for peer, peak in found.items():
        print(f"{peer:<16}{peak:7.0f} MB  {peak / found['byhand']:.1f} times byhand's")
    save_record("memory", {**machine(), "peak_megabytes": found}, wanted=arguments.record)


if __name__ == "__main__":
    main()
