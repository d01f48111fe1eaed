"""The decision map: for two inputs, the class that the network answers at every point of the plane."""

from typing import Any

import numpy as np

from byhand.arguments import check_kind, check_whole
from byhand.data.examples import Examples
from byhand.errors import DataError
from byhand.metrics import predict_labels
from byhand.network import Network
from byhand.plots.figure import new_figure

MARGIN = 0.15  # of the data's range, on each side


def plot_decision_map(network: Network, examples: Examples, resolution: int = 200) -> Any:
    """Return the figure of a network of two inputs: its answer at every point, with the examples on top.

    network : takes scaled inputs   examples : as they were trained on, with their own scaling
    """
    check_kind("plot_decision_map", "network", network, Network, "a Network; of a model, its .network")
    check_kind("plot_decision_map", "examples", examples, Examples, "Examples, as data.train")
    check_whole("plot_decision_map", "resolution", resolution, 2, 2000)
    if network.widths[0] != 2 or examples.n_features != 2 or not examples.is_classes:
        raise DataError("plot_decision_map got other data than two inputs with classes; expected a toy set, as moons.")
    low, high = examples.raw.min(axis=0).astype(np.float64), examples.raw.max(axis=0).astype(np.float64)
    room = MARGIN * (high - low) + (high == low)
    xs, ys = (np.linspace(low[i] - room[i], high[i] + room[i], resolution) for i in (0, 1))
    points = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    dtype = network.layers[0].dtype
    labels = predict_labels(network.predict(examples.preparation.apply(points, dtype)))
    figure = new_figure(5.2, 4.6)
    axes = figure.subplots()
    most = max(int(labels.max()), int(examples.y.max()), 1)
    colors = {"cmap": "coolwarm" if most == 1 else "viridis", "vmin": 0, "vmax": most}
    axes.pcolormesh(xs, ys, labels.reshape(resolution, resolution), alpha=0.35, shading="nearest", **colors)
    axes.scatter(*examples.raw.T, c=examples.y, s=14, edgecolors="black", linewidths=0.4, **colors)
    axes.set(xlabel="first input", ylabel="second input")
    return figure
