"""Many networks at a time, one thread each: the same bits however many workers train them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from training_cases import byte_pictures

from byhand.engines.native import NativeEngine
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.optimizers import Adam
from byhand.schedules import Constant
from byhand.training.plan import Plan
from byhand.training.state import TrainingState
from byhand.training.train import train

EXAMPLES = byte_pictures(300, 9, 7, 5)


def trained(seed: int) -> bytes:
    network = Network.mlp([63, 20, 5], seed=seed)
    plan = Plan(SoftmaxCrossEntropy(), Constant(0.01), epochs=2, batch_size=32, seed=seed)
    for _ in train(TrainingState(network, Adam()), EXAMPLES, plan, engine=NativeEngine(n_threads=1)):
        pass
    return b"".join(array.tobytes() for array in network.params.values())


@pytest.mark.parametrize("workers", [2, 5])
def test_the_number_of_workers_changes_no_bit(workers: int) -> None:
    alone = [trained(seed) for seed in range(6)]
    with ThreadPoolExecutor(workers) as pool:
        assert list(pool.map(trained, range(6))) == alone
    assert len(set(alone)) == 6
