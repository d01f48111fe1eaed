"""What the diagnosis says of trainings with a planted fault, and of healthy ones: a confusion matrix.

python benchmarks/diagnosis_planted.py [--seeds 21] [NAME …] [--record]

Ten faults and fourteen healthy trainings on data that come with the package, with this many seeds each: more than 200
of either. A fault is found when one of its findings is among those reported; any finding of a healthy training is a
false alarm. Writes benchmarks/records/diagnosis-planted.json with --record, after each name; with names, only these are
measured, and take their places in the record that is there.
"""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import byhand as bh
from byhand.arrays import Array
from byhand.data.examples import Dataset, Examples
from byhand.errors import DivergedError
from machine import RECORDS, machine, parser_for, read_record, save_record

RECORD, SEEDS = "diagnosis-planted", 21
ABOUT = "findings of the diagnosis in trainings with a planted fault, and in healthy ones"
NOT_FINITE = "not finite"  # training itself ends with that sentence
CROSS_ENTROPY = "softmax_cross_entropy"


@dataclass(frozen=True)
class Training:
    """A training: its data, its network and what fit is given.

    expected : ids of which one must be found; none: it is healthy
    """

    data: Callable[[int], Dataset]
    hidden: tuple[int, ...] = (32,)
    network: dict[str, Any] = field(default_factory=dict)
    fit: dict[str, Any] = field(default_factory=dict)
    expected: tuple[str, ...] = ()


def digits(seed: int, preparation: str = "unit") -> Dataset:
    """Return the bundled digits, a fifth of them for validation."""
    return bh.data.digits(preparation=preparation, validation=0.2, seed=seed)


def few_digits(seed: int) -> Dataset:
    """Return 60 to 80 digits to train on, and the validation set as it is."""
    data = digits(seed)
    return replace(data, train=data.train.take(slice(60 + seed % 21)))


def shuffled_labels(seed: int) -> Dataset:
    """Return digits, or a spiral, whose labels belong to other examples."""
    data = digits(seed) if seed % 2 else bh.data.spiral(400, seed=seed)
    y = np.random.default_rng(seed).permutation(data.train.y)
    return replace(data, train=replace(data.train, y=y), validation=None, test=None)


def sorted_digits(seed: int) -> Dataset:
    """Return digits in the order of their classes, or of a random order of them."""
    data = digits(seed)
    rank = np.random.default_rng(seed).permutation(10)
    return replace(data, train=data.train.take(np.argsort(rank[data.train.y], kind="stable")))


def large_sine(seed: int) -> Dataset:
    """Return a sine whose targets lie between −3 and 3."""
    data = bh.data.sine(300, seed=seed)
    return replace(data, train=_times(data.train, 3), test=_times(data.test, 3))


def _times(examples: Examples | None, factor: float) -> Examples | None:
    return examples and replace(examples, y=(factor * examples.y).astype(np.float32))


def constant(rng: object, n_in: int, n_out: int) -> Array:
    """Return weights that are all equal."""
    return np.full((n_in, n_out), 0.05)


SGD = {"optimizer": "sgd", "learning_rate": 0.1, "epochs": 15, "batch_size": 32}
ADAM = {"epochs": 20, "batch_size": 32}
TOY = {"learning_rate": 0.01, "epochs": 60, "batch_size": 20}
STANDARD: Callable[[int], Dataset] = lambda seed: digits(seed, "standard")  # noqa: E731

HEALTHY = {
    "digits, sgd": Training(digits, fit=SGD),
    "digits, adam": Training(digits, fit=ADAM),
    "digits, standardized": Training(STANDARD, fit=SGD | {"learning_rate": 0.05}),
    "digits, two layers": Training(digits, (64, 32), fit=ADAM),
    "digits, tanh": Training(digits, network={"activation": "tanh", "initializer": "glorot"}, fit=SGD),
    "digits, sigmoid": Training(digits, network={"activation": "sigmoid", "initializer": "glorot"}, fit=ADAM),
    "digits, batch normalization": Training(digits, network={"batch_norm": True}, fit=SGD),
    "digits, dropout": Training(digits, (64,), network={"dropout": 0.2}, fit=ADAM),
    "digits, squared error": Training(
        digits, network={"output": "sigmoid"}, fit=SGD | {"loss": "squared_error", "learning_rate": 0.5}
    ),
    "moons": Training(lambda seed: bh.data.moons(400, seed=seed), (16,), fit=TOY),
    "circles": Training(lambda seed: bh.data.circles(400, seed=seed), (16,), fit=TOY),
    "spiral": Training(lambda seed: bh.data.spiral(600, seed=seed), (32, 32), fit=TOY),
    "gaussians": Training(lambda seed: bh.data.gaussians(600, seed=seed), (16, 8), fit=TOY),
    "sine": Training(lambda seed: bh.data.sine(300, seed=seed), (32,), fit=TOY | {"loss": "squared_error"}),
}


