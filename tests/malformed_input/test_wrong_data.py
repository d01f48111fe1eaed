"""Data as people bring them: what can be used is used, everything else is refused in a sentence that says what to do.

A refusal leaves the network as it was.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import byhand as bh
from byhand.data.examples import Examples
from byhand.errors import ByhandError, DataError, ShapeError
from byhand.preprocessing import fit_scaler

RAW = fit_scaler("raw", np.zeros((1, 1)), low=0, high=1)
N, FEATURES, CLASSES = 12, 4, 3
X = np.random.default_rng(0).normal(size=(N, FEATURES)).astype(np.float32)
Y = np.arange(N) % CLASSES

LOSSES: dict[str, Callable[[], Any]] = {
    "softmax": bh.SoftmaxCrossEntropy, "squared": bh.SquaredError, "binary": bh.BinaryCrossEntropy,
}  # fmt: skip


def with_one(value: float, row: int = 5, column: int = 2) -> np.ndarray:
    x = X.copy()
    x[row, column] = value
    return x


def train(x: Any, y: Any, loss: str = "softmax") -> bh.Network:
    """Train a small network a little; a refusal must leave its weights as they were."""
    network = bh.Network.mlp([FEATURES, 5, CLASSES], seed=1)
    before = {name: array.copy() for name, array in network.params.items()}
    try:
        bh.fit(network, Examples(x, y, RAW), loss=LOSSES[loss](), learning_rate=0.01, epochs=2, batch_size=5)
    except ByhandError:
        assert all(np.array_equal(array, before[name]) for name, array in network.params.items())
        raise
    assert not np.array_equal(network.params["0.W"], before["0.W"])
    return network


def locked(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flags.writeable = False
    return array


USABLE = {
    "as usual": (X, Y),
    "float64": (X.astype(np.float64), Y),
    "float16": (X.astype(np.float16), Y),
    "bytes": ((X * 20 + 90).astype(np.uint8) // 64, Y),
    "int8": ((X * 20).astype(np.int8) // 16, Y),
    "booleans": (X > 0, Y),
    "read-only": (locked(X), locked(Y)),
    "column by column in memory": (np.asfortranarray(X), Y),
    "every second row": (np.repeat(X, 2, axis=0)[::2], np.repeat(Y, 2)[::2]),
    "backwards": (X[::-1], Y[::-1]),
    "big-endian": (X.astype(">f4"), Y.astype(">i8")),
    "labels in bytes": (X, Y.astype(np.uint8)),
    "labels in int16": (X, Y.astype(np.int16)),
    "labels one-hot": (X, np.eye(CLASSES, dtype=np.float32)[Y]),
    "one example": (X[:1], Y[:1]),
    "one class": (X, np.zeros(N, dtype=int)),
    "a constant column": (np.column_stack([X[:, :3], np.ones(N)]), Y),
    "fewer than a batch": (X[:3], Y[:3]),
    "large but finite": (X * 1e3, Y),
}


@pytest.mark.parametrize(("x", "y"), USABLE.values(), ids=USABLE)
def test_what_can_be_used_is_used(x: np.ndarray, y: np.ndarray) -> None:
    x_before, y_before = x.copy(), y.copy()
    train(x, y)
    assert np.array_equal(x, x_before)
    assert np.array_equal(y, y_before)


def test_memory_maps_are_used(tmp_path: Any) -> None:
    np.save(tmp_path / "x.npy", X)
    train(np.load(tmp_path / "x.npy", mmap_mode="r"), Y)


REFUSED = {
    "NaN": (with_one(np.nan), Y, "nan in row 5, column 2"),
    "infinite": (with_one(np.inf), Y, "inf in row 5, column 2"),
    "minus infinite": (with_one(-np.inf, 0, 0), Y, "-inf in row 0, column 0"),
    "fewer labels": (X, Y[:-1], "expected"),
    "more labels": (X, np.append(Y, 0), "expected"),
    "no examples": (X[:0], Y[:0], "no examples"),
    "one row flat": (X[0], Y[:1], "expected"),
    "pictures not flat": (X.reshape(N, 2, 2), Y, "expected"),
    "another width": (X[:, :3], Y, "expected \\(n, 4\\)"),
    "one column more": (np.column_stack([X, X[:, 0]]), Y, "expected \\(n, 4\\)"),
    "a label too high": (X, np.where(Y == 2, 3, Y), "label 3"),
    "a label below 0": (X, Y - 1, "label -1"),
    "labels 1 … k": (X, Y + 1, "label 3"),
    "labels as floats": (X, Y.astype(float), "shape"),
    "labels as words": (X, np.array(["a", "b", "c"] * 4), "words|str|dtype|<U1"),
    "labels in a column": (X, Y.reshape(N, 1), "shape"),
    "too many targets": (X, np.zeros((N, 4)), "shape"),
    "targets with NaN": (X, np.full((N, 3), np.nan), "finite"),
    "targets in three dimensions": (X, np.zeros((N, 3, 1)), "expected"),
    "words": (X.astype(str), Y, "numbers|dtype"),
    "objects": (X.astype(object), Y, "numbers|dtype"),
    "complex": (X.astype(complex), Y, "numbers|dtype"),
    "dates": (np.zeros((N, FEATURES), dtype="datetime64[s]"), Y, "numbers|dtype"),
    "a list of lists": (X.tolist(), Y, "array"),
    "nothing": (None, Y, "array"),
    "no labels": (X, None, "array"),
}


@pytest.mark.parametrize(("x", "y", "told"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_refused(x: Any, y: Any, told: str) -> None:
    with pytest.raises((DataError, ShapeError), match=told) as caught:
        train(x, y)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("loss", ["squared", "binary"])
@pytest.mark.parametrize("name", ["fewer labels", "a label too high", "too many targets", "targets with NaN", "words"])
def test_the_other_losses_refuse_too(loss: str, name: str) -> None:
    x, y, told = REFUSED[name]
    with pytest.raises((DataError, ShapeError), match=told):
        train(x, y, loss)


@pytest.mark.parametrize("value", [1e4, -1e4, 3e4])
@pytest.mark.parametrize("loss", ["softmax", "binary"])
def test_enormous_logits_have_a_finite_loss_and_gradient(loss: str, value: float) -> None:
    judge = LOSSES[loss]()
    logits = np.array([[value, -value, 0.0]], dtype=np.float32)
    targets = np.array([[0.0, 1.0, 0.0]], dtype=np.float32)
    found, saved = judge.forward(logits, targets)
    assert np.isfinite(found)
    assert np.isfinite(judge.backward(saved)).all()
