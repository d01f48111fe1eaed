"""The page's diagnosis and bh.diagnose find the same in planted trainings, number by number."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand import diagnose
from byhand.data.examples import Examples
from byhand.layers import Dense
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.preprocessing import UNSCALED
from byhand.training.history import EpochRecord
from waiting import HANG

NODE = shutil.which("node")
NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?(?:e[-−+]?\d+)?")
N, N_IN, N_HIDDEN, N_OUT = 1200, 4, 8, 3

# name → (factor of the hidden weights, shift of the hidden biases, loss, validation accuracy, rate, label smoothing)
PLANTED = {
    "healthy": (1.5, 0.0, 0.2, 0.95, 0.1, 0.0),
    "dead": (1.5, -1e3, 1.2, 0.40, 0.1, 0.0),
    "zero": (0.0, 0.0, 1.09, 0.34, 0.1, 0.0),
    "not moving": (1.0001, 0.0, 1.08, 0.36, 1e-6, 0.0),
    "diverged": (40.0, 0.0, 7.654321, 0.36, 3.0, 0.0),
    "diverged, smoothed": (40.0, 0.0, 1.7, 0.9, 0.5, 0.2),
    "not quite diverged": (40.0, 0.0, 1.6, 0.9, 0.5, 0.0),
    "guessing, small rate": (1.5, 0.0, 1.05, 0.39, 0.001, 0.0),
    "guessing, large rate": (1.5, 0.0, 1.05, 0.39, 0.7, 0.0),
}


def network(factor: float, shift: float) -> Network:
    made = Network.mlp([N_IN, N_HIDDEN, N_OUT], activation="relu", seed=1)
    dense = made.layers[0]
    assert isinstance(dense, Dense)
    dense.params["W"] *= np.float32(factor)
    dense.params["b"] += np.float32(shift)
    return made


def for_page(made: Network, smoothing: float) -> dict[str, Any]:
    """Return a network as the page has it."""
    dense = [layer for layer in made.layers if isinstance(layer, Dense)]
    layers = [
        {
            "n_in": layer.params["W"].shape[0],
            "n_out": layer.params["W"].shape[1],
            "activation": "relu" if i + 1 < len(dense) else "identity",
            "W": layer.params["W"].ravel().tolist(),
            "b": layer.params["b"].tolist(),
        }
        for i, layer in enumerate(dense)
    ]
    return {"layers": layers, "loss": "softmax_cross_entropy", "labelSmoothing": smoothing}


def numbers(sentence: str) -> list[float]:
    return [float(text.replace("−", "-").replace(",", "")) for text in NUMBER.findall(sentence)]


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_the_page_finds_what_bh_diagnose_finds() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(N, N_IN)).astype(np.float32), np.sort(rng.choice(N_OUT, N, p=(0.5, 0.3, 0.2)))
    order = rng.permutation(N)
    examples = Examples(x, y[order], UNSCALED)
    before, trainings, ours = network(1, 0), [], {}
    for name, (factor, shift, loss, accuracy, rate, smoothing) in PLANTED.items():
        after = network(factor, shift)
        history = [EpochRecord(i + 1, value, 0.5, loss, accuracy, rate, 0.1) for i, value in enumerate((1.1, loss))]
        ours[name] = diagnose(
            after, examples, history, loss=SoftmaxCrossEntropy(smoothing), initial=before, accuracy=accuracy
        )
        rows = [{"loss": row.loss, "validation": {"accuracy": row.val_accuracy}} for row in history]
        trainings.append(
            {"after": for_page(after, smoothing), "before": for_page(before, smoothing), "history": rows, "rate": rate}
        )
    asked = json.dumps({"inputs": x.ravel().tolist(), "labels": examples.y.tolist(), "trainings": trainings})
    script = str(Path(__file__).with_name("diagnosis.mjs"))
    done = subprocess.run([str(NODE), script], input=asked, capture_output=True, text=True, timeout=HANG, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    for (name, found), theirs in zip(ours.items(), json.loads(done.stdout), strict=True):
        assert [one.id for one in found] == [one["id"] for one in theirs], name
        for mine, other in zip(found, theirs, strict=True):
            assert NUMBER.sub("#", mine.sentence) == NUMBER.sub("#", other["sentence"])
            assert numbers(mine.sentence) == numbers(other["sentence"]), name
            assert (mine.title, mine.setting) == (other["title"], other["setting"]), name
            assert numbers(mine.value) == numbers(other["value"]), name
    assert not ours["healthy"]
    assert {one.id for found in ours.values() for one in found} == {
        "dead_units", "zero_weights", "not_moving", "diverged", "near_guessing"
    }  # fmt: skip
