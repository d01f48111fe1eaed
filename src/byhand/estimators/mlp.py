"""What the two estimators share: settings, the training loop, the best epoch, an ensemble of seeds."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from byhand.arguments import check_flag, check_number, check_path, check_whole, format_value
from byhand.arrays import Array, Params
from byhand.data.examples import Examples
from byhand.data.split import stratified_split
from byhand.data.tables.schema import TableSchema
from byhand.engines.numpy_engine import NumpyEngine
from byhand.engines.predictor import predictor
from byhand.errors import OptionError, lookup
from byhand.estimators.base import Estimator
from byhand.estimators.columns import Columns, read_columns
from byhand.estimators.conformal import Calibration
from byhand.estimators.encoder import TableEncoder
from byhand.estimators.errors import InputError, warn_of_no_convergence
from byhand.estimators.feature_names import check_features
from byhand.estimators.model_file import kind_of_activation
from byhand.estimators.schedules import rate_schedule
from byhand.estimators.to_onnx import Graph, add_encoder, add_network
from byhand.estimators.verbose import print_epoch
from byhand.exports import EXPORTS
from byhand.exports.inference_model import inference_model
from byhand.files import atomic_write
from byhand.initializers import he, scaled
from byhand.losses import Loss
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, ParamGroups, WeightDecay
from byhand.persistence.model import Model, load_model, save_model
from byhand.persistence.state_dict import copy_arrays, load_state_dict, state_dict
from byhand.preprocessing import InputScaler
from byhand.schedules import Constant
from byhand.training.batch_size import batch_size_for
from byhand.training.plan import Plan
from byhand.training.state import TrainingState
from byhand.training.train import train

IDENTITY = InputScaler("raw", np.array(1.0), np.array(0.0))
MIN_VALIDATION = 200  # rows from which "auto" holds some back
SCALE_RATE = 6.0  # of the scales of inputs, as in RealMLP
LECUN = scaled(0.5**0.5, he)  # variance 1/n_in
DTYPES = {"float32": np.float32, "float64": np.float64}


@dataclass(eq=False)
class Sample:
    """Rows that are ready for the network.

    x : (n, n_inputs)   y : (n,) labels or (n, k) numbers   weight : (n,) with mean 1, or None
    """

    x: Array
    y: Array
    weight: Array | None

    def examples(self) -> Examples:
        return Examples(self.x, self.y, IDENTITY, self.weight)


class BaseMLP(Estimator):
    """The training that MLPClassifier and MLPRegressor share; each says what its targets, loss and score are."""

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
    bias_rate: float
    weight_decay: float
    n_ensemble: int
    dtype: str
    callbacks: Sequence[Any] | None

    # what the two differ in

    def _read_targets(self, y: Any, n: int, *, reset: bool) -> Array:
        """Return targets for the loss; reset: learn classes or scale from them."""
        raise NotImplementedError

    def _check_warm_start(self, y: Any, n: int) -> None:
        """Raise InputError where a warm start cannot go on with these targets."""

    def _fit_targets(self, y: Array, weight: Array | None) -> None:
        """Learn from the training rows alone what the targets need (the scale, in regression)."""

    def _encode_targets(self, y: Array) -> Array:
        """Return targets as the loss takes them."""
        return y

    def _widen_targets(self, encoded: Array) -> None:
        """Take note of more training targets, as the loss takes them (of their range, in regression)."""

    def _class_weights(self, y: Array) -> Array | None:
        """Return what class_weight gives each row, (n,)."""
        return None

    def _loss(self) -> Loss:
        raise NotImplementedError

    def _n_outputs(self) -> int:
        raise NotImplementedError

    def _score_outputs(self, output: Array, sample: Sample) -> float:
        """Return the validation score of the network's outputs; the larger the better."""
        raise NotImplementedError

    def _strata(self, y: Array) -> Array | None:
        """Return labels that a split keeps the shares of; None: any split."""
        return None

    def _calibrate(self, validation: Sample | None) -> None:
        """Fit what comes after the training (the temperature, in classification)."""

    # the public half

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
        seed = _seed(self.random_state)
        before = getattr(self, "networks_", None) if self.warm_start else None
        self.history_ = []
        self.networks_ = [
            self._train_one(train_set, validation, (seed + i) % 2**32, before[i] if before else None)
            for i in range(self.n_ensemble)
        ]
        self._state = None
        self._calibrate(validation)
        self._finish()

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any) -> Self:
        """Train one more epoch on these rows with a constant rate."""
        self._check_params()
        first = not self.__sklearn_is_fitted__()
        self._target_name = _name_of(y) if first else self._target_name
        columns = self._read_columns(X, reset=first)
        sample = self._sample(columns, y, sample_weight, reset=first)
        self._widen_targets(sample.y)
        batch = self._batch(len(sample.x))
        if first:
            self.history_, self._state, self.networks_ = [], None, [self._new_network(_seed(self.random_state))]
        if self._state is None:  # the first call, or the first one after `fit`: an ensemble keeps its first network
            self.networks_ = self.networks_[:1]
            self._state = TrainingState(self.networks_[0], self._optimizer(batch))
        plan = Plan(self._loss(), Constant(self.learning_rate_init), self._state.epoch + 1, batch)
        for record in train(self._state, sample.examples(), plan, engine=self._engine()):
            self.history_.append({"epoch": record.epoch, "seconds": record.seconds, "loss": record.loss})
        self._finish()
        return self

    # parameters

    def _check_params(self) -> None:
        """Raise OptionError for the first parameter that cannot be."""
        who = type(self).__name__
        lookup("solver", self.solver, dict.fromkeys(("adam", "sgd")))
        lookup("dtype", self.dtype, DTYPES)
        check_number(who, "alpha", self.alpha, lambda a: a >= 0, "0 or more")
        check_number(who, "learning_rate_init", self.learning_rate_init, lambda a: a > 0, "a number above 0")
        check_number(who, "bias_rate", self.bias_rate, lambda a: a >= 0, "0 or more")
        check_flag(who, "scaled_inputs", self.scaled_inputs)
        check_number(who, "weight_decay", self.weight_decay, lambda a: a >= 0, "0 or more")
        check_number(who, "validation_fraction", self.validation_fraction, lambda a: 0 < a < 1, "0 < fraction < 1")
        check_number(who, "tol", self.tol, lambda a: a >= 0, "0 or more")
        check_whole(who, "max_iter", self.max_iter, 1)
        check_whole(who, "n_ensemble", self.n_ensemble, 1, 1000)
        check_flag(who, "shuffle", self.shuffle)
        check_flag(who, "warm_start", self.warm_start)
        if self.early_stopping != "auto":
            check_flag(who, "early_stopping", self.early_stopping)
        if self.batch_size != "auto":
            check_whole(who, "batch_size", self.batch_size, 1)
        if self.n_iter_no_change not in (None, np.inf):  # inf is scikit-learn's word for never
            check_whole(who, "n_iter_no_change", self.n_iter_no_change, 1)
        if not all(callable(callback) for callback in self.callbacks or ()):
            raise OptionError(f"{who} got callbacks {format_value(self.callbacks)}; expected functions.")
        rate_schedule(self.learning_rate, self.learning_rate_init, self.power_t)
        self._hidden()

    def _hidden(self) -> list[int]:
        sizes = self.hidden_layer_sizes
        items = list(sizes) if hasattr(sizes, "__iter__") else [sizes]
        return [check_whole(type(self).__name__, "hidden_layer_sizes", size, 1) for size in items]

    def _batch(self, n: int) -> int:
        if self.batch_size != "auto":
            return min(int(self.batch_size), n)
        return min(batch_size_for(n), n)

    def _engine(self) -> NumpyEngine | None:
        """Return NumPy's engine for float64, which the C core's training does not have; None: the fastest."""
        return NumpyEngine() if self.dtype == "float64" else None

    def _optimizer(self, batch: int) -> Optimizer:
        if self.solver == "sgd":
            plain = Nesterov if self.nesterovs_momentum else Momentum
            optimizer: Optimizer = plain(self.momentum) if self.momentum else SGD()
        elif self.weight_decay:
            optimizer = AdamW(self.weight_decay, beta1=self.beta_1, beta2=self.beta_2, epsilon=self.epsilon)
        else:
            optimizer = Adam(self.beta_1, self.beta_2, self.epsilon)
        optimizer = WeightDecay(optimizer, self.alpha / batch) if self.alpha else optimizer
        factors = {"b": float(self.bias_rate)} | ({"scale": SCALE_RATE} if self.scaled_inputs else {})
        return optimizer if factors == {"b": 1.0} else ParamGroups(optimizer, factors)

    def _new_network(self, seed: int) -> Network:
        sizes = [self._encoder.n_inputs, *self._hidden(), self._n_outputs()]
        activation = {"logistic": "sigmoid"}.get(self.activation, self.activation)  # scikit-learn's name
        network = Network.mlp(
            sizes,
            activation=activation,
            initializer=LECUN if activation in ("selu", "mish") else he,
            dropout=self.dropout,
            batch_norm=self.batch_norm,
            scaled_inputs=self.scaled_inputs,
            seed=seed,
        )
        return network.astype(DTYPES[self.dtype]) if self.dtype != "float32" else network

    # data

    def _read_columns(self, X: Any, *, reset: bool) -> Columns:
        columns = read_columns(X, type(self).__name__)
        check_features(self, columns, reset=reset)
        return columns

    def _read_fit(self, X: Any, y: Any, sample_weight: Any, own: tuple[Any, Any, Any]) -> tuple[Sample, Sample | None]:
        """Return training and validation rows, and learn from the training rows what is learned from data."""
        reset = not (self.warm_start and hasattr(self, "networks_"))
        columns = self._read_columns(X, reset=reset)
        if not reset:
            self._check_warm_start(y, columns.n_rows)
        targets = self._read_targets(y, columns.n_rows, reset=reset)
        weight = _weights(sample_weight, columns.n_rows)
        rows = np.arange(columns.n_rows) if weight is None else np.flatnonzero(weight > 0)
        held = np.empty(0, dtype=np.int64)
        if own[0] is None and self._holds_validation(len(rows)):
            rows, held = _split(rows, self._strata(targets), self.validation_fraction, _seed(self.random_state))
        train_set = self._make(columns, targets, weight, rows, reset=reset)
        if own[0] is not None:
            return train_set, self._read_validation(*own)
        return train_set, self._make(columns, targets, weight, held, reset=False) if len(held) else None

    def _read_validation(self, X: Any, y: Any, sample_weight: Any) -> Sample:
        columns = self._read_columns(X, reset=False)
        targets = self._read_targets(y, columns.n_rows, reset=False)
        weight = _weights(sample_weight, columns.n_rows)
        return self._make(columns, targets, weight, np.arange(columns.n_rows), reset=False)

    def _sample(self, columns: Columns, y: Any, sample_weight: Any, *, reset: bool) -> Sample:
        targets = self._read_targets(y, columns.n_rows, reset=reset)
        weight = _weights(sample_weight, columns.n_rows)
        rows = np.arange(columns.n_rows) if weight is None else np.flatnonzero(weight > 0)
        return self._make(columns, targets, weight, rows, reset=reset)

    def _make(self, columns: Columns, targets: Array, weight: Array | None, rows: Array, *, reset: bool) -> Sample:
        """Return some rows as inputs and targets; reset: fit encoder and target scale on them."""
        part, y = columns.take(rows), targets[rows]
        w = None if weight is None else weight[rows]
        if reset:
            with np.errstate(over="ignore", invalid="ignore"):  # _inputs reports it
                self._encoder = TableEncoder().fit(part, w)
            self._fit_targets(y, w)
        by_class = self._class_weights(y)
        if by_class is not None:
            w = by_class if w is None else w * by_class
        dtype = DTYPES[self.dtype]
        is_equal = w is None or not len(w) or bool((w == w[0]).all())  # equal weights are none: the C core trains
        w = None if w is None or is_equal else (w * (len(w) / w.sum())).astype(dtype)
        return Sample(self._inputs(part).astype(dtype), self._encode_targets(y), w)

    def _inputs(self, columns: Columns) -> Array:
        """Return the network's inputs; raise InputError for numbers whose differences overflow."""
        with np.errstate(over="ignore", invalid="ignore"):
            x = self._encoder.transform(columns)
        if not np.isfinite(x).all():
            raise InputError(f"{type(self).__name__} got numbers near 1e308, which cannot be scaled; expected smaller.")
        return x

    def _holds_validation(self, n: int) -> bool:
        return n >= MIN_VALIDATION if self.early_stopping == "auto" else bool(self.early_stopping)

    # training

    def _train_one(self, sample: Sample, validation: Sample | None, seed: int, network: Network | None) -> Network:
        """Return one network, trained; with validation, of its best epoch (the last of equals)."""
        batch = self._batch(len(sample.x))
        network = network or self._new_network(seed)
        state = TrainingState(network, self._optimizer(batch))
        schedule = rate_schedule(self.learning_rate, self.learning_rate_init, self.power_t)
        plan = Plan(self._loss(), schedule, self.max_iter, batch, seed, self.shuffle)
        best: tuple[float, int, Params] | None = None
        watch = _Patience(self.n_iter_no_change, self.tol)
        for record in train(state, sample.examples(), plan, engine=self._engine()):
            row = {"epoch": record.epoch, "seconds": record.seconds, "loss": record.loss}
            row |= {"learning_rate": record.learning_rate, **self._validate(network, validation)}
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

    def _validate(self, network: Network, validation: Sample | None) -> dict[str, Any]:
        """Return what validation showed: its loss and its score."""
        if validation is None:
            return {}
        output = self._output_of(network, validation.x)
        loss, _ = self._loss().forward(output, validation.y, validation.weight)
        return {"val_loss": float(loss), "val_score": self._score_outputs(output, validation)}

    def _output_of(self, network: Network, x: Array) -> Array:
        return network.predict(x) if self.dtype == "float64" else predictor(network, IDENTITY)(x)

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
        """The weights of the (first) network's dense layers, (n_in, n_out) each."""
        self._check_fitted()
        return [array for name, array in self.networks_[0].params.items() if name.endswith("W")]

    @property
    def intercepts_(self) -> list[Array]:
        """The biases of the (first) network's dense layers."""
        self._check_fitted()
        return [array for name, array in self.networks_[0].params.items() if name.endswith(".b")]

    # prediction

    def _outputs(self, X: Any) -> list[Array]:
        """Return every network's output (n, k) for rows X."""
        self._check_fitted()
        x = self._inputs(self._read_columns(X, reset=False)).astype(DTYPES[self.dtype])
        return [self._output_of(network, x) for network in self.networks_]

    def save(self, path: Any) -> None:
        """Write the fitted model, preprocessing included, as a model file that `load` and byhand's commands read.

        path : the file, or a folder, in which it is called model.safetensors
        Raises OptionError for an ensemble and for several labels a row, which such a file cannot hold.
        """
        save_model(self.to_model(), check_path("save", "path", path))

    @classmethod
    def load(cls, path: Any) -> Self:
        """Return the estimator in a model file, of `save` or of `byhand train --data table.csv`.

        Raises OptionError for a model of another kind, DataError and ModelFormatError as load_model.
        """
        model = load_model(check_path("load", "path", path))
        return cls()._take(model)

    def export(self, kind: str, path: Any) -> None:
        """Write the fitted model to run without byhand. kind : "onnx" (takes columns); "c", "js", "python" (numbers).

        The numbers are the inputs that the file lists by name: one a number, one a category, before any scaling.
        """
        write, place = lookup("kind", kind, EXPORTS), check_path("export", "path", path)
        if kind == "onnx":
            self.to_onnx(place)
        else:
            atomic_write(place, write(inference_model(self.to_model(), place.stem)))

    def to_model(self) -> Model:
        """Return the fitted estimator as one of byhand's models."""
        raise NotImplementedError

    def _take(self, model: Model) -> Self:
        """Become the estimator that a model is; return self."""
        raise NotImplementedError

    def _take_network(self, model: Model, table: TableSchema) -> None:
        """Take over network and preprocessing, and the parameters that the network tells."""
        self._encoder = TableEncoder(table.columns, model.preparation)
        self.networks_, self._state, self.history_ = [model.network], None, []
        self.hidden_layer_sizes = tuple(model.network.widths[1:-1])
        self.activation = kind_of_activation(model.network)
        self.dtype = model.network.layers[0].params["W"].dtype.name
        self.n_features_in_, self._target_name = len(table.columns), table.target
        if table.has_header:
            self.feature_names_in_ = np.array(table.names, dtype=object)
        self.n_layers_, self.n_outputs_ = len(self._hidden()) + 2, self._n_outputs()

    def to_onnx(self, path: Any) -> None:
        """Write the fitted model, preprocessing included, as an ONNX file with one input per column.

        Raises MissingDependencyError without the package onnx, OptionError for layers that the file cannot hold.
        """
        self._check_fitted()
        graph = Graph()
        x = add_encoder(graph, self._encoder, self._feature_names())
        self._add_outputs(graph, [add_network(graph, network, x) for network in self.networks_])
        atomic_write(check_path("to_onnx", "path", path), graph.serialized())

    def _add_outputs(self, graph: Graph, outputs: list[str]) -> None:
        """Append what comes after the networks, and the outputs of the file."""
        raise NotImplementedError

    def _feature_names(self) -> list[str]:
        """Return the columns' names, or "column 0", "column 1", … where there are none."""
        return list(getattr(self, "feature_names_in_", [f"column {i}" for i in range(self.n_features_in_)]))

    def preprocessing_report(self) -> str:
        """Return what was done to which column, a line each."""
        return "\n".join(f"{name}: {what}" for name, what in self.preprocessing_rows())

    def preprocessing_rows(self) -> list[tuple[str, str]]:
        """Return what was done to which column, as pairs of its name and a phrase."""
        self._check_fitted()
        return [(name, one.became) for name, one in zip(self._feature_names(), self._encoder.report(), strict=True)]

    n_features_in_: int
    calibration_: Calibration  # of conformalize
    _target_name: str
    networks_: list[Network]
    history_: list[dict[str, Any]]
    _state: TrainingState | None  # of partial_fit


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


