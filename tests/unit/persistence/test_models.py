"""A model: used on raw numbers, saved, loaded, and the same to the bit."""

import json

import numpy as np
import pytest

from byhand.errors import DataError, ModelFormatError, OptionError, ShapeError, SystemResourceError
from byhand.layers import Dense, Layer, ReLU
from byhand.layers.softmax import softmax
from byhand.network import Network
from byhand.persistence import model as model_module
from byhand.persistence.model import Model, load_model, save_model
from byhand.persistence.output import Output
from byhand.persistence.safetensors_io import read_tensors
from byhand.persistence.state_dict import state_dict
from byhand.preprocessing import InputScaler, fit_scaler

RNG = np.random.default_rng(7)
BYTES = RNG.integers(0, 256, (50, 12), dtype=np.uint8)
NAMES = ("zero", "one", "zwei ü", "")


def network(sizes=(12, 8, 8, 4), **options):
    options = {"batch_norm": True, "residual": True, "dropout": 0.2, "seed": 3, **options}
    net = Network.mlp(sizes, **options)
    for array in state_dict(net).values():  # every array gets numbers of its own, biases and averages too
        array += RNG.uniform(0.1, 0.2, array.shape).astype(array.dtype)
    return net


def model(net=None, output=Output.SOFTMAX_LOGITS, **changes):
    preparation = fit_scaler("signed", BYTES, low=0, high=255)
    given = {
        "class_names": NAMES,
        "image_shape": (3, 4),
        "provenance": {"recipe": {"seed": 1}},
        "history": {"epochs": 2},
    }
    return Model(net or network(), preparation, output, **{**given, **changes})


def bits(saved):
    arrays = {**state_dict(saved.network), "scale": saved.preparation.scale, "shift": saved.preparation.shift}
    return {name: (array.dtype, array.shape, array.tobytes()) for name, array in arrays.items()}


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "sigmoid", "tanh", "identity", "softmax"])
def test_a_model_comes_back_to_the_bit(tmp_path, activation):
    saved = model(network(activation=activation))
    save_model(saved, tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert bits(loaded) == bits(saved)
    assert repr(loaded.network) == repr(saved.network)
    for name in ("output", "class_names", "image_shape", "provenance", "history", "n_features", "n_classes"):
        assert getattr(loaded, name) == getattr(saved, name)
    assert (loaded.predict_proba(BYTES) == saved.predict_proba(BYTES)).all()


def test_saving_again_what_was_loaded_gives_the_same_file(tmp_path):
    save_model(model(), tmp_path / "first")
    save_model(load_model(tmp_path / "first"), tmp_path / "second")
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_a_float64_network_stays_one(tmp_path):
    saved = model(network().astype(np.float64))
    save_model(saved, tmp_path / "m")
    assert bits(load_model(tmp_path / "m")) == bits(saved)
    assert load_model(tmp_path / "m").predict_proba(BYTES).dtype == np.float64


def test_a_loaded_network_can_be_trained_on(tmp_path):
    save_model(model(), tmp_path / "m")
    for array in state_dict(load_model(tmp_path / "m").network).values():
        array += 1


def test_a_scale_for_every_column_comes_back(tmp_path):
    columns = fit_scaler("standard", BYTES, low=0, high=255, per_column=True)
    saved = Model(network(), columns, Output.SOFTMAX_LOGITS)
    save_model(saved, tmp_path / "m")
    assert bits(load_model(tmp_path / "m")) == bits(saved)
    assert load_model(tmp_path / "m").preparation.name == "standard"
    assert load_model(tmp_path / "m").class_names == ()
    assert load_model(tmp_path / "m").image_shape is None


def test_a_folder_stands_for_the_model_in_it(tmp_path):
    save_model(model(), tmp_path)
    assert (tmp_path / "model.safetensors").is_file()
    assert bits(load_model(str(tmp_path))) == bits(load_model(tmp_path / "model.safetensors"))


def test_a_folder_without_a_model_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match=r"model\.safetensors does not exist"):
        load_model(tmp_path)


def test_the_answers_are_the_networks_on_prepared_numbers():
    m = model()
    z = m.network.predict((BYTES.astype(np.float32) - 127.5) / 127.5)
    assert m.predict_proba(BYTES) == pytest.approx(softmax(z), rel=1e-5)
    assert m.predict(BYTES).tolist() == z.argmax(axis=1).tolist()
    assert m.scores(BYTES).tolist() == m.predict_proba(BYTES).tolist()


@pytest.mark.parametrize("n_out", [1, 2, 4])
def test_rows_of_probabilities_sum_to_one(n_out):
    m = model(network((12, 5, n_out)), class_names=())
    p = m.predict_proba(BYTES)
    assert p.shape == (50, m.n_classes) == (50, max(n_out, 2))
    assert p.sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert (p.argmax(axis=1) == m.predict(BYTES)).all()


def test_one_worked_by_hand():
    net = Network([Dense(2, 1)])
    net.params["0.W"][:] = [[2], [-1]]
    net.params["0.b"][:] = 0.5
    m = Model(net, fit_scaler("unit", BYTES, low=0, high=255), Output.SOFTMAX_LOGITS, ("no", "yes"))
    # raw (255, 0) → x (1, 0) → z = 2.5 → p = 1/(1 + e^−2.5) = 0.92414; raw (0, 255) → z = −0.5 → p = 0.37754
    assert m.predict_proba(np.array([[255, 0], [0, 255]]))[:, 1] == pytest.approx([0.9241418, 0.3775407])
    assert m.predict(np.array([[255, 0], [0, 255]])).tolist() == [1, 0]


