"""The network: layers in a row, its forward pass and its backward pass.

Forward, each layer's output is the next one's input. Backward, each layer maps the gradient of its output to that of
its input and returns the gradients of its parameters. That is all of backpropagation.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt

from byhand.arguments import check_items, check_kind, format_value
from byhand.arrays import Array, Params, check_same_shape
from byhand.errors import OptionError, ShapeError
from byhand.layers.base import Layer, check_chain
from byhand.mlp import MlpOptions, mlp_layers
from byhand.network_svg import network_svg
from byhand.random import RandomStream
from byhand.summary import summary_table


@dataclass
class LayerRecord:
    """What happened at one layer: backpropagation's tape, and the data of every explanation and picture."""

    layer: Layer
    x: Array = field(repr=False)  # (n, n_in) what came in
    y: Array = field(repr=False)  # (n, n_out) what went out
    saved: Any = field(repr=False)  # what the layer's backward needs
    dy: Array | None = field(default=None, repr=False)  # (n, n_out) gradient of the loss, after the backward pass


@dataclass
class Trace:
    """The forward pass of a batch, layer by layer."""

    steps: list[LayerRecord]

    @property
    def output(self) -> Array:
        """The network's output (n, k): logits if the loss is a cross-entropy."""
        return self.steps[-1].y


class Network:
    """Layers in a row.

    layers : the first one decides the width of the input: a dense layer, an embedding or InputCopies
    Raises ShapeError when a layer does not fit the one before, or copies of the examples are not joined again.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        layers = check_items("Network", "layers", layers, "a list, as [Dense(784, 10)]")
        self.layers = [check_kind("Network", "a layer", layer, Layer, "layers, as Dense(784, 10)") for layer in layers]
        if not self.layers or not self.layers[0].n_in:
            raise ShapeError("a network needs a Dense layer first: it decides how many numbers come in.")
        self.widths = check_chain(self.layers)  # of the input, then after each layer

    @classmethod
    def mlp(cls, sizes: Sequence[int], **options: Unpack[MlpOptions]) -> "Network":
        """Return a multilayer perceptron, sizes like [784, 128, 10]; its options: byhand.mlp.MlpOptions."""
        return cls(mlp_layers(sizes, **options))

    @property
    def params(self) -> Params:
        """All parameters by position and name: {"0.W": …, "0.b": …, "2.W": …}. The arrays themselves, not copies."""
        return {f"{i}.{name}": a for i, layer in enumerate(self.layers) for name, a in layer.params.items()}

    @property
    def statistics(self) -> Params:
        """All running averages by position and name (batch normalisation has them)."""
        return {f"{i}.{name}": a for i, layer in enumerate(self.layers) for name, a in layer.statistics.items()}

    def forward(self, x: Array, *, training: bool = False, rng: RandomStream | None = None) -> Trace:
        """Walk a batch x (n, n_in) forwards and keep the trace."""
        steps = []
        for layer in self.layers:
            y, saved = layer.forward(x, training=training, rng=rng)
            steps.append(LayerRecord(layer, x, y, saved))
            x = y
        return Trace(steps)

    def predict(self, x: Array) -> Array:
        """Return the output (n, k) for a batch x (n, n_in), logits as a rule, and keep nothing. Short: network(x)."""
        for layer in self.layers:
            x, _ = layer.forward(x)
        return x

    __call__ = predict  # network(x)
    _repr_svg_ = network_svg  # in a notebook

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: int) -> Layer:
        return self.layers[index]

    def backward(self, d_output: Array, trace: Trace) -> Params:
        """Walk the gradient of the loss d_output (n, k) back along the trace.

        Returns the gradient of every parameter, under the names of `params`; each step's dy is filled in.
        """
        check_kind("Network.backward", "trace", trace, Trace, "what forward returned")
        check_same_shape("Network.backward", "d_output", d_output, trace.output.shape)
        grads: Params = {}
        dy: Any = d_output  # becomes None behind the first layer only, which is the last one visited
        for i in reversed(range(len(trace.steps))):
            step = trace.steps[i]
            step.dy = dy
            dy, layer_grads = step.layer.backward(dy, step.saved, need_dx=i > 0)
            grads.update({f"{i}.{name}": gradient for name, gradient in layer_grads.items()})
        return grads

    def update_statistics(self, trace: Trace) -> None:
        """Let every layer that keeps running averages take up what the batch of this trace says about the data."""
        for step in trace.steps:
            if step.layer.statistics:
                step.layer.update_statistics(step.saved)

    def summary(self) -> str:
        """Return a table of the layers with shapes and exact parameter counts."""
        return summary_table(self)

    def astype(self, dtype: npt.DTypeLike) -> "Network":
        """Return a copy of this network in another dtype (float64 for checks, complex128 for the complex step)."""
        try:
            wanted = np.dtype(dtype)
        except (TypeError, ValueError):
            wanted = np.dtype(object)
        if dtype is None or wanted.kind not in "fc":
            raise OptionError(f"Network.astype got {format_value(dtype)}; expected float32, float64 or complex128.")
        network = deepcopy(self)
        for layer in network.layers:
            layer.astype(wanted)
        return network

    def __repr__(self) -> str:
        return f"Network([{', '.join(map(repr, self.layers))}])"
