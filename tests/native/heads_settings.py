"""Trainings of networks with several heads, for the tests of agreement."""

from typing import Any

from training_cases import WEIGHTS, Setting, byte_pictures, classes, network_on, regression

from byhand.losses import BinaryCrossEntropy, Huber, MeanOfHeads, Poisson, Quantile, SoftmaxCrossEntropy, SquaredError
from byhand.optimizers import Adam, AdamW, ClipGradNorm, Momentum, Nesterov, ParamGroups, WeightDecay


def told(k: int = 4, **changes: Any) -> Setting:
    """Return a training on classes with k heads."""
    return classes(n_heads=k, loss=MeanOfHeads(changes.pop("loss", SoftmaxCrossEntropy()), k), **changes)


def counted(k: int = 4, **changes: Any) -> Setting:
    """Return a training on numbers with k heads."""
    return regression(n_heads=k, loss=MeanOfHeads(changes.pop("loss", SquaredError()), k), **changes)


HEADS_SETTINGS = {
    "heads": told(),
    "heads, no hidden layer, momentum": classes(
        network=lambda: network_on([63, 5], n_heads=3), loss=MeanOfHeads(SoftmaxCrossEntropy(), 3), optimizer=Momentum
    ),
    "heads, to numbers": counted(),
    "heads, huber, weights of examples": counted(loss=Huber(0.3), weights=WEIGHTS),
    "heads, quantile": counted(loss=Quantile(0.9)),
    "heads, poisson, weight decay, nesterov": counted(
        loss=Poisson(), optimizer=lambda: WeightDecay(Nesterov(0.8), 0.01), rate=0.02
    ),
    "heads, yes-or-no questions": counted(loss=BinaryCrossEntropy()),
    "heads, one logit, one example at a time": Setting(
        lambda: byte_pictures(330, 9, 7, 2),
        lambda: network_on([63, 12, 1], n_heads=5),
        MeanOfHeads(BinaryCrossEntropy(), 5),
        Momentum,
        batch_size=1,
        rate=0.002,
    ),
    "heads, smoothed labels, moved, adam": told(
        loss=SoftmaxCrossEntropy(0.1), moves=(9, 7), optimizer=Adam, rate=0.002
    ),
    "heads, several chunks, dropout": told(
        5, examples=lambda: byte_pictures(1500, 9, 7, 5), batch_size=600, dropout=0.2
    ),
    "heads, several chunks, clipped": told(
        7,
        examples=lambda: byte_pictures(1500, 9, 7, 5),
        batch_size=600,
        optimizer=lambda: ClipGradNorm(Momentum(), 0.3),
    ),
    "heads, more than rows of a chunk": told(
        300, activation="tanh", examples=lambda: byte_pictures(90, 9, 7, 5), batch_size=4
    ),
    "heads, batch normalisation": told(batch_norm=True),
    "heads, batch normalisation, dropout, adamw, batches of one": told(
        examples=lambda: byte_pictures(130, 9, 7, 5),
        batch_norm=True,
        dropout=0.2,
        batch_size=3,
        optimizer=lambda: AdamW(0.1),
        rate=0.002,
    ),
    "heads, wider than a panel, ways around": told(
        network=lambda: network_on([63, 70, 70, 20, 5], residual=True, n_heads=4)
    ),
    "heads, so wide that AMX splits floats": told(
        network=lambda: network_on([63, 397, 341, 5], n_heads=4), batch_size=50
    ),
    "heads, scaled inputs": told(scaled_inputs=True),
    "heads, embedding, parametric mish, scaled inputs, adamw": told(
        activation="parametric_mish",
        embedded_columns=range(40),
        scaled_inputs=True,
        optimizer=lambda: ParamGroups(AdamW(0.1), {"scale": 6, "b": 0.1, "alpha": 0.1}),
        rate=0.001,
    ),
    "heads, rates of single layers": told(
        optimizer=lambda: ParamGroups(AdamW(0.1), {"1.W": 0.3, "5.W": 2, "b": 0.1}), rate=0.002
    ),
    "heads, periodic linear embedding, several chunks, clipped": told(
        examples=lambda: byte_pictures(1500, 9, 7, 5),
        embedded_columns=[0, 7, 62],
        embedding="pl",
        batch_size=600,
        optimizer=lambda: ClipGradNorm(Momentum(), 0.3),
    ),
    "heads, piecewise linear embedding of all columns, no hidden layer": regression(
        network=lambda: network_on([13, 3], embedded_columns=range(13), embedding="pwl", n_heads=4),
        loss=MeanOfHeads(SquaredError(), 4),
    ),
}
