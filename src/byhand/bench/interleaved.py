"""Interleaved timing: each peer waits in a process of its own until it is called, so that two never run at once.

One after the other, round after round: other load on the machine slows all of them alike. A trial is one epoch, or as
many as take a fifth of a second. A peer that is not installed, or cannot do the work, is left out with its reason.
Where a peer's ratios spread too far to tell, the rounds are repeated, up to a limit.
"""

import importlib
import multiprocessing
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from byhand.bench.workload import Work, examples_of, work_named
from byhand.errors import OptionError


@dataclass(frozen=True)
class Peer:
    """One implementation to time.

    module, function : function(work, x, y, **options) returns the peer's epoch
    is_whole_epoch : one call per epoch; the others step from Python, and may be timed on fewer examples
    is_for_wide : timed on wide networks only; on narrow ones it costs more than it saves
    """

    module: str
    function: str
    options: Mapping[str, Any] = field(default_factory=dict)
    is_whole_epoch: bool = False
    is_for_wide: bool = False


BYHAND_PEER = "byhand.bench.peers.byhand_peer"
PEERS = {
    "byhand": Peer(BYHAND_PEER, "native", is_whole_epoch=True),
    "byhand numpy": Peer(BYHAND_PEER, "numpy"),
    "jax scan": Peer("byhand.bench.peers.jax_peer", "scan", is_whole_epoch=True),
    "torch": Peer("byhand.bench.peers.torch_peer", "tuned"),
    "torch tutorial": Peer("byhand.bench.peers.torch_peer", "tutorial"),
    "scikit-learn": Peer("byhand.bench.peers.sklearn_and_keras", "sklearn"),
    "keras": Peer("byhand.bench.peers.sklearn_and_keras", "keras"),
    "byhand bf16": Peer(BYHAND_PEER, "native", {"precision": "bf16"}, is_whole_epoch=True, is_for_wide=True),
    "torch bf16": Peer("byhand.bench.peers.torch_peer", "bf16", is_for_wide=True),
}
TIMEOUT = 600  # seconds for a peer to get ready (compiling) or to finish an epoch
PAUSE = 0.1  # seconds between two trials, for thread pools to fall asleep
MIN_TRIAL = 0.2  # seconds: short epochs are repeated for as long, or it would be waking threads that are timed
NOISY = 0.2  # of the median: between the quartiles of a ratio, more than this is too much to tell a tenth apart
MAX_REPEATS = 3  # times as many rounds as were asked for, at most


