"""The native engine as training meets it: chosen when it can, declining in a sentence, stopped, diverging, resumed."""

import threading
from dataclasses import replace
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from training_cases import AT_HAND, EACH_KERNEL, WIDEST, Setting, byte_pictures, fill_workspaces, float_rows, trained

from byhand.data.examples import Examples
from byhand.engines import bindings as library
from byhand.engines import native
from byhand.engines.native import NativeEngine
from byhand.engines.selection import choose_engine
from byhand.errors import DivergedError, OptionError, ShapeError, SystemResourceError
from byhand.layers import BatchNorm, Dense, Dropout, Layer, ReLU, Residual, ScaledDense, Sigmoid, Softmax
from byhand.losses import BinaryCrossEntropy, SoftmaxCrossEntropy, SquaredError
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, ClipGradNorm, Momentum, Nesterov, ParamGroups, WeightDecay
from byhand.optimizers.base import Optimizer
from byhand.schedules import Constant
from byhand.training.plan import Plan
from byhand.training.state import TrainingState
from byhand.training.train import train

LOSS = SoftmaxCrossEntropy()


def mlp(**options: Any) -> Network:
    return Network.mlp([63, 20, 5], seed=1, **options)


def setting(**changes: Any) -> Setting:
    values: dict = {
        "examples": lambda: byte_pictures(700, 9, 7, 5),
        "network": mlp,
        "loss": LOSS,
        "optimizer": Nesterov,
        **changes,
    }
    return Setting(**values)


