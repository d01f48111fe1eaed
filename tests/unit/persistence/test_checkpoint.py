"""A checkpoint: all of a run's state, to the bit, into a state that fits it and no other."""

from dataclasses import replace

import numpy as np
import pytest

from byhand.data.examples import Examples
from byhand.errors import DataError, ModelFormatError, OptionError
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, ClipGradNorm, Momentum, Nesterov, WeightDecay
from byhand.persistence.container import Document, read_document, write_document
from byhand.persistence.model import Model, save_model
from byhand.persistence.output import Output
from byhand.persistence.provenance import environment
from byhand.preprocessing import fit_scaler
from byhand.schedules import Constant
from byhand.training import checkpoint as checkpoint_module
from byhand.training.checkpoint import load_checkpoint, restore_state, save_checkpoint
from byhand.training.history import EpochRecord, to_json_lines
from byhand.training.plan import Plan
from byhand.training.state import Best, TrainingState
from byhand.training.train import train

RNG = np.random.default_rng(5)
RAW = RNG.integers(0, 256, (60, 6), dtype=np.uint8)
EXAMPLES = Examples(RAW, RNG.integers(0, 3, 60), fit_scaler("unit", RAW, low=0, high=255))
VALIDATION = EXAMPLES.take(slice(0, 30))
PLAN = Plan(SoftmaxCrossEntropy(), Constant(0.05), epochs=6, batch_size=10, seed=4, patience=6)
OPTIMIZERS = [
    SGD,
    Momentum,
    Nesterov,
    Adam,
    AdamW,
    lambda: WeightDecay(Momentum(), 1e-3),
    lambda: ClipGradNorm(Adam(), 1.0),
]


def fresh(optimizer=Adam, **options):
    net = Network.mlp([6, 5, 5, 3], **{"batch_norm": True, "residual": True, "dropout": 0.2, "seed": 2, **options})
    return TrainingState(net, optimizer())


def trained(n_epochs, optimizer=Adam):
    state = fresh(optimizer)
    for record in train(state, EXAMPLES, PLAN, validation=VALIDATION):
        if record.epoch == n_epochs:
            break
    return state


def go_on(state):
    for _ in train(state, EXAMPLES, PLAN, validation=VALIDATION):
        pass


def bits(arrays):
    return {name: (array.dtype, array.shape, array.tobytes()) for name, array in arrays.items()}


def without_time(history):
    return [replace(record, seconds=0.0) for record in history]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_state_comes_back_to_the_bit(tmp_path, optimizer):
    state, again = trained(3, optimizer), fresh(optimizer)
    save_checkpoint(tmp_path / "c", state, {"recipe": "test"})
    restore_state(load_checkpoint(tmp_path / "c"), again)
    assert bits(again.arrays()) == bits(state.arrays())
    assert (again.epoch, again.history) == (3, state.history)
    assert (again.best.epoch, again.best.val_loss) == (state.best.epoch, state.best.val_loss)
    assert bits(again.best.arrays) == bits(state.best.arrays)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_resumed_run_ends_in_the_bits_of_an_unbroken_one(tmp_path, optimizer):
    unbroken, resumed = fresh(optimizer), fresh(optimizer)
    go_on(unbroken)
    save_checkpoint(tmp_path / "c", trained(2, optimizer), {})
    restore_state(load_checkpoint(tmp_path / "c"), resumed)
    go_on(resumed)
    assert bits(resumed.arrays()) == bits(unbroken.arrays())
    assert without_time(resumed.history) == without_time(unbroken.history)


def test_a_run_that_has_not_begun_can_be_saved(tmp_path):
    state = fresh()
    save_checkpoint(tmp_path / "c", state, {})
    loaded = load_checkpoint(tmp_path / "c")
    assert (loaded.epoch, loaded.history, loaded.best) == (0, [], None)
    again = fresh(seed=9)
    restore_state(loaded, again)
    assert bits(again.arrays()) == bits(state.arrays())
    assert (again.epoch, again.best) == (0, None)


def test_settings_come_back_as_plain_data(tmp_path):
    settings = {"recipe": {"hidden": [50, 20], "rate": 0.1}, "n_seeds": None}
    save_checkpoint(tmp_path / "c", fresh(), settings)
    assert load_checkpoint(tmp_path / "c").settings == settings
    with pytest.raises(OptionError, match="not plain data"):
        save_checkpoint(tmp_path / "c", fresh(), {"loss": SoftmaxCrossEntropy()})
    assert load_checkpoint(tmp_path / "c").settings == settings


def test_it_says_what_the_bits_depended_on(tmp_path):
    save_checkpoint(tmp_path / "c", fresh(), {})
    assert load_checkpoint(tmp_path / "c").environment == environment()


def test_a_loss_that_became_infinite_does_not_stop_the_saving(tmp_path):
    state = fresh()
    state.history = [EpochRecord(1, 1e308, None, float("inf"), 0.1, 0.1, 1.0)]
    state.epoch, state.best = 1, Best(1, float("inf"), {})
    save_checkpoint(tmp_path / "c", state, {})
    loaded = load_checkpoint(tmp_path / "c")
    assert loaded.history == state.history
    assert loaded.best.val_loss == float("inf")


