"""What goes wrong between processes: kills at any moment, garbage on the port, nobody at the rendezvous."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from torchrun import SETTINGS, free_port, is_running, kill, ranks_below, start, train, wait_for

from waiting import HANG

CHECKPOINT = Path("digits-1") / "checkpoint.safetensors"
N_KILLS, MAX_SECONDS = 20, 10


@pytest.mark.long
def test_twenty_kills_and_no_orphan(tmp_path: Path) -> None:
    """Kill rank 0 or 1, or the launcher, at twenty moments from the first import to the middle of the training."""
    slowest, orphans = 0.0, []
    for i in range(N_KILLS):
        folder = tmp_path / str(i)
        process = start(2, "digits", *SETTINGS, "--runs", folder, "--epochs", "100000")
        wait_for(lambda process=process: len(ranks_below(process.pid)) == 2)
        pids = ranks_below(process.pid)
        if i % 4:
            wait_for((folder / CHECKPOINT).exists)
        time.sleep(0.37 * i % 2)
        kill([*pids, process.pid][i % 3])
        slowest = max(slowest, wait_for(lambda pids=pids: not any(map(is_running, pids))))
        process.communicate(timeout=HANG)
        orphans += [pid for pid in pids if is_running(pid)]
        if (folder / CHECKPOINT).exists():
            done = len((folder / "digits-1" / "history.jsonl").read_text().splitlines())
            code, err = train(1, "--resume", folder / "digits-1", "--epochs", str(done + 1))
            assert code == 0, err
    print(f"{N_KILLS} kills, {len(orphans)} orphans, the slowest end after {slowest:.1f} s")
    assert not orphans
    assert slowest < MAX_SECONDS


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
    args = [tmp_path / "hold_up.py", "train", "digits", "--engine", "torch", "--runs", tmp_path]
    args[0].write_text(HOLD_UP)
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", f"--master-port={free_port()}"]
    process = subprocess.Popen([*launcher, *map(str, args)], stderr=subprocess.PIPE, text=True)
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
