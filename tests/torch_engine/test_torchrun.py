"""Several processes learn what one learns: `torchrun -m byhand train --engine torch`, gloo on loopback."""

import json
import signal
from pathlib import Path

import pytest
from torchrun import SETTINGS, kill, largest_difference, ranks_below, start, train, wait_for

from waiting import HANG

pytestmark = pytest.mark.full
MODEL = "digits-1/model.safetensors"


def model(folder: Path, n_processes: int, *args: str) -> Path:
    code, err = train(n_processes, "digits", *SETTINGS, "--runs", folder, *args)
    assert code == 0, err
    return folder / MODEL


def test_two_and_four_processes_learn_what_one_learns(tmp_path: Path) -> None:
    plain = ("--epochs", "1", "--optimizer", "momentum", "--learning-rate", "0.02")
    alone = model(tmp_path / "1", 1, *plain)
    for n_processes in (2, 4):
        together = model(tmp_path / str(n_processes), n_processes, *plain)
        assert largest_difference(alone, together, without="params/0.b") < 1e-6
        record = json.loads((together.parent / "record.json").read_text())
        assert record["engine"] == f"torch/cpu/ranks-{n_processes}"


def test_with_fixed_shards_the_bits_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    models = [model(tmp_path / str(n), n, "--epochs", "2", "--shards", "4", "--seeds", "1") for n in (1, 2, 4)]
    assert largest_difference(models[0], models[1]) == largest_difference(models[0], models[2]) == 0


def test_a_run_that_was_stopped_goes_on_with_another_number_of_processes(tmp_path: Path) -> None:
    args = ("digits", *SETTINGS, "--shards", "4", "--runs", tmp_path, "--epochs", "100000")
    process = start(4, *args)
    checkpoint = tmp_path / "digits-1" / "checkpoint.safetensors"
    wait_for(checkpoint.exists)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=HANG)
    assert json.loads((checkpoint.parent / "record.json").read_text())["status"] == "stopped"
    done = len((checkpoint.parent / "history.jsonl").read_text().splitlines())
    code, err = train(2, "--resume", checkpoint.parent, "--epochs", str(done + 2))
    assert code == 0, err
    whole = model(tmp_path / "whole", 1, "--shards", "4", "--epochs", str(done + 2))
    assert largest_difference(checkpoint.parent / "model.safetensors", whole) == 0


@pytest.mark.parametrize("victim", [0, 1])
def test_a_process_that_is_killed_ends_the_run_with_one_sentence_and_what_was_trained(
    tmp_path: Path, victim: int
) -> None:
    process = start(2, "digits", *SETTINGS, "--runs", tmp_path, "--epochs", "100000")
    checkpoint = tmp_path / "digits-1" / "checkpoint.safetensors"
    history = checkpoint.with_name("history.jsonl")
    wait_for(history.exists)  # its line follows the checkpoint
    pids = ranks_below(process.pid)
    kill(pids[victim])
    _, err = process.communicate(timeout=HANG)
    assert process.returncode
    assert err.count("has ended or cannot be reached, so the run ends.") == 1

    done = len(history.read_text().splitlines())
    code, err = train(1, "--resume", checkpoint.parent, "--epochs", str(done + 1))
    assert code == 0, err
