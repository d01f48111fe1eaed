"""The generator: the published answers, the shape of what is drawn, and streams that do not know of each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.errors import OptionError
from byhand.random import AUGMENT, DATA, DROPOUT, INIT, SHUFFLE, SPLIT, RandomStream, philox

# Known answers of the authors' own library, Random123 1.14, file kat_vectors, lines philox4x32 10.
# There the counter is (c0, c1, c2, c3) and the key (k0, k1); here they are (block, block, epoch, stream) and the seed.
KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_known_answers(counter: str, key: str, words: str) -> None:
    c0, c1, epoch, stream = (int(word, 16) for word in counter.split())
    k0, k1 = (int(word, 16) for word in key.split())
    block = c0 | c1 << 32
    if block == 2**64 - 1:  # a range of blocks cannot end beyond the last one: take the block by its own
        drawn = one_block(k0, k1, [c0, c1, epoch, stream])
    else:
        drawn = philox(k0 | k1 << 32, stream, epoch, block, 1)[0].tolist()
    assert drawn == [int(word, 16) for word in words.split()]


def one_block(k0: int, k1: int, c: list[int]) -> list[int]:
    """Return a block by the ten rounds as the module's docstring defines them, in whole numbers."""
    for _ in range(10):
        hi0, lo0 = divmod(c[0] * 0xD2511F53, 2**32)
        hi1, lo1 = divmod(c[2] * 0xCD9E8D57, 2**32)
        c = [hi1 ^ c[1] ^ k0, lo1, hi0 ^ c[3] ^ k1, lo0]
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c


@given(
    seed=st.integers(0, 2**64 - 1),
    stream=st.integers(0, 5),
    epoch=st.integers(0, 2**32 - 1),
    first=st.integers(0, 2**40),
)
def test_every_block_follows_the_definition(seed: int, stream: int, epoch: int, first: int) -> None:
    drawn = philox(seed, stream, epoch, first, 3).tolist()
    for i, words in enumerate(drawn):
        low, high = (first + i) % 2**32, (first + i) // 2**32
        assert words == one_block(seed % 2**32, seed // 2**32, [low, high, epoch, stream])


@given(pieces=st.lists(st.integers(0, 9), max_size=8))
def test_draws_do_not_depend_on_how_they_are_asked_for(pieces: list[int]) -> None:
    stream, whole = RandomStream(7, DATA), RandomStream(7, DATA).uniform(sum(pieces))
    assert np.array_equal(np.concatenate([np.zeros(0), *(stream.uniform(n) for n in pieces)]), whole)
    assert stream.position == sum(pieces)


def test_uniforms_fill_their_range_evenly_and_are_exact_in_float32() -> None:
    u = RandomStream(1, DATA).uniform(200_000)
    assert u.min() >= 0
    assert u.max() < 1
    assert np.array_equal(u, u.astype(np.float32))
    counts, _ = np.histogram(u, bins=50, range=(0, 1))
    chi_squared = ((counts - 4_000) ** 2 / 4_000).sum()
    assert chi_squared < 95  # of 49 degrees of freedom: exceeded once in 10,000 seeds


def test_normals_have_the_moments_and_tails_of_the_normal() -> None:
    z = RandomStream(2, DATA).normal(400_000)
    moments = [z.mean(), (z**2).mean(), (z**3).mean(), (z**4).mean()]
    assert np.allclose(moments, [0, 1, 0, 3], atol=0.04)
    assert abs((np.abs(z) > 1.959964).mean() - 0.05) < 0.0015
    assert abs((np.abs(z) > 3).mean() - 0.0027) < 0.0004
    assert abs(np.corrcoef(z[0::2], z[1::2])[0, 1]) < 0.01, "the two of a pair know nothing of each other"


@given(n=st.integers(0, 300), seed=st.integers(0, 2**64 - 1))
def test_an_order_has_everything_once(n: int, seed: int) -> None:
    assert np.array_equal(np.sort(RandomStream(seed, SHUFFLE).order(n)), np.arange(n))


def test_first_places_are_equally_likely() -> None:
    firsts = [int(RandomStream(0, SHUFFLE, epoch).order(6)[0]) for epoch in range(6_000)]
    assert np.abs(np.bincount(firsts) - 1_000).max() < 130  # 4.5 standard deviations


def test_whole_numbers_reach_both_ends() -> None:
    drawn = RandomStream(0, AUGMENT).integers(-3, 3, 7_000, 2)
    assert np.unique(drawn).tolist() == [-3, -2, -1, 0, 1, 2, 3]
    assert np.abs(np.bincount(drawn.ravel() + 3) - 2_000).max() < 190


def test_seed_stream_and_epoch_all_matter() -> None:
    draws = {
        RandomStream(seed, stream, epoch).uniform(4).tobytes()
        for seed in (0, 1, 2**32, 2**64 - 1)
        for stream in (INIT, SHUFFLE, DROPOUT, AUGMENT, DATA, SPLIT)
        for epoch in (0, 1, 2)
    }
    assert len(draws) == 4 * 6 * 3


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(OptionError, match=r"seed=.*; expected 0 …"):
        RandomStream(seed, DATA)
