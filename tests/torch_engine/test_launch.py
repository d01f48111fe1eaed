"""What a launcher says is believed as far as it is whole."""

import pytest

from byhand.engines.torch_engine.launch import check_engine, find_launch
from byhand.errors import OptionError

TWO = {"RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"}


def test_alone_there_is_no_launch() -> None:
    assert find_launch({}) is None
    assert find_launch({**TWO, "RANK": "0", "WORLD_SIZE": "1"}) is None


def test_a_rank_knows_its_place() -> None:
    launch = find_launch({**TWO, "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"})
    assert launch is not None
    assert (launch.rank, launch.n_ranks, launch.local_rank, launch.is_on_one_host) == (1, 2, 1, True)
    assert not find_launch(TWO).is_on_one_host


def test_rank_0_keeps_the_list_unless_the_launcher_does() -> None:
    assert find_launch({**TWO, "RANK": "0"}).hosts_store
    assert not find_launch({**TWO, "RANK": "0", "TORCHELASTIC_USE_AGENT_STORE": "True"}).hosts_store
    assert not find_launch(TWO).hosts_store


@pytest.mark.parametrize(
    "damage",
    [
        {"RANK": "2"},
        {"RANK": "-1"},
        {"RANK": "٣"},
        {"WORLD_SIZE": "0"},
        {"WORLD_SIZE": "9" * 5000},
        {"MASTER_PORT": "70000"},
        {"MASTER_PORT": "x"},
        {"MASTER_ADDR": ""},
        {"LOCAL_RANK": "5"},
        {"BYHAND_JOIN_SECONDS": "soon"},
    ],
)
def test_what_is_damaged_is_one_sentence(damage: dict[str, str]) -> None:
    with pytest.raises(OptionError) as error:
        find_launch({**TWO, **damage})
    assert "\n" not in str(error.value)


def test_several_processes_need_the_engine_that_divides_the_work() -> None:
    check_engine(None, None)
    check_engine(find_launch(TWO), "torch")
    with pytest.raises(OptionError, match="2 processes were launched, and only the engine torch"):
        check_engine(find_launch(TWO), "native")
