"""What a sweep was asked for: plain data in its record, so that it can be resumed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from byhand.arguments import check_flag, check_kind, check_whole
from byhand.engines.bindings import FLOAT32
from byhand.errors import DataError, OptionError, lookup
from byhand.recipes.needs import check_needs
from byhand.recipes.recipe import Recipe, check_fields, read_recipe
from byhand.recipes.request import TrainRequest, change_recipe, make_request
from byhand.sweeps.results import METRICS
from byhand.sweeps.run_task import Task, make_task, seeds_of
from byhand.sweeps.search import SEARCHES
from byhand.sweeps.space import Fields, Range, Space, check_size, read_space

N_TRIALS = 20  # of a search that draws, where nobody said how many


@dataclass(frozen=True)
class SweepSettings:
    """A sweep: what is varied, how it is searched, and how the best is found.

    n_trials : of a search that draws; None in a grid   n_seeds : runs of each trial, from the recipe's seed on
    metric : "score", the accuracy (R² in regression), or "loss"; both on the validation examples
    prune : end hopeless runs early   test : train the best one once more and test it, once
    """

    recipe: Recipe
    space: Space
    search: str = "grid"
    n_trials: int | None = None
    n_seeds: int = 1
    metric: str = "score"
    prune: bool = False
    test: bool = False
    data_dir: Path | None = None
    engine: str | None = None
    precision: str = FLOAT32

    def __post_init__(self) -> None:
        check_kind("sweep", "recipe", self.recipe, Recipe, "a Recipe or its name")
        lookup("search", self.search, dict.fromkeys(SEARCHES))
        lookup("metric", self.metric, METRICS)
        for name in ("prune", "test"):
            check_flag("sweep", name, getattr(self, name))
        check_whole("sweep", "seeds", self.n_seeds, 1)
        if not self.space.dimensions:
            message = "sweep got no field with several values; vary one or more, as learning_rate=[0.01, 0.1]."
            raise OptionError(message, argument="fields")
        if self.search == "grid" and self.n_trials is not None:
            raise OptionError("sweep got a number of trials, but a grid has its own; search at random or with optuna.")
        check_size(self.n_seeds * self.count_trials())

    def count_trials(self) -> int:
        """Return how many trials there will be."""
        if self.search == "grid":
            return len(self.space.grid())
        return check_whole("sweep", "trials", N_TRIALS if self.n_trials is None else self.n_trials, 1)

    def request(self, fields: Fields, *, test: bool = False) -> TrainRequest:
        """Return the request to train the recipe with a trial's values, always with a validation set.

        test : evaluate on the test set at the end
        """
        return make_request(
            self.recipe,
            {**self.space.fixed, **fields},
            validate=self.recipe.validation == "none",
            test=test,
            data_dir=self.data_dir,
            n_seeds=self.n_seeds,
            engine=self.engine,
            precision=self.precision,
        )

    def tasks(self, number: int, fields: Fields, medians: Sequence[float]) -> list[Task]:
        """Return a trial's tasks, one for each seed."""
        return [make_task(number, fields, one, medians) for one in seeds_of(self.request(fields))]

    def to_dict(self) -> dict[str, Any]:
        """Return them as plain data."""
        varied = {dimension.name: _plain_choices(dimension.choices) for dimension in self.space.dimensions}
        fixed = {name: _as_list(value) for name, value in self.space.fixed.items()}
        plain = {name: getattr(self, name) for name in ("search", "n_trials", "n_seeds", "metric", "prune", "test")}
        return {
            "recipe": asdict(self.recipe),
            "varied": varied,
            "fixed": fixed,
            **plain,
            "data_dir": self.data_dir and str(self.data_dir),
            "engine": self.engine,
            "precision": self.precision,
        }


def make_settings(recipe: Recipe, fields: dict[str, Any], **options: Any) -> SweepSettings:
    """Return the settings for a recipe, the fields as they were given, and further settings by name.

    Raises OptionError for fields that cannot be, and for one that no trial would use.
    """
    settings = SweepSettings(recipe, read_space("sweep", fields), **options)
    varied = [dimension.name for dimension in settings.space.dimensions]
    check_needs("sweep", change_recipe(recipe, settings.space.fixed), [*settings.space.fixed, *varied], varied=varied)
    return settings


def read_settings(given: Any, where: Path) -> SweepSettings:
    """Return the settings that a sweep's record tells; raise DataError where they are damaged."""
    try:
        options = {name: given[name] for name in ("search", "n_trials", "n_seeds", "metric", "prune", "test")}
        space = read_space("sweep", given["varied"])
        fixed = check_fields("sweep", given["fixed"])
        return SweepSettings(
            read_recipe(given["recipe"]),
            replace(space, fixed=fixed),
            **options,
            data_dir=None if given["data_dir"] is None else Path(given["data_dir"]),
            engine=None if given["engine"] is None else str(given["engine"]),
            precision=str(given["precision"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{where} does not say how to resume a sweep: {error!r}. Start a new one.") from error


def _plain_choices(choices: tuple[Any, ...] | Range) -> Any:
    if isinstance(choices, Range):
        n = "" if choices.n is None else f":{choices.n}"
        return f"{choices.low!r}:{choices.high!r}{n}:{'log' if choices.log else 'linear'}"
    return [_as_list(value) for value in choices]


def _as_list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