def _name_of(y: Any) -> str:
    """Return the name of the column that is predicted, where it has one."""
    name = getattr(y, "name", None)
    return name if isinstance(name, str) and name else "target"


def _seed(random_state: Any) -> int:
    """Return a seed 0 … 2³² − 1 from None, a number, a RandomState or a Generator, as scikit-learn takes them."""
    if random_state is None:
        return int.from_bytes(os.urandom(4))
    if hasattr(random_state, "randint"):
        return int(random_state.randint(2**31))
    if hasattr(random_state, "integers"):
        return int(random_state.integers(2**31))
    return check_whole("the estimator", "random_state", random_state, 0, 2**32 - 1)


def _weights(sample_weight: Any, n: int) -> Array | None:
    """Return sample weights as (n,) float64. Raises InputError for others, and where all are 0."""
    if sample_weight is None:
        return None
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.ndim == 0:
        weight = np.full(n, float(weight))
    if weight.shape != (n,):
        raise InputError(f"sample_weight.shape == {weight.shape}, expected {(n,)}: one weight a row.")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise InputError("sample_weight holds numbers below zero or not finite; expected 0 or more.")
    if not weight.any():
        raise InputError("Sample weights must contain at least one non-zero number; every weight is zero.")
    return weight


def _split(rows: Array, strata: Array | None, fraction: float, seed: int) -> tuple[Array, Array]:
    """Return training and validation rows, each class in both as far as possible."""
    groups = np.zeros(len(rows), dtype=np.int64) if strata is None else strata[rows]
    kept, held = stratified_split(groups, fraction, seed)
    if not len(held) or not len(kept):
        raise InputError(
            f"The validation set is too small: early_stopping holds back {len(held)} of {len(rows)} rows; expected "
            f"some and not all. Bring more rows, or set early_stopping=False."
        )
    return rows[kept], rows[held]
