"""Estimators whose numbers are told by their place among bins: where the bins are, and the same answers everywhere."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.engines.bindings import why_missing
from byhand.estimators import MLPClassifier, MLPRegressor
from byhand.estimators.training_setup import build_optimizer
from byhand.layers import PiecewiseLinearEmbedding

SMALL: dict[str, Any] = {"hidden_layer_sizes": (8,), "max_iter": 12, "random_state": 0, "numerical_embedding": "pwl"}
FASTEST = "numpy" if why_missing() else "native/"


def table(n: int = 260) -> np.ndarray:
    """Return a number with gaps, a number that is mostly 0, a constant and two categories."""
    rng = np.random.default_rng(0)
    X = np.empty((n, 4), dtype=object)
    X[:, 0] = rng.normal(size=n) * 50
    X[::7, 0] = None
    X[:, 1] = np.where(rng.uniform(size=n) < 0.8, 0.0, rng.uniform(0, 9, n))
    X[:, 2] = 3.5
    X[:, 3] = rng.choice(["no", "yes"], n)
    return X


def target(X: np.ndarray) -> np.ndarray:
    steps: np.ndarray = np.floor(X[:, 1].astype(float)) % 2 + (X[:, 3] == "yes")
    return steps


def embedding_of(model: MLPClassifier | MLPRegressor) -> PiecewiseLinearEmbedding:
    first = model.networks_[0].layers[0]
    assert isinstance(first, PiecewiseLinearEmbedding)
    return first


def test_bins_have_as_many_training_rows_each() -> None:
    x = np.random.default_rng(1).exponential(size=(1000, 1))
    model = MLPRegressor(**{**SMALL, "max_iter": 1}, early_stopping=False).fit(x, x[:, 0])
    edges = embedding_of(model).statistics["edges"][0]
    inputs = model._encoder.scaler.apply(x, np.float64)[:, 0]
    counts, _ = np.histogram(inputs, edges)
    assert (counts >= 1000 // 48 - 1).all()
    assert (counts <= 1000 // 48 + 2).all()
    assert np.diff(edges)[-1] > 5 * np.diff(edges)[0]  # rows are rare at the end


def test_equal_quantiles_are_one_edge_and_nothing_is_divided_by_0() -> None:
    X = table()
    model = MLPRegressor(**SMALL).fit(X, target(X))
    layer = embedding_of(model)
    assert layer.columns == (0, 2, 3)  # the inputs: gap, gap is missing, mostly 0, constant, no or yes
    edges = layer.statistics["edges"]
    n_bins = (np.diff(edges) > 0).sum(axis=1).tolist()
    assert 40 <= n_bins[0] < 48  # the gaps, a seventh, have the median
    assert 5 <= n_bins[1] <= 12  # a fifth of the rows is above 0
    assert n_bins[2] == 0
    assert (np.diff(edges) >= 0).all()
    assert np.isfinite(model.predict(X)).all()


def test_a_row_of_weight_two_moves_the_edges_as_two_rows_do() -> None:
    X = np.random.default_rng(2).normal(size=(60, 1))
    weight = np.where(X[:, 0] > 0, 2.0, 1.0)
    twice = np.repeat(X, weight.astype(int), axis=0)
    settings: dict[str, Any] = {**SMALL, "max_iter": 1, "early_stopping": False, "dtype": "float64"}
    weighted = MLPRegressor(**settings).fit(X, X[:, 0], sample_weight=weight)
    repeated = MLPRegressor(**settings).fit(twice, twice[:, 0])
    of_weighted, of_repeated = (embedding_of(model).statistics["edges"] for model in (weighted, repeated))
    np.testing.assert_allclose(of_weighted, of_repeated, atol=1e-12)


def test_steps_are_learned_that_a_few_units_cannot_follow() -> None:
    x = np.linspace(-3, 3, 400)[:, None]
    steps = np.floor(2 * x[:, 0]) % 2
    settings: dict[str, Any] = {
        "hidden_layer_sizes": (6,),
        "max_iter": 100,
        "dropout": 0,
        "weight_decay": 0,
        "random_state": 2,
    }
    plain, embedded = (
        MLPRegressor(**settings, numerical_embedding=word).fit(x, steps).score(x, steps) for word in (None, "pwl")
    )
    assert embedded > plain + 0.3


@pytest.mark.skipif(FASTEST == "numpy", reason="needs the C core")
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_the_core_trains_as_numpy_does(solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    X = table()
    settings: dict[str, Any] = {**SMALL, "solver": solver, "scaled_inputs": True, "max_iter": 3}
    models = []
    for engine in ("native", "numpy"):
        monkeypatch.setenv("BYHAND_ENGINE", engine)
        models.append(MLPRegressor(**settings).fit(X, target(X)))
    native, numpy = models
    assert native.engine_.startswith("native/")
    assert (embedding_of(native).statistics["edges"] == embedding_of(numpy).statistics["edges"]).all()
    assert native.predict(X) == pytest.approx(numpy.predict(X), abs=1e-3)


def test_every_way_to_train_keeps_the_bins_and_the_rate() -> None:
    X = table()
    model = MLPRegressor(**SMALL, warm_start=True, n_ensemble=2)
    model.fit(X, target(X))
    edges = embedding_of(model).statistics["edges"].copy()
    model.fit(X, target(X)).partial_fit(X[:40], target(X[:40]))
    assert (embedding_of(model).statistics["edges"] == edges).all()
    assert model.engine_.startswith(FASTEST)
    optimizer = build_optimizer(model, 64, model.networks_[0])
    assert [getattr(optimizer, "factors", {}).get(name, 1.0) for name in ("V", "c")] == [1.0, 1.0]
    started = MLPRegressor(**SMALL).partial_fit(X, target(X))
    assert embedding_of(started).statistics["edges"][0, 0] > -3


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_model_file_answers_alike(tmp_path: Path, dtype: str) -> None:
    X = table()
    model = MLPClassifier(**SMALL, dtype=dtype).fit(X, target(X).astype(int))
    model.save(tmp_path / "model.safetensors")
    again = MLPClassifier.load(tmp_path / "model.safetensors")
    assert again.predict_proba(X) == pytest.approx(model.predict_proba(X), abs=1e-6 if dtype == "float32" else 1e-12)
    assert (again.numerical_embedding, again.hidden_layer_sizes, again.dtype) == ("pwl", (8,), dtype)
    assert (embedding_of(again).statistics["edges"] == embedding_of(model).statistics["edges"]).all()


def test_an_onnx_file_answers_alike(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    X = table()
    model = MLPRegressor(**SMALL, n_ensemble=2, scaled_inputs=True).fit(X, target(X))
    model.to_onnx(tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    numbers = X[:, :3].astype(float).astype(np.float32)
    cells = [numbers[:, :1], numbers[:, 1:2], numbers[:, 2:], X[:, 3:]]
    names = [column.name for column in session.get_inputs()]
    found = session.run(["values"], dict(zip(names, cells, strict=True)))[0]
    assert found[:, 0] == pytest.approx(model.predict(X), abs=1e-3)
