"""What a notebook shows of byhand's objects: one short line, without arrays and addresses."""

import re

import numpy as np
import pytest

import byhand as bh

NETWORK = bh.Network.mlp([4, 5, 3], dropout=0.1, batch_norm=True, seed=1)
X, Y = np.linspace(-1, 1, 32, dtype=np.float32).reshape(8, 4), np.arange(8) % 3
SCALER = bh.data.digits().train.preparation
HISTORY = bh.fit(NETWORK, X, Y, loss="softmax_cross_entropy", epochs=2)

OBJECTS = {
    "network": NETWORK,
    "trace": NETWORK.forward(X),
    "record of a layer": NETWORK.forward(X).steps[0],
    "history": HISTORY,
    "record of an epoch": HISTORY[0],
    "data": bh.data.digits(),
    "examples": bh.data.digits().train,
    "scaler": SCALER,
    "scaler of columns": bh.data.moons(20, preparation="standardize").train.preparation,
    "evaluation": bh.evaluate(NETWORK, X, Y),
    "explanation": bh.explain(NETWORK, X[0], 1),
    "gradient check": bh.gradient_check(NETWORK, bh.SoftmaxCrossEntropy(), X[:3], Y[:3]),
    "predictor": bh.predictor(NETWORK),
    "model": bh.Model(NETWORK, bh.preprocessing.UNSCALED, bh.Output.SOFTMAX_LOGITS),
    "recipe": bh.RECIPES["deep-dive"],
    "plan": bh.Plan(bh.SquaredError(), bh.schedules.OneCycle(0.1), epochs=3, batch_size=10),
    "state": bh.TrainingState(NETWORK, bh.Adam()),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_a_repr_is_one_short_line(name: str) -> None:
    shown = repr(OBJECTS[name])
    assert len(shown) < 240
    assert "\n" not in shown
    assert "array(" not in shown
    assert not re.search(r"0x[0-9a-f]{6}", shown)


def test_every_recipe_is_one_short_line() -> None:
    assert all(len(repr(recipe)) < 160 for recipe in bh.RECIPES.values())


@pytest.mark.parametrize(
    ("thing", "shown"),
    [
        (bh.SGD(), "SGD()"),
        (bh.Momentum(0.8), "Momentum(momentum=0.8)"),
        (bh.AdamW(0.1), "AdamW(decay=0.1, beta1=0.9, beta2=0.999, epsilon=1e-08)"),
        (bh.ClipGradNorm(bh.SGD(), 2), "ClipGradNorm(inner=SGD(), max_norm=2.0)"),
        (bh.SquaredError(), "SquaredError()"),
        (bh.SoftmaxCrossEntropy(0.1), "SoftmaxCrossEntropy(label_smoothing=0.1)"),
        (bh.Dense(3, 2), "Dense(n_in=3, n_out=2)"),
        (SCALER, "<InputScaler unit: x = raw · 0.0625 + 0>"),
        (
            OBJECTS["model"],
            "<Model 4-5-3: 3 classes, output probabilities>",
        ),
        (bh.TrainingState(NETWORK, bh.SGD()), "<TrainingState after epoch 0: 4-5-3, SGD()>"),
    ],
)
def test_a_repr_says_what_it_is(thing: object, shown: str) -> None:
    assert repr(thing) == shown
