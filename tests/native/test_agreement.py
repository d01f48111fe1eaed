"""The registers agree with the arrays: each kernel beside NumPy in float64, twenty steps and more from equal weights.

The tolerance is for the largest difference of any weight after all steps, as a share of the largest weight beside it.
A float32 sum of 784 terms is right to some 1e-6; twenty steps of Adam, which divides by small roots, spread that.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from embedding_settings import EMBEDDING_SETTINGS
from heads_settings import HEADS_SETTINGS
from parametric_settings import PARAMETRIC_SETTINGS
from training_cases import (
    EACH_KERNEL,
    WEIGHTS,
    Setting,
    byte_pictures,
    classes,
    farthest,
    float_rows,
    in_float64,
    network_on,
    numbers,
    of_no_effect,
    on_paper,
    pictures,
    regression,
    two_ways_around,
)

from byhand.data.examples import Examples
from byhand.engines import native
from byhand.engines.bindings import FLOAT32, PRECISIONS
from byhand.engines.native import NativeEngine
from byhand.layers import (
    BatchNorm,
    Dense,
    Dropout,
    ReLU,
    Residual,
    Sigmoid,
    Tanh,
)
from byhand.losses import BinaryCrossEntropy, Huber, Poisson, Quantile, SoftmaxCrossEntropy, SquaredError
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, ClipGradNorm, Momentum, Nesterov, ParamGroups, WeightDecay
from byhand.random import INIT, RandomStream

TOLERANCE = {"portable": 2e-5, "avx2": 2e-5, "avx512": 2e-5, "amx": 2e-5}  # every kernel of float32, by name
ADAM_TOLERANCE = 1e-3  # where a gradient is nearly nothing, its sign decides the step


def busy_to_the_end() -> Network:
    rng = RandomStream(3, INIT)
    last = Residual(Dense(5, 5, rng=rng), BatchNorm(5), Tanh(), Dropout(0.2))
    return Network([Dense(63, 5, rng=rng), ReLU(), last])


def tiny_regression(**options: Any) -> Setting:
    return regression(network=lambda: network_on([13, 9, 6, 3], **options), batch_size=1, rate=0.01)


def yes_or_no() -> Examples:
    examples = byte_pictures(330, 9, 7, 2)
    return examples


MISH_IN_CHUNKS: dict[str, Any] = {
    "activation": "mish",
    "dropout": 0.2,
    "examples": lambda: byte_pictures(1500, 9, 7, 5),
    "batch_size": 600,
    "rate": 0.002,
    "optimizer": lambda: ClipGradNorm(Adam(), 0.3),
}

SETTINGS = {
    "the plain one": classes(),
    "no hidden layer": classes([63, 5]),
    "three hidden layers": classes([63, 33, 17, 16, 5]),
    "wider than a panel": classes([63, 130, 70, 5]),
    "so wide that AMX splits floats, sums in two blocks": classes([63, 545, 533, 5], batch_size=50),
    "so wide that AMX splits floats, clipped adam, several chunks": classes(
        [63, 397, 341, 5], optimizer=lambda: ClipGradNorm(Adam(), 0.3), batch_size=300, rate=0.002
    ),
    "divided by columns": classes([63, 150, 200, 140, 5], batch_size=50),
    "divided by columns, a batch of an odd number": classes([63, 260, 330, 5], batch_size=41),
    "divided by columns, one example at a time": classes([63, 150, 140, 5], batch_size=1, rate=0.01),
    "divided by columns, dropout, mish, clipped adam, several chunks": classes(
        [63, 150, 200, 140, 5], **MISH_IN_CHUNKS
    ),
    "divided by columns, selu, dropout, nesterov": classes(
        [63, 144, 272, 144, 5], activation="selu", dropout=0.2, optimizer=Nesterov, rate=0.005
    ),
    "divided by columns, batch normalisation": classes([63, 150, 200, 140, 5], batch_norm=True),
    "divided by columns, ways around": classes([63, 160, 160, 160, 5], residual=True, dropout=0.1),
    "divided by columns, parametric": classes([63, 150, 200, 5], activation="parametric_selu", rate=0.02),
    "divided by columns, to many numbers": regression(network=lambda: network_on([13, 150, 140, 150, 3]), rate=0.005),
    "a stride that is a multiple of 1024 bytes": classes([63, 256, 5]),
    "leaky relu": classes(activation="leaky_relu"),
    "sigmoid": classes(activation="sigmoid"),
    "tanh": classes(activation="tanh"),
    "selu": classes(activation="selu"),
    "selu behind the last layer": regression(output="selu"),
    "mish": classes([63, 20, 12, 5], activation="mish"),
    "mish behind the last layer": regression(output="mish"),
    "mish, several chunks, dropout, clipped adam": classes([63, 33, 17, 5], **MISH_IN_CHUNKS),
    "mish, batch normalisation": classes([63, 33, 17, 5], activation="mish", batch_norm=True),
    "mish, ways around": classes([63, 20, 20, 20, 5], activation="mish", residual=True),
    "exp behind the last layer": regression(output="exp", rate=0.01),
    "tiny with selu": classes([63, 7, 5], batch_size=1, rate=0.01, activation="selu"),
    "tiny with mish": classes([63, 7, 5], batch_size=1, rate=0.01, activation="mish"),
    "tiny with exp behind the last layer": regression(
        network=lambda: network_on([13, 9, 3], activation="tanh", output="exp"), batch_size=1, rate=0.002
    ),
    "huber": regression(loss=Huber(0.3)),
    "huber, tiny": regression(network=lambda: network_on([13, 9, 3]), loss=Huber(0.3), batch_size=1, rate=0.01),
    "quantile": regression(loss=Quantile(0.9)),
    "quantile, weights of examples": regression(loss=Quantile(0.2), weights=WEIGHTS),
    "poisson": regression(loss=Poisson()),
    "poisson of classes, weights of examples": classes(loss=Poisson(), weights=WEIGHTS, rate=0.01),
    "no bend": classes(activation="identity"),
    "label smoothing": classes(loss=SoftmaxCrossEntropy(0.1)),
    "squared error on classes": classes(loss=SquaredError(), output="sigmoid"),
    "squared error behind softmax": classes(loss=SquaredError(), output="softmax"),
    "squared error behind relu": regression(output="relu"),
    "squared error behind leaky relu": regression(output="leaky_relu"),
    "regression targets": regression(),
    "tanh to numbers": regression(activation="tanh", output="tanh"),
    "yes-or-no questions": regression(loss=BinaryCrossEntropy()),
    "probabilities as targets": Setting(
        lambda: Examples((n := numbers()).raw, n.y / n.y.sum(axis=1, keepdims=True), n.preparation),
        lambda: network_on([13, 18, 3]),
        SoftmaxCrossEntropy(0.05),
        SGD,
    ),
    "one logit": Setting(yes_or_no, lambda: network_on([63, 12, 1]), BinaryCrossEntropy(), SGD),
    "classes, binary cross-entropy": classes(loss=BinaryCrossEntropy()),
    "moved pictures": classes(moves=(9, 7)),
    "moved pictures of floats": Setting(
        lambda: float_rows(330, 63, 3), lambda: network_on([63, 18, 3]), SquaredError(), SGD, moves=(9, 7), rate=0.01
    ),
    "momentum": classes(optimizer=Momentum),
    "nesterov": classes(optimizer=Nesterov),
    "weight decay": classes(optimizer=lambda: WeightDecay(Nesterov(0.8), 0.01)),
    "clipping": classes(optimizer=lambda: ClipGradNorm(SGD(), 0.3)),
    "clipping that never bites": classes(optimizer=lambda: ClipGradNorm(SGD(), 1e6)),
    "clipping and decay": classes(optimizer=lambda: ClipGradNorm(WeightDecay(Momentum(), 0.01), 0.3)),
    "adam": classes(optimizer=Adam, rate=0.002),
    "adam with decay": classes(optimizer=lambda: WeightDecay(Adam(), 0.01), rate=0.002),
    "adamw": classes(optimizer=lambda: AdamW(0.1, beta2=0.95), rate=0.002),
    "clipped adam": classes(optimizer=lambda: ClipGradNorm(Adam(), 0.3), rate=0.002),
    "one example at a time": classes(batch_size=1, rate=0.01),
    "tiny": classes([63, 16, 8, 5], batch_size=1, rate=0.01),
    "tiny without hidden layers": classes([63, 5], batch_size=1, rate=0.01),
    "tiny with sigmoid": classes([63, 7, 5], batch_size=1, rate=0.01, activation="sigmoid"),
    "tiny with tanh, to numbers": tiny_regression(activation="tanh"),
    "tiny with leaky relu, behind sigmoid": tiny_regression(activation="leaky_relu", output="sigmoid"),
    "tiny, moved": classes([63, 9, 5], batch_size=1, rate=0.01, moves=(9, 7)),
    "a batch of all": classes(batch_size=330),
    "a batch of more than all": classes(batch_size=5000),
    "batches of several chunks": classes(examples=lambda: byte_pictures(1500, 9, 7, 5), batch_size=600),
    "mostly background": classes([63, 70, 5], examples=on_paper, batch_size=100),
    "mostly background, shifted": classes([63, 70, 5], examples=lambda: on_paper("standard"), batch_size=100),
    "mostly background, far away": classes(examples=lambda: on_paper("far"), batch_size=50, rate=1e-4),
    "mostly background, moved, adam": classes(
        examples=lambda: on_paper("signed"), moves=(9, 7), optimizer=Adam, rate=0.002
    ),
    "mostly background, several chunks, clipped": classes(
        examples=lambda: on_paper("standard", 1500), batch_size=600, optimizer=lambda: ClipGradNorm(Momentum(), 0.3)
    ),
    "mostly background, read where it is": classes(
        [64, 70, 5], examples=lambda: on_paper("standard", 1500, 64), batch_size=600, optimizer=Momentum
    ),
    "mostly background, a batch with a rest": classes(examples=on_paper, batch_size=11),
    "dropout": classes(dropout=0.3),
    "dropout before nothing but a bend": classes([63, 20, 9, 5], dropout=0.7, activation="tanh"),
    "dropout of several chunks, moved, clipped": classes(
        examples=lambda: byte_pictures(1500, 9, 7, 5),
        batch_size=600,
        dropout=0.5,
        moves=(9, 7),
        optimizer=lambda: ClipGradNorm(SGD(), 0.3),
    ),
    "dropout, one example at a time": classes([63, 16, 8, 5], batch_size=1, rate=0.01, dropout=0.2),
    "dropout, adam": classes(dropout=0.2, optimizer=Adam, rate=0.002),
    "batch normalisation": classes(batch_norm=True),
    "batch normalisation of whole large batches": classes(
        [63, 130, 70, 5], examples=lambda: byte_pictures(1500, 9, 7, 5), batch_size=600, batch_norm=True
    ),
    "batch normalisation, sigmoid": classes([63, 33, 17, 5], batch_norm=True, activation="sigmoid"),
    "batch normalisation, leaky relu, decay, clipping": classes(
        batch_norm=True,
        activation="leaky_relu",
        optimizer=lambda: ClipGradNorm(WeightDecay(Nesterov(0.8), 0.01), 0.3),
    ),
    "batch normalisation, adamw": classes(batch_norm=True, optimizer=lambda: AdamW(0.1), rate=0.002),
    "batch normalisation to numbers": regression(network=lambda: network_on([13, 18, 3], batch_norm=True)),
    "ways around": classes([63, 20, 20, 20, 5], residual=True),
    "ways around, some": classes([63, 20, 20, 9, 9, 5], residual=True, activation="sigmoid"),
    "ways around, heavy": classes([63, 400, 400, 5], residual=True, dropout=0.2),
    "ways around ways": classes(network=two_ways_around),
    "all three behind the last layer too": classes(network=busy_to_the_end, batch_size=300, rate=0.2),
    "dropout behind the last of many chunks": regression(
        network=lambda: Network([Dense(13, 3, rng=RandomStream(3, INIT)), Sigmoid(), Dropout(0.2)]), loss=SquaredError()
    ),
    "all three": classes([63, 24, 24, 24, 5], residual=True, dropout=0.1, batch_norm=True, activation="tanh"),
    "all three, clipped adam": classes(
        [63, 24, 24, 24, 5],
        residual=True,
        dropout=0.1,
        batch_norm=True,
        optimizer=lambda: ClipGradNorm(Adam(), 0.3),
        rate=0.002,
    ),
    "scaled inputs": classes(scaled_inputs=True),
    "scaled inputs, no hidden layer, momentum": classes([63, 5], scaled_inputs=True, optimizer=Momentum, rate=0.01),
    "scaled inputs, wider than a panel, groups, adamw": classes(
        [63, 130, 70, 5],
        scaled_inputs=True,
        optimizer=lambda: ParamGroups(AdamW(0.1), {"scale": 6, "b": 0.1}),
        rate=0.002,
    ),
    "scaled inputs, mostly background, several chunks, clipped": classes(
        scaled_inputs=True,
        examples=lambda: on_paper("standard", 1500),
        batch_size=600,
        optimizer=lambda: ParamGroups(ClipGradNorm(SGD(), 0.3), {"scale": 3}),
    ),
    "scaled inputs, numbers, batch normalisation": regression(
        network=lambda: network_on([13, 18, 3], batch_norm=True, scaled_inputs=True), weights=WEIGHTS
    ),
    "scaled inputs, tiny": classes([63, 9, 5], batch_size=1, rate=0.01, scaled_inputs=True),
    "groups, sgd": classes(optimizer=lambda: ParamGroups(SGD(), {"b": 5})),
    "groups, tiny": classes([63, 9, 5], batch_size=1, rate=0.01, optimizer=lambda: ParamGroups(SGD(), {"b": 5})),
    "groups, clipped adam, chunks": classes(
        examples=lambda: byte_pictures(1500, 9, 7, 5),
        batch_size=600,
        rate=0.002,
        optimizer=lambda: ParamGroups(ClipGradNorm(Adam(), 0.3), {"b": 0.1}),
    ),
    "groups, batch normalisation, decay": classes(
        batch_norm=True, optimizer=lambda: ParamGroups(WeightDecay(Nesterov(0.8), 0.01), {"b": 0.1})
    ),
    "rates of single layers, adamw": classes(
        [63, 130, 70, 5], optimizer=lambda: ParamGroups(AdamW(0.1), {"0.W": 0.3, "4.W": 2, "b": 0.1}), rate=0.002
    ),
    "rates of single layers, clipped, decay, chunks": classes(
        examples=lambda: byte_pictures(1500, 9, 7, 5),
        batch_size=600,
        optimizer=lambda: ParamGroups(ClipGradNorm(WeightDecay(Nesterov(0.8), 0.01), 0.3), {"0.W": 2, "W": 0.5}),
    ),
    "rates of single layers, tiny": classes(
        [63, 9, 5], batch_size=1, rate=0.01, optimizer=lambda: ParamGroups(SGD(), {"0.W": 3})
    ),
    "rates of single layers, ways around": classes(
        [63, 20, 20, 5], residual=True, optimizer=lambda: ParamGroups(SGD(), {"2.0.W": 0.2, "b": 2})
    ),
    "rates of single layers, scaled inputs": classes(
        [63, 130, 70, 5],
        scaled_inputs=True,
        optimizer=lambda: ParamGroups(AdamW(0.1), {"0.W": 0.1, "scale": 6, "b": 0.1}),
        rate=0.002,
    ),
    **EMBEDDING_SETTINGS,
    **PARAMETRIC_SETTINGS,
    **HEADS_SETTINGS,
    "weights of examples": classes(weights=WEIGHTS),
    "weights of examples, smoothed labels, chunks": classes(
        examples=lambda: byte_pictures(1500, 9, 7, 5), batch_size=600, loss=SoftmaxCrossEntropy(0.1), weights=WEIGHTS
    ),
    "weights of examples, numbers": regression(weights=WEIGHTS),
    "weights of examples, yes-or-no questions": regression(loss=BinaryCrossEntropy(), weights=WEIGHTS),
    "weights of examples, tiny": classes([63, 16, 8, 5], batch_size=1, rate=0.01, weights=WEIGHTS),
    "weights of examples, batch normalisation, adamw": classes(
        batch_norm=True, optimizer=lambda: AdamW(0.1), rate=0.002, weights=WEIGHTS
    ),
    "chunks, clipped, adam": classes(
        examples=lambda: byte_pictures(1500, 9, 7, 5),
        batch_size=600,
        rate=0.002,
        optimizer=lambda: ClipGradNorm(Adam(), 0.3),
    ),
}


def test_every_kernel_has_a_tolerance_on_whatever_processor_this_runs() -> None:
    assert set(TOLERANCE) == set(PRECISIONS[FLOAT32].values())


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("name", SETTINGS)
def test_the_core_trains_as_the_array_depth_does(name: str, kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    setting = SETTINGS[name]
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    if "divided" in name:
        monkeypatch.setattr(native, "MIN_PARALLEL_MACS", 0)  # by two threads, although their steps are small
    jobs = [setting.spec(epoch) for epoch in (1, 2)]
    wanted, loss = in_float64(setting, jobs)
    network, optimizer = setting.network(), setting.optimizer()
    before = network.astype(np.float64)
    for spec in jobs:
        result = NativeEngine(n_threads=2).run_epoch(network, setting.loss, optimizer, spec)
    assert result is not None
    tolerance = ADAM_TOLERANCE if "adam" in name else TOLERANCE[kernel]
    without = of_no_effect(network.layers) if "adam" in name else ()
    learned = farthest(wanted, before, without)
    assert farthest(network, wanted, without) < tolerance < learned / 10
    assert result.loss == pytest.approx(loss, rel=tolerance, abs=1e-6)


@pytest.mark.parametrize("name", ["the plain one", "label smoothing", "regression targets", "tiny", "one logit"])
@pytest.mark.parametrize("kernel", EACH_KERNEL)
def test_weights_of_one_change_no_bit(name: str, kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    trained = []
    for setting in (SETTINGS[name], replace(SETTINGS[name], weights=(1.0,))):
        network = setting.network()
        result = NativeEngine(n_threads=2).run_epoch(network, setting.loss, setting.optimizer(), setting.spec())
        assert result is not None
        trained.append((network.params, result.loss))
    (plain, loss), (weighted, weighted_loss) = trained
    assert all((plain[key] == weighted[key]).all() for key in plain)
    assert loss == weighted_loss


def test_what_is_counted_right_is_what_the_array_engine_counts() -> None:
    from byhand.engines.numpy_engine import NumpyEngine

    for name in ("the plain one", "one logit", "heads", "heads, one logit, one example at a time"):
        setting = SETTINGS[name]
        counted = []
        for engine in (NumpyEngine(), NativeEngine()):
            result = engine.run_epoch(setting.network(), setting.loss, setting.optimizer(), setting.spec())
            assert result is not None
            counted.append(result.accuracy)
        assert counted[0] == pytest.approx(counted[1], abs=1.01 / 330)  # one example may lie on the line
        assert 0 < (counted[0] or 0) < 1


@pytest.mark.parametrize(
    "name",
    ["dropout", "dropout of several chunks, moved, clipped", "ways around ways", "heads, several chunks, dropout"],
)
def test_the_stream_of_dropout_stands_where_the_array_engine_leaves_it(name: str) -> None:
    from byhand.engines.numpy_engine import NumpyEngine

    setting = SETTINGS[name]
    positions = []
    for engine in (NumpyEngine(), NativeEngine()):
        spec = setting.spec()
        assert engine.run_epoch(setting.network(), setting.loss, setting.optimizer(), spec)
        positions.append(spec.rng.position)
    assert positions[0] == positions[1] > 0


@pytest.mark.parametrize("rate", [0.5, 0.7, 1 / 3, 1e-9, 1 - 1e-9])
def test_the_same_units_are_silent(rate: float) -> None:
    """One step from zero weights with squared error: b of the last layer aside, what moved tells the masks apart."""
    from byhand.engines.numpy_engine import NumpyEngine

    def network() -> Network:
        made = Network([Dense(63, 40), Dropout(rate), Dense(40, 5)])
        made.params["0.b"][:], made.params["2.W"][:] = 1, 1
        return made

    setting = Setting(pictures, network, SquaredError(), SGD, batch_size=1, rate=1e-3)
    one, other = network(), network()
    for engine, made in ((NumpyEngine(), one), (NativeEngine(), other)):
        spec = replace(setting.spec(), order=np.arange(1), learning_rates=np.array([1e-3]))
        assert engine.run_epoch(made, setting.loss, SGD(), spec)
    pixel_shifts = [made.params["0.b"] != 1 for made in (one, other)]
    assert (pixel_shifts[0] == pixel_shifts[1]).all()
    assert pixel_shifts[0].sum() == pytest.approx(40 * (1 - rate), abs=12)
