"""Estimators whose numbers are embedded: trained by the C core, with the same answers wherever they can be kept."""

import csv
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.cli.main import cli
from byhand.engines.bindings import why_missing
from byhand.errors import OptionError
from byhand.estimators import MLPClassifier, MLPRegressor
from byhand.estimators.training_setup import build_optimizer
from byhand.inspection.explain import explain
from byhand.layers import PeriodicEmbedding
from byhand.network import Network

SMALL: dict[str, Any] = {"hidden_layer_sizes": (8,), "max_iter": 12, "random_state": 0, "numerical_embedding": "pbld"}
FASTEST = "numpy" if why_missing() else "native/"
NAMES = ["gap", "size", "wild", "colour"]


def table(n: int = 260) -> np.ndarray:
    """Return a number with gaps, a number, two categories and three."""
    rng = np.random.default_rng(0)
    X = np.empty((n, 4), dtype=object)
    X[:, 0] = rng.normal(size=n) * 50
    X[::7, 0] = None
    X[:, 1] = rng.uniform(-3, 3, n)
    X[:, 2] = rng.choice(["no", "yes"], n)
    X[:, 3] = rng.choice(["red", "green", "blue"], n)
    return X


def waves(X: np.ndarray) -> np.ndarray:
    """Return targets that turn around several times while `size` grows."""
    turns: np.ndarray = np.sin(4 * X[:, 1].astype(float))
    return turns


def write(path: Path, X: np.ndarray, names: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, *[["" if cell is None else cell for cell in row] for row in X]])
    return path


