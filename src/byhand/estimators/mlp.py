"""What the two estimators share once their rows are read: fit, partial_fit, an ensemble of seeds, and its outputs."""

from itertools import zip_longest
from typing import Any, Self

from byhand.arrays import Array
from byhand.estimators.conformal import Calibration
from byhand.estimators.errors import InputError
from byhand.estimators.export import ExportableMLP
from byhand.estimators.parameters import DTYPES
from byhand.estimators.random_state import seed_from
from byhand.estimators.samples import Sample
from byhand.estimators.training_setup import build_optimizer, resolve_batch_size
from byhand.formatting import count_noun
from byhand.layers import Dropout
from byhand.network import Network
from byhand.schedules import Constant
from byhand.training.plan import Plan
from byhand.training.state import TrainingState


class BaseMLP(ExportableMLP):
    """The base of MLPClassifier and MLPRegressor; each says what its targets, loss and score are."""

    calibration_: Calibration  # of conformalize

    def _calibrate(self, validation: Sample | None) -> None:
        """Fit what comes after the training (the temperature, in classification)."""

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Train on rows X with answers y; return self.

        X : (n, features) array, or a frame of pandas, polars or pyarrow with numbers, words, booleans, missing values
        y : (n,) labels or numbers, (n, k) for several outputs
        sample_weight : (n,) how often each row counts; rows of weight 0 are left out
        X_val, y_val, sample_weight_val : a validation set of your own; otherwise see early_stopping
        Raises InputError (a ValueError) for data that cannot be used, OptionError for parameters that cannot.
        """
        self._check_params()
        if (X_val is None) != (y_val is None):
            raise InputError(f"{type(self).__name__}.fit got X_val or y_val without the other; expected both or none.")
        before = dict(self.__dict__)
        self._target_name = _name_of(y)
        try:
            self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val))
        except BaseException:  # data that cannot be used, or Ctrl-C: an earlier fit stays as it was
            self.__dict__ = before
            raise
        return self

    def _fit(self, X: Any, y: Any, sample_weight: Any, own: tuple[Any, Any, Any]) -> None:
        """Fit; see `fit`. own : the validation set that was given"""
        train_set, validation = self._read_fit(X, y, sample_weight, own)
        seed = seed_from(self.random_state)
        before = self._networks_before(train_set)
        self.history_ = []
        self.networks_ = [
            self._train_one(train_set, validation, (seed + i) % 2**32, network) for i, network in enumerate(before)
        ]
        self._state = None
        self._calibrate(validation)
        self._finish()

    def _networks_before(self, sample: Sample) -> list[Network] | list[None]:
        """Return the networks with which a warm start goes on, else None for each.

        Raises InputError where parameters have changed that make other networks.
        """
        before: list[Network] = getattr(self, "networks_", []) if self.warm_start else []
        if not before:
            return [None] * self.n_ensemble
        who = f"{type(self).__name__}.fit got warm_start=True, which goes on with"
        if len(before) != self.n_ensemble:
            raise InputError(
                f"{who} the previous fit's {count_noun(len(before), 'network')}, and n_ensemble={self.n_ensemble}. "
                f"Set it back, or set warm_start=False."
            )
        ours, theirs = _described(before[0]), _described(self._new_network(sample, 0))
        if ours != theirs:
            old, new = next(pair for pair in zip_longest(ours, theirs, fillvalue="nothing") if pair[0] != pair[1])
            raise InputError(
                f"{who} the network of the previous fit, and parameters that make another one: {new} instead of "
                f"{old}. Set them back, or set warm_start=False."
            )
        return before

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any) -> Self:
        """Train one more epoch on these rows with a constant rate."""
        self._check_params()
        first = not self.__sklearn_is_fitted__()
        self._target_name = _name_of(y) if first else self._target_name
        columns = self._read_columns(X, reset=first)
        sample = self._sample(columns, y, sample_weight, reset=first)
        self._widen_targets(sample.y)
        batch = resolve_batch_size(self, len(sample.x))
        if first:
            self.networks_ = [self._new_network(sample, seed_from(self.random_state))]
            self.history_, self._state = [], None
        if self._state is None:  # the first call, or the first one after `fit`: an ensemble keeps its first network
            self.networks_ = self.networks_[:1]
            self._state = TrainingState(self.networks_[0], build_optimizer(self, batch, self.networks_[0]))
        plan = Plan(
            self._training_loss(self.networks_[0]), Constant(self.learning_rate_init), self._state.epoch + 1, batch
        )
        for record in self._epochs(self._state, sample, plan):
            self.history_.append({"epoch": record.epoch, "seconds": record.seconds, "loss": record.loss})
        self._finish()
        return self

    def _finish(self) -> None:
        """Set what scikit-learn's users read after `fit`."""
        self.__dict__.pop("calibration_", None)  # it belongs to the weights before
        self.n_iter_ = self.history_[-1]["epoch"]
        self.loss_curve_ = [row["loss"] for row in self.history_]
        self.loss_ = self.loss_curve_[-1]
        scores = [row["val_score"] for row in self.history_ if "val_score" in row]
        self.validation_scores_ = scores or None
        self.best_validation_score_ = max(scores) if scores else None
        self.best_loss_ = None if scores else min(self.loss_curve_)
        self.n_layers_ = len(self._hidden()) + 2
        self.n_outputs_ = self._n_outputs()

    @property
    def coefs_(self) -> list[Array]:
        """The weights of the (first) network's dense layers, (n_in, n_out) each; the last (n_heads, n_in, n_out)
        where it has heads."""
        self._check_fitted()
        return [array for name, array in self.networks_[0].params.items() if name.endswith("W")]

    @property
    def intercepts_(self) -> list[Array]:
        """The biases of the (first) network's dense layers."""
        self._check_fitted()
        return [array for name, array in self.networks_[0].params.items() if name.endswith(".b")]

    def _outputs(self, X: Any) -> list[Array]:
        """Return the output (n, k) of every head of every network for rows X."""
        self._check_fitted()
        return self._answers(self._inputs(self._read_columns(X, reset=False)).astype(DTYPES[self.dtype]))


def _described(network: Network) -> list[str]:
    """Return the dtype and the layers, except dropout, which only training has and model files may lack."""
    dtype = next(iter(network.params.values())).dtype
    return [str(dtype), *(repr(layer) for layer in network.layers if not isinstance(layer, Dropout))]


def _name_of(y: Any) -> str:
    """Return the name of the column that is predicted, where it has one."""
    name = getattr(y, "name", None)
    return name if isinstance(name, str) and name else "target"
