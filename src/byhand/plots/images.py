"""Pictures of examples and of weights: a gallery, mistakes, the confusion matrix, what each hidden unit looks for."""

import math
from typing import Any

import numpy as np

from byhand.arguments import check_kind, check_whole
from byhand.arrays import Array
from byhand.data.examples import Dataset, Examples
from byhand.errors import DataError
from byhand.metrics import confusion_matrix
from byhand.network import Network
from byhand.persistence.model import Model
from byhand.plots.figure import literal_text, new_figure

MOST_TILES = 400
CELL = 0.85  # inches of a tile


def plot_gallery(dataset: Dataset, per_class: int = 8) -> Any:
    """Return the figure of the first training examples of each class, a row a class."""
    check_kind("plot_gallery", "dataset", dataset, Dataset, "a Dataset, as bh.data.digits()")
    check_whole("plot_gallery", "per_class", per_class, 1, 100)
    shape, names = _image_shape(dataset.image_shape, "the data"), dataset.class_names
    if not names or len(names) * per_class > MOST_TILES:
        raise DataError(f"plot_gallery got {len(names)} classes; expected 1 … {MOST_TILES // per_class}.")
    figure = new_figure(CELL * per_class, CELL * len(names))
    grid = figure.subplots(len(names), per_class, squeeze=False)
    for label, row in enumerate(grid):
        chosen = np.flatnonzero(dataset.train.y == label)[:per_class]
        for column, axes in enumerate(row):
            axes.set(xticks=[], yticks=[])
            if column < len(chosen):
                axes.imshow(dataset.train.raw[chosen[column]].reshape(shape), cmap="gray_r")
        row[0].set_ylabel(literal_text(names[label]), rotation=0, ha="right", va="center")
    return figure


def plot_examples(examples: Examples, image_shape: tuple[int, int] | None, n: int = 25) -> Any:
    """Return the figure of the first n examples, each under its label: many of one class, say.

    examples : as `data.train.take(data.train.y == 7)`   image_shape : (height, width), as `data.image_shape`
    """
    check_kind("plot_examples", "examples", examples, Examples, "Examples, as data.train")
    check_whole("plot_examples", "n", n, 1, MOST_TILES)
    shape = _image_shape(image_shape, "the examples")
    if not len(examples) or math.prod(shape) != examples.n_features:
        raise DataError(
            f"plot_examples got {len(examples)} examples of {examples.n_features} numbers; expected one or more of "
            f"{math.prod(shape)}, pictures of {shape}."
        )
    titles = [f"{label:g}" for label in examples.y[:n].reshape(min(n, len(examples)), -1)[:, 0]]
    return _tiles(examples.raw[:n].reshape(-1, *shape), titles, f"{len(titles)} of {len(examples):,} examples")


def plot_mistakes(model: Model, examples: Examples, n: int = 24) -> Any:
    """Return the figure of the examples that are misclassified with most confidence: the true class → the answer."""
    answers, scores, _ = _answers("plot_mistakes", model, examples)
    shape = _image_shape(model.image_shape, "the model's inputs")
    check_whole("plot_mistakes", "n", n, 1, MOST_TILES)
    wrong = np.flatnonzero(answers != examples.y)
    wrong = wrong[np.argsort(-scores[wrong].max(axis=1), kind="stable")][:n]
    titles = [
        f"{_name(model, int(examples.y[i]))} → {_name(model, int(answers[i]))}\n{100 * scores[i].max():.0f} %"
        for i in wrong
    ]
    title = f"{int((answers != examples.y).sum()):,} of {len(examples):,} misclassified: true → predicted"
    return _tiles(examples.raw[wrong].reshape(-1, *shape), titles, title)


