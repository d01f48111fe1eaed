"""What the exercises' functions are called with. The right results come from the solutions."""

from typing import Any

import numpy as np

from byhand.arguments import check_whole
from byhand.arrays import Array
from byhand.course.exercise import BUG_HUNT, N_BUGS, Hole
from byhand.course.titles import TITLES
from byhand.random import DATA, RandomStream

BACKWARD = {"dW1": 2, "db1": 3, "dW2": 4, "db2": 5}
COUNTS = {"right": np.array([[5, 1], [2, 4]])}


def _normal(*shape: int, seed: int = 1) -> Array:
    return RandomStream(seed, DATA).normal(*shape).astype(np.float64)


def _two_layers(n_in: int, m: int, k: int) -> tuple[Array, Array, Array, Array]:
    return _normal(n_in, m), _normal(m, seed=2), _normal(m, k, seed=3), _normal(k, seed=4)


def _neuron() -> list[Hole]:
    far = ((0.0,), (-0.5,), (2.0,), (1000.0,), (-1000.0,))
    return [
        Hole("neuron", "lesson 1, Numbers by hand", (([0.5, -1.0, 2.0], [0.8, 0.4, -0.3], 0.1), ([1.0], [-2.0], 0.5))),
        Hole("sigmoid", "lesson 1, Code and Traps", far),
        Hole("sigmoid_slope", "lesson 1, the table of derivatives", far),
    ]


def _pictures() -> list[Hole]:
    raw = np.arange(0, 256, 15, dtype=np.uint8).reshape(3, 6)
    return [
        Hole("pixel_index", "lesson 2, Mental model", ((3, 5, 28), (0, 0, 8), (7, 2, 8))),
        Hole("scale_signed", "lesson 2, Numbers by hand", ((raw,),)),
        Hole("one_hot", "lesson 2, One-hot", ((np.array([7, 0, 3, 3]), 10),)),
    ]


def _layers() -> list[Hole]:
    weights = _two_layers(4, 5, 3)
    return [
        Hole("forward", "lesson 3, Code", ((_normal(6, 4, seed=5), *weights),)),
        Hole("count_parameters", "lesson 3, Numbers by hand", (([784, 128, 10],), ([2, 4, 4, 2],))),
        Hole("collapse", "lesson 3, Why an activation?", (weights,)),
    ]


def _losses() -> list[Hole]:
    z = _normal(5, 3)
    far = np.array([[1000.0, 0.0, -1000.0]])
    return [
        Hole("softmax", "lesson 4, Code", ((z,), (far,))),
        Hole("cross_entropy", "lesson 4, Traps", ((z, np.array([0, 2, 1, 1, 0])), (far, np.array([2])))),
        Hole("squared_errors", "lesson 4, Numbers by hand", ((np.array([[0.1, 0.2, 0.7]]), np.array([[0.0, 1, 0]])),)),
    ]


def _backpropagation() -> list[Hole]:
    x, y = _normal(6, 3, seed=5), np.array([0, 1, 3, 2, 1, 0])
    case = (x, y, *_two_layers(3, 5, 4))
    return [
        Hole("output_error", "lesson 4 for p, lesson 5 for dz", ((_normal(6, 4), y),)),
        Hole("backward", "lesson 5, Code", (case,), BACKWARD),
    ]


def _steps() -> list[Hole]:
    W, dW = _normal(3, 2), _normal(3, 2, seed=2)
    return [
        Hole("mean_gradient", "lesson 6, Code", ((_normal(10, 3, 2),),)),
        Hole("sgd_step", "lesson 6, Mental model", ((W, dW, 0.1),)),
        Hole("adam_step", "lesson 6, See it move", ((W, dW, 0 * W, 0 * W, 1, 0.001), (W, dW, dW / 2, dW**2, 7, 0.1))),
    ]


def _training() -> list[Hole]:
    falling = [0.9, 0.5, 0.6, 0.4, 0.41, 0.45, 0.3]
    return [
        Hole("minibatches", "lesson 7, Numbers by hand", ((list(range(10)), 4), (list(range(6)), 3))),
        Hole("epoch_loss", "lesson 7, Code", (([1.0, 2.0, 4.0], [100, 100, 38]),)),
        Hole("best_epoch", "lesson 7, More epochs always help?", ((falling, 2), (falling, 3), ([0.2], 1))),
    ]


def _mistakes() -> list[Hole]:
    true, predicted = np.array([4, 4, 4, 9, 9, 9, 0]), np.array([4, 4, 9, 9, 4, 9, 0])
    return [
        Hole("confusion_matrix", "lesson 8, Mental model", ((true, predicted, 10),)),
        Hole("recall", "lesson 8, Numbers by hand", ((COUNTS["right"],),)),
        Hole("wilson_interval", "lesson 7, How sure is the number?", ((95, 100), (100, 100), (0, 20))),
    ]


def _plane() -> list[Hole]:
    return [
        Hole("box_muller", "lesson 9, Numbers by hand", ((0.5, 0.25), (1.0, 0.0), (0.1, 0.8))),
        Hole("xor", "lesson 9, XOR from three neurons", ((0, 0), (0, 1), (1, 0), (1, 1))),
        Hole("bayes_error", "lesson 9, How good is that?", ((0.0,), (0.5,), (1.0,))),
    ]


def _bugs() -> list[Hole]:
    t = 1 / (1 + np.exp(-_normal(5, 4, seed=6)))
    case = (_normal(5, 3, seed=5), t, *_two_layers(3, 4, 4))
    names = [f"backward_{number:02}" for number in range(1, N_BUGS + 1)]
    return [Hole(name, "lesson 5, Traps", (case,), BACKWARD) for name in names]


def _hidden_units() -> list[Hole]:
    a = _normal(8, 4)
    return [
        Hole("centre", "lesson 11, The hidden space", ((a,),)),
        Hole("explained_variance", "lesson 11, The hidden space", ((a, 1), (a, 2), (a, 4))),
        Hole("between", "lesson 11, A slice of the loss", ((a, 2 * a, 0.0), (a, -a, 0.25), (a, 2 * a, 1.5))),
    ]


def _frameworks() -> list[Hole]:
    W1, b1, W2, b2 = _two_layers(4, 5, 3)
    return [
        Hole("from_torch", "lesson 12, In PyTorch", ((_normal(5, 4), _normal(5)),)),
        Hole("convolution_parameters", "lesson 12, Numbers by hand", ((16, 1, 5), (8, 3, 3))),
        Hole("network_as_function", "lessons 3 and 4", ((_normal(6, 4, seed=5), [(W1, b1), (W2, b2)]),)),
    ]


EXERCISES: dict[int, Any] = {
    1: _neuron,
    2: _pictures,
    3: _layers,
    4: _losses,
    5: _backpropagation,
    6: _steps,
    7: _training,
    8: _mistakes,
    9: _plane,
    BUG_HUNT: _bugs,
    11: _hidden_units,
    12: _frameworks,
}


def holes_of(number: int) -> list[Hole]:
    """Return the functions of an exercise; raise OptionError for a number that no lesson has."""
    found: list[Hole] = EXERCISES[check_whole("an exercise", "number", number, 1, len(TITLES))]()
    return found
