"""Notebooks are the lessons' own cells, in order, and run."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("nbformat")
pytest.importorskip("nbclient")

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
from make_lessons import LESSONS, build, cells_of, notebook_of

SOURCE = "# %% [markdown]\n# # Title\n#\n# prose\n\n# %%\nx = 1\n\n# %%\nprint(x)\n"


def test_cells_are_prose_and_code_in_order() -> None:
    assert cells_of(SOURCE) == [(True, "# Title\n\nprose"), (False, "x = 1"), (False, "print(x)")]


def test_all_code_of_every_lesson_is_in_its_notebook() -> None:
    for lesson in LESSONS.glob("*.py"):
        source = lesson.read_text(encoding="utf-8")
        code = "\n".join(cell.source for cell in notebook_of(source).cells if cell.cell_type == "code")
        lines = [line for line in source.splitlines() if line and not line.startswith("#")]
        assert [line for line in code.splitlines() if line and not line.startswith("#")] == lines


@pytest.mark.full
def test_a_notebook_runs(tmp_path: Path) -> None:
    assert build(LESSONS / "01_one_neuron.py", tmp_path)
    assert (tmp_path / "01_one_neuron.ipynb").is_file()


@pytest.mark.full
def test_a_notebook_with_a_failing_cell_is_not_written(tmp_path: Path) -> None:
    lesson = tmp_path / "99_wrong.py"
    lesson.write_text("# %%\nassert 1 == 2\n")
    assert not build(lesson, tmp_path)
    assert not (tmp_path / "99_wrong.ipynb").exists()
