"""Networks by their sizes, and the exact count of what there is to learn in them."""

import numpy as np
import pytest

from byhand.layers import BatchNorm, Dense, Dropout, Layer, ReLU, Residual, Sigmoid, Tanh
from byhand.network import Network
from byhand.summary import layer_rows, n_params, sizes_label, summary_table


@pytest.mark.parametrize(
    ("sizes", "count"),
    [
        ([784, 128, 10], 101_770),  # 100,352 + 128 + 1,280 + 10
        ([784, 50, 10], 39_760),  # 39,200 + 50 + 500 + 10
        ([784, 128, 64, 10], 109_386),
        ([2, 4, 4, 2], 42),
        ([2, 16, 8, 2], 202),
        ([2, 1], 3),
    ],
)
def test_parameters_of_the_named_networks(sizes: list[int], count: int) -> None:
    network = Network.mlp(sizes)
    assert n_params(network) == count
    assert sizes_label(network) == "-".join(map(str, sizes))
    assert f"{count:,}" in network.summary().splitlines()[-1]


def kinds(network: Network) -> list[type[Layer]]:
    return [type(layer) for layer in network.layers]


def test_a_dense_layer_with_an_activation_behind_each_hidden_one() -> None:
    assert kinds(Network.mlp([4, 6, 5, 3])) == [Dense, ReLU, Dense, ReLU, Dense]


def test_the_output_is_logits_unless_asked_otherwise() -> None:
    assert kinds(Network.mlp([4, 6, 3], activation="tanh", output="sigmoid")) == [Dense, Tanh, Dense, Sigmoid]


def test_without_a_hidden_layer_it_is_one_dense_layer() -> None:
    assert kinds(Network.mlp([4, 3], activation="relu", batch_norm=True, dropout=0.5)) == [Dense]


def test_order_inside_a_hidden_layer() -> None:
    assert kinds(Network.mlp([4, 6, 3], batch_norm=True, dropout=0.5)) == [Dense, BatchNorm, ReLU, Dropout, Dense]


def test_residual_around_the_hidden_layers_that_keep_their_width() -> None:
    network = Network.mlp([4, 6, 6, 6, 3], residual=True)
    assert kinds(network) == [Dense, ReLU, Residual, Residual, Dense]
    inner = network.layers[2]
    assert isinstance(inner, Residual)
    assert [type(layer) for layer in inner.inner] == [Dense, ReLU]
    assert sizes_label(network) == "4-6-6-6-3"
    assert network.widths == [4, 6, 6, 6, 6, 3]


def test_the_first_hidden_layer_has_no_way_around_it_even_where_it_keeps_the_width_of_the_input() -> None:
    assert kinds(Network.mlp([6, 6, 6, 3], residual=True)) == [Dense, ReLU, Residual, Dense]


def test_options_change_the_count_by_what_they_add() -> None:
    plain, normed = Network.mlp([4, 6, 6, 3]), Network.mlp([4, 6, 6, 3], batch_norm=True, dropout=0.5, residual=True)
    assert n_params(normed) - n_params(plain) == 2 * 6 + 2 * 6  # a scale and a shift for each hidden unit


def test_the_rows_of_the_summary_come_from_the_arrays() -> None:
    rows = layer_rows(Network.mlp([784, 50, 10], activation="sigmoid", output="sigmoid"))
    assert [(row.layer, row.kind, row.n_in, row.n_out, row.n_params) for row in rows] == [
        (1, "dense", 784, 50, 39_250), (1, "sigmoid", 50, 50, 0), (2, "dense", 50, 10, 510), (2, "sigmoid", 10, 10, 0),
    ]  # fmt: skip
    assert rows[0].shapes == {"W": (784, 50), "b": (50,)}


def test_the_table_as_text() -> None:
    table = summary_table(Network.mlp([2, 4, 2]))
    assert table.splitlines() == [
        "layer                 in → out   parameters                             count",
        "1 dense                  2 → 4   W 2×4, b 4                                12",
        "1 relu                   4 → 4   –                                          0",
        "2 dense                  4 → 2   W 4×2, b 2                                10",
        "2-4-2                                                                      22",
    ]


def test_the_same_seed_builds_the_same_network() -> None:
    one, same, other = (Network.mlp([4, 6, 3], seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.params["0.W"], same.params["0.W"])
    assert not np.array_equal(one.params["0.W"], other.params["0.W"])


def test_a_network_is_called_counted_and_indexed_like_its_layers() -> None:
    network = Network.mlp([4, 6, 3], seed=1)
    x = np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4)
    assert np.array_equal(network(x), network.forward(x).output)
    assert len(network) == 3
    assert [network[0], network[1], network[-1]] == network.layers
    assert list(network) == network.layers  # type: ignore[call-overload]
