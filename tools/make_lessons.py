"""Build the lessons' notebooks from their percent files and run them: python tools/make_lessons.py OUTPUT [NUMBER ...]

A lesson is one Python file with cells (`# %%` code, `# %% [markdown]` prose), so that it can be tested as a script,
read as text and opened as a notebook. A notebook whose cell fails is not written, and the exit code is 1.
"""

import argparse
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

LESSONS = Path(__file__).parents[1] / "lessons"
MARK, PROSE = "# %%", "# %% [markdown]"
SECONDS = 600  # for one cell


def cells_of(source: str) -> list[tuple[bool, str]]:
    """Return the cells of a percent file: whether it is prose, and its text without the comment signs of prose."""
    cells: list[tuple[bool, str]] = []
    lines: list[str] = []
    is_prose = False
    for line in [*source.splitlines(), MARK]:
        if not line.startswith(MARK):
            lines.append(line.removeprefix("#").removeprefix(" ") if is_prose else line)
            continue
        if text := "\n".join(lines).strip("\n"):
            cells.append((is_prose, text))
        is_prose, lines = line.startswith(PROSE), []
    return cells


def notebook_of(source: str) -> nbformat.NotebookNode:
    """Return a lesson as a notebook that has not been run."""
    make = {True: nbformat.v4.new_markdown_cell, False: nbformat.v4.new_code_cell}
    notebook = nbformat.v4.new_notebook(cells=[make[is_prose](text) for is_prose, text in cells_of(source)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # not drawn at random: the same lesson is the same file
    return notebook


def build(lesson: Path, output: Path) -> bool:
    """Run a lesson and write its notebook; return whether every cell ran."""
    notebook = notebook_of(lesson.read_text(encoding="utf-8"))
    try:
        NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(output)}}).execute()
    except CellExecutionError as error:
        print(f"{lesson.name}: {error}", file=sys.stderr)
        return False
    path = output / f"{lesson.stem}.ipynb"
    nbformat.write(notebook, path)
    print(path)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="folder for the notebooks")
    parser.add_argument("numbers", type=int, nargs="*", help="of lessons; default: all")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    lessons = sorted(LESSONS.glob("*.py"))
    chosen = [path for path in lessons if not options.numbers or int(path.stem[:2]) in options.numbers]
    have_run = [build(path, options.output) for path in chosen]  # all of them, also after one that fails
    return 0 if all(have_run) else 1


if __name__ == "__main__":
    sys.exit(main())
