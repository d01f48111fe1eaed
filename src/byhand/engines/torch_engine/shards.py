"""How a batch is divided among processes: in shards, contiguous pieces, each computed alone and then added.

    shard i of s has the rows n i / s … n (i + 1) / s of a batch of n, rounded down           (1)
    rank r of w computes the shards s r / w … s (r + 1) / w                                  (2)

The shards do not depend on the number of ranks where s is given, and neither do the sums, if they are added in the
order of the shards. Without it s is w. Nothing here needs PyTorch.
"""

from dataclasses import dataclass

from byhand.errors import OptionError


@dataclass(frozen=True)
class Shards:
    """rank : of this process, 0 … n_ranks − 1   n_shards : of every batch, a multiple of n_ranks."""

    rank: int = 0
    n_ranks: int = 1
    n_shards: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.n_ranks:
            raise OptionError(f"shards got rank {self.rank} of {self.n_ranks}; expected 0 … {self.n_ranks - 1}.")
        if self.n_shards < 1 or self.n_shards % self.n_ranks:
            raise OptionError(
                f"{self.n_shards} shards cannot be divided evenly among {self.n_ranks} processes. "
                f"Take a multiple of {self.n_ranks}."
            )

    def own_rows(self, n: int) -> list[tuple[int, int]]:
        """Return (start, stop) of each shard of this rank in a batch of n rows, (1) and (2); some may be empty."""
        each = self.n_shards // self.n_ranks
        first = self.rank * each
        return [(n * i // self.n_shards, n * (i + 1) // self.n_shards) for i in range(first, first + each)]
