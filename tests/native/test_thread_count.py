"""Fewer threads train while other programs use the processors, and all of them afterwards."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.engines import native
from byhand.engines.base import EpochSpec
from byhand.engines.native import NativeEngine
from byhand.engines.thread_count import LONGEST_PAUSE, MIN_SECONDS, ThreadCount
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.optimizers import SGD
from byhand.preprocessing import UNSCALED
from byhand.random import RandomStream

WORK = 100.0


def observe(count: ThreadCount, processors: int, busy: int, n_epochs: int = 1) -> list[int]:
    """Let a team train beside `busy` programs; return its numbers of threads.

    Whoever shares a processor has half of it, all others wait for him, and waking them takes time as well.
    """
    numbers = []
    for _ in range(n_epochs):
        numbers.append(count.n)
        slower = 2.5 if count.n + busy > processors else 1.0
        seconds = 2 * MIN_SECONDS * processors / count.n * slower
        count.observe(WORK, seconds, seconds * count.n / slower)
    return numbers


def test_on_a_quiet_machine_all_threads_train() -> None:
    assert set(observe(ThreadCount(8), 8, busy=0, n_epochs=50)) == {8}


@pytest.mark.parametrize(
    ("processors", "busy", "n"),
    [(2, 1, 1), (4, 1, 3), (8, 1, 7), (8, 2, 6), (16, 3, 12)],  # one fewer, or two, or four
)
def test_beside_busy_programs_no_more_train_than_have_a_processor_each(processors: int, busy: int, n: int) -> None:
    count = ThreadCount(processors)
    observe(count, processors, busy, n_epochs=10)
    numbers = observe(count, processors, busy, n_epochs=100)
    assert numbers.count(n) > 90
    assert {*numbers} == {n, processors}


def test_they_are_tried_again_ever_more_rarely() -> None:
    count = ThreadCount(4)
    numbers = observe(count, 4, busy=1, n_epochs=400)
    trials = [epoch for epoch, n in enumerate(numbers) if n == 4]
    pauses = np.diff(trials)[1:].tolist()
    assert pauses[0] < pauses[1] < pauses[2]
    assert max(pauses) <= LONGEST_PAUSE + 2


def test_when_the_others_are_done_all_threads_train_again() -> None:
    count = ThreadCount(8)
    observe(count, 8, busy=3, n_epochs=10)
    assert count.n < 6
    observe(count, 8, busy=0, n_epochs=LONGEST_PAUSE + 20)
    assert count.n == 8


def test_threads_that_gain_nothing_by_being_fewer_stay() -> None:
    count = ThreadCount(2)
    for _ in range(100):
        count.observe(WORK, 2 * MIN_SECONDS, MIN_SECONDS)  # half the time waiting, whatever their number
    assert count.reduced < 10
    assert count.n == 2


def test_short_epochs_are_measured_together() -> None:
    count = ThreadCount(2)
    for _ in range(9):
        count.observe(WORK, MIN_SECONDS / 10, MIN_SECONDS / 10)
        assert count.n == 2
    count.observe(WORK, MIN_SECONDS / 5, MIN_SECONDS / 5)
    assert count.n == 1


def digits() -> Examples:
    rng = np.random.default_rng(0)
    return Examples(rng.random((512, 784), dtype=np.float32), rng.integers(0, 10, 512).astype(np.int32), UNSCALED)


def train(engine: NativeEngine, n_epochs: int) -> Array:
    """Return the first layer's weights after some epochs of steps that are long enough for two threads."""
    network, optimizer, loss = Network.mlp([784, 128, 10], seed=0), SGD(), SoftmaxCrossEntropy()
    for epoch in range(1, n_epochs + 1):
        spec = EpochSpec(epoch, digits(), np.arange(512), 128, np.full(4, 0.1), RandomStream(0, 0, epoch))
        engine.run_epoch(network, loss, optimizer, spec)
    return next(iter(network.params.values()))


@pytest.fixture
def sleepy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processors, on which threads get no time at all, as far as anybody can see."""
    monkeypatch.setattr(native, "available_cpus", lambda: 2)
    monkeypatch.setattr("time.process_time", lambda: 0.0)
    monkeypatch.setattr(native, "why_one_thread", lambda *_: None)
    monkeypatch.setattr("byhand.engines.thread_count.MIN_SECONDS", 0.0)


@pytest.mark.usefixtures("sleepy")
def test_the_engine_takes_fewer_threads_and_changes_no_bit() -> None:
    engine, one = NativeEngine(), NativeEngine(n_threads=1)
    np.testing.assert_array_equal(train(engine, 3), train(one, 3))
    assert engine.thread_count.reduced > 0
    assert engine.n_threads((784, 128, 10), 128) == 2  # what may train


@pytest.mark.usefixtures("sleepy")
def test_a_number_that_was_asked_for_is_kept() -> None:
    engine = NativeEngine(n_threads=2)
    train(engine, 4)
    assert engine.thread_count.most == 2
    assert engine.thread_count.reduced == 0


@pytest.mark.usefixtures("sleepy")
def test_one_engine_may_train_in_several_threads_of_python() -> None:
    engine = NativeEngine()
    with ThreadPoolExecutor(4) as pool:
        weights = list(pool.map(lambda _: train(engine, 5), range(8)))
    for each in weights:
        np.testing.assert_array_equal(each, weights[0])
