"""Verification of an export: a C compiler, node, Python, onnxruntime or onnx runs it, and its outputs are compared.

It runs in a child process without rights (child.py), from a copy with a fixed name: neither text from the model's file
nor the export's file name reaches a compiler, and an export never runs inside byhand.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import TypeAlias

import numpy as np

from byhand.arrays import Array
from byhand.errors import SystemResourceError
from byhand.exports.child import GIBIBYTE, PYTHON, run_limited
from byhand.exports.inference_model import given_numbers
from byhand.persistence.model import Model
from byhand.persistence.output import Output

VALUE_TOLERANCE = 1e-3  # of a predicted value, plus 1: a larger difference is a mismatch
COARSE = 1e-3  # of a network input, most of which lie within ±3
_C = """#include <stdio.h>
#include "export.h"
int main(void) {{
    float x[{n_in}], y[{n_out}];
    while (fread(x, sizeof x, 1, stdin) == 1) {{
        if ({s}_answer(x, {n_in}, y) != 0 || {s}_answer(x, {n_in} + 1, y) != -1) return 1;
        fwrite(y, sizeof y, 1, stdout);
    }}
    return 0;
}}
"""
_NODE = """import {{ answer }} from "./export.mjs";
import {{ readFileSync, writeSync }} from "node:fs";
const bytes = readFileSync(0), all = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
for (let i = 0; i < all.length; i += {n_in}) {{
  const said = new Uint8Array(Float32Array.from(answer(all.subarray(i, i + {n_in}))).buffer);
  for (let at = 0; at < said.length; ) at += writeSync(1, said, at);
}}
"""
_NODE_ASKED = """[process.version, ...["--permission", "--experimental-permission"].filter(
    (flag) => process.allowedNodeEnvironmentFlags.has(flag)).slice(0, 1)].join(" ")"""
_PYTHON = """import array, runpy, sys
rows, answer = array.array("d"), runpy.run_path("export.py")["answer"]
rows.frombytes(sys.stdin.buffer.read())
for i in range(0, len(rows), {n_in}):
    sys.stdout.buffer.write(array.array("f", answer(rows[i : i + {n_in}].tolist())).tobytes())
"""
_ONNX = """import sys
import numpy
from {module} import {reader} as Reader
rows = numpy.frombuffer(sys.stdin.buffer.read(), dtype=numpy.float32).reshape(-1, {n_in})
said = Reader("export.onnx").run(None, {{"stored": rows}})[-1]
sys.stdout.buffer.write(said.astype(numpy.float32).tobytes())
"""
TAKES = {"c": np.float32, "js": np.float64, "python": np.float64, "onnx": np.float32}  # kind → its numbers
# package → where its reader of ONNX files is, the fastest first
_ONNX_READERS = {
    "onnxruntime": {"module": "onnxruntime", "reader": "InferenceSession"},
    "onnx": {"module": "onnx.reference", "reader": "ReferenceEvaluator"},
}


@dataclass(frozen=True)
class Verification:
    """How the outputs of an export compare with the model's.

    run_by : what ran the export; None: nothing on this machine could, so nothing was compared
    n : examples   n_mismatches : those with another class or value   max_abs_error : of any score
    max_abs_value : the largest score or value, which the error is to be measured by
    coarse_inputs : of a table, the inputs whose numbers have more digits than the float32 that the export takes
    """

    size: int
    sha256: str
    run_by: str | None
    n: int = 0
    n_mismatches: int = 0
    max_abs_error: float = 0.0
    max_abs_value: float = 0.0
    coarse_inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trial:
    """An export to run, in a temporary folder whose file `rows` holds n examples of n_in numbers, as TAKES says."""

    folder: Path
    content: bytes
    symbol: str
    n: int
    n_in: int
    n_out: int

    def run(self, command: list[str], memory: int | None) -> bytes:
        """Return a program's output for the examples, as float32. memory : bytes, see child.py"""
        rows = self.folder / "rows"
        return run_limited(command, self.folder, rows, 4 * self.n * self.n_out, memory=memory)


def verify(kind: str, content: bytes, model: Model, raw: Array | None, symbol: str = "model") -> Verification:
    """Return how an export compares on raw inputs (n, n_features); None: do not run it.

    nan in raw is a missing cell of a table: the model is given its filled value, the export fills it itself (also where
    an input of raw indicates a missing number).
    symbol : before the names in a C header
    Raises SystemResourceError if it fails.
    """
    proof = (len(content), hashlib.sha256(content).hexdigest())
    if raw is None:
        return Verification(*proof, None)
    filled = raw if model.table is None else model.table.fill(raw)
    wanted = model.predict(filled) if model.output is Output.REGRESSION else model.scores(filled)
    with tempfile.TemporaryDirectory() as folder:
        given = given_numbers(model, raw)
        np.ascontiguousarray(given, dtype=TAKES[kind]).tofile(Path(folder, "rows"))
        found = RUNNERS[kind](Trial(Path(folder), content, symbol, len(raw), given.shape[1], wanted.shape[1]))
    if found is None:
        return Verification(*proof, None)
    runner, said = found
    scores = np.frombuffer(said, dtype=np.float32).reshape(wanted.shape)
    errors = _errors(scores, wanted)
    is_other = scores.argmax(axis=1) != wanted.argmax(axis=1)
    if model.output is Output.REGRESSION:
        is_other = (errors > VALUE_TOLERANCE * (1 + np.abs(wanted))).any(axis=1)
    n_others, coarse = int(is_other.sum()), _coarse_inputs(model, raw) if TAKES[kind] is np.float32 else ()
    return Verification(*proof, runner, len(raw), n_others, float(errors.max()), _largest(wanted), coarse)


