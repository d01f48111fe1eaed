"""Rows for the network from what users hand over: columns, targets and weights, in training and validation rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.data.split import stratified_split
from byhand.estimators.columns import Columns, read_columns
from byhand.estimators.encoder import TableEncoder
from byhand.estimators.errors import InputError
from byhand.estimators.feature_names import check_features
from byhand.estimators.parameters import DTYPES, MLPParameters
from byhand.estimators.random_state import seed_from
from byhand.preprocessing import InputScaler

IDENTITY = InputScaler("raw", np.array(1.0), np.array(0.0))
MIN_VALIDATION = 200  # rows from which "auto" holds some back


@dataclass(eq=False)
class Sample:
    """Rows that are ready for the network.

    x : (n, n_inputs)   y : (n,) labels or (n, k) numbers   weight : (n,) with mean 1, or None
    """

    x: Array
    y: Array
    weight: Array | None

    def examples(self) -> Examples:
        """Return the rows as Examples whose inputs are not scaled again."""
        return Examples(self.x, self.y, IDENTITY, self.weight)


class SampleReader(MLPParameters):
    """How columns, targets and weights become samples; each estimator says what its targets are."""

    _encoder: TableEncoder

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

    def _strata(self, y: Array) -> Array | None:
        """Return labels that a split keeps the shares of; None: any split."""
        return None

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
        weight = read_weights(sample_weight, columns.n_rows)
        rows = np.arange(columns.n_rows) if weight is None else np.flatnonzero(weight > 0)
        held = np.empty(0, dtype=np.int64)
        if own[0] is None and self._holds_validation(len(rows)):
            rows, held = _split(rows, self._strata(targets), self.validation_fraction, seed_from(self.random_state))
        train_set = self._make(columns, targets, weight, rows, reset=reset)
        if own[0] is not None:
            return train_set, self._read_validation(*own)
        return train_set, self._make(columns, targets, weight, held, reset=False) if len(held) else None

    def _read_validation(self, X: Any, y: Any, sample_weight: Any) -> Sample:
        columns = self._read_columns(X, reset=False)
        targets = self._read_targets(y, columns.n_rows, reset=False)
        weight = read_weights(sample_weight, columns.n_rows)
        return self._make(columns, targets, weight, np.arange(columns.n_rows), reset=False)

    def _sample(self, columns: Columns, y: Any, sample_weight: Any, *, reset: bool) -> Sample:
        targets = self._read_targets(y, columns.n_rows, reset=reset)
        weight = read_weights(sample_weight, columns.n_rows)
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


def read_weights(sample_weight: Any, n: int) -> Array | None:
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
    together = np.zeros(len(rows), dtype=np.int64)
    kept, held = stratified_split(together if strata is None else strata[rows], fraction, seed)
    if not len(held):  # every class has too few rows for one of its own
        kept, held = stratified_split(together, fraction, seed)
    if not len(held) or not len(kept):
        raise InputError(
            f"The validation set is too small: early_stopping holds back {len(held)} of {len(rows)} rows; expected "
            f"some and not all. Bring more rows, or set early_stopping=False."
        )
    return rows[kept], rows[held]
