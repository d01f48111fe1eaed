"""What came out: means, spreads and verdicts by hand; what is measured of a network, against the long way round."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand import data
from byhand.errors import DataError, OptionError
from byhand.experiments import Experiment, Result, experiments, run_experiment
from byhand.experiments.ablation import ablation_costs, accuracy_of, hidden
from byhand.experiments.experiment_data import ExperimentData, make_run, permute_columns, train_run
from byhand.experiments.mnist_trials import dead_units, distinct_units, gradient_ratio
from byhand.experiments.table import Expectation, Measure
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.training.evaluate import evaluate

FRAMES = Path(__file__).parents[2] / "src" / "byhand" / "lab" / "static" / "shared" / "frames.json"
XOR = experiments()["xor-line"]
TYPES: dict[str, Any] = {"text": str, "number": (int, float), "numbers": list, "list": list, "object": dict}


def as_frames_json_has_it(frame: dict[str, Any]) -> bool:
    """Has the frame what the page's table says of its kind?"""
    table = json.loads(FRAMES.read_text(encoding="utf-8"))
    types = table["kinds"][frame["kind"]]
    return frame["schema"] == table["schema"] and all(
        isinstance(frame[field], TYPES[text.rstrip("?")]) or (text.endswith("?") and frame[field] is None)
        for field, text in types.items()
    )


def result_of(*solved: float, **bounds: Any) -> Result:
    """Return a result whose tanh trial solved these shares, and half of them without hidden layer."""
    experiment = replace(XOR, seeds=1, aside=(), expects=(Expectation("8 tanh units", "solved", **bounds),))
    values = [{"8 tanh units": {"solved": one}, "no hidden layer": {"solved": one / 2}} for one in solved]
    return Result(experiment, "by hand", tuple(range(1, len(solved) + 1)), tuple(values), {})


def test_means_and_spreads_by_hand() -> None:
    result = result_of(0.2, 0.4, 0.9, least=0)
    assert result.mean("8 tanh units", "solved") == pytest.approx(0.5)
    assert result.spread("8 tanh units", "solved") == pytest.approx(np.sqrt((0.09 + 0.01 + 0.16) / 2))
    assert result_of(0.2, least=0).spread("8 tanh units", "solved") == 0
    assert result.of("no hidden layer", "solved") == [0.1, 0.2, 0.45]


@pytest.mark.parametrize(
    ("bounds", "holds"),
    [({"least": 0.5}, True), ({"least": 0.51}, False), ({"most": 0.5}, True), ({"most": 0.49}, False),
     ({"most": 0}, False),
     ({"over": "no hidden layer", "by": 0.25}, True), ({"over": "no hidden layer", "by": 0.26}, False),
     ({"over": "no hidden layer", "within": 0.25}, True), ({"over": "no hidden layer", "within": 0.24}, False)],
)  # fmt: skip
def test_an_expectation_holds_or_not_on_the_means(bounds: dict[str, Any], holds: bool) -> None:
    result = result_of(0.25, 0.75, **bounds)
    assert result.is_as_expected == holds
    assert result.findings()[0].found == (0.25 if "over" in bounds else 0.5)


@pytest.mark.parametrize("experiment", experiments().values(), ids=lambda one: one.name)
def test_with_fewer_seeds_than_it_states_no_experiment_is_judged(experiment: Experiment) -> None:
    measures = {one.name: 0.5 for one in (*experiment.scale, *experiment.aside)}
    one_seed = {trial.name: measures for trial in experiment.trials}
    for n in (1, experiment.seeds - 1):
        result = Result(experiment, "", tuple(range(1, n + 1)), (one_seed,) * n, {})
        assert not result.is_as_expected
        assert result.frame()["as_expected"] == f"not judged: {n} of {experiment.seeds} seeds"
    n = experiment.seeds
    assert Result(experiment, "", tuple(range(1, n + 1)), (one_seed,) * n, {}).conclusion in ("yes", "no")


def test_what_is_most_frequent_stands_for_classes() -> None:
    nonsense = experiments()["noise-and-nonsense"]
    values = tuple({"uniform noise": {"favourite": float(k)}} for k in (3, 8, 3))
    assert Result(nonsense, "", (1, 2, 3), values, {}).mean("uniform noise", "favourite") == 3


def test_xor_as_expected_twice_the_same_and_as_the_page_s_frame() -> None:
    done: list[int] = []
    result = run_experiment(XOR, 5, on_seed_end=done.append)
    assert result.is_as_expected
    assert done == [1, 2, 3, 4, 5]
    assert run_experiment(XOR, 2).values == result.values[:2]
    frame = result.frame()
    assert as_frames_json_has_it(frame)
    assert json.loads(json.dumps(frame)) == frame
    assert [len(run["measures"]["solved"]["values"]) for run in frame["runs"]] == [5, 5]
    assert frame["as_expected"] == "yes"
    assert not as_frames_json_has_it({**frame, "data": None})


def test_two_clouds_know_their_limits() -> None:
    result = run_experiment(experiments()["line-or-curve"], 5)
    assert result.is_as_expected
    best, line = result.marks.values()
    assert best == pytest.approx(0.1177, abs=1e-4)
    assert line == pytest.approx(0.1978, abs=1e-4)
    assert min(result.of("2-16-8-2", "error")) >= best
    assert min(result.of("no hidden layer", "error")) >= line


def test_no_seeds_and_no_digits_are_told() -> None:
    with pytest.raises(OptionError, match="0 seeds"):
        run_experiment(XOR, 0)
    with pytest.raises(DataError, match="no train-images"):
        run_experiment(experiments()["raw-pixels"], 1, data_dir=Path(__file__).parent)


