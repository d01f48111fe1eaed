"""Nothing in a file can run: no pickle, no eval, no import by a name from outside. And who may print, who may tell
the time."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "byhand"
FILES = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}

POWERFUL_MODULES = {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "subprocess",
                    "runpy", "code", "codeop", "pty", "ctypes"}  # fmt: skip
POWERFUL_NAMES = {"eval", "exec", "compile", "__import__", "execfile"}
POWERFUL_CALLS = {"os.system", "os.popen", "os.execv", "os.execvp", "os.spawnv", "os.startfile", "pickle.load"}
SPEAKS_TO_THE_CORE = "engines/"
RUNS_EXPORTS = {"exports/verify.py", "exports/child.py"}  # what byhand has just written, in a child without rights
STARTS_EXERCISES = "course/run_check.py"  # a learner's own file, in a child process with a time limit
RUNS_EXERCISES = "course/child.py"  # and that child, which is nothing else
GIVES_UP_RIGHTS = "exports/limits.py"  # the program between byhand and that child
IMPORT_BY_NAME = {
    "__init__.py",
    "cli/main.py",
    "bench/interleaved.py",
}  # each from a table of constants in the same file
CLOCKS = {"time", "datetime"}
# For a limited time, which they must name.
WAIT_FOR_OTHERS = ("engines/torch_engine/process_group.py", "engines/torch_engine/joining.py")
MEASURES_EPOCHS = "engines/thread_count.py"  # to choose how many threads train; no number depends on it
MAY_TELL_THE_TIME = ("loggers/", "training/", "bench/", "data/fetch.py", "cli/", MEASURES_EPOCHS, *WAIT_FOR_OTHERS)
MAY_PRINT = ("cli/", "reference.py", "estimators/verbose.py", RUNS_EXERCISES)

every_file = pytest.mark.parametrize("file", FILES)


def nodes(file: str) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(FILES[file].read_text(encoding="utf-8")))


def calls(file: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call with the name of what is called, as it is written: "np.load"."""
    for node in nodes(file):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imported(file: str) -> Iterator[str]:
    """Yield the top names of all modules that a file imports, anywhere in it."""
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 60
    assert set(IMPORT_BY_NAME) < set(FILES)


@every_file
def test_no_module_that_turns_data_into_deeds(file: str) -> None:
    allowed = {"ctypes"} if file.startswith(SPEAKS_TO_THE_CORE) else set()
    allowed |= {"subprocess"} if file in {*RUNS_EXPORTS, STARTS_EXERCISES} else set()
    assert not (POWERFUL_MODULES - allowed) & set(imported(file))


@every_file
def test_machine_code_is_loaded_in_one_place_from_the_package_itself(file: str) -> None:
    loads = [ast.unparse(call) for name, call in calls(file) if name.rpartition(".")[2] in ("CDLL", "PyDLL", "cdll")]
    if file == "engines/bindings.py":
        assert loads == ["ctypes.CDLL(str(path))"]
        assert "PATH = Path(__file__).with_name(NAME)" in FILES[file].read_text(encoding="utf-8")
    else:
        assert not loads


@every_file
def test_no_evaluation_and_no_shell(file: str) -> None:
    for name, call in calls(file):
        allowed = {"os.execv"} if file == GIVES_UP_RIGHTS else set()
        allowed |= {"exec", "compile"} if file == RUNS_EXERCISES else set()
        assert name not in (POWERFUL_NAMES | POWERFUL_CALLS) - allowed, f"{file}:{call.lineno} calls {name}"
        shells = [keyword for keyword in call.keywords if keyword.arg == "shell"]
        assert not shells, f"{file}:{call.lineno} passes shell="


@every_file
def test_import_by_name_only_from_a_table_in_the_same_file(file: str) -> None:
    for name, call in calls(file):
        if name.endswith("import_module"):
            assert file in IMPORT_BY_NAME or isinstance(call.args[0], ast.Constant), f"{file}:{call.lineno}"


@every_file
def test_arrays_are_read_without_pickle(file: str) -> None:
    for name, call in calls(file):
        if name.rpartition(".")[2] in ("load", "read_array", "fromfile") and name.startswith(("np.", "numpy.")):
            pickle = next((keyword.value for keyword in call.keywords if keyword.arg == "allow_pickle"), None)
            refuses = isinstance(pickle, ast.Constant) and pickle.value is False
            assert refuses, f"{file}:{call.lineno} {name} without allow_pickle=False"


@every_file
def test_only_the_command_line_and_the_lesson_print(file: str) -> None:
    if not file.startswith(MAY_PRINT):
        written = [call.lineno for name, call in calls(file) if name in ("print", "sys.stdout.write")]
        assert not written, f"{file} prints in line {written}"


@every_file
def test_only_training_its_engine_downloads_and_the_command_line_tell_the_time(file: str) -> None:
    if not file.startswith(MAY_TELL_THE_TIME):
        assert not CLOCKS & set(imported(file))


@every_file
def test_no_random_numbers_but_our_own(file: str) -> None:
    assert not {"random", "secrets", "uuid"} & set(imported(file)), f"{file} imports a generator of its own"
    assert not [call for name, call in calls(file) if ".random." in name], f"{file} calls a generator of NumPy's"


def test_the_one_door_opens_for_known_names_only() -> None:
    import byhand

    with pytest.raises(AttributeError, match="public names"):
        _ = byhand.os
