"""The page's diagnosis and bh.diagnose find the same in planted trainings, number by number."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

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


class Planted(NamedTuple):
    """A training that is made up: how the hidden layer ended, what was measured, how large the inputs are."""

    factor: float  # of the hidden weights
    shift: float  # of the hidden biases
    loss: float
    accuracy: float
    rate: float
    smoothing: float = 0.0
    activation: str = "relu"
    is_equal: bool = False  # the hidden units among each other
    size: float = 1.0  # of the inputs
    start: float = 1.0  # factor of the hidden weights before the training
    val_losses: tuple[float, float] = (1.1, 0.3)
    train_accuracy: float = 0.5


PLANTED = {
    "healthy": Planted(1.5, 0.0, 0.2, 0.95, 0.1),
    "dead": Planted(1.5, -1e3, 1.2, 0.40, 0.1),
    "zero": Planted(0.0, 0.0, 1.09, 0.34, 0.1),
    "not moving": Planted(1.0001, 0.0, 1.08, 0.36, 1e-6),
    "diverged": Planted(40.0, 0.0, 7.654321, 0.36, 3.0),
    "diverged, smoothed": Planted(40.0, 0.0, 1.7, 0.9, 0.5, 0.2),
    "not quite diverged": Planted(40.0, 0.0, 1.6, 0.9, 0.5),
    "guessing, small rate": Planted(1.5, 0.0, 1.05, 0.39, 0.001),
    "guessing, large rate": Planted(1.5, 0.0, 1.05, 0.39, 0.7),
    "unscaled": Planted(1.5, 0.0, 0.2, 0.95, 0.1, size=12.345),
    "equal": Planted(1.5, 0.0, 0.2, 0.95, 0.1, is_equal=True),
    "flat from the start": Planted(30.0, 0.0, 0.2, 0.95, 0.1, activation="tanh", start=25.0),
    "flat by large steps": Planted(30.0, 0.0, 0.2, 0.95, 0.1, activation="sigmoid"),
    "overfitted": Planted(1.5, 0.0, 0.01, 0.8, 0.1, val_losses=(0.31, 0.4567), train_accuracy=0.99),
    "not overfitted: no gap": Planted(1.5, 0.0, 0.01, 0.96, 0.1, val_losses=(0.31, 0.4567), train_accuracy=0.99),
    "not overfitted: no rise": Planted(1.5, 0.0, 0.01, 0.8, 0.1, val_losses=(0.31, 0.35), train_accuracy=0.99),
}


def network(factor: float, planted: Planted, *, shift: float = 0.0) -> Network:
    made = Network.mlp([N_IN, N_HIDDEN, N_OUT], activation=planted.activation, seed=1)
    dense = made.layers[0]
    assert isinstance(dense, Dense)
    dense.params["W"] *= np.float32(factor)
    dense.params["b"] += np.float32(shift)
    if planted.is_equal:
        dense.params["W"][:] = dense.params["W"][:, :1]
    return made


def for_page(made: Network, planted: Planted) -> dict[str, Any]:
    """Return a network as the page has it."""
    dense = [layer for layer in made.layers if isinstance(layer, Dense)]
    layers = [
        {
            "n_in": layer.params["W"].shape[0],
            "n_out": layer.params["W"].shape[1],
            "activation": planted.activation if i + 1 < len(dense) else "identity",
            "W": layer.params["W"].ravel().tolist(),
            "b": layer.params["b"].tolist(),
        }
        for i, layer in enumerate(dense)
    ]
    return {"layers": layers, "loss": "softmax_cross_entropy", "labelSmoothing": planted.smoothing}


def as_asked(before: Network, after: Network, history: list[EpochRecord], planted: Planted) -> dict[str, Any]:
    """Return what the page is asked of a training."""
    rows = [
        {"loss": row.loss, "accuracy": row.accuracy, "validation": {"loss": row.val_loss, "accuracy": row.val_accuracy}}
        for row in history
    ]
    networks = {"after": for_page(after, planted), "before": for_page(before, planted)}
    return {**networks, "history": rows, "rate": planted.rate, "scale": planted.size}


def numbers(sentence: str) -> list[float]:
    return [float(text.replace("−", "-").replace(",", "")) for text in NUMBER.findall(sentence)]


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_the_page_finds_what_bh_diagnose_finds() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(N, N_IN)).astype(np.float32), np.sort(rng.choice(N_OUT, N, p=(0.5, 0.3, 0.2)))
    labels = y[rng.permutation(N)]
    trainings, ours = [], {}
    for name, planted in PLANTED.items():
        before = network(planted.start, planted)
        after = network(planted.factor, planted, shift=planted.shift)
        history = [
            EpochRecord(i + 1, loss, planted.train_accuracy, val_loss, planted.accuracy, planted.rate, 0.1)
            for i, (loss, val_loss) in enumerate(zip((1.1, planted.loss), planted.val_losses, strict=True))
        ]
        examples = Examples(x * np.float32(planted.size), labels, UNSCALED)
        ours[name] = diagnose(
            after,
            examples,
            history,
            loss=SoftmaxCrossEntropy(planted.smoothing),
            initial=before,
            accuracy=planted.accuracy,
            shuffled=True,
        )
        trainings.append(as_asked(before, after, history, planted))
    asked = json.dumps({"inputs": x.ravel().tolist(), "labels": labels.tolist(), "trainings": trainings})
    script = str(Path(__file__).with_name("diagnosis.mjs"))
    done = subprocess.run([str(NODE), script], input=asked, capture_output=True, text=True, timeout=HANG, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    for (name, found), theirs in zip(ours.items(), json.loads(done.stdout), strict=True):
        assert [one.id for one in found] == [one["id"] for one in theirs], name
        for mine, other in zip(found, theirs, strict=True):
            assert NUMBER.sub("#", mine.sentence) == NUMBER.sub("#", other["sentence"].replace("\xa0", " "))
            assert numbers(mine.sentence) == numbers(other["sentence"]), name
            assert (mine.title, mine.setting) == (other["title"], other["setting"]), name
            assert numbers(mine.value) == numbers(other["value"]), name
    healthy = [name for name in PLANTED if name == "healthy" or name.startswith("not overfitted")]
    assert not [found for name in healthy for found in ours[name]]
    assert {one.id for found in ours.values() for one in found} == {
        "dead_units", "zero_weights", "not_moving", "diverged", "near_guessing", "unscaled_inputs", "equal_units",
        "saturated_start", "saturated_units", "overfitting",
    }  # fmt: skip
