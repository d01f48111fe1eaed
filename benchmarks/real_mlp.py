"""The settings of pytabkit's RealMLP-TD-S, in the words of byhand's estimators. With them the errors must be equal.

Source: pytabkit 1.8, default_params.py, and the fifth of the rows that its estimators set aside.
"""

from typing import Any

AS_REAL_MLP = "byhand, RealMLP-TD-S's settings"
SETTINGS: dict[str, Any] = {
    "hidden_layer_sizes": (256, 256, 256),
    "parametrization": "ntk",
    "scaled_inputs": True,
    "bias_rate": 0.1,
    "batch_size": 256,
    "learning_rate": "coslog4",
    "max_iter": 256,
    "validation_fraction": 0.2,
    "dropout": 0.0,
    "weight_decay": 0.0,
}


def settings_of_real_mlp(*, is_regression: bool) -> dict[str, Any]:
    """Return the parameters of an estimator for numbers, or of one for classes."""
    if is_regression:
        return {**SETTINGS, "activation": "mish", "learning_rate_init": 0.07}
    return {**SETTINGS, "activation": "selu", "learning_rate_init": 0.04}
