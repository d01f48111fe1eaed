"""What the README tells people to type works, and its Python runs."""

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = [line for line in re.findall(r"^byhand .*$", README, flags=re.MULTILINE) if not line.startswith("byhand lab")]


# `byhand lab` serves until Ctrl-C: tests/lab starts and ends it.


def written(language: str) -> list[str]:
    """Return the README's blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def run(*command: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )


def copy_digit(folder: Path) -> None:
    """Put the picture that the README names where it names it."""
    (folder / "docs" / "pictures").mkdir(parents=True)
    shutil.copy(ROOT / "docs" / "pictures" / "digit.png", folder / "docs" / "pictures")


@pytest.mark.parametrize("code", written("python"))
def test_the_python_runs(code: str, tmp_path: Path) -> None:
    done = run("-c", code, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    first, *rest = done.stdout.splitlines()
    assert float(first) > 0.9
    assert any("UPDATE" in line for line in rest)


@pytest.mark.full  # trains on MNIST again and again: two minutes
def test_every_command_works_in_the_order_of_the_page(tmp_path: Path, mnist_folder: Path) -> None:
    pytest.importorskip("PIL.Image", reason="pictures need Pillow")
    (tmp_path / "my.csv").write_text("".join(f"{i},{i % 7},{'up' if i > 30 else 'down'}\n" for i in range(60)))
    copy_digit(tmp_path)
    commands = [shlex.split(line, comments=True) for line in LINES]
    assert len(commands) > 8
    for _, *words in commands:
        fewer = ["2" if before == "--seeds" else word for before, word in zip(["", *words], words, strict=False)]
        done = run("-m", "byhand", *fewer, folder=tmp_path, BYHAND_DATA=str(mnist_folder))
        assert done.returncode == 0, (words, done.stderr)
        assert done.stdout.strip(), words
        assert "Traceback" not in done.stderr


QUICK = ("explain", "evaluate", "show", "export c", "data", "recipes")


def test_without_mnist_the_lines_work_on_the_model_of_small_digits(tmp_path: Path) -> None:
    pytest.importorskip("PIL.Image", reason="pictures need Pillow")
    copy_digit(tmp_path)
    assert run("-m", "byhand", "train", "digits", "--epochs", "3", "-q", folder=tmp_path).returncode == 0
    lines = [line for line in LINES if line.removeprefix("byhand ").startswith(QUICK)]
    assert all(any(line.startswith(f"byhand {verb}") for line in lines) for verb in QUICK)
    for line in lines:
        done = run("-m", *shlex.split(line, comments=True), folder=tmp_path)
        assert done.returncode == 0, (line, done.stderr)


def test_what_it_links_to_is_there() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_results_are_those_of_the_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    script = runpy.run_path(str(ROOT / "tools" / "make_results.py"))
    for page, section in script["pages"]().items():
        text = page.read_text(encoding="utf-8")
        assert script["with_section"](text, section) == text, "run python tools/make_results.py"
