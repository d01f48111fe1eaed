"""`byhand bench`: interleaved trials, ratios, and what is left out."""

import math
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from byhand.bench import interleaved
from byhand.bench.interleaved import PEERS, Peer, Timings, prepare_epoch, run_interleaved
from byhand.bench.kernels import ONE_THREAD, default_kernel, kernel_peers, runnable_kernels, table_rows
from byhand.bench.peak_flops import Peak, peak
from byhand.bench.report import as_table, as_values
from byhand.bench.workload import WORKS, examples_of, orders, work_named
from byhand.cli.bench import command
from byhand.errors import OptionError

PEAK = Peak(one_thread=0.6e12, all_threads=1e12, n_threads=2)


def timed() -> Timings:
    return Timings(WORKS["sgd"], {"byhand": [0.1, 0.2, 0.1], "other": [0.3, 0.4, 0.2]}, {"absent": "no module"})


def test_the_help_names_every_workload() -> None:
    text = " ".join((command.help or "").split())
    names = text.partition("A WORKLOAD is ")[2].partition(".")[0].replace(" (the default)", "")
    assert re.split(r", | or ", names) == list(WORKS)


def test_ratios_are_taken_round_by_round() -> None:
    assert timed().ratios()["other"] == pytest.approx((2.0, 2.0, 3.0))
    assert timed().ratios()["byhand"] == (1, 1, 1)
    assert timed().medians() == {"byhand": 0.1, "other": 0.3}


def test_the_operations_of_an_epoch_are_counted() -> None:
    assert WORKS["sgd"].flops == 2 * 60_000 * (2 * 784 * 128 + 3 * 128 * 10)


def test_the_table_says_all_that_was_found() -> None:
    text = as_table([timed()], PEAK)
    assert "2.00  (2.00 – 2.50)            2.00" in text
    assert "without absent: no module" in text
    values = as_values(timed(), PEAK)
    assert values["times_as_long_as_byhand"]["other"]["max"] == pytest.approx(3)
    assert values["share_of_peak"] == pytest.approx(WORKS["sgd"].flops / 0.1 / 1e12)


def test_the_table_fits_80_columns_whatever_is_noisy() -> None:
    seconds = {"byhand": [0.1] * 5, "avx512_bf16, 1 thread": [109.8, 110.0, 150.0, 190.0, 230.0]}
    text = as_table([Timings(WORKS["sgd"], seconds)], PEAK)
    assert "too noisy to tell: avx512_bf16, 1 thread" in text
    rows = [line for line in text.splitlines() if line.startswith("  ")]
    assert max(len(re.sub(r"\[/?\w+\]", "", row)) for row in rows) <= 80


def test_trials_run_in_processes_of_their_own_and_who_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(interleaved, "NOISY", 1e9)
    wanted = {name: PEERS[name] for name in ("byhand", "byhand numpy")}
    nobody = Peer("byhand.bench.peers.nobody", "native")
    found = run_interleaved(WORKS["tiny"], {**wanted, "nobody": nobody}, 2, None, say=heard.append)
    assert set(found.seconds) == {"byhand", "byhand numpy"}
    assert all(len(times) == 2 and min(times) > 0 for times in found.seconds.values())
    assert found.left_out == {"nobody": "ModuleNotFoundError: No module named 'byhand.bench.peers.nobody'"}
    assert heard == ["tiny: round 1 of 2", "tiny: round 2 of 2"]


def test_a_noisy_machine_is_said_and_rounds_are_repeated_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interleaved, "NOISY", -1.0)
    heard: list[str] = []
    found = run_interleaved(WORKS["tiny"], {"byhand": PEERS["byhand"]}, 1, None, say=heard.append)
    assert len(found.seconds["byhand"]) == interleaved.MAX_REPEATS
    assert heard.count("tiny: the machine is noisy, so 1 rounds more") == interleaved.MAX_REPEATS - 1
    assert "too noisy to tell" in as_table([found], PEAK)
    assert as_values(found, PEAK)["too_noisy_to_tell"] == ["byhand"]


