"""What a model's file says reaches no generated code: exports differ from a trusted model's in numbers alone."""

import io
import re
import shutil
import tokenize
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from byhand.errors import SystemResourceError
from byhand.exports import EXPORTS
from byhand.exports.child import PYTHON, run_limited
from byhand.exports.inference_model import inference_model
from byhand.exports.verify import verify
from byhand.network import Network
from byhand.persistence.model import Model, load_model, save_model
from byhand.persistence.output import Output
from byhand.preprocessing import InputScaler

RAW = InputScaler("raw", np.asarray(1.0), np.asarray(0.0))
ATTACKS = [
    '"""\nimport os; os.system("touch was-run")\n"""',
    '*/\n#include <stdlib.h>\nint run = system("touch was-run"); /*',
    'x\nimport("node:fs").then((fs) => fs.writeFileSync("was-run", ""));//',
    "x\u2028process.exit()",
    "\\u000aalert(1)",
    "??/\n",
    {"a": 1},
    ["x\n"],
    None,
    7,
]


def model_of(recipe: object) -> Model:
    network = Network.mlp([3, 4, 2], seed=1)
    return Model(network, RAW, Output.SOFTMAX_LOGITS, provenance={"recipe": recipe})


def python_tokens(content: bytes) -> list[str]:
    tokens = list(tokenize.tokenize(io.BytesIO(content).readline))
    return ["0" if token.type == tokenize.NUMBER else token.string for token in tokens]


def c_tokens(content: bytes) -> list[str]:
    """Return the tokens of C or JavaScript without comments, in which our names and numbers may differ."""
    text = re.sub(r"/\*.*?\*/|//[^\r\n\u2028\u2029]*", " ", content.decode(), flags=re.DOTALL)
    text = re.sub(r"\bBYHAND_model_[0-9a-f]{8}_H\b", "GUARD", text)  # it has a digest of the numbers
    return re.findall(r"[A-Za-z_]\w*|\S", re.sub(r"-?\b\d[\w.]*(e[+-]?\d+f?)?", "0", text))


TOKENS = {"python": python_tokens, "c": c_tokens, "js": c_tokens}


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_the_tokens_are_those_of_a_model_without_a_name(kind: str, attack: object, tmp_path: Path) -> None:
    for recipe in ({"name": attack}, attack):
        save_model(model_of(recipe), tmp_path / "model")
        content = EXPORTS[kind](inference_model(load_model(tmp_path / "model")))
        trusted = EXPORTS[kind](inference_model(model_of({})))
        assert TOKENS[kind](content) == TOKENS[kind](trusted)
        assert content == trusted


def test_onnx_says_nothing_of_it_either() -> None:
    pytest.importorskip("onnx")
    trusted = EXPORTS["onnx"](inference_model(model_of({})))
    assert EXPORTS["onnx"](inference_model(model_of({"name": ATTACKS[0]}))) == trusted


def test_a_decent_name_is_told() -> None:
    assert b"deep-dive, 3-4-2" in EXPORTS["python"](inference_model(model_of({"name": "deep-dive"})))


HOSTILE = {
    "python": ["open('{file}', 'w').write('x')", "import os\nassert 'SECRET_WORD' not in os.environ"],
    "c": ['__attribute__((constructor)) static void f(void) {{ fputs("x", fopen("{file}", "w")); }}'],
    "js": ["import {{ writeFileSync }} from 'node:fs'; writeFileSync('{file}', 'x');"],
}
NEEDS = {"c": "cc", "js": "node", "python": "sh"}


@pytest.mark.skipif(not Path("/proc").exists(), reason="limits as Linux keeps them")
@pytest.mark.parametrize("kind", HOSTILE)
def test_even_hostile_code_writes_no_byte_and_sees_no_environment(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which(NEEDS[kind]) is None:
        pytest.skip(f"needs {NEEDS[kind]}")
    monkeypatch.setenv("SECRET_WORD", "1")
    model = model_of({})
    good = EXPORTS[kind](inference_model(model))
    file = tmp_path / "written"
    verify(kind, good, model, np.ones((2, 3)))
    with suppress(SystemResourceError):  # it may be killed at its first byte
        verify(kind, good + HOSTILE[kind][0].format(file=file).encode() + b"\n", model, np.ones((2, 3)))
    assert not file.exists() or file.read_bytes() == b""
    for harmless in HOSTILE[kind][1:]:
        verify(kind, good + harmless.encode() + b"\n", model, np.ones((2, 3)))


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_node_reads_nothing_but_the_export(tmp_path: Path) -> None:
    model = model_of({})
    secret = tmp_path / "secret"
    secret.write_text("x")
    spy = f"import {{ readFileSync }} from 'node:fs'; readFileSync('{secret}');"
    with pytest.raises(SystemResourceError, match="did not answer"):
        verify("js", EXPORTS["js"](inference_model(model)) + spy.encode(), model, np.ones((2, 3)))


def test_an_export_that_talks_without_end_is_cut_off() -> None:
    model = model_of({})
    endless = b"import sys\nwhile True:\n    sys.stdout.buffer.write(bytes(1 << 16))\n"
    with pytest.raises(SystemResourceError, match="did not answer"):
        verify("python", endless, replace(model), np.ones((2, 3)))


@pytest.mark.skipif(not Path("/proc").exists(), reason="limits as Linux keeps them")
def test_the_child_has_its_limits_for_good(tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(b"")
    ask = (
        "import resource as r; print(*(n for kind in (r.RLIMIT_FSIZE, r.RLIMIT_NOFILE, r.RLIMIT_CORE, r.RLIMIT_AS) "
        "for n in r.getrlimit(kind)), sep=',', end='')"
    )
    wanted = ",".join(str(n) for n in (0, 0, 64, 64, 0, 0, 1 << 30, 1 << 30)).encode()
    said = run_limited([*PYTHON, "-c", ask], tmp_path, tmp_path / "rows", len(wanted), memory=1 << 30)
    assert said == wanted


def test_the_child_imports_nothing_from_where_it_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (tmp_path / "here", tmp_path / "path"):
        folder.mkdir()
        (folder / "array.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    model = model_of({})
    assert verify("python", EXPORTS["python"](inference_model(model)), model, np.ones((2, 3))).n == 2
