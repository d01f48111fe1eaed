"""Timing in turns: each peer waits in a process of its own until it is called, so that two never run at once.

One after the other, round after round: what the machine does besides slows all alike. A turn is one epoch, or as many
as take a fifth of a second. A peer that is not installed, or cannot do the work, is left out and said so.
"""

import importlib
import multiprocessing
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from byhand.bench.workload import Work, examples_of, work_named
from byhand.errors import OptionError

PEERS = {
    "byhand": ("byhand.bench.peers.byhand_peer", "native"),
    "byhand numpy": ("byhand.bench.peers.byhand_peer", "numpy"),
    "jax scan": ("byhand.bench.peers.jax_peer", "scan"),
    "torch": ("byhand.bench.peers.torch_peer", "tuned"),
    "torch tutorial": ("byhand.bench.peers.torch_peer", "tutorial"),
    "scikit-learn": ("byhand.bench.peers.sklearn_and_keras", "sklearn"),
    "keras": ("byhand.bench.peers.sklearn_and_keras", "keras"),
    "byhand bf16": ("byhand.bench.peers.byhand_peer", "bf16"),
    "torch bf16": ("byhand.bench.peers.torch_peer", "bf16"),
}
WHOLE_EPOCHS = ("byhand", "jax scan", "byhand bf16")  # one call an epoch; the others step from Python
FOR_WIDE = ("byhand bf16", "torch bf16")  # what is won there is lost in narrow networks
PATIENCE = 600  # seconds, for a peer to get ready (compiling) or to finish an epoch
REST = 0.1  # seconds between two turns, for thread pools to fall asleep
TURN = 0.2  # seconds that a turn has at least: short epochs are repeated, or waking threads would be what is timed


@dataclass
class Timings:
    """seconds : of each peer's epochs, in rounds   left_out : peer → why"""

    work: Work
    seconds: dict[str, list[float]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def medians(self) -> dict[str, float]:
        return {peer: statistics.median(times) for peer, times in self.seconds.items()}

    def fastest_ratios(self) -> dict[str, float]:
        """Return how many times as long each peer's fastest epoch takes as byhand's: on a quiet machine."""
        return {peer: min(times) / min(self.seconds["byhand"]) for peer, times in self.seconds.items()}

    def ratios(self) -> dict[str, tuple[float, float, float]]:
        """Return how many times as long each peer takes as byhand: median, lowest and highest over the rounds."""
        found = {}
        for peer, times in self.seconds.items():
            each = [a / b for a, b in zip(times, self.seconds["byhand"], strict=True)]
            found[peer] = (statistics.median(each), min(each), max(each))
        return found


def run_interleaved(
    work: Work, peers: list[str], rounds: int, data_dir: Path | None, say: Callable[[str], None] = lambda line: None
) -> Timings:
    """Return so many rounds of each peer; `say` hears how far it is. Raises OptionError without byhand itself.

    Peers that compute in bf16 take part in wide networks only.
    """
    timed = Timings(work)
    peers = [peer for peer in peers if work.is_wide or peer not in FOR_WIDE]
    context = multiprocessing.get_context("spawn")
    lines: dict[str, Connection] = {}
    processes = []
    try:
        for peer in peers:
            here, there = context.Pipe()
            process = context.Process(target=serve, args=(peer, work.name, data_dir, there), daemon=True)
            process.start()
            there.close()
            processes.append(process)
            answer = _answer(here)
            if answer == "ready":
                lines[peer] = here
            else:
                timed.left_out[peer] = str(answer)
        if "byhand" in timed.left_out:
            raise OptionError(f"byhand cannot be timed: {timed.left_out['byhand']}")
        for i in range(rounds):
            say(f"{work.name}: round {i + 1} of {rounds}")
            for peer, line in lines.items():
                time.sleep(REST)
                line.send("go")
                timed.seconds.setdefault(peer, []).append(float(_answer(line)))
        return timed
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _answer(line: Connection) -> Any:
    if not line.poll(PATIENCE):
        return f"no answer in {PATIENCE} s"
    try:
        return line.recv()
    except EOFError:
        return "its process ended"


def serve(peer: str, work_name: str, data_dir: Path | None, line: Connection) -> None:
    """Be one peer: get ready, run once to warm up, then an epoch for every word that comes."""
    work = work_named(work_name)
    factor = 1 if peer in WHOLE_EPOCHS else work.subsample
    try:
        epoch = ready(peer, replace(work, n=work.n // factor), data_dir)
        epoch()
        line.send("ready")
    except Exception as error:  # whatever a peer's own code raises: it is left out, and this is why
        line.send(f"{type(error).__name__}: {error}".partition("\n")[0])
        return
    while line.recv() == "go":
        line.send(time_round(epoch) * factor)


def time_round(epoch: Callable[[], None]) -> float:
    """Return how long an epoch takes, in the mean of as many as fill a turn."""
    started, done = time.perf_counter(), 0
    while (seconds := time.perf_counter() - started) < TURN:
        epoch()
        done += 1
    return seconds / done


def ready(peer: str, work: Work, data_dir: Path | None) -> Callable[[], None]:
    """Return the peer's epoch."""
    module, name = PEERS[peer]
    x, y = examples_of(work, data_dir)
    epoch: Callable[[], None] = getattr(importlib.import_module(module), name)(work, x, y)
    return epoch
