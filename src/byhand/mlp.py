"""The layers of a multilayer perceptron from its sizes: dense layers with an activation after each hidden one."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias, TypedDict

from byhand.arguments import MAX_WIDTH, check_flag, check_items, check_number, check_whole
from byhand.errors import OptionError, ShapeError, lookup
from byhand.initializers import Initializer, he, initializer_for
from byhand.layers import (
    ACTIVATIONS,
    BatchNorm,
    Dense,
    Dropout,
    Heads,
    InputCopies,
    Layer,
    ParametricActivation,
    PeriodicEmbedding,
    PeriodicLinearEmbedding,
    PiecewiseLinearEmbedding,
    Residual,
    ScaledDense,
    Softmax,
)
from byhand.layers.input_copies import MAX_COPIES
from byhand.layers.parametric_activation import ELEMENTWISE, PREFIX
from byhand.random import INIT, RandomStream

# what the numbers of a table may begin with, by the words of RealMLP's and TabM's authors
Embedding: TypeAlias = PeriodicEmbedding | PeriodicLinearEmbedding | PiecewiseLinearEmbedding
EMBEDDINGS: dict[str, type[Embedding]] = {
    "pbld": PeriodicEmbedding,
    "pl": PeriodicLinearEmbedding,
    "pwl": PiecewiseLinearEmbedding,
}


def activation_for(name: str) -> Layer:
    """Return a new activation layer by its name ("relu", "sigmoid", …); raise OptionError for an unknown one."""
    return lookup("activation", name, ACTIVATIONS)()


def _hidden_activation(name: str, width: int) -> Layer:
    """Return the activation of a hidden layer, which may also be parametric."""
    parametric = {PREFIX + plain: plain for plain in ELEMENTWISE}
    lookup("activation", name, {**ACTIVATIONS, **parametric})
    return ParametricActivation(width, parametric[name]) if name in parametric else activation_for(name)


def _checked_sizes(sizes: Sequence[int]) -> list[int]:
    """Return the widths as Python's own ints."""
    items = check_items("a network", "sizes", sizes, "widths like [784, 128, 10]")
    widths = [check_whole("a network", "a size", size, 1, MAX_WIDTH) for size in items]
    if len(widths) < 2:
        raise ShapeError(f"a network got sizes {widths}; expected at least inputs and outputs, like 784-10.")
    return widths


class MlpOptions(TypedDict, total=False):
    """The options of `Network.mlp`, with their defaults.

    activation : after every hidden dense layer ("relu"); "parametric_relu" and the like learn its share for each unit
    output : after the last one ("identity", which gives logits)
    initializer : draws the weights: a function of byhand.initializers or "he" (the default), "glorot", "zeros"
    seed : what it draws from (0)
    dropout : fraction of hidden units dropped in each training step (0)
    batch_norm : normalize before every hidden activation (False)
    residual : a residual connection around every hidden layer as wide as the one before (False)
    scaled_inputs : multiply every input by a number that is learned (False)
    embedded_columns : places of the inputs that get an embedding in front of everything else (none)
    embedding : which one: PeriodicEmbedding "pbld" (the default), PeriodicLinearEmbedding "pl", or
        PiecewiseLinearEmbedding "pwl"
    n_heads : how many answers are learned, from as many copies of the input, by TabM-mini's shared network (1)
    """

    activation: str
    output: str
    initializer: Initializer | str
    dropout: float
    batch_norm: bool
    residual: bool
    scaled_inputs: bool
    embedded_columns: Sequence[int]
    embedding: str
    n_heads: int
    seed: int


def mlp_layers(
    sizes: Sequence[int],
    *,
    activation: str = "relu",
    output: str = "identity",
    initializer: Initializer | str = he,
    dropout: float = 0.0,
    batch_norm: bool = False,
    residual: bool = False,
    scaled_inputs: bool = False,
    embedded_columns: Sequence[int] = (),
    embedding: str = "pbld",
    n_heads: int = 1,
    seed: int = 0,
) -> list[Layer]:
    """Return the layers of a multilayer perceptron.

    sizes : inputs, hidden widths, outputs: [784, 128, 10]   the rest : see MlpOptions
    The weights of the layer at position i come from RandomStream(seed, INIT, i).

    >>> mlp_layers([784, 128, 10], seed=1)
    [Dense(n_in=784, n_out=128), ReLU(), Dense(n_in=128, n_out=10)]
    """
    seed = check_whole("a network", "seed", seed, 0, 2**64 - 1)
    layers, sizes = _front(_checked_sizes(sizes), embedded_columns, embedding, n_heads, seed)
    initializer = initializer_for("a network", initializer)
    _check_output(output, n_heads)
    behind = _behind_dense(activation, dropout, batch_norm)
    residual = check_flag("a network", "residual", residual)
    first, n_front = ScaledDense if check_flag("a network", "scaled_inputs", scaled_inputs) else Dense, len(layers)
    for n_in, n_out in pairwise(sizes[:-1]):
        kind, rng = first if len(layers) == n_front else Dense, RandomStream(seed, INIT, len(layers))
        block = [kind(n_in, n_out, initializer=initializer, rng=rng), *behind(n_out)]
        layers += [Residual(*block)] if residual and len(layers) > n_front and n_in == n_out else block
    kind, rng = first if len(layers) == n_front else Dense, RandomStream(seed, INIT, len(layers))
    if n_heads > 1:
        layers.append(Heads(n_heads, sizes[-2], sizes[-1], initializer=initializer, rng=rng))
    else:
        layers.append(kind(sizes[-2], sizes[-1], initializer=initializer, rng=rng))
    return layers if output == "identity" else [*layers, activation_for(output)]


def _front(
    sizes: list[int], columns: Sequence[int], embedding: str, n_heads: int, seed: int
) -> tuple[list[Layer], list[int]]:
    """Return the layers in front of the first dense one (embedding, copies for heads), and the sizes behind them."""
    kind = lookup("embedding", embedding, EMBEDDINGS)
    places = check_items("a network", "embedded_columns", columns, "places of columns like [0, 1, 4]")
    front: list[Layer] = [kind(sizes[0], places, rng=RandomStream(seed, INIT, 0))] if places else []
    width = front[0].n_out(sizes[0]) if front else sizes[0]
    if check_whole("a network", "n_heads", n_heads, 1, MAX_COPIES) > 1:
        front.append(InputCopies(n_heads, width, rng=RandomStream(seed, INIT, len(front))))
    return front, [width, *sizes[1:]]


def _behind_dense(activation: str, dropout: float, batch_norm: bool) -> Callable[[int], list[Layer]]:
    """Return what follows a hidden dense layer, as a function of its width."""
    rate = check_number("a network", "dropout", dropout, lambda p: 0 <= p < 1, "0 ≤ dropout < 1")
    is_normalized = check_flag("a network", "batch_norm", batch_norm)

    def layers(width: int) -> list[Layer]:
        before: list[Layer] = [BatchNorm(width)] if is_normalized else []
        return [*before, _hidden_activation(activation, width), *([Dropout(rate)] if rate else [])]

    return layers


def _check_output(output: str, n_heads: int) -> None:
    """Raise OptionError for an activation that cannot be the last one."""
    if lookup("activation", output, ACTIVATIONS) is Softmax and n_heads != 1:
        raise OptionError(
            "a network of several heads got output 'softmax', which would run over all heads at once; leave it at "
            "identity."
        )
