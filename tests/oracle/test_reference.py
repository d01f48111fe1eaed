"""The pure Python reference: numbers worked by hand, published vectors, and slopes measured by nudging."""

import ast
import doctest
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from reference_parts import ACTIVATIONS, LOSSES

from byhand import random as randomness
from byhand import reference

SOURCE = Path(reference.__file__)

# Known answers of Philox4x32-10, published with Random123 (file kat_vectors): counter, key, output.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


# ---- one step at a time, by hand ----


def test_one_neuron_worked_by_hand() -> None:
    # x = (1, 2), W = (3, 4)ᵀ, b = 5, t = 10 → z = 3 + 8 + 5 = 16, L = 36
    # back: dz = 2 (16 − 10) = 12, dW = (12, 24)ᵀ, db = 12, dx = (36, 48)
    neuron = reference.Dense([[3.0], [4.0]], [5.0])
    z = neuron.forward([1.0, 2.0])
    value, dz = reference.squared_error(z, [10.0])
    dx, grads = neuron.backward(dz, [1.0, 2.0], z)
    assert (z, value, dz) == ([16.0], 36.0, [12.0])
    assert (dx, grads) == ([36.0, 48.0], [[12.0], [24.0], [12.0]])


def test_one_step_of_sgd_worked_by_hand() -> None:
    # the neuron above, η = 0.01: W = (3 − 0.12, 4 − 0.24), b = 5 − 0.12
    network: reference.Network = [reference.Dense([[3.0], [4.0]], [5.0])]
    value = reference.train_step(network, reference.squared_error, reference.SGD(), 0.01, [[1.0, 2.0]], [[10.0]])
    assert value == 36.0
    assert reference.parameters(network) == [[pytest.approx(2.88)], [pytest.approx(3.76)], [pytest.approx(4.88)]]


def test_first_step_of_adam_is_the_learning_rate_whatever_the_gradient() -> None:
    # t = 1: m̂ = dW and v̂ = dW², so the step is η dW / (|dW| + ε)
    rows = [[1.0, 1.0, 1.0]]
    reference.Adam().update(rows, [[1000.0, -0.001, 0.0]], 0.1)
    assert rows[0] == pytest.approx([0.9, 1.1, 1.0], abs=1e-5)


def test_second_step_of_adam_worked_by_hand() -> None:
    # gradients 1, then 3: m = 0.9·0.1 + 0.3 = 0.39, m̂ = 0.39/0.19; v = 0.999·0.001 + 0.009 = 0.009999, v̂ = v/0.001999
    rows, adam = [[0.0]], reference.Adam()
    adam.update(rows, [[1.0]], 0.1)
    adam.update(rows, [[3.0]], 0.1)
    first, second = 1 / (1 + 1e-8), (0.39 / 0.19) / (math.sqrt(0.009999 / 0.001999) + 1e-8)
    assert rows[0][0] == pytest.approx(-0.1 * (first + second), rel=1e-12)


def test_softmax_worked_by_hand() -> None:
    # logits log 1, log 2, log 5 → 1/8, 2/8, 5/8
    assert reference.softmax([0.0, math.log(2), math.log(5)]) == pytest.approx([0.125, 0.25, 0.625], rel=1e-15)


def test_softmax_is_stable_at_any_size() -> None:
    assert reference.softmax([1e4, 0.0, -1e4]) == [1.0, 0.0, 0.0]
    assert reference.softmax_cross_entropy([-1e4, 0.0], [1.0, 0.0])[0] == 1e4


def test_squared_error_worked_by_hand() -> None:
    # (0.1, 0.8, 0.7) apart: 0.01 + 0.64 + 0.49 = 1.14; the mean square of the textbook is a third of it
    value, da = reference.squared_error([0.1, 0.2, 0.7], [0.0, 1.0, 0.0])
    assert value == pytest.approx(1.14, rel=1e-15)
    assert value / 3 == pytest.approx(0.38, rel=1e-15)
    assert da == pytest.approx([0.2, -1.6, 1.4])


def test_cross_entropy_worked_by_hand() -> None:
    # p = (0.82, 0.18): −log 0.82 = 0.198
    value, dz = reference.softmax_cross_entropy([math.log(0.82), math.log(0.18)], [1.0, 0.0])
    assert value == pytest.approx(0.198, abs=5e-4)
    assert dz == pytest.approx([-0.18, 0.18])


