"""A training run of a recipe: built from its settings, iterated by the caller."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from byhand.data.examples import Dataset, Examples
from byhand.engines.base import Engine
from byhand.engines.kernel_table import dense_sizes
from byhand.engines.native import NativeEngine
from byhand.losses import MeanOfHeads
from byhand.network import Network
from byhand.novelty import NoveltyDetector, fit_novelty_detector
from byhand.persistence.model import Model
from byhand.persistence.output import output_for
from byhand.persistence.provenance import environment, training_summary
from byhand.recipes.build import build_loss, build_network, build_optimizer, build_plan
from byhand.recipes.recipe import Recipe
from byhand.recipes.target_scale import TargetScale
from byhand.training.diagnosis import Finding, diagnose
from byhand.training.history import EpochRecord
from byhand.training.plan import Plan
from byhand.training.state import TrainingState
from byhand.training.train import train


@dataclass
class Run:
    """One recipe, one seed, one data set, and how far it has come.

    scale : in regression, of the targets that `state.network` is trained on; None: they are used as they are
    """

    recipe: Recipe
    dataset: Dataset
    plan: Plan
    state: TrainingState
    scale: TargetScale | None

    @classmethod
    def of(cls, recipe: Recipe, dataset: Dataset) -> "Run":
        """Return the run at its start."""
        network = build_network(recipe, dataset)
        state = TrainingState(network, build_optimizer(recipe, network))
        scale = TargetScale.of(dataset.train, network, build_loss(recipe))
        return cls(recipe, dataset, build_plan(recipe, dataset), state, scale)

    def epochs(self, engine: Engine, stop: Callable[[], bool] = lambda: False) -> Iterator[EpochRecord]:
        """Train to the end, an epoch a pull."""
        validation = self.dataset.validation and self._scale_targets(self.dataset.validation)
        return train(self.state, self.training_examples(), self.plan, validation=validation, engine=engine, stop=stop)

    def training_examples(self) -> Examples:
        """Return what the network is trained on: in regression, with scaled targets."""
        return self._scale_targets(self.dataset.train)

    @property
    def network(self) -> Network:
        """The network as it is now, for inputs and answers as the data set has them; of several heads, their mean."""
        return self._answering(self.scale.fold_into(self.state.network) if self.scale else self.state.network)

    def _answering(self, network: Network) -> Network:
        """Return a network of this run with one answer to each example."""
        loss = self.plan.loss
        return Network([*network.layers, loss.mean]) if isinstance(loss, MeanOfHeads) else network

    @property
    def seconds(self) -> float:
        """Time spent in training so far, all epochs of all sittings."""
        return sum(record.seconds for record in self.state.history)

    def n_threads(self, engine: Engine) -> int | None:
        """Return how many threads train; None: NumPy decides, see environment's blas_threads."""
        if not isinstance(engine, NativeEngine):
            return None
        return engine.n_threads(dense_sizes(self.state.network), min(self.plan.batch_size, len(self.dataset.train)))

    def model(self, engine: Engine) -> Model:
        """Return the network as it is now with everything needed to use it and to make it again."""
        network = self.network
        return Model(
            network=network,
            preparation=self.dataset.train.preparation,
            output=output_for(network, self.recipe.loss, is_classes=self.dataset.train.is_classes),
            class_names=self.dataset.class_names,
            image_shape=self.dataset.image_shape,
            provenance={
                "recipe": asdict(self.recipe),
                "data": self.dataset.source,
                "engine": engine.name,
                "threads": self.n_threads(engine),
                "environment": environment(),
            },
            history=training_summary([row.to_saved() for row in self.state.history]),
            table=self.dataset.table,
            image=self.dataset.image,
            novelty=self._novelty_detector(),
        )

    def _novelty_detector(self) -> NoveltyDetector | None:
        """Return what tells pictures unlike those of training; rows of tables are judged column by column."""
        return fit_novelty_detector(self.dataset.train.raw) if self.dataset.image_shape else None

    def diagnosis(
        self, accuracy: float | None, usual_rate: float | None, command: Callable[[str, str], str]
    ) -> list[Finding]:
        """Return what went wrong in the training so far; see diagnose."""
        best = self.state.best  # early stopping went back to it
        return diagnose(
            self._answering(self.state.network),
            self._scale_targets(self.dataset.train),
            self.state.history[: best.epoch] if best else self.state.history,
            loss=build_loss(self.recipe),
            initial=self._answering(build_network(self.recipe, self.dataset)),
            accuracy=accuracy,
            learning_rate=self.recipe.learning_rate,
            usual_rate=usual_rate,
            shuffled=self.plan.shuffle,
            command=command,
        )

    def _scale_targets(self, examples: Examples) -> Examples:
        return self.scale.apply(examples) if self.scale else examples
