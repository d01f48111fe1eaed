"""Early stopping: when validation no longer improves, stop, and go back to the weights that were best."""

from byhand.persistence.state_dict import copy_arrays, load_state_dict, state_dict
from byhand.training.history import EpochRecord
from byhand.training.state import Best, TrainingState


def update_best(state: TrainingState, record: EpochRecord) -> None:
    """Keep a copy of the weights if this epoch's validation loss is the lowest so far."""
    loss = record.val_loss
    if loss is not None and (state.best is None or loss < state.best.val_loss):
        state.best = Best(record.epoch, loss, copy_arrays(state_dict(state.network)))


def patience_exceeded(state: TrainingState, patience: int) -> bool:
    """Has validation not improved for `patience` epochs?"""
    return state.best is not None and state.epoch - state.best.epoch >= patience


def restore_best(state: TrainingState) -> None:
    """Put the best weights back into the network."""
    if state.best is not None:
        load_state_dict(state.network, state.best.arrays)
