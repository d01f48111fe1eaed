"""Twenty kills of a training in two processes: what is left running, whether it can go on, and how long the end takes.

Run: python benchmarks/kills.py

`torchrun --nproc-per-node 2 -m byhand train digits --engine torch`, gloo on loopback. Rank 0, rank 1 and the launcher
are killed in turns, every fourth time while the processes still look for each other, else in the middle of the
training; then the run is resumed in one process for one more epoch. Needs PyTorch (`pip install 'byhand[torch]'`) and
Linux's /proc.
"""

import importlib.util
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from machine import machine, parser_for, save_record

sys.path += [str(Path(__file__).parents[1] / "tests"), str(Path(__file__).parents[1] / "tests" / "torch_engine")]

from torchrun import SETTINGS, is_running, kill, ranks_below, start, train, wait_for

N_KILLS = 20
VICTIMS = ("rank 0", "rank 1", "the launcher")
CHECKPOINT = Path("digits-1") / "checkpoint.safetensors"


@dataclass(frozen=True)
class Kill:
    """seconds : until both ranks had ended   orphans : of them still running when the launcher was gone

    resumed : whether the checkpoint could be trained on; None where the kill came before the first
    """

    victim: str
    seconds: float
    orphans: int
    resumed: bool | None


def kill_and_resume(folder: Path, number: int) -> Kill:
    """Start a training, kill one of its three processes, and go on from what it saved."""
    process = start(2, "digits", *SETTINGS, "--runs", folder, "--epochs", "100000")
    wait_for(lambda: len(ranks_below(process.pid)) == 2)
    pids = ranks_below(process.pid)
    if number % 4:
        wait_for((folder / CHECKPOINT).exists)
    time.sleep(0.37 * number % 2)
    kill([*pids, process.pid][number % 3])
    seconds = wait_for(lambda: not any(map(is_running, pids)))
    process.communicate()
    orphans = sum(map(is_running, pids))
    resumed = None
    if (folder / CHECKPOINT).exists():
        done = len((folder / "digits-1" / "history.jsonl").read_text(encoding="utf-8").splitlines())
        resumed = train(1, "--resume", folder / "digits-1", "--epochs", str(done + 1))[0] == 0
    return Kill(VICTIMS[number % 3], seconds, orphans, resumed)


def main() -> None:
    options = parser_for(__doc__).parse_args()
    if importlib.util.find_spec("torch") is None:
        raise SystemExit("PyTorch is not installed: pip install 'byhand[torch]'.")
    kills = []
    with tempfile.TemporaryDirectory(prefix="byhand-") as place:
        for number in range(N_KILLS):
            kills.append(kill_and_resume(Path(place) / str(number), number))
            print(number + 1, kills[-1], flush=True)
    save_record("kills", {**machine(), "kills": [asdict(one) for one in kills]}, wanted=options.record)


if __name__ == "__main__":
    main()
