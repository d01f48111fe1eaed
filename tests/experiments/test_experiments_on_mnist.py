"""Every experiment on the real MNIST comes out as its reading says, with the seeds and margins of the table."""

from pathlib import Path

import pytest

from byhand.experiments import experiments, run_experiment

ON_DIGITS = [name for name, one in experiments().items() if one.kind not in ("starts", "clouds")]


@pytest.mark.full
@pytest.mark.parametrize("name", ON_DIGITS)
def test_it_comes_out_as_expected(name: str, mnist_folder: Path) -> None:
    experiment = experiments()[name]
    result = run_experiment(experiment, experiment.seeds, data_dir=mnist_folder)
    missed = [one for one in result.findings() if not one.holds]
    assert missed == []
    assert result.data == "mnist"


@pytest.mark.full
def test_many_starts_come_out_as_expected() -> None:
    assert run_experiment(experiments()["many-starts"], 5).is_as_expected


@pytest.mark.full
def test_the_same_seeds_give_the_same_numbers(mnist_folder: Path) -> None:
    experiment = experiments()["sorted-by-class"]
    few, more = (run_experiment(experiment, n, data_dir=mnist_folder) for n in (1, 2))
    assert few.values[0] == more.values[0]
