"""The code in docs/estimators.md runs, block after block, and its table of defaults is true."""

import re
import runpy
from pathlib import Path

from byhand.estimators import MLPClassifier
from how_to import HowTo

PAGE = HowTo("estimators")


def test_the_blocks_run_and_print_true(capsys) -> None:  # type: ignore[no-untyped-def]
    assert len(PAGE.blocks) == 7
    PAGE.run_python()
    printed = capsys.readouterr().out
    assert "column 1: 2 categories, 'green' −1 and 'red' +1" in printed
    assert "True (1, 2)" in printed
    assert "False" not in printed


def test_the_defaults_are_those_of_the_page() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", PAGE.text, flags=re.MULTILINE))
    defaults = MLPClassifier().get_params()
    for name in ("hidden_layer_sizes", "learning_rate", "learning_rate_init", "beta_2", "max_iter", "early_stopping"):
        assert rows[name].replace('"', "'") == repr(defaults[name]), name
    for name in ("weight_decay", "dropout", "label_smoothing"):
        assert re.search(rf"`{name}`( =)? \(?{defaults[name]}", PAGE.text), name


def test_the_list_of_scikit_learns_tests_is_read_by_the_tool() -> None:
    tool = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "run_sklearn_tests.py"))
    listed = tool["listed_modes"]()
    assert len(listed) == 28
    assert set(listed.values()) <= {"defaults", "adam", "no"}
    source = f"import numpy\n{tool['IMPORT']}MLPClassifier(solver='lbfgs')\n"
    assert "from byhand.estimators import" in tool["exchanged"](source, "plain")
    assert "solver='lbfgs'" in tool["exchanged"](source, "defaults")
    assert 'solver="adam"' in tool["exchanged"](source, "adam")
