"""Whatever is typed: an exit code with a meaning, at most three lines, never a traceback."""

import json
from pathlib import Path

import click
import numpy as np
import pytest
from cli_runner import byhand
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byhand.cli.main import COMMANDS, cli

MEANINGFUL = {0, 2, 3, 4, 5}
QUICK = {  # before the random ones, which may be worse
    "train": ["--quiet", "--epochs", "1", "--examples", "20", "--hidden", "3"],
    "sweep": ["--quiet", "--epochs", "1", "--examples", "20", "--hidden", "2,3", "--executor", "serial"],
    "compare": ["--quiet", "--epochs", "1", "--examples", "20", "--seeds", "2", "--executor", "serial"],
    "bench": ["tiny", "--rounds", "1", "--peer", "byhand"],
    "lab": ["--no-open"],
}

# of what would train for long or fill the memory, only what is over in a moment
SMALL = {
    "--epochs": ["0", "1", "2", "-1", "1.5", "many", "", "nan"],
    "--examples": ["0", "1", "3", "4", "30", "-7", "few", "1e3"],
    "--hidden": ["none", "1", "8-8", "3,3,3", "0", "-", "8-", "8--8", "x", "", "-4", "1e3", "99999999999999999999"],
    "--seeds": ["1", "2", "0", "-3", "two", ""],
    "--trials": ["1", "2", "0", "-1", "many"],
    "--workers": ["1", "0", "x"],
    "--executor": ["serial", "threads", "", "processes:0", "dask:"],
    "--rounds": ["1", "2", "0", "-1", "three"],
    "--max-shift": ["0", "1", "2", "-1", "far"],
    "--port": ["0", "-1", "65536", "x", ""],  # none that another test may want
    "--host": ["127.0.0.1", "localhost", "::1", "0.0.0.0", "192.0.2.1", "", "a b", "[::1]", "Ü", "\n"],  # noqa: S104
    "--runs": ["runs", "more", "made.npy", "/dev/null", "", "[bold]", "[/]", "ü 𝛼"],
}
NAMES = [
    "vanilla", "xor", "digits", "moons", "circles", "sine", "spiral", "gausians", "mnist", "table.csv", "broken.csv",
    "made.npy", "object.npy", "broken.npz", "runs/digits-1", "runs/digits-1/model.safetensors", "runs", ".", "..",
    "/dev/null", "missing", "missing.csv", "missing.png", "[/red]", "a\nb\nc\nd", "784-10", "2-4-4-2", "2-0-2",
    "7" * 5000,
]  # fmt: skip
WORDS = [
    "page", "c", "js", "python", "onnx",
    "relu", "softmax", "sgd", "adamw", "nesterov", "squared_error", "binary_cross_entropy", "cosine", "one_cycle",
    "step", "raw", "signed", "standard", "he", "zeros", "balanced", "last-5000", "numpy", "auto", "true", "None", "",
]  # fmt: skip
NUMBERS = ["0", "1", "2", "-1", "0.5", "1e-300", "1e30", "nan", "-inf", "1_0", "٣", "0x10", "9" * 25]


def options_of(verb: str) -> list[click.Option]:
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None
    return [parameter for parameter in command.params if isinstance(parameter, click.Option)]


@st.composite
def arguments(draw: st.DrawFn) -> list[str]:
    """Draw a command: mostly a verb, names and options of its own with values good and bad."""
    verb = draw(st.sampled_from([*COMMANDS, *COMMANDS, *COMMANDS, "trian", "--version", "--nope", ""]))
    args = [verb, *QUICK.get(verb, [])]
    for _ in range(draw(st.integers(0, 4))):
        args += draw(st.sampled_from([_name, _option, _option, _option, _noise]))(draw, verb)
    return args


def _name(draw: st.DrawFn, verb: str) -> list[str]:
    return [draw(st.sampled_from(NAMES))]


def _option(draw: st.DrawFn, verb: str) -> list[str]:
    if verb not in COMMANDS:
        return []
    option = draw(st.sampled_from(options_of(verb)))
    flag = draw(st.sampled_from([*option.opts, *option.secondary_opts]))
    values = SMALL.get(flag, [*NAMES, *WORDS, *NUMBERS])
    return [flag] if option.is_flag else [flag, draw(st.sampled_from(values))]


def _noise(draw: st.DrawFn, verb: str) -> list[str]:
    text = draw(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12))
    return [] if text.startswith(("-", "/")) else [text]  # no path outside the test's own folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a trained run and files good and bad; deep enough that .. is the test's own too."""
    folder = tmp_path_factory.mktemp("random") / "a" / "b"
    folder.mkdir(parents=True)
    assert byhand("train", "digits", "--epochs", "1", "--runs", folder / "runs").code == 0
    np.save(folder / "made.npy", np.zeros((3, 64)))
    np.save(folder / "object.npy", np.array([{}]), allow_pickle=True)
    (folder / "table.csv").write_text("a,b,c\n" + "1,2,yes\n3,4,[no\n" * 20)
    (folder / "broken.csv").write_bytes(b"\xff\xfe\0,,,\n\n")
    (folder / "broken.npz").write_bytes(b"PK\3\4")
    return folder


@pytest.fixture
def unserved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the lab listen and not serve: it would, until Ctrl-C; and let no browser open."""
    monkeypatch.setattr("byhand.lab.server.Server.start", lambda server: None)
    monkeypatch.setattr("byhand.lab.server.Server.wait", lambda server, asked: None)
    monkeypatch.setattr("webbrowser.open", lambda url: False)


def check(folder: Path, args: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    done = byhand(*args)
    assert done.code in MEANINGFUL, done
    assert "Traceback" not in done.err
    if done.code:
        assert done.out == "" or args[0] == "predict"  # which answers the pictures it can read, whatever the others are
        assert 1 <= len(done.err.splitlines()) <= max(3, len(args))  # of many files, one sentence each
    elif "--json" in args and not {"-h", "--help", "--version"} & set(args):
        assert json.loads(done.out)["schema"] == 1


lenient = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.usefixtures("no_network", "unserved")
@settings(lenient, max_examples=100)
@given(args=arguments())
def test_random_arguments_end_in_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch, args: list[str]) -> None:
    check(folder, args, monkeypatch)


@pytest.mark.full
@pytest.mark.usefixtures("no_network", "unserved")
@settings(lenient, max_examples=5000)
@given(args=arguments())
def test_many_random_arguments_end_in_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, args: list[str]
) -> None:
    check(folder, args, monkeypatch)
