"""The page's code in node, its files, and its rules."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_object import STATIC

from waiting import HANG

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import make_glossary
import make_messages
import make_page_data
import make_places
import make_ramps

from byhand import data
from byhand.network import Network
from byhand.persistence.model import Model, save_model
from byhand.persistence.output import Output
from byhand.random import DATA, RandomStream
from byhand.schedules import SCHEDULES, schedule_for

NODE = shutil.which("node")
OURS = [path for path in STATIC.rglob("*") if path.is_file() and "vendor" not in path.parts]
SCRIPTS = [path for path in OURS if path.suffix == ".js"]


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_frames_state_and_files_in_node() -> None:
    script = str(Path(__file__).with_name("page.mjs"))
    done = subprocess.run([str(NODE), script], capture_output=True, text=True, timeout=HANG, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout.removesuffix(" frames\n")) >= 100


@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize("script", ["plane-run.mjs", "experiment-settings.mjs"])
def test_the_plane_s_past_is_recomputed_and_an_experiment_opens_as_settings(script: str) -> None:
    path = str(Path(__file__).with_name(script))
    done = subprocess.run([str(NODE), path], capture_output=True, text=True, timeout=HANG, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_the_page_refuses_a_model_of_a_table_that_clips_its_inputs(tmp_path: Path) -> None:
    digits = data.digits(preparation="robust").train
    save_model(Model(Network.mlp([64, 3]), digits.preparation, Output.SOFTMAX_LOGITS), tmp_path / "m.safetensors")
    reader = (STATIC / "worker" / "model-reader.js").as_uri()
    script = (
        f"import {{ modelFrom }} from '{reader}'; import {{ readFileSync }} from 'node:fs';"
        f"const b = readFileSync('{(tmp_path / 'm.safetensors').as_posix()}');"
        "const bytes = b.buffer.slice(b.byteOffset, b.byteOffset + b.length);"
        "await modelFrom(bytes, 'm').catch((error) => console.log(error.message));"
    )
    command = [str(NODE), "--input-type=module", "-e", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=True)
    assert "clips its inputs" in done.stdout


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_a_number_keeps_three_digits_and_a_proof_is_rounded_down() -> None:
    script = str(Path(__file__).with_name("numbers.mjs"))
    done = subprocess.run([str(NODE), script], capture_output=True, text=True, timeout=HANG, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize("residual", [False, True])
def test_a_model_with_all_kinds_of_layers_says_on_the_page_what_it_says_here(residual: bool, tmp_path: Path) -> None:
    network = Network.mlp([64, 9, 9, 9, 10], batch_norm=True, dropout=0.2, residual=residual, activation="tanh")
    for i, array in enumerate([*network.params.values(), *network.statistics.values()]):
        array += np.abs(RandomStream(i, DATA).normal(*array.shape)) / 10
    digits = data.digits().train
    model, stored = Model(network, digits.preparation, Output.SOFTMAX_LOGITS), digits.raw[:5]
    save_model(model, tmp_path / "model.safetensors")
    said = network.predict(digits.preparation.apply(stored)).reshape(-1).tolist()
    (tmp_path / "wanted.json").write_text(json.dumps({"stored": stored.reshape(-1).tolist(), "said": said}))
    files = [str(tmp_path / name) for name in ("model.safetensors", "wanted.json")]
    script = str(Path(__file__).with_name("page.mjs"))
    done = subprocess.run([str(NODE), script, *files], capture_output=True, text=True, timeout=HANG, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_learning_rates_are_those_of_the_schedules() -> None:
    cases = [(name, warm, n) for name in [*SCHEDULES, "one_cycle"] for warm in (0.0, 0.1, 0.45) for n in (1, 2, 7, 30)]
    script = f"""
        const {{ scheduleOf }} = await import({json.dumps((STATIC / "shared" / "schedules.js").as_uri())});
        console.log(JSON.stringify({json.dumps(cases)}.map(([schedule, warmUp, n]) => {{
            const rate = scheduleOf({{ schedule, warmUp, learningRate: 0.3 }}, n);
            return Array.from({{ length: n }}, (_, i) => rate(i));
        }})));"""
    command = [str(NODE), "--input-type=module", "-e", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=True)
    for (name, warm, n), found in zip(cases, json.loads(done.stdout), strict=True):
        np.testing.assert_allclose(
            found, schedule_for(name, 0.3, warm)(n), rtol=1e-12, atol=1e-15, err_msg=f"{name} {warm}"
        )


WITH_THREADS = {"core-threads.wasm", "threads.js", "thread.js"}  # in place of core.wasm
NOT_FETCHED = {"index.d.mts", "types.js", "messages.js", "frames.json", "LICENSE", "package.json"}  # by any browser


def test_page_and_core_stay_under_a_megabyte_without_data_and_weights() -> None:
    """Of the three cores a browser fetches the one that it can run; types are for the type checker."""
    left_out = {"core-relaxed.wasm", *WITH_THREADS, *NOT_FETCHED}
    files = [path for path in STATIC.rglob("*") if path.is_file() and not {"data", "models"} & set(path.parts)]
    files = [path for path in files if path.name not in left_out]
    assert sum(path.stat().st_size for path in files) < 1_000_000
    for path in files:
        if path.suffix == ".js":
            imported = re.findall(r"^(?:import|export) .*?([\w.]+)\";$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert not NOT_FETCHED & set(imported), path


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path in OURS:
        if path.suffix in {".js", ".css", ".html"}:
            addresses = re.findall(r"https?://[^\s\"'`)]+", path.read_text(encoding="utf-8"))
            assert set(addresses) <= {"http://www.w3.org/2000/svg", "http://localhost:8000"}, path.name


def test_the_page_s_data_are_copies_of_the_package_s() -> None:
    own = "lessons.json"  # the page's alone
    copies = {path.name: path.read_bytes() for path in make_page_data.DATA.iterdir() if path.name != own}
    assert copies == make_page_data.page_data(), "tools/make_page_data.py writes them"


@pytest.mark.parametrize(
    ("folder", "name", "version", "licence"),
    [
        ("uplot", "uplot", "1.6.32", "MIT"),
        ("lean-qr", "lean-qr", "2.7.4", "MIT"),
        ("inter", "@fontsource-variable/inter", "5.3.0", "OFL-1.1"),
    ],
)
def test_vendored_files_have_their_licence_and_version(folder: str, name: str, version: str, licence: str) -> None:
    package = json.loads((STATIC / "vendor" / folder / "package.json").read_text(encoding="utf-8"))
    assert (package["name"], package["version"], package["license"]) == (name, version, licence)
    assert (STATIC / "vendor" / folder / "LICENSE").exists()


def test_the_font_is_unmodified() -> None:
    content = (STATIC / "vendor" / "inter" / "inter-latin-wght-normal.woff2").read_bytes()
    assert hashlib.sha256(content).hexdigest() == "3100e775e8616cd2611beecfa23a4263d7037586789b43f035236a2e6fbd4c62"


def test_every_term_has_its_sentence() -> None:
    known = set(make_glossary.terms())
    scripts = [path.read_text(encoding="utf-8") for path in SCRIPTS]
    used = {word for text in scripts for word in re.findall(r"\bterm\(\s*\"([^\"]+)\"", text)}
    labels = {word for text in scripts for word in re.findall(r"\bterm: \"([^\"]+)\"", text)}
    assert len(used) > 15
    assert len(labels) > 10
    assert used | labels <= known


@pytest.mark.parametrize("tool", [make_glossary, make_messages, make_places, make_ramps])
def test_what_a_tool_writes_is_as_the_tool_writes_it(tool: Any) -> None:
    assert tool.PATH.read_text(encoding="utf-8") == tool.text(), f"run tools/{tool.__name__}.py"
