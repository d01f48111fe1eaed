"""A network as named arrays."""

import numpy as np
import pytest

from byhand.errors import ShapeError
from byhand.network import Network
from byhand.persistence.state_dict import check_same_arrays, copy_arrays, load_state_dict, state_dict


def network(seed=1):
    return Network.mlp([3, 4, 4, 2], batch_norm=True, residual=True, seed=seed)


def test_names_say_what_and_where():
    assert sorted(state_dict(network())) == [
        "params/0.W", "params/0.b", "params/1.beta", "params/1.gamma", "params/3.0.W", "params/3.0.b",
        "params/3.1.beta", "params/3.1.gamma", "params/4.W", "params/4.b", "statistics/1.mean",
        "statistics/1.variance", "statistics/3.1.mean", "statistics/3.1.variance",
    ]  # fmt: skip


def test_copies_put_back_undo_any_change():
    net = network()
    before = copy_arrays(state_dict(net))
    for array in state_dict(net).values():
        array += 1
    load_state_dict(net, before)
    assert all((array == before[name]).all() for name, array in state_dict(net).items())


def test_restoring_writes_into_the_networks_own_arrays():
    net, other = network(1), network(2)
    arrays = state_dict(net)
    load_state_dict(net, state_dict(other))
    assert all(array is arrays[name] for name, array in state_dict(net).items())
    assert (net.layers[3].inner[0].params["W"] == other.layers[3].inner[0].params["W"]).all()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"b": None}, r"'b' is missing; expected float32 of shape \(2,\)"),
        ({"c": np.zeros(1)}, "'c' is unknown"),
        ({"a": np.zeros((2, 1), np.float32)}, r"'a' is float32 of shape \(2, 1\); expected float32 of shape \(1, 2\)"),
        ({"a": np.zeros((1, 2))}, r"'a' is float64 of shape \(1, 2\); expected float32"),
    ],
)
def test_arrays_that_do_not_belong_are_named(change, sentence):
    expected = {"a": np.zeros((1, 2), np.float32), "b": np.zeros(2, np.float32)}
    check_same_arrays(copy_arrays(expected), expected)
    got = {name: array for name, array in {**expected, **change}.items() if array is not None}
    with pytest.raises(ShapeError, match=sentence):
        check_same_arrays(got, expected)
