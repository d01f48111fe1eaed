"""What a user waits for before anything happens, in whole processes: python benchmarks/startup.py [--rounds 9]

import numpy · import byhand · byhand with the names training needs · byhand --help · byhand train on MNIST from start
to tested model. Median of the rounds, in turns.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import byhand
from machine import machine, parser_for, save_record

COMMANDS = {
    "python": ["-c", "pass"],
    "import numpy": ["-c", "import numpy"],
    "import byhand": ["-c", "import byhand"],
    "from byhand import Network, fit": ["-c", "from byhand import Network, fit, SoftmaxCrossEntropy, SGD"],
    "byhand --help": ["-m", "byhand", "--help"],
    "byhand train": ["-m", "byhand", "train", "vanilla", "--quiet", "--runs"],
}


def seconds(name: str, command: list[str]) -> float:
    """Return how long a whole process took."""
    folder = tempfile.mkdtemp()
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, *command, *([folder] if name == "byhand train" else [])], check=True, capture_output=True
    )
    taken = time.perf_counter() - started
    shutil.rmtree(folder)
    return taken


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    rounds = arguments.rounds
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(rounds + 1):
        for name, command in COMMANDS.items():
            taken = seconds(name, command)
            if turn:
                found[name].append(taken)
    medians = {name: statistics.median(values) for name, values in found.items()}
    for name, median in medians.items():
        print(f"{name:<34}{median:.3f} s  ({min(found[name]):.3f} – {max(found[name]):.3f})")
    package = Path(byhand.__file__).parent
    size = sum(file.stat().st_size for file in package.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    print(f"the package itself: {size / 1e6:.2f} MB")
    save_record(
        "startup",
        {
            "what": "seconds of whole processes",
            **machine(),
            "medians": medians,
            "seconds": found,
            "package_bytes": size,
        },
        wanted=arguments.record,
    )


if __name__ == "__main__":
    main()
