"""The table of experiments: one file, read here and by the page, so that both do the same and say the same.

Every experiment is a value: what is asked, what is done, what is measured, what must come out, and what would hide it.
"""

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

from byhand.errors import lookup

FILE = ("experiments", "experiments.json")


@dataclass(frozen=True)
class Measure:
    """One number that an experiment measures.

    title : what it is, in words   shown_as : percent, number, small (with its power of ten), class or seconds
    """

    name: str
    title: str
    shown_as: str


@dataclass(frozen=True)
class Trial:
    """One of the runs side by side: the common settings with what it changes.

    rating : good, bad or plain
    settings : fields of a recipe, and what its kind of experiment knows besides
    """

    name: str
    rating: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class Expectation:
    """What must come out, on the means over the seeds.

    of, over : names of trials   by : the first is ahead by so much   within : they differ by no more
    least, most : bounds of the first alone
    """

    of: str
    measure: str
    over: str | None = None
    by: float | None = None
    within: float | None = None
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    question, reading : what is asked, and what is to be read from what comes out, a sentence each
    hides : settings that would hide the effect
    surprising : do experts guess it wrong?
    kind : which module of this package runs it
    scale, aside : measures drawn as dots on one scale, and those told as numbers beside them
    axis : the least the scale shows
    seeds : how many by default
    page : settings of the page's own, where the tab needs fewer examples
    """

    name: str
    number: int
    title: str
    question: str
    reading: str
    hides: tuple[str, ...]
    surprising: bool
    kind: str
    trials: tuple[Trial, ...]
    scale: tuple[Measure, ...]
    aside: tuple[Measure, ...]
    axis: tuple[float, float]
    expects: tuple[Expectation, ...]
    seeds: int
    page: dict[str, Any]


def experiments() -> dict[str, Experiment]:
    """Return all experiments by name, in the order of their numbers."""
    text = resources.files("byhand").joinpath(*FILE).read_text(encoding="utf-8")
    table = json.loads(text)
    measures = {name: Measure(name, one["title"], one["as"]) for name, one in table["measures"].items()}
    return {one["id"]: _experiment(one, table["settings"], measures) for one in table["experiments"]}


def experiment_named(name: str) -> Experiment:
    """Return the experiment of this name or number; raise OptionError with the nearest known name."""
    known = experiments()
    by_number = {str(one.number): one for one in known.values()}
    return by_number[name] if name in by_number else lookup("experiment", name, known)


def _experiment(row: dict[str, Any], common: dict[str, dict[str, Any]], measures: dict[str, Measure]) -> Experiment:
    settings = {**common[row["kind"]], **row.get("settings", {})}
    trials = [Trial(one["name"], one["verdict"], {**settings, **one.get("changes", {})}) for one in row["runs"]]
    scale, aside = (tuple(measures[name] for name in row.get(part, ())) for part in ("scale", "aside"))
    expects = [Expectation(**{"measure": scale[0].name, **one}) for one in row["expects"]]
    low, high = row["axis"]
    return Experiment(
        name=row["id"],
        number=row["number"],
        title=row["title"],
        question=row["question"],
        reading=row["reading"],
        hides=tuple(row["hides"]),
        surprising=row.get("surprising", False),
        kind=row["kind"],
        trials=tuple(trials),
        scale=scale,
        aside=aside,
        axis=(low, high),
        expects=tuple(expects),
        seeds=row["seeds"],
        page=row.get("page", {}),
    )
