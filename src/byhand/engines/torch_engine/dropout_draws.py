"""The draws of dropout on a device: Philox4x32-10 as in `byhand.random`, in 64-bit integers.

Draw i is a function of (seed, stream, epoch, i), so a process draws for the rows it has, and no mask is ever sent.
Uniforms are multiples of 2⁻²⁴: u ≥ p is asked of whole numbers, draw div 2⁸ ≥ ⌈p 2²⁴⌉, the same on every device.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch

from byhand.random import RandomStream

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
LOW = 0xFFFFFFFF
CHUNK = 1 << 18  # draws made at once: a launch costs as much as thousands of draws


def philox_words(seeds: Sequence[int], stream: int, epoch: int, blocks: Any) -> Any:
    """Return the words (len(seeds), 4 · n_blocks) of the blocks (n_blocks,), each in an int64."""
    c0, c1 = (blocks & LOW).expand(len(seeds), -1), (blocks >> 32).expand(len(seeds), -1)
    c2, c3 = torch.full_like(c0, epoch), torch.full_like(c0, stream)
    keys = [[seed & LOW for seed in seeds], [seed >> 32 for seed in seeds]]
    key0, key1 = (torch.tensor(key, dtype=torch.int64, device=blocks.device).unsqueeze(1) for key in keys)
    for _ in range(10):
        product0, product1 = c0 * MULTIPLIERS[0], c2 * MULTIPLIERS[1]  # modulo 2⁶⁴: the sign bit is a bit
        c0, c1, c2, c3 = (
            ((product1 >> 32) & LOW) ^ c1 ^ key0,
            product1 & LOW,
            ((product0 >> 32) & LOW) ^ c3 ^ key1,
            product0 & LOW,
        )
        key0, key1 = (key0 + KEY_STEPS[0]) & LOW, (key1 + KEY_STEPS[1]) & LOW
    return torch.stack([c0, c1, c2, c3], dim=-1).flatten(1)


class DropoutDraws:
    """One stream a network. streams : where each stands now, all alike but for the seed   stacked : a population?"""

    def __init__(self, streams: Sequence[RandomStream], device: Any, *, stacked: bool = False) -> None:
        self.position = streams[0].position
        self._stream, self._seeds = streams[0], [stream.seed for stream in streams]
        self._device, self._stacked = device, stacked
        self._first, self._words = 0, torch.empty(len(streams), 0, dtype=torch.int64, device=device)

    def kept(self, rate: float, start: int, stop: int, width: int) -> Any:
        """Return which units of the rows start … stop of the batch are kept, (…, stop − start, width) booleans."""
        words = self._draws(self.position + start * width, (stop - start) * width)
        kept = (words >> 8) >= math.ceil(rate * 2**24)
        shape = (stop - start, width)
        return kept.reshape(len(self._seeds), *shape) if self._stacked else kept.reshape(shape)

    def advance(self, n: int) -> None:
        """Take n draws from each stream: those of a layer and the whole batch."""
        self.position += n

    def _draws(self, first: int, n: int) -> Any:
        """Return the draws first … first + n of each stream, (networks, n)."""
        if first < self._first or first + n > self._first + self._words.shape[1]:
            self._first = first // 4 * 4
            n_blocks = (max(n, CHUNK // len(self._seeds)) + 7) // 4
            blocks = torch.arange(n_blocks, dtype=torch.int64, device=self._device) + self._first // 4
            self._words = philox_words(self._seeds, self._stream.stream, self._stream.epoch, blocks)
        return self._words[:, first - self._first : first - self._first + n]
