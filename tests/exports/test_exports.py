"""Every export, run, gives the answers of the model: by a C compiler, node, Python and onnxruntime."""

import shutil
import subprocess
import sys
from dataclasses import replace
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
from byhand.layers import BatchNorm, Dense, ReLU, Residual
from byhand.network import Network
from byhand.persistence.model import Model
from byhand.persistence.output import Output
from byhand.preprocessing import InputScaler
from byhand.random import DATA, RandomStream

BYTES = InputScaler("standard", np.asarray(1 / 78), np.asarray(-0.42))
COLUMNS = InputScaler("standard", np.array([0.5, 2.0, -1.0]), np.array([0.0, 1.0, 0.3]))

MODELS = {
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
NEEDS = {"c": "cc", "js": "node"}


def network(sizes: list[int], **options: Any) -> Network:
    made = Network.mlp(sizes, seed=3, **options)
    for i, layer in enumerate(made.layers):
        if isinstance(layer, Dense):
            layer.params["b"][:] = RandomStream(i, DATA).normal(len(layer.params["b"])) / 3
        elif isinstance(layer, BatchNorm):
            for name, array in (layer.params | layer.statistics).items():
                array += np.abs(RandomStream(i, DATA, len(name)).normal(len(array))) / 3
    return made


def stored(n: int, width: int) -> Array:
    rows = np.floor(RandomStream(1, DATA).uniform(n, width) * 256)
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
    content = EXPORTS[kind](inference_model(model))
    found = verify(kind, content, model, stored(300, model.n_features))
    assert found.run_by is not None
    assert (found.n, found.n_mismatches) == (300, 0)
    scale = 1 if model.output is not Output.REGRESSION else 1000
    assert found.max_abs_error < 2e-6 * scale
    assert found.size == len(content)


@pytest.mark.parametrize("kind", ["c", "js", "python"])
def test_an_export_imports_nothing_and_takes_no_memory(kind: str) -> None:
    text = EXPORTS[kind](inference_model(MODELS["digits"]())).decode()
    assert not any(line.startswith(("import ", "from ")) for line in text.splitlines())
    assert "malloc" not in text
    assert "20-12-5" in text


def test_what_no_export_knows_is_refused() -> None:
    for layers, name in (([ReLU(), BatchNorm(3)], "BatchNorm"), ([Residual(Dense(3, 3))], "residual")):
        network = Network([Dense(4, 3), *layers, Dense(3, 2)])
        with pytest.raises(OptionError, match=f"export does not support {name}"):
            inference_model(Model(network, BYTES, Output.SOFTMAX_LOGITS))


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
