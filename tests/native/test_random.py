"""The core's random numbers are those of random.py."""

import ctypes

import numpy as np
import pytest

from byhand.arrays import Array
from byhand.engines import bindings as c
from byhand.engines.shuffle import permutation
from byhand.random import SHUFFLE, RandomStream

STREAMS = [RandomStream(0, 0), RandomStream(7, SHUFFLE, 3, 5), RandomStream(2**63 + 12345, 5, 2**32 - 1, 2**33 + 2)]


def drawn(name: str, stream: RandomStream, n: int) -> Array:
    out = np.full(n + 1, -7.0)
    rng = c.Rng(stream.seed, stream.stream, stream.epoch, stream.position)
    address = ctypes.c_void_p(out.ctypes.data)
    assert getattr(c.load(), name)(ctypes.byref(rng), ctypes.c_int64(n), address) == c.OK
    assert out[n] == -7
    return out[:n]


@pytest.mark.parametrize("stream", STREAMS, ids=str)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 1001])
def test_uniforms_are_the_same_and_normals_to_the_last_digits(stream: RandomStream, n: int) -> None:
    uniform, normal = (RandomStream(stream.seed, stream.stream, stream.epoch, stream.position) for _ in range(2))
    assert (drawn("bh_uniforms", stream, n) == uniform.uniform(n)).all()
    np.testing.assert_allclose(drawn("bh_normals", stream, n), normal.normal(n), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("n", [0, 1, 2, 1000, 60_000])
def test_an_order_is_the_same_and_the_stream_moves_on(n: int) -> None:
    one, other = RandomStream(3, SHUFFLE, 2, 1), RandomStream(3, SHUFFLE, 2, 1)
    assert (permutation(one, n) == other.order(n)).all()
    assert one == other


def test_equal_draws_keep_their_places() -> None:
    n = 2**18  # of 2²⁴ values: some two thousand pairs are equal
    uniforms = RandomStream(1, SHUFFLE).uniform(n)
    assert len(np.unique(uniforms)) < n
    assert (permutation(RandomStream(1, SHUFFLE), n) == np.argsort(uniforms, kind="stable")).all()


def test_wrong_calls_are_refused() -> None:
    library, rng, room = c.load(), c.Rng(0, 0, 0, 0), ctypes.c_void_p(np.empty(4).ctypes.data)
    for n in (-1, 2**62):
        assert library.bh_uniforms(ctypes.byref(rng), ctypes.c_int64(n), room) == c.BAD_SIZE
        assert library.bh_permutation(ctypes.byref(rng), ctypes.c_int64(n), room, room) == c.BAD_SIZE
    assert library.bh_uniforms(None, ctypes.c_int64(1), room) == c.BAD_POINTER
    assert library.bh_permutation(ctypes.byref(rng), ctypes.c_int64(1), room, None) == c.BAD_POINTER
