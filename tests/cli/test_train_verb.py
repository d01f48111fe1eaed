"""`byhand train`, as a user meets it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from cli_runner import byhand

from byhand.cli.main import cli
from byhand.engines import native, thread_count
from byhand.persistence.model import load_model
from byhand.recipes import RECIPES
from byhand.recipes.recipe import read_recipe

QUICK = ("train", "digits", "--epochs", "2")


def test_json_is_one_object_with_the_promised_names(tmp_path: Path) -> None:
    done = byhand(*QUICK, "--json", "--runs", str(tmp_path))
    assert done.code == 0
    assert done.out.count("\n") == 1
    found = done.json
    assert found["recipe"] == "digits"
    assert found["engine"] == "numpy" or found["engine"].startswith("native/")
    assert found["seeds"] == [0]
    assert set(found["test_accuracy"]) >= {"mean", "min", "max"}
    assert 0.5 < found["test_accuracy"]["mean"] <= 1
    assert found["train_seconds"]["median"] > 0
    assert load_model(found["model"]).n_features == 64


def test_several_seeds_report_their_spread(tmp_path: Path) -> None:
    found = byhand(*QUICK, "--seeds", "3", "--json", "--runs", str(tmp_path)).json
    values = found["test_accuracy"]["values"]
    assert found["seeds"] == [0, 1, 2]
    assert len(set(values)) > 1
    assert found["test_accuracy"]["min"] == min(values) <= found["test_accuracy"]["mean"] <= max(values)
    low, high = found["test_accuracy"]["mean_interval_95"]
    assert low < found["test_accuracy"]["mean"] < high
    assert all((Path(found["run"]) / f"seed-{seed}" / "model.safetensors").exists() for seed in (0, 1, 2))


def test_seeds_trained_side_by_side_are_what_each_is_alone(tmp_path: Path) -> None:
    together = Path(byhand(*QUICK, "--seeds", "3", "--json", "--runs", str(tmp_path)).json["run"])
    for seed in range(3):
        alone = byhand(*QUICK, "--seed", str(seed), "--json", "--runs", str(tmp_path)).json["model"]
        one, other = (load_model(file).network.params for file in (alone, together / f"seed-{seed}"))
        assert all((one[name] == other[name]).all() for name in one)


def test_a_seed_that_fails_among_many_ends_the_run(tmp_path: Path) -> None:
    done = byhand(*QUICK, "--seeds", "3", "--learning-rate", "1e9", "--runs", str(tmp_path))
    assert done.code == 5
    assert "training diverged" in done.err


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    first, second = (byhand(*QUICK, "--json", "--runs", str(tmp_path)).json for _ in range(2))
    one, other = load_model(first["model"]).network.params, load_model(second["model"]).network.params
    assert all((one[name] == other[name]).all() for name in one)
    assert first["run"] != second["run"]


def test_the_log_has_validation_columns_only_when_asked(tmp_path: Path) -> None:
    plain = byhand(*QUICK, "--runs", str(tmp_path)).err
    validated = byhand(*QUICK, "--validate", "--runs", str(tmp_path)).err
    assert "valid" not in plain
    assert "valid loss" in validated
    assert "test" not in plain + validated
    rows = (tmp_path / "digits-2" / "history.jsonl").read_text().splitlines()
    assert len(rows) == 2
    assert json.loads(rows[0])["valid_accuracy"] is not None


def test_quiet_and_json_leave_stderr_empty(tmp_path: Path) -> None:
    assert byhand(*QUICK, "--quiet", "--json", "--runs", str(tmp_path)).err == ""


def test_no_escape_codes_where_nobody_looks(tmp_path: Path) -> None:
    done = byhand(*QUICK, "--runs", str(tmp_path))
    assert "\x1b" not in done.out + done.err


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["trian"], "train"),
        (["train", "vanila"], "vanilla"),
        (["train", "digits", "--optimizer", "addam"], "adam"),
        (["train", "digits", "--activation", "rellu"], "relu"),
        (["train", "digits", "--loss", "squared_eror"], "squared_error"),
        (["train", "digits", "--schedule", "cosin"], "cosine"),
        (["train", "digits", "--scaling", "standardise"], "standardize"),
        (["train", "digits", "--engine", "numpi"], "numpy"),
        (["train", "--data", "gausians"], "gaussians"),
        (["train", "digits", "--epoch", "3"], "--epochs"),
    ],
)
def test_unknown_names_are_answered_with_the_nearest(tmp_path: Path, args: list[str], hint: str) -> None:
    done = byhand(*args, *(["--runs", str(tmp_path)] if "train" in args else []))
    assert done.code == 2
    assert hint in done.err
    assert len(done.err.splitlines()) <= 3
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "args",
    [
        ["--epochs", "0"],
        ["--batch-size", "0"],
        ["--dropout", "1.5"],
        ["--hidden", "12-x"],
        ["--hidden", "0"],
        ["--momentum", "1", "--optimizer", "nesterov"],
        ["--label-smoothing", "1"],
        ["--seed", "-1"],
        ["--output-activation", "softmax"],
        ["--data-dir", "nowhere"],
        ["--validation", "sometimes"],
        ["--patience", "3"],
        ["--learning-rate", "high"],
        ["--learning-rate", "nan"],
        ["--learning-rate", "inf"],
        ["--learning-rate", "-1"],
        ["--weight-decay", "1e999"],
        ["--warm-up", "nan"],
        ["--max-shift", "-1"],
        ["--hidden", "1000001"],
        ["--hidden", "99999999999999999999"],
        ["--seed", "18446744073709551616"],
        ["--loss", "squared_error", "--label-smoothing", "0.1"],
    ],
)
def test_options_that_make_no_sense_are_refused_in_a_sentence(tmp_path: Path, args: list[str]) -> None:
    done = byhand("train", "digits", "--runs", str(tmp_path), *args)
    assert done.code == 2, done
    assert not list(tmp_path.iterdir())
    assert 1 <= len(done.err.splitlines()) <= 3
    assert "Traceback" not in done.err


def test_a_diverged_run_names_the_step_and_exits_5(tmp_path: Path) -> None:
    done = byhand(
        "train", "gaussians-16-8", "--loss", "squared_error", "--schedule", "constant",
        "--learning-rate", "1e6", "--runs", str(tmp_path),
    )  # fmt: skip
    assert done.code == 5
    assert "epoch 1, batch" in done.err
    assert "learning rate 1e+06" in done.err


@pytest.mark.usefixtures("no_network")
def test_the_bare_command_falls_back_to_the_bundled_digits(tmp_path: Path) -> None:
    done = byhand("train", "--epochs", "2", "--json", "--quiet", "--runs", str(tmp_path))
    assert done.code == 0
    assert done.json["data"] == "digits"
    assert len(done.err.splitlines()) == 1
    assert "bundled" in done.err


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("args", [["vanilla"], ["--data", "mnist"], ["--data-dir", "nowhere"]])
def test_a_command_that_names_mnist_never_falls_back(tmp_path: Path, args: list[str]) -> None:
    done = byhand("train", *args, "--runs", str(tmp_path))
    assert done.code in (3, 4)
    assert "--data-dir" in done.err
    assert "BYHAND_DATA" in done.err
    assert ("The recipe 'digits' needs no download." in done.err) == (args[0] != "--data-dir")
    assert len(done.err.splitlines()) == 1


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    rows = [f"{i % 7},{(i * 3) % 5},{'big' if i % 7 > 3 else 'small'}" for i in range(200)]
    (tmp_path / "own.csv").write_text("\n".join(["a,b,size", *rows]))
    found = byhand(
        "train", "--data", str(tmp_path / "own.csv"), "--epochs", "40", "--batch-size", "16",
        "--learning-rate", "0.05", "--json", "--runs", str(tmp_path / "runs"),
    ).json  # fmt: skip
    assert found["test_accuracy"]["mean"] > 0.95
    assert load_model(found["model"]).class_names == ("big", "small")


def test_a_finished_run_has_nothing_to_resume(tmp_path: Path) -> None:
    run = byhand(*QUICK, "--json", "--runs", str(tmp_path)).json["run"]
    done = byhand("train", "--resume", run)
    assert done.code == 3
    assert "finished" in done.err


@pytest.mark.usefixtures("no_network")
def test_falling_back_keeps_what_was_asked_for(tmp_path: Path) -> None:
    done = byhand("train", "--epochs", "1", "--hidden", "5", "--seed", "3", "--json", "--quiet", "--runs", tmp_path)
    assert done.code == 0
    assert done.json["seeds"] == [3]
    model = load_model(done.json["model"])
    assert model.network.widths[1] == 5
    assert model.history["epochs"] == 1


def test_nothing_is_written_but_the_run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert byhand(*QUICK, "--runs", "here").code == 0
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")} == {
        "here", "here/digits-1", "here/digits-1/record.json", "here/digits-1/history.jsonl",
        "here/digits-1/model.safetensors",
    }  # fmt: skip


def test_the_record_tells_the_whole_story(tmp_path: Path) -> None:
    found = byhand(*QUICK, "--learning-rate", "0.03", "--json", "--runs", tmp_path).json
    record = json.loads((tmp_path / "digits-1" / "record.json").read_text())
    assert record["settings"]["recipe"]["learning_rate"] == 0.03
    assert record["settings"]["recipe"]["epochs"] == 2
    assert record["environment"]["numpy"]
    assert {name: record[name] for name in found if name != "schema"} == {
        name: value for name, value in found.items() if name != "schema"
    }
    recipe = load_model(found["model"]).provenance["recipe"]
    assert recipe["learning_rate"] == 0.03


def test_a_changed_recipe_is_not_held_to_its_figure(tmp_path: Path) -> None:
    assert "must reach" not in byhand(*QUICK, "--runs", tmp_path).out
    assert "must reach" in byhand("train", "xor", "--runs", tmp_path).out


def test_a_table_of_numbers_to_predict(tmp_path: Path) -> None:
    rows = [f"{i / 100},{(i * 7 % 13) / 13},{i / 50 - (i * 7 % 13) / 26}" for i in range(200)]
    (tmp_path / "own.csv").write_text("\n".join(["a,b,t", *rows]))
    flags = ["--epochs", "60", "--learning-rate", "0.02", "--batch-size", "20", "--json", "--quiet"]
    found = byhand("train", "--data", tmp_path / "own.csv", *flags, "--runs", tmp_path / "runs").json
    assert found["r_squared"]["mean"] > 0.95


@pytest.mark.parametrize("verb", ["train", "evaluate", "explain"])
def test_a_fault_of_ours_is_told_as_one(verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("what nobody thought of")

    monkeypatch.setattr("byhand.cli.model_lookup.find_model", fails)  # first: these import load_data
    monkeypatch.setattr("byhand.recipes.session.load_data", fails)
    monkeypatch.setattr("byhand.recipes.datasets.load_data", fails)
    done = byhand(verb, "--runs", str(tmp_path))
    assert done.code == 1
    assert "internal error: RuntimeError: what nobody thought of" in done.err
    assert "BYHAND_TRACEBACK=1" in done.err
    assert len(done.err.splitlines()) == 1
    monkeypatch.setenv("BYHAND_TRACEBACK", "1")
    with pytest.raises(RuntimeError, match="nobody"):
        cli.main(args=[verb, "--runs", str(tmp_path)], prog_name="byhand")


def test_too_little_memory_is_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any) -> None:
        raise MemoryError("Unable to allocate 3 TiB")

    monkeypatch.setattr("byhand.recipes.run.build_network", fails)
    done = byhand(*QUICK, "--runs", tmp_path)
    assert done.code == 4
    assert "3 TiB" in done.err
    assert "memory" in done.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("given", "widths"), [("none", [2, 2]), ("8", [2, 8, 2]), ("8,4", [2, 8, 4, 2])])
def test_hidden_layers_are_given_by_their_widths(tmp_path: Path, given: str, widths: list[int]) -> None:
    flags = ["--examples", "20", "--epochs", "1", "--hidden", given, "--json", "--quiet"]
    found = byhand("train", "vanilla", "--data", "moons", *flags, "--runs", tmp_path).json
    network = load_model(found["model"]).network
    assert [len(network.params["0.W"]), *(len(b) for name, b in network.params.items() if name[-1] == "b")] == widths


def test_runs_that_cannot_be_kept_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = byhand(*QUICK, "--runs", tmp_path / "file")
    assert (done.code, len(done.err.splitlines())) == (4, 1)
    assert "--runs" in done.err


def test_a_download_is_shown_on_a_terminal_alone(
    look_alike: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def downloads(folder: Path, *, progress: Callable[[str, int, int], None]) -> None:
        progress("train-images-idx3-ubyte", 50, 100)
        progress("train-images-idx3-ubyte", 100, 100)
        shutil.copytree(look_alike, folder)

    monkeypatch.setattr("byhand.data.fetch.fetch_mnist", downloads)
    monkeypatch.setenv("BYHAND_CACHE", str(tmp_path / "one"))
    assert "downloading" not in byhand("data", "mnist").err
    monkeypatch.setenv("BYHAND_CACHE", str(tmp_path / "two"))
    monkeypatch.setenv("FORCE_COLOR", "1")
    done = byhand("data", "mnist", "--json")
    assert done.code == 0
    assert "downloading train-images-idx3-ubyte" in done.err
    assert done.json["n"] == {"train": 900, "test": 300}


def test_a_training_that_went_wrong_says_so_and_what_to_try(tmp_path: Path) -> None:
    done = byhand(*QUICK, "--learning-rate", "5", "--runs", tmp_path)
    assert "Dead units. Layer 1: " in done.out
    assert "No better than guessing. It gets " in done.out
    assert done.out.splitlines()[-1] == "Try: byhand train digits --epochs 2"
    found = byhand(*QUICK, "--learning-rate", "1e-9", "--json", "--runs", tmp_path).json["diagnosis"]
    assert [(one["seed"], one["id"]) for one in found] == [(0, "not_moving"), (0, "near_guessing")]
    assert found[0]["command"] == "byhand train digits --epochs 2"
    assert byhand(*QUICK, "--json", "--runs", tmp_path).json["diagnosis"] == []


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (["--optimizer", "adam", "--learning-rate", "0.01"], "optimizer sgd"),
        (["--batch-size", "1"], "batch_size 4, all examples at once"),
        (["--activation", "sigmoid"], "activation relu or tanh"),
        (["--weight-decay", "0.01"], "weight_decay 0.0"),
    ],
)
def test_shares_of_starts_are_not_told_for_other_settings(tmp_path: Path, flags: list[str], reason: str) -> None:
    done = byhand("train", "xor", "--epochs", "20", *flags, "--runs", tmp_path)
    assert done.code == 0
    assert f"shares of 200 starts are left out: they are for {reason}" in done.out
    assert "share of 200 starts with 8" not in done.out


def test_shares_of_starts_are_those_of_the_activation(tmp_path: Path) -> None:
    name = "share_of_200_starts_with_2_hidden_units"
    relu, tanh = (
        byhand("train", "xor", "--epochs", "500", "--activation", kind, "--json", "--runs", tmp_path).json[name]["mean"]
        for kind in ("relu", "tanh")
    )
    assert relu != tanh


def test_another_loss_drops_the_recipes_label_smoothing_and_says_so(tmp_path: Path) -> None:
    done = byhand(*QUICK, "--loss", "squared_error", "--learning-rate", "0.01", "--runs", tmp_path)
    assert done.code == 0, done.err
    assert "label smoothing goes with softmax_cross_entropy; squared_error trains without it" in done.err
    done = byhand(*QUICK, "--loss", "squared_error", "--label-smoothing", "0.1", "--runs", tmp_path)
    assert done.code == 2  # it was asked for


@pytest.mark.parametrize("value", ["-1", "2.5", "x", str(2**64)])
def test_whole_numbers_are_asked_for_in_words(value: str, tmp_path: Path) -> None:
    done = byhand(*QUICK, "--batch-size", value, "--runs", tmp_path)
    assert done.code == 2
    assert "not a whole number" in done.err
    assert "18446744073709551615" not in byhand("train", "--help").out


def test_what_a_recipe_sets_is_marked_in_plain_text() -> None:
    lines = byhand("recipes", "digits").out.splitlines()
    assert any(line.startswith(("* --hidden", "* --data ")) for line in lines)
    assert any(line.startswith("  --momentum") for line in lines)


@pytest.mark.parametrize("args", [["recipes"], ["recipes", "digits"], ["recipes", "table"]])
def test_recipes_fit_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch, args: list[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = byhand(*args).out.splitlines()
    assert max(map(len, lines)) <= 80


def test_the_older_names_of_flags_and_values_are_read(tmp_path: Path) -> None:
    old = ["--preparation", "unit", "--move", "1", "--output", "identity", "--runs", tmp_path]
    assert byhand(*QUICK, *old).code == 0
    recipe = json.loads((tmp_path / "digits-1" / "record.json").read_text())["settings"]["recipe"]
    assert (recipe["scaling"], recipe["max_shift"], recipe["output_activation"]) == ("minmax", 1, "identity")
    shown = byhand("train", "--help").out
    assert "--scaling" in shown
    assert "--preparation" not in shown


def test_a_record_with_older_names_is_resumed() -> None:
    recipe = RECIPES["draw"]
    saved = asdict(recipe)
    old = {"preparation": "standard", "move": saved.pop("max_shift"), "output": saved.pop("output_activation")}
    del saved["scaling"]
    assert read_recipe({**saved, **old}) == recipe


def test_it_says_when_other_programs_left_it_fewer_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "available_cpus", lambda: 2)
    monkeypatch.setattr(native, "why_one_thread", lambda *_: None)
    monkeypatch.setattr("time.process_time", lambda: 0.0)  # no processor time, as far as anybody can see
    monkeypatch.setattr(thread_count, "MIN_SECONDS", 0.0)
    wide = ("train", "digits", "--hidden", "1024", "--engine", "native", "--runs", tmp_path)
    done = byhand(*wide, "--epochs", "2")
    assert ", 2 threads" in done.err
    assert "1 of 2 epochs trained with fewer than 2 threads, because 2 got too little processor time" in done.err
    assert "fewer" not in byhand(*wide, "--epochs", "1").err
