"""What an export is worth: a C compiler, node, Python or onnxruntime runs it on examples, beside the model itself.

It runs in a child process without rights (child.py), from a copy under a fixed name: neither what the model's file says
nor what the output is called reaches a compiler, and an export never runs inside byhand.
"""

import hashlib
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
from byhand.errors import EnvironmentFault
from byhand.exports.child import GIBIBYTE, PYTHON, run_limited
from byhand.persistence.model import Model
from byhand.persistence.output import Output

_C = """#include <stdio.h>
#include "export.h"
int main(void) {{
    float x[{n_in}], y[{n_out}];
    while (fread(x, sizeof x, 1, stdin) == 1) {{
        byhand_answer(x, y);
        fwrite(y, sizeof y, 1, stdout);
    }}
    return 0;
}}
"""
_NODE = """import {{ answer }} from "./export.mjs";
import {{ readFileSync, writeSync }} from "node:fs";
const bytes = readFileSync(0), all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
for (let i = 0; i < all.length; i += {n_in}) {{
  const said = new Uint8Array(Float32Array.from(answer(all.subarray(i, i + {n_in}))).buffer);
  for (let at = 0; at < said.length; ) at += writeSync(1, said, at);
}}
"""
_PYTHON = """import array, runpy, sys
rows, answer = array.array("f"), runpy.run_path("export.py")["answer"]
rows.frombytes(sys.stdin.buffer.read())
for i in range(0, len(rows), {n_in}):
    sys.stdout.buffer.write(array.array("f", answer(rows[i : i + {n_in}].tolist())).tobytes())
"""
_ONNX = """import sys
import numpy, onnxruntime
rows = numpy.frombuffer(sys.stdin.buffer.read(), dtype=numpy.float32).reshape(-1, {n_in})
said = onnxruntime.InferenceSession("export.onnx").run(None, {{"stored": rows}})[-1]
sys.stdout.buffer.write(said.astype(numpy.float32).tobytes())
"""


@dataclass(frozen=True)
class Verification:
    """run_by : what ran the export; None: nothing here could, and then nothing was compared
    n : examples   n_mismatches : of these, how many get another class   max_abs_error : the largest, of any score"""

    size: int
    sha256: str
    run_by: str | None
    n: int = 0
    n_mismatches: int = 0
    max_abs_error: float = 0.0


def verify(kind: str, content: bytes, model: Model, raw: Array | None) -> Verification:
    """Return how an export answers on stored numbers raw (n, n_features); None: it is not to be run.

    Raises EnvironmentFault if it does not answer at all.
    """
    proof = (len(content), hashlib.sha256(content).hexdigest())
    if raw is None:
        return Verification(*proof, None)
    wanted = model.predict(raw) if model.output is Output.VALUES else model.scores(raw)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.ascontiguousarray(raw, dtype=np.float32).tofile(folder / "rows")
        found = RUNNERS[kind](folder, content, (raw.shape[1], wanted.shape[1]), len(raw))
    if found is None:
        return Verification(*proof, None)
    runner, said = found
    scores = np.frombuffer(said, dtype=np.float32).reshape(wanted.shape)
    is_other = scores.argmax(axis=1) != wanted.argmax(axis=1)
    n_mismatches = 0 if model.output is Output.VALUES else int(is_other.sum())
    return Verification(*proof, runner, len(raw), n_mismatches, float(np.abs(scores - wanted).max()))


def require_match(found: Verification, what: str) -> None:
    """Raise EnvironmentFault if the export answers otherwise than the model."""
    if found.n_mismatches:
        raise EnvironmentFault(f"{what} gives {found.n_mismatches} of {found.n} examples another class; do not use it.")


# A runner: (folder, content, (n_in, n_out), n) → (who ran it, its answers as float32), or None where it cannot be run.
Found: TypeAlias = tuple[str, bytes] | None
Runner: TypeAlias = Callable[[Path, bytes, tuple[int, int], int], Found]


def _run_python(folder: Path, content: bytes, shape: tuple[int, int], n: int) -> Found:
    (folder / "export.py").write_bytes(content)
    code = _PYTHON.format(n_in=shape[0])
    memory = 4 * GIBIBYTE + 64 * len(content)  # to parse a literal takes some forty times its text
    said = run_limited([*PYTHON, "-c", code], folder, folder / "rows", 4 * n * shape[1], memory=memory)
    return f"Python {platform.python_version()}", said


def _run_c(folder: Path, content: bytes, shape: tuple[int, int], n: int) -> Found:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    (folder / "export.h").write_bytes(content)
    (folder / "main.c").write_text(_C.format(n_in=shape[0], n_out=shape[1]), encoding="utf-8")
    command = [compiler, "-std=c99", "-O2", "-Wall", "-Werror", "main.c", "-o", "main", "-lm"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603 — the user's compiler
    except subprocess.CalledProcessError as error:
        raise EnvironmentFault(f"{Path(compiler).name} does not compile the export.") from error
    program = str(folder.resolve() / "main")
    said = run_limited([program], folder, folder / "rows", 4 * n * shape[1], memory=GIBIBYTE + 2 * len(content))
    return Path(compiler).name, said


def _run_node(folder: Path, content: bytes, shape: tuple[int, int], n: int) -> Found:
    node = shutil.which("node")
    if node is None:
        return None
    (folder / "export.mjs").write_bytes(content)
    (folder / "main.mjs").write_text(_NODE.format(n_in=shape[0]), encoding="utf-8")
    said = run_limited([node, "main.mjs"], folder, folder / "rows", 4 * n * shape[1], memory=None)
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True)  # noqa: S603
    return f"node {version.stdout.strip()}", said


def _run_onnx(folder: Path, content: bytes, shape: tuple[int, int], n: int) -> Found:
    if util.find_spec("onnxruntime") is None:
        return None
    (folder / "export.onnx").write_bytes(content)
    code = _ONNX.format(n_in=shape[0])
    memory = 64 * GIBIBYTE + 64 * len(content)  # of address space; its threads reserve much and use little
    said = run_limited([*PYTHON, "-c", code], folder, folder / "rows", 4 * n * shape[1], memory=memory)
    return f"onnxruntime {metadata.version('onnxruntime')}", said


RUNNERS: dict[str, Runner] = {"c": _run_c, "js": _run_node, "python": _run_python, "onnx": _run_onnx}
