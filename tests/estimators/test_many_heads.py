"""Estimators with several heads (TabM-mini): how they train and answer, and the same answers from their files."""

import csv
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.cli.main import cli
from byhand.engines.bindings import why_missing
from byhand.engines.predictor import NumpyPredictor
from byhand.errors import OptionError
from byhand.estimators import MLPClassifier, MLPRegressor
from byhand.estimators.random_state import seed_from
from byhand.exports import EXPORTS
from byhand.exports.inference_model import inference_model
from byhand.exports.verify import verify
from byhand.inspection.explain import explain
from byhand.layers import HeadMean, Heads, InputCopies, LogHeadMean
from byhand.layers.softmax import softmax
from byhand.losses import SoftmaxCrossEntropy, SquaredError
from byhand.network import Network
from byhand.persistence.model import Model, load_model
from byhand.persistence.output import Output
from byhand.preprocessing import InputScaler

SMALL: dict[str, Any] = {"hidden_layer_sizes": (8, 6), "max_iter": 12, "random_state": 0, "n_heads": 4}
X = np.random.default_rng(0).normal(size=(260, 3))
Y = np.sin(2 * X[:, 0]) + X[:, 1]
FASTEST = "numpy" if why_missing() else "native/"
WORDS = np.where(Y > 0.5, "high", np.where(Y < -0.5, "low", "middle"))


def main(arguments: list[str]) -> int:
    """Run a command and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments, prog_name="byhand")
    return int(ended.value.code or 0)


def outputs_by_head(model: MLPClassifier | MLPRegressor, inputs: np.ndarray) -> list[np.ndarray]:
    """Return each head's output as if it were a network alone: its copy, the shared layers, its last layer."""
    copies, *shared, heads = model.networks_[0].layers
    assert isinstance(copies, InputCopies)
    assert isinstance(heads, Heads)
    found = []
    for r, W, b in zip(copies.params["R"], *heads.params.values(), strict=True):
        x = inputs * r
        for layer in shared:
            x, _ = layer.forward(x)
        found.append(x @ W + b)
    return found


def test_the_answer_is_the_mean_of_the_probabilities_of_networks_that_share_their_layers() -> None:
    model = MLPClassifier(**SMALL, dtype="float64").fit(X, WORDS)
    heads = outputs_by_head(model, model._encoder.scaler.apply(X, np.float64))
    assert len(heads) == 4
    wanted = np.mean([softmax(z) for z in heads], axis=0)
    np.testing.assert_allclose(model.predict_proba(X), wanted, atol=1e-12)
    assert np.abs(wanted - softmax(np.mean(heads, axis=0))).max() > 1e-4  # which is not the mean of the logits
    assert model.networks_[0].widths == [3, 3, 8, 8, 8, 6, 6, 6, 12]


def test_a_regressor_says_the_mean_of_the_numbers() -> None:
    model = MLPRegressor(**SMALL, dtype="float64").fit(X, np.column_stack([Y, -3 * Y]))
    heads = outputs_by_head(model, model._encoder.scaler.apply(X, np.float64))
    said = np.mean(heads, axis=0) * model._spread + model._center
    np.testing.assert_allclose(model.predict(X), np.clip(said, model._low, model._high), atol=1e-12)


def test_one_step_follows_the_mean_of_the_losses() -> None:
    settings: dict[str, Any] = {"solver": "sgd", "momentum": 0, "batch_size": 300, "dtype": "float64", "dropout": 0}
    settings |= {"learning_rate": "constant", "learning_rate_init": 1e-3, "early_stopping": False}
    model = MLPRegressor(**{**SMALL, "max_iter": 1}, **settings).fit(X, Y)
    sample = model._sample(model._read_columns(X, reset=False), Y, None, reset=False)
    start = model._new_network(sample, seed_from(0))
    inputs, target = model._encoder.scaler.apply(X, np.float64), ((Y - model._center) / model._spread)[:, None]
    trace = start.forward(inputs)
    d_output = np.empty_like(trace.output)
    losses = []
    for j in range(4):
        value, saved = SquaredError().forward(trace.output[:, j : j + 1], target)
        losses.append(value)
        d_output[:, j : j + 1] = SquaredError().backward(saved) / 4
    grads = start.backward(d_output, trace)
    assert model.history_[0]["loss"] == pytest.approx(np.mean(losses))
    for name, array in start.params.items():
        np.testing.assert_allclose(model.networks_[0].params[name], array - 1e-3 * grads[name], atol=1e-12)