@pytest.mark.parametrize(("name", "a", "slope"), [("relu", 0.0, 0.0), ("sigmoid", 0.5, 0.25), ("tanh", 0.0, 1.0)])
def test_activations_at_zero(name: str, a: float, slope: float) -> None:
    activation = ACTIVATIONS[name]
    assert activation.forward([0.0]) == [a]
    assert activation.backward([1.0], [0.0], [a]) == ([slope], [])


def test_sigmoid_is_stable_at_any_size() -> None:
    assert [reference.sigmoid(z) for z in (-1e4, 1e4)] == [0.0, 1.0]
    assert reference.sigmoid(-40.0) == pytest.approx(math.exp(-40.0), rel=1e-15)


def test_the_loss_of_a_batch_is_the_mean_over_its_examples() -> None:
    network: reference.Network = [reference.Dense([[1.0]], [0.0])]
    value, grads = reference.loss_and_gradients(network, reference.squared_error, [[1.0], [3.0]], [[0.0], [0.0]])
    assert (value, grads) == (5.0, [[10.0], [4.0]])  # (1 + 9)/2; dW = (2·1·1 + 2·3·3)/2, db = (2 + 6)/2


def test_a_wrong_width_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        reference.Dense([[1.0], [1.0]], [0.0]).forward([1.0, 2.0, 3.0])


# ---- the gradient is the slope ----


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_are_the_slopes_of_the_loss(activation: str, loss: str) -> None:
    network = reference.mlp([2, 4, 4, 2], ACTIVATIONS[activation], seed=7)
    for i, bias in enumerate(reference.parameters(network)):
        if i in (2, 7, 12):  # b1, b2, b3: away from 0, so that they matter
            bias[:] = reference.RandomStream(7, reference.SPLIT, i).uniform(len(bias))
    points, ys = reference.gaussians(6, seed=3)
    shrink = 4 if loss == "poisson" else 1  # or e to the output is 10¹³, and small slopes drown in it
    xs = [[x / shrink for x in point] for point in points]
    ts = [reference.one_hot(y, 2) for y in ys]
    _, grads = reference.loss_and_gradients(network, LOSSES[loss], xs, ts)

    def mean_loss() -> float:
        return reference.loss_and_gradients(network, LOSSES[loss], xs, ts)[0]

    rows = reference.parameters(network)
    assert [len(row) for row in rows] == [len(row) for row in grads]
    for row, d_row in zip(rows, grads, strict=True):
        for j, d in enumerate(d_row):
            assert central_difference(mean_loss, row, j) == pytest.approx(d, abs=1e-6)
    assert max(abs(d) for d_row in grads for d in d_row) > 0.01  # it was no contest of zeros


def central_difference(value: Callable[[], float], row: list[float], j: int, step: float = 1e-5) -> float:
    """Return the slope of `value` along row[j], from a step to either side."""
    middle = row[j]
    row[j] = middle + step
    above = value()
    row[j] = middle - step
    below = value()
    row[j] = middle
    return (above - below) / (2 * step)


# ---- random numbers ----


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(
    counter: tuple[int, int, int, int], key: tuple[int, int], words: tuple[int, int, int, int]
) -> None:
    assert reference.philox(counter, key) == words


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_the_arrays_give_the_published_answers(
    counter: tuple[int, int, int, int], key: tuple[int, int], words: tuple[int, int, int, int]
) -> None:
    block, seed = counter[0] + (counter[1] << 32), key[0] + (key[1] << 32)
    assert randomness.philox(seed, counter[3], counter[2], block, 1).tolist() == [list(words)]


SEEDS_STREAMS_EPOCHS = [(0, 0, 0), (1, 1, 1), (7, 4, 0), (2**32, 2, 5), (2**64 - 1, 5, 2**32 - 1)]


@pytest.mark.parametrize(("seed", "stream", "epoch"), SEEDS_STREAMS_EPOCHS)
def test_words_equal_the_arrays_bit_for_bit(seed: int, stream: int, epoch: int) -> None:
    plain = reference.RandomStream(seed, stream, epoch)
    assert [plain.draw() for _ in range(40)] == randomness.philox(seed, stream, epoch, 0, 10).reshape(-1).tolist()
    far = 2**33 + 5  # a block whose number needs more than 32 bits
    plain.position = 4 * far
    assert [plain.draw() for _ in range(8)] == randomness.philox(seed, stream, epoch, far, 2).reshape(-1).tolist()


