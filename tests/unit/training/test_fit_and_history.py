"""Fitting to the end: who hears of it, what is written down, and that it learns."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from assertions import bits, without_time

from byhand.data.examples import Examples
from byhand.data.toy import moons, sine
from byhand.engines.base import EpochResult, EpochSpec
from byhand.engines.numpy_engine import NumpyEngine
from byhand.errors import DataError, OptionError
from byhand.inspection.explain import explain
from byhand.inspection.gradcheck import gradient_check
from byhand.losses import Loss, SoftmaxCrossEntropy, SquaredError
from byhand.network import Network
from byhand.optimizers import OPTIMIZERS, Adam
from byhand.optimizers.base import Optimizer
from byhand.persistence.state_dict import state_dict
from byhand.schedules import Constant, LinearDecay
from byhand.training.evaluate import evaluate
from byhand.training.fit import fit
from byhand.training.history import EpochRecord, History, from_json_lines, to_json_lines
from byhand.training.plan import Plan
from byhand.training.state import TrainingState
from byhand.training.train import train

LOSS = SoftmaxCrossEntropy()


def network() -> Network:
    return Network.mlp([2, 8, 2], seed=1)


def data(n: int = 60) -> Examples:
    return moons(n, seed=1).train


def test_every_callback_hears_of_every_epoch_in_turn() -> None:
    heard: list[tuple[str, int]] = []
    callbacks = [lambda record: heard.append(("a", record.epoch)), lambda record: heard.append(("b", record.epoch))]
    fit(network(), data(), loss=LOSS, epochs=3, callbacks=callbacks)
    assert heard == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 3), ("b", 3)]


def test_a_callback_that_says_true_ends_it_after_the_others_have_heard() -> None:
    heard: list[int] = []
    callbacks = [lambda record: record.epoch == 2, lambda record: heard.append(record.epoch)]
    history = fit(network(), data(), loss=LOSS, epochs=5, callbacks=callbacks)
    assert [record.epoch for record in history] == heard == [1, 2]


def test_callbacks_may_be_an_iterator() -> None:
    heard: list[int] = []
    fit(network(), data(), loss=LOSS, epochs=2, callbacks=iter([lambda record: heard.append(record.epoch)]))
    assert heard == [1, 2]


def test_fit_is_the_iterator_pulled_to_its_end() -> None:
    fitted, pulled = network(), network()
    fit(fitted, data(), loss=LOSS, optimizer=Adam(), learning_rate=LinearDecay(0.02), epochs=3, batch_size=7, seed=5)
    plan = Plan(LOSS, LinearDecay(0.02), epochs=3, batch_size=7, seed=5)
    for _ in train(TrainingState(pulled, Adam()), data(), plan):
        pass
    assert bits(state_dict(fitted)) == bits(state_dict(pulled))


@pytest.mark.parametrize("rate", [1, 1.0, np.float32(1), np.int64(1)])
def test_a_number_for_a_rate_is_that_rate_at_every_step(rate: float) -> None:
    by_number, by_schedule = network(), network()
    fit(by_number, data(), loss=LOSS, learning_rate=rate, epochs=2)
    fit(by_schedule, data(), loss=LOSS, learning_rate=Constant(1.0), epochs=2)
    assert bits(state_dict(by_number)) == bits(state_dict(by_schedule))


def test_another_engine_is_asked_to_run_the_epochs() -> None:
    class Counting(NumpyEngine):
        epochs: list[int] = []  # noqa: RUF012 — of this test alone

        def run_epoch(self, network: Network, loss: Loss, optimizer: Optimizer, spec: EpochSpec) -> EpochResult | None:
            self.epochs.append(spec.epoch)
            return super().run_epoch(network, loss, optimizer, spec)

    fit(network(), data(), loss=LOSS, epochs=3, engine=Counting())
    assert Counting.epochs == [1, 2, 3]


def test_the_training_columns_are_the_means_over_examples_each_before_its_own_update() -> None:
    # with a rate of 0 nothing moves: the running mean must be the loss and accuracy of the set, short batch included
    learner, examples = network(), data(50)
    record = fit(learner, examples, loss=LOSS, learning_rate=0.0, epochs=1, batch_size=16)[0]
    found = evaluate(learner, examples, loss=LOSS)
    assert record.loss == pytest.approx(found.loss, rel=1e-6)
    assert record.accuracy == pytest.approx(found.accuracy)


def test_the_validation_columns_are_measured_after_the_epoch() -> None:
    learner, held_back = network(), moons(40, seed=9).train
    record = fit(learner, data(), loss=LOSS, epochs=4, validation=held_back)[-1]
    found = evaluate(learner, held_back, loss=LOSS)
    assert (record.val_loss, record.val_accuracy) == (found.loss, found.accuracy)


def test_without_validation_and_in_regression_the_columns_are_empty() -> None:
    record = fit(network(), data(), loss=LOSS, epochs=1)[0]
    assert (record.val_loss, record.val_accuracy) == (None, None)
    record = fit(Network.mlp([1, 8, 1]), sine(50).train, loss=SquaredError(), learning_rate=0.01, epochs=1)[0]
    assert record.accuracy is None


def test_the_rate_in_the_record_is_that_of_the_last_step() -> None:
    history = fit(network(), data(60), loss=LOSS, learning_rate=LinearDecay(0.6), epochs=2, batch_size=20)
    assert [record.learning_rate for record in history] == pytest.approx([0.4, 0.1])  # of 0.6, 0.5, … 0.1


def test_it_learns() -> None:
    learner = Network.mlp([2, 16, 16, 2], seed=1)
    history = fit(learner, data(300), loss=LOSS, optimizer="sgd", learning_rate=0.3, epochs=60, batch_size=10, seed=1)
    assert history[-1].loss < 0.1 < 0.3 < history[0].loss
    assert (evaluate(learner, moons(300, seed=77).train).accuracy or 0) > 0.97


RECORDS = [
    EpochRecord(1, 0.2858, 0.917, None, None, 0.1, 12.5),
    EpochRecord(2, 1e-17, 1.0, 0.1252, 0.9675, 1 / 3, 0.1),
    EpochRecord(3, 2.0, None, 3.0, None, 1e-8, 0.0),
]


def test_history_comes_back_from_json_lines_to_the_bit() -> None:
    text = to_json_lines(RECORDS)
    assert text.count("\n") == 3
    assert from_json_lines(text) == RECORDS
    assert to_json_lines([]) == ""
    assert from_json_lines("") == []


def test_history_of_a_real_run_comes_back() -> None:
    history = fit(network(), data(), loss=LOSS, epochs=3, validation=data(20))
    assert from_json_lines(to_json_lines(history)) == history


@pytest.mark.parametrize("line", ["", "{", "[1, 2]", '{"epoch": 1}', "7", '{"epoch": 2, "other": 1}'])
def test_a_line_that_is_no_record_is_named(line: str) -> None:
    with pytest.raises(DataError, match="line 2 of the history is not an epoch record"):
        from_json_lines(to_json_lines(RECORDS[:1]) + line + "\n" + to_json_lines(RECORDS[1:]))


def test_a_record_is_a_value() -> None:
    assert replace(RECORDS[0]) == RECORDS[0]
    with pytest.raises(AttributeError):
        RECORDS[0].epoch = 2  # type: ignore[misc]


def test_a_loss_and_an_optimizer_can_be_named() -> None:
    by_name, by_object = (Network.mlp([2, 8, 2], seed=1) for _ in range(2))
    named = fit(by_name, moons(60).train, loss="softmax_cross_entropy", optimizer="adam", epochs=3)
    given = fit(by_object, moons(60).train, loss=SoftmaxCrossEntropy(), optimizer=Adam(), learning_rate=0.001, epochs=3)
    assert [row.loss for row in named] == [row.loss for row in given]
    assert named[0].learning_rate == 0.001


def test_every_optimizer_learns_at_its_default_rate() -> None:
    for name in OPTIMIZERS:
        network = Network.mlp([2, 16, 2], seed=1)
        history = fit(network, moons(200).train, loss="softmax_cross_entropy", optimizer=name, epochs=60, batch_size=20)
        assert history[-1].loss < history[0].loss / 2, name


def test_an_unknown_name_of_an_optimizer_is_answered_with_the_nearest() -> None:
    with pytest.raises(OptionError, match="Did you mean"):
        fit(Network.mlp([2, 2]), moons(8).train, loss="softmax_cross_entropy", optimizer="adamv")


def test_the_columns_of_a_history_are_its_records_as_arrays() -> None:
    history = History(RECORDS)
    assert history.epoch.tolist() == [1, 2, 3]
    assert history.loss.tolist() == [0.2858, 1e-17, 2.0]
    assert history.accuracy.tolist()[:2] == [0.917, 1.0]
    assert np.isnan(history.accuracy[2])
    assert np.isnan(history.val_loss[0])
    assert history.val_loss.tolist()[1:] == [0.1252, 3.0]
    assert history.val_accuracy[1] == 0.9675
    assert history.learning_rate.tolist() == [0.1, 1 / 3, 1e-8]
    assert history.seconds.dtype == np.float64
    assert list(history) == RECORDS


def test_a_history_as_columns_by_name_has_every_field_of_a_record() -> None:
    columns = History(RECORDS).to_dict()
    assert [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)] == [
        asdict(record) for record in RECORDS
    ]


def test_fit_returns_a_history_with_a_short_repr() -> None:
    history = fit(network(), data(), loss=LOSS, epochs=3, validation=data(20))
    assert isinstance(history, History)
    assert repr(history).startswith("<History of 3 epochs: loss ")
    assert "val_loss" in repr(history)
    assert len(repr(history)) < 100
    assert repr(History()) == "<History of 0 epochs>"


def test_files_keep_the_names_that_they_had() -> None:
    line = to_json_lines(RECORDS[1:2])
    assert list(json.loads(line)) == [
        "epoch", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy", "learning_rate", "seconds"
    ]  # fmt: skip


def test_arrays_are_taken_as_network_inputs() -> None:
    examples, watched = moons(40).train, moons(20).train
    by_examples, by_arrays = network(), network()
    first = fit(by_examples, examples, loss=LOSS, epochs=3, validation=watched)
    second = fit(by_arrays, examples.x, examples.y, loss=LOSS, epochs=3, validation=(watched.x, watched.y))
    assert bits(by_arrays.params) == bits(by_examples.params)
    assert without_time(second) == without_time(first)
    assert evaluate(by_arrays, examples.x, examples.y).accuracy == evaluate(by_arrays, examples).accuracy


def test_lists_are_arrays_too() -> None:
    assert len(fit(network(), [[0.0, 1.0], [1.0, 0.0]], [0, 1], loss=LOSS, epochs=1)) == 1


def test_inputs_without_targets_and_targets_twice_are_answered() -> None:
    with pytest.raises(OptionError, match=r"fit got an array of shape .* and no targets; expected x and y"):
        fit(network(), data().x, loss=LOSS)
    with pytest.raises(OptionError, match="evaluate got Examples and y; expected Examples alone"):
        evaluate(network(), data(), data().y)


def test_by_default_adam_works_without_a_learning_rate() -> None:
    by_default, by_name = network(), network()
    fit(by_default, data(), loss=LOSS, epochs=2)
    fit(by_name, data(), loss=LOSS, optimizer=Adam(), learning_rate=1e-3, epochs=2)
    assert bits(by_default.params) == bits(by_name.params)
    learner = Network.mlp([2, 32, 2], seed=1)
    history = fit(learner, moons(300).train, loss="softmax_cross_entropy", epochs=60, batch_size=20)
    assert history.loss[-1] < history.loss[0] / 2


def test_every_function_takes_a_loss_by_name_as_by_object() -> None:
    learner, examples = network(), data(8)
    x, y = examples.x, examples.y
    named, given = (evaluate(learner, examples, loss=one).loss for one in ("softmax_cross_entropy", LOSS))
    assert named == given
    assert explain(learner, x[0], 1, loss="squared_error").loss_before == pytest.approx(
        explain(learner, x[0], 1, loss=SquaredError()).loss_before
    )
    assert gradient_check(learner, "softmax_cross_entropy", x, y).is_right
    with pytest.raises(OptionError, match="unknown loss 'squared_eror'"):
        evaluate(learner, examples, loss="squared_eror")


def test_a_schedule_by_name_is_the_schedule_of_that_name() -> None:
    by_name, by_object = network(), network()
    fit(by_name, data(), loss=LOSS, learning_rate=0.02, schedule="linear", epochs=2)
    fit(by_object, data(), loss=LOSS, learning_rate=LinearDecay(0.02), epochs=2)
    assert all((by_name.params[key] == by_object.params[key]).all() for key in by_name.params)
    with pytest.raises(OptionError, match="one of the two"):
        fit(network(), data(), loss=LOSS, learning_rate=LinearDecay(0.02), schedule="cosine")
    with pytest.raises(OptionError, match="Did you mean 'cosine'"):
        fit(network(), data(), loss=LOSS, schedule="cosin")


def test_an_example_of_weight_two_is_trained_as_two_examples() -> None:
    weighted, doubled, examples = network(), network(), data(40)
    twice = np.concatenate([np.arange(40), np.arange(20)])
    weight = np.where(np.arange(40) < 20, 2.0, 1.0) * 40 / 60  # whose mean is 1
    options = {"loss": LOSS, "epochs": 3, "batch_size": 60, "shuffle": False}
    fit(weighted, replace(examples, weight=weight.astype(np.float32)), **options)  # type: ignore[arg-type]
    fit(doubled, examples.take(twice), **options)  # type: ignore[arg-type]
    for key in weighted.params:
        assert weighted.params[key] == pytest.approx(doubled.params[key], abs=1e-5)
