"""Every public function with every wrong argument: an error of byhand's own in one line, or it works; nothing else.

A wrong value of any type is answered by a ByhandError. Only a call with unknown or missing arguments is Python's own
TypeError, and that needs no test. What is wrong for one argument may be right for another; so the law is that no other
exception comes out, that no refusal says what it cannot know, and that a refusal changes no weight.
"""

import inspect
import math
import re
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import byhand as bh
from byhand import schedules
from byhand.data.examples import Examples
from byhand.errors import ByhandError, DataError, OptionError, ShapeError
from byhand.optimizers import ClipGradNorm, WeightDecay
from byhand.persistence.output import Output
from byhand.preprocessing import fit_scaler
from byhand.training.plan import Plan
from byhand.training.state import TrainingState

RAW = fit_scaler("raw", np.zeros((1, 1)), low=0, high=1)
X = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
Y = np.arange(8) % 3
EXAMPLES = Examples(X, Y, RAW)


class Missing:
    """Behaves as pandas.NA does: nothing is known of it, not even whether it is itself."""

    def __eq__(self, other: object) -> Any:
        return self

    __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __eq__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


WRONG: dict[str, Any] = {
    "None": None, "a word": "word", "no word": "", "bytes": b"word", "NaN": math.nan, "inf": math.inf,
    "-inf": -math.inf,
    "-1": -1, "0": 0, "0.5": 0.5, "2": 2, "2.0": 2.0, "True": True, "huge": 10**400, "2^63": 2**63, "complex": 1j,
    "Decimal": Decimal("0.5"), "Fraction": Fraction(1, 2), "int64": np.int64(2), "float32": np.float32(0.5),
    "float NaN": np.float32(np.nan), "bool_": np.True_, "0-d": np.array(1.0), "NaT": np.datetime64("NaT"),
    "NA": Missing(),
    "empty list": [], "list": [1, 2], "nested": [[1], [1, 2]], "tuple": (X, Y), "dict": {"a": 1}, "set": {1},
    "object": object(), "function": len, "type": int, "module": np, "path": Path("nowhere"), "range": range(3),
    "empty": np.zeros((0, 4), np.float32), "no columns": np.zeros((8, 0)), "flat": np.zeros(4), "wide": np.zeros((8,
    5)),
    "3-d": np.zeros((8, 2, 2)), "NaNs": np.full((8, 4), np.nan), "infs": np.full((8, 4), np.inf),
    "words": np.array(["a"] * 8),
    "objects": np.array([None] * 8), "masked": np.ma.masked_array(X, X > 0), "masked labels": np.ma.masked_array(Y,
    Y > 0),
    "dates": np.array(["NaT"] * 8, dtype="datetime64[s]"), "complex numbers": X.astype(complex), "bools": X > 0,
    "labels too high": Y + 9, "negative labels": Y - 2, "beyond 32 bits": Y + 2**40, "records": np.zeros(8,
    dtype="i4,f4"),
    "generator": (i for i in range(3)), "a network": bh.Network.mlp([4, 3]), "examples": EXAMPLES,
    "a loss": bh.SquaredError(),
    "an optimizer": bh.SGD(), "a layer": bh.ReLU(),
}  # fmt: skip


def network() -> bh.Network:
    return bh.Network.mlp([4, 5, 3], seed=1)


def model() -> bh.Model:
    return bh.Model(network(), RAW, Output.SOFTMAX_LOGITS)


def run_small(**changed: Any) -> bh.RecipeResult:
    small: dict[str, Any] = {"recipe": "vanilla", "data": "moons", "examples": 8, "hidden": [2], "epochs": 1}
    return bh.run_recipe(**small | changed)


def sweep_small(**changed: Any) -> object:
    small: dict[str, Any] = {"recipe": "vanilla", "data": "moons", "examples": 24, "hidden": [2], "epochs": 1}
    return bh.sweep(**small | changed)