def main(arguments: list[str]) -> int:
    """Run a command and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments, prog_name="byhand")
    return int(ended.value.code or 0)


def test_numbers_are_embedded_and_what_is_no_number_passes() -> None:
    X = table()
    model = MLPClassifier(**SMALL, scaled_inputs=True).fit(X, waves(X) > 0)
    first = model.networks_[0].layers[0]
    assert isinstance(first, PeriodicEmbedding)
    assert first.columns == (0, 2)  # the inputs: gap, gap is missing, size, wild, three colours
    assert model.networks_[0].widths[:2] == [7, 13]
    assert [array.shape for array in model.coefs_] == [(13, 8), (8, 2)]
    start = Network.mlp([7, 8, 2], embedded_columns=[0, 2], scaled_inputs=True, dropout=0.1, seed=0)
    assert all((model.networks_[0].params[name] != array).any() for name, array in start.params.items())


def test_embeddings_learn_at_a_tenth_of_the_rate() -> None:
    X = table()
    model = MLPRegressor(**SMALL).fit(X, waves(X))
    optimizer = build_optimizer(model, 64, model.networks_[0])
    factors = [getattr(optimizer, "factors", {}).get(name, 1.0) for name in ("frequency", "phase", "V", "c", "W", "b")]
    assert factors == [0.1, 0.1, 0.1, 0.1, 1.0, 1.0]


def test_waves_are_learned_that_a_few_units_cannot_follow() -> None:
    x = np.linspace(-3, 3, 300)[:, None]
    settings: dict[str, Any] = {
        "hidden_layer_sizes": (6,),
        "max_iter": 150,
        "dropout": 0,
        "weight_decay": 0,
        "random_state": 1,
    }
    plain, embedded = (
        MLPRegressor(**settings, numerical_embedding=word).fit(x, np.sin(4 * x[:, 0])).score(x, np.sin(4 * x[:, 0]))
        for word in (None, "pbld")
    )
    assert embedded > plain + 0.1


def test_every_way_to_train() -> None:
    X = table()
    y, weight = waves(X), np.where(waves(X) > 0, 2.0, 1.0)
    model = MLPRegressor(**SMALL, warm_start=True, n_ensemble=2, early_stopping=True)
    model.fit(X, y, sample_weight=weight).fit(X, y)
    model.partial_fit(X, y)
    assert model.engine_.startswith(FASTEST)
    again = pickle.loads(pickle.dumps(model))  # noqa: S301  (our own bytes)
    assert (again.predict(X) == model.predict(X)).all()
    double = MLPRegressor(**SMALL, dtype="float64", solver="sgd").fit(X, y)
    assert double.networks_[0].layers[0].params["frequency"].dtype == np.float64
    assert double.engine_ == "numpy"


def test_a_model_file_answers_alike_and_the_commands_read_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    X = table()
    y = np.where(waves(X) > 0, "up", "down")
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(dict(zip(NAMES, X.T, strict=True)))
    model = MLPClassifier(**SMALL).fit(frame, y)
    model.save(tmp_path / "model.safetensors")
    again = MLPClassifier.load(tmp_path / "model.safetensors")
    assert (again.predict_proba(frame) == model.predict_proba(frame)).all()
    assert (again.hidden_layer_sizes, again.numerical_embedding) == ((8,), "pbld")
    order = [3, 1, 0, 2]  # another file, its columns in another order
    new = write(tmp_path / "new.csv", X[:20, order], [NAMES[i] for i in order])
    assert main(["predict", str(new), "--model", str(tmp_path / "model.safetensors")]) == 0
    said = [line.split(": ")[1].split()[0] for line in capsys.readouterr().out.splitlines() if ", line " in line]
    assert said == model.predict(frame[:20]).tolist()


@pytest.mark.skipif(FASTEST == "numpy", reason="needs the C core")
@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("word", ["pbld", "pl"])
def test_the_core_trains_as_numpy_does(word: str, solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    X = table()
    settings: dict[str, Any] = {**SMALL, "numerical_embedding": word, "solver": solver, "max_iter": 3}
    settings |= {"scaled_inputs": True, "bias_rate": 0.1}
    models = []
    for engine in ("native", "numpy"):
        monkeypatch.setenv("BYHAND_ENGINE", engine)
        models.append(MLPRegressor(**settings).fit(X, waves(X)))
    native, numpy = models
    assert native.engine_.startswith("native/")
    assert numpy.engine_ == "numpy"
    assert native.predict(X) == pytest.approx(numpy.predict(X), abs=1e-3)


def test_a_table_without_numbers_has_nothing_to_embed() -> None:
    X = table()[:, 2:]
    model = MLPClassifier(**SMALL).fit(X, X[:, 0])
    assert [layer.kind for layer in model.networks_[0].layers] == ["dense", "relu", "dropout", "dense"]


@pytest.mark.parametrize("word", ["ple", "none", True])
def test_another_embedding_is_refused(word: Any) -> None:
    with pytest.raises(OptionError, match="numerical_embedding"):
        MLPClassifier(numerical_embedding=word).fit(np.zeros((4, 1)), [0, 1, 0, 1])


def test_an_explanation_follows_a_wave_to_its_column() -> None:
    network = Network.mlp([3, 2, 2], embedded_columns=[1], seed=3)
    W = network.params["1.W"]
    W[:5] = 0  # only the last number of the embedding counts, which is of column 1
    told = explain(network, np.array([0.25, 0.5, 0.75])).lines
    followed = [line.numbers for line in told if "periodic" in line.formula]
    assert followed[0].startswith("unit 5: 0.5 → ")


def test_an_onnx_file_answers_alike(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    X = table()
    model = MLPClassifier(**SMALL, n_ensemble=2, scaled_inputs=True).fit(X, waves(X) > 0)
    model.to_onnx(tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    numbers = X[:, :2].astype(float).astype(np.float32)
    cells = [numbers[:, :1], numbers[:, 1:], X[:, 2:3], X[:, 3:]]
    names = [column.name for column in session.get_inputs()]
    found = session.run(["probabilities"], dict(zip(names, cells, strict=True)))[0]
    assert found == pytest.approx(model.predict_proba(X), abs=2e-5)


def test_the_terminal_draws_an_embedding_with_its_own_edges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x = np.linspace(-1, 1, 20)[:, None]
    MLPRegressor(**SMALL).fit(x, x[:, 0]).save(tmp_path / "model.safetensors")
    assert main(["show", str(tmp_path / "model.safetensors")]) == 0
    shown = capsys.readouterr().out
    assert "embedding" in shown
    assert "0 periodic_embedding" in shown
    assert "1-4-8-1" in shown
    first, *_ = [line for line in shown.splitlines() if "□" in line]
    assert "\u2801" <= first.partition("□")[2].lstrip()[0] <= "\u28ff"  # edges leave the only input
