"""The exact errors of the network, the best line and the Bayes rule, for two Gaussian classes of known density.

All three are integrals over the plane, not counts of sampled points: with 1,000 test points the 95 % interval at 8 %
is ±1.7 points, wider than the differences of interest.
"""

from byhand.arrays import Array
from byhand.data.gaussian_pair import gaussian_pair_named
from byhand.metrics import predict_labels
from byhand.network import Network
from byhand.preprocessing import InputScaler

FAILED = 0.03  # a seed has failed if it ends this far above the Bayes error: dead units, a straight boundary


def integrate_errors(data: str, network: Network, preparation: InputScaler) -> dict[str, float]:
    """Return fractions: the error of the network, of the best rule and of the best line, the excess, failed 0 or 1."""
    clouds = gaussian_pair_named(data)

    def decide(points: Array) -> Array:
        return predict_labels(network.predict(preparation.apply(points)))

    error, bayes = clouds.error_of(decide), clouds.bayes_error()
    return {
        "error": error,
        "bayes_error": bayes,
        "best_line_error": clouds.best_linear_error(),
        "excess_over_bayes": error - bayes,
        "share_of_failed_starts": float(error - bayes > FAILED),
    }
