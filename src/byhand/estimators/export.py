"""A fitted estimator as a file: byhand's model files, exports without byhand, ONNX; and what became of each column."""

from typing import Any, Self

import numpy as np

from byhand.arguments import check_path
from byhand.data.tables.schema import TableSchema
from byhand.errors import lookup
from byhand.estimators.encoder import TableEncoder
from byhand.estimators.model_file import hidden_widths, kind_of_activation, without_mean
from byhand.estimators.to_onnx import add_encoder, add_network
from byhand.estimators.training import Trainer
from byhand.exports import EXPORTS
from byhand.exports.inference_model import inference_model
from byhand.exports.onnx_graph import Graph
from byhand.files import atomic_write
from byhand.layers import BatchNorm
from byhand.mlp import EMBEDDINGS
from byhand.persistence.model import Model, load_model, save_model
from byhand.training.state import TrainingState


class ExportableMLP(Trainer):
    """Saving, loading and exporting; each estimator says what comes after its networks."""

    n_features_in_: int
    _target_name: str
    _state: TrainingState | None  # of partial_fit

    def save(self, path: Any) -> None:
        """Write the fitted model, preprocessing included, as a model file that `load` and byhand's commands read.

        path : the file, or a folder, in which it is called model.safetensors
        Raises OptionError for an ensemble and for several labels a row, which such a file cannot hold.
        """
        save_model(self.to_model(), check_path("save", "path", path))

    @classmethod
    def load(cls, path: Any) -> Self:
        """Return the estimator in a model file, of `save` or of `byhand train --data table.csv`.

        Raises OptionError for a model of another kind, DataError and ModelFormatError as load_model.
        """
        model = load_model(check_path("load", "path", path))
        return cls()._take(model)

    def export(self, kind: str, path: Any) -> None:
        """Write the fitted model to run without byhand. kind : "onnx" (takes columns); "c", "js", "python" (numbers).

        The numbers are the inputs that the file lists by name: one a number, one a category, before any scaling.
        """
        write, place = lookup("kind", kind, EXPORTS), check_path("export", "path", path)
        if kind == "onnx":
            self.to_onnx(place)
        else:
            atomic_write(place, write(inference_model(self.to_model(), place.stem)))

    def to_model(self) -> Model:
        """Return the fitted estimator as one of byhand's models."""
        raise NotImplementedError

    def _take(self, model: Model) -> Self:
        """Become the estimator that a model is; return self."""
        raise NotImplementedError

    def _take_network(self, model: Model, table: TableSchema) -> None:
        """Take over network and preprocessing, and the parameters that the network tells."""
        self._encoder = TableEncoder(table.columns, model.preparation)
        network, self.n_heads = without_mean(model.network)
        self.networks_, self._state, self.history_ = [network], None, []
        self.hidden_layer_sizes = hidden_widths(network)
        front = type(model.network.layers[0])
        self.numerical_embedding = next((word for word, kind in EMBEDDINGS.items() if kind is front), None)
        self.activation = kind_of_activation(model.network)
        self.batch_norm = any(isinstance(layer, BatchNorm) for layer in network.layers)
        self.dtype = model.network.layers[0].dtype.name
        self.n_features_in_, self._target_name = len(table.columns), table.target
        if table.has_header:
            self.feature_names_in_ = np.array(table.names, dtype=object)
        self.n_layers_, self.n_outputs_ = len(self._hidden()) + 2, self._n_outputs()

    def to_onnx(self, path: Any) -> None:
        """Write the fitted model, preprocessing included, as an ONNX file with one input per column.

        Raises MissingDependencyError without the package onnx, OptionError for layers that the file cannot hold.
        """
        self._check_fitted()
        graph = Graph()
        x = add_encoder(graph, self._encoder, self._feature_names())
        n_heads = self._heads(self.networks_[0])
        outputs = [add_network(graph, network, x, n_heads) for network in self.networks_]
        self._add_outputs(graph, outputs, of_heads=n_heads > 1)
        atomic_write(check_path("to_onnx", "path", path), graph.serialized())

    def _add_outputs(self, graph: Graph, outputs: list[str], *, of_heads: bool) -> None:
        """Append what comes after the networks, and the outputs of the file. of_heads : are theirs (k, n, c)?"""
        raise NotImplementedError

    def _feature_names(self) -> list[str]:
        """Return the columns' names, or "column 0", "column 1", … where there are none."""
        return list(getattr(self, "feature_names_in_", [f"column {i}" for i in range(self.n_features_in_)]))

    def preprocessing_report(self) -> str:
        """Return what was done to which column, a line each."""
        return "\n".join(f"{name}: {what}" for name, what in self.preprocessing_rows())

    def preprocessing_rows(self) -> list[tuple[str, str]]:
        """Return what was done to which column, as pairs of its name and a phrase."""
        self._check_fitted()
        return [(name, one.became) for name, one in zip(self._feature_names(), self._encoder.report(), strict=True)]
