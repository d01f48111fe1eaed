"""One seed, named streams, and a generator that is a formula: Philox4x32-10.

A counter-based generator has no state to lose: draw i of a stream is a function of (seed, stream, epoch, i) alone.
So a resumed run sees the numbers an unbroken run would have seen, switching dropout on does not change the shuffle,
and the same numbers come out of `reference.py` and out of C. Golden vectors bind the three.

The definition, complete:
    key     = (seed mod 2³², seed div 2³²)
    counter = (block mod 2³², block div 2³², epoch, stream)
    ten rounds: (hi0, lo0) = counter[0] · 0xD2511F53, (hi1, lo1) = counter[2] · 0xCD9E8D57,
                counter = (hi1 ⊕ counter[1] ⊕ key[0], lo1, hi0 ⊕ counter[3] ⊕ key[1], lo0),
                key = key + (0x9E3779B9, 0xBB67AE85) mod 2³²
    draw i  = word (i mod 4) of block (i div 4)
    uniform = (draw div 2⁸) / 2²⁴                 in [0, 1), exact in float32
    normal  = √(−2 ln(1 − u)) · (cos 2πv, sin 2πv) for each pair u, v of uniforms (Box–Muller)
    order   = the stable argsort of n uniforms

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

import math
from dataclasses import dataclass

import numpy as np

from byhand.arguments import check_whole
from byhand.arrays import Array

# Streams, one per purpose. For INIT the epoch slot is the layer's position, so no layer's start depends on another.
INIT, SHUFFLE, DROPOUT, AUGMENT, DATA, SPLIT = range(6)

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)


def philox(seed: int, stream: int, epoch: int, first_block: int, n_blocks: int) -> Array:
    """Return (n_blocks, 4) uint32 words: blocks first_block, first_block + 1, … of one stream."""
    block = np.arange(first_block, first_block + n_blocks, dtype=np.uint64)
    c0, c1 = block & _LOW, block >> _SHIFT
    c2, c3 = np.full_like(block, epoch), np.full_like(block, stream)
    key0, key1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        product0, product1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]  # 32 × 32 → 64 bits, exact
        c0, c1 = (product1 >> _SHIFT) ^ c1 ^ np.uint64(key0), product1 & _LOW
        c2, c3 = (product0 >> _SHIFT) ^ c3 ^ np.uint64(key1), product0 & _LOW
        key0, key1 = (key0 + _KEY_STEPS[0]) & 0xFFFFFFFF, (key1 + _KEY_STEPS[1]) & 0xFFFFFFFF
    return np.stack([c0, c1, c2, c3], axis=1).astype(np.uint32)


@dataclass
class RandomStream:
    """Draws of one stream, in order; `position` counts the draws taken so far.

    seed   : 0 … 2⁶⁴−1
    stream : one of INIT, SHUFFLE, DROPOUT, AUGMENT, DATA, SPLIT
    epoch  : 0 … 2³²−1 (for INIT: the layer's position)
    """

    seed: int
    stream: int
    epoch: int = 0
    position: int = 0

    def __post_init__(self) -> None:
        self.seed = check_whole("a stream of random numbers", "seed", self.seed, 0, 2**64 - 1)

    def uniform(self, *shape: int) -> Array:
        """Return float64 uniforms in [0, 1) of the given shape, each a multiple of 2⁻²⁴."""
        n = math.prod(shape)
        first_block, skip = divmod(self.position, 4)
        words = philox(self.seed, self.stream, self.epoch, first_block, (skip + n + 3) // 4).reshape(-1)
        self.position += n
        return ((words[skip : skip + n] >> np.uint32(8)) * 2.0**-24).reshape(shape)

    def normal(self, *shape: int) -> Array:
        """Return float64 standard normal numbers of the given shape; an odd count throws its last partner away."""
        n = math.prod(shape)
        u, v = self.uniform((n + 1) // 2, 2).T
        radius, angle = np.sqrt(-2.0 * np.log(1.0 - u)), 2.0 * np.pi * v  # 1 − u is never 0
        pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        return pairs.reshape(-1)[:n].reshape(shape)

    def order(self, n: int) -> Array:
        """Return 0 … n−1 shuffled: (n,) int64."""
        return np.argsort(self.uniform(n), kind="stable")

    def integers(self, low: int, high: int, *shape: int) -> Array:
        """Return whole numbers low … high, both included, equally likely (to 2⁻²⁴)."""
        return (low + np.floor(self.uniform(*shape) * (high - low + 1))).astype(np.int64)