def plot_confusion(model: Model, examples: Examples) -> Any:
    """Return the figure of the confusion matrix; where examples are pictures, each mistake's cell shows one of them."""
    answers, _, shape = _answers("plot_confusion", model, examples)
    k = model.n_classes
    counts = confusion_matrix(answers, examples.y, k)
    side = min(max(4.0, 0.62 * k), 20.0)
    figure = new_figure(side + 1, side)
    axes = figure.subplots()
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.argwhere(counts > 0):
        if shape and row != column:
            first = np.flatnonzero((examples.y == row) & (answers == column))[0]
            inset = axes.inset_axes((column - 0.45, row - 0.45, 0.9, 0.6), transform=axes.transData)
            inset.imshow(examples.raw[first].reshape(shape), cmap="gray_r")
            inset.set(xticks=[], yticks=[])
        color = "white" if share[row, column] > 0.5 else "black"
        low = 0.33 if shape and row != column else 0.0
        axes.text(column, row + low, f"{counts[row, column]:,}", ha="center", va="center", color=color, fontsize=8)
    names = [_name(model, label) for label in range(k)]
    axes.set(xlabel="predicted class", ylabel="true class", xticks=range(k), yticks=range(k))
    axes.set_xticklabels(names, rotation=0 if k <= 12 else 90)
    axes.set_yticklabels(names)
    return figure


def plot_weights(network: Network | Model, image_shape: tuple[int, int] | None = None, n: int = 100) -> Any:
    """Return the figure of the first layer's weights, one picture a unit: blue positive, red negative.

    image_shape : (height, width) of an input; of a Model its own
    """
    if isinstance(network, Model):
        image_shape = image_shape or network.image_shape
        network = network.network
    check_kind("plot_weights", "network", network, Network, "a Network or a Model")
    check_whole("plot_weights", "n", n, 1, MOST_TILES)
    W = network.layers[0].params.get("W")
    if W is None:
        raise DataError(
            f"plot_weights got a network that begins with {network.layers[0].kind}; expected a Dense layer."
        )
    shape = _image_shape(image_shape, "the network's inputs")
    if math.prod(shape) != len(W):
        raise DataError(f"plot_weights got pictures of {shape[0]}×{shape[1]}; expected {len(W)} numbers, as it takes.")
    images = W.T[:n].reshape(-1, *shape)
    shown = f"{len(images)} of {W.shape[1]} units of layer 1: blue positive, red negative, each on its own scale"
    return _tiles(images, [str(i) for i in range(len(images))], shown, signed=True)


def _tiles(images: Array, titles: list[str], title: str, *, signed: bool = False) -> Any:
    """Return the figure of pictures (n, height, width) in rows, each with its title."""
    columns = min(max(math.ceil(math.sqrt(len(images) * 1.5)), 1), 20)
    rows = max(math.ceil(len(images) / columns), 1)
    figure = new_figure(max(CELL * columns, 4.0), (CELL + 0.35) * rows + 0.4)
    figure.suptitle(title, fontsize=10)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, image, text in zip(grid, images, titles, strict=False):
        if signed:
            most = float(np.abs(image).max()) or 1.0
            axes.imshow(image, cmap="RdBu", vmin=-most, vmax=most)
        else:
            axes.imshow(image, cmap="gray_r")
        axes.set_title(text, fontsize=7)
    return figure


def _answers(who: str, model: Model, examples: Examples) -> tuple[Array, Array, tuple[int, int] | None]:
    """Return labels (n,), scores (n, k) and the shape of the pictures, every argument checked."""
    check_kind(who, "model", model, Model, "a Model, as bh.load_model returns")
    check_kind(who, "examples", examples, Examples, "Examples, as data.test")
    if not model.n_classes or not examples.is_classes or not len(examples):
        raise DataError(f"{who} got a regression model, or examples without classes; expected classes.")
    if int(examples.y.max()) >= model.n_classes:
        raise DataError(
            f"{who} got class {int(examples.y.max())}; expected 0 … {model.n_classes - 1}, as the model has."
        )
    return model.predict(examples.raw), model.scores(examples.raw), model.image_shape


def _image_shape(shape: tuple[int, int] | None, what: str) -> tuple[int, int]:
    if shape is None:
        raise DataError(
            f"{what} are not pictures; expected an image_shape, (height, width), as models and data of pictures have."
        )
    return shape


def _name(model: Model, label: int) -> str:
    return literal_text(str(model.class_names[label])[:40] if model.class_names else str(label))