@pytest.mark.parametrize(("seed", "stream", "epoch"), SEEDS_STREAMS_EPOCHS)
def test_a_stream_goes_on_where_it_was(seed: int, stream: int, epoch: int) -> None:
    plain, arrays = reference.RandomStream(seed, stream, epoch), randomness.RandomStream(seed, stream, epoch)
    for n in (3, 5, 1, 8):
        assert plain.uniform(n) == arrays.uniform(n).tolist()
        np.testing.assert_allclose(plain.normal(n), arrays.normal(n), rtol=2e-15, atol=2e-15)
        assert plain.order(n) == arrays.order(n).tolist()
        assert plain.position == arrays.position


def test_a_thousand_normals_and_a_long_order_equal_the_arrays() -> None:
    plain, arrays = reference.RandomStream(11, reference.DATA), randomness.RandomStream(11, randomness.DATA)
    np.testing.assert_allclose(plain.normal(1001), arrays.normal(1001), rtol=2e-15, atol=2e-15)
    assert plain.order(3000) == arrays.order(3000).tolist()


def test_equal_uniforms_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference.RandomStream, "uniform", lambda self, n: [0.5, 0.25, 0.5, 0.25][:n])
    assert reference.RandomStream(0, reference.SHUFFLE).order(4) == [1, 3, 0, 2]


def test_equal_uniforms_keep_their_order_in_both() -> None:
    # 24 bits: among 20,000 uniforms about n²/2²⁵ = 12 pairs are equal, and an unstable sort may turn them round
    uniforms = randomness.RandomStream(2, randomness.SHUFFLE, 1).uniform(20_000)
    assert len(np.unique(uniforms)) < len(uniforms)
    order = randomness.RandomStream(2, randomness.SHUFFLE, 1).order(20_000)
    assert reference.RandomStream(2, reference.SHUFFLE, 1).order(20_000) == order.tolist()


def test_the_streams_have_the_same_numbers() -> None:
    for name in ("INIT", "SHUFFLE", "DROPOUT", "AUGMENT", "DATA", "SPLIT"):
        assert getattr(reference, name) == getattr(randomness, name)


# ---- clouds and training ----


def test_clouds_have_their_centres_and_spreads() -> None:
    xs, ys = reference.gaussians(4000, seed=5)
    assert ys[:4] == [0, 1, 0, 1]
    for y, (centre, spread) in enumerate([(0.0, 0.5), (1.0, 1.5)]):
        cloud = np.array(xs[y::2])
        np.testing.assert_allclose(cloud.mean(axis=0), centre, atol=4 * spread / math.sqrt(2000))  # 4 standard errors
        np.testing.assert_allclose(cloud.std(axis=0), spread, rtol=4 / math.sqrt(2 * 2000))


def test_the_point_of_example_i_is_normals_2i_and_2i_plus_1() -> None:
    xs, _ = reference.gaussians(5, seed=5, centres=[[1.0, 2.0], [3.0, 4.0]], spreads=(10.0, 100.0))
    numbers = reference.RandomStream(5, reference.DATA).normal(10)
    assert xs[3] == [3 + 100 * numbers[6], 4 + 100 * numbers[7]]
    assert xs[4] == [1 + 10 * numbers[8], 2 + 10 * numbers[9]]


def test_the_best_rule_on_the_clouds_errs_on_11_8_percent() -> None:
    # ½ ∫ min(p₀, p₁) over the plane, by a sum over small squares; the circle is where p₀ = p₁
    step = 0.02
    grid = np.arange(-9, 10, step)
    x0, x1 = np.meshgrid(grid, grid)
    p0 = np.exp(-(x0**2 + x1**2) / (2 * 0.5**2)) / (2 * np.pi * 0.5**2)
    p1 = np.exp(-((x0 - 1) ** 2 + (x1 - 1) ** 2) / (2 * 1.5**2)) / (2 * np.pi * 1.5**2)
    assert np.minimum(p0, p1).sum() * step**2 / 2 == pytest.approx(0.118, abs=0.0005)
    outside = np.hypot(x0 + 0.125, x1 + 0.125) - 1.23
    np.testing.assert_array_equal((p1 > p0)[abs(outside) > 0.01], (outside > 0)[abs(outside) > 0.01])


def test_he_and_glorot_have_their_spread() -> None:
    assert reference.he(50, 10) == pytest.approx(0.2)
    assert reference.glorot(30, 20) == pytest.approx(0.2)
    assert reference.normal(0.3)(30, 20) == 0.3


