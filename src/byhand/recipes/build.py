"""Build the objects that a recipe's fields name: network, loss, optimizer, plan."""

from collections.abc import Callable, Collection
from dataclasses import replace

from byhand import initializers
from byhand.data.examples import Dataset
from byhand.data.tables.schema import number_places
from byhand.errors import OptionError, lookup
from byhand.initializers import Initializer
from byhand.losses import (
    LOSSES,
    REGRESSION_LOSSES,
    BinaryCrossEntropy,
    Huber,
    Loss,
    MeanOfHeads,
    Quantile,
    SoftmaxCrossEntropy,
    SquaredError,
)
from byhand.mlp import EMBEDDINGS
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, ClipGradNorm, Momentum, Nesterov, Optimizer, WeightDecay
from byhand.recipes.images import IMAGES
from byhand.recipes.recipe import Recipe
from byhand.recipes.table import TABLE, fit_to_rows
from byhand.schedules import schedule_for
from byhand.training.plan import Plan
from byhand.training.table_networks import (
    LECUN_ACTIVATIONS,
    LECUN_SCALE,
    NTK,
    PARAMETRIZATIONS,
    place_bins,
    start_ntk,
    with_rates,
)

OWN_DATA = (TABLE.name, IMAGES.name)  # recipes that are adapted to the number of examples
START = {"initializer", "init_scale"}  # fields that say where weights start
NO_EMBEDDING = "none"
REGRESSION_LR_FACTOR = 0.1  # squared error is steeper than cross-entropy, whose gradient is at most 1


def is_ntk(recipe: Recipe) -> bool:
    """Is the network trained in the neural tangent parametrization?"""
    lookup("parametrization", recipe.parametrization, dict.fromkeys(PARAMETRIZATIONS))
    return recipe.parametrization == NTK


def build_initializer(recipe: Recipe) -> Initializer:
    """Return the recipe's initializer; raise OptionError for one beside a parametrization that has its own."""
    if is_ntk(recipe):
        if recipe.initializer != "he" or recipe.init_scale not in (1.0, LECUN_SCALE):
            raise OptionError(
                "parametrization ntk has weights of its own to start from; leave out initializer and init_scale."
            )
        return initializers.scaled(LECUN_SCALE, initializers.he)
    known: dict[str, Initializer] = {
        "he": initializers.scaled(recipe.init_scale, initializers.he),
        "glorot": initializers.scaled(recipe.init_scale, initializers.glorot),
        "normal": initializers.normal(recipe.init_scale),
        "uniform": initializers.uniform(recipe.init_scale),
        "zeros": initializers.zeros,
    }
    return lookup("initializer", recipe.initializer, known)


def build_network(recipe: Recipe, dataset: Dataset) -> Network:
    """Return the untrained network for this data set; two classes under binary cross-entropy need one logit only."""
    binary = recipe.loss == BinaryCrossEntropy.kind and len(dataset.class_names) == 2
    n_out = 1 if binary else dataset.n_outputs
    embeds = recipe.numerical_embedding != NO_EMBEDDING
    network = Network.mlp(
        [dataset.train.n_features, *recipe.hidden, n_out],
        activation=recipe.activation,
        output=recipe.output_activation,
        initializer=build_initializer(recipe),
        dropout=recipe.dropout,
        batch_norm=recipe.batch_norm,
        residual=recipe.residual,
        scaled_inputs=recipe.scaled_inputs,
        embedded_columns=_embedded_columns(recipe, dataset) if embeds else (),
        embedding=recipe.numerical_embedding if embeds else "pbld",
        n_heads=recipe.n_heads,
        seed=recipe.seed,
    )
    if is_ntk(recipe):
        start_ntk(network, recipe.seed)
    if embeds:
        place_bins(network, dataset.train.x)
    return network


def _embedded_columns(recipe: Recipe, dataset: Dataset) -> list[int]:
    """Return the places of the inputs that are embedded: a table's numbers, or the coordinates of a toy's points."""
    lookup("numerical_embedding", recipe.numerical_embedding, {NO_EMBEDDING: None, **EMBEDDINGS})
    if dataset.image_shape is not None:
        raise OptionError(
            f"numerical_embedding is for numbers of tables, and {dataset.name} has pictures; leave it at none."
        )
    if dataset.table is None:
        return list(range(dataset.train.n_features))
    places = number_places(dataset.table.columns)
    if not places:
        raise OptionError(
            f"numerical_embedding is for numbers, and {dataset.name} has only categories; leave it at none."
        )
    return places