def test_chunks_give_what_the_whole_gives(monkeypatch):
    m = model()
    whole = m.network_output(BYTES)
    monkeypatch.setattr(model_module, "CHUNK", 7)
    assert m.network_output(BYTES) == pytest.approx(whole, rel=1e-5, abs=1e-6)  # another size, another order of sums
    assert (m.network_output(BYTES)[7:14] == m.network_output(BYTES[7:14])).all()


def test_no_rows_give_no_answers():
    assert model().predict_proba(BYTES[:0]).shape == (0, 4)
    assert model().predict(BYTES[:0]).shape == (0,)


def test_memory_is_bounded_by_the_chunk():
    import tracemalloc

    m = model()
    many = np.zeros((100 * model_module.CHUNK, 12), dtype=np.uint8)
    tracemalloc.start()
    try:
        m.predict(many)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * 4 * 4 * len(
        many
    )  # a few copies of the (n, 4) outputs; the inputs alone as float32 are 3 times it


def test_scores_are_not_called_probabilities():
    m = model(network((12, 5, 4), output="sigmoid"), Output.SCORES)
    assert (m.scores(BYTES) == m.network_output(BYTES)).all()
    with pytest.raises(OptionError, match=r"whose outputs are scores; expected probabilities\. Use scores\."):
        m.predict_proba(BYTES)


def test_regression_answers_with_values():
    m = model(network((12, 5, 2)), Output.REGRESSION, class_names=())
    assert m.n_classes == 0
    assert (m.predict(BYTES) == m.network_output(BYTES)).all()
    with pytest.raises(OptionError, match=r"Use predict\."):
        m.scores(BYTES)
    with pytest.raises(OptionError, match=r"values; expected probabilities\. Use predict\."):
        m.predict_proba(BYTES)


@pytest.mark.parametrize(
    ("raw", "error", "sentence"),
    [
        (BYTES[:, :11], ShapeError, r"the model got x of shape \(50, 11\); expected \(n, 12\)"),
        (BYTES[0], ShapeError, r"One example must be a row"),
        (BYTES.reshape(50, 3, 4), ShapeError, r"expected \(n, 12\)"),
        (np.full((3, 12), "7"), DataError, "the model got <U1 data; expected numbers"),
        (np.full((3, 12), None), DataError, "the model got data with 36 missing values"),
        (np.full((3, 12), 1j), DataError, "complex128 data"),
    ],
)
def test_raw_data_that_do_not_fit_are_refused(raw, error, sentence):
    with pytest.raises(error, match=sentence):
        model().predict(raw)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_a_number_that_is_not_finite_is_named_by_its_place(monkeypatch, value):
    monkeypatch.setattr(model_module, "CHUNK", 7)
    raw = BYTES.astype(np.float64)
    raw[20, 5] = value
    with pytest.raises(DataError, match="in row 20, column 5; expected finite float32 numbers"):
        model().predict(raw)


@pytest.mark.parametrize(
    "changes",
    [
        {"class_names": ("one",)},
        {"image_shape": (3, 5)},
        {"image_shape": (12,)},
        {"preparation": InputScaler("raw", np.ones(11), np.zeros(11))},
        {"preparation": InputScaler("raw", np.ones(12), np.zeros(()))},
        {"preparation": InputScaler("raw", np.array(np.nan), np.array(0.0))},
        {"preparation": InputScaler("raw", np.array(1), np.array(0))},
    ],
)
def test_parts_that_do_not_fit_make_no_model(changes):
    with pytest.raises(ShapeError, match=r"^a model"):
        Model(**{**vars(model()), **changes})


class Swish(Layer):
    kind = "swish"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (lambda: model(Network([Dense(12, 4), Swish()])), r"layers\[1\]\.kind is 'swish'"),
        (lambda: model(network().astype(np.complex128)), "complex128; expected one of"),
        (lambda: model(provenance={"when": object()}), "not plain data"),
        (lambda: model(provenance=["a list"]), r"provenance is \['a list'\]; expected an object"),
        (lambda: model(history={"long": "x" * (1 << 20)}), "too long"),
    ],
)
def test_what_cannot_be_loaded_again_is_not_saved(tmp_path, given, sentence):
    with pytest.raises(OptionError, match=f"m cannot be written: .*{sentence}"):
        save_model(given(), tmp_path / "m")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_a_fault_of_the_machine(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "none" / "m", tmp_path / "file" / "m", tmp_path / ("n" * 300)):
        with pytest.raises(SystemResourceError) as caught:
            save_model(model(), path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_the_file_is_one_json_text_and_plain_arrays(tmp_path):
    save_model(model(Network([Dense(12, 4), ReLU()])), tmp_path / "m")
    contents = read_tensors(tmp_path / "m")
    assert sorted(contents.arrays) == ["params/0.W", "params/0.b", "preparation/scale", "preparation/shift"]
    said = json.loads(contents.metadata["byhand"])
    assert said["format"] == "byhand model"
    assert said["body"] == {
        "layers": [{"kind": "dense", "n_in": 12, "n_out": 4}, {"kind": "relu"}],
        "preparation": "signed",
        "output": "probabilities",
        "class_names": list(NAMES),
        "image_shape": [3, 4],
        "provenance": {"recipe": {"seed": 1}},
        "history": {"epochs": 2},
    }


def test_a_checkpoint_is_no_model(tmp_path):
    from byhand.optimizers import SGD
    from byhand.training.checkpoint import save_checkpoint
    from byhand.training.state import TrainingState

    save_checkpoint(tmp_path / "c", TrainingState(network(), SGD()), {})
    with pytest.raises(
        ModelFormatError, match="c cannot be read: it is a 'byhand checkpoint'; expected a 'byhand model'"
    ):
        load_model(tmp_path / "c")
