"""Every row of a batch is computed once, whatever the number of processes, and shards do not depend on it."""

import pytest

from byhand.engines.torch_engine.shards import Shards
from byhand.errors import OptionError


@pytest.mark.parametrize("n", [0, 1, 3, 7, 8, 100, 330])
@pytest.mark.parametrize("n_ranks", [1, 2, 3, 4, 8])
def test_each_row_once_and_in_order(n: int, n_ranks: int) -> None:
    pieces = [piece for rank in range(n_ranks) for piece in Shards(rank, n_ranks, n_ranks).own_rows(n)]
    assert [row for start, stop in pieces for row in range(start, stop)] == list(range(n))
    assert max(stop - start for start, stop in pieces) - min(stop - start for start, stop in pieces) <= 1


@pytest.mark.parametrize("n", [1, 7, 100])
def test_fixed_shards_are_the_same_for_any_number_of_ranks(n: int) -> None:
    alone = Shards(0, 1, 8).own_rows(n)
    for n_ranks in (2, 4, 8):
        assert [piece for rank in range(n_ranks) for piece in Shards(rank, n_ranks, 8).own_rows(n)] == alone


def test_a_hand_worked_division() -> None:
    assert Shards(1, 2, 4).own_rows(10) == [(5, 7), (7, 10)]


@pytest.mark.parametrize(("rank", "n_ranks", "n_shards"), [(2, 2, 2), (-1, 1, 1), (0, 2, 3), (0, 1, 0)])
def test_what_cannot_be_divided_is_refused(rank: int, n_ranks: int, n_shards: int) -> None:
    with pytest.raises(OptionError):
        Shards(rank, n_ranks, n_shards)
