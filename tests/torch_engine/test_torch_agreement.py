"""The engine torch beside NumPy in float64, in every setting of the C core's tests: two epochs from equal weights.

In float64 the two differ by the order of their sums alone, so the formulas are the same; in float32 the tolerance is
the C core's: of the largest difference of any weight after all steps, as a share of the largest weight beside it.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_agreement import SETTINGS
from training_cases import byte_pictures, classes, farthest, in_float64, of_no_effect

from byhand.data.examples import Examples
from byhand.data.mapped import map_array
from byhand.engines.base import Engine, EpochSpec
from byhand.engines.numpy_engine import NumpyEngine
from byhand.errors import DivergedError, OptionError, ShapeError
from byhand.layers import Dense, Layer, ParametricActivation, Residual
from byhand.losses import SoftmaxCrossEntropy
from byhand.mlp import EMBEDDINGS
from byhand.network import Network
from byhand.optimizers import Adam
from byhand.random import RandomStream

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from byhand.engines.torch_engine.dropout_draws import DropoutDraws  # noqa: E402
from byhand.engines.torch_engine.engine import TorchEngine  # noqa: E402
from byhand.engines.torch_engine.losses import LOSS_FUNCTIONS  # noqa: E402

TOLERANCE, ADAM_TOLERANCE = 2e-5, 1e-3  # float32, as the C core's
EXACT_TOLERANCE, EXACT_ADAM_TOLERANCE = (
    1e-11,
    1e-8,
)  # float64: where a gradient is nearly nothing, Adam steps by its sign
BF16_TOLERANCE = 0.05  # eight bits of every factor


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def trains_in_tensors(name: str) -> bool:
    """Return whether the engine has this setting's loss and layers; parametric activations it has not."""
    setting = SETTINGS[name]
    return type(setting.loss) in LOSS_FUNCTIONS and not has_parametric(setting.network().layers)


def has_parametric(layers: Sequence[Layer]) -> bool:
    inner = [layer for block in layers if isinstance(block, Residual) for layer in block.inner]
    return any(isinstance(layer, ParametricActivation) for layer in (*layers, *inner))


def test_parametric_activations_are_refused_in_one_sentence() -> None:
    network = Network.mlp([5, 4, 3], activation="parametric_selu")
    reason = TorchEngine().unsupported_reason(network, SoftmaxCrossEntropy(), Adam())
    assert reason == "the engine torch does not support ParametricActivation"


@pytest.mark.parametrize("name", [name for name in SETTINGS if trains_in_tensors(name)])
def test_the_tensors_train_as_the_arrays_do(name: str) -> None:
    setting = SETTINGS[name]
    specs = [setting.spec(epoch) for epoch in (1, 2)]
    wanted, loss = in_float64(setting, specs)
    without = of_no_effect(wanted.layers) if "adam" in name else ()
    learned = farthest(wanted, setting.network().astype(np.float64), without)
    for dtype, tolerance, adam_tolerance in (
        (np.float32, TOLERANCE, ADAM_TOLERANCE),
        (np.float64, EXACT_TOLERANCE, EXACT_ADAM_TOLERANCE),
    ):
        network, optimizer, engine = setting.network().astype(dtype), setting.optimizer(), TorchEngine()
        results = [engine.run_epoch(network, setting.loss, optimizer, replace_stream(spec)) for spec in specs]
        bound = adam_tolerance if "adam" in name else tolerance
        assert farthest(network, wanted, without) < bound < learned / 10
        assert results[-1].loss == pytest.approx(loss, rel=bound, abs=1e-6)