# What is measured of a network, on the bundled digits


@pytest.fixture(scope="module")
def digits() -> data.Dataset:
    return data.digits(validation=0.2)


def settings(**changes: Any) -> dict[str, Any]:
    return {"preparation": "unit", "hidden": [12], "batch_size": 32, "epochs": 3, "learning_rate": 0.1, **changes}


def test_equal_weights_stay_equal_and_are_counted(digits: data.Dataset) -> None:
    equal = train_run(make_run(settings(fill=0.05), digits, digits.train, 1))
    assert distinct_units(equal) == 1
    assert distinct_units(train_run(make_run(settings(), digits, digits.train, 1))) == 12
    W = np.array([[1, 2, 1, 1 + 1e-7], [3, 4, 3, 3]], dtype=np.float32)
    network = Network.mlp([2, 4, 2])
    network.params["0.W"][...] = W
    assert distinct_units(network) == 2


def test_silent_units_say_nothing_to_any_example() -> None:
    network = Network.mlp([2, 3, 2])
    network.params["0.W"][...] = [[1, -1, 1], [0, 0, -1]]
    x = np.array([[1, 2], [2, 3], [0, 0]], dtype=np.float32)  # z: 1 −1 −1, 2 −2 −1, 0 0 0
    assert dead_units(network, x) == 2
    assert dead_units(network, np.array([[-1, 2]], dtype=np.float32)) == 2


def test_the_gradient_s_ratio_is_that_of_small_changes(digits: data.Dataset) -> None:
    network, loss = Network.mlp([64, 5, 10], activation="sigmoid", seed=1).astype(np.float64), SoftmaxCrossEntropy()
    batch = digits.train.take(slice(100))
    sizes = []
    for name in ("0.W", "2.W"):
        W, changes = network.params[name], []
        for place in np.ndindex(W.shape):
            before, values = W[place], []
            for step in (1e-5, -1e-5):
                W[place] = before + step
                values.append(loss.forward(network.predict(batch.x.astype(np.float64)), batch.y)[0])
            W[place] = before
            changes.append(abs(values[0] - values[1]) / 2e-5)
        sizes.append(np.mean(changes))
    assert gradient_ratio(network, loss, digits.train) == pytest.approx(sizes[0] / sizes[1], rel=1e-4)


def test_a_removed_unit_costs_what_the_network_without_it_loses(digits: data.Dataset) -> None:
    network = train_run(make_run(settings(), digits, digits.train, 1))
    x, y = digits.validation.x, digits.validation.y
    whole, costs = (network.predict(x).argmax(axis=1) == y).mean(), ablation_costs(network, x, y)
    for unit in range(12):
        alive = np.arange(12) != unit
        W1, b1, W2, b2 = (array.copy() for array in network.params.values())
        W1[:, unit] = b1[unit] = 0  # a ReLU unit without weights is silent
        silent = (np.maximum(x @ W1 + b1, 0) @ W2 + b2).argmax(axis=1)
        assert costs[unit] == pytest.approx(whole - (silent == y).mean())
        assert accuracy_of(network, hidden(network, x), alive, y) == (silent == y).mean()


def test_shuffled_columns_are_the_same_digits(digits: data.Dataset) -> None:
    order = np.roll(np.arange(64), 7)
    network, shuffled = Network.mlp([64, 10], seed=1), Network.mlp([64, 10], seed=1)
    shuffled.params["0.W"][...] = network.params["0.W"][order]
    assert evaluate(shuffled, permute_columns(digits.train, order)).accuracy == evaluate(network, digits.train).accuracy


def test_the_seed_draws_which_digits_are_used(digits: data.Dataset) -> None:
    material = ExperimentData(digits, {"unit": digits.train.preparation})
    few, other, all_of_them = (material.train(settings(train=n), seed) for n, seed in ((50, 1), (50, 2), (10**6, 1)))
    assert len(few) == len(other) == 50
    assert (few.raw != other.raw).any()
    assert len(all_of_them) == len(digits.train)


def conducted_on(digits: data.Dataset, experiment: Experiment) -> dict[str, dict[str, float]]:
    from byhand.experiments.runner import KINDS

    test = replace(digits, test=digits.validation)
    trials = [trial.settings for trial in experiment.trials]
    material = ExperimentData(test, {one["preparation"]: digits.train.preparation for one in trials})
    counted = replace(experiment, aside=(*experiment.aside, Measure("updates", "updates", "number")))
    return KINDS[experiment.kind].run_seed(counted, material, 1)


def test_of_a_frozen_network_the_last_layer_learns(digits: data.Dataset) -> None:
    experiment = experiments()["last-layer-only"]
    many = [replace(trial, settings={**trial.settings, "epochs": 40}) for trial in experiment.trials]
    found = conducted_on(digits, replace(experiment, trials=tuple(many)))
    assert found["both layers"]["accuracy"] > found["only the last layer"]["accuracy"] > 0.5
    assert found["only the last layer"]["updates"] == found["both layers"]["updates"]


def test_sorted_digits_are_shown_class_after_class(digits: data.Dataset) -> None:
    experiment = experiments()["sorted-by-class"]
    small = [replace(trial, settings={**trial.settings, "batch_size": 5}) for trial in experiment.trials]
    found = conducted_on(digits, replace(experiment, trials=tuple(small)))
    by_class, shuffled = found["sorted by class"], found["shuffled"]
    assert by_class["accuracy"] < 0.5 < 0.8 < shuffled["accuracy"]
    assert by_class["updates"] == shuffled["updates"]
