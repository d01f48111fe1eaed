"""Write the numeric examples of docs/derivations/, between their markers: python tools/make_derivation_examples.py

Every number is what the library answers in float64. A gradient is shown twice, by the formula and by central
differences; where the two differ, nothing is written.
"""

from collections.abc import Callable
from pathlib import Path

from derivation_activations import exp, identity, leaky_relu, mish, relu, selu, sigmoid_page, softmax_page, tanh
from derivation_heads import head_mean, heads, input_copies, mean_of_heads
from derivation_layers import (
    batch_norm,
    dense,
    dropout,
    parametric_activation,
    periodic_embedding,
    periodic_linear_embedding,
    piecewise_embedding,
    residual,
    scaled_dense,
)
from derivation_losses import binary_cross_entropy, huber, poisson, quantile, sgd, softmax_cross_entropy, squared_error

PAGES = Path(__file__).parents[1] / "docs" / "derivations"
BEGIN, END = "<!-- numbers: begin -->\n", "<!-- numbers: end -->"

EXAMPLES: dict[str, Callable[[], list[str]]] = {
    "batch_norm": batch_norm,
    "binary_cross_entropy": binary_cross_entropy,
    "dense": dense,
    "dropout": dropout,
    "exp": exp,
    "head_mean": head_mean,
    "heads": heads,
    "huber": huber,
    "identity": identity,
    "input_copies": input_copies,
    "leaky_relu": leaky_relu,
    "mean_of_heads": mean_of_heads,
    "mish": mish,
    "parametric_activation": parametric_activation,
    "periodic_linear_embedding": periodic_linear_embedding,
    "piecewise_embedding": piecewise_embedding,
    "poisson": poisson,
    "periodic_embedding": periodic_embedding,
    "quantile": quantile,
    "relu": relu,
    "residual": residual,
    "scaled_dense": scaled_dense,
    "selu": selu,
    "sgd": sgd,
    "sigmoid": sigmoid_page,
    "softmax": softmax_page,
    "softmax_cross_entropy": softmax_cross_entropy,
    "squared_error": squared_error,
    "tanh": tanh,
}


def numbers(name: str) -> str:
    """Return what belongs between the markers of a page."""
    lines = "\n".join(line.rstrip() for line in EXAMPLES[name]())
    return f"```text\n{lines}\n```\n"


def with_numbers(name: str, page: str) -> str:
    """Return the text of a page with its numbers made anew. Raises ValueError unless it has one pair of markers."""
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"{name}.md has {page.count(BEGIN)} and {page.count(END)} markers; expected one of each.")
    before, rest = page.split(BEGIN)
    return before + BEGIN + numbers(name) + END + rest.split(END)[1]


def main() -> None:
    for name in EXAMPLES:
        path = PAGES / f"{name}.md"
        path.write_text(with_numbers(name, path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
