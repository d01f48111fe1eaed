"""The verbs that look at what was trained, and those that need no model."""

import os
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
from cli_runner import byhand

import byhand as bh
from byhand.cli.main import COMMANDS, cli
from byhand.data.idx import write_idx
from byhand.engines.bindings import KERNELS


def test_evaluate_refuses_data_of_another_width(trained: Path) -> None:
    done = byhand("evaluate", str(trained), "--data", "xor")
    assert done.code == 3
    assert "64" in done.err


def test_predict_reads_arrays_idx_and_tables_alike(trained: Path, tmp_path: Path) -> None:
    raw = bh.data.digits().train.raw[:5]
    np.save(tmp_path / "five.npy", raw)
    write_idx(tmp_path / "five-images-idx3-ubyte", raw.reshape(5, 8, 8))
    np.savetxt(tmp_path / "five.csv", raw, delimiter=",")
    files = [str(tmp_path / name) for name in ("five.npy", "five-images-idx3-ubyte", "five.csv")]
    found = byhand("predict", *files, "--model", str(trained), "--json").json["predictions"]
    classes = [answer["class"] for answer in found]
    assert classes[:5] == classes[5:10] == classes[10:] == ["0", "1", "2", "3", "4"]
    assert all(0.3 < answer["probabilities"][answer["class"]] <= 1 for answer in found)


@pytest.mark.parametrize("name", ["nothing.npy", "nothing.csv", "nothing.png", "wrong.npy", "text.csv", "pickle.npy"])
def test_predict_refuses_in_one_sentence(trained: Path, tmp_path: Path, name: str) -> None:
    if name == "wrong.npy":
        np.save(tmp_path / name, np.zeros((3, 7)))
    if name == "pickle.npy":
        np.save(tmp_path / name, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    if name == "text.csv":
        (tmp_path / name).write_text("one,two\n")
    done = byhand("predict", str(tmp_path / name), "--model", str(trained))
    assert done.code == 3
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("sizes", "parameters"),
    [("784-128-10", 101_770), ("784-50-10", 39_760), ("784-128-64-10", 109_386), ("2-4-4-2", 42), ("2-16-8-2", 202)],
)
def test_show_counts_every_parameter(sizes: str, parameters: int) -> None:
    assert byhand("show", sizes, "--json").json["parameters"] == parameters
    drawn = byhand("show", sizes).out
    assert f"{parameters:,}" in drawn
    assert "□" in drawn
    assert "○" in drawn


def test_show_takes_recipes_runs_and_refuses_the_rest(trained: Path) -> None:
    assert byhand("show", "vanilla", "--json").json["parameters"] == 101_770
    assert byhand("show", str(trained), "--json").json["sizes"] == "64-128-10"
    assert byhand("show", "784").code == 2


def test_show_tells_what_trained_a_model(trained: Path) -> None:
    told = byhand("show", str(trained), "--json").json["trained"]
    assert told["engine"] in {f"native/{kernel}" for kernel in KERNELS} | {"numpy"}
    assert f"trained by {told['engine']}, byhand {told['byhand']}" in byhand("show", str(trained)).out
    assert byhand("show", "784-128-10", "--json").json["trained"] is None


@pytest.mark.parametrize("verb", ["evaluate", "explain", "show"])
def test_without_a_run_there_is_nothing_to_look_at(tmp_path: Path, verb: str) -> None:
    done = byhand(verb, "--runs", tmp_path)
    assert (done.code, len(done.err.splitlines()), done.out) == (3, 1, "")
    assert "byhand train" in done.err


