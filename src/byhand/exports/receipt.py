"""What an export is worth: it is run, by gcc, node, Python or onnxruntime, on examples, beside the model itself."""

import hashlib
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from byhand.arrays import Array
from byhand.errors import EnvironmentFault
from byhand.persistence.model import Model
from byhand.persistence.output import Output

_MAIN = """#include <stdio.h>
#include "{header}"
int main(void) {{
    float x[BYHAND_INPUTS], y[BYHAND_SCORES];
    while (fread(x, sizeof x, 1, stdin) == 1) {{
        byhand_answer(x, y);
        fwrite(y, sizeof y, 1, stdout);
    }}
    return 0;
}}
"""
_NODE = """import {{ answer }} from {module};
import {{ readFileSync, writeFileSync }} from "node:fs";
const bytes = readFileSync({data}), all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const out = [];
for (let i = 0; i < all.length; i += {n_in}) out.push(...answer(all.subarray(i, i + {n_in})));
writeFileSync({result}, new Uint8Array(Float32Array.from(out).buffer));
"""


@dataclass(frozen=True)
class Receipt:
    """run_by : what ran the export; None: nothing here could, and then there is nothing to tell of examples
    n : examples   changed : of these, how many get another class   difference : the largest of any score"""

    size: int
    sha256: str
    run_by: str | None
    n: int = 0
    changed: int = 0
    difference: float = 0.0


def receipt(kind: str, path: Path, model: Model, raw: Array | None) -> Receipt:
    """Return the receipt of an export, run on stored numbers raw (n, n_features); None: it is not to be run."""
    content = path.read_bytes()
    proof = (len(content), hashlib.sha256(content).hexdigest())
    if raw is None:
        return Receipt(*proof, None)
    rows = np.ascontiguousarray(raw, dtype=np.float32)
    found = RUNNERS[kind](path, rows)
    if found is None:
        return Receipt(*proof, None)
    runner, scores = found
    is_values = model.output is Output.VALUES
    wanted = model.predict(raw) if is_values else model.scores(raw)
    scores = scores.reshape(wanted.shape)
    changed = 0 if is_values else int((scores.argmax(axis=1) != wanted.argmax(axis=1)).sum())
    return Receipt(*proof, runner, len(rows), changed, float(np.abs(scores - wanted).max()))


Found = tuple[str, Array] | None


def _python(path: Path, rows: Array) -> Found:
    answer = runpy.run_path(str(path))["answer"]
    return f"Python {sys.version.split()[0]}", np.array([answer(row) for row in rows.tolist()])


def _c(path: Path, rows: Array) -> Found:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "main.c"), Path(folder, "main")
        source.write_text(_MAIN.format(header=path.resolve().as_posix()), encoding="utf-8")
        command = [compiler, "-std=c99", "-O2", "-Wall", "-Werror", str(source), "-o", str(program), "-lm"]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 — the user's compiler
        done = subprocess.run([str(program)], input=rows.tobytes(), capture_output=True, check=True)  # noqa: S603
    return Path(compiler).name, np.frombuffer(done.stdout, dtype=np.float32)


def _node(path: Path, rows: Array) -> Found:
    node = shutil.which("node")
    if node is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        data, result, script = (Path(folder, name) for name in ("data", "result", "run.mjs"))
        rows.tofile(data)
        names = {"module": f'"{path.resolve().as_uri()}"', "data": _quoted(data), "result": _quoted(result)}
        script.write_text(_NODE.format(n_in=rows.shape[1], **names), encoding="utf-8")
        subprocess.run([node, str(script)], check=True, capture_output=True)  # noqa: S603 — the user's node
        version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True)  # noqa: S603
        return f"node {version.stdout.strip()}", np.frombuffer(result.read_bytes(), dtype=np.float32)


def _onnx(path: Path, rows: Array) -> Found:
    try:
        import onnxruntime
    except ImportError:
        return None
    session = onnxruntime.InferenceSession(str(path))
    return f"onnxruntime {onnxruntime.__version__}", np.asarray(session.run(None, {"stored": rows})[-1])


def _quoted(path: Path) -> str:
    return '"' + path.as_posix().replace('"', '\\"') + '"'


RUNNERS: dict[str, Callable[[Path, Array], Found]] = {"c": _c, "js": _node, "python": _python, "onnx": _onnx}


def check_runs(found: Receipt, path: Path) -> None:
    """Raise EnvironmentFault if the export answers otherwise than the model."""
    if found.changed:
        raise EnvironmentFault(f"{path} gives {found.changed} of {found.n} examples another class; do not use it.")
