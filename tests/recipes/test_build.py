"""From a recipe's words to a network, a loss, an optimizer and a plan."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from byhand import data
from byhand.data.examples import Dataset, Examples
from byhand.engines.numpy_engine import NumpyEngine
from byhand.errors import OptionError
from byhand.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError
from byhand.network import Network
from byhand.optimizers import SGD, Adam, ClipGradNorm, Nesterov, WeightDecay
from byhand.preprocessing import fit_scaler
from byhand.recipes import RECIPES, find_recipe
from byhand.recipes.build import adapt_to_regression, build_loss, build_network, build_optimizer, build_plan
from byhand.recipes.datasets import load_data
from byhand.recipes.recipe import Recipe, recipe_fields
from byhand.recipes.run import Run
from byhand.summary import n_params, sizes_label

BUILT = {
    "vanilla": ("784-128-10", 101_770),
    "first": ("784-50-10", 39_760),
    "deep-dive": ("784-128-64-10", 109_386),
    "fast": ("784-128-10", 101_770),
    "draw": ("784-128-10", 101_770),
    "gaussians-16-8": ("2-16-8-2", 202),
    "gaussians-4-4": ("2-4-4-2", 42),
    "xor": ("2-8-1", 33),
    "digits": ("64-128-10", 9_610),
}


def like_mnist(preparation: str) -> Dataset:
    """Return twenty grey pictures of MNIST's size."""
    raw = (np.arange(20 * 784) % 251).astype(np.uint8).reshape(20, 784)
    examples = Examples(raw, np.arange(20) % 10, fit_scaler(preparation, raw, low=0, high=255))
    return Dataset("mnist", examples, examples, examples, tuple("0123456789"), (28, 28), "twenty grey pictures")


def data_for(recipe: Recipe) -> Dataset:
    return like_mnist(recipe.scaling) if recipe.data == "mnist" else load_data(recipe, None)


def test_these_are_the_recipes() -> None:
    assert set(RECIPES) == {*BUILT, "table", "images"}, "their data are brought"
    assert all(recipe.name == name and recipe.title and recipe.expects for name, recipe in RECIPES.items())


@pytest.mark.parametrize("name", BUILT)
def test_every_recipe_builds_and_takes_an_epoch(name: str) -> None:
    recipe = replace(RECIPES[name], epochs=1)
    run = Run.of(recipe, data_for(recipe))
    assert (sizes_label(run.state.network), n_params(run.state.network)) == BUILT[name]
    before = run.state.snapshot()
    (record,) = run.epochs(NumpyEngine())
    assert math.isfinite(record.loss)
    assert not np.array_equal(run.state.network.params["0.W"], before["params/0.W"])


@pytest.mark.parametrize("name", BUILT)
def test_every_field_of_a_recipe_is_plain_and_described(name: str) -> None:
    assert all(isinstance(getattr(RECIPES[name], f.name), str | int | float | tuple) for f in fields(Recipe))
    assert all(meaning for _, meaning in recipe_fields().values())
    assert {f.name for f in fields(Recipe)} - set(recipe_fields()) == {"name", "title", "expects", "floor"}


def test_a_recipe_is_a_value() -> None:
    assert replace(RECIPES["vanilla"], epochs=5) == RECIPES["vanilla"]
    with pytest.raises(AttributeError):
        RECIPES["vanilla"].epochs = 6  # type: ignore[misc]


@pytest.mark.parametrize(("wrong", "right"), [("vanila", "vanilla"), ("deepdive", "deep-dive"), ("digit", "digits")])
def test_an_unknown_recipe_is_answered_with_the_nearest(wrong: str, right: str) -> None:
    with pytest.raises(OptionError, match=right):
        find_recipe(wrong)


@pytest.mark.parametrize(
    ("field", "wrong", "near"),
    [
        ("activation", "rellu", "relu"),
        ("output_activation", "softmaxx", "softmax"),
        ("initializer", "glorott", "glorot"),
        ("loss", "squared_eror", "squared_error"),
        ("optimizer", "adamm", "adam"),
        ("schedule", "cosin", "cosine"),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest(field: str, wrong: str, near: str) -> None:
    recipe = replace(RECIPES["digits"], label_smoothing=0.0, **{field: wrong})  # type: ignore[arg-type]
    with pytest.raises(OptionError, match=near):
        Run.of(recipe, data.digits())


def test_words_become_the_objects_they_name() -> None:
    plain, network = Recipe("", "", ""), Network.mlp([2, 3, 1])
    assert isinstance(build_optimizer(plain, network), SGD)
    assert isinstance(build_optimizer(replace(plain, optimizer="adam"), network), Adam)
    decayed = build_optimizer(replace(plain, optimizer="nesterov", weight_decay=0.1, clip_norm=2.0), network)
    assert isinstance(decayed, ClipGradNorm)
    assert isinstance(decayed.inner, WeightDecay)
    assert isinstance(decayed.inner.inner, Nesterov)
    assert isinstance(build_loss(plain), SoftmaxCrossEntropy)
    assert isinstance(build_loss(replace(plain, loss="squared_error")), SquaredError)
    assert isinstance(build_loss(replace(plain, loss="binary_cross_entropy")), BinaryCrossEntropy)
    with pytest.raises(OptionError, match="label_smoothing"):
        build_loss(replace(plain, loss="squared_error", label_smoothing=0.1))


def test_two_classes_under_binary_cross_entropy_need_one_output() -> None:
    moons = data.moons(20)
    assert build_network(Recipe("", "", "", loss="binary_cross_entropy"), moons).widths[-1] == 1
    assert build_network(Recipe("", "", ""), moons).widths[-1] == 2
    assert build_network(Recipe("", "", "", loss="binary_cross_entropy"), data.digits()).widths[-1] == 10


def test_numbers_to_predict_get_squared_error() -> None:
    sine, recipe = data.sine(20), RECIPES["vanilla"]
    assert adapt_to_regression(recipe, sine).loss == "squared_error"
    assert adapt_to_regression(recipe, data.moons(20)) is recipe
    with pytest.raises(OptionError, match="squared_error"):
        build_plan(recipe, sine)
    assert build_plan(adapt_to_regression(recipe, sine), sine).loss.kind == "squared_error"


def test_the_seed_decides_the_start() -> None:
    networks = [build_network(replace(RECIPES["digits"], seed=seed), data.digits()) for seed in (3, 3, 4)]
    one, same, other = (network.params["0.W"] for network in networks)
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_what_was_chosen_stays_where_numbers_are_predicted() -> None:
    sine, recipe = data.sine(20), RECIPES["vanilla"]
    assert adapt_to_regression(recipe, sine).learning_rate == pytest.approx(recipe.learning_rate / 10)
    assert adapt_to_regression(recipe, sine, ["learning_rate"]).learning_rate == recipe.learning_rate
    assert adapt_to_regression(recipe, sine, ["loss"]) is recipe
