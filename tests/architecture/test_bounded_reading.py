"""There is one way to read a file, and it knows the file's size before it begins: byhand.files."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "byhand"
FILES = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}

READS = {"open", "io.open", "np.load", "np.loadtxt", "np.genfromtxt", "np.fromfile", "np.memmap", "Image.open"}
READING_METHODS = {"open", "read_bytes", "read_text"}
OWN_FILES = {  # file of the package → what it opens, which came with the package or was made by it a moment ago
    "files.py": "the one reader",
    "exports/to_html.py": "the page's own files",
    "lab/static_files.py": "the page's own files",
    "training/diagnosis_checks.py": "the table of findings",
    "experiments/table.py": "the table of experiments",
    "course/exercise.py": "the solutions of the exercises",
    "course/quiz.py": "the questions",
    "exports/child.py": "what byhand has just exported",
    "exports/verify.py": "what byhand has just exported",
    "data/images.py": "a buffer in memory",
    "data/npz.py": "an archive's member, bounded by its own size",
    "cli/lab.py": "a window of the browser",
    "data/fetch.py": "an address",
    "cli/predict.py": "a buffer in memory",
    "engines/available_cpus.py": "files of the operating system, of no stated size, at most 64 kB of each",
    "engines/processor.py": "the same",
    "engines/kernel_table.py": "the table of kernels",
}


@pytest.mark.parametrize("file", sorted(set(FILES) - set(OWN_FILES)))
def test_no_file_is_read_around_the_bounded_reader(file: str) -> None:
    for node in ast.walk(ast.parse(FILES[file].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            reads = name in READS or (isinstance(node.func, ast.Attribute) and node.func.attr in READING_METHODS)
            assert not reads, f"{file}:{node.lineno} reads with {name}; use byhand.files.open_regular or read_whole"