def planted(seed: int) -> dict[str, Training]:
    """Return the ten faults; how large they are depends on the seed."""
    large = 3.0 * (1 + seed % 4)
    squashing = {"activation": ("sigmoid", "tanh")[seed % 2]}
    start = "zeros" if seed % 3 == 0 else constant
    bounded = {"output": ("relu", "tanh", "sigmoid")[seed % 3]}
    regression = {"loss": "squared_error"} if seed % 3 == 2 or seed % 2 else {}
    return {
        "labels shuffled": Training(shuffled_labels, fit=SGD | {"epochs": 3}, expected=("near_guessing",)),
        "rate next to nothing": Training(
            digits, fit=SGD | {"learning_rate": 10.0 ** -(6 + seed % 3)}, expected=("not_moving",)
        ),
        "rate far too large": Training(
            digits, network={"activation": "tanh"}, fit=SGD | {"learning_rate": 10 * large},
            expected=("diverged", NOT_FINITE),
        ),
        "dead units": Training(digits, fit=SGD | {"learning_rate": 2 * large}, expected=("dead_units",)),
        "saturated units": Training(
            digits, network=squashing | {"initializer": bh.initializers.normal(2 * large)}, fit=SGD,
            expected=("saturated_start", "saturated_units"),
        ),
        "equal units": Training(
            digits, network={"activation": "sigmoid", "initializer": start}, fit=SGD,
            expected=("equal_units", "zero_weights"),
        ),
        "unscaled inputs": Training(
            lambda seed: digits(seed, "raw"), fit=SGD | {"learning_rate": 0.01}, expected=("unscaled_inputs",)
        ),
        "sorted examples": Training(sorted_digits, fit=SGD | {"shuffle": False}, expected=("sorted_examples",)),
        "few examples for long": Training(
            few_digits, (64, 64), fit=ADAM | {"epochs": 300, "batch_size": 10, "learning_rate": 0.003},
            expected=("overfitting",),
        ),
        "output that cannot reach": Training(
            large_sine if regression else digits, (16,), network=bounded if regression else {"output": "relu"},
            fit=TOY | regression if regression else SGD, expected=("wrong_output", "bounded_logits"),
        ),
    }  # fmt: skip


def findings(training: Training, seed: int) -> list[str]:
    """Train and return the ids of what is found."""
    data = training.data(seed)
    network = bh.Network.mlp([data.train.n_features, *training.hidden, data.n_outputs], seed=seed, **training.network)
    initial, options = deepcopy(network), {"loss": CROSS_ENTROPY} | training.fit
    try:
        history = bh.fit(network, data.train, validation=data.validation, seed=seed, **options)
    except DivergedError:
        return [NOT_FINITE]
    held_out = data.validation or data.test
    found = bh.evaluate(network, held_out, loss=options["loss"]) if held_out else None
    accuracy = None if found is None else found.r2_score if found.accuracy is None else found.accuracy
    shuffled = bool(options.get("shuffle", True))  # as a recipe's run knows it
    told = bh.diagnose(
        network, data.train, history, loss=options["loss"], initial=initial, accuracy=accuracy, shuffled=shuffled
    )
    return [one.id for one in told]


def measure(name: str, n_seeds: int) -> dict[str, Any]:
    """Return what was found in the trainings of a name, over seeds."""
    first, every, hits = Counter[str](), Counter[str](), 0
    for seed in range(n_seeds):
        training = HEALTHY.get(name) or planted(seed)[name]
        found = findings(training, seed)
        first[found[0] if found else "nothing"] += 1
        every.update(found or ["nothing"])
        hits += bool(set(found) & set(training.expected)) if training.expected else bool(found)
    counted = {"trainings": n_seeds, "healthy" if name in HEALTHY else "fault": name}
    return counted | {"alarms" if name in HEALTHY else "found": hits, "first": dict(first), "all": dict(every)}


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    known = [*planted(0), *HEALTHY]
    rows = read_record(RECORD)["trainings"] if arguments.names and (RECORDS / f"{RECORD}.json").exists() else {}
    for name in arguments.names or known:
        rows[name] = measure(name, arguments.seeds)
        print(name, rows[name], flush=True)
        in_order = {one: rows[one] for one in known if one in rows}
        save_record(RECORD, {"what": ABOUT, **machine(), "trainings": in_order}, wanted=arguments.record)


if __name__ == "__main__":
    main()
