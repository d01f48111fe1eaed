"""A recipe for a table builds and trains the network that an estimator with the same settings trains."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand import data
from byhand.arrays import Array
from byhand.data.examples import Dataset, Examples
from byhand.engines.numpy_engine import NumpyEngine
from byhand.errors import OptionError
from byhand.estimators import MLPClassifier, MLPRegressor
from byhand.layers import HeadMean, LogHeadMean, PeriodicLinearEmbedding
from byhand.losses import MeanOfHeads, Poisson, SquaredError
from byhand.network import Network
from byhand.optimizers import ClipGradNorm, ParamGroups
from byhand.recipes import RECIPES
from byhand.recipes.build import adapt_to_regression, build_network, build_optimizer
from byhand.recipes.cross_validation import cross_validate
from byhand.recipes.datasets import load_data
from byhand.recipes.recipe import Recipe
from byhand.recipes.run import Run
from byhand.recipes.table import TABLE
from byhand.recipes.target_scale import TargetScale
from byhand.training.evaluate import evaluate

# fields of a recipe, which are an estimator's parameters of the same names
SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "selu": {"activation": "selu"},
    "shares": {"activation": "parametric_relu"},
    **{word: {"numerical_embedding": word} for word in ("pl", "pbld", "pwl")},
    "heads": {"n_heads": 3},
    "factors": {"scaled_inputs": True, "bias_rate": 0.1},
    "ntk": {"parametrization": "ntk"},
    "everything": {
        "parametrization": "ntk",
        "activation": "parametric_mish",
        "scaled_inputs": True,
        "bias_rate": 0.1,
        "numerical_embedding": "pl",
        "n_heads": 3,
        "batch_norm": True,
    },
}


def table(folder: Path, *, is_classes: bool) -> Path:
    """Write numbers, a number that is always known, two categories, and a target."""
    rng = np.random.default_rng(0)
    lines = [["age", "size", "wild", "target"]]
    for _ in range(150):
        age, size, wild = rng.normal(40, 10), rng.normal(), rng.choice(["no", "yes"])
        target = np.sin(2 * size) + (wild == "yes") + age / 40
        cells = [f"{age:.2f}", f"{size:.4f}", str(wild)]
        lines.append([*cells, ("big" if target > 1.5 else "small") if is_classes else f"{100 * target:.3f}"])
    file = folder / "t.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(lines)
    return file


def cells_of(examples: Examples) -> Array:
    """Return the cells that rows of the table above were made of."""
    rows = [[age, size, "yes" if wild > 0 else "no"] for age, size, wild in examples.raw.tolist()]
    return np.array(rows, dtype=object)


def trained(recipe: Recipe, dataset: Dataset, explicit: tuple[str, ...] = ()) -> Run:
    run = Run.of(adapt_to_regression(recipe, dataset, explicit), dataset)
    for _ in run.epochs(NumpyEngine()):
        pass
    return run


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("is_classes", [True, False])
def test_a_recipe_and_an_estimator_train_the_same_network(tmp_path: Path, name: str, is_classes: bool) -> None:
    settings = SETTINGS[name]
    recipe = replace(TABLE, data=str(table(tmp_path, is_classes=is_classes)), hidden=(16, 16), epochs=4, **settings)
    dataset = load_data(recipe, None)
    model = trained(recipe, dataset, ("epochs",)).model(NumpyEngine())
    words = np.array(dataset.class_names) if is_classes else None
    y = dataset.train.y.reshape(-1) if words is None else words[dataset.train.y]
    kind = MLPRegressor if words is None else MLPClassifier
    estimator = kind((16, 16), max_iter=4, early_stopping=False, random_state=recipe.seed, **settings)
    estimator.fit(cells_of(dataset.train), y)
    assert dataset.test is not None
    cells = cells_of(dataset.test)
    if isinstance(estimator, MLPClassifier):
        assert estimator.classes_.tolist() == list(dataset.class_names)
        assert model.predict_proba(dataset.test.raw) == pytest.approx(estimator.predict_proba(cells), abs=2e-3)
    else:
        said = np.clip(model.predict(dataset.test.raw)[:, 0], y.min(), y.max())
        assert said == pytest.approx(estimator.predict(cells), abs=1.0)  # of targets that differ by hundreds


def test_a_start_that_somebody_chose_stays(tmp_path: Path) -> None:
    dataset = load_data(replace(TABLE, data=str(table(tmp_path, is_classes=True))), None)
    for activation, explicit, scale in (
        ("mish", (), 0.5**0.5),
        ("mish", ("init_scale",), 1.0),
        ("mish", ("initializer",), 1.0),
        ("relu", (), 1.0),
    ):
        assert adapt_to_regression(replace(TABLE, activation=activation), dataset, explicit).init_scale == scale
    digits = replace(RECIPES["digits"], activation="mish")
    assert adapt_to_regression(digits, data.digits()).init_scale == 1.0


def test_the_log_of_several_heads_is_of_their_mean(tmp_path: Path) -> None:
    recipe = replace(TABLE, data=str(table(tmp_path, is_classes=True)), epochs=3, n_heads=4, validation="balanced")
    dataset = load_data(recipe, None)
    run = trained(recipe, dataset, ("epochs",))
    assert isinstance(run.network.layers[-1], LogHeadMean)
    assert run.network.widths[-1] == 2
    assert dataset.validation is not None
    assert run.state.history[-1].val_accuracy == evaluate(run.network, dataset.validation).accuracy
    assert run.model(NumpyEngine()).n_classes == 2


@pytest.mark.parametrize("loss", [SquaredError(), Poisson()])
def test_heads_take_the_scale_of_the_targets_in(loss: Any) -> None:
    x, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40.0)[:, None]
    network = Network.mlp([3, 4, 1], n_heads=3, seed=1).astype(np.float64)
    scale = TargetScale.of(Examples(x, y, data.digits().train.preparation), network, loss)
    assert scale is not None
    before, folded = network.predict(x), scale.fold_into(network).predict(x)
    expected = y.mean() * np.exp(before) if isinstance(loss, Poisson) else before * y.std() + y.mean()
    assert np.allclose(folded, expected, rtol=1e-12)


def test_numbers_are_embedded_in_tables_and_in_the_plane_and_not_in_pictures() -> None:
    recipe = replace(RECIPES["digits"], numerical_embedding="pl")
    with pytest.raises(OptionError, match="digits has pictures; leave it at none"):
        build_network(recipe, data.digits())
    front = build_network(recipe, data.moons(20)).layers[0]
    assert isinstance(front, PeriodicLinearEmbedding)
    assert front.columns == (0, 1)
    with pytest.raises(OptionError, match="unknown numerical_embedding 'plr'"):
        build_network(replace(recipe, numerical_embedding="plr"), data.moons(20))


def test_a_table_of_categories_alone_has_nothing_to_embed(tmp_path: Path) -> None:
    file = tmp_path / "words.csv"
    file.write_text("colour,kind\n" + "red,a\nblue,b\n" * 20)
    recipe = replace(TABLE, data=str(file), numerical_embedding="pl")
    with pytest.raises(OptionError, match="words has only categories; leave it at none"):
        build_network(recipe, load_data(recipe, None))


def test_clipping_is_within_the_rates_as_the_core_wants_it() -> None:
    recipe = replace(TABLE, clip_norm=1.0, bias_rate=0.1)
    optimizer = build_optimizer(recipe, Network.mlp([2, 3, 1]))
    assert isinstance(optimizer, ParamGroups)
    assert isinstance(optimizer.inner, ClipGradNorm)


def test_folds_of_a_network_with_heads_are_answered_by_their_mean() -> None:
    recipe = replace(RECIPES["digits"], n_heads=3, epochs=2)
    assert cross_validate(recipe, data.digits(), seed=0).output.shape[1] == 10


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"output_activation": "softmax"}, "would run over all heads at once; leave it at identity"),
        ({"output_activation": "sigmoid"}, "it would be squashed twice"),
        ({"n_heads": 0}, "n_heads=0; expected 1"),
    ],
)
def test_what_does_not_go_with_heads_is_refused(fields: dict[str, Any], said: str) -> None:
    recipe = replace(RECIPES["digits"], **{"n_heads": 2, **fields})
    with pytest.raises(OptionError, match=said):
        list(Run.of(recipe, data.digits()).epochs(NumpyEngine()))


def test_one_output_a_head_is_refused_under_softmax() -> None:
    moons = data.moons(20)
    run = Run.of(replace(RECIPES["digits"], n_heads=2), moons)
    run.state.network = Network.mlp([2, 3, 1], n_heads=2)
    with pytest.raises(OptionError, match="whose softmax is always 1"):
        list(run.epochs(NumpyEngine()))


def test_a_mean_for_each_loss() -> None:
    assert type(MeanOfHeads(SquaredError(), 2).mean) is HeadMean
