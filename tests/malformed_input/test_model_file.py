"""Files nobody vouches for, given to load_model: the outcome is a Model or a ModelFormatError, soon and within bounds.

And because every file carries a digest, more than that: a changed file is refused, or is the very same model.
"""

import io
import json
import os
import pickle
import random
import re
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byhand import files
from byhand.errors import DataError, ModelFormatError, SystemResourceError
from byhand.network import Network
from byhand.persistence.container import read_document
from byhand.persistence.model import Model, load_model, save_model
from byhand.persistence.output import Output
from byhand.persistence.state_dict import state_dict
from byhand.preprocessing import fit_scaler
from forging import ANYTHING_GOES, NASTY, forge, places, plain_body, with_change

SECONDS = 60.0  # a hang guard; on a quiet machine the slowest takes half a second
PREPARATION = fit_scaler("signed", np.zeros((1, 6)), low=0, high=255)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def good(folder):
    """The bytes of a model with every kind of array in it."""
    network = Network.mlp([6, 4, 4, 3], activation="leaky_relu", batch_norm=True, residual=True, dropout=0.1, seed=1)
    model = Model(network, PREPARATION, Output.SOFTMAX_LOGITS, ("a", "b", "c"), (2, 3), {"seed": 1}, {"epochs": 1})
    save_model(model, folder / "good")
    return (folder / "good").read_bytes()


def file_of(header, buffer=b""):
    """Return a safetensors file made by hand; header is an object or the bytes themselves."""
    said = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(said).to_bytes(8, "little") + said + buffer