def test_noise_is_the_spread_of_half_of_the_rounds() -> None:
    seconds = {"byhand": [1.0] * 5, "calm": [9.0, 2.0, 2.1, 2.1, 1.0], "wild": [2.0, 2.4, 2.2, 2.9, 2.7]}
    timed = Timings(WORKS["sgd"], seconds)
    assert timed.quartiles()["calm"] == pytest.approx((2.0, 2.1))
    assert timed.noisy_peers() == ["wild"]  # from 2.2 to 2.7 is more than a fifth of 2.4


def test_a_turn_is_filled_with_whole_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(interleaved, "time", SimpleNamespace(perf_counter=lambda: clock[0]))

    def epoch(seconds: float) -> None:
        clock[0] += seconds
        n_epochs[0] += 1

    for seconds in (interleaved.MIN_TRIAL / 7.5, 3 * interleaved.MIN_TRIAL):
        n_epochs = [0]
        assert interleaved.time_trial(lambda: epoch(seconds)) == pytest.approx(seconds)  # noqa: B023
        assert n_epochs[0] == math.ceil(interleaved.MIN_TRIAL / seconds)


def test_bf16_takes_part_where_networks_are_wide() -> None:
    assert [work.name for work in WORKS.values() if work.is_wide] == ["wide", "five wide"]
    found = run_interleaved(
        WORKS["tiny"], {name: PEERS[name] for name in ("byhand", "byhand bf16", "torch bf16")}, 1, None
    )
    assert "byhand bf16" not in {*found.seconds, *found.left_out}


def test_without_byhand_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="byhand cannot be timed"):
        run_interleaved(WORKS["sgd"], {"byhand": PEERS["byhand"]}, 1, tmp_path / "no mnist here")


def test_an_epoch_of_ours_learns() -> None:
    work = work_named("tiny")
    x, y = examples_of(work, None)
    assert x.shape == (work.n, 2)
    assert set(np.unique(y)) == {0, 1}
    assert orders(work).shape == (work.n, 1)
    prepare_epoch(PEERS["byhand"], work, None)()


def test_an_unknown_work_is_a_sentence() -> None:
    with pytest.raises(OptionError, match=r"unknown workload 'tinny'\. Did you mean 'tiny'"):
        work_named("tinny")


def test_the_peak_is_that_of_a_processor() -> None:
    assert 1e8 < peak(1) < 1e13


def test_the_peak_says_whether_more_threads_can_pay() -> None:
    assert str(PEAK) == "1000 GFLOP/s in float32, measured with 2 threads, 600 with one"
    assert str(Peak(1e11, 1.1e11, 2)).endswith(
        ", 100 with one: the processors share one core's arithmetic, so more threads save little time"
    )
    assert str(Peak(1e11, 1e11, 1)) == "100 GFLOP/s in float32, measured"
    assert PEERS["byhand"].function == "native"


# Kernels


def test_every_kernel_of_this_processor_is_timed_with_one_thread_and_with_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("byhand.bench.kernels.available_cpus", lambda: 2)
    peers = kernel_peers()
    assert set(peers) == {name + end for name in runnable_kernels() for end in ("", ONE_THREAD)}
    assert default_kernel() in peers
    epochs = {name: prepare_epoch(peers[name], work_named("tiny"), None) for name in (default_kernel(), "portable")}
    for epoch in epochs.values():
        epoch()


def test_timings_of_kernels_become_a_row_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    kernels = {"portable": "float32", "avx2": "float32", "amx": "float32", "amx_bf16": "bf16"}
    monkeypatch.setattr("byhand.bench.kernels.runnable_kernels", lambda: kernels)
    seconds = {
        "avx2": [1.0, 1.0, 2.0],
        "avx2, 1 thread": [1.5, 1.6, 4.0],
        "portable": [2.0, 2.2, 4.2],
        "amx_bf16": [0.5, 0.5, 1.0],
    }
    float_row, bf16_row = table_rows(Timings(WORKS["sgd"], seconds, baseline="avx2"))
    assert float_row["ratios"] == {"avx2": 1.0, "portable": 2.15}  # of 2.0, 2.1 and 2.2, the upper quartile
    assert float_row["thread_gains"] == {"avx2": 1.6}
    assert bf16_row == {**float_row, "precision": "bf16", "ratios": {"amx_bf16": 0.5}, "thread_gains": {}}
