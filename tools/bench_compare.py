"""Time an epoch of this working copy beside one of another commit, in turns: python tools/bench_compare.py main~1

Both compile their own C core and train the same network on the same digits through the same public functions. A round
is one turn each, in changing order, so that a machine that grows busy slows both. Printed: median seconds, and median
and range of new / old over the rounds; below 1 the working copy is faster. `clean` means that the range excludes 1.
"""

import argparse
import io
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SIZES = ("784-128-10", "784-800-10", "64-32-10")  # the first two need MNIST
TRAINER = """
import sys, time, byhand as bh
sizes = [int(n) for n in sys.argv[1].split("-")]
data = bh.data.digits() if sizes[0] == 64 else bh.data.mnist()
network, loss = bh.Network.mlp(sizes, seed=1), bh.SoftmaxCrossEntropy()
for _ in sys.stdin:
    started, epochs = time.perf_counter(), 0
    while epochs == 0 or time.perf_counter() - started < 0.2:
        bh.fit(network, data.train, loss=loss, optimizer=bh.SGD(), learning_rate=0.01, epochs=1, batch_size=128)
        epochs += 1
    print((time.perf_counter() - started) / epochs, flush=True)
"""


def checkout(commit: str, folder: Path) -> Path:
    """Put a commit's files into a folder and compile its core there; return where its package is."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    compile_core(folder)
    return folder / "src"


def compile_core(folder: Path) -> None:
    """Compile the C core of a checkout, whichever of the two names its build script has."""
    script = next(path for name in ("build.py", "compile_core.py") if (path := folder / "core" / name).exists())
    library = folder / "src" / "byhand" / "engines" / "libbyhand.so"
    subprocess.run([sys.executable, str(script), str(library)], check=True)


def start(source: Path, sizes: str) -> "subprocess.Popen[str]":
    """Start a process that trains an epoch whenever it is sent a line."""
    environment = {**os.environ, "PYTHONPATH": str(source)}
    command = [sys.executable, "-c", TRAINER, sizes]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True, bufsize=1)


def time_turn(trainer: "subprocess.Popen[str]") -> float:
    """Return the seconds of one epoch."""
    print(file=trainer.stdin)
    return float(next(iter(trainer.stdout or ())))


def compare(new: Path, old: Path, sizes: str, rounds: int) -> str:
    """Return the line of one network."""
    trainers = {"new": start(new, sizes), "old": start(old, sizes)}
    for trainer in trainers.values():
        time_turn(trainer)  # not counted: loads the data
    seconds: dict[str, list[float]] = {"new": [], "old": []}
    for number in range(rounds):
        for name in sorted(trainers, reverse=number % 2 == 1):
            seconds[name].append(time_turn(trainers[name]))
    for trainer in trainers.values():
        trainer.communicate()
    ratios = [new_s / old_s for new_s, old_s in zip(seconds["new"], seconds["old"], strict=True)]
    clean = "clean" if max(ratios) < 1 or min(ratios) > 1 else "no clear difference"
    medians = [statistics.median(seconds[name]) for name in ("new", "old")]
    return (
        f"{sizes:12} new {medians[0]:.4f} s, old {medians[1]:.4f} s, new / old {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f} – {max(ratios):.2f}), {clean}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", nargs="?", default="HEAD~1", help="the older version; default: HEAD~1")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    compile_core(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        old = checkout(options.commit, Path(folder))
        for sizes in SIZES:
            print(compare(ROOT / "src", old, sizes, options.rounds), flush=True)


if __name__ == "__main__":
    main()
