"""One network's training: an epoch at a time, with its validation, until the best epoch is known."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from byhand.arrays import Array, Params
from byhand.data.tables.schema import number_places
from byhand.engines.predictor import predict_in_parts, predictor
from byhand.estimators.errors import warn_of_no_convergence
from byhand.estimators.samples import IDENTITY, Sample, SampleReader
from byhand.estimators.schedules import rate_schedule
from byhand.estimators.training_setup import (
    build_network,
    build_optimizer,
    resolve_batch_size,
    select_engine,
)
from byhand.estimators.verbose import print_epoch
from byhand.losses import Loss, MeanOfHeads
from byhand.network import Network
from byhand.persistence.state_dict import copy_arrays, load_state_dict, state_dict
from byhand.training.history import EpochRecord
from byhand.training.plan import Plan
from byhand.training.state import TrainingState
from byhand.training.table_networks import place_bins
from byhand.training.train import train


class Trainer(SampleReader):
    """The training of one network; each estimator says what its loss and score are."""

    networks_: list[Network]
    history_: list[dict[str, Any]]
    engine_: str

    def _loss(self) -> Loss:
        raise NotImplementedError

    def _heads(self, network: Network) -> int:
        """Return how many heads a network has."""
        return network.widths[-1] // self._n_outputs()

    def _training_loss(self, network: Network) -> Loss:
        """Return the loss of a network, the mean of its heads' losses where it has several."""
        n_heads = self._heads(network)
        return MeanOfHeads(self._loss(), n_heads) if n_heads > 1 else self._loss()

    def _n_outputs(self) -> int:
        raise NotImplementedError

    def _score_outputs(self, output: Array, sample: Sample) -> float:
        """Return the validation score of the network's outputs; the larger the better."""
        raise NotImplementedError

    def _new_network(self, sample: Sample, seed: int) -> Network:
        """Return a network with fresh weights. sample : the training rows, of which an embedding may take its bins"""
        embedded = number_places(self._encoder.columns) if self.numerical_embedding else []
        network = build_network(self, [self._encoder.n_inputs, *self._hidden(), self._n_outputs()], embedded, seed)
        place_bins(network, sample.x, sample.weight)
        return network

    def _epochs(self, state: TrainingState, sample: Sample, plan: Plan) -> Iterator[EpochRecord]:
        """Train, yielding a record an epoch, and say in engine_ by what."""
        engine = select_engine(self, state.network, plan.loss, state.optimizer)
        self.engine_ = engine.name
        return train(state, sample.examples(), plan, engine=engine)

    def _train_one(self, sample: Sample, validation: Sample | None, seed: int, network: Network | None) -> Network:
        """Return one network, trained; with validation, of its best epoch (the last of equals)."""
        batch = resolve_batch_size(self, len(sample.x))
        network = network or self._new_network(sample, seed)
        state = TrainingState(network, build_optimizer(self, batch, network))
        schedule = rate_schedule(self.learning_rate, self.learning_rate_init, self.power_t)
        plan = Plan(self._training_loss(network), schedule, self.max_iter, batch, seed, self.shuffle)
        best: tuple[float, int, Params] | None = None
        watch = _Patience(self.n_iter_no_change, self.tol)
        validate = self._validator(network, validation)
        for record in self._epochs(state, sample, plan):
            row = {"epoch": record.epoch, "seconds": record.seconds, "loss": record.loss}
            row |= {"learning_rate": record.learning_rate, **validate()}
            self.history_.append(row)
            score = row.get("val_score")
            if score is not None and (best is None or score >= best[0]):
                best = score, record.epoch, copy_arrays(state_dict(network))
            if self.verbose:
                print_epoch(row)
            wishes = [callback(dict(row)) for callback in self.callbacks or ()]
            if any(wishes) or watch.is_over(-record.loss if score is None else score):
                break
        else:
            if self.n_iter_no_change is not None:  # somebody waits for it to stop by itself
                warn_of_no_convergence(type(self).__name__, self.max_iter, self.n_iter_no_change)
        if best is not None:
            load_state_dict(network, best[2])
            self.best_iter_ = best[1]
        return network

    def _validator(self, network: Network, validation: Sample | None) -> Callable[[], dict[str, Any]]:
        """Return what measures a network that is in training: its loss and its score, or nothing."""
        if validation is None:
            return dict
        answer, loss = self._answerer(network), self._training_loss(network)

        def validate() -> dict[str, Any]:
            output = answer(validation.x)
            value, _ = loss.forward(output, validation.y, validation.weight)
            return {"val_loss": float(value), "val_score": self._score_outputs(loss.answer(output), validation)}

        return validate

    def _answerer(self, network: Network) -> Callable[[Array], Array]:
        """Return what computes the output (n, k) for inputs x (n, n_in) of a network that is in training."""
        if self.dtype == "float64":
            return partial(predict_in_parts, network)
        copy = predictor(network, IDENTITY)

        def answer(x: Array) -> Array:
            copy.update(network)
            return copy(x)

        return answer

    def _output_of(self, network: Network, x: Array) -> Array:
        """Return a network's output (n, k) for inputs x."""
        return predict_in_parts(network, x) if self.dtype == "float64" else predictor(network, IDENTITY)(x)

    def _answers(self, x: Array) -> list[Array]:
        """Return the output (n, k) of every head of every network, for inputs x."""
        outputs = [(self._output_of(network, x), self._heads(network)) for network in self.networks_]
        return [head for output, n_heads in outputs for head in np.split(output, n_heads, axis=1)]


class _Patience:
    """Counts epochs without an improvement by more than tol."""

    def __init__(self, patience: float | None, tol: float) -> None:
        self._patience, self._tol, self._best, self._since = patience, tol, -np.inf, 0

    def is_over(self, score: float) -> bool:
        """Note one epoch's score, the larger the better; return whether to stop."""
        if score > self._best + self._tol:
            self._since = 0
        else:
            self._since += 1
        self._best = max(self._best, score)
        return self._patience is not None and self._since > self._patience
