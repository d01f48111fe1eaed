"""MLPRegressor: numbers from the columns of a table."""

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from byhand.arguments import check_number
from byhand.arrays import Array
from byhand.engines.predictor import predict_in_parts
from byhand.errors import lookup
from byhand.estimators.conformal import calibration, check_calibrated, check_coverage
from byhand.estimators.errors import InputError, warn_of_unused
from byhand.estimators.mlp import BaseMLP
from byhand.estimators.model_file import check_loadable, model_of, scale_counts, scale_outputs
from byhand.estimators.samples import Sample, read_weights
from byhand.estimators.targets import as_column, check_length, read_y
from byhand.exports.onnx_graph import Graph
from byhand.exports.onnx_layers import add_mean
from byhand.layers import Exp
from byhand.losses import REGRESSION_LOSSES, Huber, Loss, Poisson, Quantile, SquaredError
from byhand.network import Network
from byhand.persistence.model import Model
from byhand.persistence.output import Output


class MLPRegressor(BaseMLP):
    """A multilayer perceptron for numbers, with scikit-learn's interface and parameter names.

    Targets are standardized for the training and predictions stay in the range of the training targets. Everything
    else, defaults included, is as in MLPClassifier. `score` is R².

    loss : "squared_error"; "huber", on which outliers pull no harder than `huber_delta` standard deviations;
        "quantile", whose predictions a share `quantile` of the targets lies below; "poisson", for counts (0 or more)

    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 64)[:, None]
    >>> MLPRegressor((32,), batch_size=8, dropout=0, random_state=1).fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.9
    True
    """

    _estimator_type = "regressor"
    loss: str
    huber_delta: float
    quantile: float

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | int = (256, 256),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0,
        batch_size: int | str = "auto",
        learning_rate: str = "flat_cos",
        learning_rate_init: float = 0.006,
        power_t: float = 0.5,
        max_iter: int = 128,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 0.0,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool | str = "auto",
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.95,
        epsilon: float = 1e-8,
        n_iter_no_change: float | None = None,
        dropout: float = 0.1,
        batch_norm: bool = False,
        scaled_inputs: bool = False,
        numerical_embedding: str | None = None,
        bias_rate: float = 1.0,
        parametrization: str = "standard",
        weight_decay: float = 0.1,
        n_ensemble: int = 1,
        n_heads: int = 1,
        loss: str = "squared_error",
        huber_delta: float = 1.0,
        quantile: float = 0.5,
        dtype: str = "float32",
        callbacks: Sequence[Any] | None = None,
    ) -> None:
        self._keep(locals())

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train one epoch more on these rows; the first call learns the preprocessing and the scale of y."""
        return self._partial_fit(X, y, sample_weight)

    def predict(self, X: Any) -> Array:
        """Return a number for every row (n,), or (n, k) for several outputs."""
        values = np.mean([self._values(output) for output in self._outputs(X)], axis=0)
        numbers = np.clip(values, self._low, self._high)
        return numbers[:, 0] if self._is_flat else numbers

    def conformalize(self, X: Any, y: Any, coverage: float = 0.9) -> Self:
        """Calibrate `predict_interval` on held-out rows X with numbers y, which must not have been trained on.

        coverage : the probability with which an interval shall contain the number (all numbers of a row), at least
        Returns self. Raises InputError for too few rows.
        """
        coverage = check_coverage("MLPRegressor.conformalize", coverage)
        said = self.predict(X)
        said = said.reshape(len(said), -1)
        truth = self._read_targets(y, len(said), reset=False)
        scores = (np.abs(truth - said) / self._spread).max(axis=1)
        self.calibration_ = calibration("MLPRegressor.conformalize", scores, coverage)
        return self

    def predict_interval(self, X: Any) -> Array:
        """Return the lowest and the highest number of each row, (n, 2), or (n, 2, k) of several outputs.

        Every interval is as wide as every other; it contains the number with the coverage that `conformalize` was asked
        for.
        """
        threshold = check_calibrated(self, "predict_interval").threshold
        said = self.predict(X)
        width = threshold * (self._spread[0] if self._is_flat else self._spread)
        return np.stack([said - width, said + width], axis=1)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R² on rows X with numbers y: 1 is perfect, 0 is always saying the mean."""
        truth, said = (np.atleast_2d(np.asarray(values, dtype=np.float64).T).T for values in (y, self.predict(X)))
        check_length(truth, len(said))
        sample_weight = read_weights(sample_weight, len(said))
        mean = np.average(truth, axis=0, weights=sample_weight)
        error = np.average((truth - said) ** 2, axis=0, weights=sample_weight)
        spread = np.average((truth - mean) ** 2, axis=0, weights=sample_weight)
        return float(np.mean(np.where(spread > 0, 1 - error / np.where(spread > 0, spread, 1), error == 0)))

    def _values(self, output: Array) -> Array:
        """Return outputs (n, k) in the unit of the targets; of counts they are logarithms."""
        values: Array = (np.exp(output) if self._is_log else output) * self._spread + self._center
        return values

    @property
    def _is_log(self) -> bool:
        return self.loss == Poisson.kind

    def _output_of(self, network: Network, x: Array) -> Array:
        """Predict in float64: numbers of many digits, where float32 would show how the rows were taken together."""
        return predict_in_parts(network.astype(np.float64), x.astype(np.float64))

    def to_model(self) -> Model:
        """Return the fitted regressor as one of byhand's models; the scale of y is in the last layer's weights."""
        self._check_fitted()
        if self._is_log:
            scaled = [scale_counts(network, self._spread) for network in self.networks_]
        else:
            scaled = [scale_outputs(network, self._spread, self._center) for network in self.networks_]
        names = hasattr(self, "feature_names_in_")
        limits = tuple(zip(self._low.tolist(), self._high.tolist(), strict=True))
        parts = ("MLPRegressor", scaled, self._encoder, self._target_name)
        return model_of(*parts, has_names=names, output=Output.REGRESSION, limits=limits)

    def _take(self, model: Model) -> Self:
        table = check_loadable("MLPRegressor", model, Output.REGRESSION)
        k = model.network.widths[-1]
        self._is_flat, self._center, self._spread = k == 1, np.zeros(k), np.ones(k)
        self._low, self._high = np.array(model.limits or [(-np.inf, np.inf)] * k).T
        self._take_network(model, table)
        layers = self.networks_[0].layers
        if isinstance(layers[-1], Exp):
            self.loss, self.networks_ = Poisson.kind, [Network(layers[:-1])]
        return self

    # what BaseMLP asks

    def _add_outputs(self, graph: Graph, outputs: list[str], *, of_heads: bool) -> None:
        spread, center, low, high = (
            graph.array(array.astype(np.float32)) for array in (self._spread, self._center, self._low, self._high)
        )
        outputs = [graph.node("Exp", output) for output in outputs] if self._is_log else outputs
        mean = add_mean(graph, outputs, of_heads=of_heads)
        scaled = graph.node("Add", graph.node("Mul", mean, spread), center)
        graph.node("Max", graph.node("Min", scaled, high), low, name="values")
        graph.output("values", "FLOAT", ["n", self._n_outputs()])

    def _read_targets(self, y: Any, n: int, *, reset: bool) -> Array:
        numbers = as_column(read_y(y, n, is_classifier=False))
        if self._is_log and (numbers < 0).any():
            raise InputError(f"y holds {numbers.min():g}, and loss='poisson' is for counts; expected 0 or more.")
        if reset:
            self._is_flat = numbers.ndim == 1
        return numbers.reshape(n, -1)

    def _check_params(self) -> None:
        super()._check_params()
        lookup("loss", self.loss, dict.fromkeys(REGRESSION_LOSSES))
        check_number("MLPRegressor", "huber_delta", self.huber_delta, lambda δ: δ > 0, "a number above 0")
        check_number("MLPRegressor", "quantile", self.quantile, lambda q: 0 < q < 1, "a number between 0 and 1")
        for name, loss, default in (("huber_delta", Huber.kind, 1.0), ("quantile", Quantile.kind, 0.5)):
            if self.loss != loss and getattr(self, name) != default:
                warn_of_unused("MLPRegressor", f"{name}={getattr(self, name)!r}", f"loss={loss!r}")

    def _fit_targets(self, y: Array, weight: Array | None) -> None:
        self._low, self._high = y.min(axis=0), y.max(axis=0)
        if self._is_log:
            mean = np.average(y, axis=0, weights=weight)
            self._center, self._spread = np.zeros_like(mean), np.where(mean > 0, mean, 1.0)
            return
        self._center = np.average(y, axis=0, weights=weight)
        spread = np.sqrt(np.average((y - self._center) ** 2, axis=0, weights=weight))
        self._spread = np.where(spread > 0, spread, 1.0)

    def _encode_targets(self, y: Array) -> Array:
        scaled: Array = (y - self._center) / self._spread
        return scaled

    def _widen_targets(self, encoded: Array) -> None:
        y = encoded * self._spread + self._center
        self._low, self._high = np.minimum(self._low, y.min(axis=0)), np.maximum(self._high, y.max(axis=0))

    def _loss(self) -> Loss:
        known: dict[str, Callable[[], Loss]] = {
            SquaredError.kind: SquaredError,
            Huber.kind: lambda: Huber(self.huber_delta),
            Quantile.kind: lambda: Quantile(self.quantile),
            Poisson.kind: Poisson,
        }
        return known[self.loss]()

    def _n_outputs(self) -> int:
        return len(self._center)

    def _score_outputs(self, output: Array, sample: Sample) -> float:
        if self.loss != SquaredError.kind:
            value, _ = self._loss().forward(output, sample.y, sample.weight)
            return -float(value)
        error = np.average(((output - sample.y) ** 2).mean(axis=1), weights=sample.weight)
        spread = np.average(((sample.y - sample.y.mean(axis=0)) ** 2).mean(axis=1), weights=sample.weight)
        return float(1 - error / spread) if spread > 0 else -float(error)
