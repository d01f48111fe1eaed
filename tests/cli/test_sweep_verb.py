"""`byhand sweep` and `byhand compare`: what they print, refuse and resume."""

import json
import os
import signal
from pathlib import Path

import pytest
from cli_runner import byhand, ended, started

from byhand.cli.sweep import _field
from waiting import wait_until

SMALL = ["--data", "moons", "--examples", "60", "--hidden", "4", "--epochs", "2"]


def test_a_sweep_ranks_by_validation_and_says_how_to_go_on(tmp_path: Path) -> None:
    done = byhand("sweep", "vanilla", *SMALL, "--learning-rate", "0.01,0.5", "--executor", "serial", "--runs", tmp_path)
    assert done.code == 0, done.err
    rows = [line.split() for line in done.out.splitlines() if line.startswith("    ")]
    assert [row[1] for row in rows if row[0].isdigit()] == ["0.5", "0.01"]
    assert "byhand train vanilla --data moons" in done.out
    assert "--validation" not in done.out
    assert "trial 1    seed 0" in done.err
    assert len((tmp_path / "sweep-vanilla-1" / "results.jsonl").read_text().splitlines()) == 2


def test_without_a_recipe_the_data_choose_it(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,kind\n" + "".join(f"{i},{i % 7},k{i % 2}\n" for i in range(60)))
    flags = ["--hidden", "4,8", "--epochs", "2", "--executor", "serial", "--runs", tmp_path]
    done = byhand("sweep", "--data", tmp_path / "t.csv", *flags)
    assert done.code == 0, done.err
    assert "byhand train --data" in done.out
    assert "sweep got no recipe" in byhand("sweep", *flags).err


def test_json_is_one_object_with_the_best(tmp_path: Path) -> None:
    flags = ["--learning-rate", "0.01,0.5", "--executor", "serial", "--runs", tmp_path, "--json", "-q"]
    done = byhand("sweep", "vanilla", *SMALL, *flags)
    assert done.err == ""
    assert done.json["best"]["fields"] == {"learning_rate": 0.5}
    assert done.json["statuses"] == {"finished": 2}
    assert done.json["test"] is None


def test_where_no_run_finishes_the_first_error_is_told(tmp_path: Path) -> None:
    done = byhand("sweep", "vanilla", *SMALL, "--loss", "a,b", "--executor", "serial", "--runs", tmp_path)
    assert done.code == 3
    assert "no trial finished; the first failed: unknown loss 'a'" in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "no recipe"),
        (["vanila", "--epochs", "1,2"], "Did you mean 'vanilla'"),
        (["vanilla", "--epochs", "1"], "no field with several values"),
        (["vanilla", "--epochs", "1,2", "--trials", "3"], "but a grid has its own"),
        (["vanilla", "--epochs", "1,2", "--executor", "slurm"], "unknown executor"),
        (["--resume", "nowhere"], "not a run folder"),
        (["--resume", "nowhere", "--epochs", "1,2"], "--epochs was given too"),
    ],
)
def test_wrong_input_is_answered_in_a_sentence(tmp_path: Path, args: list[str], says: str) -> None:
    done = byhand("sweep", *args)
    assert done.code in (2, 3)
    assert says in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_the_lines_and_the_sweep_is_resumed(tmp_path: Path, number: signal.Signals) -> None:
    rates = ",".join(f"0.0{i}" for i in range(1, 9))
    flags = ["--learning-rate", rates, "--runs", str(tmp_path), "--workers", "1"]
    process = started("sweep", "vanilla", *SMALL[:-1], "200", *flags)
    results = tmp_path / "sweep-vanilla-1" / "results.jsonl"
    wait_until(results.exists, lambda: process.poll() is None)
    os.kill(process.pid, number)
    done = ended(process)
    assert done.code == 130, done.err
    assert f"--resume '{tmp_path}" in done.err
    assert json.loads((tmp_path / "sweep-vanilla-1" / "record.json").read_text())["status"] == "stopped"
    before = results.read_text()
    resumed = byhand("sweep", "--resume", tmp_path / "sweep-vanilla-1", "--executor", "serial")
    assert resumed.code == 0, resumed.err
    assert results.read_text().startswith(before)
    assert len(results.read_text().splitlines()) == 8


def test_compare_prints_the_pairs_and_the_sentence() -> None:
    done = byhand("compare", "vanilla", "vanilla", *SMALL, "--seeds", "2", "--executor", "serial")
    assert done.code == 0, done.err
    assert (
        "No difference that these 2 runs can show: B − A is 0.00 percentage points of validation accuracy"
        in " ".join(done.out.split())
    )
    values = byhand("compare", "vanilla", "vanilla:epochs=1", *SMALL, "--seeds", "2", "--executor", "serial", "--json")
    assert values.json["seeds"] == [0, 1]
    assert values.json["unit"] == "run"


def test_compare_refuses_what_it_would_ignore(trained: Path) -> None:
    done = byhand("compare", trained, trained, "--seeds", "3")
    assert done.code == 2
    assert "seeds, which are for recipes" in done.err


def test_one_model_beside_itself_shows_no_difference(trained: Path) -> None:
    model = trained / "model.safetensors"
    done = byhand("compare", model, model)
    assert done.code == 0, done.err
    assert "No difference that these" in done.out
    assert "examples can show" in done.out
    assert "A and B were trained on these examples" in done.err
    assert "test-set evaluation" not in done.out


def test_models_compared_on_a_test_set_use_it_once_more(look_alike: Path, tmp_path: Path) -> None:
    mnist = ("--data-dir", look_alike)
    assert byhand("train", "vanilla", *mnist, "--epochs", "1", "--runs", tmp_path, "--quiet").code == 0
    model = tmp_path / "vanilla-1" / "model.safetensors"
    done = byhand("compare", model, model, *mnist)
    assert done.code == 0, done.err
    assert "This was test-set evaluation no. 2" in done.out
    assert "trained on these" not in done.err


def test_a_rate_with_many_digits_is_a_flag_in_full() -> None:
    assert [_field(value) for value in (0.1, 1e-05, 0.012345678901)] == ["0.1", "1e-05", "0.012345678901"]
    assert [_field(value) for value in (32, [64, 32], [], "relu")] == ["32", "64-32", "none", "relu"]
