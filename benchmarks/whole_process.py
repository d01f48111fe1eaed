"""From nothing to a trained, saved and tested network: python benchmarks/whole_process.py [--rounds 9]

`byhand train fast` as a process of its own, beside `python -c "import torch"` (which trains nothing), in turns.
Needs PyTorch and MNIST (BYHAND_DATA or the cache).
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import machine, parser_for, save_record


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "byhand train fast": [sys.executable, "-m", "byhand", "train", "fast", "--json", "--runs", folder],
            "import torch": [sys.executable, "-c", "import torch"],
            "import numpy": [sys.executable, "-c", "import numpy"],
        }
        for command in commands.values():  # warm: files in memory, byte code written
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[1])
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        training: list[float] = []  # the part of it that byhand reports
        for _ in range(options.rounds):
            for name, command in commands.items():
                started = time.perf_counter()
                done = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
                seconds[name].append(time.perf_counter() - started)
                if done.stdout:
                    training.append(json.loads(done.stdout)["train_seconds"]["median"])
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    ratio = medians["byhand train fast"] / medians["import torch"]
    for name, median in medians.items():
        print(f"{name:<20}{median:.2f} s  fastest {min(seconds[name]):.2f}")
    print(f"byhand train fast / import torch: {ratio:.2f}; of it training {statistics.median(training):.2f} s")
    found = {"seconds": seconds, "training_seconds": training, "byhand train fast / import torch": ratio}
    save_record("whole-process", {**machine(), **found}, wanted=options.record)


if __name__ == "__main__":
    main()
