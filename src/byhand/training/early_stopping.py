"""Early stopping: when validation no longer improves, stop, and go back to the weights that were best."""

from byhand.persistence.arrays import copied, network_arrays, restore_network
from byhand.training.history import EpochRecord
from byhand.training.state import Best, TrainingState


def remember_best(state: TrainingState, record: EpochRecord) -> None:
    """Keep a copy of the weights if this epoch's validation loss is the lowest so far."""
    loss = record.valid_loss
    if loss is not None and (state.best is None or loss < state.best.valid_loss):
        state.best = Best(record.epoch, loss, copied(network_arrays(state.network)))


def is_exhausted(state: TrainingState, patience: int) -> bool:
    """Has validation not improved for `patience` epochs?"""
    return state.best is not None and state.epoch - state.best.epoch >= patience


def restore_best(state: TrainingState) -> None:
    """Put the best weights back into the network."""
    if state.best is not None:
        restore_network(state.network, state.best.arrays)
