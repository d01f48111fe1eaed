"""A sweep's results: the same bytes whoever trains, a failed run a line, no look at the test set."""

import json
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

import byhand as bh
from byhand.errors import DataError, MissingDependencyError, OptionError
from byhand.sweeps.results import collect_trials, rank_trials, read_results, to_line
from byhand.sweeps.rounds import median_losses
from byhand.sweeps.run_task import is_hopeless

SMALL: dict[str, Any] = {"data": "moons", "examples": 120, "hidden": [8], "epochs": 3, "learning_rate": [0.001, 0.5]}


def run(runs: Path, **changes: Any) -> "bh.sweeps.sweep.SweepResult":  # type: ignore[name-defined]
    return bh.sweep("vanilla", **{"executor": "serial", "runs": runs, **SMALL, **changes})


def results_of(found: Any) -> bytes:
    return (found.path / "results.jsonl").read_bytes()


class LastFirst(Executor):
    """Runs its tasks when the first result is asked for, the last one first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        executor = self

        class Lazy(Future[Any]):
            def result(self, timeout: float | None = None) -> Any:
                executor.run_all()
                return super().result(timeout)

        future: Future[Any] = Lazy()
        self.waiting.append((future, fn, args))
        return future

    def run_all(self) -> None:
        for future, fn, args in reversed(self.waiting):
            future.set_result(fn(*args))
        self.waiting.clear()


def test_the_results_are_the_same_bytes_whoever_trains(tmp_path: Path) -> None:
    here = run(tmp_path, seeds=2)
    reversed_order = run(tmp_path, seeds=2, executor=LastFirst())
    pool = run(tmp_path, seeds=2, executor="processes:2")
    assert results_of(here) == results_of(reversed_order) == results_of(pool)
    lines = read_results(here.path / "results.jsonl")
    assert [(line["trial"], line["seed"]) for line in lines] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_the_best_has_the_best_validation_and_is_what_its_command_trains(tmp_path: Path) -> None:
    found = run(tmp_path)
    assert found.best is not None
    assert found.best.fields == {"learning_rate": 0.5}
    assert found.best.values("score") == [bh.run_recipe(found.recipe, runs=tmp_path).evaluation.accuracy]
    assert "--learning-rate 0.5" in found.train_command()
    assert found.recipe.validation == "balanced"


def test_of_equal_scores_the_lower_loss_wins_then_the_earlier_trial() -> None:
    lines = [
        {"trial": i, "seed": 0, "fields": {"i": i}, "status": "finished", "accuracy": score, "valid_loss": loss}
        for i, (score, loss) in enumerate([(0.9, 0.3), (0.9, 0.2), (0.9, 0.2), (0.8, 0.1)])
    ]
    trials = collect_trials(lines)
    assert [trial.number for trial in rank_trials(trials, "score")] == [1, 2, 0, 3]
    assert [trial.number for trial in rank_trials(trials, "loss")] == [3, 1, 2, 0]


def test_a_run_that_fails_is_a_line_and_not_the_end(tmp_path: Path) -> None:
    found = run(tmp_path, learning_rate=0.1, optimizer=["sgd", "sdg", "adam"])
    assert [trial.status for trial in found.trials] == ["finished", "failed", "finished"]
    assert "Did you mean 'sgd'" in (found.trials[1].error or "")
    diverged = run(tmp_path, learning_rate=[1e30, 1e-3], loss="squared_error")
    assert [trial.status for trial in diverged.trials] == ["failed", "finished"]
    assert "diverged" in (diverged.trials[0].error or "")


def test_data_that_are_wrong_for_every_run_end_it_before_there_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no-such"):
        run(tmp_path / "runs", data=str(tmp_path / "no-such.csv"))
    assert not (tmp_path / "runs").exists()


def test_an_interrupted_sweep_is_resumed_to_the_same_bytes(tmp_path: Path) -> None:
    whole = run(tmp_path, seeds=2)

    def stop_at_third(line: dict[str, Any]) -> None:
        if (line["trial"], line["seed"]) == (1, 0):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="resume with sweep"):
        run(tmp_path / "stopped", seeds=2, on_result=stop_at_third)
    folder = tmp_path / "stopped" / "sweep-vanilla-1"
    with (folder / "results.jsonl").open("a") as file:
        file.write('{"trial": 1, "se')  # as a kill leaves it
    new: list[dict[str, Any]] = []
    resumed = bh.sweep(resume=folder, executor="serial", on_result=new.append)
    assert [(line["trial"], line["seed"]) for line in new] == [(1, 1)]
    assert results_of(resumed) == results_of(whole)
    with pytest.raises(DataError, match="is finished"):
        bh.sweep(resume=folder)


def test_a_pool_that_breaks_is_opened_once_more_and_then_its_runs_are_failed_lines(tmp_path: Path) -> None:
    class Breaks(Executor):
        n = 0

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            self.n += 1
            if self.n == 2 or always:
                future.set_exception(BrokenProcessPool())
            else:
                future.set_result(fn(*args))
            return future

    always = False
    assert results_of(run(tmp_path, executor=Breaks())) == results_of(run(tmp_path))
    always = True
    found = run(tmp_path, executor=Breaks())
    assert [trial.status for trial in found.trials] == ["failed", "failed"]
    assert "was killed" in (found.trials[0].error or "")
    assert found.best is None


def test_the_test_set_is_looked_at_only_where_asked_and_then_once(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("BYHAND_STATE", str(tmp_path / "state"))
    run(tmp_path)
    assert not (tmp_path / "state").exists()
    tested = run(tmp_path, test=True).tested
    assert tested is not None
    assert tested.evaluation.part == "test"
    counted = list((tmp_path / "state" / "test-sets").iterdir())
    assert [len(file.read_text().splitlines()) for file in counted] == [1]


def test_a_hopeless_run_is_pruned_by_the_median_of_finished_ones() -> None:
    lines = [{"status": "finished", "valid_losses": [loss, loss / 2]} for loss in (1.0, 2.0, 3.0, 4.0)]
    assert median_losses(lines) == [2.5, 1.25]
    assert median_losses(lines[:3]) == []  # too few to judge by
    assert not is_hopeless([2.4], [2.5, 1.25])
    assert is_hopeless([2.6], [2.5, 1.25])
    assert not is_hopeless([2.6, 1.2, 9.0], [2.5, 1.25])  # beyond what is known
    assert is_hopeless([2.4, 1.3], [2.5, 1.25])


def test_pruning_is_the_same_with_any_number_of_workers(tmp_path: Path) -> None:
    rates = [0.5, 0.4, 0.3, 0.2, 0.45, 0.35, 0.25, 0.15, 1e-6, 0.5001]
    here = run(tmp_path, learning_rate=rates, prune=True)
    assert [trial.status for trial in here.trials][8] == "pruned"
    assert here.trials[8].runs[0]["epochs"] == 1
    assert results_of(here) == results_of(run(tmp_path, learning_rate=rates, prune=True, executor="processes:2"))


def test_a_random_search_is_reproducible_and_as_long_as_asked(tmp_path: Path) -> None:
    first = run(tmp_path, search="random", trials=3, learning_rate="0.001:1")
    again = run(tmp_path, search="random", trials=3, learning_rate="0.001:1")
    assert len(first.trials) == 3
    assert results_of(first) == results_of(again)


@pytest.mark.full
def test_optuna_proposes_the_same_with_any_number_of_workers_and_after_an_interrupt(tmp_path: Path) -> None:
    pytest.importorskip("optuna", reason="the search by Optuna needs it")
    options: dict[str, Any] = {
        "search": "optuna",
        "trials": 10,
        "learning_rate": "0.001:1",
        "activation": ["relu", "tanh"],
    }
    whole = run(tmp_path, **options, prune=True)
    assert results_of(whole) == results_of(run(tmp_path, **options, prune=True, executor="processes:2"))
    assert (whole.path / "optuna.journal").exists()

    def stop_at_last(line: dict[str, Any]) -> None:
        if line["trial"] == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "stopped", **options, prune=True, on_result=stop_at_last)
    resumed = bh.sweep(resume=tmp_path / "stopped" / "sweep-vanilla-1", executor="serial")
    assert results_of(resumed) == results_of(whole)


@pytest.mark.full
def test_dask_gives_the_same_bytes(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="a cluster needs Dask")
    with distributed.LocalCluster(n_workers=2, processes=True, host="127.0.0.1", dashboard_address=None) as cluster:
        address = cluster.scheduler_address.replace("tcp://", "dask://")
        assert results_of(run(tmp_path, executor=address)) == results_of(run(tmp_path))


def test_what_is_missing_is_named_with_how_to_install_it(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(MissingDependencyError, match=r"byhand\[sweep\]"):
        run(tmp_path, search="optuna")
    with pytest.raises(MissingDependencyError, match=r"byhand\[dask\]"):
        run(tmp_path, executor="dask://127.0.0.1:1")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"learning_rate": 0.1}, "no field with several values"),
        ({"search": "girds"}, "Did you mean 'grid'"),
        ({"metric": "acc"}, "unknown metric"),
        ({"trials": 3}, "but a grid has its own"),
        ({"seeds": 0}, "seeds=0"),
        ({"executor": "threads"}, "unknown executor"),
        ({"executor": "processes:0"}, "0 workers"),
        ({"executor": 3}, "a name or an Executor"),
        ({"resume": "somewhere"}, "keeps its settings"),
    ],
)
def test_wrong_options_are_refused_in_a_sentence(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        run(tmp_path, **changes)


@pytest.mark.parametrize(
    "line", ["[]", "3", '{"trial": 0}', "{", '{"trial": "x", "seed": 0, "fields": {}, "status": ""}']
)
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(line + "\n")
    with pytest.raises(DataError, match="line 1 of"):
        read_results(file)


def test_a_folder_of_a_training_is_not_a_sweep(tmp_path: Path) -> None:
    path = bh.run_recipe("vanilla", data="moons", examples=60, epochs=1, runs=tmp_path).path
    with pytest.raises(DataError, match="not the folder of a sweep"):
        bh.sweep(resume=path)


def test_a_line_has_no_number_that_json_lacks() -> None:
    assert json.loads(to_line({"loss": float("nan"), "losses": [float("inf"), 1.0]})) == {
        "loss": None,
        "losses": [None, 1],
    }


def test_the_environment_is_left_as_it_was(tmp_path: Path) -> None:
    before = dict(os.environ)
    run(tmp_path, executor="processes:1", learning_rate=[0.1, 0.2])
    assert dict(os.environ) == before