@pytest.mark.parametrize("kind", EMBEDDINGS)
def test_an_embedding_behind_another_layer_passes_the_gradient_on(kind: str) -> None:
    def network() -> Network:
        embedding = EMBEDDINGS[kind](6, [1, 4])
        return Network([Dense(63, 6), embedding, Dense(embedding.n_out(6), 5)]).astype(np.float64)

    setting = replace(SETTINGS["the plain one"], network=network)
    wanted, _ = in_float64(setting, [setting.spec()])
    found = setting.network()
    TorchEngine().run_epoch(found, setting.loss, setting.optimizer(), setting.spec())
    assert farthest(found, wanted) < EXACT_TOLERANCE < farthest(found, setting.network())


def replace_stream(spec: EpochSpec) -> EpochSpec:
    return replace(spec, rng=replace(spec.rng))


def test_losses_counts_and_the_stream_of_dropout_are_numpys() -> None:
    for name in ("the plain one", "one logit", "dropout of several chunks, moved, clipped", "ways around ways"):
        setting = SETTINGS[name]
        seen = []
        for engine in (NumpyEngine(), TorchEngine()):
            spec = setting.spec()
            result = engine.run_epoch(setting.network(), setting.loss, setting.optimizer(), spec)
            seen.append((result.loss, result.accuracy, result.learning_rate, spec.rng.position))
        assert seen[1] == pytest.approx(seen[0], rel=1e-4, abs=1.01 / 330)
        assert seen[1][3] == seen[0][3]


def test_weights_of_examples_count_as_in_numpy() -> None:
    setting = SETTINGS["the plain one"]
    examples = setting.examples()
    weight = np.linspace(0, 2, len(examples))
    spec = replace(setting.spec(), examples=Examples(examples.raw, examples.y, examples.preparation, weight))
    networks = [setting.network().astype(np.float64) for _ in range(3)]
    engines: tuple[Engine, ...] = (NumpyEngine(), TorchEngine())
    for engine, network in zip(engines, networks, strict=False):
        engine.run_epoch(network, setting.loss, setting.optimizer(), spec)
    assert farthest(networks[1], networks[0]) < 1e-11 < farthest(networks[0], networks[2])


@pytest.mark.parametrize("seed", [0, 7, 2**33 + 1, 2**64 - 1])
@pytest.mark.parametrize("rate", [0.5, 0.7, 1 / 3, 1e-9, 1 - 1e-9])
def test_the_draws_of_dropout_are_philoxs(seed: int, rate: float) -> None:
    stream = RandomStream(seed, 2, 5)
    uniforms = replace(stream).uniform(3000)
    draws = DropoutDraws([stream], "cpu")
    draws.advance(35)
    for start, stop in ((4, 9), (0, 3), (60, 300)):
        kept = draws.kept(rate, start, stop, 7).numpy()
        assert (kept == (uniforms[35 + start * 7 : 35 + stop * 7] >= rate).reshape(-1, 7)).all()


def test_draws_go_on_past_a_chunk_and_past_two_to_the_thirty_two() -> None:
    for position in (2**18 - 2, 2**34 - 2, 2**34 + 1):
        stream = RandomStream(3, 2, 1, position)
        draws = DropoutDraws([stream], "cpu")
        assert (draws.kept(0.5, 0, 2, 5).flatten().numpy() == (replace(stream).uniform(10) >= 0.5)).all()


def test_what_adam_remembers_is_handed_over_between_engines() -> None:
    setting = SETTINGS["adam"]
    by_torch, by_turns = ((setting.network(), setting.optimizer()) for _ in range(2))
    for epoch, engine in ((1, TorchEngine()), (2, NumpyEngine())):
        TorchEngine().run_epoch(by_torch[0], setting.loss, by_torch[1], setting.spec(epoch))
        engine.run_epoch(by_turns[0], setting.loss, by_turns[1], setting.spec(epoch))
    assert farthest(by_torch[0], by_turns[0]) < ADAM_TOLERANCE
    assert by_torch[1].state.keys() == by_turns[1].state.keys()
    assert int(by_torch[1].state["step"]) == int(by_turns[1].state["step"]) == 42


