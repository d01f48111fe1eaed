"""The parameters that the two estimators share, and the check of each."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from byhand.arguments import check_flag, check_items, check_number, check_whole, format_value
from byhand.errors import OptionError, lookup
from byhand.estimators.base import Estimator
from byhand.estimators.schedules import rate_schedule
from byhand.layers.input_copies import MAX_COPIES
from byhand.mlp import EMBEDDINGS
from byhand.training.table_networks import PARAMETRIZATIONS

DTYPES = {"float32": np.float32, "float64": np.float64}


class MLPParameters(Estimator):
    """What the constructors of MLPClassifier and MLPRegressor both take."""

    hidden_layer_sizes: Sequence[int] | int
    activation: str
    solver: str
    alpha: float
    batch_size: int | str
    learning_rate: str
    learning_rate_init: float
    power_t: float
    max_iter: int
    shuffle: bool
    random_state: Any
    tol: float
    verbose: bool
    warm_start: bool
    momentum: float
    nesterovs_momentum: bool
    early_stopping: bool | str
    validation_fraction: float
    beta_1: float
    beta_2: float
    epsilon: float
    n_iter_no_change: float | None
    dropout: float
    batch_norm: bool
    scaled_inputs: bool
    numerical_embedding: str | None
    bias_rate: float
    parametrization: str
    weight_decay: float
    n_ensemble: int
    n_heads: int
    dtype: str
    callbacks: Sequence[Any] | None

    def _check_params(self) -> None:
        """Raise OptionError for the first parameter that cannot be."""
        who = type(self).__name__
        lookup("solver", self.solver, dict.fromkeys(("adam", "sgd")))
        lookup("dtype", self.dtype, DTYPES)
        check_number(who, "alpha", self.alpha, lambda a: a >= 0, "0 or more")
        check_number(who, "learning_rate_init", self.learning_rate_init, lambda a: a > 0, "a number above 0")
        check_number(who, "bias_rate", self.bias_rate, lambda a: a >= 0, "0 or more")
        lookup("parametrization", self.parametrization, dict.fromkeys(PARAMETRIZATIONS))
        check_flag(who, "scaled_inputs", self.scaled_inputs)
        if self.numerical_embedding is not None:
            lookup("numerical_embedding", self.numerical_embedding, EMBEDDINGS)
        check_number(who, "weight_decay", self.weight_decay, lambda a: a >= 0, "0 or more")
        check_number(who, "validation_fraction", self.validation_fraction, lambda a: 0 < a < 1, "0 < fraction < 1")
        check_number(who, "tol", self.tol, lambda a: a >= 0, "0 or more")
        check_whole(who, "max_iter", self.max_iter, 1)
        check_whole(who, "n_ensemble", self.n_ensemble, 1, 1000)
        check_whole(who, "n_heads", self.n_heads, 1, MAX_COPIES)
        check_flag(who, "shuffle", self.shuffle)
        check_flag(who, "warm_start", self.warm_start)
        if isinstance(self.early_stopping, str) and self.early_stopping != "auto":
            raise OptionError(f"{who} got early_stopping {self.early_stopping!r}; expected 'auto', True or False.")
        if self.early_stopping != "auto":
            check_flag(who, "early_stopping", self.early_stopping)
        if self.batch_size != "auto":
            check_whole(who, "batch_size", self.batch_size, 1)
        if self.n_iter_no_change not in (None, np.inf):  # inf is scikit-learn's word for never
            check_whole(who, "n_iter_no_change", self.n_iter_no_change, 1)
        expected = "a list of functions"
        if not all(map(callable, check_items(who, "callbacks", self.callbacks or (), expected))):
            raise OptionError(f"{who} got callbacks {format_value(self.callbacks)}; expected {expected}.")
        rate_schedule(self.learning_rate, self.learning_rate_init, self.power_t)
        self._hidden()

    def _hidden(self) -> list[int]:
        sizes: Any = self.hidden_layer_sizes
        items = list(sizes) if hasattr(sizes, "__iter__") and not isinstance(sizes, str) else [sizes]
        return [check_whole(type(self).__name__, "hidden_layer_sizes", size, 1) for size in items]
