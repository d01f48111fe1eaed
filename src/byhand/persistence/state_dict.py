"""A network as named arrays: what is saved, copied and put back.

The names are the network's own, with a prefix for their kind: "params/0.W", "statistics/1.mean".
"""

import numpy as np

from byhand.arrays import Array, Params
from byhand.errors import ShapeError
from byhand.network import Network
from byhand.persistence.schema import short_repr


def state_dict(network: Network) -> Params:
    """Return parameters and running averages under their full names; the arrays themselves, not copies."""
    return {
        **{f"params/{name}": array for name, array in network.params.items()},
        **{f"statistics/{name}": array for name, array in network.statistics.items()},
    }


def load_state_dict(network: Network, arrays: Params) -> None:
    """Copy arrays, named as in state_dict, into the network's own."""
    for name, array in state_dict(network).items():
        np.copyto(array, arrays[name])


def copy_arrays(arrays: Params) -> Params:
    """Return a copy of every array under the same name."""
    return {name: array.copy() for name, array in arrays.items()}


def check_same_arrays(got: Params, expected: Params) -> None:
    """Raise ShapeError unless both hold the same names, each with the same shape and dtype."""
    for name in sorted(expected.keys() - got.keys()):
        raise ShapeError(f"the array {name!r} is missing; expected {_dtype_and_shape(expected[name])}")
    for name in sorted(got.keys() - expected.keys()):
        raise ShapeError(f"the array {short_repr(name)} is unknown; expected {len(expected)} others")
    for name, array in expected.items():
        if _dtype_and_shape(got[name]) != _dtype_and_shape(array):
            raise ShapeError(f"the array {name!r} is {_dtype_and_shape(got[name])}; expected {_dtype_and_shape(array)}")


def _dtype_and_shape(array: Array) -> str:
    return f"{array.dtype} of shape {array.shape}"
