"""MLPClassifier: classes from the columns of a table."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from byhand.arguments import check_flag, check_number
from byhand.arrays import Array
from byhand.errors import OptionError
from byhand.estimators.calibration import fit_temperature
from byhand.estimators.columns import to_array
from byhand.estimators.conformal import calibration, check_calibrated, check_coverage
from byhand.estimators.errors import InputError
from byhand.estimators.mlp import BaseMLP
from byhand.estimators.model_file import check_loadable, classes_of, model_of, scale_outputs
from byhand.estimators.samples import Sample, read_weights
from byhand.estimators.targets import as_column, check_length, is_multilabel, read_y
from byhand.estimators.to_onnx import add_labels
from byhand.exports.onnx_graph import Graph
from byhand.exports.onnx_layers import add_mean
from byhand.layers.sigmoid import sigmoid
from byhand.losses import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy
from byhand.metrics import predict_labels
from byhand.persistence.model import Model
from byhand.persistence.output import Output


class MLPClassifier(BaseMLP):
    """A multilayer perceptron for classes, with scikit-learn's interface and parameter names.

    Takes tables as they are (words, missing values, frames) and scales them itself; see `preprocessing_report`.
    The parameters that scikit-learn has mean the same here; these defaults differ, because they do better on tables:

    hidden_layer_sizes : (256, 256)
    learning_rate : "flat_cos", constant for half the epochs, then half a cosine down to 0; also constant, cosine,
        coslog4 (RealMLP's four cosine cycles), linear, one_cycle, invscaling
    learning_rate_init : 0.006   beta_2 : 0.95   alpha : 0   max_iter : 128 epochs
    early_stopping : "auto": from 200 rows on a validation_fraction is set aside and the best epoch's weights are kept
    n_iter_no_change : None, never stop before max_iter; a number: stop that many epochs after the last improvement

    And these are new:

    activation : also "selu" and "mish", which start from weights of variance 1/n_in; "parametric_selu",
        "parametric_mish" and so on mix it with the straight line in shares that are learned at a tenth of the rate, one
        for each unit (ParametricActivation)
    dropout : 0.1, the fraction of hidden units dropped   batch_norm : normalize before every activation
    scaled_inputs : multiply every input by a number that is learned at six times the rate
    numerical_embedding : "pbld": every number of the table also becomes three made of waves that are learned, at a
        tenth of the rate (PeriodicEmbedding); "pwl": every number also becomes sixteen, each a curve with a bend at
        every edge of 48 bins, which have as many training rows each (PiecewiseLinearEmbedding); "pl": it becomes four
        made of cosines and sines, and is gone itself (PeriodicLinearEmbedding)
    bias_rate : factor of the biases' learning rate (solver "adam" and "sgd")
    parametrization : "ntk", the neural tangent parametrization, divides the learning rate of every weight by √n_in of
        its layer (by n_in with solver "sgd"); weights start from variance 1/n_in, hidden biases from N(0, 1), the last
        layer at 0. RealMLP's learning rates, 0.04 and more, and its factors of them are meant for it
    weight_decay : 0.1, AdamW's (solver "adam" only)   label_smoothing : 0.1, targets are 1 − ε + ε/k and ε/k
    class_weight : {class: weight} or "balanced"   n_ensemble : the number of networks whose probabilities are averaged
    n_heads : more than 1 for TabM-mini: so many copies of the input with signs of their own, one network for all of
        them, and a last layer for each; trained on the mean of their losses, answering with the mean of their
        probabilities (InputCopies, Heads). TabM has 32
    calibrate : divide the logits by the temperature that fits the validation rows best
    dtype : "float64" trains in NumPy, to the last bit as the formulas are
    callbacks : functions of each epoch's figures (a dict); True stops the training

    After `fit`: classes_, n_features_in_, feature_names_in_, history_ (a dict an epoch), loss_curve_, n_iter_, coefs_,
    engine_ (what trained it).

    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]] * 8)
    >>> MLPClassifier((8,), max_iter=60, random_state=1).fit(X, X[:, 0] > 1.5).predict([[0.5], [2.5]]).tolist()
    [False, True]
    """

    _estimator_type = "classifier"
    class_weight: Mapping[Any, float] | str | None
    label_smoothing: float
    calibrate: bool

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
        label_smoothing: float = 0.1,
        class_weight: Mapping[Any, float] | str | None = None,
        n_ensemble: int = 1,
        n_heads: int = 1,
        calibrate: bool = False,
        dtype: str = "float32",
        callbacks: Sequence[Any] | None = None,
    ) -> None:
        self._keep(locals())

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train one epoch more on these rows; the first call learns the preprocessing and needs all `classes`."""
        if not self.__sklearn_is_fitted__():
            if classes is None:
                raise InputError("classes must be passed on the first call to partial_fit.")
            self._given_classes = np.unique(np.asarray(classes))
        elif classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            raise InputError(f"classes={classes!r} are not those of the first call, {self.classes_.tolist()}.")
        return self._partial_fit(X, y, sample_weight)

    def predict(self, X: Any) -> Array:
        """Return the most probable class of every row (n,), or (n, k) of 0 and 1 for several labels."""
        proba = self.predict_proba(X)
        if self._is_multilabel:
            return (proba > 0.5).astype(np.int64)
        chosen: Array = self.classes_[proba.argmax(axis=1)]
        return chosen

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of every class (n, k), columns as in classes_."""
        probabilities = [self._probabilities(output) for output in self._outputs(X)]
        mean: Array = np.mean(probabilities, axis=0)
        return mean

    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithm of predict_proba."""
        with np.errstate(divide="ignore"):  # a probability may be 0
            return np.log(self.predict_proba(X))

    def conformalize(self, X: Any, y: Any, coverage: float = 0.9) -> Self:
        """Calibrate `predict_set` on held-out rows X with labels y, which must not have been trained on; return self.

        coverage : the probability with which a set shall contain the true class, at least
        Raises InputError for too few rows, OptionError for several labels a row.
        """
        coverage = check_coverage("MLPClassifier.conformalize", coverage)
        self._check_fitted()
        if self._is_multilabel:
            raise OptionError("MLPClassifier.conformalize takes one class a row; this model has several labels a row.")
        proba = self.predict_proba(X)
        labels = self._read_targets(y, len(proba), reset=False)
        scores = 1 - proba[np.arange(len(labels)), labels].astype(np.float64)
        self.calibration_ = calibration("MLPClassifier.conformalize", scores, coverage)
        return self

    def predict_set(self, X: Any) -> Array:
        """Return which classes the answer may be, (n, k) of True and False, columns as in classes_.

        Each row's set contains its true class with the coverage that `conformalize` was asked for; it may be empty.
        """
        threshold = check_calibrated(self, "predict_set").threshold
        is_in_set: Array = 1 - self.predict_proba(X).astype(np.float64) <= threshold
        return is_in_set

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy on rows X with labels y, a fraction 0 … 1; of several labels, all must be right."""
        said, labels = self.predict(X), as_column(to_array(y))
        check_length(labels, len(said))
        hits = said == labels
        hits = hits.all(axis=1) if hits.ndim == 2 else hits
        return float(np.average(hits, weights=read_weights(sample_weight, len(said))))

    def _probabilities(self, output: Array) -> Array:
        output = output / output.dtype.type(self.temperature_)
        if self._is_multilabel:
            return sigmoid(output)
        e = np.exp(output - output.max(axis=1, keepdims=True))
        proba: Array = e / e.sum(axis=1, keepdims=True)
        return proba

    def to_model(self) -> Model:
        """Return the fitted classifier as one of byhand's models; its temperature is in the last layer's weights."""
        self._check_fitted()
        if self._is_multilabel:
            raise OptionError("a model file answers with one class, and this MLPClassifier with several; use to_onnx.")
        cooled = [scale_outputs(network, 1 / self.temperature_) for network in self.networks_]
        names = hasattr(self, "feature_names_in_")
        parts = ("MLPClassifier", cooled, self._encoder, self._target_name)
        return model_of(*parts, has_names=names, output=Output.SOFTMAX_LOGITS, classes=self.classes_)

    def _take(self, model: Model) -> Self:
        table = check_loadable("MLPClassifier", model, Output.SOFTMAX_LOGITS)
        self.classes_, self.temperature_, self._is_multilabel = classes_of(model), 1.0, False
        self._take_network(model, table)
        return self

    # what BaseMLP asks

    def _add_outputs(self, graph: Graph, outputs: list[str], *, of_heads: bool) -> None:
        temperature = graph.array(np.float32(self.temperature_))
        logits = [graph.node("Div", output, temperature) for output in outputs]
        if self._is_multilabel:
            each = [graph.node("Sigmoid", z) for z in logits]
        else:
            each = [graph.node("Softmax", z, axis=-1) for z in logits]
        probabilities = add_mean(graph, each, of_heads=of_heads, name="probabilities")
        if not self._is_multilabel:
            add_labels(graph, probabilities, self.classes_)
        graph.output("probabilities", "FLOAT", ["n", self._n_outputs()])

    def _calibrate(self, validation: Sample | None) -> None:
        if not self.calibrate or self._is_multilabel:
            return
        if validation is None:
            raise OptionError("MLPClassifier got calibrate=True without validation rows; set early_stopping=True.")
        output = np.mean(self._answers(validation.x), axis=0)
        self.temperature_ = fit_temperature(output, validation.y)

    def _check_params(self) -> None:
        super()._check_params()
        check_flag("MLPClassifier", "calibrate", self.calibrate)
        check_number("MLPClassifier", "label_smoothing", self.label_smoothing, lambda ε: 0 <= ε < 1, "0 ≤ ε < 1")
        is_known = self.class_weight is None or isinstance(self.class_weight, Mapping)
        if not is_known and self.class_weight != "balanced":
            raise OptionError(f"MLPClassifier got class_weight {self.class_weight!r}; expected a dict or 'balanced'.")

    def _read_targets(self, y: Any, n: int, *, reset: bool) -> Array:
        labels = read_y(y, n, is_classifier=True)
        multilabel = is_multilabel(labels)
        if reset:
            self._is_multilabel = multilabel
            self.temperature_ = 1.0
            given = self.__dict__.pop("_given_classes", None)  # of the first partial_fit, once
            self.classes_ = np.arange(labels.shape[1]) if multilabel else np.unique(labels) if given is None else given
            if not multilabel and len(self.classes_) < 2:
                raise InputError(
                    f"MLPClassifier got 1 class, {self.classes_.tolist()[0]!r}; expected two or more to tell apart."
                )
        if multilabel != self._is_multilabel:
            expected = "0 and 1 per label" if self._is_multilabel else "(n,) labels"
            raise InputError(f"MLPClassifier got y of shape {labels.shape}; expected {expected}, as in fit.")
        if multilabel:
            return labels.astype(np.float64)
        places = np.searchsorted(self.classes_, labels)
        places = np.minimum(places, len(self.classes_) - 1)
        wrong = self.classes_[places] != labels
        if wrong.any():
            raise InputError(
                f"y has class {labels[wrong].tolist()[0]!r}, which is not in classes_ {self.classes_.tolist()}."
            )
        return places.astype(np.int64)

    def _check_warm_start(self, y: Any, n: int) -> None:
        labels = read_y(y, n, is_classifier=True)
        if not self._is_multilabel and not np.array_equal(np.unique(labels), self.classes_):
            raise InputError(
                f"warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes_}, `y` has {np.unique(labels)}"
            )

    def _class_weights(self, y: Array) -> Array | None:
        if self.class_weight is None or self._is_multilabel:
            return None
        if isinstance(self.class_weight, Mapping):
            known = self.classes_.tolist()
            without = [label for label in known if label not in self.class_weight]
            if without and set(self.class_weight) - set(known):
                raise InputError(f"The classes, {without}, are not in class_weight, which has {[*self.class_weight]}.")
            by_class = np.array([self.class_weight.get(label, 1.0) for label in known], dtype=float)
        else:
            counts = np.bincount(y, minlength=len(self.classes_))
            by_class = len(y) / (len(counts) * np.maximum(counts, 1))
        weights: Array = by_class[y]
        return weights

    def _loss(self) -> Loss:
        return BinaryCrossEntropy() if self._is_multilabel else SoftmaxCrossEntropy(self.label_smoothing)

    def _n_outputs(self) -> int:
        return len(self.classes_)

    def _strata(self, y: Array) -> Array | None:
        return None if self._is_multilabel else y

    def _score_outputs(self, output: Array, sample: Sample) -> float:
        if self._is_multilabel:
            return float(((output > 0) == sample.y).all(axis=1).mean())
        return float(np.average(predict_labels(output) == sample.y, weights=sample.weight))
