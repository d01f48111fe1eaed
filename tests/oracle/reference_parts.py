"""The parts of reference.py by the names that byhand has for them."""

from byhand import reference

ACTIVATIONS = {
    "relu": reference.RELU,
    "sigmoid": reference.SIGMOID,
    "tanh": reference.TANH,
    "selu": reference.SELU,
    "identity": reference.IDENTITY,
}
LOSSES = {
    "softmax_cross_entropy": reference.softmax_cross_entropy,
    "squared_error": reference.squared_error,
    "huber": reference.huber,
    "quantile": reference.quantile,
    "poisson": reference.poisson,
}