# The bits


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("optimizer", [Nesterov, Adam, lambda: ClipGradNorm(SGD(), 0.1)])
@pytest.mark.parametrize(("sizes", "batch_size"), [([63, 150, 40, 5], 300), ([63, 150, 200, 129, 5], 141)], ids=str)
def test_the_number_of_threads_changes_no_bit(
    sizes: list[int], batch_size: int, optimizer: type[Optimizer], kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    monkeypatch.setattr(native, "MIN_PARALLEL_MACS", 0)
    made = setting(network=lambda: Network.mlp(sizes, seed=2), optimizer=optimizer, batch_size=batch_size, rate=0.01)
    alone = trained(made, 1)
    for n_threads in (2, 3, 5):
        together = trained(made, n_threads)
        assert all(a.tobytes() == b.tobytes() for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize("batch_size", [100, 300])
@pytest.mark.parametrize(
    "options",
    [
        {"dropout": 0.3},
        {"residual": True},
        {"batch_norm": True},
        {"dropout": 0.2, "residual": True, "batch_norm": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("sizes", [[63, 50, 50, 50, 5], [63, 150, 400, 400, 5]], ids=str)
def test_nor_does_it_with_what_lies_between(
    sizes: list[int], options: dict[str, Any], batch_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "MIN_PARALLEL_MACS", 0)
    made = setting(network=lambda: Network.mlp(sizes, seed=2, **options), batch_size=batch_size, rate=0.01)
    alone = trained(made, 1)
    for n_threads in (2, 3, 5):
        together = trained(made, n_threads)
        assert all(a.tobytes() == b.tobytes() for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("sizes", [[63, 5], [64, 16, 17], [63, 130, 65, 5], [33, 64, 48, 3]], ids=str)
def test_an_epoch_at_rate_zero_gives_every_number_back(
    sizes: list[int], n_threads: int, kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packing and unpacking is the identity: no column and no row is lost or mixed up at an edge."""
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    monkeypatch.setattr(native, "MIN_PARALLEL_MACS", 0)
    network, optimizer = Network.mlp(sizes, seed=1), Nesterov()
    before = {name: array.copy() for name, array in network.params.items()}
    made = setting(examples=lambda: float_rows(8, sizes[0], sizes[-1]), loss=SquaredError(), rate=0.0, batch_size=8)
    assert NativeEngine(n_threads).run_epoch(network, made.loss, optimizer, made.spec(1))
    assert all(network.params[name].tobytes() == before[name].tobytes() for name in before)
    assert optimizer.state["velocity/0.W"].all()


def test_a_gradient_is_as_long_whatever_lay_in_the_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of W have padding between them, which is no part of what is clipped."""
    made = setting(network=lambda: Network.mlp([63, 20, 20, 5]), optimizer=lambda: ClipGradNorm(SGD(), 0.1))
    dirty = trained(made, 1)
    fill_workspaces(monkeypatch, 0)
    clean = trained(made, 1)
    assert all((a == b).all() for a, b in zip(clean, dirty, strict=True))


@pytest.mark.parametrize("options", [{}, {"dropout": 0.2, "batch_norm": True}], ids=str)
def test_a_run_resumed_between_two_epochs_goes_on_to_the_same_bits(options: dict[str, Any]) -> None:
    examples = byte_pictures(300, 9, 7, 5)
    plan = Plan(LOSS, Constant(0.01), epochs=4, batch_size=32, seed=1)

    def run(*cuts: int) -> bytes:
        state = TrainingState(mlp(**options), Adam())
        for end in (*cuts, plan.epochs):
            for record in train(state, examples, plan, engine=NativeEngine()):
                if record.epoch == end:
                    break
        return b"".join(array.tobytes() for array in state.arrays().values())

    assert run() == run(1) == run(1, 2, 3)


def test_denormal_numbers_are_flushed_in_the_core_and_nowhere_else() -> None:
    made = setting()
    assert NativeEngine(n_threads=2).run_epoch(made.network(), LOSS, made.optimizer(), made.spec())
    tiny = np.full(8, 1e-40, dtype=np.float32)
    assert (tiny * np.float32(1.0) > 0).all()


# Which engine


@pytest.mark.usefixtures("free_choice")
def test_auto_takes_the_core_and_a_name_or_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    def name(wanted: str | None = None) -> str:
        return choose_engine(wanted, mlp(), LOSS, SGD()).engine.name

    assert name() == name("auto") == name("native") == f"native/{WIDEST}"
    assert name("numpy") == "numpy"
    monkeypatch.setenv("BYHAND_ENGINE", "numpy")
    assert name() == "numpy"
    assert name("native") == f"native/{WIDEST}"
    monkeypatch.setenv("BYHAND_ENGINE", "nompy")
    with pytest.raises(OptionError, match=r"unknown engine 'nompy'\. Did you mean 'numpy'"):
        name()


def test_the_environment_chooses_the_kernel_and_a_wrong_one_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for kernel in AT_HAND:
        monkeypatch.setenv("BYHAND_KERNEL", kernel)
        assert NativeEngine().name == f"native/{kernel}"
    monkeypatch.setenv("BYHAND_KERNEL", "avx1024")
    with pytest.raises(OptionError, match=r"unknown kernel 'avx1024'\. Did you mean 'avx"):
        NativeEngine()


class Doubled(Layer):
    kind = "doubled"


class HalfBatchNorm(BatchNorm):
    kind = "half"


class Hinge(BinaryCrossEntropy):
    kind = "hinge"


DECLINED: list[tuple[Network, Loss, Optimizer, str]] = [
    *(
        (Network([Dense(3, 3), *layers, Dense(3, 2)]), LOSS, SGD(), reason)
        for layers, reason in (
            ([ReLU(), BatchNorm(3)], "BatchNorm that does not directly follow a dense layer"),
            ([BatchNorm(3), BatchNorm(3)], "BatchNorm that does not directly follow a dense layer"),
            ([BatchNorm(3, epsilon=0.0)], "BatchNorm with an epsilon below 1e-20 or a momentum outside 0 … 1"),
            ([HalfBatchNorm(3)], "HalfBatchNorm layers"),
            ([Dropout(0.1), ReLU()], "ReLU after Dropout"),
            ([Dropout(0.1), Dropout(0.1)], "Dropout after Dropout"),
            ([Residual()], "a residual block that does not begin with a dense layer"),
            ([Residual(ReLU(), Dense(3, 3))], "a residual block that does not begin with a dense layer"),
            ([Residual(Residual(Dense(3, 3)))], "a residual block that ends with another one"),
            ([Residual(Dense(3, 3)), ReLU()], "ReLU after a residual block"),
        )
    ),
    (Network([Dense(3, 3), BatchNorm(3), Softmax()]), LOSS, SGD(), "softmax together with BatchNorm, Dropout or a"),
    (Network([Dense(3, 3), ReLU(), Sigmoid()]), LOSS, SGD(), "two activations in a row"),
    (Network([Dense(3, 3), Doubled()]), LOSS, SGD(), "Doubled layers"),
    (Network([Dense(3, 3), Softmax(), Dense(3, 2)]), LOSS, SGD(), "softmax before the last layer"),
    (mlp().astype(np.float64), LOSS, SGD(), "other weights than float32"),
    (Network([Dense(2, 2) for _ in range(65)]), LOSS, SGD(), "more than 64 dense layers, and this network has 65"),
    (mlp(), Hinge(), SGD(), "Hinge"),
    (mlp(), LOSS, WeightDecay(AdamW(), 0.1), "WeightDecay in this place"),
    (mlp(), LOSS, WeightDecay(ClipGradNorm(SGD(), 1), 0.1), "ClipGradNorm in this place"),
    (Network([Dense(3, 3), ReLU(), ScaledDense(3, 2)]), LOSS, SGD(), "ScaledDense behind the first layer"),
    (mlp(), LOSS, ParamGroups(SGD(), {"gamma": 2}), "a learning rate of its own for gamma"),
    (mlp(), LOSS, ParamGroups(SGD(), {"0.b": 2}), "a learning rate of its own for 0.b"),
    (mlp(), LOSS, ParamGroups(SGD(), {"V": 2}), "an embedding whose arrays learn at different rates"),
    (mlp(), LOSS, Adam(epsilon=0.0), "Adam with an epsilon below 1e-20"),
]


@pytest.mark.parametrize(
    ("network", "loss", "optimizer", "reason"),
    DECLINED,
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_it_cannot_train_it_declines_and_numpy_takes_over(
    network: Network, loss: Loss, optimizer: Optimizer, reason: str
) -> None:
    reason = f"the C core does not support {reason}"
    assert NativeEngine().unsupported_reason(network, loss, optimizer).startswith(reason)
    choice = choose_engine("auto", network, loss, optimizer)
    assert choice.engine.name == "numpy"
    assert choice.fallback_reason.startswith(f"NumPy trains this: {reason}")
    with pytest.raises(OptionError, match=r"the native engine cannot train this: the .* Use the engine numpy"):
        choose_engine("native", network, loss, optimizer)


def test_the_softmax_of_a_single_output_is_declined() -> None:
    reason = "the softmax of a single output is always 1"
    assert NativeEngine().unsupported_reason(Network.mlp([9, 1]), LOSS, SGD()) == reason


def test_without_a_library_numpy_trains_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "PATH", tmp_path / "no.so")
    choice = choose_engine(None, mlp(), LOSS, SGD())
    assert choice.engine.name == "numpy"
    assert choice.fallback_reason == (
        "NumPy trains this: the C core is not here, because byhand was installed without a C compiler."
    )
    with pytest.raises(SystemResourceError, match="the C core is not here"):
        NativeEngine()


def test_a_library_that_is_none_or_of_another_version_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.so"
    broken.write_bytes(b"no library")
    monkeypatch.setattr(library, "PATH", broken)
    assert "cannot be loaded" in (choose_engine(None, mlp(), LOSS, SGD()).fallback_reason or "")
    other = tmp_path / "other.so"
    other.write_bytes((Path(library.__file__).parent / library.NAME).read_bytes())
    monkeypatch.setattr(library, "PATH", other)
    monkeypatch.setattr(library, "VERSION", library.VERSION + 1)
    assert "is of version" in (choose_engine(None, mlp(), LOSS, SGD()).fallback_reason or "")


# The ways an epoch can end


def long_epoch() -> Setting:
    """Return an epoch of some seconds: 400,000 steps."""
    return setting(examples=lambda: byte_pictures(400_000, 9, 7, 5), batch_size=1, rate=1e-4)


def test_it_stops_in_the_middle_of_an_epoch_and_leaves_all_as_it_was() -> None:
    made = long_epoch()
    network, optimizer, spec = made.network(), made.optimizer(), made.spec()
    before = [array.copy() for array in network.params.values()]
    asked = iter([False, False, True])
    assert NativeEngine().run_epoch(network, LOSS, optimizer, replace(spec, stop=lambda: next(asked, True))) is None
    assert all((a == b).all() for a, b in zip(before, network.params.values(), strict=True))
    assert not optimizer.state


def test_an_exception_meanwhile_comes_out_after_the_core_has_ended() -> None:
    made = long_epoch()
    asked = iter([False, False])

    def breaks() -> bool:
        if next(asked, None) is None:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        NativeEngine().run_epoch(made.network(), LOSS, made.optimizer(), replace(made.spec(), stop=breaks))
    assert "byhand epoch" not in [thread.name for thread in threading.enumerate()]


def test_divergence_names_the_step_and_keeps_the_weights() -> None:
    made = setting(rate=1e30, optimizer=SGD, loss=SquaredError())
    network = made.network()
    before = [array.copy() for array in network.params.values()]
    with pytest.raises(DivergedError) as caught:
        NativeEngine().run_epoch(network, made.loss, made.optimizer(), made.spec())
    assert caught.value.epoch == 1
    assert caught.value.batch in (2, 3)
    assert all((a == b).all() for a, b in zip(before, network.params.values(), strict=True))


# Data


@pytest.mark.parametrize("dtype", [np.float64, np.int16, np.uint16, bool, ">f4"])
def test_inputs_of_any_kind_train_as_float32_would(dtype: str) -> None:
    rows = float_rows(64, 63, 5)
    raw = np.abs(rows.raw * 10).round().astype(dtype)
    wanted, found = mlp(), mlp()
    for network, inputs in ((wanted, raw.astype(np.float32)), (found, raw)):
        made = setting(examples=lambda inputs=inputs: replace(rows, raw=inputs), loss=SquaredError(), rate=1e-3)
        assert NativeEngine().run_epoch(network, made.loss, SGD(), made.spec())
    assert all((a == b).all() for a, b in zip(wanted.params.values(), found.params.values(), strict=True))


def test_rows_that_do_not_lie_together_are_read_all_the_same() -> None:
    examples = byte_pictures(64, 9, 7, 5)
    turned = replace(examples, raw=np.asfortranarray(examples.raw), y=np.repeat(examples.y, 2)[::2])
    one, other = mlp(), mlp()
    for network, given in ((one, examples), (other, turned)):
        made = setting(examples=lambda given=given: given)
        assert NativeEngine().run_epoch(network, LOSS, SGD(), made.spec())
    assert all((a == b).all() for a, b in zip(one.params.values(), other.params.values(), strict=True))


BAD: list[tuple[Examples, Network, Loss, str]] = [
    (byte_pictures(9, 3, 3, 5), mlp(), LOSS, r"Dense got x of shape \(9, 9\); expected \(n, 63\)"),
    (byte_pictures(9, 9, 7, 9, seed=3), mlp(), LOSS, r"one_hot got a label \d; expected 0 … 4"),
    (float_rows(9, 63, 2), mlp(), SquaredError(), "the loss got targets of shape"),
    (byte_pictures(9, 9, 7, 5), Network.mlp([63, 1]), BinaryCrossEntropy(), "got targets 0 … 4; expected each 0 … 1"),
]


@pytest.mark.parametrize(("examples", "network", "loss", "message"), BAD, ids=lambda value: str(value)[:30])
def test_data_that_do_not_fit_are_refused_as_the_array_depth_refuses_them(
    examples: Examples, network: Network, loss: Loss, message: str
) -> None:
    made = Setting(lambda: examples, lambda: network, loss, SGD)
    with pytest.raises(ShapeError, match=message):
        NativeEngine().run_epoch(network, loss, SGD(), made.spec())


def test_a_processor_that_cannot_run_a_kernel_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", "avx512")
    older: Any = SimpleNamespace(bh_choose_kernel=lambda requested: library.NO_KERNEL)
    with pytest.raises(OptionError, match=r"this processor cannot run the kernel 'avx512'\. Leave BYHAND"):
        native.chosen_kernel(older)


def test_all_that_sizes_and_options_can_build_is_known() -> None:
    for choice in product((0.0, 0.2), (False, True), (False, True), ("relu", "identity"), ("identity", "softmax")):
        options: dict[str, Any] = dict(
            zip(("dropout", "batch_norm", "residual", "activation", "output"), choice, strict=True)
        )
        network = Network.mlp([6, 5, 5, 4, 4, 3], **options)
        assert NativeEngine().unsupported_reason(network, SquaredError(), Momentum()) is None, options


@pytest.mark.parametrize(("n", "batch_size"), [(7, 3), (7, 1), (1, 3)])
def test_a_batch_of_one_has_nothing_to_normalise_and_both_say_so(n: int, batch_size: int) -> None:
    from byhand.engines.numpy_engine import NumpyEngine

    made = setting(
        examples=lambda: byte_pictures(n, 9, 7, 5), network=lambda: mlp(batch_norm=True), batch_size=batch_size
    )
    for engine in (NumpyEngine(), NativeEngine()):
        with pytest.raises(ShapeError, match="BatchNorm got a batch of one example; expected two or more"):
            engine.run_epoch(made.network(), LOSS, SGD(), made.spec())


def test_divergence_keeps_the_running_averages_too() -> None:
    made = setting(rate=1e38, optimizer=SGD, loss=SquaredError(), network=lambda: mlp(batch_norm=True))
    network = made.network()
    with pytest.raises(DivergedError):
        NativeEngine().run_epoch(network, made.loss, made.optimizer(), made.spec())
    assert (network.statistics["1.mean"] == 0).all()
    assert (network.statistics["1.variance"] == 1).all()


def test_the_name_of_a_kernel_for_bf16_is_its_familys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", "avx512_bf16")
    asked: list[str] = []
    machine: Any = SimpleNamespace(bh_choose_kernel=lambda kernel: asked.append(library.KERNELS[kernel]) or kernel)
    native.chosen_kernel(machine, library.BF16)
    native.chosen_kernel(machine)  # what predicts, in float32
    assert asked == ["avx512_bf16", "avx512"]
    with pytest.raises(OptionError, match="ask for the precision bf16 too"):
        NativeEngine()
