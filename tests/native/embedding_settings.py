"""Trainings of networks that begin with an embedding, for the tests of agreement."""

from training_cases import (
    byte_pictures,
    classes,
    network_on,
    regression,
    slow,
    with_many_bins,
    with_many_waves,
)

from byhand.layers import PeriodicEmbedding, PeriodicLinearEmbedding
from byhand.optimizers import Adam, AdamW, ClipGradNorm, Momentum, Nesterov, ParamGroups, WeightDecay
from byhand.optimizers.param_groups import EMBEDDING

EMBEDDING_SETTINGS = {
    "embedding": regression(embedded_columns=[0, 3, 4, 12]),
    "embedding, no hidden layer, momentum": regression(
        network=lambda: network_on([13, 3], embedded_columns=range(13)), optimizer=lambda: slow(Momentum())
    ),
    "embedding of bytes, moved, nesterov": classes(
        embedded_columns=range(0, 63, 2),
        moves=(9, 7),
        optimizer=lambda: slow(WeightDecay(Nesterov(0.8), 0.01)),
        rate=0.02,
    ),
    "embedding, adam": regression(embedded_columns=[2, 5], optimizer=lambda: slow(Adam()), rate=0.002),
    "embedding, wider than a panel, scaled inputs, adamw": classes(
        [63, 130, 70, 5],
        embedded_columns=range(40),
        scaled_inputs=True,
        optimizer=lambda: ParamGroups(AdamW(0.1), {**dict.fromkeys(EMBEDDING, 0.1), "scale": 6, "b": 0.1}),
        rate=0.001,
    ),
    "embedding, several chunks": classes(
        examples=lambda: byte_pictures(1500, 9, 7, 5), embedded_columns=[0, 7], batch_size=600
    ),
    "embedding, several chunks, clipped": classes(
        examples=lambda: byte_pictures(1500, 9, 7, 5),
        embedded_columns=[0, 7, 62],
        batch_size=600,
        optimizer=lambda: slow(ClipGradNorm(Momentum(), 0.3)),
    ),
    "embedding, mish, batch normalisation, dropout": classes(
        [63, 33, 17, 5], embedded_columns=[5, 6], activation="mish", batch_norm=True, dropout=0.2
    ),
    "embedding, ways around": classes([63, 20, 20, 20, 5], embedded_columns=[1], residual=True),
    "embedding, one example at a time": classes([63, 9, 5], embedded_columns=[1, 2], batch_size=1, rate=0.01),
    "embedding of many waves": classes(network=lambda: with_many_waves(PeriodicEmbedding, width=20)),
    "embedding of many waves, so wide that AMX splits floats": classes(
        network=lambda: with_many_waves(PeriodicEmbedding, width=360), batch_size=50
    ),
    "periodic linear embedding": regression(embedded_columns=[0, 3, 4, 12], embedding="pl"),
    "periodic linear embedding of all columns, momentum": regression(
        network=lambda: network_on([13, 3], embedded_columns=range(13), embedding="pl"),
        optimizer=lambda: slow(Momentum()),
    ),
    "periodic linear embedding, scaled inputs, adamw": classes(
        embedded_columns=range(40),
        embedding="pl",
        scaled_inputs=True,
        optimizer=lambda: slow(AdamW(0.1)),
        rate=0.001,
    ),
    "periodic linear embedding, several chunks, clipped": classes(
        examples=lambda: byte_pictures(1500, 9, 7, 5),
        embedded_columns=[0, 7, 62],
        embedding="pl",
        batch_size=600,
        optimizer=lambda: slow(ClipGradNorm(Momentum(), 0.3)),
    ),
    "periodic linear embedding of many waves": classes(
        network=lambda: with_many_waves(PeriodicLinearEmbedding, width=20)
    ),
    "piecewise linear embedding": regression(embedded_columns=[0, 3, 4, 12], embedding="pwl"),
    "piecewise linear embedding of bytes, moved, nesterov": classes(
        embedded_columns=range(0, 63, 2), embedding="pwl", moves=(9, 7), optimizer=Nesterov, rate=0.002
    ),
    "piecewise linear embedding, scaled inputs, adamw": classes(
        embedded_columns=range(40), embedding="pwl", scaled_inputs=True, optimizer=lambda: AdamW(0.1), rate=0.001
    ),
    "piecewise linear embedding, several chunks, clipped": classes(
        examples=lambda: byte_pictures(1500, 9, 7, 5),
        embedded_columns=[0, 7, 62],
        embedding="pwl",
        batch_size=600,
        optimizer=lambda: ClipGradNorm(Momentum(), 0.3),
    ),
    "piecewise linear embedding, one example at a time": classes(
        [63, 9, 5], embedded_columns=[1, 2], embedding="pwl", batch_size=1, rate=0.01
    ),
    "piecewise linear embedding of many bins": classes(network=lambda: with_many_bins(width=20)),
    "piecewise linear embedding of many bins, so wide that AMX splits floats": classes(
        network=lambda: with_many_bins(width=360), batch_size=50, rate=0.03
    ),
}
