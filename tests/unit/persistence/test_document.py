"""The text beside the numbers: format, version, digest."""

import json

import numpy as np
import pytest

from byhand import __version__
from byhand.errors import ModelFormatError, OptionError
from byhand.persistence.container import Document, Format, read_document, write_document
from byhand.persistence.safetensors_io import read_tensors, write_tensors
from byhand.persistence.schema import object_of, plain_object, string

FORM = Format("byhand test", 2, plain_object)


def document(**body):
    return Document(body, {"W": np.arange(6, dtype=np.float32).reshape(2, 3)})


def rewritten(path, **changes):
    """Change fields of the envelope and leave the rest of the file as it is."""
    contents = read_tensors(path)
    said = json.loads(contents.metadata["byhand"])
    write_tensors(path, contents.arrays, {**contents.metadata, "byhand": json.dumps({**said, **changes})})


def test_plain_data_come_back_as_they_were(tmp_path):
    body = {"a": [1, -2.5e-300, None, True, 'ü "\n'], "b": {"c": {}}, "half a pair": "\ud800"}
    write_document(tmp_path / "x", FORM, document(**body))
    assert read_document(tmp_path / "x", FORM).body == body


def test_the_file_says_who_wrote_it_in_which_format(tmp_path):
    write_document(tmp_path / "x", FORM, document())
    contents = read_tensors(tmp_path / "x")
    said = json.loads(contents.metadata["byhand"])
    assert list(contents.metadata) == ["byhand"]
    assert len(said.pop("sha256")) == 64
    assert said == {"format": "byhand test", "version": 2, "written_by": __version__, "body": {}}


def test_the_same_document_makes_the_same_bytes(tmp_path):
    files = [tmp_path / str(i) for i in range(5)]
    for file in files:
        write_document(file, FORM, document(a=1, b=[2.5]))
    assert len({file.read_bytes() for file in files}) == 1


def test_the_byte_order_of_the_memory_does_not_matter(tmp_path):
    numbers = document().arrays["W"]
    for order in "<>":
        write_document(tmp_path / order, FORM, Document({}, {"W": numbers.astype(numbers.dtype.newbyteorder(order))}))
        assert (read_document(tmp_path / order, FORM).arrays["W"] == numbers).all()
    assert (tmp_path / "<").read_bytes() == (tmp_path / ">").read_bytes()


def test_another_format_is_refused_by_name(tmp_path):
    write_document(tmp_path / "x", FORM, document())
    with pytest.raises(ModelFormatError, match="x cannot be read: it is a 'byhand test'; expected a 'byhand model'"):
        read_document(tmp_path / "x", Format("byhand model", 1, plain_object))


def test_a_newer_version_is_refused_with_the_name_of_its_writer(tmp_path):
    write_document(tmp_path / "x", FORM, document())
    rewritten(tmp_path / "x", version=3, written_by="9.9", body={"unheard": "of"})
    with pytest.raises(ModelFormatError, match=r"byhand '9\.9' in version 3 .* up to version 2; update byhand"):
        read_document(tmp_path / "x", FORM)


def test_an_older_version_is_read(tmp_path):
    write_document(tmp_path / "x", Format("byhand test", 1, plain_object), document(a=1))
    assert read_document(tmp_path / "x", FORM).body == {"a": 1}


@pytest.mark.parametrize("changes", [{"written_by": "me"}, {"body": {"a": 2}}, {"version": 1}, {"sha256": ""}])
def test_changed_text_is_damage(tmp_path, changes):
    write_document(tmp_path / "x", FORM, document(a=1))
    rewritten(tmp_path / "x", **changes)
    with pytest.raises(ModelFormatError, match="damaged"):
        read_document(tmp_path / "x", FORM)


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"V": np.arange(6, dtype=np.float32).reshape(2, 3)},
        {"W": np.arange(6, dtype=np.float32).reshape(3, 2)},
        {"W": np.arange(6, dtype=np.float32).view(np.uint8)},
        {"W": np.array([[0, 1, 2], [3, 4, 5.0000005]], dtype=np.float32)},
        {"W": np.array([[-0.0, 1, 2], [3, 4, 5]], dtype=np.float32)},
    ],
)
def test_changed_numbers_are_damage(tmp_path, arrays):
    write_document(tmp_path / "x", FORM, document())
    write_tensors(tmp_path / "x", arrays, read_tensors(tmp_path / "x").metadata)
    with pytest.raises(ModelFormatError, match="damaged"):
        read_document(tmp_path / "x", FORM)


def test_a_safetensors_file_of_another_program_is_refused(tmp_path):
    for metadata in ({}, {"format": "pt"}):
        write_tensors(tmp_path / "x", {"W": np.zeros(3)}, metadata)
        with pytest.raises(ModelFormatError, match="not written by byhand; expected a byhand test"):
            read_document(tmp_path / "x", FORM)


def circle():
    body: dict = {}
    body["again"] = body
    return body


@pytest.mark.parametrize("body", [{"a": object()}, {"a": np.float32(1)}, {"a": {1, 2}}, {(1,): 1}, circle()])
def test_what_is_not_plain_is_not_written(tmp_path, body):
    with pytest.raises(OptionError, match="x cannot be written: "):
        write_document(tmp_path / "x", FORM, Document(body, {}))
    assert not list(tmp_path.iterdir())


def test_what_the_formats_reader_would_refuse_is_not_written(tmp_path):
    form = Format("byhand test", 1, object_of({"name": string}))
    with pytest.raises(OptionError, match=r"x cannot be written: its description\.name is 3; expected text"):
        write_document(tmp_path / "x", form, document(name=3))
    assert not list(tmp_path.iterdir())


def test_plain_data_nested_too_deep_are_not_written(tmp_path):
    deep: list = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(OptionError, match="deeper than"):
        write_document(tmp_path / "x", FORM, document(deep=deep))