def build_loss(recipe: Recipe) -> Loss:
    """Return the recipe's loss."""
    loss = lookup("loss", recipe.loss, LOSSES)
    if recipe.loss == SoftmaxCrossEntropy.kind:
        return SoftmaxCrossEntropy(recipe.label_smoothing)
    if recipe.label_smoothing:
        raise OptionError(f"label_smoothing goes with softmax_cross_entropy, not with {recipe.loss}; leave it at 0.")
    if recipe.loss == Huber.kind:
        return Huber(recipe.huber_delta)
    return Quantile(recipe.quantile) if recipe.loss == Quantile.kind else loss()


def build_optimizer(recipe: Recipe, network: Network) -> Optimizer:
    """Return the recipe's optimizer of a network, wrapped for weight decay, clipping and rates where asked for."""
    known: dict[str, Callable[[], Optimizer]] = {
        "sgd": SGD,
        "momentum": lambda: Momentum(recipe.momentum),
        "nesterov": lambda: Nesterov(recipe.momentum),
        "adam": lambda: Adam(beta2=recipe.beta2),
        "adamw": lambda: AdamW(recipe.weight_decay, beta2=recipe.beta2),
    }
    optimizer = lookup("optimizer", recipe.optimizer, known)()
    if recipe.weight_decay and recipe.optimizer != "adamw":  # AdamW decays by itself
        optimizer = WeightDecay(optimizer, recipe.weight_decay)
    optimizer = ClipGradNorm(optimizer, recipe.clip_norm) if recipe.clip_norm else optimizer
    return with_rates(optimizer, network, recipe.bias_rate, recipe.parametrization)


def adapt_to_regression(recipe: Recipe, dataset: Dataset, explicit: Collection[str] = ()) -> Recipe:
    """Return the recipe adapted to the data: epochs and batches to the number of your own rows or pictures; squared
    error and a smaller learning rate to regression targets; the start of a table's network to its activation.

    explicit : names of fields that the user set; these stay as they are.
    """
    if recipe.name in OWN_DATA:
        recipe = fit_to_rows(recipe, len(dataset.train), explicit)
    if recipe.name == TABLE.name and recipe.activation in LECUN_ACTIVATIONS and not START & set(explicit):
        recipe = replace(recipe, init_scale=LECUN_SCALE)
    if "loss" in explicit and recipe.loss != SoftmaxCrossEntropy.kind and "label_smoothing" not in explicit:
        recipe = replace(recipe, label_smoothing=0.0)
    if dataset.train.is_classes or recipe.loss in REGRESSION_LOSSES or "loss" in explicit:
        return recipe
    keeps_rate = "learning_rate" in explicit or recipe.name in OWN_DATA  # Adam's step does not grow with the gradient
    rate = recipe.learning_rate * (1 if keeps_rate else REGRESSION_LR_FACTOR)
    smoothing = recipe.label_smoothing if "label_smoothing" in explicit else 0.0  # build_loss refuses it
    return replace(recipe, loss=SquaredError.kind, label_smoothing=smoothing, learning_rate=rate)


def build_plan(recipe: Recipe, dataset: Dataset) -> Plan:
    """Return how the recipe trains on this data set; raise OptionError when loss and data do not go together."""
    if not dataset.train.is_classes and recipe.loss not in REGRESSION_LOSSES:
        raise OptionError(
            f"{dataset.name} has regression targets, and {recipe.loss} is for classes. Use squared_error."
        )
    if dataset.train.is_classes and recipe.loss in REGRESSION_LOSSES and recipe.loss != SquaredError.kind:
        raise OptionError(f"{dataset.name} has classes, and {recipe.loss} is for numbers. Use softmax_cross_entropy.")
    return Plan(
        loss=build_loss(recipe) if recipe.n_heads == 1 else MeanOfHeads(build_loss(recipe), recipe.n_heads),
        schedule=schedule_for(recipe.schedule, recipe.learning_rate, recipe.warm_up),
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        shuffle=recipe.shuffle,
        max_shift=recipe.max_shift,
        image_shape=dataset.image_shape,
        patience=recipe.patience or None,
    )
