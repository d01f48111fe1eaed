"""A card says what was measured and how to make the model again, to the bit; hostile text stays text."""

import shlex
from pathlib import Path
from typing import Any

import pytest

import byhand as bh
from byhand.cards import card_text, read_facts, write_model_folder
from byhand.cards.card import rerun_command
from byhand.cli.main import cli
from byhand.errors import ByhandError
from byhand.untrusted import UntrustedText

SMALL: dict[str, Any] = {"data": "moons", "examples": 60, "hidden": [4], "epochs": 2}


def test_the_command_makes_the_same_bytes(tmp_path: Path) -> None:
    made = bh.run_recipe("vanilla", **SMALL, learning_rate=0.3, seed=5, validate=True, runs=tmp_path / "first")
    command = rerun_command(read_facts(made.path))
    assert command.startswith("byhand train vanilla --data moons")
    again = [*shlex.split(command)[1:], "--runs", str(tmp_path / "again"), "-q"]
    with pytest.raises(SystemExit) as ended:
        cli.main(args=again, prog_name="byhand")
    assert not ended.value.code
    files = [tmp_path / name / "vanilla-1" / "model.safetensors" for name in ("first", "again")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_command_of_a_table_keeps_its_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Pets.csv").write_text("Id,Size,Kind\n" + "".join(f"k{i},{i % 7},{'AB'[i % 2]}\n" for i in range(60)))
    made = bh.run_recipe("table", data="Pets.csv", drop="Id", target="Kind", header="yes", epochs=2, batch_size=64)
    command = rerun_command(read_facts(made.path))
    assert "--data Pets.csv" in command
    assert "--epochs 2 --batch-size 64 --target Kind --drop Id --header" in command, "a batch size that rows may change"
    with pytest.raises(SystemExit) as ended:
        cli.main(args=[*shlex.split(command)[1:], "-q"], prog_name="byhand")
    assert not ended.value.code
    files = sorted(Path("runs").glob("*/model.safetensors"))
    assert len(files) == 2
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_card_of_a_table_tells_of_its_columns(tmp_path: Path) -> None:
    rows = [f"{i % 7},{'xyz'[i % 3]},{i * i % 17 / 4}\n" for i in range(60)]
    (tmp_path / "t.csv").write_text("size,colour,price\n" + "".join(rows))
    made = bh.run_recipe("table", data=str(tmp_path / "t.csv"), epochs=1, task="regression", runs=tmp_path / "runs")
    text = card_text(read_facts(made.path))
    assert "60 rows of 2 columns and a target from t, 0.2 of the rows for the test" in text
    assert "rows: a data frame with its 2 columns" in text
    assert (made.evaluation.r2_score or 0) < 0
    assert f"| −{-(made.evaluation.r2_score or 0):.4f} |" in text


def test_the_scaling_is_named_as_its_flag_is(tmp_path: Path) -> None:
    made = bh.run_recipe("vanilla", **SMALL, scaling="standardize", runs=tmp_path)
    assert "Inputs are scaled (standardize) by the model itself" in card_text(read_facts(made.path))


def test_the_figure_has_its_interval(tmp_path: Path) -> None:
    one = bh.run_recipe("vanilla", **SMALL, validate=True, runs=tmp_path)
    text = card_text(read_facts(one.path))
    low, high = (100 * bound for bound in one.evaluation.interval or ())
    assert (
        f"| {100 * (one.evaluation.accuracy or 0):.2f} % | {low:.2f} % – {high:.2f} %, from counting examples |" in text
    )
    many = bh.run_recipe("vanilla", **SMALL, seeds=2, runs=tmp_path)
    assert "of the mean over seeds" in card_text(read_facts(many.path))
    assert "--seeds 2" in rerun_command(read_facts(many.path))


def test_the_folder_holds_a_model_that_loads(tmp_path: Path) -> None:
    made = bh.run_recipe("vanilla", **SMALL, runs=tmp_path)
    files = write_model_folder(read_facts(made.path), tmp_path / "shared")
    assert [file.name for file in files] == ["README.md", "model.safetensors", "config.json"]
    assert files[1].read_bytes() == made.seeds[0].model_file.read_bytes()
    assert files[0].read_text().startswith("---\nlibrary_name: byhand\npipeline_tag: tabular-classification\n")
    assert card_text(read_facts(tmp_path / "shared"))  # a second time, from what was shared
    assert "Nobody recorded it" in card_text(read_facts(files[1]))


def test_hostile_text_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    network = bh.Network.mlp([2, 3, 2], seed=1)
    names = ("<script>alert(1)</script>", "[click](javascript:x)\n# title")
    provenance = {"data": "| a | <img src=x>\n```", "recipe": {"hidden": "x"}, "environment": {"numpy": "`2`\x1b[0m"}}
    scaler = bh.data.moons(20).train.preparation
    model = bh.Model(network, scaler, bh.Output.SOFTMAX_LOGITS, names, provenance=provenance)
    bh.save_model(model, tmp_path / "model.safetensors")
    text = card_text(read_facts(tmp_path / "model.safetensors"))
    assert "<script" not in text
    assert "<img" not in text
    assert "[click](" not in text
    assert "\n# title" not in text
    assert "\x1b" not in text
    assert "Its recipe is not recorded" in text


def test_markdown_signs_are_escaped() -> None:
    assert UntrustedText("a*b_c\n<i>").for_markdown() == "a\\*b\\_c\\\\n&lt;i&gt;"


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_damaged_record_is_a_sentence(tmp_path: Path, content: str) -> None:
    made = bh.run_recipe("vanilla", **SMALL, runs=tmp_path)
    (made.path / "record.json").write_text(content)
    with pytest.raises(ByhandError, match=r"record\.json"):
        read_facts(made.path)


@pytest.mark.parametrize(
    "content", ['{"settings": 3}', '{"settings": {"recipe": 3}, "test_accuracy": "x", "tested": 4}']
)
def test_a_record_of_another_shape_makes_a_card_that_says_less(tmp_path: Path, content: str) -> None:
    made = bh.run_recipe("vanilla", **SMALL, runs=tmp_path)
    (made.path / "record.json").write_text(content)
    assert "Its recipe is not recorded" in card_text(read_facts(made.path))
