"""Estimators whose units learn a share of their activation: the core trains as NumPy does, files answer alike."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.cli.show import drawing
from byhand.engines.bindings import why_missing
from byhand.errors import OptionError
from byhand.estimators import MLPClassifier, MLPRegressor
from byhand.estimators.training_setup import build_optimizer
from byhand.layers import ParametricActivation

SMALL: dict[str, Any] = {"hidden_layer_sizes": (8, 6), "max_iter": 12, "random_state": 0}
FASTEST = "numpy" if why_missing() else "native/"
X = np.random.default_rng(0).normal(size=(240, 3))
Y = np.sin(X[:, 0]) + X[:, 1]


@pytest.mark.parametrize("word", ["selu", "mish", "relu"])
def test_shares_are_learned_for_each_unit(word: str) -> None:
    model = MLPClassifier(**SMALL, activation=f"parametric_{word}").fit(X, Y > 0)
    bent = [layer for layer in model.networks_[0].layers if isinstance(layer, ParametricActivation)]
    assert [len(layer.params["alpha"]) for layer in bent] == [8, 6]
    assert {layer.function.kind for layer in bent} == {word}
    assert all((layer.params["alpha"] != 1).all() for layer in bent)
    assert model.engine_.startswith(FASTEST)
    plain = MLPClassifier(**{**SMALL, "max_iter": 1}, learning_rate_init=1e-12, activation=word).fit(X, Y > 0)
    start = MLPClassifier(**{**SMALL, "max_iter": 1}, learning_rate_init=1e-12, activation=f"parametric_{word}")
    assert start.fit(X, Y > 0).predict_proba(X) == pytest.approx(plain.predict_proba(X), abs=1e-6)


def test_shares_learn_at_a_tenth_of_the_rate() -> None:
    model = MLPRegressor(**SMALL, activation="parametric_mish", bias_rate=0.5).fit(X, Y)
    optimizer = build_optimizer(model, 64, model.networks_[0])
    factors = [getattr(optimizer, "factors", {}).get(name, 1.0) for name in ("alpha", "W", "b")]
    assert factors == [0.1, 1.0, 0.5]


def test_a_model_file_answers_alike_and_tells_the_activation(tmp_path: Path) -> None:
    model = MLPRegressor(**SMALL, activation="parametric_mish", dtype="float64").fit(X, Y)
    model.save(tmp_path / "model.safetensors")
    again = MLPRegressor.load(tmp_path / "model.safetensors")
    assert again.predict(X) == pytest.approx(model.predict(X), abs=1e-12)
    assert (again.activation, again.hidden_layer_sizes) == ("parametric_mish", (8, 6))


@pytest.mark.skipif(FASTEST == "numpy", reason="needs the C core")
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_the_core_trains_as_numpy_does(solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {**SMALL, "activation": "parametric_mish", "solver": solver, "max_iter": 3}
    models = []
    for engine in ("native", "numpy"):
        monkeypatch.setenv("BYHAND_ENGINE", engine)
        models.append(MLPRegressor(**settings, batch_norm=True, scaled_inputs=True, bias_rate=0.1).fit(X, Y))
    native, numpy = models
    assert native.engine_.startswith("native/")
    assert numpy.engine_ == "numpy"
    assert native.predict(X) == pytest.approx(numpy.predict(X), abs=1e-3)


@pytest.mark.parametrize("word", ["parametric_softmax", "parametric_", "parametric"])
def test_another_activation_is_refused(word: str) -> None:
    with pytest.raises(OptionError, match="activation"):
        MLPClassifier(**SMALL, activation=word).fit(X, Y > 0)


@pytest.mark.parametrize("activation", ["parametric_selu", "parametric_mish", "parametric_leaky_relu"])
def test_an_onnx_file_answers_alike(tmp_path: Path, activation: str) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    model = MLPClassifier(**SMALL, activation=activation, batch_norm=True, n_ensemble=2).fit(X, Y > 0)
    model.to_onnx(tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    columns = {column.name: X[:, i : i + 1].astype(np.float32) for i, column in enumerate(session.get_inputs())}
    found = session.run(["probabilities"], columns)[0]
    assert found == pytest.approx(model.predict_proba(X), abs=2e-5)


def test_the_terminal_draws_it_by_the_short_name_of_its_activation() -> None:
    model = MLPClassifier(**SMALL, activation="parametric_selu").fit(X, Y > 0)
    assert drawing(model.networks_[0])[-1].split() == ["input", "selu", "selu", "output"]