def _largest(values: Array) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0))


def _errors(scores: Array, wanted: Array) -> Array:
    """Return |scores − wanted|: 0 where both are nan or the same infinity, infinite where only one is."""
    same = (scores == wanted) | (np.isnan(scores) & np.isnan(wanted))
    with np.errstate(invalid="ignore"):
        return np.where(same, 0.0, np.nan_to_num(np.abs(scores - wanted), nan=np.inf))


def _coarse_inputs(model: Model, raw: Array) -> tuple[str, ...]:
    """Return the names of a table's inputs that float32 moves by more than COARSE, after the scaling."""
    if model.table is None or raw.dtype != np.float64:
        return ()
    moved = np.nan_to_num(np.abs(raw - raw.astype(np.float32))) * model.preparation.scale
    names = [name for column in model.table.columns for name in column.input_names]
    return tuple(names[i] for i in np.flatnonzero((moved > COARSE).any(axis=0)))


def require_match(found: Verification, what: str) -> None:
    """Raise SystemResourceError if the export differs from the model."""
    if not found.n_mismatches:
        return
    differs = f"{what} answers {found.n_mismatches} of {found.n} examples otherwise"
    if found.coarse_inputs:
        raise SystemResourceError(
            f"{differs}: it takes float32, and {found.coarse_inputs[0][:40]!r} has more digits than that. "
            f"Subtract a constant from that column, such as its smallest value, and train again."
        )
    raise SystemResourceError(f"{differs}; do not use it.")


Found: TypeAlias = tuple[str, bytes] | None  # what ran it, and its output; None: this machine cannot
Runner: TypeAlias = Callable[[Trial], Found]


def _run_python(trial: Trial) -> Found:
    (trial.folder / "export.py").write_bytes(trial.content)
    code = _PYTHON.format(n_in=trial.n_in)
    memory = 4 * GIBIBYTE + 64 * len(trial.content)  # parsing a literal takes some forty times its length
    return f"Python {platform.python_version()}", trial.run([*PYTHON, "-c", code], memory)


def _run_c(trial: Trial) -> Found:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    (trial.folder / "export.h").write_bytes(trial.content)
    main = _C.format(n_in=trial.n_in, n_out=trial.n_out, s=trial.symbol)
    (trial.folder / "main.c").write_text(main, encoding="utf-8")
    command = [compiler, "-std=c99", "-O2", "-Wall", "-Werror", "main.c", "-o", "main", "-lm"]
    try:
        subprocess.run(command, cwd=trial.folder, check=True, capture_output=True)  # noqa: S603 — the user's compiler
    except subprocess.CalledProcessError as error:
        raise SystemResourceError(f"{Path(compiler).name} does not compile the export.") from error
    program = str(trial.folder.resolve() / "main")
    return Path(compiler).name, trial.run([program], GIBIBYTE + 2 * len(trial.content))


def _run_node(trial: Trial) -> Found:
    node = shutil.which("node")
    if node is None:
        return None
    (trial.folder / "export.mjs").write_bytes(trial.content)
    (trial.folder / "main.mjs").write_text(_NODE.format(n_in=trial.n_in), encoding="utf-8")
    asked = subprocess.run([node, "-p", _NODE_ASKED], check=True, capture_output=True, text=True)  # noqa: S603
    version, *permission = asked.stdout.split()
    may_read = [*permission, f"--allow-fs-read={trial.folder.resolve()}{os.sep}*"] if permission else []
    return f"node {version}", trial.run([node, *may_read, "main.mjs"], None)


def _run_onnx(trial: Trial) -> Found:
    package = next((name for name in _ONNX_READERS if util.find_spec(name)), None)
    if package is None:
        return None
    (trial.folder / "export.onnx").write_bytes(trial.content)
    code = _ONNX.format(n_in=trial.n_in, **_ONNX_READERS[package])
    memory = 64 * GIBIBYTE + 64 * len(trial.content)  # of address space; its threads reserve much and use little
    return f"{package} {metadata.version(package)}", trial.run([*PYTHON, "-c", code], memory)


RUNNERS: dict[str, Runner] = {"c": _run_c, "js": _run_node, "python": _run_python, "onnx": _run_onnx}
