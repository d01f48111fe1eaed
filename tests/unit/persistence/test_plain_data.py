"""Plain data: what is not exactly as expected is refused, with a sentence that says where and what."""

import math

import pytest

from byhand.persistence.schema import (
    MAX_DEPTH,
    integer,
    list_of,
    object_of,
    one_of,
    optional,
    parse_json,
    real,
    short_repr,
    string,
)


def test_json_is_read_as_it_stands():
    assert parse_json('{"a": [1, 2.5, null, "ü"], "b": {}}') == {"a": [1, 2.5, None, "ü"], "b": {}}


@pytest.mark.parametrize(
    "said",
    ["", "{", '{"a": 1, "a": 1}', '[{"b": {"c": 1, "c": 2}}]', "1" * 5000, "'a'", "[1,]", "\x00"],
)
def test_what_is_no_json_or_says_a_name_twice_is_refused(said):
    with pytest.raises(ValueError):  # noqa: PT011  the sentence is json's or ours
        parse_json(said)


def test_depth_is_bounded_exactly():
    for leaf in ("", "1"):
        parse_json("[" * MAX_DEPTH + leaf + "]" * MAX_DEPTH)
    for depth in (MAX_DEPTH + 1, 1_000_000):
        with pytest.raises(ValueError, match="nests"):
            parse_json("[" * depth + "]" * depth)


def test_a_name_said_twice_at_the_end_of_many_is_found_at_once():
    names = [f'"{i}":0' for i in range(100_000)]
    with pytest.raises(ValueError, match="'99999' twice"):
        parse_json("{" + ",".join([*names, names[-1]]) + "}")


@pytest.mark.parametrize("value", [0, 11, 1.0, "1", True, None, [1], 10**4000])
def test_whole_numbers_are_whole_and_in_range(value):
    with pytest.raises(ValueError, match=r"^n is .*; expected a whole number from 1 to 10$"):
        integer(1, 10)("n", value)
    assert [integer(1, 10)("n", good) for good in (1, 10)] == [1, 10]


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf, -math.inf, "0.5", False, None, 10**400])
def test_numbers_are_finite_and_in_range(value):
    with pytest.raises(ValueError, match=r"^p is .*; expected a number from 0 to 1$"):
        real(0, 1)("p", value)
    assert real(0, 1)("p", 1) == 1


@pytest.mark.parametrize("reader", [string, list_of(string), one_of("a", "b"), object_of({"a": string})])
@pytest.mark.parametrize("value", [None, 1, {"b": "a"}, ["a", 1], [["a"]]])
def test_other_types_are_refused(reader, value):
    with pytest.raises(ValueError, match="expected"):
        reader("x", value)


def test_a_record_has_exactly_its_fields_and_the_fault_is_named_by_its_path():
    reader = object_of({"layers": list_of(object_of({"width": integer(1, 9)})), "note": optional(string)})
    good = {"layers": [{"width": 3}], "note": None}
    assert reader("model", good) == good
    for bad, sentence in [
        ({"layers": []}, "the field 'note' of model is missing; expected layers, note"),
        ({**good, "code": "os.system"}, "the field 'code' of model is unknown; expected layers, note"),
        (
            {"layers": [{"width": 3}, {"width": 99}], "note": ""},
            "model.layers[1].width is 99; expected a whole number from 1 to 9",
        ),
    ]:
        with pytest.raises(ValueError, match=r"expected") as caught:
            reader("model", bad)
        assert str(caught.value) == sentence


def test_what_a_file_says_is_shown_short_and_without_control_characters():
    assert short_repr("\x1b[2J") == repr("\x1b[2J")
    assert len(short_repr("x" * 10_000)) <= 80
    assert len(short_repr([["y" * 1000] * 1000] * 1000)) <= 80
