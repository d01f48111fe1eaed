"""scikit-learn's own tests of its MLP on byhand's estimators: python tools/run_sklearn_tests.py [-v]

The file is read where scikit-learn is installed; a temporary copy imports byhand's estimators instead. pytest runs it

    plain      as it is
    defaults   with scikit-learn's defaults of the parameters that both have, and nothing new switched on
    adam       with those, and solver="adam" where a test says "lbfgs", which byhand does not have

and a test counts by the first of the three that it passes in. docs/estimators.md lists every test that does not pass
plainly, with the reason; this ends with 1 where that list is not exactly what was found.
"""

import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from importlib import resources
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "estimators.md"
IMPORT = "from sklearn.neural_network import MLPClassifier, MLPRegressor\n"
MODES = ("plain", "defaults", "adam")
NEVER = "no"
DEFAULTS = """
import functools as _functools
import byhand.estimators as _own
import sklearn.neural_network as _theirs

def _with_defaults(name):
    own, theirs = getattr(_own, name), getattr(_theirs, name)().get_params()
    same = {key: value for key, value in theirs.items() if key in own().get_params()}
    new = {"dropout": 0.0, "weight_decay": 0.0, **({"label_smoothing": 0.0} if name == "MLPClassifier" else {})}
    return _functools.partial(own, **same, **new)

MLPClassifier, MLPRegressor = map(_with_defaults, ("MLPClassifier", "MLPRegressor"))
"""
CONFTEST = """
import pytest

@pytest.fixture
def global_random_seed():
    return 42
"""


def exchanged(source: str, mode: str) -> str:
    """Return the tests with the other import. Raises SystemExit where scikit-learn imports in other words."""
    if source.count(IMPORT) != 1:
        raise SystemExit(f"expected one line {IMPORT.strip()!r} in scikit-learn's tests.")
    own = "from byhand.estimators import MLPClassifier, MLPRegressor\n" if mode == "plain" else DEFAULTS
    source = source.replace(IMPORT, own)
    return re.sub(r"""(['"])lbfgs\1""", '"adam"', source) if mode == "adam" else source


def passed(source: str, mode: str, *, verbose: bool) -> tuple[set[str], set[str]]:
    """Return all tests and those that pass; one of several parameters passes if it does with all of them."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "conftest.py").write_text(CONFTEST, encoding="utf-8")
        (Path(folder) / "test_mlp.py").write_text(exchanged(source, mode), encoding="utf-8")
        report = Path(folder) / "report.xml"
        options = ["-q", "-p", "no:cacheprovider", "-W", "ignore", "--tb=line" if verbose else "--tb=no"]
        command = [sys.executable, "-m", "pytest", *options, f"--rootdir={folder}", f"--junitxml={report}", folder]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if verbose:
            print(f"-- {mode}\n{done.stdout}")
        if not report.exists():
            raise SystemExit(done.stdout + done.stderr)
        cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314 — pytest's own report
        outcomes = [(case.get("name", "").partition("[")[0], len(case) == 0) for case in cases]
    return {name for name, _ in outcomes}, {name for name, _ in outcomes} - {name for name, ok in outcomes if not ok}


def found_modes(source: str, *, verbose: bool = False) -> dict[str, str]:
    """Return the first mode in which each test passes, "no" where it passes in none."""
    modes: dict[str, str] = {}
    for mode in MODES:
        names, good = passed(source, mode, verbose=verbose)
        modes = {
            name: modes.get(name, mode if name in good else "") or (mode if name in good else "") for name in names
        }
    return {name: mode or NEVER for name, mode in modes.items()}


def listed_modes() -> dict[str, str]:
    """Return what the page says of the tests that do not pass plainly."""
    rows = re.findall(r"^\| `(test_\w+)` \| (\w+) \| [^|]+ \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(rows)


def main() -> int:
    source = (resources.files("sklearn.neural_network") / "tests" / "test_mlp.py").read_text(encoding="utf-8")
    found = found_modes(source, verbose="-v" in sys.argv[1:])
    counts = {mode: list(found.values()).count(mode) for mode in (*MODES, NEVER)}
    print(f"{len(found)} tests: " + ", ".join(f"{n} {mode}" for mode, n in counts.items()))
    others, listed = {name: mode for name, mode in found.items() if mode != "plain"}, listed_modes()
    for name in sorted(set(others) | set(listed)):
        if others.get(name) != listed.get(name):
            print(f"{name}: found {others.get(name, 'plain')}, listed {listed.get(name, 'plain')}")
    return int(others != listed)


if __name__ == "__main__":
    sys.exit(main())
