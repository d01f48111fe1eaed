"""Trainings of networks with parametric activations, for the tests of agreement."""

from training_cases import byte_pictures, classes, network_on, regression

from byhand.layers import Dense, ParametricActivation
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, ClipGradNorm, Momentum, Nesterov, ParamGroups, WeightDecay
from byhand.optimizers.base import Optimizer
from byhand.random import INIT, RandomStream


def slow(optimizer: Optimizer) -> Optimizer:
    """Return the optimizer with shares at a tenth of the rate, as estimators have it."""
    return ParamGroups(optimizer, {"alpha": 0.1})


def bent_to_the_end(activation: str) -> Network:
    rng = RandomStream(3, INIT)
    hidden, last = ParametricActivation(18, activation), ParametricActivation(3, activation)
    return Network([Dense(13, 18, rng=rng), hidden, Dense(18, 3, rng=rng), last])


PARAMETRIC_SETTINGS = {
    "parametric relu": classes(activation="parametric_relu"),
    "parametric selu": classes([63, 33, 17, 5], activation="parametric_selu", optimizer=lambda: slow(SGD())),
    "parametric mish, wider than a panel, momentum": classes(
        [63, 130, 70, 5], activation="parametric_mish", optimizer=lambda: slow(Momentum()), rate=0.005
    ),
    "parametric tanh, weight decay, nesterov": classes(
        activation="parametric_tanh", optimizer=lambda: slow(WeightDecay(Nesterov(0.8), 0.01))
    ),
    "parametric sigmoid, adam": classes(activation="parametric_sigmoid", optimizer=lambda: slow(Adam()), rate=0.002),
    "parametric exp": classes(activation="parametric_exp", rate=0.01),
    "parametric leaky relu, ways around": classes(
        [63, 20, 20, 20, 5], activation="parametric_leaky_relu", residual=True
    ),
    "parametric selu behind the last layer": regression(network=lambda: bent_to_the_end("selu")),
    "parametric mish behind the last layer, one example at a time": regression(
        network=lambda: bent_to_the_end("mish"), batch_size=1, rate=0.01
    ),
    "parametric mish, batch normalisation, dropout, adamw": classes(
        [63, 33, 17, 5],
        activation="parametric_mish",
        batch_norm=True,
        dropout=0.2,
        optimizer=lambda: slow(AdamW(0.1)),
        rate=0.002,
    ),
    "parametric selu, batch normalisation of whole large batches": classes(
        [63, 33, 17, 5],
        examples=lambda: byte_pictures(1500, 9, 7, 5),
        activation="parametric_selu",
        batch_norm=True,
        batch_size=600,
    ),
    "parametric selu, several chunks": classes(
        examples=lambda: byte_pictures(1500, 9, 7, 5), activation="parametric_selu", batch_size=600
    ),
    "parametric selu, so wide that AMX splits floats, several chunks, clipped": classes(
        [63, 397, 341, 5],
        examples=lambda: byte_pictures(1500, 9, 7, 5),
        activation="parametric_selu",
        batch_size=600,
        optimizer=lambda: slow(ClipGradNorm(Momentum(), 0.3)),
    ),
    "parametric mish, embedding, scaled inputs, adamw": classes(
        network=lambda: network_on(
            [63, 20, 5], activation="parametric_mish", embedded_columns=range(40), scaled_inputs=True
        ),
        optimizer=lambda: ParamGroups(AdamW(0.1), {"scale": 6, "b": 0.1, "alpha": 0.1}),
        rate=0.001,
    ),
}
