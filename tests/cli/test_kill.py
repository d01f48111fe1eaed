"""Real signals to real processes: kill −9 at twenty moments, Ctrl-C, SIGTERM. Nothing is lost, and the bits agree."""

import json
import random
import signal
import time
from pathlib import Path

import pytest
from cli_runner import byhand, ended, started
from test_crash_points import bits, check_finished

from byhand.persistence.model import load_model
from waiting import wait_until

MOMENTS = 20
MOONS = [
    "train", "digits", "--data", "moons", "--hidden", "48", "--batch-size", "16", "--optimizer", "adam",
    "--dropout", "0.1", "--batch-norm", "--validate", "--learning-rate", "0.003", "--quiet",
    "--engine", "numpy",  # the core is done before it can be killed
]  # fmt: skip
ENDLESS = ["train", "digits", "--epochs", "1000000"]  # hours


def killed(*args: str | Path, after: float) -> None:
    process = started(*args)
    time.sleep(after)
    process.kill()
    process.communicate()


def signalled(*args: str | Path, number: int, run: Path) -> tuple[int, str]:
    """Start training, send a signal after some epochs; return exit code and stderr."""
    process = started(*args)
    wait_until(lambda: n_epochs(run) > 1, lambda: process.poll() is None)
    process.send_signal(number)
    done = ended(process)
    return done.code, done.err


def n_epochs(run: Path) -> int:
    """Return how many epochs a run has in its files and has kept in a checkpoint, 0 before there is one."""
    histories = [path.with_name("history.jsonl") for path in run.rglob("checkpoint.safetensors")]
    return max((len(path.read_text().splitlines()) for path in histories if path.exists()), default=0)


def resumed(run: Path) -> None:
    done = ended(started("train", "--resume", run, "--quiet"))
    assert done.code == 0, done.err
    assert done.err == ""


@pytest.mark.full
@pytest.mark.parametrize("many", [[], ["--seeds", "2"]], ids=["one seed", "two seeds"])
def test_a_run_killed_at_twenty_moments_ends_in_the_same_bits(tmp_path: Path, many: list[str]) -> None:
    train = [*MOONS, "--epochs", "250" if many else "500", *many]
    whole, run = tmp_path / "whole" / "digits-1", tmp_path / "killed" / "digits-1"
    assert ended(started(*train, "--runs", whole.parent)).code == 0
    moments = random.Random(len(many))  # noqa: S311
    first = started(*train, "--runs", run.parent)
    wait_until((run / "record.json").exists, lambda: first.poll() is None)  # however slow the machine
    first.kill()
    first.communicate()
    n = 1
    while n < MOMENTS and json.loads((run / "record.json").read_text())["status"] != "finished":
        killed("train", "--resume", run, "--quiet", after=0.1 + moments.expovariate(3))
        n += 1
    assert n > 5, "the run is too short for its kills"
    if json.loads((run / "record.json").read_text())["status"] != "finished":
        resumed(run)
    check_finished(run, bits(whole))


@pytest.mark.full
def test_a_run_killed_while_it_is_tested_is_not_trained_again(tmp_path: Path) -> None:
    train = ["train", "digits", "--epochs", "30", "--quiet"]
    whole, run = tmp_path / "whole" / "digits-1", tmp_path / "killed" / "digits-1"
    assert ended(started(*train, "--runs", whole.parent)).code == 0
    process = started(*train, "--runs", run.parent)
    wait_until((run / "model.safetensors").exists, lambda: process.poll() is None)  # the cross-validation takes longer
    process.kill()
    process.communicate()
    trained = (run / "history.jsonl").read_bytes()
    resumed(run)
    assert (run / "history.jsonl").read_bytes() == trained  # with the seconds of the first sitting
    check_finished(run, bits(whole))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_so_and_leaves_a_model(tmp_path: Path, number: int) -> None:
    run = tmp_path / "digits-1"
    code, said = signalled(*ENDLESS, "--runs", tmp_path, number=number, run=run)
    assert code == 130
    assert said.splitlines()[-1] == f"byhand: stopped and saved. Resume with `byhand train --resume {run}`."
    assert "Traceback" not in said
    assert load_model(run).n_features == 64
    record = json.loads((run / "record.json").read_text())
    assert (record["status"], record["test_evaluations"]) == ("stopped", 0)
    assert byhand("show", run, "--json").json["sizes"] == "64-128-10"
    assert load_model(run).history["epochs"] == len((run / "history.jsonl").read_text().splitlines()) > 1
    assert not list(run.glob(".byhand-*"))


@pytest.mark.full
@pytest.mark.parametrize("many", [[], ["--seeds", "2"]], ids=["one seed", "two seeds"])
def test_a_stopped_run_goes_on_to_the_same_bits(tmp_path: Path, many: list[str]) -> None:
    train = [*MOONS, "--epochs", "150", *many]
    whole, run = tmp_path / "whole" / "digits-1", tmp_path / "stopped" / "digits-1"
    assert ended(started(*train, "--runs", whole.parent)).code == 0
    code, _ = signalled(*train, "--runs", run.parent, number=signal.SIGINT, run=run)
    assert code == 130
    resumed(run)
    check_finished(run, bits(whole))


@pytest.mark.full
def test_ctrl_c_leaves_the_test_at_once_and_keeps_the_training(tmp_path: Path) -> None:
    process = started("train", "digits", "--epochs", "100", "--quiet", "--runs", tmp_path)
    run = tmp_path / "digits-1"
    wait_until((run / "model.safetensors").exists, lambda: process.poll() is None)
    process.send_signal(signal.SIGINT)
    done = ended(process)
    assert done.code == 130
    assert "--resume" in done.err
    assert len((run / "history.jsonl").read_text().splitlines()) == 100
