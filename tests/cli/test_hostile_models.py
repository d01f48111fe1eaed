"""Files with the right digest and wrong contents, loaded and then *used*: answered with, evaluated, explained, shown,
exported and served. Whatever happens is an answer or one of byhand's own errors, and no text of the file becomes code.
"""

import io
import re
import sys
import tokenize
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import byhand
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byhand.errors import ByhandError
from byhand.exports import EXPORTS
from byhand.exports.inference_model import inference_model
from byhand.exports.verify import require_match, verify
from byhand.lab.model_file import saved_model
from byhand.layers import LogHeadMean
from byhand.network import Network
from byhand.persistence.container import read_document
from byhand.persistence.model import Model, load_model, save_model
from byhand.persistence.output import Output
from byhand.preprocessing import InputScaler

sys.path.insert(0, str(Path(__file__).parents[1] / "hostile"))
from forging import ANYTHING_GOES, forge, places, plain_body, with_change

OURS = {0, 2, 3, 4, 5}  # exit codes; 1 is internal error
PREPARATION = InputScaler("standard", np.array([0.5, 2.0]), np.array([0.0, 1.0]))
CODE = ['"""\nimport os\n', "*/ int x; /*", "a\nb", "x'); y('", "\\", "`${1}`", "\u2028", "%s{0}{n_in}", "</script>"]
PATHS = ["/dev/zero", "/proc/self/mem", "t.csv", "..", "mnist", "moons", "digits", "xor"]
VALUES = [None, True, 0, -1, 2, 10**9, 10**400, 0.5, 1e308, float("inf"), float("nan"), "", "\x1b[2J", "\ud800", "[/x]",
          [], {}, [[]], {"kind": "relu"}, "dense", "residual", *CODE, *PATHS]  # fmt: skip
NUMBERS = [0.0, 1e38, -1e38, 1e-45, np.nan, np.inf, -np.inf]

bounded = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a model of two features with every kind of thing in it."""
    network = Network.mlp([2, 4, 3, 2], activation="leaky_relu", batch_norm=True, dropout=0.1, seed=1)
    recipe = {"name": "mine", "data": "xor", "hidden": [4, 3], "loss": "softmax_cross_entropy", "label_smoothing": 0.1}
    told = {"recipe": recipe, "data": "4 corners", "engine": "numpy", "environment": {"numpy": "2"}}
    history = {"epochs": 1, "last": {"epoch": 1}, "best": None}
    path = tmp_path_factory.mktemp("good") / "model.safetensors"
    save_model(Model(network, PREPARATION, Output.SOFTMAX_LOGITS, ("cat", "dog"), None, told, history), path)
    return path


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a model with layers of tables: an embedding, parametric activations and several heads."""
    options: dict[str, Any] = {"embedded_columns": [0], "activation": "parametric_mish", "n_heads": 2, "seed": 1}
    made = Network([*Network.mlp([2, 4, 2], **options).layers, LogHeadMean(2)])
    path = tmp_path_factory.mktemp("rich") / "model.safetensors"
    save_model(Model(made, PREPARATION, Output.SOFTMAX_LOGITS, ("cat", "dog")), path)
    return path


def forged(good: Path, path: Path, draw: Any) -> None:
    """Write the model with up to three changes of its description and up to two of its numbers, signed again."""
    body, arrays = plain_body(good), dict(read_document(good, ANYTHING_GOES).arrays)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.sampled_from(list(places(body))))
        change = draw(st.sampled_from(["replace", "replace", "replace", "remove", "add"]))
        body = with_change(body, place, change, draw(st.sampled_from(VALUES)))
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(sorted(arrays)))
        array = arrays[name] = arrays[name].copy()
        array.reshape(-1)[draw(st.integers(0, array.size - 1))] = draw(st.sampled_from(NUMBERS))
    forge(path, body, arrays)


def loaded(path: Path) -> Model | None:
    try:
        return load_model(path)
    except ByhandError:
        return None


