"""What a training is made of, from an estimator's parameters: batch size, engine, optimizer and network."""

import os
from collections.abc import Sequence

from byhand.engines.base import Engine
from byhand.engines.numpy_engine import NumpyEngine
from byhand.engines.selection import choose_engine
from byhand.errors import OptionError
from byhand.estimators.parameters import DTYPES, MLPParameters
from byhand.initializers import he, scaled
from byhand.losses import Loss
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, WeightDecay
from byhand.training.batch_size import batch_size_for
from byhand.training.table_networks import LECUN_ACTIVATIONS, LECUN_SCALE, NTK, start_ntk, with_rates


def resolve_batch_size(params: MLPParameters, n: int) -> int:
    """Return the batch size for n training rows."""
    if params.batch_size != "auto":
        return min(int(params.batch_size), n)
    return min(batch_size_for(n), n)


def select_engine(params: MLPParameters, network: Network, loss: Loss, optimizer: Optimizer) -> Engine:
    """Return the fastest engine that can train this; for float64 NumPy's, for the C core trains in float32 alone.

    Raises OptionError where BYHAND_ENGINE names one that cannot.
    """
    if params.dtype == "float64":
        asked = os.environ.get("BYHAND_ENGINE") or "auto"
        if asked == "native":
            raise OptionError(
                f"{type(params).__name__} got dtype='float64', and BYHAND_ENGINE names the engine native, which trains "
                f"in float32. Set it to numpy, or dtype='float32'."
            )
        if asked == "auto":
            return NumpyEngine()
    return choose_engine(None, network, loss, optimizer).engine


def build_optimizer(params: MLPParameters, batch: int, network: Network) -> Optimizer:
    """Return the optimizer of a network for batches of that many rows: alpha is divided by them, as in scikit-learn."""
    if params.solver == "sgd":
        plain = Nesterov if params.nesterovs_momentum else Momentum
        optimizer: Optimizer = plain(params.momentum) if params.momentum else SGD()
    elif params.weight_decay:
        optimizer = AdamW(params.weight_decay, beta1=params.beta_1, beta2=params.beta_2, epsilon=params.epsilon)
    else:
        optimizer = Adam(params.beta_1, params.beta_2, params.epsilon)
    optimizer = WeightDecay(optimizer, params.alpha / batch) if params.alpha else optimizer
    return with_rates(optimizer, network, params.bias_rate, params.parametrization)


def build_network(params: MLPParameters, widths: Sequence[int], embedded: Sequence[int], seed: int) -> Network:
    """Return a network with these widths, inputs and outputs included, and fresh weights.

    embedded : the places of the inputs that are embedded
    """
    activation = {"logistic": "sigmoid"}.get(params.activation, params.activation)  # scikit-learn's name
    is_ntk = params.parametrization == NTK
    network = Network.mlp(
        widths,
        activation=activation,
        initializer=scaled(LECUN_SCALE, he) if is_ntk or activation in LECUN_ACTIVATIONS else he,
        dropout=params.dropout,
        batch_norm=params.batch_norm,
        scaled_inputs=params.scaled_inputs,
        embedded_columns=embedded,
        embedding=params.numerical_embedding or "pbld",
        n_heads=params.n_heads,
        seed=seed,
    )
    if is_ntk:
        start_ntk(network, seed)
    return network.astype(DTYPES[params.dtype]) if params.dtype != "float32" else network
