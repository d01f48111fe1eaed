"""scikit-learn and Keras, each as its own documentation trains."""

from collections.abc import Callable

import numpy as np

from byhand.arrays import Array
from byhand.bench.workload import Work


def sklearn(work: Work, x: Array, y: Array) -> Callable[[], None]:
    """Return a function that trains one epoch by partial_fit; raise ValueError for squared error."""
    from sklearn.neural_network import MLPClassifier

    if work.loss != "softmax_cross_entropy":
        raise ValueError("scikit-learn's classifier has no squared error")
    activation = {"relu": "relu", "sigmoid": "logistic"}[work.activation]
    model = MLPClassifier(
        work.sizes[1:-1],
        activation=activation,
        solver=work.optimizer,
        learning_rate_init=work.rate,
        batch_size=work.batch_size,
        momentum=0.0,
        alpha=0.0,
        random_state=0,
    )
    inputs, classes = _floats(x), np.unique(y)

    def epoch() -> None:
        model.partial_fit(inputs, y, classes=classes)  # one pass over the data

    return epoch


def keras(work: Work, x: Array, y: Array) -> Callable[[], None]:
    """Return a function that trains one epoch by model.fit, on Keras's JAX backend."""
    import os

    os.environ["KERAS_BACKEND"] = "jax"
    import keras as k

    squared = work.loss == "squared_error"
    dense = [k.layers.Dense(n, activation=work.activation) for n in work.sizes[1:-1]]
    dense.append(k.layers.Dense(work.sizes[-1], activation=work.activation if squared else None))
    model = k.Sequential([k.layers.Input((work.sizes[0],)), *dense])
    optimizer = k.optimizers.Adam(work.rate) if work.optimizer == "adam" else k.optimizers.SGD(work.rate)
    loss = "mse" if squared else k.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=optimizer, loss=loss)
    inputs, answers = _floats(x), np.eye(work.sizes[-1], dtype=np.float32)[y] if squared else y

    def epoch() -> None:
        model.fit(inputs, answers, batch_size=work.batch_size, epochs=1, verbose=0)

    return epoch


def _floats(x: Array) -> Array:
    return x.astype(np.float32) / (255 if x.dtype == np.uint8 else 1)