def tokens(kind: str, content: bytes) -> list[str]:
    """Return the tokens of an export, with every number and every string literal made the same."""
    if kind == "python":
        read = tokenize.tokenize(io.BytesIO(content).readline)
        same = {tokenize.NUMBER: "0", tokenize.STRING: "''"}
        return [same.get(token.type, token.string) for token in read]
    text = re.sub(r'"(\\.|[^"\\\n])*"', "''", content.decode("ascii"))
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)
    text = re.sub(r"BYHAND_\w+_H", "GUARD", text)
    return re.findall(r"[A-Za-z_]\w*|\S", re.sub(r"-?\b\d[\w.]*(e[+-]?\d+f?)?", "0", text))


@settings(bounded, max_examples=100)
@given(choice=st.data())
def test_a_forged_model_is_used_or_refused(good: Path, tmp_path: Path, choice: st.DataObject) -> None:
    use_or_refuse(good, tmp_path, choice)


@settings(bounded, max_examples=50)
@given(choice=st.data())
def test_a_forged_model_with_layers_of_tables_is_used_or_refused(
    rich: Path, tmp_path: Path, choice: st.DataObject
) -> None:
    use_or_refuse(rich, tmp_path, choice)


@pytest.mark.full
@settings(bounded, max_examples=2000)
@given(choice=st.data())
def test_many_forged_models_are_used_or_refused(good: Path, tmp_path: Path, choice: st.DataObject) -> None:
    use_or_refuse(good, tmp_path, choice)


def use_or_refuse(good: Path, tmp_path: Path, choice: st.DataObject) -> None:
    path = tmp_path / "model.safetensors"
    forged(good, path, choice.draw)
    model = loaded(path)
    if model is None:
        return
    with suppress(ByhandError):  # its answers may overflow
        assert len(model.predict(np.zeros((2, model.n_features)))) == 2
    saved_model(path)
    save_model(model, tmp_path / "again.safetensors")
    assert load_model(tmp_path / "again.safetensors").provenance == model.provenance
    clean = replace(model, provenance={}, history={}, class_names=tuple("x" for _ in model.class_names))
    for kind in ("python", "c", "js"):
        try:
            content = EXPORTS[kind](inference_model(model))
        except ByhandError:
            continue
        assert tokens(kind, content) == tokens(kind, EXPORTS[kind](inference_model(clean)))


@pytest.mark.usefixtures("no_network")
@settings(bounded, max_examples=60)
@given(choice=st.data())
def test_every_verb_answers_in_a_sentence(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choice: st.DataObject
) -> None:
    monkeypatch.chdir(tmp_path)
    path, rows = tmp_path / "model.safetensors", tmp_path / "rows.npy"
    forged(good, path, choice.draw)
    np.save(rows, np.array([[0.0, 1.0], [3.0, 4.0]]))
    for command in (
        ["predict", rows, "--model", path],
        ["predict", rows, "--model", path, "--json"],
        ["evaluate", path],
        ["evaluate", path, "--data", "moons", "--json"],
        ["explain", path],
        ["show", path],
    ):
        done = byhand(*command)
        assert done.code in OURS, (command, done)
        assert "\x1b[2J" not in done.out + done.err
        assert "NaN" not in done.out or "--json" not in command
        assert len(done.err.splitlines()) <= 2


@settings(bounded, max_examples=12)
@given(choice=st.data())
def test_what_can_be_exported_runs_and_answers(good: Path, tmp_path: Path, choice: st.DataObject) -> None:
    run_or_refuse(good, tmp_path, choice)


@settings(bounded, max_examples=12)
@given(choice=st.data())
def test_layers_of_tables_that_can_be_exported_run_and_answer(
    rich: Path, tmp_path: Path, choice: st.DataObject
) -> None:
    run_or_refuse(rich, tmp_path, choice)


def run_or_refuse(good: Path, tmp_path: Path, choice: st.DataObject) -> None:
    path = tmp_path / "model.safetensors"
    forged(good, path, choice.draw)
    model = loaded(path)
    if model is None:
        return
    for kind in ("python", "c"):
        try:
            content = EXPORTS[kind](inference_model(model))
            require_match(verify(kind, content, model, np.array([[0.0, 1.0], [3.0, 4.0]])), kind)
        except ByhandError:
            continue
