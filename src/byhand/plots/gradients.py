"""How large the gradient of each layer is: whether it vanishes or explodes on its way back."""

from typing import Any

import numpy as np

from byhand.arguments import check_kind
from byhand.data.examples import Examples
from byhand.errors import DataError
from byhand.losses import Loss, loss_for
from byhand.network import Network
from byhand.plots.figure import TRAIN, new_figure

MANY = 1000  # examples that the gradient is the mean over


def gradient_sizes(network: Network, examples: Examples, loss: Loss | str) -> dict[str, float]:
    """Return, for each dense layer, the root mean square of its weights' gradient, over the first 1,000 examples."""
    check_kind("gradient_sizes", "network", network, Network, "a Network; of a model, its .network")
    check_kind("gradient_sizes", "examples", examples, Examples, "Examples, as data.train")
    if not len(examples):
        raise DataError("gradient_sizes got no examples; expected one or more.")
    loss, few = loss_for("gradient_sizes", loss), examples.take(slice(MANY))
    trace = network.forward(few.x)
    _, saved = loss.forward(trace.output, few.y)
    gradients = network.backward(loss.backward(saved), trace)
    in_order = sorted((name for name in gradients if name.endswith("W")), key=lambda name: int(name.partition(".")[0]))
    return {
        f"W{number}": float(np.sqrt(np.mean(gradients[name].astype(np.float64) ** 2)))
        for number, name in enumerate(in_order, start=1)
    }


def plot_gradient_sizes(network: Network, examples: Examples, loss: Loss | str = "softmax_cross_entropy") -> Any:
    """Return the figure of the gradient's size in each layer, on a logarithmic axis."""
    sizes = gradient_sizes(network, examples, loss)
    figure = new_figure(5.2, 3.6)
    axes = figure.subplots()
    axes.bar(list(sizes), list(sizes.values()), color=TRAIN)
    if min(sizes.values()) > 0:
        axes.set_yscale("log")
    axes.set(xlabel="layer", ylabel="root mean square of dW")
    return figure