def test_bf16_learns_nearly_the_same_and_not_the_same() -> None:
    setting = classes()
    exact, rounded = setting.network(), setting.network()
    TorchEngine().run_epoch(exact, setting.loss, setting.optimizer(), setting.spec())
    engine = TorchEngine(precision="bf16")
    engine.run_epoch(rounded, setting.loss, setting.optimizer(), setting.spec())
    assert 1e-4 < farthest(rounded, exact) < BF16_TOLERANCE
    assert engine.name == "torch/cpu/bf16"


def test_a_divergence_is_named_as_numpy_names_it() -> None:
    setting = classes(rate=1e30)
    for engine in (NumpyEngine(), TorchEngine()):
        with pytest.raises(DivergedError) as error:
            engine.run_epoch(setting.network(), setting.loss, setting.optimizer(), setting.spec())
        assert (error.value.epoch, error.value.batch) == (1, 2)


def test_an_epoch_that_is_stopped_or_refused_leaves_the_network_alone() -> None:
    setting = SETTINGS["batch normalisation"]
    network, before = setting.network(), setting.network()
    asked = iter([False, False, False, True])
    assert (
        TorchEngine().run_epoch(network, setting.loss, Adam(), replace(setting.spec(), stop=lambda: next(asked)))
        is None
    )
    with pytest.raises(ShapeError, match="batch of one"):
        TorchEngine().run_epoch(network, setting.loss, Adam(), replace(setting.spec(), batch_size=1))
    assert farthest(network, before) == 0


def test_examples_stay_on_the_device_and_others_replace_them() -> None:
    setting, engine = SETTINGS["the plain one"], TorchEngine()
    for seed in (0, 1):
        examples = byte_pictures(330, 9, 7, 5, seed)
        one, other = setting.network(), setting.network()
        spec = replace(setting.spec(), examples=examples)
        engine.run_epoch(one, setting.loss, setting.optimizer(), spec)
        resident = engine._resident
        engine.run_epoch(setting.network(), setting.loss, setting.optimizer(), spec)
        assert engine._resident is resident
        TorchEngine().run_epoch(other, setting.loss, setting.optimizer(), spec)
        assert farthest(one, other) == 0


def test_what_it_does_not_support_it_says() -> None:
    class Twice(Layer):
        kind = "twice"

    setting, engine = SETTINGS["the plain one"], TorchEngine()
    network = Network([*setting.network().layers, Twice()])
    assert engine.unsupported_reason(network, setting.loss, Adam()) == "the engine torch does not support Twice"
    whole = setting.network().astype(np.complex128)
    assert "float32 or float64" in engine.unsupported_reason(whole, setting.loss, Adam())
    assert engine.unsupported_reason(setting.network(), setting.loss, Adam()) is None


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "cpu:1", "", "tpu", "cuda:99", "mps"])
def test_a_device_that_is_not_there_is_one_sentence(device: str) -> None:
    with pytest.raises(OptionError) as error:
        TorchEngine(device)
    assert "\n" not in str(error.value)


def test_tf32_is_nvidias() -> None:
    with pytest.raises(OptionError, match="tf32 is one of NVIDIA's GPUs"):
        TorchEngine(precision="tf32")
    with pytest.raises(OptionError, match="unknown precision"):
        TorchEngine(precision="float16")


def test_rows_of_a_mapped_file_train_to_the_same_bits(tmp_path: Path) -> None:
    setting, networks = SETTINGS["the plain one"], []
    examples = setting.examples()
    np.save(tmp_path / "x.npy", examples.raw)
    for raw in (examples.raw, map_array(tmp_path / "x.npy")):
        spec = replace(setting.spec(), examples=replace(examples, raw=raw))
        networks.append(setting.network())
        TorchEngine().run_epoch(networks[-1], setting.loss, setting.optimizer(), spec)
    assert farthest(networks[0], networks[1]) == 0 < farthest(networks[0], setting.network())
