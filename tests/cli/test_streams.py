"""Who hears what: results on stdout, narration on stderr, colour where it is wanted, and streams that fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import PYTHON, byhand, ended, started

from byhand.cli.main import COMMANDS

ESCAPE = "\x1b"
ENDING = [verb for verb in COMMANDS if verb != "lab"]  # which serves until Ctrl-C: tests/lab/test_verbs.py


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run folder of a network on the bundled digits."""
    runs = tmp_path_factory.mktemp("runs")
    assert byhand("train", "digits", "--epochs", "2", "--runs", runs).code == 0
    return runs / "digits-1"


def commands(run: Path, tmp_path: Path) -> dict[str, list[str | Path]]:
    """Return a command of every verb that prints a result and ends."""
    import numpy as np

    np.save(tmp_path / "one.npy", np.zeros((1, 64)))
    return {
        "train": ["train", "digits", "--epochs", "1", "--runs", tmp_path / "runs"],
        "sweep": ["sweep", "digits", "--epochs", "1,2", "--executor", "serial", "--runs", tmp_path / "sweeps"],
        "compare": ["compare", run, run],
        "plot": ["plot", run, "--text"],
        "card": ["card", run],
        "evaluate": ["evaluate", run],
        "predict": ["predict", tmp_path / "one.npy", "--model", run],
        "explain": ["explain", run],
        "show": ["show", "2-4-4-2"],
        "data": ["data", "moons"],
        "quiz": ["quiz", "5"],
        "guess": ["guess", "--examples", "3"],
        "homework": ["homework", "--output", tmp_path / "sheet.md"],
        "exercise": ["exercise", "5", "--output", tmp_path / "mine.py"],
        "recipes": ["recipes", "vanilla"],
        "experiment": ["experiment", "xor-line", "--seeds", "1"],
        "export": ["export", "python", tmp_path / "made.py", "--model", run],
        "bench": ["bench", "tiny", "--rounds", "1", "--peer", "byhand numpy"],
    }


@pytest.mark.parametrize("verb", ENDING)
def test_json_is_all_there_is_on_stdout(run: Path, tmp_path: Path, verb: str) -> None:
    done = byhand(*commands(run, tmp_path)[verb], "--json")
    assert done.code == 0
    assert done.out.count("\n") == 1
    assert done.json["schema"] == 1
    assert (done.err == "") == (verb not in ("train", "sweep", "bench", "predict"))


@pytest.mark.parametrize("verb", ENDING)
def test_quiet_silences_narration_and_not_the_result(run: Path, tmp_path: Path, verb: str) -> None:
    done = byhand(*commands(run, tmp_path)[verb], "--quiet")
    assert done.code == 0
    assert done.err == ""
    assert done.out


@pytest.mark.parametrize("verb", ENDING)
def test_no_colour_where_nobody_looks(run: Path, tmp_path: Path, verb: str) -> None:
    done = byhand(*commands(run, tmp_path)[verb])
    assert ESCAPE not in done.out + done.err


@pytest.mark.parametrize("verb", ENDING)
def test_colour_is_forced_and_forbidden(run: Path, tmp_path: Path, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command = commands(run, tmp_path)[verb]
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    if verb not in ("data", "show", "plot", "card", "exercise"):  # which draw in one colour
        assert ESCAPE in byhand(*command).out
    assert "\x1b[3" not in byhand(*command, "--no-color").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in byhand(*command).out


def test_python_dash_m_is_the_command(tmp_path: Path) -> None:
    done = ended(started("--version"))
    assert (done.code, done.out.strip(), done.err) == (0, "byhand, version 0.1.0", "")
    assert ended(started("train", "vanila")).code == 2


@pytest.mark.parametrize("verb", ["show", "explain", "data", "evaluate"])
def test_a_terminal_that_cannot_show_a_sign_shows_something_else(run: Path, tmp_path: Path, verb: str) -> None:
    done = ended(started(*commands(run, tmp_path)[verb], PYTHONIOENCODING="ascii"))
    assert done.code == 0, done.err
    assert done.out.isascii()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_behind_stdout_is_told() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*PYTHON, "recipes"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 4
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs pipes as POSIX has them")
@pytest.mark.parametrize("args", [["recipes"], ["recipes", "--json"], ["--help"], []], ids=str)
def test_a_reader_that_has_left_is_not_worth_a_word(args: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*PYTHON, *args], stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.returncode == 141
    assert done.stderr == ""


def test_control_characters_from_outside_do_not_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("a,b,c\n" + "1,2,\x1b[31mred\n3,4,[bold]\n" * 20)
    table = tmp_path / "own.csv"
    found = byhand("train", "--data", table, "--epochs", "2", "--quiet", "--runs", tmp_path / "r")
    assert found.code == 0, found
    for done in (found, byhand("evaluate", tmp_path / "r" / "own-1", "--data", table), byhand("data", table)):
        assert ESCAPE not in done.out + done.err
    assert "[bold" in byhand("evaluate", tmp_path / "r" / "own-1", "--data", table).out
    wrong = byhand("train", "--data", "\x1b[31m\n\n\nred")
    assert (wrong.code, len(wrong.err.splitlines())) == (2, 1)
    assert ESCAPE not in wrong.err


def test_brackets_in_a_file_name_are_shown_as_they_are(run: Path, tmp_path: Path) -> None:
    import numpy as np

    np.save(tmp_path / "[red]x[[bold].npy", np.zeros((1, 64)))
    done = byhand("predict", tmp_path / "[red]x[[bold].npy", "--model", run)
    assert done.code == 0
    assert "[red]x[[bold].npy" in done.out


def test_help_loads_neither_numpy_nor_rich() -> None:
    for args in (["--help"], ["--version"], []):
        program = (
            f"import sys\nfrom byhand.cli.main import cli\ntry: cli.main(args={args})\nexcept SystemExit: pass\n"
            "assert not {'numpy', 'rich', 'safetensors', 'PIL'} & set(sys.modules), sorted(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


@pytest.mark.parametrize(("shell", "sign"), [("bash", "complete"), ("zsh", "compdef"), ("fish", "complete")])
def test_shell_completion(shell: str, sign: str) -> None:
    program = "import sys; sys.argv = ['byhand']; from byhand.cli.main import main; main()"
    environment = {**os.environ, "_BYHAND_COMPLETE": f"{shell}_source"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert sign in done.stdout
    assert "byhand" in done.stdout


@pytest.mark.parametrize(("words", "expected"), [("byhand tr", "train"), ("byhand train --lea", "--learning-rate")])
def test_completion_knows_verbs_and_flags(words: str, expected: str) -> None:
    program = "from byhand.cli.main import main; main()"
    n = str(len(words.split()) - 1)
    environment = {**os.environ, "_BYHAND_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": n}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert expected in done.stdout, done.stderr


@pytest.mark.parametrize("columns", ["0", "00", ""])
def test_a_terminal_that_says_it_has_no_columns_is_not_believed(columns: str) -> None:
    done = ended(started("show", "4-3-2", COLUMNS=columns))
    assert done.code == 0
    assert "4" in done.out
