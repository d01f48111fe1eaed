"""Pictures show the numbers that they should: read back from the figure, not looked at."""

import sys
from typing import Any

import numpy as np
import pytest

import byhand as bh
from byhand import plots
from byhand.errors import ByhandError, MissingDependencyError
from byhand.plots.gradients import gradient_sizes
from byhand.training.history import EpochRecord, History

DATA = bh.data.digits()
NETWORK = bh.Network.mlp([64, 12, 10], seed=1)
MODEL = bh.Model(NETWORK, DATA.train.preparation, bh.Output.SOFTMAX_LOGITS, DATA.class_names, image_shape=(8, 8))
HISTORY = History(EpochRecord(i, 1 / i, 1 - 0.5 / i, 1.2 / i, 1 - 0.6 / i, 0.1, 1.0) for i in range(1, 5))


@pytest.fixture(autouse=True)
def _matplotlib() -> None:
    pytest.importorskip("matplotlib", reason="plots need matplotlib")


def test_curves_are_the_history_and_the_gap_is_shaded() -> None:
    loss, accuracy = plots.plot_curves(HISTORY).axes
    assert [line.get_label() for line in loss.lines] == ["training", "validation"]
    assert np.allclose(loss.lines[0].get_ydata(), HISTORY.loss)
    assert np.allclose(accuracy.lines[1].get_ydata(), 100 * HISTORY.val_accuracy)
    assert [shade.get_label() for shade in loss.collections] == ["gap, 0.05 at the end"]
    alone = History([EpochRecord(1, 0.5, None, None, None, 0.1, 1.0)])
    (only,) = plots.plot_curves(alone).axes
    assert len(only.lines) == 1
    assert not only.collections


def test_the_gallery_has_a_row_a_class_and_its_own_examples() -> None:
    figure = plots.plot_gallery(DATA, per_class=3)
    assert len(figure.axes) == 30
    first_seven = DATA.train.raw[np.flatnonzero(DATA.train.y == 7)[0]]
    assert np.array_equal(figure.axes[21].images[0].get_array(), first_seven.reshape(8, 8))


def test_examples_of_one_class_are_shown_in_order_under_their_label() -> None:
    sevens = DATA.train.take(DATA.train.y == 7)
    drawn = [axes for axes in plots.plot_examples(sevens, (8, 8)).axes if axes.images]
    assert len(drawn) == 25
    assert {axes.get_title() for axes in drawn} == {"7"}
    assert np.array_equal(drawn[24].images[0].get_array(), sevens.raw[24].reshape(8, 8))
    with pytest.raises(ByhandError, match="expected an image_shape"):
        plots.plot_examples(sevens, None)
    with pytest.raises(ByhandError, match="64 numbers"):
        plots.plot_examples(sevens, (28, 28))


def test_weights_are_those_of_the_units_on_a_scale_of_their_own() -> None:
    figure = plots.plot_weights(MODEL)
    W = NETWORK.layers[0].params["W"]
    drawn = [axes.images[0] for axes in figure.axes if axes.images]
    assert len(drawn) == 12
    assert np.allclose(drawn[3].get_array(), W[:, 3].reshape(8, 8))
    assert drawn[3].get_clim() == pytest.approx((-np.abs(W[:, 3]).max(), np.abs(W[:, 3]).max()))


def test_mistakes_are_mistakes_the_surest_first() -> None:
    figure = plots.plot_mistakes(MODEL, DATA.train, n=5)
    titles = [axes.get_title() for axes in figure.axes if axes.images]
    assert len(titles) == 5
    sure = [int(title.split("\n")[1].rstrip(" %")) for title in titles]
    assert sure == sorted(sure, reverse=True)
    assert all(title[0] != title.split("→ ")[1][0] for title in titles)


def test_the_confusion_matrix_has_the_counts() -> None:
    axes = plots.plot_confusion(MODEL, DATA.train).axes[0]
    assert sum(int(text.get_text().replace(",", "")) for text in axes.texts) == len(DATA.train)


def test_the_decision_map_is_what_the_network_answers() -> None:
    moons = bh.data.moons(60).train
    network = bh.Network.mlp([2, 4, 2], seed=1)
    axes = plots.plot_decision_map(network, moons, resolution=9).axes[0]
    assert axes.collections[0].get_array().shape == (9, 9)
    assert len(axes.collections[1].get_offsets()) == 60


def test_gradient_sizes_are_those_of_backpropagation() -> None:
    sizes = gradient_sizes(NETWORK, DATA.train, "softmax_cross_entropy")
    few = DATA.train.take(slice(1000))
    loss = bh.SoftmaxCrossEntropy()
    trace = NETWORK.forward(few.x)
    gradients = NETWORK.backward(loss.backward(loss.forward(trace.output, few.y)[1]), trace)
    assert list(sizes) == ["W1", "W2"]
    assert sizes["W2"] == pytest.approx(float(np.sqrt((gradients["2.W"] ** 2).mean())), rel=1e-5)
    assert len(plots.plot_gradient_sizes(NETWORK, DATA.train).axes[0].patches) == 2


def test_a_rate_sweep_marks_the_lowest_and_what_diverged() -> None:
    axes = plots.plot_rate_sweep([1.0, 0.01, 0.1], [None, 2.0, 0.5]).axes[0]
    assert axes.get_legend_handles_labels()[1] == ["diverged", "lowest: 0.1"]
    assert list(axes.lines[0].get_xdata()) == [0.01, 0.1, 1.0]


def test_names_are_shown_as_they_are() -> None:
    names = ("$x^2$", *DATA.class_names[1:])
    model = bh.Model(NETWORK, DATA.train.preparation, bh.Output.SOFTMAX_LOGITS, names, image_shape=(8, 8))
    labels = plots.plot_confusion(model, DATA.train).axes[0].get_xticklabels()
    assert labels[0].get_text() == r"\$x^2\$"


def test_no_setting_of_matplotlib_is_changed_and_no_figure_stays_open() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plots.plot_curves(HISTORY)
    assert dict(mpl.rcParams) == before


REGRESSION = bh.data.sine(20).train
WRONG: list[Any] = [
    lambda: plots.plot_curves(History()),
    lambda: plots.plot_curves([1]),  # type: ignore[arg-type]
    lambda: plots.plot_gallery(bh.data.moons(20)),
    lambda: plots.plot_gallery(DATA, per_class=0),
    lambda: plots.plot_weights(NETWORK),
    lambda: plots.plot_weights(NETWORK, (3, 3)),
    lambda: plots.plot_mistakes(MODEL, REGRESSION),
    lambda: plots.plot_confusion(NETWORK, DATA.train),  # type: ignore[arg-type]
    lambda: plots.plot_decision_map(NETWORK, DATA.train),
    lambda: plots.plot_rate_sweep([0.1], [1.0, 2.0]),
    lambda: plots.plot_rate_sweep([0.0], [1.0]),
]


@pytest.mark.parametrize("call", WRONG)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(call: Any) -> None:
    with pytest.raises(ByhandError, match="expected"):
        call()


def test_without_matplotlib_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match=r"byhand\[plots\]"):
        plots.plot_curves(HISTORY)
