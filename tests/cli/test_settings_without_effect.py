"""Settings that would change nothing are refused where somebody gave them, and not where a recipe has them."""

import re
from pathlib import Path

import pytest
from cli_runner import byhand

import byhand as bh
from byhand.errors import OptionError
from byhand.recipes.recipe import Recipe

TABLE = "a,b,kind\n" + "".join(f"{i},{i % 5},k{i % 2}\n" for i in range(40))
SINE = ("--data", "sine", "--examples", "60", "--epochs", "1")


@pytest.mark.parametrize(
    ("args", "needed"),
    [
        (["--data", "sine", "--quantile", "0.9"], "On the command line: --loss quantile."),
        (["--data", "sine", "--huber-delta", "9"], "On the command line: --loss huber."),
        (["--data", "sine", "--loss", "huber", "--quantile", "0.9"], "On the command line: --loss quantile."),
        (["--data", "sine", "--label-smoothing", "0.2"], "goes with softmax_cross_entropy, not with squared_error"),
        (["digits", "--optimizer", "adam", "--momentum", "0.5"], "for the optimizer momentum or nesterov"),
        (["digits", "--optimizer", "sgd", "--beta2", "0.5"], "for the optimizer adam or adamw"),
        (["digits", "--target", "kind"], "got target='kind', which would change nothing: it is for tables of text"),
        (["digits", "--missing", "mean"], "it is for tables (.csv, .tsv, .npz)"),
        (["digits", "--noise", "0.5"], "for the data xor, circles, moons"),
        (["digits", "--image-size", "12"], "for folders of pictures by class"),
        (["digits", "--image-preprocessing", "mnist"], "for folders of pictures"),
        (["digits", "--validate", "--validation", "none"], "Leave one of them out."),
    ],
)
def test_a_setting_that_would_change_nothing_is_refused(tmp_path: Path, args: list[str], needed: str) -> None:
    done = byhand("train", *args, "--runs", tmp_path)
    assert done.code == 2, done
    assert needed in done.err
    assert len(done.err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_what_a_recipe_has_without_use_is_nobodys_choice(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    data = ("--data", tmp_path / "t.csv", "--epochs", "1", "--runs", tmp_path)
    assert byhand("train", *data, "--optimizer", "sgd").code == 0, "the recipe's beta2 goes unused"
    assert byhand("train", *SINE, "--loss", "quantile", "--quantile", "0.9", "--runs", tmp_path).code == 0
    assert byhand("train", *SINE, "--label-smoothing", "0", "--runs", tmp_path).code == 0
    assert (
        byhand("train", *SINE, "--noise", "0", "--optimizer", "momentum", "--momentum", "0.5", "--runs", tmp_path).code
        == 0
    )
    resumed = byhand("train", "--resume", tmp_path / "sine-1")
    assert "is finished" in resumed.err


def test_data_that_are_not_there_are_told_first(tmp_path: Path) -> None:
    done = byhand("train", "--data", tmp_path / "pets", "--image-size", "12", "--runs", tmp_path)
    assert "unknown data" in done.err or "does not exist" in done.err


def test_python_is_told_the_same(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"run_recipe got quantile=0\.9.*it is for the loss quantile") as caught:
        bh.run_recipe("vanilla", data="sine", quantile=0.9, runs=tmp_path)
    assert "--" not in str(caught.value)


def test_a_recipe_of_ones_own_keeps_its_loss_for_numbers(tmp_path: Path) -> None:
    own = Recipe("own", "", "", data="sine", examples=60, loss="quantile", quantile=0.9, epochs=1)
    assert bh.run_recipe(own, runs=tmp_path).recipe.loss == "quantile"


def test_a_sweep_refuses_what_no_trial_would_use(tmp_path: Path) -> None:
    quick = ("--epochs", "1", "--executor", "serial", "--quiet", "--runs", tmp_path)
    done = byhand("sweep", "digits", "--optimizer", "sgd", "--momentum", "0.5,0.9", *quick)
    assert done.code == 2
    assert "sweep got momentum, which would change nothing" in done.err
    both = byhand("sweep", "digits", "--optimizer", "sgd,momentum", "--momentum", "0.5,0.9", *quick)
    assert both.code == 0, "some of its trials use it"
    done = byhand("compare", "digits", "digits:quantile=0.9")
    assert done.code == 2
    assert "compare got quantile=0.9" in done.err


@pytest.mark.parametrize("flags", [("--label", "k1"), ("--examples", "3")])
def test_pictures_are_not_asked_of_a_table(tmp_path: Path, flags: tuple[str, str]) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    done = byhand("data", tmp_path / "t.csv", *flags)
    assert done.code == 2
    assert done.err == f"byhand: {flags[0]} is for pictures, and t has none. Leave it out.\n"
    assert byhand("data", "digits", "--target", "kind").code == 2
    assert byhand("data", tmp_path / "t.csv", "--target", "b").code == 0


def test_the_index_of_a_small_picture_is_shown_in_full() -> None:
    out = byhand("data", "digits", "--label", "7", "--examples", "2").out
    (titles,) = [line for line in out.splitlines() if "7 (#" in line]
    assert re.fullmatch(r"7 \(#\d+\) +7 \(#\d+\) *", titles)