def test_a_long_history_fits(tmp_path):
    state = fresh()
    row = trained(1).history[0]
    state.history = [replace(row, epoch=i) for i in range(1, 20_001)]
    state.epoch = 20_000
    save_checkpoint(tmp_path / "c", state, {})
    assert load_checkpoint(tmp_path / "c").history == state.history


@pytest.mark.parametrize(
    "other",
    [
        lambda: TrainingState(Network.mlp([6, 5, 3]), Adam()),
        lambda: TrainingState(Network.mlp([6, 5, 4, 3], batch_norm=True), Adam()),
        lambda: fresh(batch_norm=False),
        lambda: TrainingState(fresh().network.astype(np.float64), Adam()),
    ],
)
def test_a_checkpoint_of_other_layers_changes_nothing(tmp_path, other):
    save_checkpoint(tmp_path / "c", trained(2), {})
    state = other()
    before = bits(state.snapshot())
    with pytest.raises(ModelFormatError, match=r"does not fit this network: the array .*Resume with the settings"):
        restore_state(load_checkpoint(tmp_path / "c"), state)
    assert bits(state.arrays()) == before
    assert (state.epoch, state.history, state.best) == (0, [], None)


def changed(path, arrays=None, **body):
    """Write another document, with the right digest, over the one at path."""
    document = read_document(path, checkpoint_module.FORMAT)
    new = {name: array for name, array in {**document.arrays, **(arrays or {})}.items() if array is not None}
    write_document(path, checkpoint_module.FORMAT, Document({**document.body, **body}, new))


@pytest.mark.parametrize(
    "arrays",
    [
        {"optimizer/m/0.W": np.zeros((5, 6), np.float32)},
        {"optimizer/m/0.W": np.zeros((6, 5), np.int64)},
        {"optimizer/step": np.zeros((), np.float64)},
        {"optimizer/step": np.zeros(1, np.int64)},
        {"optimizer/m/9.W": np.zeros((6, 5), np.float32)},
        {"params/9.W": np.zeros((6, 5), np.float32)},
        {"params/0.W": None},
        {"best/params/0.W": None},
        {"best/params/0.W": np.zeros((6, 5), np.float64)},
        {"anything": np.zeros(3)},
    ],
)
def test_arrays_without_a_place_in_the_state_are_refused(tmp_path, arrays):
    save_checkpoint(tmp_path / "c", trained(2), {})
    changed(tmp_path / "c", arrays)
    state = fresh()
    before = bits(state.snapshot())
    with pytest.raises(ModelFormatError, match="does not fit this network"):
        restore_state(load_checkpoint(tmp_path / "c"), state)
    assert bits(state.arrays()) == before


def lines(text):
    return {"history": np.frombuffer(text.encode(), dtype=np.uint8)}


ROW = to_json_lines([EpochRecord(1, 0.5, None, None, None, 0.1, 1.0)])


@pytest.mark.parametrize(
    ("arrays", "body", "sentence"),
    [
        ({"history": None}, {}, "'history' is missing"),
        ({"history": np.zeros(3)}, {}, "'history' is missing or no text"),
        ({"history": np.array([255, 254], np.uint8)}, {}, "codec"),
        (lines("{}\n{}\n"), {}, "line 1 of the history is not an epoch record"),
        (lines("[" * 100_000), {}, "line 1 of the history is not an epoch record"),
        (lines("[]\n"), {}, "line 1 of the history is not an epoch record"),
        ({}, {"epoch": 3}, "2 rows of history for 3 epochs"),
        (lines(ROW.replace("0.5", '"low"')), {"epoch": 1}, "train_loss is 'low'"),
        (lines(ROW.replace("0.5", "null")), {"epoch": 1}, "train_loss is None"),
        (lines(ROW.replace("null", "true")), {"epoch": 1}, "train_accuracy is True"),
    ],
)
def test_a_history_that_is_none_is_refused(tmp_path, arrays, body, sentence):
    save_checkpoint(tmp_path / "c", trained(2), {})
    changed(tmp_path / "c", arrays, **body)
    with pytest.raises(ModelFormatError, match=f"c cannot be read: .*{sentence}"):
        load_checkpoint(tmp_path / "c")


@pytest.mark.parametrize(
    "body", [{"epoch": -1}, {"epoch": 1.0}, {"best": {}}, {"best": 3}, {"settings": None}, {"more": 1}]
)
def test_a_body_of_other_fields_cannot_be_written(tmp_path, body):
    save_checkpoint(tmp_path / "c", trained(2), {})
    with pytest.raises(OptionError, match="c cannot be written: "):
        changed(tmp_path / "c", **body)


def test_a_model_is_no_checkpoint(tmp_path):
    save_model(Model(fresh().network, EXAMPLES.preparation, Output.SOFTMAX_LOGITS), tmp_path / "m")
    with pytest.raises(ModelFormatError, match="it is a 'byhand model'; expected a 'byhand checkpoint'"):
        load_checkpoint(tmp_path / "m")
    with pytest.raises(DataError, match="does not exist"):
        load_checkpoint(tmp_path / "none")
