"""What a training is made of, from an estimator's parameters: batch size, engine, optimizer and network."""

from collections.abc import Sequence

from byhand.engines.numpy_engine import NumpyEngine
from byhand.estimators.parameters import DTYPES, MLPParameters
from byhand.initializers import he, scaled
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, ParamGroups, WeightDecay
from byhand.training.batch_size import batch_size_for

SCALE_RATE = 6.0  # of the scales of inputs, as in RealMLP
LECUN = scaled(0.5**0.5, he)  # variance 1/n_in


def resolve_batch_size(params: MLPParameters, n: int) -> int:
    """Return the batch size for n training rows."""
    if params.batch_size != "auto":
        return min(int(params.batch_size), n)
    return min(batch_size_for(n), n)


def select_engine(params: MLPParameters) -> NumpyEngine | None:
    """Return NumPy's engine for float64, which the C core's training does not have; None: the fastest."""
    return NumpyEngine() if params.dtype == "float64" else None


def build_optimizer(params: MLPParameters, batch: int) -> Optimizer:
    """Return the optimizer for batches of that many rows: alpha is divided by them, as in scikit-learn."""
    if params.solver == "sgd":
        plain = Nesterov if params.nesterovs_momentum else Momentum
        optimizer: Optimizer = plain(params.momentum) if params.momentum else SGD()
    elif params.weight_decay:
        optimizer = AdamW(params.weight_decay, beta1=params.beta_1, beta2=params.beta_2, epsilon=params.epsilon)
    else:
        optimizer = Adam(params.beta_1, params.beta_2, params.epsilon)
    optimizer = WeightDecay(optimizer, params.alpha / batch) if params.alpha else optimizer
    factors = {"b": float(params.bias_rate)} | ({"scale": SCALE_RATE} if params.scaled_inputs else {})
    return optimizer if factors == {"b": 1.0} else ParamGroups(optimizer, factors)


def build_network(params: MLPParameters, widths: Sequence[int], seed: int) -> Network:
    """Return a network with these widths, inputs and outputs included, and fresh weights."""
    activation = {"logistic": "sigmoid"}.get(params.activation, params.activation)  # scikit-learn's name
    network = Network.mlp(
        widths,
        activation=activation,
        initializer=LECUN if activation in ("selu", "mish") else he,
        dropout=params.dropout,
        batch_norm=params.batch_norm,
        scaled_inputs=params.scaled_inputs,
        seed=seed,
    )
    return network.astype(DTYPES[params.dtype]) if params.dtype != "float32" else network
