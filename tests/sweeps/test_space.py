"""What a sweep varies: values and ranges as text and in Python, grids and draws."""

from typing import Any

import pytest

from byhand.errors import OptionError
from byhand.sweeps.space import Range, read_space


@pytest.mark.parametrize(
    ("field", "text", "values"),
    [
        ("learning_rate", "0.001:1:4", [0.001, 0.01, 0.1, 1.0]),  # a factor of ten apart
        ("learning_rate", "0.1:0.5:3", [0.1, 0.3, 0.5]),  # less than tenfold: equal distances
        ("learning_rate", "1:9:3:log", [1.0, 3.0, 9.0]),
        ("momentum", "0:0.8:3", [0.0, 0.4, 0.8]),
        ("batch_size", "10:1000:3", [10, 100, 1000]),
        ("batch_size", "1:3:9", [1, 2, 3]),  # whole numbers, each once
        ("learning_rate", "0.1,0.2,0.1", [0.1, 0.2]),
        ("hidden", "none,64,64-32", [(), (64,), (64, 32)]),
        ("hidden", [[64], [64, 32]], [(64,), (64, 32)]),
        ("batch_norm", "true,false", [True, False]),
        ("activation", "relu,tanh", ["relu", "tanh"]),
    ],
)
def test_a_field_takes_these_values(field: str, text: Any, values: list[Any]) -> None:
    assert [fields[field] for fields in read_space("sweep", {field: text}).grid()] == values


def test_a_grid_has_every_combination_the_last_field_varying_fastest() -> None:
    space = read_space("sweep", {"learning_rate": [0.1, 0.2], "epochs": 3, "activation": "relu,tanh"})
    assert space.fixed == {"epochs": 3}
    assert [tuple(fields.values()) for fields in space.grid()] == [
        (0.1, "relu"), (0.1, "tanh"), (0.2, "relu"), (0.2, "tanh"),
    ]  # fmt: skip


def test_draws_stay_when_there_are_more_of_them_and_lie_in_the_range() -> None:
    space = read_space("sweep", {"learning_rate": "0.001:1", "activation": "relu,tanh,sigmoid"})
    few, many = space.draw(3, seed=5), space.draw(200, seed=5)
    assert many[:3] == few
    assert all(0.001 <= fields["learning_rate"] <= 1 for fields in many)
    below = sum(fields["learning_rate"] < 0.0316 for fields in many)  # the middle of equal ratios
    assert 70 < below < 130
    assert {fields["activation"] for fields in many} == {"relu", "tanh", "sigmoid"}
    assert space.draw(3, seed=6) != few


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"learnig_rate": "1,2"}, "Did you mean 'learning_rate'"),
        ({"learning_rate": "fast,slow"}, "'fast'; expected a number"),
        ({"learning_rate": "1:0.1:3"}, "low < high"),
        ({"learning_rate": "0:1:3:log"}, "above 0"),
        ({"learning_rate": "0.1:1:2:3:4"}, "low:high"),
        ({"learning_rate": "0.1:1:0"}, "0 values"),
        ({"learning_rate": [-1.0, 1.0]}, "0 or more"),
        ({"learning_rate": []}, "no value"),
        ({"epochs": "1.5,2"}, "a whole number"),
        ({"activation": Range(0, 1, 2)}, "not a number"),
        ({"batch_norm": "maybe,true"}, "value of batch_norm"),
        ({"learning_rate": "0.001:1:400", "momentum": "0:1:300"}, "120,000 runs"),
        ({"learning_rate": "0.001:1"}, "without a number of values"),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says.replace("(", r"\(")):
        read_space("sweep", fields).grid()
