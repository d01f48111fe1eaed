"""What goes wrong between processes: kills at any moment, a full disk, garbage on the port, nobody at the
rendezvous."""

import importlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from torchrun import SETTINGS, free_port, is_running, kill, ranks_below, start, train, wait_for

from waiting import HANG

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
MAX_SECONDS = 10


@pytest.mark.long
def test_twenty_kills_and_no_orphan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rank 0, rank 1 and the launcher, from the first import to the middle of the training."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    benchmark = importlib.import_module("kills")
    kills = [benchmark.kill_and_resume(tmp_path / str(i), i) for i in range(benchmark.N_KILLS)]
    assert sum(one.orphans for one in kills) == 0
    assert all(one.resumed in (None, True) for one in kills)
    assert sum(one.resumed is True for one in kills) >= 15
    assert max(one.seconds for one in kills) < MAX_SECONDS


@pytest.mark.full
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs prlimit")
def test_a_disk_that_becomes_full_is_one_sentence_and_the_checkpoint_is_usable(tmp_path: Path) -> None:
    """Rank 0, which alone writes, is from some moment on allowed no longer file: the system refuses every write."""
    import resource

    run = tmp_path / "digits-1"
    process = start(2, "digits", *SETTINGS, "--runs", tmp_path, "--epochs", "100000")
    wait_for((run / "checkpoint.safetensors").exists)
    ranks = ranks_below(process.pid)
    resource.prlimit(ranks[0], resource.RLIMIT_FSIZE, (100, 100))
    _, err = process.communicate(timeout=HANG)
    assert process.returncode
    assert err.count("cannot be written: File too large.") == 1
    assert err.count("byhand:") == 1
    assert "exitcode  : 4" in err  # of rank 0, as the launcher tells it
    assert not any(map(is_running, ranks))

    assert not list(run.glob(".byhand-*"))
    done = len((run / "history.jsonl").read_text(encoding="utf-8").splitlines())
    code, err = train(1, "--resume", run, "--epochs", str(done + 1))
    assert code == 0, err


@pytest.mark.full
def test_garbage_on_the_port_of_the_rendezvous_is_survived(tmp_path: Path) -> None:
    port = free_port()
    process = start(2, "digits", *SETTINGS, "--runs", tmp_path, "--epochs", "5", port=port)
    while process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as garbage:
                garbage.sendall(os.urandom(200))
        except OSError:
            pass
        time.sleep(0.1)
    _, err = process.communicate(timeout=HANG)
    assert process.returncode == 0, err


@pytest.mark.full
def test_nobody_at_the_rendezvous_is_one_sentence(tmp_path: Path) -> None:
    environment = {"RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    done = subprocess.run(
        [sys.executable, "-m", "byhand", "train", "digits", "--engine", "torch", "--runs", str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment, "BYHAND_JOIN_SECONDS": "2"},
        timeout=HANG,
    )
    assert done.returncode == 4
    assert "process 1 of 2 could not meet the others at 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.full
def test_a_launcher_that_is_killed_before_the_processes_met_leaves_none(tmp_path: Path) -> None:
    """One of two is held up before it looks for the other; then the launcher is killed."""
    program = tmp_path / "hold_up.py"
    program.write_text(HOLD_UP)
    args = [str(program), "train", "digits", "--engine", "torch", "--runs", str(tmp_path)]
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", f"--master-port={free_port()}"]
    process = subprocess.Popen([*launcher, *args], stderr=subprocess.PIPE, text=True)
    wait_for(lambda: len(ranks_below(process.pid)) == 2 and (tmp_path / "looking").exists())
    looking, held_up = ranks_below(process.pid)
    kill(process.pid)
    wait_for(lambda: not is_running(looking))
    kill(held_up)
    _, err = process.communicate(timeout=HANG)
    assert err.count("the launcher of this run has ended before its processes met") == 1


HOLD_UP = """
import os, pathlib, sys, time
from byhand.cli.main import main
if os.environ["RANK"] == "1":
    time.sleep(3600)
import torch.distributed as dist
from byhand.engines.torch_engine import process_group
def keep_trying(try_once, seconds, real=process_group.keep_trying):
    pathlib.Path(__file__).with_name("looking").touch()
    return real(try_once, seconds)
process_group.keep_trying = keep_trying
main()
"""
