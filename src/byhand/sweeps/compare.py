"""`compare`: is the difference between two recipes, runs or models more than chance?

    >>> from byhand.sweeps.compare import compare_values
    >>> print(compare_values("A", "B", [0.95, 0.94, 0.96], [0.95, 0.95, 0.96], what="accuracy"))
    no difference that these 3 runs can show: B − A is 0.33 percentage points of accuracy, 95 % interval −1.10 … 1.77

Recipes are trained with the same seeds, and the difference is taken seed by seed: what a seed makes of the data and of
the order is in both. Two single models are compared example by example on the same data (see `paired.py`).
"""

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from byhand.arguments import check_kind, check_path, check_whole
from byhand.data.examples import Examples
from byhand.errors import DataError, OptionError
from byhand.formatting import count_noun, format_number
from byhand.metrics import mean_interval
from byhand.persistence.model import Model
from byhand.recipes import find_recipe
from byhand.recipes.needs import check_needs
from byhand.recipes.recipe import Recipe
from byhand.recipes.request import TrainRequest, make_request
from byhand.sweeps.executors import TaskRunner, choose_executor
from byhand.sweeps.paired import paired_accuracy, paired_errors
from byhand.sweeps.run_task import FINISHED, STOPPED, Values, check_data, make_task, seeds_of
from byhand.sweeps.saved_runs import read_run
from byhand.sweeps.space import read_space
from byhand.sweeps.worker import work
from byhand.training.signals import StopRequest

SEEDS = 5
MAX_SEEDS = 1000  # trainings of each recipe


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """The difference B − A, with its 95 % interval.

    a, b : what was compared   what : of which figure   values_a, values_b : of each pair, where they are runs
    pairs : how many, of what: "5 runs", "300 examples"   interval : None where one pair alone says nothing
    higher_is_better : of this figure
    """

    a: str
    b: str
    what: str
    difference: float
    interval: tuple[float, float] | None
    n: int
    unit: str
    values_a: tuple[float, ...] = ()
    values_b: tuple[float, ...] = ()
    seeds: tuple[int, ...] = ()
    higher_is_better: bool = True

    @property
    def better(self) -> str | None:
        """The one that is better, "A" or "B"; None where the interval holds 0: chance can have done it."""
        if self.interval is None or self.interval[0] <= 0 <= self.interval[1]:
            return None
        return "B" if (self.difference > 0) == self.higher_is_better else "A"

    @property
    def pairs(self) -> str:
        """How many pairs of what."""
        return count_noun(self.n, self.unit)

    def sentence(self) -> str:
        """Return what the comparison shows."""
        points = " percentage points of" if self.is_percentage else ""
        difference = f"B − A is {self._number(self.difference)}{points} {self.what}"
        if self.interval is None:
            return f"one {self.unit} cannot show a difference: {difference}"
        facts = f"{difference}, 95 % interval {' … '.join(map(self._number, self.interval))}"
        if self.better is None:
            return f"no difference that these {self.pairs} can show: {facts}"
        return f"{self.better} is better: {facts}, from {self.pairs}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            **{name: value for name, value in asdict(self).items() if name != "higher_is_better"},
            "better": self.better,
            "sentence": self.sentence(),
        }

    @property
    def is_percentage(self) -> bool:
        """Is the figure a fraction, which people read in per cent?"""
        return _is_fraction(self.what)

    def _number(self, value: float) -> str:
        return format_number(100 * value, ".2f") if self.is_percentage else format_number(value, ".4g")

    def __str__(self) -> str:
        return self.sentence()

    def __repr__(self) -> str:
        return f"<Comparison of {self.a} and {self.b}: {self.sentence()}>"


def compare(
    a: Any,
    b: Any,
    data: Examples | str | None = None,
    *,
    seeds: int = SEEDS,
    executor: Executor | str | None = None,
    workers: int | None = None,
    data_dir: Any = None,
    engine: str | None = None,
    **fields: Any,
) -> Comparison:
    """Return the difference b − a with its 95 % interval, and whether it is more than chance.

    a, b : two recipes (a name, a Recipe, or a name with changes, as "digits:activation=tanh,epochs=5"), which are
        trained with the same seeds and validated; two run folders, as Paths; or two Models
    data : Examples that neither Model was trained on; of recipes, the field of this name
    seeds : of recipes   fields : of both recipes   executor, workers : as for sweep
    Raises OptionError for what cannot be compared, DataError where a run fails.
    """
    if isinstance(a, Model) and isinstance(b, Model):
        if fields:
            raise OptionError(f"compare got two models and {', '.join(fields)}, which are for recipes. Leave them out.")
        examples = check_kind("compare", "data", data, Examples, "Examples that neither model was trained on")
        return compare_models(a, b, examples)
    if isinstance(data, Examples):
        raise OptionError("compare got Examples, which are for two Models; name the data of recipes, as data='moons'.")
    if isinstance(a, Path) and isinstance(b, Path):
        return compare_runs(a, b)
    fields = fields if data is None else {"data": data, **fields}
    requests = [
        parse_recipe(
            "compare", one, fields, n_seeds=check_whole("compare", "seeds", seeds, 1, MAX_SEEDS),
            data_dir=None if data_dir is None else check_path("compare", "data_dir", data_dir),
            engine=None if engine is None else check_kind("compare", "engine", engine, str, "a name"),
        )
        for one in (a, b)
    ]  # fmt: skip
    names = [one if isinstance(one, str) else one.name for one in (a, b)]
    return compare_recipes(names[0], names[1], requests[0], requests[1], executor=executor, workers=workers)