def compare_small(**changed: Any) -> object:
    small: dict[str, Any] = {"examples": 24, "hidden": [2], "epochs": 1}
    return bh.compare(**small | changed)


def plan(**changed: Any) -> Plan:
    right: dict[str, Any] = {"loss": bh.SoftmaxCrossEntropy(), "schedule": schedules.Constant(0.1)}
    return Plan(**{**right, "epochs": 1, "batch_size": 4, **changed})


HISTORY = bh.fit(network(), EXAMPLES, loss=bh.SoftmaxCrossEntropy(), epochs=1)

# name → (a function that is called, its arguments as they should be)
CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "Adam": (bh.Adam, {"beta1": 0.9, "beta2": 0.9, "epsilon": 1e-8}),
    "AdamW": (bh.AdamW, {"decay": 0.1, "beta1": 0.9, "beta2": 0.9, "epsilon": 1e-8}),
    "Momentum": (bh.Momentum, {"momentum": 0.9}),
    "Nesterov": (bh.Nesterov, {"momentum": 0.9}),
    "WeightDecay": (WeightDecay, {"inner": bh.SGD(), "decay": 0.1}),
    "ClipGradNorm": (ClipGradNorm, {"inner": bh.SGD(), "max_norm": 1.0}),
    "BatchNorm": (bh.BatchNorm, {"width": 3, "momentum": 0.1, "epsilon": 1e-5}),
    "Dense": (bh.Dense, {"n_in": 3, "n_out": 2}),
    "Dropout": (bh.Dropout, {"rate": 0.5}),
    "LeakyReLU": (bh.LeakyReLU, {"slope": 0.1}),
    "Residual": (lambda layer: bh.Residual(layer), {"layer": bh.ReLU()}),
    "Huber": (bh.Huber, {"delta": 1.5}),
    "Quantile": (bh.Quantile, {"level": 0.9}),
    "SoftmaxCrossEntropy": (bh.SoftmaxCrossEntropy, {"label_smoothing": 0.1}),
    "SoftmaxCrossEntropy.forward": (lambda **a: bh.SoftmaxCrossEntropy().forward(**a), {"output": X, "target": Y}),
    "SquaredError.forward": (lambda **a: bh.SquaredError().forward(**a), {"output": X, "target": X}),
    "BinaryCrossEntropy.forward": (lambda **a: bh.BinaryCrossEntropy().forward(**a), {"output": X,
    "target": (X > 0) * 1.0}),
    "Network": (bh.Network, {"layers": [bh.Dense(4, 3)]}),
    "Network.mlp": (
        bh.Network.mlp,
        {"sizes": [4, 5, 3], "activation": "relu", "output": "identity", "dropout": 0.1, "batch_norm": True,
         "residual": True, "seed": 1},
    ),
    "Network.forward": (lambda **a: network().forward(**a), {"x": X}),
    "Network.predict": (lambda **a: network().predict(**a), {"x": X}),
    "Network.backward": (
        lambda d_output, trace: network().backward(d_output, trace),
        {"d_output": np.zeros((8, 3), np.float32), "trace": network().forward(X)},
    ),
    "Network.astype": (lambda **a: network().astype(**a), {"dtype": "float64"}),
    "fit": (
        lambda **a: bh.fit(**{"network": network()} | a),
        {"x": EXAMPLES, "loss": bh.SoftmaxCrossEntropy(), "optimizer": bh.SGD(), "learning_rate": 0.1,
        "epochs": 1,
         "batch_size": 4, "seed": 0, "validation": EXAMPLES, "patience": 2, "shuffle": True, "max_shift": 0,
         "image_shape": (2, 2), "callbacks": (), "precision": "float32"},
    ),
    "fit, arrays": (
        lambda x, y: bh.fit(network(), x, y, loss="softmax_cross_entropy", epochs=1), {"x": X, "y": Y},
    ),
    "fit, network": (
        lambda network: bh.fit(network, EXAMPLES, loss=bh.SoftmaxCrossEntropy(), epochs=1), {"network": network()},
    ),
    "TrainingState": (TrainingState, {"network": network(), "optimizer": bh.SGD()}),
    "train": (
        lambda **a: list(bh.train(**a)),
        {"state": TrainingState(network(), bh.SGD()), "examples": EXAMPLES, "plan": plan(), "validation": EXAMPLES},
    ),
    "Plan": (plan, {"loss": bh.SquaredError(), "schedule": schedules.Constant(0.1), "epochs": 1, "batch_size": 4,
    "seed": 0,
                    "shuffle": True, "max_shift": 0, "image_shape": (2, 2), "patience": 1}),
    "evaluate": (bh.evaluate, {"network": network(), "x": EXAMPLES, "loss": bh.SoftmaxCrossEntropy()}),
    "evaluate, arrays": (lambda x, y: bh.evaluate(network(), x, y), {"x": X, "y": Y}),
    "Recipe": (bh.Recipe, {"name": "own", "title": "of my own", "expects": "nothing"}),
    "run_recipe": (
        run_small,
        {"recipe": "vanilla", "seeds": 1, "validate": False, "data_dir": None, "runs": "runs", "engine": "numpy",
         "precision": "float32", "hidden": [2], "learning_rate": 0.1, "data": "moons", "seed": 0},
    ),
    "sweep": (
        sweep_small,
        {"search": "grid", "trials": None, "seeds": 1, "metric": "score", "prune": False, "executor": "serial",
         "workers": None, "resume": None, "data_dir": None, "runs": "runs", "engine": "numpy",
         "learning_rate": [0.1, 1.0]},
    ),
    "compare": (
        compare_small,
        {"a": "vanilla", "b": "vanilla", "data": "moons", "seeds": 1, "executor": "serial", "workers": None,
         "data_dir": None, "engine": "numpy", "learning_rate": 0.1},
    ),
    "RecipeResult": (
        bh.RecipeResult,
        {"recipe": bh.RECIPES["xor"], "dataset": bh.data.xor(), "engine": "numpy", "seeds": (), "path": Path("there")},
    ),
    "History": (bh.History, {}),
    "diagnose": (
        bh.diagnose,
        {"network": network(), "examples": EXAMPLES, "history": HISTORY, "loss": bh.SoftmaxCrossEntropy(),
         "initial": network(), "accuracy": 0.5, "learning_rate": 0.1, "usual_rate": 0.1},
    ),
    "explain": (
        bh.explain,
        {"network": network(), "x": X[0], "y": 1, "loss": bh.SoftmaxCrossEntropy(), "optimizer": bh.SGD(),
        "learning_rate": 0.1},
    ),
    "gradient_check": (
        bh.gradient_check,
        {"network": network(), "loss": bh.SoftmaxCrossEntropy(), "x": X[:2], "y": Y[:2], "method": "complex",
         "training": True, "seed": 0},
    ),
    "predictor": (bh.predictor, {"network": network(), "preparation": RAW}),
    "predictor()": (lambda raw: bh.predictor(network(), RAW)(raw), {"raw": X}),
    "predictor().one": (lambda raw: bh.predictor(network(), RAW).one(raw), {"raw": X[0]}),
    "Examples": (Examples, {"raw": X, "y": Y, "preparation": RAW}),
    "Model.predict": (lambda raw: model().predict(raw), {"raw": X}),
    "Model.scores": (lambda raw: model().scores(raw), {"raw": X}),
    "Model.predict_proba": (lambda raw: model().predict_proba(raw), {"raw": X}),
    "save_model": (bh.save_model, {"model": model(), "path": "saved"}),
    "Model": (
        bh.Model,
        {"network": network(), "preparation": RAW, "output": Output.SOFTMAX_LOGITS, "class_names": ("a", "b", "c"),
         "image_shape": (2, 2), "provenance": {}, "history": {}},
    ),
    "load_model": (bh.load_model, {"path": "nowhere"}),
    "data.from_arrays": (
        bh.data.from_arrays,
        {"x": X, "y": Y, "name": "arrays", "preparation": "raw", "test_share": 0.25, "seed": 0, "options": None},
    ),
    "data.read_table": (
        bh.data.read_table,
        {"source": {"a": [1, 2, 3, 4] * 5, "b": ["x", "y"] * 10}, "target": "b", "preparation": "raw",
         "test_share": 0.25, "seed": 0, "options": None},
    ),
    "data.digits": (bh.data.digits, {"preparation": "unit", "validation": 0.2, "seed": 0}),
    "data.map_array": (bh.data.map_array, {"path": "nowhere"}),
    "data.mnist": (bh.data.mnist, {"folder": "nowhere", "preparation": "unit", "validation": None}),
    "data.gaussians": (bh.data.gaussians, {"n": 20, "seed": 0, "name": "gaussians", "preparation": "raw"}),
    "data.spiral": (bh.data.spiral, {"n": 20, "arms": 2, "noise": 0.1, "seed": 0, "preparation": "raw"}),
    "Constant": (schedules.Constant, {"rate": 0.1}),
    "Step": (schedules.StepDecay, {"rate": 0.1, "factor": 0.1, "n_stages": 3}),
    "LinearDecay": (schedules.LinearDecay, {"rate": 0.1}),
    "CosineDecay": (schedules.CosineDecay, {"rate": 0.1}),
    "LinearWarmup": (schedules.LinearWarmup, {"inner": schedules.Constant(0.1), "fraction": 0.1}),
    "OneCycle": (schedules.OneCycle, {"rate": 0.1, "warm_up": 0.3}),
    **{
        f"data.{name}": (getattr(bh.data, name), {"n": 20, "noise": 0.1, "seed": 0, "preparation": "raw"})
        for name in ("xor", "circles", "moons", "sine")
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # for what is saved under a name that is right by chance


def problem_with(call: Callable[[], Any]) -> str:
    """Return what is wrong with how a call ends, "" if nothing is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numbers that overflow: what they become is looked at elsewhere
            call()
    except ByhandError as error:
        said = str(error)
        if "\n" in said or len(said) > 500 or re.search("--[a-z]", said):
            return f"more than a line, or advice for the command line: {said}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def cases() -> Iterator[Any]:
    for name, (call, right) in CALLS.items():
        for argument in right:
            yield pytest.param(call, right, argument, id=f"{name}, {argument}")


@pytest.mark.parametrize("name", CALLS)
def test_the_right_arguments_are_right(name: str) -> None:
    call, right = CALLS[name]
    if any(isinstance(value, str) and value == "nowhere" for value in right.values()):
        with pytest.raises(DataError):
            call(**right)
    else:
        call(**right)


@pytest.mark.parametrize(("call", "right", "argument"), list(cases()))
def test_no_exception_but_ours(call: Callable[..., Any], right: dict[str, Any], argument: str) -> None:
    for what, value in WRONG.items():
        if what == "function" and argument in ("learning_rate", "schedule"):
            continue  # a schedule of one's own may raise what it likes
        problem = problem_with(partial(call, **{**right, argument: value}))
        assert not problem, f"{what}: {problem}"


@pytest.mark.parametrize("rate", [math.nan, math.inf, -0.1, "0.1", np.float32(np.nan)])
def test_a_learning_rate_that_cannot_be(rate: Any) -> None:
    learner = network()
    before = {name: array.copy() for name, array in learner.params.items()}
    with pytest.raises(OptionError, match="rate"):
        bh.fit(learner, EXAMPLES, loss=bh.SoftmaxCrossEntropy(), learning_rate=rate)
    assert all(np.array_equal(array, before[name]) for name, array in learner.params.items())


@pytest.mark.parametrize("rates", [[0.1, math.nan], [0.1, -1], [0.1], ["a", "b"], None, 0.1])
def test_a_schedule_whose_rates_cannot_be(rates: Any) -> None:
    with pytest.raises(OptionError, match="the schedule gave"):
        bh.fit(network(), EXAMPLES, loss=bh.SquaredError(), learning_rate=lambda n: rates, epochs=1, batch_size=4)


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.uint16])
def test_numpy_scalars_are_numbers(kind: type[np.integer[Any]]) -> None:
    def losses(number: Callable[[int], Any]) -> list[float]:
        history = bh.fit(
            bh.Network.mlp([number(4), number(3)], seed=number(1)), EXAMPLES, loss=bh.SoftmaxCrossEntropy(),
            learning_rate=np.float64(0.1), epochs=number(2), batch_size=number(3), seed=number(7),
        )  # fmt: skip
        return [record.loss for record in history]

    assert losses(kind) == losses(int)


@pytest.mark.parametrize("engine", ["native", "numpy"])
def test_whole_numbers_that_32_bits_cannot_hold_are_refused_by_every_engine(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYHAND_ENGINE", engine)
    with pytest.raises(DataError, match=r"3,000,000,000 as classes; .* y\.astype"):
        Examples(X, np.full(8, 3_000_000_000), RAW)
    as_numbers = Examples(X, np.full(8, 3e9, dtype=np.float32), RAW)
    assert bh.fit(bh.Network.mlp([4, 1]), as_numbers, loss=bh.SquaredError(), learning_rate=0, epochs=1)[0].loss > 1e18


def test_answers_of_another_network_are_named() -> None:
    with pytest.raises(DataError, match="evaluate got class 7 in row 2; the network tells 3 classes apart, 0 … 2"):
        bh.evaluate(network(), Examples(X, np.array([0, 1, 7, 0, 1, 2, 0, 1]), RAW))
    with pytest.raises(DataError, match=r"regression targets; the network gives 3 an example"):
        bh.evaluate(network(), Examples(X, X[:, :2], RAW))
    with pytest.raises(ShapeError):
        bh.explain(network(), X[0], 7)


def test_a_word_for_the_output_of_a_model_is_the_output_it_names() -> None:
    """Compared as an object, "values" would be none of them, and a regression would answer with labels."""
    one = bh.Model(bh.Network.mlp([4, 1], seed=1), RAW, "values")  # type: ignore[arg-type]
    assert one.output is Output.REGRESSION
    assert one.predict(X).shape == (8, 1)
    with pytest.raises(OptionError, match="Did you mean 'values'"):
        bh.Model(network(), RAW, "value")  # type: ignore[arg-type]


def test_masks_are_not_dropped() -> None:
    masked = np.ma.masked_array(X, X > 1)
    labels = np.ma.masked_array(Y, Y == 2)
    with pytest.raises(DataError, match="missing values, the first in row 0, column"):
        model().predict(np.ma.masked_array(X, X[0, 3] == X))
    with pytest.raises(DataError, match=f"got inputs with {masked.mask.sum()} missing values"):
        Examples(masked, Y, RAW)
    with pytest.raises(DataError, match="got answers with 2 missing values, the first in row 2"):
        Examples(X, labels, RAW)
    unmasked = Examples(np.ma.masked_array(X), Y, RAW)
    assert type(unmasked.raw) is np.ndarray


def test_every_public_name_is_in_the_table() -> None:
    told = {name.partition(".")[0].partition(",")[0].partition("(")[0] for name in CALLS} | {"data"}
    exempt = {
        "RECIPES",
        "ReLU",
        "Sigmoid",
        "Softmax",
        "Tanh",
        "SELU",
        "Mish",
        "Exp",
        "SGD",
        "Identity",
        "SquaredError",
        "BinaryCrossEntropy",
        "Poisson",
    }  # no arguments
    kinds = {"ByhandError", "Output"}  # an exception and an enum: Python's own ways of being called
    functions = {name for name in bh.__all__ if callable(getattr(bh, name))} - kinds
    assert functions - told - exempt == set()
    for name in exempt & functions:
        assert not inspect.signature(getattr(bh, name)).parameters, name
