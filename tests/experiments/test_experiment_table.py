"""The table of experiments: whole, without contradictions, and in words that desk and page both know."""

import json
import re
from dataclasses import fields
from importlib import resources

import pytest

from byhand.errors import OptionError
from byhand.experiments import Experiment, experiment_named, experiments
from byhand.experiments.runner import KINDS
from byhand.experiments.table import FILE
from byhand.recipes.build import build_initializer, build_loss
from byhand.recipes.recipe import Recipe, current_names

KNOWN = experiments()
FIELDS = {field.name for field in fields(Recipe)}
OWN = {  # settings of a kind that are no fields of a recipe
    "digits": {"train", "order", "permuted", "fill", "frozen"},
    "moved": {"train", "moves"},
    "nonsense": {"train", "pictures"},
    "removed": {"train", "which", "removed"},
    "starts": {"starts", "steps"},
    "clouds": set(),
}
each = pytest.mark.parametrize("experiment", KNOWN.values(), ids=KNOWN.keys())


def test_there_are_nineteen_in_their_order() -> None:
    assert [one.number for one in KNOWN.values()] == list(range(1, 20))
    assert [one.number for one in KNOWN.values() if one.surprising] == [8, 16, 19]
    assert {one.kind for one in KNOWN.values()} == set(KINDS) == set(OWN)


@each
def test_an_experiment_is_whole(experiment: Experiment) -> None:
    assert re.fullmatch(r"[a-z0-9-]{3,40}", experiment.name)
    assert experiment.question.endswith("?")
    assert re.fullmatch(r"[^.]+\.", re.sub(r"\d\.\d", "", experiment.reading)), "one sentence"
    assert experiment.hides
    assert experiment.expects
    assert experiment.seeds >= 5
    assert experiment.axis[0] < experiment.axis[1]
    names = [trial.name for trial in experiment.trials]
    assert len(set(names)) == len(names) >= 2
    assert all(len(name) <= 34 for name in names)
    assert {trial.rating for trial in experiment.trials} <= {"good", "bad", "plain"}
    assert set(experiment.page) <= {"train", "test", "validation"}


@each
def test_what_is_expected_is_measured_and_said_in_one_way(experiment: Experiment) -> None:
    names = {trial.name for trial in experiment.trials}
    measures = {one.name for one in (*experiment.scale, *experiment.aside)}
    for one in experiment.expects:
        assert one.of in names
        assert one.measure in measures
        bounds = [bound for bound in (one.by, one.within, one.least, one.most) if bound is not None]
        assert len(bounds) == 1
        assert (one.over in names) if (one.by or one.within) is not None else one.over is None
        assert one.by is None or one.by > 0
    assert {one.shown_as for one in experiment.scale} == {"percent"}


@each
def test_every_setting_is_known(experiment: Experiment) -> None:
    for trial in experiment.trials:
        assert set(current_names(trial.settings)) <= FIELDS | OWN[experiment.kind]
        if experiment.kind != "starts":
            words = {name: value for name, value in current_names(trial.settings).items() if name in FIELDS}
            recipe = Recipe(name="", title="", expects="", **{**words, "hidden": tuple(words["hidden"])})
            build_initializer(recipe)
            build_loss(recipe)


def test_every_measure_of_the_table_is_used_once_or_more() -> None:
    table = json.loads(resources.files("byhand").joinpath(*FILE).read_text(encoding="utf-8"))
    used = {one.name for experiment in KNOWN.values() for one in (*experiment.scale, *experiment.aside)}
    assert used == set(table["measures"])
    assert {one["as"] for one in table["measures"].values()} == {"percent", "number", "small", "class", "seconds"}


def test_an_experiment_is_found_by_name_and_number() -> None:
    assert experiment_named("8") == experiment_named("sorted-by-class")
    with pytest.raises(OptionError, match="Did you mean 'raw-pixels'"):
        experiment_named("raw-pixel")
