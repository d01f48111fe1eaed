"""Every export, run, gives the answers of the model: by a C compiler, node, Python and onnxruntime."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from byhand.arrays import Array
from byhand.data.prepare import Preparation
from byhand.errors import EnvironmentFault, OptionError
from byhand.exports import EXPORTS
from byhand.exports.plain import plain_model
from byhand.exports.verify import Verification, require_match, verify
from byhand.layers import BatchNorm, Dense, ReLU, Residual
from byhand.network import Network
from byhand.persistence.model import Model
from byhand.persistence.output import Output
from byhand.randomness import DATA, Stream

BYTES = Preparation("standard", np.asarray(1 / 78), np.asarray(-0.42))
COLUMNS = Preparation("standard", np.array([0.5, 2.0, -1.0]), np.array([0.0, 1.0, 0.3]))

MODELS = {
    "digits": lambda: Model(network([20, 12, 5]), BYTES, Output.PROBABILITIES),
    "deep": lambda: Model(network([20, 12, 9, 5], activation="tanh", dropout=0.2), BYTES, Output.PROBABILITIES),
    "leaky": lambda: Model(network([20, 12, 5], activation="leaky_relu"), BYTES, Output.YES_NO),
    "scores": lambda: Model(network([20, 6, 5], activation="sigmoid", output="sigmoid"), BYTES, Output.SCORES),
    "yes or no": lambda: Model(network([3, 6, 1]), COLUMNS, Output.PROBABILITIES),
    "numbers": lambda: Model(network([3, 6, 2]), COLUMNS, Output.VALUES),
    "normalised": lambda: Model(
        network([20, 12, 9, 5], batch_norm=True, dropout=0.2, activation="tanh"), BYTES, Output.PROBABILITIES
    ),
    "straight": lambda: Model(network([20, 5]), BYTES, Output.PROBABILITIES),
}
NEEDS = {"c": "cc", "js": "node"}


def network(sizes: list[int], **options: object) -> Network:
    made = Network.mlp(sizes, seed=3, **options)
    for i, layer in enumerate(made.layers):
        if isinstance(layer, Dense):
            layer.params["b"][:] = Stream(i, DATA).normal(len(layer.params["b"])) / 3
        elif isinstance(layer, BatchNorm):
            for name, array in (layer.params | layer.statistics).items():
                array += np.abs(Stream(i, DATA, len(name)).normal(len(array))) / 3
    return made


def stored(n: int, width: int) -> Array:
    rows = np.floor(Stream(1, DATA).uniform(n, width) * 256)
    rows[:, ::2] = 0
    return rows


@pytest.mark.parametrize("kind", EXPORTS)
@pytest.mark.parametrize("name", MODELS)
def test_an_export_answers_as_the_model(kind: str, name: str) -> None:
    if kind in NEEDS and shutil.which(NEEDS[kind]) is None:
        pytest.skip(f"needs {NEEDS[kind]}")
    if kind == "onnx":
        pytest.importorskip("onnx")
        pytest.importorskip("onnxruntime")
    model = MODELS[name]()
    content = EXPORTS[kind](plain_model(model))
    found = verify(kind, content, model, stored(300, model.n_features))
    assert found.run_by is not None
    assert (found.n, found.n_mismatches) == (300, 0)
    scale = 1 if model.output is not Output.VALUES else 1000
    assert found.max_abs_error < 2e-6 * scale
    assert found.size == len(content)


@pytest.mark.parametrize("kind", ["c", "js", "python"])
def test_an_export_imports_nothing_and_takes_no_memory(kind: str) -> None:
    text = EXPORTS[kind](plain_model(MODELS["digits"]())).decode()
    assert not any(line.startswith(("import ", "from ")) for line in text.splitlines())
    assert "malloc" not in text
    assert "20-12-5" in text


def test_what_no_export_knows_is_refused() -> None:
    for layers, name in (([ReLU(), BatchNorm(3)], "BatchNorm"), ([Residual(Dense(3, 3))], "Residual")):
        network = Network([Dense(4, 3), *layers, Dense(3, 2)])
        with pytest.raises(OptionError, match=f"export does not know {name}"):
            plain_model(Model(network, BYTES, Output.PROBABILITIES))


def test_an_export_that_answers_otherwise_is_an_error() -> None:
    model = MODELS["digits"]()
    other = replace(model, network=Network.mlp([20, 12, 5], seed=8))
    found = verify("python", EXPORTS["python"](plain_model(other)), model, stored(100, 20))
    assert found.n_mismatches > 0
    with pytest.raises(EnvironmentFault, match="do not use it"):
        require_match(found, "other.py")
    require_match(Verification(1, "", None), "other.py")
