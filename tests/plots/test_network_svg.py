"""The drawing of a network: well-formed, one circle a unit, of one size however wide the layers are."""

from xml.etree import ElementTree

import byhand as bh
from byhand.network_svg import MOST_UNITS, network_svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(network: bh.Network) -> ElementTree.Element:
    return ElementTree.fromstring(network_svg(network))  # noqa: S314  (our own text)


def test_small_layers_have_a_circle_a_unit_and_a_line_a_weight() -> None:
    root = drawn(bh.Network.mlp([4, 5, 3]))
    assert len(root.findall(f".//{SVG}circle")) == 12
    assert len(root.findall(f".//{SVG}line")) == 4 * 5 + 5 * 3
    assert [text.text for text in root.findall(f".//{SVG}text")] == ["4", "input", "5", "relu", "3", "output"]


def test_wide_layers_are_cut_with_dots_and_keep_the_size() -> None:
    root = drawn(bh.Network.mlp([784, 128, 10]))
    assert len(root.findall(f".//{SVG}circle")) == 2 * (MOST_UNITS - 1) + 10
    assert root.get("height") == drawn(bh.Network.mlp([2, 3, 1])).get("height")
    assert sum(text.text == "⋮" for text in root.findall(f".//{SVG}text")) == 2


def test_a_layer_is_named_with_all_that_follows_it() -> None:
    network = bh.Network.mlp([4, 5, 5, 3], batch_norm=True, dropout=0.1, residual=True)
    names = [text.text for text in drawn(network).findall(f".//{SVG}text")]
    assert any("dropout" in (name or "") for name in names)


def test_an_embedding_has_a_line_a_number_from_the_column_it_is_of() -> None:
    root = drawn(bh.Network.mlp([3, 4, 1], embedded_columns=[1]))
    assert len(root.findall(f".//{SVG}line")) == (3 + 3) + 6 * 4 + 4
    names = [text.text for text in root.findall(f".//{SVG}text")]
    assert names == ["3", "input", "6", "periodic embedding", "4", "relu", "1", "output"]
    wide = drawn(bh.Network.mlp([30, 1], embedded_columns=range(30)))
    # of 120 numbers the first five are columns as they are, and the last four belong to columns 28 and 29
    assert len(wide.findall(f".//{SVG}line")) == 5 + 4 + 9 * 1


def test_a_notebook_shows_it() -> None:
    network = bh.Network.mlp([2, 3, 1])
    assert network._repr_svg_() == network_svg(network)
