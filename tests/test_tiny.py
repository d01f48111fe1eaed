"""The whole of byhand in one sitting: data, training, prediction, saving, loading, evaluation. Nothing else needed."""

from pathlib import Path

import numpy as np

import byhand as bh
from byhand.persistence.output import Output


def test_from_data_to_a_saved_model_and_back(tmp_path: Path) -> None:
    data = bh.data.digits(validation=0.2)
    network = bh.Network.mlp([64, 32, 10], activation="relu", seed=1)
    history = bh.fit(
        network, data.train, validation=data.validation, loss=bh.SoftmaxCrossEntropy(), optimizer=bh.SGD(),
        learning_rate=0.1, epochs=20, batch_size=32, seed=1,
    )  # fmt: skip
    assert [row.epoch for row in history] == list(range(1, 21))
    assert history[-1].loss < history[0].loss / 5

    found = bh.evaluate(network, data.validation)
    assert found.accuracy > 0.93
    assert found.interval[0] < found.accuracy < found.interval[1]

    model = bh.Model(network, data.train.preparation, Output.SOFTMAX_LOGITS, data.class_names, data.image_shape)
    bh.save_model(model, tmp_path / "digits.safetensors")
    loaded = bh.load_model(tmp_path / "digits.safetensors")
    raw = data.validation.raw  # pixels as they were stored: the model prepares them itself
    assert np.array_equal(loaded.predict_proba(raw), model.predict_proba(raw))
    assert (loaded.predict(raw) == data.validation.y).mean() == found.accuracy
    assert bh.evaluate(loaded.network, data.validation).accuracy == found.accuracy


def test_the_same_seed_gives_the_same_bits() -> None:
    data = bh.data.digits()
    networks = [bh.Network.mlp([64, 16, 10], seed=3) for _ in range(2)]
    for network in networks:
        bh.fit(network, data.train, loss=bh.SoftmaxCrossEntropy(), epochs=2, seed=3)
    one, other = (network.params for network in networks)
    assert all(np.array_equal(one[name], other[name]) for name in one)
