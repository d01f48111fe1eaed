"""An estimator in a notebook: the drawing, the columns, and no tag from anybody's text."""

import numpy as np

from byhand.estimators import MLPClassifier
from byhand.network_svg import network_svg

EVIL = "<img src=x onerror=alert(1)>"


class Frame:
    """A frame with one column of a hostile name and hostile categories."""

    columns = (EVIL, "size")

    def __getitem__(self, name: str) -> np.ndarray:
        return np.array([EVIL, "plain"] * 20, dtype=object) if name == EVIL else np.arange(40.0)


def test_before_fit_it_is_its_parameters() -> None:
    assert MLPClassifier((3,))._repr_html_() == "<div><pre>MLPClassifier(hidden_layer_sizes=(3,))</pre></div>"


def test_a_fitted_one_draws_its_network_and_lists_its_columns() -> None:
    model = MLPClassifier((3,), max_iter=1, random_state=0).fit(np.arange(40.0)[:, None], np.arange(40) % 2)
    html = model._repr_html_()
    assert network_svg(model.networks_[0]) in html
    assert "<td>column 0</td><td>number, (x − 19.5)" in html


def test_text_of_a_table_is_escaped() -> None:
    labels = np.array([EVIL, "b"] * 20)
    html = MLPClassifier((3,), max_iter=1, class_weight={EVIL: 2.0}).fit(Frame(), labels)._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_of_many_columns_the_first_are_listed() -> None:
    model = MLPClassifier((3,), max_iter=1, random_state=0).fit(
        np.random.default_rng(0).normal(size=(30, 80)), [0, 1] * 15
    )
    html = model._repr_html_()
    assert html.count("<tr>") == 51
    assert "and 30 more columns" in html
