"""An estimator as an ONNX file: onnxruntime reads the columns and says what the estimator says."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.errors import OptionError
from byhand.estimators import MLPClassifier, MLPRegressor

onnxruntime = pytest.importorskip("onnxruntime")
SMALL: dict[str, Any] = {"hidden_layer_sizes": (8, 8), "max_iter": 15, "random_state": 0}


def table(n: int = 260) -> np.ndarray:
    """Return numbers with gaps, numbers without, two categories, many with gaps, and more than fifty."""
    rng = np.random.default_rng(0)
    X = np.empty((n, 5), dtype=object)
    X[:, 0] = rng.normal(size=n) * 50
    X[::7, 0] = None
    X[:, 1] = rng.normal(size=n)
    X[:, 2] = rng.choice(["no", "yes"], n)
    X[:, 3] = rng.choice(["red", "green", "blue", None], n)
    X[:, 4] = [f"id{i % 60:02}" for i in range(n)]
    return X


def run(path: Path, X: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    columns = {}
    for i, column in enumerate(session.get_inputs()):
        cells = X[:, i : i + 1]
        is_text = column.type == "tensor(string)"
        gap, dtype = ("", object) if is_text else (np.nan, np.float32)
        columns[column.name] = np.array([[gap if cell is None else cell] for cell in cells[:, 0]], dtype=dtype)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, columns), strict=True))


@pytest.mark.parametrize("labels", [["ant", "bee", "cat"], [3, 5, 9]])
def test_a_classifier_with_its_preprocessing(tmp_path: Path, labels: list[Any]) -> None:
    X = table()
    y = np.array(labels)[np.arange(len(X)) % 3]
    model = MLPClassifier(**SMALL, n_ensemble=2, calibrate=True, batch_norm=True).fit(X, y)
    model.to_onnx(tmp_path / "model.onnx")
    new = X[:40].copy()
    new[0] = [None, 0.0, "unseen", "unseen", "unseen"]
    new[1] = [1e9, -1e9, None, None, None]
    found = run(tmp_path / "model.onnx", new)
    assert found["probabilities"] == pytest.approx(model.predict_proba(new), abs=2e-5)
    assert found["label"].tolist() == model.predict(new).tolist()


def test_a_regressor_says_its_numbers(tmp_path: Path) -> None:
    X = table()
    Y = np.column_stack([X[:, 1].astype(float), 1000 + 10 * X[:, 1].astype(float)])
    model = MLPRegressor(**SMALL).fit(X, Y)
    model.to_onnx(tmp_path / "model.onnx")
    assert run(tmp_path / "model.onnx", X[:40])["values"] == pytest.approx(model.predict(X[:40]), rel=1e-4, abs=1e-4)


def test_several_labels_have_a_probability_each(tmp_path: Path) -> None:
    X = table()
    Y = np.column_stack([X[:, 1].astype(float) > 0, X[:, 2] == "yes"]).astype(int)
    model = MLPClassifier(**SMALL, activation="tanh").fit(X, Y)
    model.to_onnx(tmp_path / "model.onnx")
    assert run(tmp_path / "model.onnx", X[:40])["probabilities"] == pytest.approx(model.predict_proba(X[:40]), abs=2e-5)


@pytest.mark.parametrize("word", ["pbld", "pl", "pwl"])
@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_every_layer_of_a_network_for_tables_at_once(tmp_path: Path, estimator: Any, word: str) -> None:
    X = table()
    size = X[:, 1].astype(float)
    settings = {**SMALL, "numerical_embedding": word, "n_heads": 3, "n_ensemble": 2, "scaled_inputs": True}
    model = estimator(**settings, activation="parametric_mish", batch_norm=True)
    model.fit(X, size > 0 if estimator is MLPClassifier else 1000 * np.sin(size))
    model.to_onnx(tmp_path / "model.onnx")
    new = X[:40].copy()
    new[0] = [None, 0.0, "unseen", "unseen", "unseen"]
    found = run(tmp_path / "model.onnx", new)
    if estimator is MLPClassifier:
        assert found["probabilities"] == pytest.approx(model.predict_proba(new), abs=2e-5)
    else:
        assert found["values"][:, 0] == pytest.approx(model.predict(new), rel=1e-4, abs=0.05)


def test_several_labels_of_several_heads(tmp_path: Path) -> None:
    X = table()
    Y = np.column_stack([X[:, 1].astype(float) > 0, X[:, 2] == "yes"]).astype(int)
    model = MLPClassifier(**SMALL, n_heads=3).fit(X, Y)
    model.to_onnx(tmp_path / "model.onnx")
    assert run(tmp_path / "model.onnx", X[:40])["probabilities"] == pytest.approx(model.predict_proba(X[:40]), abs=2e-5)


def test_a_path_that_is_none_is_refused(tmp_path: Path) -> None:
    model = MLPRegressor(**SMALL).fit([[0.0], [1.0]], [0.0, 1.0])
    with pytest.raises(OptionError):
        model.to_onnx(3)


@pytest.mark.parametrize("activation", ["selu", "mish"])
def test_expected_counts_of_an_ensemble(tmp_path: Path, activation: str) -> None:
    X = table()
    y = np.floor(100 * np.exp(X[:, 1].astype(float)))
    model = MLPRegressor(**SMALL, loss="poisson", activation=activation, n_ensemble=2).fit(X, y)
    model.to_onnx(tmp_path / "model.onnx")
    assert run(tmp_path / "model.onnx", X[:40])["values"][:, 0] == pytest.approx(model.predict(X[:40]), rel=1e-4)