def test_every_way_to_train() -> None:
    weight = np.where(Y > 0, 2.0, 1.0)
    model = MLPClassifier(**SMALL, warm_start=True, n_ensemble=2, scaled_inputs=True, batch_norm=True, calibrate=True)
    model.fit(X, WORDS, sample_weight=weight).fit(X, WORDS)
    assert len(model._outputs(X)) == 8
    model.partial_fit(X, WORDS)
    assert model.engine_.startswith(FASTEST)
    assert [array.shape for array in model.coefs_] == [(3, 8), (8, 6), (4, 6, 3)]
    assert model.history_[-1]["loss"] < 1.2
    again = pickle.loads(pickle.dumps(model))  # noqa: S301  (our own bytes)
    assert (again.predict(X) == model.predict(X)).all()
    rich: dict[str, Any] = {"numerical_embedding": "pwl", "activation": "parametric_mish"}
    assert MLPRegressor(**SMALL, **rich).fit(X, Y).score(X, Y) > 0.5
    labels = np.column_stack([Y > 0, X[:, 2] > 0]).astype(int)
    several = MLPClassifier(**SMALL).fit(X, labels)
    assert several.predict_proba(X).shape == (260, 2)
    counts = MLPRegressor(**SMALL, loss="poisson").fit(X, np.floor(np.exp(Y)))
    assert (counts.predict(X) >= 0).all()


def test_the_validation_score_is_that_of_the_mean() -> None:
    model = MLPClassifier(**SMALL, early_stopping=False).fit(X[:200], WORDS[:200], X_val=X[200:], y_val=WORDS[200:])
    best = max(row["val_score"] for row in model.history_)
    assert model.score(X[200:], WORDS[200:]) == pytest.approx(best)