@pytest.mark.parametrize(
    "args",
    [
        ["evaluate", "missing"],
        ["evaluate", "text.safetensors"],
        ["explain", "missing"],
        ["explain", "text.safetensors"],
        ["predict", "text.csv", "--model", "missing"],
        ["predict", "text.csv", "--model", "text.safetensors"],
        ["show", "."],
        ["data", "missing.csv"],
        ["data", "--data-dir", "missing"],
        ["data", "."],
        ["train", "--data", "missing.csv"],
        ["train", "--data", "text.csv"],
        ["train", "--data-dir", "."],
        ["train", "--resume", "missing"],
    ],
    ids=" ".join,
)
def test_what_is_missing_or_broken_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.safetensors").write_text("no model")
    (tmp_path / "text.csv").write_text("no table")
    done = byhand(*args)
    assert (done.code, len(done.err.splitlines()), done.out) == (3, 1, ""), done
    assert done.err.startswith("byhand: ")
    assert done.err.rstrip().endswith((".", "`"))


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["evalute"], "'evaluate'"),
        (["evaluate", "--datadir", "x"], "--data-dir"),
        (["recipes", "vanila"], "'vanilla'"),
        (["recipes", "--jsn"], "--json"),
        (["experiment", "sorted-by-clas"], "'sorted-by-class'"),
        (["data", "moon"], "'moons'"),
        (["data", "digit"], "'digits'"),
        (["data", "digits", "--labels", "3"], "--label"),
        (["show", "2-4-2", "--activation", "sigmoyd"], "'sigmoid'"),
        (["predict", "x.npy", "--modle", "y"], "--model"),
        (["explain", "--indx", "3"], "--index"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_what_is_misspelt_is_answered_with_the_nearest(args: list[str], hint: str) -> None:
    done = byhand(*args)
    assert (done.code, len(done.err.splitlines()), done.out) == (2, 1, "")
    assert hint in done.err


def test_data_lists_sets_and_shows_one() -> None:
    assert set(byhand("data", "--json").json["sets"]) >= {"mnist", "digits", "xor"}
    found = byhand("data", "digits", "--json").json
    assert found["n"] == {"train": 1797}
    assert sum(found["class_counts"]["train"]) == 1797
    assert "█" in byhand("data", "digits", "--label", "7").out
    assert "○" in byhand("data", "moons").out


def test_recipes_lists_all_and_shows_one() -> None:
    assert len(byhand("recipes", "--json").json["recipes"]) == len(bh.RECIPES)
    assert "--learning-rate" in byhand("recipes", "vanilla").out


def test_data_draws_each_picture_asked_for() -> None:
    shown = byhand("data", "digits", "--label", "7", "--examples", "3").out
    assert shown.count("7 (#") == 3
    assert "3 (#" not in shown
    one, other, same = (byhand("data", "moons", "--seed", seed).out for seed in ("1", "2", "1"))
    assert one == same != other


def test_the_drawing_of_a_network_has_its_units_and_edges() -> None:
    drawn = byhand("show", "2-4-4-2").out
    assert (drawn.count("□"), drawn.count("○")) == (2, 4 + 4 + 2)
    assert any("\u2801" <= sign <= "\u28ff" for sign in drawn)
    large = byhand("show", "784-128-64-10").out
    assert large.count("⋮") == 4  # more than seven units are not drawn one by one
    assert all(width in large for width in ("784", "128", "64", "10"))


def test_show_draws_nothing_that_would_not_fit_into_memory() -> None:
    for sizes in ("100000-100000-10", "1000000-1000000-1000000", "784-0-10", "784--10", "-", "1-x"):
        done = byhand("show", sizes)
        assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_verb_helps_with_an_example(verb: str) -> None:
    done = byhand(verb, "--help")
    assert done.code == 0
    assert f"Example: byhand {verb}" in done.out
    assert all(flag in done.out for flag in ("--json", "--quiet", "--no-color"))
    assert byhand(verb, "-h").out == done.out


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_option_is_explained(verb: str) -> None:
    command = cli.get_command(click.Context(cli), verb)
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_byhand_alone_says_what_to_try() -> None:
    assert "byhand train" in byhand().out


@pytest.mark.parametrize(
    ("line", "expected"),
    [("byhand tr", ["train"]), ("byhand train van", ["vanilla"]), ("byhand recipes deep", ["deep-dive"]),
     ("byhand experiment rate", ["rate-too-high", "rate-too-low"]),
     ("byhand train vanilla --learn", ["--learning-rate"])],
)  # fmt: skip
def test_the_shell_completes_verbs_recipes_and_flags(line: str, expected: list[str]) -> None:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1), "_BYHAND_COMPLETE": "bash_complete"}
    program = [sys.executable, "-c", "from byhand.cli.main import main; main()"]
    done = subprocess.run(program, env={**os.environ, **words}, capture_output=True, text=True, check=False)
    assert [answer.partition(",")[2] for answer in done.stdout.split()] == expected
