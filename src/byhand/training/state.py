"""All the state of a training run as one value: saved, it is a checkpoint; copied, the way back to the last epoch."""

from dataclasses import dataclass, field

from byhand.arguments import check_kind
from byhand.arrays import Params
from byhand.network import Network
from byhand.optimizers.base import Optimizer
from byhand.persistence.state_dict import copy_arrays, load_state_dict, state_dict
from byhand.summary import sizes_label
from byhand.training.history import History


@dataclass
class Best:
    """The epoch with the lowest validation loss so far, and the weights it had."""

    epoch: int
    val_loss: float
    arrays: Params


@dataclass(repr=False)
class TrainingState:
    """Network and optimizer, and how far they have come. Random streams are functions of (seed, epoch): no state.

    epoch : whole epochs done
    best : None until a validation loss was seen with early stopping on
    """

    network: Network
    optimizer: Optimizer
    epoch: int = 0
    history: History = field(default_factory=History)
    best: Best | None = None

    def __post_init__(self) -> None:
        check_kind("TrainingState", "network", self.network, Network, "a Network")
        check_kind("TrainingState", "optimizer", self.optimizer, Optimizer, "an optimizer, as Adam()")

    def __repr__(self) -> str:
        return f"<TrainingState after epoch {self.epoch}: {sizes_label(self.network)}, {self.optimizer}>"

    def arrays(self) -> Params:
        """Return every array of the run under one name each; the arrays themselves, not copies."""
        return {
            **state_dict(self.network),
            **{f"optimizer/{name}": array for name, array in self.optimizer.state.items()},
        }

    def snapshot(self) -> Params:
        """Return copies of all arrays."""
        return copy_arrays(self.arrays())

    def restore(self, arrays: Params) -> None:
        """Put the arrays of a snapshot back in place, forgetting optimizer state that did not exist then."""
        load_state_dict(self.network, arrays)
        self.optimizer.state.clear()
        prefix = "optimizer/"
        for name, array in arrays.items():
            if name.startswith(prefix):
                self.optimizer.state[name.removeprefix(prefix)] = array.copy()
