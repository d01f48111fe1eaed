"""Building a multilayer perceptron from its sizes: dense layers with an activation behind each hidden one."""

from collections.abc import Sequence
from itertools import pairwise

from byhand.errors import ShapeError, known_as
from byhand.initializers import Initializer, he
from byhand.layers import ACTIVATIONS, BatchNorm, Dense, Dropout, Layer, Residual
from byhand.network import Network
from byhand.randomness import INIT, Stream


def activation_for(name: str) -> Layer:
    """Return a new activation layer by its name ("relu", "sigmoid", …); raise OptionError for an unknown one."""
    return known_as("activation", name, ACTIVATIONS)()


def mlp(
    sizes: Sequence[int],
    *,
    activation: str = "relu",
    output: str = "identity",
    initializer: Initializer = he,
    dropout: float = 0.0,
    batch_norm: bool = False,
    residual: bool = False,
    seed: int = 0,
) -> Network:
    """Return a network of dense layers.

    sizes : inputs, hidden widths, outputs: [784, 128, 10]
    activation : behind every hidden dense layer   output : behind the last one ("identity" gives logits)
    dropout : share of silent units behind every hidden activation
    batch_norm : normalise before every hidden activation
    residual : a way around every hidden layer but the first that keeps its width
    seed : the weights of the layer at position i come from Stream(seed, INIT, i)

    >>> mlp([784, 128, 10], seed=1).widths
    [784, 128, 128, 10]
    """
    if len(sizes) < 2:
        raise ShapeError(f"a network got sizes {list(sizes)}; expected at least inputs and outputs, like 784-10.")
    layers: list[Layer] = []
    for n_in, n_out in pairwise(sizes[:-1]):
        position = len(layers)
        block: list[Layer] = [Dense(n_in, n_out, initializer=initializer, rng=Stream(seed, INIT, position))]
        block += [BatchNorm(n_out)] if batch_norm else []
        block += [activation_for(activation)]
        block += [Dropout(dropout)] if dropout else []
        layers += [Residual(*block)] if residual and position and n_in == n_out else block
    layers.append(Dense(sizes[-2], sizes[-1], initializer=initializer, rng=Stream(seed, INIT, len(layers))))
    if output != "identity":
        layers.append(activation_for(output))
    return Network(layers)