def parse_recipe(who: str, given: Any, fields: dict[str, Any], **options: Any) -> TrainRequest:
    """Return the request for a recipe, or for a name with changes behind a colon; it is always validated."""
    if isinstance(given, Recipe):
        recipe, changes = given, {}
    else:
        expected = "its name, a Recipe, a run folder as a Path, or a Model"
        name, _, text = check_kind(who, "a recipe", given, str, expected).partition(":")
        recipe, changes = find_recipe(name), _parse_changes(who, text)
    space = read_space(who, {**fields, **changes})
    if space.dimensions:
        raise OptionError(f"{who} got several values of {space.dimensions[0].name}; expected one. Sweep over several.")
    request = make_request(recipe, space.fixed, validate=recipe.validation == "none", **options)
    check_needs(who, request.recipe, changes)  # fields may be for the other recipe
    return request


def _parse_changes(who: str, text: str) -> dict[str, str]:
    """Return the fields in "activation=tanh,epochs=5"."""
    changes = {}
    for part in filter(None, text.split(",")):
        name, sign, value = part.partition("=")
        if not sign:
            raise OptionError(f"{who} got the change {part!r}; expected FIELD=VALUE, as activation=tanh.")
        changes[name.strip().replace("-", "_")] = value.strip()
    return changes


def compare_recipes(
    name_a: str, name_b: str, a: TrainRequest, b: TrainRequest, *, executor: Any = None, workers: int | None = None
) -> Comparison:
    """Train both with the same seeds and compare what the validation examples show."""
    tasks = [make_task(i, {}, one) for i, request in enumerate((a, b)) for one in seeds_of(request)]
    for first in (tasks[0], tasks[len(a.seeds())]):  # of A and of B; equal data load once
        check_data(first)
    open_executor = choose_executor(executor, workers)
    with StopRequest() as stop, TaskRunner(work, open_executor, stop) as runner:
        lines = [_finished(line) for line in runner.run(tasks)]
    values_a, values_b = ([_score(line) for line in lines if line["trial"] == i] for i in (0, 1))
    what = "validation R²" if lines[0]["accuracy"] is None else "validation accuracy"
    return replace(compare_values(name_a, name_b, values_a, values_b, what=what), seeds=tuple(a.seeds()))


def _finished(line: Values) -> Values:
    if line["status"] == STOPPED:
        raise KeyboardInterrupt
    if line["status"] != FINISHED:
        raise DataError(f"{'AB'[line['trial']]} cannot be compared: seed {line['seed']} failed: {line['error']}")
    return line


def _score(line: Values) -> float:
    return float(line["r_squared"] if line["accuracy"] is None else line["accuracy"])


def _is_fraction(what: str) -> bool:
    return "accuracy" in what


def compare_values(a: str, b: str, values_a: Sequence[float], values_b: Sequence[float], *, what: str) -> Comparison:
    """Return the comparison of runs in pairs: Student's t interval of the mean of their differences."""
    differences = [y - x for x, y in zip(values_a, values_b, strict=True)]
    mean = sum(differences) / len(differences)
    most = 1.0 if _is_fraction(what) else math.inf
    interval = mean_interval(differences, most=most, least=-most) if len(differences) > 1 else None
    return Comparison(a, b, what, mean, interval, len(differences), "run", tuple(values_a), tuple(values_b))


def compare_runs(a: Path, b: Path) -> Comparison:
    """Compare two finished runs by what their records say of the seeds that both have."""
    runs = [read_run(check_path("compare", "a run", path)) for path in (a, b)]
    for name in ("data", "what"):
        one, other = (getattr(run, name) for run in runs)
        if one != other:
            raise OptionError(
                f"compare got runs of different kinds, {one} and {other}; expected the same {name} in both."
            )
    common = [seed for seed in runs[0].values if seed in runs[1].values]
    if not common:
        raise OptionError("compare got runs without a common seed; train both with the same ones.")
    values_a, values_b = ([run.values[seed] for seed in common] for run in runs)
    return replace(compare_values(str(a), str(b), values_a, values_b, what=runs[0].what), seeds=tuple(common))


def compare_models(a: Model, b: Model, examples: Examples, names: tuple[str, str] = ("A", "B")) -> Comparison:
    """Compare two models on the same examples, which neither was trained on."""
    if (a.n_classes > 0) != (b.n_classes > 0) or (a.n_classes > 0) != examples.is_classes:
        raise OptionError(
            "compare got models or data of different kinds; expected all with classes, or all with regression targets."
        )
    answers_a, answers_b = (model.predict(examples.raw) for model in (a, b))
    if examples.is_classes:
        difference, bounds = paired_accuracy(answers_a == examples.y, answers_b == examples.y)
        return Comparison(*names, "accuracy", difference, bounds, len(examples), "example")
    difference, interval = paired_errors(answers_a, answers_b, examples.y)
    return Comparison(
        *names, "mean squared error", difference, interval, len(examples), "example", higher_is_better=False
    )
