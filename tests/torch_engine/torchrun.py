"""Starting `torchrun -m byhand train …` on loopback, and watching the processes that it starts."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from waiting import HANG

SETTINGS = ("--data", "digits", "--optimizer", "adam", "--learning-rate", "0.01", "--batch-norm", "--dropout", "0.2",
            "--schedule", "constant", "--warm-up", "0")  # fmt: skip


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def command(n_processes: int, *args: str | Path, port: int | None = None) -> list[str]:
    """Return the command line that trains in several processes, or in this many without a launcher: one."""
    engine = [] if "--resume" in args else ["--engine", "torch"]
    own = ["-m", "byhand", "train", *map(str, args), *engine]
    if n_processes == 1:
        return [sys.executable, *own]
    launcher = ["-m", "torch.distributed.run", f"--nproc-per-node={n_processes}"]
    return [sys.executable, *launcher, f"--master-port={port or free_port()}", *own]


def start(n_processes: int, *args: str | Path, port: int | None = None, **environment: str) -> subprocess.Popen[str]:
    """Start a training in a session of its own."""
    return subprocess.Popen(
        command(n_processes, *args, port=port),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", **environment},
    )


def train(n_processes: int, *args: str | Path) -> tuple[int, str]:
    """Train to the end; return the exit code and what was written to stderr."""
    process = start(n_processes, *args)
    _, err = process.communicate(timeout=HANG)
    return process.returncode, err


def ranks_below(launcher: int) -> list[int]:
    """Return the process ids of the ranks, in their order: the children of torchrun that have a rank."""
    ranks: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                variables = (folder / "environ").read_text().split("\0")
                values = dict(pair.split("=", 1) for pair in variables if "=" in pair)
            except (OSError, ValueError):
                continue
            if parent == launcher and "RANK" in values:
                ranks[int(values["RANK"])] = int(folder.name)
    return [ranks[rank] for rank in sorted(ranks)]


def is_running(pid: int) -> bool:
    """Is there such a process, and is it more than a name in a table?"""
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(condition, seconds: float = HANG) -> float:
    """Wait until condition() holds; return how long that took."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, "it did not happen"
        time.sleep(0.05)
    return time.monotonic() - started


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def largest_difference(one: Path, other: Path, without: str = "") -> float:
    """Return the largest difference of two models' arrays, each as a share of the largest number in it.

    without : the name of an array that has no effect, as a bias that batch normalization takes away: it is rounding
    """
    arrays, others = load_file(one), load_file(other)
    assert arrays.keys() == others.keys()
    return max(
        float(np.abs(a - others[name]).max() / max(np.abs(a).max(), 1e-3))
        for name, a in arrays.items()
        if name != without
    )
