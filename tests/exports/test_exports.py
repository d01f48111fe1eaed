"""Every export, run, gives the answers of the model: by a C compiler, node, Python and onnxruntime."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.arrays import Array
from byhand.data.tables.schema import Column, TableSchema
from byhand.errors import DataError, OptionError, SystemResourceError
from byhand.exports import EXPORTS
from byhand.exports.inference_model import identifier, inference_model
from byhand.exports.verify import Verification, require_match, verify
from byhand.layers import (
    BatchNorm,
    Dense,
    HeadMean,
    Heads,
    InputCopies,
    Layer,
    LogHeadMean,
    ParametricActivation,
    PeriodicEmbedding,
    PiecewiseLinearEmbedding,
    ReLU,
    Residual,
)
from byhand.layers.parametric_activation import ELEMENTWISE
from byhand.network import Network
from byhand.persistence.model import Model
from byhand.persistence.output import Output
from byhand.preprocessing import InputScaler
from byhand.random import DATA, RandomStream

BYTES = InputScaler("standard", np.asarray(1 / 78), np.asarray(-0.42))
COLUMNS = InputScaler("standard", np.array([0.5, 2.0, -1.0]), np.array([0.0, 1.0, 0.3]))

ROBUST = InputScaler("robust", np.array([0.02, 0.01, 1.0, -0.02]), np.array([-1.0, -1.0, 0.3, 2.0]), clip=3.0)
UNCLIPPED = replace(ROBUST, clip=None)


def parametric(kind: str) -> Model:
    return Model(network([20, 12, 5], activation=f"parametric_{kind}", dropout=0.1), BYTES, Output.SOFTMAX_LOGITS)


MODELS: dict[str, Callable[[], Model]] = {
    "digits": lambda: Model(network([20, 12, 5]), BYTES, Output.SOFTMAX_LOGITS),
    "deep": lambda: Model(network([20, 12, 9, 5], activation="tanh", dropout=0.2), BYTES, Output.SOFTMAX_LOGITS),
    "leaky": lambda: Model(network([20, 12, 5], activation="leaky_relu"), BYTES, Output.SIGMOID_LOGITS),
    "scores": lambda: Model(network([20, 6, 5], activation="sigmoid", output="sigmoid"), BYTES, Output.SCORES),
    "yes or no": lambda: Model(network([3, 6, 1]), COLUMNS, Output.SOFTMAX_LOGITS),
    "numbers": lambda: Model(network([3, 6, 2]), COLUMNS, Output.REGRESSION),
    "selu": lambda: Model(network([20, 12, 5], activation="selu"), BYTES, Output.SOFTMAX_LOGITS),
    "mish": lambda: Model(network([20, 12, 5], activation="mish"), BYTES, Output.SOFTMAX_LOGITS),
    "counts": lambda: Model(network([3, 6, 2], activation="tanh", output="exp"), COLUMNS, Output.REGRESSION),
    "normalised": lambda: Model(
        network([20, 12, 9, 5], batch_norm=True, dropout=0.2, activation="tanh"), BYTES, Output.SOFTMAX_LOGITS
    ),
    "straight": lambda: Model(network([20, 5]), BYTES, Output.SOFTMAX_LOGITS),
}
LAYERS: dict[str, Callable[[], Model]] = {
    "pbld": lambda: Model(network([4, 6, 3], embedded_columns=[1, 3]), ROBUST, Output.SOFTMAX_LOGITS),
    "pl": lambda: Model(network([4, 6, 3], embedded_columns=[1, 3], embedding="pl"), ROBUST, Output.SOFTMAX_LOGITS),
    "pl of all": lambda: Model(
        network([4, 6, 1], embedded_columns=list(range(4)), embedding="pl"), ROBUST, Output.REGRESSION
    ),
    "pwl": lambda: Model(network([4, 6, 1], embedded_columns=[1, 3], embedding="pwl"), ROBUST, Output.SOFTMAX_LOGITS),
    "unclipped": lambda: Model(network([4, 6, 2], embedded_columns=[1]), UNCLIPPED, Output.REGRESSION),
    "embedded scores": lambda: Model(
        network([4, 6, 5], embedded_columns=[3], activation="parametric_tanh", batch_norm=True, scaled_inputs=True),
        ROBUST,
        Output.SIGMOID_LOGITS,
    ),
    "heads": lambda: Model(heads([20, 12, 9, 5], LogHeadMean(4)), BYTES, Output.SOFTMAX_LOGITS),
    "heads of logits": lambda: Model(heads([20, 12, 5], HeadMean(4)), BYTES, Output.SOFTMAX_LOGITS),
    "heads of one logit": lambda: Model(heads([20, 12, 1], HeadMean(4)), BYTES, Output.SOFTMAX_LOGITS),
    "heads of counts": lambda: Model(
        heads([4, 6, 2], HeadMean(4), output="exp", activation="tanh", embedded_columns=[1, 3], batch_norm=True),
        ROBUST,
        Output.REGRESSION,
    ),
    "heads alone": lambda: Model(heads([4, 3], LogHeadMean(4)), UNCLIPPED, Output.SOFTMAX_LOGITS),
    **{f"parametric {kind}": partial(parametric, kind) for kind in ELEMENTWISE},
}
EVERY = [(kind, name) for kind in EXPORTS for name in MODELS | LAYERS]
NEEDS = {"c": "cc", "js": "node"}


def network(sizes: list[int], **options: Any) -> Network:
    made = Network.mlp(sizes, seed=3, **options)
    for i, layer in enumerate(made.layers):
        if isinstance(layer, Dense):
            layer.params["b"][:] = RandomStream(i, DATA).normal(len(layer.params["b"])) / 3
        elif isinstance(layer, ParametricActivation):
            layer.params["alpha"][:] = RandomStream(i, DATA).normal(len(layer.params["alpha"]))
        elif isinstance(layer, PiecewiseLinearEmbedding):
            edges = layer.statistics["edges"]
            edges[:] = np.sort(RandomStream(i, DATA).normal(*edges.shape))
            edges[0, 7:9] = edges[0, 6]  # two bins without width
        elif isinstance(layer, BatchNorm):
            for name, array in (layer.params | layer.statistics).items():
                array += np.abs(RandomStream(i, DATA, len(name)).normal(len(array))) / 3
    return made


def heads(sizes: list[int], mean: HeadMean, **options: Any) -> Network:
    """Return a network with a mean of four heads, whose copies differ by more than signs."""
    made = network(sizes, n_heads=4, **options)
    for i, layer in enumerate(made.layers):
        if isinstance(layer, InputCopies):
            layer.params["R"] += RandomStream(i, DATA).normal(*layer.params["R"].shape) / 3
        elif isinstance(layer, Heads):
            layer.params["b"][:] = RandomStream(i, DATA).normal(*layer.params["b"].shape)
    return Network([*made.layers, mean])


def stored(n: int, width: int) -> Array:
    rows = np.floor(RandomStream(1, DATA).uniform(n, width) * 256)
    rows[:, ::2] = 0
    return rows


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_an_export_answers_as_the_model(kind: str, name: str) -> None:
    if kind in NEEDS and shutil.which(NEEDS[kind]) is None:
        pytest.skip(f"needs {NEEDS[kind]}")
    if kind == "onnx":
        pytest.importorskip("onnx")
        pytest.importorskip("onnxruntime")
    model = (MODELS | LAYERS)[name]()
    content = EXPORTS[kind](inference_model(model))
    found = verify(kind, content, model, stored(300, model.n_features))
    assert found.run_by is not None
    assert (found.n, found.n_mismatches) == (300, 0)
    scale = 1 if model.output is not Output.REGRESSION else 1000
    assert found.max_abs_error < 2e-6 * scale
    assert found.size == len(content)


@pytest.mark.parametrize("kind", ["c", "js", "python"])
@pytest.mark.parametrize(("name", "sizes"), [("digits", "20-12-5"), ("pbld", "4-10-6-3"), ("pl", "4-10-6-3")])
def test_an_export_imports_nothing_and_takes_no_memory(kind: str, name: str, sizes: str) -> None:
    text = EXPORTS[kind](inference_model((MODELS | LAYERS)[name]())).decode()
    assert not any(line.startswith(("import ", "from ")) for line in text.splitlines())
    assert "malloc" not in text
    assert sizes in text


def test_without_onnxruntime_onnx_itself_runs_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnx")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "onnxruntime" else find_spec(name))
    model = LAYERS["heads of counts"]()
    found = verify("onnx", EXPORTS["onnx"](inference_model(model)), model, stored(100, 4))
    assert found.run_by == f"onnx {metadata.version('onnx')}"
    assert (found.n, found.n_mismatches) == (100, 0)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert verify("onnx", b"", model, stored(2, 4)).run_by is None


def test_an_onnx_file_of_an_input_with_scale_zero_answers_as_the_model() -> None:
    pytest.importorskip("onnx")
    flat = replace(ROBUST, scale=np.array([0.02, 0.0, 0.0, -0.02]))
    model = replace(LAYERS["pl"](), preparation=flat)
    found = verify("onnx", EXPORTS["onnx"](inference_model(model)), model, stored(100, 4))
    assert (found.n, found.n_mismatches) == (100, 0)
    assert found.max_abs_error < 2e-6


def test_what_no_export_knows_is_refused() -> None:
    shares = ParametricActivation(3)
    for layers, name in (
        ([ReLU(), BatchNorm(3)], "BatchNorm"),
        ([Residual(Dense(3, 3))], "residual"),
        ([shares, shares], "two activations in a row"),
        ([Residual(Dense(3, 3), shares)], ""),
        ([PeriodicEmbedding(3, [1], embedding_dim=1), Dense(4, 3)], "PeriodicEmbedding layers"),
    ):
        network = Network([Dense(4, 3), *layers, Dense(3, 2)])
        with pytest.raises(OptionError, match=f"export does not support {name}"):
            inference_model(Model(network, BYTES, Output.SOFTMAX_LOGITS))


COPIES = InputCopies(2, 4)


@pytest.mark.parametrize(
    ("layers", "name"),
    [
        ([COPIES, Dense(4, 3), Heads(2, 3, 2)], "InputCopies layers"),
        ([COPIES, Dense(4, 3), Heads(2, 3, 2), ParametricActivation(4, "relu"), HeadMean(2)], "InputCopies layers"),
        ([COPIES, Dense(4, 3), Heads(2, 3, 2), Dense(4, 2), HeadMean(2)], "InputCopies layers"),
        ([COPIES, Dense(4, 3), Heads(2, 3, 4), HeadMean(4)], "InputCopies layers"),
        ([COPIES, Heads(2, 4, 4), InputCopies(2, 8), Heads(2, 8, 4), HeadMean(2)], "InputCopies layers"),
        ([Dense(4, 4), COPIES, Heads(2, 4, 3), HeadMean(2)], "InputCopies layers"),
        ([Dense(4, 4), HeadMean(2)], "HeadMean layers"),
        ([Dense(4, 4), Heads(1, 4, 2)], "Heads layers"),
        ([COPIES, Heads(2, 4, 1), LogHeadMean(2)], "a LogHeadMean whose outputs are not probabilities"),
    ],
    ids=range(9),
)
def test_heads_elsewhere_than_in_an_estimator_s_network_are_refused(layers: list[Layer], name: str) -> None:
    with pytest.raises(OptionError, match=f"^export does not support {name}"):
        inference_model(Model(Network(layers), BYTES, Output.SOFTMAX_LOGITS))


def test_an_export_that_answers_otherwise_is_an_error() -> None:
    model = MODELS["digits"]()
    other = replace(model, network=Network.mlp([20, 12, 5], seed=8))
    found = verify("python", EXPORTS["python"](inference_model(other)), model, stored(100, 20))
    assert found.n_mismatches > 0
    with pytest.raises(SystemResourceError, match="do not use it"):
        require_match(found, "other.py")
    require_match(Verification(1, "", None), "other.py")


def test_two_headers_live_in_one_program(tmp_path: Path) -> None:
    """Under one guard the second model was skipped in silence, and the first answered for both."""
    programs = []
    for name, kind in (("first", "digits"), ("second one", "numbers")):
        (tmp_path / f"{name}.h").write_bytes(EXPORTS["c"](inference_model(MODELS[kind](), name)))
        programs.append(f'#include "{name}.h"')
    main = """int main(void) {
    float x[20] = {0}, scores[5];
    if (first_answer(x, 20, scores) || second_one_answer(x, 3, scores)) return 1;
    return first_answer(x, 19, scores) == -1 && second_one_answer(x, 20, scores) == -1 ? 0 : 2;
}"""
    (tmp_path / "main.c").write_text("\n".join([*programs, main]))
    command = ["cc", "-std=c99", "-Wall", "-Werror", "main.c", "-o", "main", "-lm"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert subprocess.run([tmp_path / "main"], check=False).returncode == 0


def test_two_models_under_one_name_do_not_compile(tmp_path: Path) -> None:
    for folder, kind in (("a", "digits"), ("b", "deep")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "net.h").write_bytes(EXPORTS["c"](inference_model(MODELS[kind](), "net")))
    (tmp_path / "main.c").write_text('#include "a/net.h"\n#include "b/net.h"\nint main(void) { return 0; }')
    done = subprocess.run(["cc", "-std=c99", "main.c", "-o", "main"], cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode != 0


def test_python_answers_the_right_number_of_inputs_only(tmp_path: Path) -> None:
    (tmp_path / "made.py").write_bytes(EXPORTS["python"](inference_model(MODELS["digits"]())))
    check = "import made\nassert len(made.answer([0] * 20)) == 5\nmade.answer([0] * 19)"
    done = subprocess.run([sys.executable, "-c", check], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert "ValueError: answer got 19 numbers; expected 20" in done.stderr


def test_javascript_answers_the_right_number_of_inputs_only(tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("needs node")
    (tmp_path / "made.mjs").write_bytes(EXPORTS["js"](inference_model(MODELS["digits"]())))
    (tmp_path / "main.mjs").write_text('import { answer } from "./made.mjs"; answer(new Array(21).fill(0));')
    done = subprocess.run(["node", "main.mjs"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert "RangeError: answer got 21 numbers; expected 20" in done.stderr


@pytest.mark.parametrize("name", ["a b", "7", "", "../x", "int", "é", "\udcff", "x" * 300, "_y", 'a"; system("x")'])
def test_every_file_name_makes_an_identifier(name: str) -> None:
    made = identifier(name)
    assert made.isidentifier()
    assert made.isascii()
    assert verify(
        "c", EXPORTS["c"](inference_model(MODELS["yes or no"](), name)), MODELS["yes or no"](), stored(2, 3), made
    )


CLASSES = ("ant", 'b"ee', "café", "\x1b[2J", "*/", "</script>", "\ud800", "d\n#e")


def test_class_names_are_literals_of_every_language(tmp_path: Path) -> None:
    model = Model(network([3, 6, 8]), COLUMNS, Output.SOFTMAX_LOGITS, CLASSES)
    for kind in set(EXPORTS) - ({"onnx"} if find_spec("onnx") is None else set()):
        content = EXPORTS[kind](inference_model(model))
        assert content.isascii() or kind == "onnx"
        verify(kind, content, model, stored(3, 3))
    (tmp_path / "made.py").write_bytes(EXPORTS["python"](inference_model(model)))
    check = f"import made\nassert made.CLASSES == {list(CLASSES)!a}"
    subprocess.run([sys.executable, "-c", check], cwd=tmp_path, check=True)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e38])
@pytest.mark.parametrize(
    ("name", "array", "said"),
    [("pbld", "0.frequency", "the embedding"), ("parametric selu", "1.alpha", "layer 1")],
)
def test_numbers_of_other_layers_that_no_float32_holds_are_refused(
    value: float, name: str, array: str, said: str
) -> None:
    model = LAYERS[name]()
    wide = replace(model, network=model.network.astype(np.float64))
    wide.network.params[array].reshape(-1)[1] = 10 * value
    with pytest.raises(DataError, match=f"{said} of the model holds weights that are not finite"):
        inference_model(wide)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e38])
def test_weights_that_no_float32_holds_are_refused(value: float) -> None:
    model = MODELS["digits"]()
    wide = replace(model, preparation=InputScaler("standard", np.asarray(1e4), np.asarray(0.0)))
    wide.network.layers[0].params["W"][3, 2] = value
    with pytest.raises(DataError, match="layer 1 of the model holds weights that are not finite"):
        inference_model(wide)


def test_a_regression_that_answers_otherwise_is_an_error() -> None:
    model = MODELS["numbers"]()
    other = replace(model, network=Network.mlp([3, 6, 2], seed=8))
    found = verify("python", EXPORTS["python"](inference_model(other)), model, stored(100, 3))
    assert found.n_mismatches > 0


def test_the_inputs_of_a_table_s_model_are_named(tmp_path: Path) -> None:
    columns = (Column("a*/ge"), Column('col"our', ("red", "blue\n")))
    model = Model(network([3, 6, 2]), COLUMNS, Output.SOFTMAX_LOGITS, table=TableSchema(columns, "kind"))
    for kind in ("c", "js", "python"):
        verify(kind, EXPORTS[kind](inference_model(model)), model, stored(3, 3))
    (tmp_path / "made.py").write_bytes(EXPORTS["python"](inference_model(model)))
    names = ["a*/ge", 'col"our=red', 'col"our=blue\n']
    subprocess.run([sys.executable, "-c", f"import made\nassert made.INPUTS == {names}"], cwd=tmp_path, check=True)