def tensor(shape, begin, end, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def outcome(path):
    """Return the model, or the sentence with which the file is refused; within SECONDS."""
    started = time.perf_counter()
    try:
        result: object = load_model(path)
    except ModelFormatError as error:
        result = str(error)
    assert time.perf_counter() - started < SECONDS
    if isinstance(result, str):
        assert str(path) in result
        assert result.isprintable()
        assert len(result) < len(str(path)) + 300
    return result


def refused(folder, data):
    (folder / "bad").write_bytes(data)
    said = outcome(folder / "bad")
    assert isinstance(said, str), "this file should have been refused"
    return said


HEADERS = {
    "nothing": (b"", "JSON|no safetensors|Expecting"),
    "not text": (b"\xff\xfe", "utf-8"),
    "a list": (b"[]", "expected an object"),
    "no JSON": (b"{'a': 1}", "Expecting"),
    "a depth bomb": (b'{"a":' + b"[" * 500_000, "nests too deep"),
    "a depth bomb of objects": (b'{"a":' * 100_000, "nests too deep"),
    "deep but finite": (b"[" * 500 + b"]" * 500, "nests"),
    "a name twice": (b'{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":1}', "'a' twice"),
    "a field twice": (b'{"a":{"dtype":"F32","dtype":"F64","shape":[0],"data_offsets":[0,0]}}', "'dtype' twice"),
    "a number of 5,000 digits": (b'{"a":' + b"9" * 5000 + b"}", "digit"),
    "half a surrogate pair": (b'{"\\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}', "library refuses"),
    "no tensor": ({"a": 1}, "expected an object"),
    "a field missing": ({"a": {"dtype": "F32", "shape": [0]}}, "'data_offsets' .* is missing"),
    "a field too many": ({"a": {**tensor([0], 0, 0), "code": "x"}}, "'code' .* is unknown"),
    "an unknown type": ({"a": tensor([0], 0, 0, "F128")}, "expected one of F64, F32"),
    "a type byhand does not write": ({"a": tensor([0], 0, 0, "BF16")}, "expected one of F64, F32"),
    "a type that is no text": ({"a": tensor([0], 0, 0, ["F32"])}, "expected one of F64, F32"),
    "a negative dimension": ({"a": tensor([-1], 0, 0)}, "whole number"),
    "a dimension of 1.0": ({"a": tensor([1.0], 0, 4)}, "whole number"),
    "a dimension that is true": ({"a": tensor([True], 0, 4)}, "whole number"),
    "a huge dimension": ({"a": tensor([2**64], 0, 0)}, "whole number"),
    "dimensions that overflow": ({"a": tensor([2**16, 2**16, 2**16, 2**16], 0, 0)}, "too large"),
    "dimensions that overflow beside a zero": ({"a": tensor([0, 0, 2**29, 2**29], 0, 0)}, "too large"),
    "dimensions of the fuzzers": ({"a": tensor([0, 0, 2**31, 2**31], 0, 0)}, "whole number"),
    "dimensions without end": ({"a": tensor([1] * 100_000, 0, 4)}, "too large"),
    "a gibibyte that is not there": ({"a": tensor([2**28], 0, 2**30)}, "are there"),
    "places the wrong way round": ({"a": tensor([1], 4, 0)}, "does not fill"),
    "one place": ({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}, "does not fill"),
    "three places": ({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4, 8]}}, "does not fill"),
    "metadata of another type": ({"__metadata__": {"byhand": 1}}, "expected text"),
    "metadata that are a list": ({"__metadata__": []}, "expected an object"),
    "another program's": ({}, "not written by byhand"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_lies_is_refused(folder, name):
    header, sentence = HEADERS[name]
    assert re.search(sentence, refused(folder, file_of(header)))


def test_a_header_longer_than_the_file_is_refused(folder):
    for length in (3, 100, 1 << 20):
        said = refused(folder, length.to_bytes(8, "little") + b"{}")
        assert f"not a safetensors file, or its header of {length:,} bytes is too long" in said


@pytest.mark.parametrize(
    ("tensors", "size", "sentence"),
    [
        ([(0, 4), (8, 12)], 12, "hole or overlap at byte 4"),
        ([(0, 8), (4, 12)], 12, "hole or overlap at byte 4"),
        ([(0, 4), (0, 4)], 4, "hole or overlap"),
        ([(4, 8)], 8, "hole or overlap at byte 0"),
        ([(0, 4)], 8, "need 4 bytes and 8 are there"),
        ([(0, 8)], 4, "need 8 bytes and 4 are there"),
        ([], 4, "need 0 bytes and 4 are there"),
    ],
)
def test_tensors_must_cover_the_bytes_exactly(folder, tensors, size, sentence):
    header = {str(i): tensor([(end - begin) // 4], begin, end) for i, (begin, end) in enumerate(tensors)}
    assert sentence in refused(folder, file_of(header, bytes(size)))


def a_pickle():
    class Command:
        def __reduce__(self):
            return os.system, ("touch it-was-run",)

    return pickle.dumps(Command())


def a_zip():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/data.pkl", b"\0" * 1_000_000)
    return data.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"1234567", bytes(8), bytes(100), b"\xff" * 100, b"<!DOCTYPE html><html></html>", a_pickle(), a_zip()],
    ids=["empty", "1 byte", "7 bytes", "8 zeros", "zeros", "ones", "html", "pickle", "zip"],
)
def test_other_files_are_refused(folder, data, monkeypatch):
    monkeypatch.chdir(folder)
    assert "cannot be read: " in refused(folder, data)
    assert not (folder / "it-was-run").exists()


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        load_model(tmp_path)
    (tmp_path / "model.safetensors").mkdir()
    with pytest.raises(ModelFormatError, match=r"model\.safetensors is a folder"):
        load_model(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices in the file tree")
def test_what_never_ends_is_not_begun(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        assert "is not a regular file" in outcome(path)


@pytest.mark.parametrize(("place", "method"), [(Path, "stat"), (os, "open"), (os, "fstat")])
def test_a_disk_that_cannot_be_read_is_a_fault_of_the_machine(folder, good, monkeypatch, place, method):
    def broken(*_, **__):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(place, method, broken)
        with pytest.raises(SystemResourceError, match=r"good cannot be read: Input/output error\."):
            load_model(folder / "good")


def test_a_file_cut_off_anywhere_is_refused(folder, good):
    for part in range(50):
        refused(folder, good[: len(good) * part // 50])
    refused(folder, good[:-1])


def test_a_file_with_something_behind_it_is_refused(folder, good):
    for extra in (b"\0", b"PK", good):
        refused(folder, good + extra)


def test_a_file_that_is_shorter_than_it_said_when_it_is_read(folder, good, monkeypatch):
    (folder / "shrunk").write_bytes(good[:-3])
    monkeypatch.setattr(files, "_regular_size", lambda *_: len(good))  # what it was a moment ago
    assert "changed while it was read" in outcome(folder / "shrunk")


# Random damage.


def same_or_refused(folder, good, data):
    """The law: a changed file is refused, or is the model that was saved."""
    (folder / "mutant").write_bytes(data)
    result = outcome(folder / "mutant")
    if isinstance(result, Model):
        original = load_model(folder / "good")
        assert {n: a.tobytes() for n, a in state_dict(result.network).items()} == {
            n: a.tobytes() for n, a in state_dict(original.network).items()
        }
        assert (repr(result.network), result.output) == (repr(original.network), original.output)
        assert (result.class_names, result.provenance) == (original.class_names, original.provenance)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_damaged_bytes(folder, good, data):
    place = data.draw(st.integers(0, len(good) - 1))
    length = data.draw(st.integers(0, 16))
    replacement = data.draw(st.binary(max_size=16))
    same_or_refused(folder, good, good[:place] + replacement + good[place + length :])


def mutated(good, rng):
    """Return `good` with a few bytes changed, half of the times in the header, where more can go wrong."""
    data = bytearray(good)
    end = 8 + int.from_bytes(good[:8], "little") if rng.random() < 0.5 else len(good)
    for _ in range(rng.choice([1, 1, 1, 2, 5, 20])):
        place = rng.randrange(end)
        data[place] = rng.choice([data[place] ^ (1 << rng.randrange(8)), rng.randrange(256), *b'0:,"{}[] \xff\0'])
    return bytes(data)


@pytest.mark.parametrize(
    "n",
    [300, pytest.param(20_000, marks=pytest.mark.full), pytest.param(1_000_000, marks=pytest.mark.long)],
)
def test_flipped_bytes(folder, good, n):
    rng = random.Random(20)  # noqa: S311  damage, not secrets
    for _ in range(n):
        same_or_refused(folder, good, mutated(good, rng))


# Lies with the right digest: what the typed readers alone have to stop.


def used_or_refused(path):
    """A file that is accepted makes a model that answers."""
    result = outcome(path)
    if isinstance(result, Model):
        with suppress(DataError):  # of weights that overflow
            assert len(result.predict(np.zeros((2, result.n_features)))) == 2


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_forged_bodies(folder, good, data):
    body = plain_body(folder / "good")
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(body))))
        change = data.draw(st.sampled_from(["replace", "replace", "replace", "remove", "add"]))
        body = with_change(body, path, change, data.draw(NASTY))
    forge(folder / "forged", body, read_document(folder / "good", ANYTHING_GOES).arrays)
    used_or_refused(folder / "forged")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(data=st.data())
def test_forged_arrays(folder, good, data):
    arrays = dict(read_document(folder / "good", ANYTHING_GOES).arrays)
    name = data.draw(st.sampled_from(sorted(arrays)))
    shape = data.draw(st.lists(st.sampled_from([0, 1, 3, 4, 6]), max_size=3))
    dtype = data.draw(st.sampled_from([np.float32, np.float64, np.int64, np.uint8]))
    other = data.draw(st.sampled_from([name, "params/9.W", "params/0", "", "../x", "preparation/scale", "best/x"]))
    if data.draw(st.booleans()):
        del arrays[name]
    arrays[other] = np.full(shape, data.draw(st.sampled_from([0, 1])), dtype=dtype)
    forge(folder / "forged", plain_body(folder / "good"), arrays)
    used_or_refused(folder / "forged")


@pytest.mark.parametrize("change", [lambda W: W.T, lambda W: W.ravel(), lambda W: W.astype(np.int64)])
def test_weights_of_another_shape_or_type_are_refused_though_their_number_is_right(folder, good, change):
    arrays = dict(read_document(folder / "good", ANYTHING_GOES).arrays)
    arrays["params/0.W"] = change(arrays["params/0.W"])
    forge(folder / "forged", plain_body(folder / "good"), arrays)
    assert "the array 'params/0.W' is" in str(outcome(folder / "forged"))


# Bombs: little on the disk, much in memory or time, if somebody believes them.


def huge_layers(body):
    return {**body, "layers": [{"kind": "dense", "n_in": 10**6, "n_out": 10**6}]}


def nested_layers(body):
    layers: list[dict] = [{"kind": "relu"}]
    for _ in range(28):
        layers = [{"kind": "residual", "inner": layers * 1}]
    return {**body, "layers": layers}


def many_layers(body):
    return {**body, "layers": [{"kind": "relu"}] * 40_000}


@pytest.fixture(scope="module")
def bombs(folder, good):
    """A folder of them."""
    place = folder / "bombs"
    place.mkdir()
    empty = [f'"{i}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for i in range(1_000_000)]
    (place / "a million empty tensors").write_bytes(file_of(("{" + ",".join(empty) + "}").encode()))
    assert (place / "a million empty tensors").stat().st_size > 50_000_000
    (place / "too many empty tensors").write_bytes(file_of(("{" + ",".join(empty[:15_000]) + "}").encode()))
    for name in ("a depth bomb", "dimensions that overflow beside a zero", "a gibibyte that is not there"):
        (place / name).write_bytes(file_of(HEADERS[name][0]))
    (place / "names twice").write_bytes(file_of(b"{" + b'"a":0,' * 150_000 + b'"a":0}'))
    (place / "long list").write_bytes(file_of(b'{"a":[' + b"[],{}," * 150_000 + b"0]}"))
    with (place / "larger than allowed").open("wb") as file:
        file.write(file_of({}))
        file.truncate((1 << 30) + 1)  # takes no place on the disk
    body, arrays = plain_body(folder / "good"), read_document(folder / "good", ANYTHING_GOES).arrays
    for change in (huge_layers, nested_layers, many_layers):
        forge(place / change.__name__, change(body), arrays)
    return place


def test_bombs_are_refused_soon(bombs):
    for path in sorted(bombs.iterdir()):
        assert isinstance(outcome(path), str), path.name


IN_LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from byhand.errors import ModelFormatError
from byhand.persistence.model import load_model
in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (in_use + 100_000_000, resource.RLIM_INFINITY))
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        load_model(path)
    except ModelFormatError:
        print("refused")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of memory as Linux keeps them")
def test_bombs_are_refused_within_100_megabytes(bombs):
    child = subprocess.run(
        [sys.executable, "-c", IN_LITTLE_MEMORY, str(bombs)], capture_output=True, text=True, timeout=600, check=False
    )
    assert child.stderr == ""
    assert child.stdout.split() == ["refused"] * len(list(bombs.iterdir()))