def test_a_file_of_many_copies_takes_no_more_memory_than_another(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network([*Network.mlp([3, 50, 2], n_heads=256, seed=1).layers, LogHeadMean(256)])
    model = Model(network, InputScaler("raw", np.array(1.0), np.array(0.0)), Output.SOFTMAX_LOGITS)
    sizes: list[int] = []
    forward = Heads.forward

    def watched(self: Heads, x: np.ndarray, **options: Any) -> Any:
        sizes.append(len(x))
        return forward(self, x, **options)

    monkeypatch.setattr(Heads, "forward", watched)
    assert model.predict(np.zeros((100, 3))).shape == (100,)
    assert max(sizes) <= 4096
    assert NumpyPredictor(network, model.preparation)(np.zeros((100, 3), dtype=np.float32)).shape == (100, 2)
    assert max(sizes) <= 16384


def test_a_large_table_is_answered_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    model = MLPClassifier(**SMALL).fit(X, WORDS)
    at_once = model.predict_proba(X)
    monkeypatch.setattr("byhand.engines.predictor.ROWS_OF_COPIES", 50)  # 12 rows and their four copies
    np.testing.assert_allclose(model.predict_proba(X), at_once, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_classifier_s_file_answers_alike(tmp_path: Path, dtype: str) -> None:
    model = MLPClassifier(**SMALL, dtype=dtype, calibrate=True, scaled_inputs=True).fit(X, WORDS)
    model.save(tmp_path / "model.safetensors")
    again = MLPClassifier.load(tmp_path / "model.safetensors")
    tolerance = 1e-5 if dtype == "float32" else 1e-12
    assert again.predict_proba(X) == pytest.approx(model.predict_proba(X), abs=tolerance)
    assert (again.n_heads, again.hidden_layer_sizes, again.classes_.tolist()) == (4, (8, 6), model.classes_.tolist())
    plain = load_model(tmp_path / "model.safetensors")
    assert isinstance(plain.network.layers[-1], LogHeadMean)
    assert plain.predict_proba(X) == pytest.approx(model.predict_proba(X), abs=tolerance)
    again.partial_fit(X, WORDS)


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_a_regressor_s_file_answers_alike(tmp_path: Path, loss: str) -> None:
    numbers = np.floor(20 * np.exp(Y))
    model = MLPRegressor(**SMALL, loss=loss).fit(X, numbers)
    model.save(tmp_path / "model.safetensors")
    again = MLPRegressor.load(tmp_path / "model.safetensors")
    assert again.predict(X) == pytest.approx(model.predict(X), rel=1e-4)
    assert (again.n_heads, again.loss) == (4, loss)
    plain = load_model(tmp_path / "model.safetensors")
    assert isinstance(plain.network.layers[-1], HeadMean)
    assert plain.predict(X)[:, 0] == pytest.approx(model.predict(X), rel=1e-4)


def test_the_commands_read_it_and_draw_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c"])
    model = MLPClassifier(**SMALL).fit(frame, WORDS)
    model.save(tmp_path / "model.safetensors")
    with (tmp_path / "new.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["a", "b", "c"], *X[:20].tolist()])
    assert main(["predict", str(tmp_path / "new.csv"), "--model", str(tmp_path / "model.safetensors")]) == 0
    said = [line.split(": ")[1].split()[0] for line in capsys.readouterr().out.splitlines() if ", line " in line]
    assert said == model.predict(frame[:20]).tolist()
    assert main(["show", str(tmp_path / "model.safetensors")]) == 0
    shown = capsys.readouterr().out
    assert "3-8-6-12-3" in shown
    assert "relu" in shown
    assert "heads" in shown
    assert ">output, heads<" in model._repr_html_()


@pytest.mark.parametrize("kind", ["c", "js", "python"])
@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_an_export_of_code_answers_alike(estimator: Any, kind: str) -> None:
    rich: dict[str, Any] = {"numerical_embedding": "pwl", "activation": "parametric_selu", "scaled_inputs": True}
    gaps = np.where(np.arange(X.size).reshape(X.shape) % 7 == 0, np.nan, X)
    model = estimator(**SMALL, **rich).fit(gaps, WORDS if estimator is MLPClassifier else Y).to_model()
    found = verify(kind, EXPORTS[kind](inference_model(model)), model, model.inputs(gaps))
    if found.run_by is None:
        pytest.skip(f"nothing here runs {kind}")
    assert (found.n, found.n_mismatches) == (260, 0)
    assert found.max_abs_error < 2e-5


@pytest.mark.skipif(FASTEST == "numpy", reason="needs the C core")
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_the_core_trains_as_numpy_does(solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {**SMALL, "solver": solver, "scaled_inputs": True, "bias_rate": 0.1, "max_iter": 3}
    settings |= {"numerical_embedding": "pwl", "activation": "parametric_mish", "batch_norm": True}
    models = []
    for engine in ("native", "numpy"):
        monkeypatch.setenv("BYHAND_ENGINE", engine)
        models.append(MLPClassifier(**settings).fit(X, WORDS))
    native, numpy = models
    assert native.engine_.startswith("native/")
    assert numpy.engine_ == "numpy"
    assert native.predict_proba(X) == pytest.approx(numpy.predict_proba(X), abs=1e-3)
    assert native.history_[-1]["val_score"] == pytest.approx(numpy.history_[-1]["val_score"], abs=0.03)


@pytest.mark.parametrize("n", [0, 1.5, "32", 10**6])
def test_another_number_of_heads_is_refused(n: Any) -> None:
    with pytest.raises(OptionError, match="n_heads"):
        MLPClassifier(n_heads=n).fit(X, WORDS)


def test_softmax_would_run_over_all_heads() -> None:
    with pytest.raises(OptionError, match="several heads got output 'softmax'"):
        Network.mlp([3, 4, 2], n_heads=2, output="softmax")


def test_the_accuracy_of_training_is_that_of_the_mean() -> None:
    from byhand.data.examples import Examples
    from byhand.losses import MeanOfHeads
    from byhand.optimizers import SGD
    from byhand.schedules import Constant
    from byhand.training.plan import Plan
    from byhand.training.state import TrainingState
    from byhand.training.train import train

    network = Network.mlp([3, 5, 3], n_heads=4, seed=1)
    labels = (X[:, 0] > 0).astype(np.int64) + (X[:, 1] > 1)
    examples = Examples(X, labels, InputScaler("raw", np.array(1.0), np.array(0.0)))
    loss = MeanOfHeads(SoftmaxCrossEntropy(), 4)
    before = np.mean([softmax(z) for z in np.split(network.predict(X), 4, axis=1)], axis=0).argmax(axis=1)
    plan = Plan(loss, Constant(1e-12), epochs=1, batch_size=52)
    record = next(train(TrainingState(network, SGD()), examples, plan))
    assert record.accuracy == pytest.approx((before == labels).mean())


def test_an_explanation_follows_the_first_head() -> None:
    network = Network([*Network.mlp([3, 4, 2], n_heads=3, seed=2).layers, LogHeadMean(3)])
    x = np.array([0.5, -1.0, 2.0])
    told = explain(network, x, 1)
    text = str(told)
    assert "z[j] = x[j] W[j] + b[j]" in text
    assert "y = log (1/k) Σⱼ softmax(z[j])" in text
    assert told.loss_after < told.loss_before
    dense = next(line for line in told.lines if line.phase == "backward" and "layer 1, dense" in line.formula)
    name, _, said = dense.numbers.partition(" = ")
    j, k = map(int, name[3:-1].split(", "))
    precise = network.astype(np.float64)
    trace = precise.forward(x[None])
    _, saved = SoftmaxCrossEntropy().forward(trace.output, np.array([1]))
    gradient = precise.backward(SoftmaxCrossEntropy().backward(saved), trace)["1.W"][j, k]
    assert f"and {gradient:.6g}".replace("-", "−") + " with the other 2 copies" in said


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_an_onnx_file_answers_alike(tmp_path: Path, estimator: Any) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    rich = {"numerical_embedding": "pbld", "activation": "parametric_selu", "n_ensemble": 2}
    model = estimator(**SMALL, **rich).fit(X, WORDS if estimator is MLPClassifier else Y)
    model.to_onnx(tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    columns = {column.name: X[:, i : i + 1].astype(np.float32) for i, column in enumerate(session.get_inputs())}
    if estimator is MLPClassifier:
        assert session.run(["probabilities"], columns)[0] == pytest.approx(model.predict_proba(X), abs=2e-5)
    else:
        assert session.run(["values"], columns)[0][:, 0] == pytest.approx(model.predict(X), abs=1e-4)