@dataclass
class Timings:
    """seconds : of each peer's epochs, in rounds   left_out : peer → why   baseline : what the others are divided by"""

    work: Work
    seconds: dict[str, list[float]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    baseline: str = "byhand"

    def medians(self) -> dict[str, float]:
        """Return each peer's median time per epoch, in seconds."""
        return {peer: statistics.median(times) for peer, times in self.seconds.items()}

    def fastest_ratios(self) -> dict[str, float]:
        """Return how many times as long each peer's fastest epoch takes as the baseline's: on a quiet machine."""
        return {peer: min(times) / min(self.seconds[self.baseline]) for peer, times in self.seconds.items()}

    def ratios(self) -> dict[str, tuple[float, float, float]]:
        """Return how many times as long each peer takes as the baseline: median, lowest and highest over the rounds."""
        return {peer: (statistics.median(each), min(each), max(each)) for peer, each in self._by_round().items()}

    def quartiles(self) -> dict[str, tuple[float, float]]:
        """Return the lower and the upper quartile of each peer's ratios: half of the rounds lie between."""
        return {peer: _quartiles(each) for peer, each in self._by_round().items()}

    def noisy_peers(self) -> list[str]:
        """Return the peers whose ratios spread too far to tell."""
        middles = {peer: statistics.median(each) for peer, each in self._by_round().items()}
        return [peer for peer, (low, high) in self.quartiles().items() if high - low > NOISY * middles[peer]]

    def _by_round(self) -> dict[str, list[float]]:
        base = self.seconds[self.baseline]
        return {peer: [a / b for a, b in zip(times, base, strict=True)] for peer, times in self.seconds.items()}


def _quartiles(values: list[float]) -> tuple[float, float]:
    if len(values) == 1:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def run_interleaved(
    work: Work,
    peers: Mapping[str, Peer],
    rounds: int,
    data_dir: Path | None,
    say: Callable[[str], None] = lambda line: None,
    baseline: str = "byhand",
) -> Timings:
    """Return the given number of rounds of each peer, or more on a noisy machine; `say` receives the progress.

    Raises OptionError without the baseline.
    """
    timed = Timings(work, baseline=baseline)
    processes: list[BaseProcess] = []
    try:
        taking_part = {name: peer for name, peer in peers.items() if work.is_wide or not peer.is_for_wide}
        lines = _start(taking_part, timed, data_dir, processes)
        if baseline in timed.left_out:
            raise OptionError(f"{baseline} cannot be timed: {timed.left_out[baseline]}")
        for i in range(rounds * MAX_REPEATS):
            if i and i % rounds == 0:
                if not timed.noisy_peers():
                    break
                say(f"{work.name}: the machine is noisy, so {rounds} rounds more")
            say(f"{work.name}: round {i % rounds + 1} of {rounds}")
            _run_round(lines, timed)
        return timed
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _start(
    peers: Mapping[str, Peer], timed: Timings, data_dir: Path | None, processes: list[BaseProcess]
) -> dict[str, Connection]:
    """Start a process for each peer, and return the lines to those that are ready; `timed` gets the others."""
    context, lines = multiprocessing.get_context("spawn"), {}
    for name, peer in peers.items():
        here, there = context.Pipe()
        process = context.Process(target=serve, args=(peer, timed.work.name, data_dir, there), daemon=True)
        process.start()
        processes.append(process)
        there.close()
        answer = _answer(here)
        if answer == "ready":
            lines[name] = here
        else:
            timed.left_out[name] = str(answer)
    return lines


def _run_round(lines: dict[str, Connection], timed: Timings) -> None:
    """Add one round: a trial of each peer."""
    for name, line in lines.items():
        time.sleep(PAUSE)
        line.send("go")
        timed.seconds.setdefault(name, []).append(float(_answer(line)))


def _answer(line: Connection) -> Any:
    if not line.poll(TIMEOUT):
        return f"no answer in {TIMEOUT} s"
    try:
        return line.recv()
    except EOFError:
        return "its process ended"


def serve(peer: Peer, work_name: str, data_dir: Path | None, line: Connection) -> None:
    """Run one peer: prepare, warm up with one epoch, then time a trial for every message."""
    work = work_named(work_name)
    factor = 1 if peer.is_whole_epoch else work.subsample
    try:
        epoch = prepare_epoch(peer, replace(work, n=work.n // factor), data_dir)
        epoch()
        line.send("ready")
    except Exception as error:  # whatever a peer's own code raises: it is left out, and this is why
        line.send(f"{type(error).__name__}: {error}".partition("\n")[0])
        return
    while line.recv() == "go":
        line.send(time_trial(epoch) * factor)


def time_trial(epoch: Callable[[], None]) -> float:
    """Return how long an epoch takes, the mean of as many as fill a trial."""
    started, done = time.perf_counter(), 0
    while (seconds := time.perf_counter() - started) < MIN_TRIAL:
        epoch()
        done += 1
    return seconds / done


def prepare_epoch(peer: Peer, work: Work, data_dir: Path | None) -> Callable[[], None]:
    """Return the peer's epoch."""
    x, y = examples_of(work, data_dir)
    function = getattr(importlib.import_module(peer.module), peer.function)
    epoch: Callable[[], None] = function(work, x, y, **peer.options)
    return epoch