def test_a_layer_starts_the_same_whatever_stands_behind_it() -> None:
    first, longer = reference.mlp([3, 4, 2], reference.RELU, 1), reference.mlp([3, 4, 2, 5], reference.RELU, 1)
    assert first == longer[:3]
    assert len(first) == 3
    assert reference.parameters(first)[0] != reference.parameters(first)[1]


def test_every_epoch_sees_every_example_once_and_the_short_batch_last() -> None:
    seen: list[tuple[int, float]] = []

    class Listener(reference.SGD):
        """Notes the rate of each step."""

        def update(self, rows: reference.Rows, grads: reference.Rows, learning_rate: float) -> None:
            seen.append((round(grads[1][0]), learning_rate))

    # z = 0 and L = (z − t)², so db = −2·mean(t): with t = −10ⁱ its digits name the examples of the batch
    network: reference.Network = [reference.Dense([[0.0]], [0.0])]
    ts = [[-float(10**i)] for i in range(5)]
    list(
        reference.train(
            network, reference.squared_error, Listener(), [[0.0]] * 5, ts, 2, 2, lambda done: 1 - done, seed=9
        )
    )
    order = reference.RandomStream(9, reference.SHUFFLE, 1).order(5) + reference.RandomStream(
        9, reference.SHUFFLE, 2
    ).order(5)
    batches = [order[0:2], order[2:4], order[4:5], order[5:7], order[7:9], order[9:10]]
    assert [db for db, _ in seen] == [2 * sum(10**i for i in batch) // len(batch) for batch in batches]
    assert [rate for _, rate in seen] == pytest.approx([1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6])


def test_training_learns_the_clouds() -> None:
    xs, ys = reference.gaussians(300, seed=1)
    network, ts = reference.mlp([2, 8, 2], reference.RELU, seed=1), [reference.one_hot(y, 2) for y in ys]
    losses = list(
        reference.train(
            network, reference.softmax_cross_entropy, reference.Adam(), xs, ts, 20, 10, lambda done: 0.02, seed=1
        )
    )
    fresh_xs, fresh_ys = reference.gaussians(1000, seed=2)
    assert losses[-1] < 0.35 < losses[0]
    assert reference.accuracy(network, fresh_xs, fresh_ys) > 0.83  # 0.5 is guessing, 0.882 the best there is


# ---- the file itself ----


def test_the_lesson_runs_alone_in_an_empty_folder(tmp_path: Path) -> None:
    shutil.copy(SOURCE, tmp_path / "reference.py")
    lesson = subprocess.run(
        [sys.executable, "-I", "reference.py"],
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        timeout=1200,
    )
    assert lesson.returncode == 0
    assert lesson.stderr == b""
    lines = lesson.stdout.decode("ascii").splitlines()
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for promised in ("1 FORWARD", "2 LOSS", "3 BACKWARD", "4 UPDATE", "epoch", "11.8 %", "::::"):
        assert promised in text


def test_the_lesson_says_what_is_true(capsys: pytest.CaptureFixture[str]) -> None:
    reference.lesson_one()
    text = capsys.readouterr().out
    slope, measured = text.split("dW1[0][0] = x[0]")[1], text.split("and L grows ")[1]
    assert float(slope.split("=")[2].split()[0]) == pytest.approx(float(measured.split()[0]), abs=1e-5)
    losses = [float(word) for word in text.split("step by step: ")[1].split(" > ")]
    assert losses == sorted(losses, reverse=True)
    assert len(losses) == 4


def test_it_imports_the_standard_library_only_and_nothing_of_byhand() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).split(".")[0])
    assert imported <= sys.stdlib_module_names
    assert "byhand" not in SOURCE.read_text(encoding="utf-8")


def test_it_prints_only_in_its_lessons() -> None:
    speakers = {"show", "tell_forward", "tell_backward", "lesson_one", "lesson_two"}
    for node in ast.parse(SOURCE.read_text(encoding="utf-8")).body:
        prints = any(isinstance(part, ast.Name) and part.id == "print" for part in ast.walk(node))
        assert not prints or (isinstance(node, ast.FunctionDef) and node.name in speakers)


def test_every_function_is_documented_and_short() -> None:
    for node in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name != "__init__":
            assert ast.get_docstring(node), node.name
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno <= 30, node.name


def test_its_doctests_are_true() -> None:
    outcome = doctest.testmod(reference)
    assert (outcome.failed, outcome.attempted > 0) == (0, True)
