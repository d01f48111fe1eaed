"""Pictures of networks, trainings and data, drawn by matplotlib: `pip install "byhand[plots]"`.

Every function returns a matplotlib Figure, which a notebook shows and `figure.savefig("name.svg")` writes. Nothing here
opens a window or changes matplotlib's settings.
"""

from byhand.network_svg import network_svg
from byhand.plots.curves import plot_curves, plot_rate_sweep
from byhand.plots.decision import plot_decision_map
from byhand.plots.gradients import plot_gradient_sizes
from byhand.plots.images import plot_confusion, plot_examples, plot_gallery, plot_mistakes, plot_weights

__all__ = [
    "network_svg",
    "plot_confusion",
    "plot_curves",
    "plot_decision_map",
    "plot_examples",
    "plot_gallery",
    "plot_gradient_sizes",
    "plot_mistakes",
    "plot_rate_sweep",
    "plot_weights",
]
